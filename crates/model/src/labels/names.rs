//! The names of the labels that mean something (contract, section 2.1 and section 7).

pub(super) const TITLE: &str = "org.opencontainers.image.title";
pub(super) const DESCRIPTION: &str = "org.opencontainers.image.description";
pub(super) const VENDOR: &str = "org.opencontainers.image.vendor";
pub(super) const API_VERSION: &str = "com.docker.desktop.extension.api.version";
pub(super) const ICON: &str = "com.docker.desktop.extension.icon";
pub(super) const SCREENSHOTS: &str = "com.docker.extension.screenshots";
pub(super) const DETAILED_DESCRIPTION: &str = "com.docker.extension.detailed-description";
pub(super) const PUBLISHER_URL: &str = "com.docker.extension.publisher-url";
pub(super) const CHANGELOG: &str = "com.docker.extension.changelog";
pub(super) const CATEGORIES: &str = "com.docker.extension.categories";
pub(super) const ADDITIONAL_URLS: &str = "com.docker.extension.additional-urls";
pub(super) const ACCOUNT_INFO: &str = "com.docker.extension.account-info";

/// What the plugin dialect of 2021 called the vendor.
pub(super) const PLUGIN_VENDOR: &str = "org.opencontainers.image.authors";
/// What the plugin dialect called the API version.
pub(super) const PLUGIN_API_VERSION: &str = "com.docker.desktop.plugin.api.version";
/// What the plugin dialect called the icon.
pub(super) const PLUGIN_ICON: &str = "com.docker.desktop.plugin.icon";

/// Every label that is kept. `org.opencontainers.image.version` is not among them on purpose: images inherit it from
/// their base image, and the version of an extension is its tag.
pub(super) const KNOWN: [&str; 17] = [
    TITLE,
    DESCRIPTION,
    VENDOR,
    API_VERSION,
    ICON,
    SCREENSHOTS,
    DETAILED_DESCRIPTION,
    PUBLISHER_URL,
    CHANGELOG,
    CATEGORIES,
    ADDITIONAL_URLS,
    ACCOUNT_INFO,
    PLUGIN_VENDOR,
    PLUGIN_API_VERSION,
    PLUGIN_ICON,
    "org.opencontainers.image.source",
    "org.opencontainers.image.revision",
];

/// The labels that an extension must carry (the seeds), each with its name in the plugin dialect.
pub(super) const REQUIRED: [(&str, Option<&str>); 3] = [
    (TITLE, None),
    (VENDOR, Some(PLUGIN_VENDOR)),
    (API_VERSION, Some(PLUGIN_API_VERSION)),
];

/// The labels that both dialects have: extension first, plugin second.
pub(super) const PAIRS: [(&str, &str); 3] = [
    (VENDOR, PLUGIN_VENDOR),
    (API_VERSION, PLUGIN_API_VERSION),
    (ICON, PLUGIN_ICON),
];

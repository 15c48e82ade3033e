//! The names of the labels that mean something (contract, section 2.1 and section 7).

/// The name that users see.
pub const TITLE: &str = "org.opencontainers.image.title";
/// One sentence about it.
pub const DESCRIPTION: &str = "org.opencontainers.image.description";
/// Who provides it.
pub const VENDOR: &str = "org.opencontainers.image.vendor";
/// The Extension API that it needs.
pub const API_VERSION: &str = "com.docker.desktop.extension.api.version";
/// The address of an icon for lists.
pub const ICON: &str = "com.docker.desktop.extension.icon";
/// A JSON list of pictures.
pub const SCREENSHOTS: &str = "com.docker.extension.screenshots";
/// A long description, plain or HTML.
pub const DETAILED_DESCRIPTION: &str = "com.docker.extension.detailed-description";
/// The vendor's page.
pub const PUBLISHER_URL: &str = "com.docker.extension.publisher-url";
/// What is new in this release.
pub const CHANGELOG: &str = "com.docker.extension.changelog";
/// Words joined by commas.
pub const CATEGORIES: &str = "com.docker.extension.categories";
/// A JSON list of further links.
pub const ADDITIONAL_URLS: &str = "com.docker.extension.additional-urls";
/// Whether users need an account elsewhere.
pub const ACCOUNT_INFO: &str = "com.docker.extension.account-info";

/// What the plugin dialect of 2021 called the vendor.
pub const PLUGIN_VENDOR: &str = "org.opencontainers.image.authors";
/// What the plugin dialect called the API version.
pub const PLUGIN_API_VERSION: &str = "com.docker.desktop.plugin.api.version";
/// What the plugin dialect called the icon.
pub const PLUGIN_ICON: &str = "com.docker.desktop.plugin.icon";

/// Every label that is kept. `org.opencontainers.image.version` is not among them on purpose: images inherit it from
/// their base image, and the version of an extension is its tag.
pub const KNOWN: [&str; 17] = [
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
pub const REQUIRED: [(&str, Option<&str>); 3] = [
    (TITLE, None),
    (VENDOR, Some(PLUGIN_VENDOR)),
    (API_VERSION, Some(PLUGIN_API_VERSION)),
];

/// The labels that both dialects have: extension first, plugin second.
pub const PAIRS: [(&str, &str); 3] = [
    (VENDOR, PLUGIN_VENDOR),
    (API_VERSION, PLUGIN_API_VERSION),
    (ICON, PLUGIN_ICON),
];

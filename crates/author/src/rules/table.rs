//! The table of rules.

use super::Rule;
use crate::report::Severity::{Error, Note, Warning};

const fn rule(code: &'static str, severity: crate::report::Severity, why: &'static str) -> Rule {
    Rule { code, severity, why }
}

pub(super) static METADATA_MISSING: Rule = rule(
    "metadata-missing",
    Error,
    "an extension is an image with a `metadata.json` at its root; without one there is nothing to install",
);
pub(super) static METADATA_INVALID: Rule = rule(
    "metadata-invalid",
    Error,
    "a desktop that cannot understand the metadata refuses the release",
);
pub(super) static METADATA_UNKNOWN_KEY: Rule = rule(
    "metadata-unknown-key",
    Error,
    "the published schema of the metadata allows no other keys at its root",
);
pub(super) static METADATA_IGNORED_KEY: Rule = rule(
    "metadata-ignored-key",
    Warning,
    "a key that no desktop knows is ignored, and is often a misspelt one",
);
pub(super) static METADATA_OBSOLETE: Rule = rule(
    "metadata-obsolete",
    Warning,
    "keys of before 2022 mean nothing today, and new submissions with them are refused",
);
pub(super) static METADATA_UNCLEAR: Rule = rule(
    "metadata-unclear",
    Warning,
    "what is left out or said twice has to be guessed, and not every desktop guesses alike",
);
pub(super) static METADATA_EMPTY: Rule = rule(
    "metadata-empty",
    Warning,
    "an extension with neither a tab, nor a backend, nor host binaries does nothing",
);
pub(super) static TAB_TITLE: Rule = rule(
    "tab-title",
    Warning,
    "a tab without a title has no text in the sidebar",
);
pub(super) static ICON_MISSING: Rule = rule(
    "icon-missing",
    Warning,
    "without an icon the sidebar shows a gap or a stand-in",
);
pub(super) static LABEL_REQUIRED: Rule = rule(
    "label-required",
    Error,
    "title, description, vendor and API version are read before anything is downloaded; without them a release is not listed",
);
pub(super) static LABEL_RECOMMENDED: Rule = rule(
    "label-recommended",
    Warning,
    "catalogs show these labels, and Docker's marketplace asks new extensions for them",
);
pub(super) static LABEL_NOT_A_LIST: Rule = rule(
    "label-not-a-list",
    Warning,
    "screenshots and further links are JSON lists; another form shows nothing, and new submissions with it are refused",
);
pub(super) static LABEL_ODD: Rule = rule(
    "label-odd",
    Warning,
    "a part of a label that cannot be used is left out",
);
pub(super) static LABEL_UNKNOWN: Rule = rule(
    "label-unknown",
    Warning,
    "a label in the name space of extensions that nobody reads is usually a misspelt one",
);
pub(super) static LABEL_ADDRESS: Rule = rule(
    "label-address",
    Warning,
    "an address that is not on the web leads nowhere from a catalog",
);
pub(super) static LABEL_HTML: Rule = rule(
    "label-html",
    Warning,
    "desktops strip markup that could run or disturb their pages, so that the text looks other than meant",
);
pub(super) static LABEL_INHERITED: Rule = rule(
    "label-inherited",
    Warning,
    "an image keeps the labels of its base image, which then speak about something else",
);
pub(super) static LABELS_OLD_DIALECT: Rule = rule(
    "labels-old-dialect",
    Warning,
    "the labels of 2021 are read by few desktops today",
);
pub(super) static LABELS_UNSEEN: Rule = rule(
    "labels-unseen",
    Note,
    "nothing here sets labels, so they could not be looked at",
);
pub(super) static TITLE_WORD: Rule = rule(
    "title-word",
    Warning,
    "every entry of a catalog of extensions is an extension; the word takes the room of the name",
);
pub(super) static CATEGORY_UNKNOWN: Rule = rule(
    "category-unknown",
    Warning,
    "catalogs filter by the documented categories only",
);
pub(super) static API_VERSION_INVALID: Rule = rule(
    "api-version-invalid",
    Error,
    "a requirement that cannot be read makes desktops refuse the release",
);
pub(super) static API_VERSION_BARE: Rule = rule(
    "api-version-bare",
    Warning,
    "some desktops read a bare version as exactly this one, and offer the release to nobody else",
);
pub(super) static FILE_MISSING: Rule = rule(
    "file-missing",
    Warning,
    "a desktop refuses a release in which a file is missing that its metadata names",
);
pub(super) static FILE_NAME: Rule = rule(
    "file-name",
    Warning,
    "a name that a desktop's file system cannot hold, or not beside another, makes that desktop refuse the release",
);
pub(super) static FILE_LINK: Rule = rule(
    "file-link",
    Warning,
    "a link out of the folder would put something into the release that is not part of it, so that `build` refuses it",
);
pub(super) static BINARY_FORMAT: Rule = rule(
    "binary-format",
    Warning,
    "a program of another system does not start",
);
pub(super) static BINARY_ARCHITECTURE: Rule = rule(
    "binary-architecture",
    Warning,
    "a program for another processor does not start, or only where the system translates it",
);
pub(super) static BINARY_NOT_EXECUTABLE: Rule = rule(
    "binary-not-executable",
    Warning,
    "files keep their execute bit on the way to a desktop; what has none does not start",
);
pub(super) static ICON_UNREADABLE: Rule = rule(
    "icon-unreadable",
    Warning,
    "a file that is no image shows as a broken one",
);
pub(super) static ICON_SIZE: Rule = rule(
    "icon-size",
    Warning,
    "a sidebar shows an icon at 24 to 48 pixels: a smaller picture is blurred, and a large file slows every start",
);
pub(super) static ICON_FOREIGN: Rule = rule(
    "icon-foreign",
    Warning,
    "desktops do not run or load what a drawing refers to, so that it looks other than meant",
);
pub(super) static PAGE_ABSOLUTE_PATH: Rule = rule(
    "page-absolute-path",
    Warning,
    "a page is opened from a folder of the desktop's choice, where a path from the root leads nowhere",
);
pub(super) static COMPOSE_INVALID: Rule = rule(
    "compose-invalid",
    Warning,
    "a compose file that cannot be read does not start, and nobody can say what it asks for",
);
pub(super) static COMPOSE_DEMANDS: Rule = rule(
    "compose-demands",
    Note,
    "a user is asked about each of these before the extension is installed",
);
pub(super) static SIZE: Rule = rule(
    "size",
    Note,
    "everybody downloads it, with each update what has changed of it",
);
pub(super) static LAYERS_REPEAT: Rule = rule(
    "layers-repeat",
    Note,
    "a file that several layers bring is downloaded several times",
);
pub(super) static TAG_NOT_A_VERSION: Rule = rule(
    "tag-not-a-version",
    Error,
    "a release is found and ordered by its tag, which therefore has to be a version",
);
pub(super) static TAG_NOT_SEMVER: Rule = rule(
    "tag-not-semver",
    Warning,
    "Docker's marketplace takes a strict semantic version only",
);
pub(super) static PLATFORM_MISSING: Rule = rule(
    "platform-missing",
    Error,
    "half of the desktops run on each of linux/amd64 and linux/arm64, and a release for one of them fits no other",
);

/// Every rule, in the order in which they are documented.
pub(super) static ALL: [&Rule; 40] = [
    &METADATA_MISSING,
    &METADATA_INVALID,
    &METADATA_UNKNOWN_KEY,
    &METADATA_IGNORED_KEY,
    &METADATA_OBSOLETE,
    &METADATA_UNCLEAR,
    &METADATA_EMPTY,
    &TAB_TITLE,
    &ICON_MISSING,
    &LABEL_REQUIRED,
    &LABEL_RECOMMENDED,
    &LABEL_NOT_A_LIST,
    &LABEL_ODD,
    &LABEL_UNKNOWN,
    &LABEL_ADDRESS,
    &LABEL_HTML,
    &LABEL_INHERITED,
    &LABELS_OLD_DIALECT,
    &LABELS_UNSEEN,
    &TITLE_WORD,
    &CATEGORY_UNKNOWN,
    &API_VERSION_INVALID,
    &API_VERSION_BARE,
    &FILE_MISSING,
    &FILE_NAME,
    &FILE_LINK,
    &BINARY_FORMAT,
    &BINARY_ARCHITECTURE,
    &BINARY_NOT_EXECUTABLE,
    &ICON_UNREADABLE,
    &ICON_SIZE,
    &ICON_FOREIGN,
    &PAGE_ABSOLUTE_PATH,
    &COMPOSE_INVALID,
    &COMPOSE_DEMANDS,
    &SIZE,
    &LAYERS_REPEAT,
    &TAG_NOT_A_VERSION,
    &TAG_NOT_SEMVER,
    &PLATFORM_MISSING,
];

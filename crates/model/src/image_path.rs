//! Paths inside an image: relative to its root, without `.`, `..` or empty parts.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::text::quote;

/// The longest path that metadata may name, in bytes (what Linux allows for a whole path).
const MAX_PATH: usize = 4096;

/// A plain path below an image's root, written without the leading slash. The root itself is the empty path.
///
/// A value of this type cannot leave the root lexically; whether a part of it is a link inside the image is
/// for whoever looks the path up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImagePath(String);

impl ImagePath {
    /// Reads a path as metadata writes it: relative or anchored at the root, with `.` parts and a trailing slash
    /// allowed.
    ///
    /// # Errors
    ///
    /// When it holds `..`, a NUL, a backslash or a drive letter, or is longer than 4096 bytes: those are not plain
    /// paths (contract, "Hostile and odd content").
    pub fn parse(text: &str) -> Result<Self, ImagePathParse> {
        let fail = |problem| ImagePathParse {
            text: text.to_owned(),
            problem,
        };
        if text.len() > MAX_PATH {
            return Err(fail("it is longer than 4096 bytes"));
        }
        if text.contains('\0') {
            return Err(fail("it holds a NUL"));
        }
        if text.contains('\\') {
            return Err(fail(
                "it holds a backslash; paths in an image are written with `/`",
            ));
        }
        let mut parts = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => return Err(fail("it holds `..`")),
                part => parts.push(part),
            }
        }
        if parts
            .first()
            .is_some_and(|part| part.len() == 2 && part.ends_with(':'))
        {
            return Err(fail("it begins with a drive letter"));
        }
        Ok(Self(parts.join("/")))
    }

    /// The image's root.
    pub fn root() -> Self {
        Self(String::new())
    }

    /// The path without a leading slash; empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the root itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The last part, if this is not the root.
    pub fn file_name(&self) -> Option<&str> {
        self.0.rsplit('/').next().filter(|name| !name.is_empty())
    }

    /// What stands behind the last dot of the file name, if the name has a front before it.
    pub fn suffix(&self) -> Option<&str> {
        let (front, suffix) = self.file_name()?.rsplit_once('.')?;
        (!front.is_empty() && !suffix.is_empty()).then_some(suffix)
    }

    /// Appends `other`.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        match (self.is_root(), other.is_root()) {
            (true, _) => other.clone(),
            (_, true) => self.clone(),
            _ => Self(format!("{}/{}", self.0, other.0)),
        }
    }

    /// Whether this is `folder` or stands somewhere below it.
    pub fn is_within(&self, folder: &Self) -> bool {
        folder.is_root()
            || self
                .0
                .strip_prefix(&folder.0)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for ImagePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "/{}", self.0)
    }
}

impl TryFrom<String> for ImagePath {
    type Error = ImagePathParse;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ImagePath> for String {
    fn from(path: ImagePath) -> Self {
        path.0
    }
}

/// A text that is not a plain path inside an image.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{} is not a plain path inside the image: {problem}", quote(.text))]
pub struct ImagePathParse {
    text: String,
    problem: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_have_one_spelling() {
        for (written, path) in [
            ("ui", "ui"),
            ("/ui", "ui"),
            ("./ui/", "ui"),
            ("ui//app/./index.html", "ui/app/index.html"),
            ("/", ""),
            ("", ""),
            ("a..b", "a..b"),
        ] {
            assert_eq!(ImagePath::parse(written).unwrap().as_str(), path);
        }
    }

    #[test]
    fn what_is_no_plain_path_is_refused() {
        for text in [
            "..",
            "../x",
            "ui/../x",
            "a\0b",
            "ui\\x",
            "C:/x",
            &"a/".repeat(3000),
        ] {
            assert!(ImagePath::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn within_means_the_folder_or_below_it() {
        let path = |text| ImagePath::parse(text).unwrap();
        assert!(path("ui/a").is_within(&path("ui")));
        assert!(path("ui").is_within(&path("ui")));
        assert!(path("ui").is_within(&ImagePath::root()));
        assert!(!path("uix").is_within(&path("ui")));
        assert_eq!(path("a/icon.svg").suffix(), Some("svg"));
        assert_eq!(path(".svg").suffix(), None);
    }
}

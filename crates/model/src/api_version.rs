//! The Extension API: the version that a host offers and the requirement that a release states in its labels.
//!
//! Sources: contract `cli.md` ("Versions") and `docker-extensions.md` (2.2), where the readings are justified by the
//! labels of real images.

use std::fmt;
use std::str::FromStr;

use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::comparators;
use crate::text::quote;

/// The version of the Extension API that a desktop offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApiVersion(Version);

impl Default for ApiVersion {
    /// 0.4.2, the newest Extension API that Docker published.
    fn default() -> Self {
        Self(Version::new(0, 4, 2))
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for ApiVersion {
    type Err = ApiVersionParse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        comparators::parse_version(text)
            .map(Self)
            .ok_or_else(|| ApiVersionParse {
                text: text.to_owned(),
            })
    }
}

impl TryFrom<String> for ApiVersion {
    type Error = ApiVersionParse;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ApiVersion> for String {
    fn from(version: ApiVersion) -> Self {
        version.to_string()
    }
}

/// A text that is not a version of the Extension API.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{} is not a version of the Extension API: write one to three numbers, such as `0.4.2`", quote(.text))]
pub struct ApiVersionParse {
    text: String,
}

/// How a requirement that is one bare version (`0.3.4`) is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BareApiVersion {
    /// As the oldest API that will do. Most authors mean this: the template of Docker's own tool wrote the version of
    /// the day.
    #[default]
    Minimum,
    /// As that version and no other, as Docker's strict validation reads it.
    Exact,
}

/// What a release asks of the Extension API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiRequirement {
    text: String,
    comparators: VersionReq,
}

impl ApiRequirement {
    /// Reads the text of a label.
    ///
    /// # Errors
    ///
    /// When it is not a list of comparators; the error quotes it.
    pub fn parse(text: &str, bare: BareApiVersion) -> Result<Self, ApiRequirementParse> {
        // It is told in sentences, which are one line.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = text.as_str();
        let operator = match bare {
            BareApiVersion::Minimum => ">=",
            BareApiVersion::Exact => "=",
        };
        // The oldest images carry this text from before the numbering restarted at 0.1: any host is newer than that.
        let comparators = if matches!(text, "1.0.0-beta.1" | "v1.0.0-beta.1") {
            Some(VersionReq::STAR)
        } else {
            comparators::parse(text, operator)
        };
        match comparators {
            Some(comparators) => Ok(Self {
                text: text.to_owned(),
                comparators,
            }),
            None => Err(ApiRequirementParse {
                text: text.to_owned(),
            }),
        }
    }

    /// Whether a host that offers `version` satisfies it.
    pub fn admits(&self, version: &ApiVersion) -> bool {
        self.comparators.matches(&version.0)
    }
}

impl fmt::Display for ApiRequirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// A requirement that cannot be understood, so that nobody can say which host satisfies it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the Extension API requirement {} cannot be understood", quote(.text))]
pub struct ApiRequirementParse {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(requirement: &str, offered: &str, bare: BareApiVersion) -> bool {
        ApiRequirement::parse(requirement, bare)
            .unwrap()
            .admits(&offered.parse().unwrap())
    }

    #[test]
    fn a_host_accepts_what_its_version_satisfies() {
        for (requirement, offered, accepted) in [
            (">= 0.2.3", "0.4.2", true),
            (">=0.2.3", "0.4.2", true),
            (">= 0.4.2", "0.4.2", true),
            ("> 0.4.2", "0.4.2", false),
            (">= 1.4.7, < 2.0", "1.5.0", true),
            (">= 1.4.7, < 2.0", "2.0.0", false),
            (">=0.2.0 <0.4", "0.3.9", true),
            (">=0.2.0 <0.4", "0.4.0", false),
            (">= v0.2", "0.4.2", true),
            ("> = 0.2", "0.4.2", false),
            ("^0.3.0", "0.4.2", false),
            ("~0.4.1", "0.4.2", true),
            ("=0.4.2", "0.4.2", true),
            ("= 0.4", "0.4.2", true),
            ("0.3.4", "0.4.2", true),
            ("v0.3", "0.4.2", true),
            ("0.5.0", "0.4.2", false),
            ("0.4.x", "0.4.2", true),
            ("*", "0.4.2", true),
            (">= 0.0.1", "0.4.2", true),
            ("1.0.0-beta.1", "0.4.2", true),
            ("v1.0.0-beta.1", "0.4.2", true),
            ("1.0.0", "0.4.2", false),
            (">= 0.4.0-rc.1", "0.4.2", true),
        ] {
            let parsed = ApiRequirement::parse(requirement, BareApiVersion::Minimum);
            let result = parsed.is_ok_and(|parsed| parsed.admits(&offered.parse().unwrap()));
            assert_eq!(result, accepted, "{requirement:?} on {offered}");
        }
    }

    #[test]
    fn a_bare_version_can_be_read_exactly_instead() {
        assert!(admits("0.4.2", "0.4.2", BareApiVersion::Exact));
        assert!(!admits("0.3.4", "0.4.2", BareApiVersion::Exact));
        assert!(admits(">= 0.3.4", "0.4.2", BareApiVersion::Exact));
        assert!(admits("1.0.0-beta.1", "0.4.2", BareApiVersion::Exact));
    }

    #[test]
    fn what_cannot_be_read_is_refused_and_quoted() {
        let long = ">=0.1 ".repeat(20);
        for text in [
            "",
            "latest",
            ">=",
            "1.2.3.4",
            ">= 0.1,",
            ", >= 0.1",
            "!= 0.2",
            "0.1 || 0.2",
            "a b",
            ">=0.1,,<2",
            &long,
        ] {
            let error = ApiRequirement::parse(text, BareApiVersion::Minimum).expect_err(text);
            assert!(error.to_string().contains('`'), "{error}");
        }
    }

    #[test]
    fn a_host_offers_one_to_three_numbers() {
        assert_eq!("0.4".parse::<ApiVersion>().unwrap().to_string(), "0.4.0");
        assert_eq!("v1".parse::<ApiVersion>().unwrap().to_string(), "1.0.0");
        assert_eq!(
            "1.0-xx".parse::<ApiVersion>().ok(),
            None,
            "semver wants three numbers before it"
        );
        assert_eq!("1.0.0-xx".parse::<ApiVersion>().unwrap().to_string(), "1.0.0-xx");
        assert_eq!(ApiVersion::default().to_string(), "0.4.2");
        for text in ["", "x", "1.2.3.4", "1.*", "0.x", "1.X.0", ">=1"] {
            assert!(text.parse::<ApiVersion>().is_err(), "{text}");
        }
    }
}

//! Operating systems and architectures: of hosts, and of images in an index.
//!
//! Names and variants are normalised as containerd does (`platforms.Normalize`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::text::quote;

/// A desktop's operating system, as the `host` section of the metadata and tag prefixes name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// Linux.
    Linux,
    /// Windows.
    Windows,
    /// macOS, by the name of its kernel.
    Darwin,
}

impl System {
    /// All of them, in the order in which they are listed to people.
    pub const ALL: [Self; 3] = [Self::Linux, Self::Windows, Self::Darwin];

    /// The name in metadata, platforms and tags.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Windows => "windows",
            Self::Darwin => "darwin",
        }
    }
}

impl fmt::Display for System {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for System {
    type Err = PlatformParse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|system| system.name() == text)
            .ok_or_else(|| PlatformParse {
                text: text.to_owned(),
            })
    }
}

/// Operating system, architecture and variant of an image, normalised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Platform {
    os: String,
    architecture: String,
    variant: Option<String>,
}

impl Platform {
    /// Normalises what an index, a config or a person wrote.
    ///
    /// Upper case, `x86_64`, `aarch64`, `armhf`, `i386`, `macos` and the like become the usual names, and
    /// the variant that an architecture has anyway (`amd64/v1`, `arm64/v8`) is dropped; `arm` alone is `arm/v7`. What no
    /// platform is called, because it is empty, longer than 64 bytes or holds a slash, a blank or a character beyond
    /// ASCII, becomes `unknown`: so every platform can be printed, and read again.
    pub fn new(os: &str, architecture: &str, variant: Option<&str>) -> Self {
        let (os, architecture) = (name_or_unknown(os), name_or_unknown(architecture));
        let variant = variant.filter(|variant| !variant.is_empty()).map(name_or_unknown);
        let os = match os.to_ascii_lowercase().as_str() {
            "macos" => "darwin".to_owned(),
            other => other.to_owned(),
        };
        let architecture = architecture.to_ascii_lowercase();
        let variant = variant.unwrap_or_default().to_ascii_lowercase();
        let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
            ("x86_64" | "x86-64" | "amd64", "" | "v1") => ("amd64", ""),
            ("x86_64" | "x86-64" | "amd64", variant) => ("amd64", variant),
            ("aarch64" | "arm64", "" | "8" | "v8" | "v8.0") => ("arm64", ""),
            ("aarch64" | "arm64", "9" | "9.0" | "v9.0") => ("arm64", "v9"),
            ("aarch64" | "arm64", variant) => ("arm64", variant),
            ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
            ("armel", _) | ("arm", "6") => ("arm", "v6"),
            ("arm", "5") => ("arm", "v5"),
            ("arm", "8") => ("arm", "v8"),
            ("i386" | "i486" | "i586" | "i686" | "386", _) => ("386", ""),
            (architecture, variant) => (architecture, variant),
        };
        Self {
            os,
            architecture: architecture.to_owned(),
            variant: (!variant.is_empty()).then(|| variant.to_owned()),
        }
    }

    /// The operating system.
    pub fn os(&self) -> &str {
        &self.os
    }

    /// The architecture, in the names of the Go compiler.
    pub fn architecture(&self) -> &str {
        &self.architecture
    }

    /// The variant, where it says more than the architecture.
    pub fn variant(&self) -> Option<&str> {
        self.variant.as_deref()
    }

    /// Whether this is the place-holder of entries that are not images, such as BuildKit's attestations.
    pub fn is_unknown(&self) -> bool {
        self.os == "unknown" || self.architecture == "unknown"
    }

    /// How well an image of `image` runs where this platform is asked for: `None` not at all, else the higher the
    /// better. An older variant of the same architecture runs on a newer one, never the other way round.
    pub fn preference_for(&self, image: &Self) -> Option<u32> {
        if image.is_unknown() || self.os != image.os || self.architecture != image.architecture {
            return None;
        }
        if self.variant == image.variant {
            return Some(u32::MAX);
        }
        let wanted = self.variant_rank()?;
        let offered = image.variant_rank()?;
        (offered <= wanted).then_some(offered)
    }

    /// The number of a `vN` or `vN.M` variant, scaled so that minor numbers count.
    fn variant_rank(&self) -> Option<u32> {
        let default = match self.architecture.as_str() {
            "arm64" => "v8",
            _ => "v1",
        };
        let numbers = self.variant.as_deref().unwrap_or(default).strip_prefix('v')?;
        let (major, minor) = numbers.split_once('.').unwrap_or((numbers, "0"));
        let (major, minor): (u16, u16) = (major.parse().ok()?, minor.parse().ok()?);
        Some(u32::from(major) * 1000 + u32::from(minor.min(999)))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(formatter, "/{variant}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Platform {
    type Err = PlatformParse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split('/').collect();
        match parts[..] {
            [os, architecture] if !os.is_empty() && !architecture.is_empty() => {
                Ok(Self::new(os, architecture, None))
            }
            [os, architecture, variant] if !os.is_empty() && !architecture.is_empty() => {
                Ok(Self::new(os, architecture, Some(variant)))
            }
            _ => Err(PlatformParse {
                text: text.to_owned(),
            }),
        }
    }
}

impl TryFrom<String> for Platform {
    type Error = PlatformParse;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Platform> for String {
    fn from(platform: Platform) -> Self {
        platform.to_string()
    }
}

/// The longest name of a system, architecture or variant, in bytes; they are foreign text, and shown.
const MAX_NAME: usize = 64;

fn name_or_unknown(name: &str) -> &str {
    let is_name = (1..=MAX_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    if is_name { name } else { "unknown" }
}

/// A text that is not a platform or not a desktop's system.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{} is not a platform: write system/architecture, such as `linux/amd64`, `windows/amd64` or `darwin/arm64`", quote(.text))]
pub struct PlatformParse {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(text: &str) -> Platform {
        text.parse().unwrap()
    }

    #[test]
    fn spellings_of_one_platform_are_one() {
        for (written, normal) in [
            ("linux/x86_64", "linux/amd64"),
            ("Linux/AMD64/v1", "linux/amd64"),
            ("linux/amd64/v3", "linux/amd64/v3"),
            ("linux/aarch64", "linux/arm64"),
            ("linux/arm64/v8", "linux/arm64"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/arm/7", "linux/arm/v7"),
            ("linux/armel", "linux/arm/v6"),
            ("linux/i686", "linux/386"),
            ("macos/arm64", "darwin/arm64"),
        ] {
            assert_eq!(platform(written).to_string(), normal);
        }
        for text in ["", "linux", "linux/", "/amd64", "a/b/c/d"] {
            assert!(text.parse::<Platform>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_no_platform_is_called_is_unknown() {
        for (os, architecture, variant) in [
            ("", "amd64", None),
            ("linux", "", None),
            ("linux/amd64", "amd64", None),
            ("lin\u{1b}[2Jux", "amd64", None),
            ("linux", &"a".repeat(65), None),
        ] {
            assert!(
                Platform::new(os, architecture, variant).is_unknown(),
                "{os}/{architecture}"
            );
        }
        let odd = Platform::new("linux", "arm64", Some("v8/../v9"));
        assert_eq!(odd.to_string(), "linux/arm64/unknown");
        assert_eq!(platform("linux/arm64").preference_for(&odd), None);
    }

    #[test]
    fn an_older_variant_runs_on_a_newer_one_and_never_the_other_way() {
        let runs = |host: &str, image: &str| platform(host).preference_for(&platform(image));
        assert!(runs("linux/amd64", "linux/amd64").is_some());
        assert!(runs("linux/amd64", "linux/amd64/v2").is_none());
        assert!(runs("linux/amd64/v3", "linux/amd64/v2") > runs("linux/amd64/v3", "linux/amd64"));
        assert!(runs("linux/arm/v7", "linux/arm/v6").is_some());
        assert!(runs("linux/arm/v6", "linux/arm/v7").is_none());
        assert!(runs("linux/arm64", "linux/arm/v7").is_none());
        assert!(runs("linux/amd64", "unknown/unknown").is_none());
        assert!(runs("linux/amd64", "windows/amd64").is_none());
        assert!(runs("linux/riscv64", "linux/riscv64").is_some());
    }
}

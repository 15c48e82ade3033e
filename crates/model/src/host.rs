//! The desktop that would run a release.

use crate::api_version::ApiVersion;
use crate::platform::{Platform, PlatformParse, System};

/// What a desktop declares of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The version of the Extension API that it offers.
    pub api_version: ApiVersion,
    /// Its own system and architecture, such as `darwin/arm64`.
    pub platform: Platform,
    /// Its operating system, which decides the host binaries.
    pub system: System,
}

impl Host {
    /// A host of a platform whose system is linux, windows or darwin.
    ///
    /// # Errors
    ///
    /// When the platform's system is another one.
    pub fn new(api_version: ApiVersion, platform: Platform) -> Result<Self, PlatformParse> {
        let system = platform.os().parse()?;
        Ok(Self {
            api_version,
            platform,
            system,
        })
    }

    /// The platforms of images that it can run, best first: containers are linux on every system; a release whose
    /// tag carries this system's prefix may also be an image of that system (contract `cli.md`, "Versions").
    pub fn image_platforms(&self, prefix: Option<System>) -> Vec<Platform> {
        let container = Platform::new("linux", self.platform.architecture(), self.platform.variant());
        match prefix {
            Some(system) if system == self.system && container != self.platform => {
                vec![container, self.platform.clone()]
            }
            _ => vec![container],
        }
    }

    /// The best of `offered` (by position) for this host, if any fits. `None` in the list is an entry that does not
    /// state its platform; it never fits: only its config can tell.
    pub fn choose(&self, prefix: Option<System>, offered: &[Option<Platform>]) -> Option<usize> {
        for wanted in self.image_platforms(prefix) {
            let best = offered
                .iter()
                .enumerate()
                .filter_map(|(index, platform)| Some((wanted.preference_for(platform.as_ref()?)?, index)))
                // The first of equals wins, as the image specification asks of index entries.
                .max_by_key(|&(preference, index)| (preference, std::cmp::Reverse(index)));
            if let Some((_, index)) = best {
                return Some(index);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(host: &str, prefix: Option<System>, offered: &[&str]) -> Option<usize> {
        let host = Host::new(ApiVersion::default(), host.parse().unwrap()).unwrap();
        let offered: Vec<_> = offered
            .iter()
            .map(|text| (!text.is_empty()).then(|| text.parse().unwrap()))
            .collect();
        host.choose(prefix, &offered)
    }

    #[test]
    fn the_manifest_is_that_of_linux_on_the_hosts_architecture() {
        let index = ["linux/arm64", "linux/amd64", "unknown/unknown"];
        assert_eq!(choose("linux/amd64", None, &index), Some(1));
        assert_eq!(choose("windows/amd64", None, &index), Some(1));
        assert_eq!(choose("darwin/arm64", None, &index), Some(0));
        assert_eq!(choose("linux/riscv64", None, &index), None);
        assert_eq!(choose("linux/amd64", None, &["unknown/unknown"]), None);
    }

    #[test]
    fn the_best_variant_wins_and_the_first_of_equals() {
        assert_eq!(
            choose(
                "linux/arm/v7",
                None,
                &["linux/arm/v5", "linux/arm/v6", "linux/arm64"]
            ),
            Some(1)
        );
        assert_eq!(
            choose("linux/amd64", None, &["linux/amd64", "linux/amd64"]),
            Some(0)
        );
    }

    #[test]
    fn a_prefixed_release_may_be_an_image_of_its_own_system() {
        let windows = ["windows/amd64"];
        assert_eq!(choose("windows/amd64", Some(System::Windows), &windows), Some(0));
        assert_eq!(choose("windows/amd64", None, &windows), None);
        assert_eq!(choose("linux/amd64", Some(System::Linux), &windows), None);
    }

    #[test]
    fn an_entry_without_platform_is_not_guessed_about() {
        assert_eq!(choose("linux/amd64", None, &["", "linux/amd64"]), Some(1));
        assert_eq!(choose("linux/amd64", None, &["linux/arm64", ""]), None);
    }
}

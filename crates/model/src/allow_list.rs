//! The allow-list: which repositories are extensions here, and which of their releases.
//!
//! Source: contract `cli.md`, "The allow-list". The format is a superset of the `extensions.txt` of Docker's private
//! marketplace and of Rancher Desktop's list.

use std::fmt;
use std::str::FromStr;

use semver::VersionReq;
use thiserror::Error;

use crate::comparators;
use crate::digest::Digest;
use crate::reference::{self, ExtensionId, Reference, ReferenceParse, Tag};
use crate::text::quote;
use crate::version::ReleaseTag;

/// The characters that make the text behind a colon a range, because no tag can hold them.
const RANGE_CHARACTERS: [char; 6] = ['^', '~', '>', '<', '=', '*'];

/// The patterns in force, in the order of their lines. An empty list admits nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowList {
    patterns: Vec<Pattern>,
}

impl AllowList {
    /// Reads a whole file: one pattern a line, `#` starts a comment.
    ///
    /// # Errors
    ///
    /// At the first line that is no pattern, with its number: a list that is half understood protects nobody.
    pub fn parse(text: &str) -> Result<Self, AllowListParse> {
        let mut patterns = Vec::new();
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let pattern = line.split('#').next().unwrap_or_default().trim();
            if !pattern.is_empty() {
                patterns.push(pattern.parse().map_err(|problem| AllowListParse {
                    line: index + 1,
                    problem,
                })?);
            }
        }
        Ok(Self { patterns })
    }

    /// The patterns in order.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// The first pattern that admits this release. `digests` are those under which it is known: the one its tag
    /// resolved to, and the platform's manifest.
    pub fn admits(&self, id: &ExtensionId, tag: Option<&Tag>, digests: &[&Digest]) -> Option<&Pattern> {
        self.patterns
            .iter()
            .find(|pattern| pattern.admits(id, tag, digests))
    }

    /// The first pattern that admits at least some release of the repository.
    pub fn covers(&self, id: &ExtensionId) -> Option<&Pattern> {
        self.patterns.iter().find(|pattern| pattern.covers(id))
    }

    /// Whether a reference may be installed, as far as can be said without a registry: one without tag and digest
    /// stands for the repository, of which some release may be.
    pub fn decide(&self, reference: &Reference) -> Option<&Pattern> {
        match (&reference.tag, &reference.digest) {
            (None, None) => self.covers(&reference.id),
            (tag, digest) => {
                let digests: Vec<_> = digest.iter().collect();
                self.admits(&reference.id, tag.as_ref(), &digests)
            }
        }
    }

    /// The repositories that patterns name one by one.
    pub fn repositories(&self) -> Vec<ExtensionId> {
        let mut ids: Vec<_> = self
            .patterns
            .iter()
            .filter_map(|pattern| match &pattern.scope {
                Scope::Repository { id, .. } => Some(id.clone()),
                Scope::Below { .. } => None,
            })
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// The registries of which a pattern admits more than it names, so that their listing is worth asking for.
    pub fn listed_registries(&self) -> Vec<&str> {
        let mut registries: Vec<_> = self
            .patterns
            .iter()
            .filter_map(|pattern| match &pattern.scope {
                Scope::Below { registry, .. } => Some(registry.as_str()),
                Scope::Repository { .. } => None,
            })
            .collect();
        registries.sort_unstable();
        registries.dedup();
        registries
    }
}

/// One line of the allow-list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    scope: Scope,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Scope {
    /// Everything in a registry whose repository begins with `prefix`, which is empty or ends in a slash.
    Below { registry: String, prefix: String },
    /// Releases of one repository.
    Repository {
        id: ExtensionId,
        releases: Releases,
        digest: Option<Digest>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Releases {
    All,
    Tag(Tag),
    Range { text: String, comparators: VersionReq },
}

impl Pattern {
    /// A pattern for every release of one repository.
    pub fn repository(id: ExtensionId) -> Self {
        Self {
            scope: Scope::Repository {
                id,
                releases: Releases::All,
                digest: None,
            },
        }
    }

    fn covers(&self, id: &ExtensionId) -> bool {
        match &self.scope {
            Scope::Below { registry, prefix } => {
                id.registry() == registry && id.repository().starts_with(prefix)
            }
            Scope::Repository { id: named, .. } => named == id,
        }
    }

    fn admits(&self, id: &ExtensionId, tag: Option<&Tag>, digests: &[&Digest]) -> bool {
        if !self.covers(id) {
            return false;
        }
        let Scope::Repository { releases, digest, .. } = &self.scope else {
            return true;
        };
        let digest_fits = digest.as_ref().is_none_or(|digest| digests.contains(&digest));
        let release_fits = match releases {
            Releases::All => true,
            Releases::Tag(named) => tag == Some(named),
            Releases::Range { comparators, .. } => tag
                .and_then(ReleaseTag::parse)
                .and_then(|release| release.version.to_semver())
                .is_some_and(|version| comparators.matches(&version)),
        };
        digest_fits && release_fits
    }

    fn below(text: &str) -> Result<Self, PatternParse> {
        let fail = |problem: &ReferenceParse| PatternParse::new(text, problem.problem());
        let path = text.trim_end_matches('/');
        if path.is_empty() || text.len() - path.len() != 1 {
            return Err(PatternParse::new(
                text,
                "before its last `/` stands no registry or organisation",
            ));
        }
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        let (registry, repository) = if reference::is_registry(first) {
            (reference::canonical_registry(first), rest)
        } else {
            (reference::DEFAULT_REGISTRY, path)
        };
        reference::check_registry(registry, text).map_err(|error| fail(&error))?;
        if repository.is_empty() {
            return Ok(Self {
                scope: Scope::Below {
                    registry: registry.to_owned(),
                    prefix: String::new(),
                },
            });
        }
        reference::check_repository(repository, text).map_err(|error| fail(&error))?;
        let prefix = format!("{repository}/");
        Ok(Self {
            scope: Scope::Below {
                registry: registry.to_owned(),
                prefix,
            },
        })
    }

    /// Splits `name:range` where what stands behind the colon holds a character that no tag can.
    fn split_range(text: &str) -> Option<(&str, &str)> {
        let name_start = text
            .find(RANGE_CHARACTERS)
            .map(|at| text[..at].rfind('/').map_or(0, |slash| slash + 1))?;
        let colon = name_start + text[name_start..].find(':')?;
        Some((&text[..colon], &text[colon + 1..]))
    }
}

impl FromStr for Pattern {
    type Err = PatternParse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PatternParse::new(text, "it is empty"));
        }
        if text.ends_with('/') {
            return Self::below(text);
        }
        let parse = |name: &str| {
            name.parse::<Reference>()
                .map_err(|error| PatternParse::new(text, error.problem()))
        };
        if let Some((name, range)) = Self::split_range(text) {
            let reference = parse(name)?;
            if reference.digest.is_some() || reference.tag.is_some() {
                return Err(PatternParse::new(
                    text,
                    "a range stands alone behind the repository",
                ));
            }
            let comparators = comparators::parse(range, "=")
                .ok_or_else(|| PatternParse::new(text, "its range of releases cannot be understood"))?;
            let releases = Releases::Range {
                text: range.trim().to_owned(),
                comparators,
            };
            return Ok(Self {
                scope: Scope::Repository {
                    id: reference.id,
                    releases,
                    digest: None,
                },
            });
        }
        let Reference { id, tag, digest } = parse(text)?;
        let releases = tag.map_or(Releases::All, Releases::Tag);
        Ok(Self {
            scope: Scope::Repository { id, releases, digest },
        })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            Scope::Below { registry, prefix } => write!(formatter, "{registry}/{prefix}"),
            Scope::Repository { id, releases, digest } => {
                write!(formatter, "{id}")?;
                match releases {
                    Releases::All => {}
                    Releases::Tag(tag) => write!(formatter, ":{tag}")?,
                    Releases::Range { text, .. } => write!(formatter, ":{text}")?,
                }
                match digest {
                    Some(digest) => write!(formatter, "@{digest}"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// A text that is not a pattern of the allow-list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{} is not a pattern of an allow-list: {problem}", quote(.text))]
pub struct PatternParse {
    text: String,
    problem: String,
}

impl PatternParse {
    fn new(text: &str, problem: &str) -> Self {
        Self {
            text: text.to_owned(),
            problem: problem.to_owned(),
        }
    }
}

/// A line of an allow-list that is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {problem}")]
pub struct AllowListParse {
    line: usize,
    problem: PatternParse,
}

impl AllowListParse {
    /// The number of the line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// What is wrong with it.
    pub fn problem(&self) -> &PatternParse {
        &self.problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(list: &str, reference: &str) -> bool {
        AllowList::parse(list)
            .unwrap()
            .decide(&reference.parse().unwrap())
            .is_some()
    }

    #[test]
    fn each_form_admits_what_the_contract_says() {
        let digest = format!("sha256:{}", "ab".repeat(32));
        let other = format!("sha256:{}", "cd".repeat(32));
        for (pattern, reference, admitted) in [
            ("acme/whale", "acme/whale:1.0.0", true),
            ("acme/whale", "docker.io/acme/whale", true),
            ("acme/whale", "index.docker.io/acme/whale:dev", true),
            ("acme/whale", "acme/whale2:1.0.0", false),
            ("acme/whale", "ghcr.io/acme/whale", false),
            ("whale", "docker.io/library/whale:1.0", true),
            ("acme/whale:1.2.0", "acme/whale:1.2.0", true),
            ("acme/whale:1.2.0", "acme/whale:1.2.1", false),
            ("acme/whale:1.2.0", "acme/whale:v1.2.0", false),
            ("acme/whale:1.2.0", "acme/whale", true),
            ("acme/whale:^1.2", "acme/whale:1.9.0", true),
            ("acme/whale:^1.2", "acme/whale:2.0.0", false),
            ("acme/whale:^1.2", "acme/whale:latest", false),
            ("acme/whale:^1.2", "acme/whale:1.3.0-rc.1", false),
            ("acme/whale:>=1.2, <1.4", "acme/whale:v1.3.5", true),
            ("acme/whale:>=1.2 <1.4", "acme/whale:1.4.0", false),
            ("acme/whale:~4.106", "acme/whale:4.106.2.39", true),
            ("acme/whale:1.*", "acme/whale:1.7.0", true),
            ("acme/whale:*", "acme/whale:1.7.0", true),
            ("acme/whale:=1.2.0", "acme/whale:windows-1.2.0", true),
            (
                "localhost:5000/acme/whale:^1",
                "localhost:5000/acme/whale:1.5.0",
                true,
            ),
            ("acme/", "acme/whale:1.0.0", true),
            ("acme/", "acme/fleet/whale", true),
            ("acme/", "acmes/whale", false),
            ("acme/", "ghcr.io/acme/whale", false),
            ("registry.example/acme/", "registry.example/acme/whale", true),
            ("registry.example/acme/", "registry.example/acmex/whale", false),
            ("registry.example/", "registry.example/any/thing", true),
            ("localhost:5000/", "localhost:5000/whale", true),
            ("localhost:5000/", "localhost:5001/whale", false),
            ("docker.io/", "acme/whale", true),
            ("index.docker.io/", "acme/whale", true),
        ] {
            assert_eq!(allowed(pattern, reference), admitted, "{pattern} and {reference}");
        }
        assert!(allowed(
            &format!("acme/whale@{digest}"),
            &format!("acme/whale@{digest}")
        ));
        assert!(!allowed(
            &format!("acme/whale@{digest}"),
            &format!("acme/whale@{other}")
        ));
        assert!(!allowed(&format!("acme/whale@{digest}"), "acme/whale:1.0.0"));
        assert!(allowed(
            &format!("acme/whale:1.0@{digest}"),
            &format!("acme/whale:1.0@{digest}")
        ));
        assert!(!allowed(
            &format!("acme/whale:1.0@{digest}"),
            &format!("acme/whale:1.1@{digest}")
        ));
    }

    #[test]
    fn comments_and_blank_lines_count_as_lines_and_an_empty_list_admits_nothing() {
        let list = AllowList::parse("\u{feff}# ours\r\n\r\nacme/whale # the whale\r\n  acme/otter:1.0  \r\n")
            .unwrap();
        let printed: Vec<_> = list.patterns().iter().map(ToString::to_string).collect();
        assert_eq!(printed, ["docker.io/acme/whale", "docker.io/acme/otter:1.0"]);
        assert!(!allowed("", "acme/whale"));
        assert!(!allowed("# nothing\n", "acme/whale"));
    }

    #[test]
    fn a_line_that_does_not_parse_stops_everything_with_its_number() {
        for bad in [
            "acme/Whale",
            "acme/whale:",
            "*",
            "acme/*",
            "/",
            "acme//",
            "acme/whale:^x",
            "acme/whale@sha256:12",
            "acme whale",
            "acme/whale:1.0:^2",
            "acme/whale:>=",
            "https://acme/whale",
        ] {
            let error = AllowList::parse(&format!("acme/ok\n{bad}\n")).expect_err(bad);
            assert_eq!(error.line(), 2, "{bad}: {error}");
        }
    }

    #[test]
    fn what_is_printed_is_read_back_as_the_same_pattern() {
        for text in [
            "acme/whale",
            "acme/whale:1.0",
            "acme/whale:>=1.2, <2",
            "acme/",
            "localhost:5000/",
            "registry.example/a/b/",
        ] {
            let pattern: Pattern = text.parse().unwrap();
            assert_eq!(pattern.to_string().parse::<Pattern>().unwrap(), pattern);
        }
    }

    #[test]
    fn a_scan_knows_what_to_visit() {
        let list =
            AllowList::parse("acme/whale:1.0\nacme/whale:2.0\nacme/\nlocalhost:5000/\nlocalhost:5000/x/\n")
                .unwrap();
        assert_eq!(list.repositories(), ["docker.io/acme/whale".parse().unwrap()]);
        assert_eq!(list.listed_registries(), ["docker.io", "localhost:5000"]);
    }
}

//! One extension in full.

use desktop::{Details, Hit, Listed, ReleaseLine};
use jiff::Timestamp;
use model::labels::Labels;
use model::permissions::PermissionLine;
use model::text::size;
use model::verdict::Reason;
use model::{ExtensionId, Platform};

use super::card::{Blocked, Face, Standing};
use super::installed::Row;
use super::words::{ago, count};
use crate::pages::address::linkable;

/// What this home knows of an extension without asking a registry.
#[derive(Debug)]
pub(crate) struct Known<'a> {
    /// The extension.
    pub(crate) id: &'a ExtensionId,
    /// What is installed.
    pub(crate) listed: Option<&'a Listed>,
    /// What the last scan saw.
    pub(crate) hit: Option<&'a Hit>,
    /// What the last scan refused.
    pub(crate) blocked: &'a Blocked<'a>,
}

/// The page of an extension.
#[derive(Debug)]
pub(crate) struct ExtensionPage {
    /// What identifies it.
    pub(crate) face: Face,
    /// What it does, on one line.
    pub(crate) description: Option<String>,
    /// Its categories.
    pub(crate) categories: Vec<String>,
    /// How it stands here; nothing where that is not known.
    pub(crate) standing: Option<Standing>,
    /// What is installed.
    pub(crate) row: Option<Row>,
    /// Why nothing newer than what the home knows is told.
    pub(crate) problem: Option<String>,
    /// Short facts: a name and a value.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// What the release is able to do, where that is known.
    pub(crate) permissions: Option<Vec<PermissionLine>>,
    /// Its releases, newest first.
    pub(crate) releases: Vec<ReleaseRow>,
    /// How many more there are.
    pub(crate) more: usize,
    /// The long description: hostile text or HTML.
    pub(crate) details: Option<String>,
    /// What is new: hostile text or HTML.
    pub(crate) changelog: Option<String>,
    /// Links that are safe to show.
    pub(crate) links: Vec<Link>,
    /// Pictures elsewhere.
    pub(crate) screenshots: Vec<Screenshot>,
}

/// A picture that is elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Screenshot {
    /// Where it is.
    pub(crate) link: Link,
    /// Where this service shows it, once somebody wants to see it.
    pub(crate) shown_at: Option<String>,
}

/// A link to another place, `https`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// Its text.
    pub(crate) title: String,
    /// Its address.
    pub(crate) url: String,
    /// The host that it leads to, so that a person knows before they follow it.
    pub(crate) host: String,
}

/// One release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReleaseRow {
    /// Its tag.
    pub(crate) version: String,
    /// Whether it is the installed one.
    pub(crate) is_installed: bool,
    /// Why it is refused; empty where it is accepted.
    pub(crate) reasons: Vec<String>,
    /// What should be known of it.
    pub(crate) notes: Vec<String>,
}

impl ExtensionPage {
    /// The page from what is known here and what the registry said, or why it said nothing.
    pub(crate) fn new(known: &Known<'_>, asked: Result<&Details, &str>, now: Timestamp) -> Self {
        let details = asked.ok();
        let empty = Labels::default();
        let labels = match (details, known.hit) {
            (Some(details), _) => &details.release.labels,
            (None, Some(hit)) => &hit.labels,
            (None, None) => &empty,
        };
        let row = known.listed.map(|listed| Row::new(listed, known.blocked, now));
        Self {
            face: match known.listed {
                Some(listed) => Face::of_installed(listed),
                None => Face::of(known.id, labels),
            },
            description: labels.description.clone(),
            categories: labels.categories.clone(),
            standing: standing(known, details),
            problem: asked.err().map(str::to_owned),
            facts: details.map(|details| facts(details, now)).unwrap_or_default(),
            permissions: permissions(known, details),
            releases: details.map(releases).unwrap_or_default(),
            more: details.map_or(0, |details| details.more),
            details: labels.detailed_description.clone(),
            changelog: labels.changelog.clone(),
            links: links(labels),
            screenshots: screenshots(labels),
            row,
        }
    }
}

/// What is installed counts; else what the registry says now; else what the last scan saw.
fn standing(known: &Known<'_>, details: Option<&Details>) -> Option<Standing> {
    if let Some(listed) = known.listed {
        return Some(Standing::of_installed(listed));
    }
    if let Some(details) = details {
        let fits = |line: &&ReleaseLine| line.reasons.is_empty() && line.is_offered;
        let version = details
            .releases
            .iter()
            .find(fits)
            .map(|line| line.tag.to_string());
        return Some(match version {
            Some(version) => Standing::Offered { version },
            None if details.release.reasons.is_empty() => Standing::Offered {
                version: details
                    .release
                    .tag
                    .as_ref()
                    .map_or_else(|| details.release.digest.short().to_owned(), ToString::to_string),
            },
            None => Standing::Unfit {
                reasons: sentences(&details.release.reasons),
            },
        });
    }
    let hit = known.hit?;
    Some(match &hit.version {
        Some(version) => Standing::Offered {
            version: version.clone(),
        },
        None => Standing::Unfit {
            reasons: known.blocked.reasons(known.id),
        },
    })
}

fn sentences(reasons: &[Reason]) -> Vec<String> {
    reasons.iter().map(|reason| reason.message.clone()).collect()
}

fn facts(details: &Details, now: Timestamp) -> Vec<(&'static str, String)> {
    let release = &details.release;
    let platforms: Vec<_> = release.platforms.iter().map(Platform::to_string).collect();
    let facts = [
        ("Release", release.tag.as_ref().map(ToString::to_string)),
        ("Download", release.download_size.map(size)),
        ("Made", release.created.map(|created| ago(created, now))),
        ("Extension API", release.labels.api_version.clone()),
        (
            "Platforms",
            Some(platforms.join(", ")).filter(|text| !text.is_empty()),
        ),
        ("Account", release.labels.account_info.clone()),
        ("Digest", Some(release.digest.short().to_owned())),
    ];
    let known = facts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    known.collect()
}

fn permissions(known: &Known<'_>, details: Option<&Details>) -> Option<Vec<PermissionLine>> {
    let installed = known.listed.map(|listed| &listed.installed.current.permissions);
    let described = details.and_then(|details| details.permissions.as_ref());
    described
        .or(installed)
        .map(model::permissions::Permissions::lines)
}

fn releases(details: &Details) -> Vec<ReleaseRow> {
    let row = |line: &ReleaseLine| {
        let version = line.tag.to_string();
        let mut notes = line.notes.clone();
        if !line.is_offered {
            notes.push("a pre-release, taken only by its tag".to_owned());
        }
        ReleaseRow {
            is_installed: details.installed.as_ref() == Some(&version),
            reasons: sentences(&line.reasons),
            version,
            notes,
        }
    };
    details.releases.iter().map(row).collect()
}

fn links(labels: &Labels) -> Vec<Link> {
    let publisher = labels.publisher_url.iter().map(|url| ("Publisher", url));
    let others = labels
        .additional_urls
        .iter()
        .map(|link| (link.title.as_str(), &link.url));
    publisher
        .chain(others)
        .filter_map(|(title, url)| Link::of(title, url))
        .collect()
}

fn screenshots(labels: &Labels) -> Vec<Screenshot> {
    let shots = labels.screenshots.iter().enumerate();
    let link = |(index, shot): (usize, &model::labels::Screenshot)| {
        let number = format!("Picture {}", index + 1);
        Link::of(if shot.alt.is_empty() { &number } else { &shot.alt }, &shot.url)
    };
    let shots = shots.filter_map(link);
    shots.map(|link| Screenshot { link, shown_at: None }).collect()
}

impl Link {
    /// The link, if a page may lead there.
    fn of(title: &str, url: &str) -> Option<Self> {
        let url = linkable(url)?;
        // What is before an `@` is no host, though it may look like one.
        let host = url.split(['/', '?', '#']).nth(2)?.rsplit('@').next()?;
        Some(Self {
            title: title.to_owned(),
            url: url.to_owned(),
            host: host.to_owned(),
        })
    }
}

impl ExtensionPage {
    /// The same page with its pictures, each at the address that `offer` gives for it.
    pub(crate) fn with_pictures(mut self, offer: impl Fn(&str) -> Option<String>) -> Self {
        for shot in &mut self.screenshots {
            shot.shown_at = offer(&shot.link.url);
        }
        self
    }

    /// The hosts that are asked for its pictures, each once.
    pub(crate) fn picture_hosts(&self) -> Vec<&str> {
        let mut hosts: Vec<_> = self
            .screenshots
            .iter()
            .map(|shot| shot.link.host.as_str())
            .collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// A sentence about the releases that are not shown.
    pub(crate) fn and_more(&self) -> Option<String> {
        (self.more > 0).then(|| format!("and {} before them", count(self.more as u64, "release")))
    }
}

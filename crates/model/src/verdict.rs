//! May and can this host take this release? If not: every reason.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::api_version::ApiRequirement;
use crate::digest::Digest;
use crate::facts::ReleaseFacts;
use crate::host::Host;
use crate::installed::Generation;
use crate::labels::Labels;
use crate::policy::Policy;
use crate::reference::{ExtensionId, Tag};
use crate::version::ReleaseTag;

/// Why a release is refused, or a repository could not be looked at: a stable word and a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The stable word.
    pub code: ReasonCode,
    /// The sentence for people.
    pub message: String,
}

impl Reason {
    /// Pairs a word with its sentence.
    pub fn new(code: ReasonCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// A person said that no update may move it.
    pub(crate) fn held() -> Self {
        Self::new(ReasonCode::Held, "it is held")
    }
}

/// The stable words of [`Reason`]. New ones may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonCode {
    /// The allow-list does not admit it.
    NotAllowed,
    /// It needs another version of the Extension API than the host offers.
    ApiVersion,
    /// Its API requirement cannot be understood.
    ApiRequirement,
    /// It is not published for the host's platform.
    Platform,
    /// It is younger than the policy's minimum age.
    MinimumAge,
    /// There is nothing but pre-releases, and the policy does not offer them.
    PreRelease,
    /// The extension is held.
    Held,
    /// The release was left by a rollback.
    RolledBack,
    /// The registry asks to wait.
    RateLimited,
    /// The registry wants a login, or refused it.
    Login,
    /// The registry could not be reached.
    Network,
    /// The registry failed.
    Server,
    /// It is not there, or hidden.
    NotFound,
    /// The content is not what it should be.
    Invalid,
}

/// The answer to one release: no reasons against it means accepted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Every reason against it.
    pub reasons: Vec<Reason>,
    /// What a user should know although it does not speak against it.
    pub notes: Vec<String>,
}

impl Verdict {
    /// Whether nothing speaks against it.
    pub fn is_accepted(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// A release as it stands in a registry.
#[derive(Debug, Clone, Copy)]
pub struct Release<'a> {
    /// The extension.
    pub id: &'a ExtensionId,
    /// The tag, unless it is asked for by digest.
    pub tag: Option<&'a Tag>,
    /// What the tag points to.
    pub digest: &'a Digest,
    /// What is known of it.
    pub facts: &'a ReleaseFacts,
    /// Since when this home has seen that digest under that tag, if it witnessed its appearance.
    pub since: Option<Timestamp>,
}

/// Judges a release that was asked for by name: allow-list, platform, Extension API.
pub fn judge(release: &Release<'_>, host: &Host, policy: &Policy) -> Verdict {
    let mut verdict = Verdict::default();
    let named = (release.tag, release.digest);
    let manifest = release.facts.image.as_ref().map(|image| &image.manifest);
    verdict
        .reasons
        .extend(refusal_by_allow_list(release.id, named, manifest, policy));
    verdict.reasons.extend(refusal_by_prefix(release, host));
    match &release.facts.image {
        Some(image) => {
            let requirement = Labels::read(&image.labels).api_version;
            judge_api(requirement.as_deref(), host, policy, &mut verdict);
        }
        None => verdict.reasons.push(no_platform(release, host)),
    }
    verdict
}

/// Judges a release that would be offered unasked: all of [`judge`], and old enough.
pub fn judge_offer(release: &Release<'_>, host: &Host, policy: &Policy, now: Timestamp) -> Verdict {
    let mut verdict = judge(release, host, policy);
    if policy.minimum_age.is_positive() {
        judge_age(release, policy.minimum_age, now, &mut verdict);
    }
    verdict
}

/// Judges a generation that is on disk already, before it is made current again: allow-list, system, Extension API. They may
/// have changed since it was installed.
pub fn judge_generation(id: &ExtensionId, generation: &Generation, host: &Host, policy: &Policy) -> Verdict {
    let mut verdict = Verdict::default();
    let Generation {
        tag,
        digest,
        manifest,
        system,
        api_version,
        ..
    } = generation;
    let named = (tag.as_ref(), digest);
    verdict
        .reasons
        .extend(refusal_by_allow_list(id, named, Some(manifest), policy));
    if *system != host.system {
        let message = format!("its files are those for {system}; this host is {}", host.system);
        verdict.reasons.push(Reason::new(ReasonCode::Platform, message));
    }
    judge_api(api_version.as_deref(), host, policy, &mut verdict);
    verdict
}

fn refusal_by_allow_list(
    id: &ExtensionId,
    (tag, digest): (Option<&Tag>, &Digest),
    manifest: Option<&Digest>,
    policy: &Policy,
) -> Option<Reason> {
    let list = policy.allow_list.as_ref()?;
    let digests: Vec<&Digest> = std::iter::once(digest).chain(manifest).collect();
    if list.admits(id, tag, &digests).is_some() {
        return None;
    }
    let name = match tag {
        Some(tag) => format!("{id}:{tag}"),
        None => format!("{id}@{digest}"),
    };
    Some(Reason::new(
        ReasonCode::NotAllowed,
        format!("the allow-list does not admit {name}"),
    ))
}

/// A platform prefix says for which system's desktops a release is, whatever platform its image has.
fn refusal_by_prefix(release: &Release<'_>, host: &Host) -> Option<Reason> {
    let system = ReleaseTag::parse(release.tag?)?.prefix?;
    (system != host.system).then(|| {
        let message = format!(
            "its tag says that it is for {system} only; this host is {}",
            host.system
        );
        Reason::new(ReasonCode::Platform, message)
    })
}

fn judge_api(requirement: Option<&str>, host: &Host, policy: &Policy, verdict: &mut Verdict) {
    let Some(text) = requirement else {
        verdict
            .notes
            .push("its labels do not say which Extension API it needs".to_owned());
        return;
    };
    match ApiRequirement::parse(text, policy.bare_api_version) {
        Ok(requirement) if requirement.admits(&host.api_version) => {}
        Ok(requirement) => verdict.reasons.push(Reason::new(
            ReasonCode::ApiVersion,
            format!(
                "it needs Extension API `{requirement}`; this desktop offers {}",
                host.api_version
            ),
        )),
        Err(error) => verdict
            .reasons
            .push(Reason::new(ReasonCode::ApiRequirement, error.to_string())),
    }
}

fn no_platform(release: &Release<'_>, host: &Host) -> Reason {
    let wanted = &host.image_platforms(None)[0];
    let offered: Vec<_> = release.facts.platforms.iter().map(ToString::to_string).collect();
    let offered = if offered.is_empty() {
        "no platform".to_owned()
    } else {
        offered.join(", ")
    };
    Reason::new(
        ReasonCode::Platform,
        format!("it is published for {offered}; this host needs {wanted}"),
    )
}

fn judge_age(release: &Release<'_>, minimum: SignedDuration, now: Timestamp, verdict: &mut Verdict) {
    let created = release.facts.image.as_ref().and_then(|image| image.created);
    let since = release.since.or(created);
    if release.since.is_none() && created.is_some() {
        verdict.notes.push(
            "its age is counted from the date in its image, not from when it was first seen".to_owned(),
        );
    }
    let age = since.map_or(SignedDuration::ZERO, |since| now.duration_since(since));
    if age < minimum {
        let age = age.max(SignedDuration::ZERO);
        verdict.reasons.push(Reason::new(
            ReasonCode::MinimumAge,
            format!("it is {} old; the policy asks for {}", days(age), days(minimum)),
        ));
    }
}

/// A duration in the largest unit of which there is at least one: `3 days`, `5 hours`.
fn days(duration: SignedDuration) -> String {
    let minutes = duration.as_mins();
    let (count, unit) = match minutes {
        0..60 => (minutes, "minute"),
        60..1440 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    if count == 1 {
        format!("1 {unit}")
    } else {
        format!("{count} {unit}s")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::allow_list::AllowList;
    use crate::api_version::BareApiVersion;
    use crate::facts::ImageFacts;
    use crate::permissions::Permissions;
    use crate::platform::System;

    const API: &str = "com.docker.desktop.extension.api.version";

    fn facts(api: Option<&str>, created: Option<&str>) -> ReleaseFacts {
        let labels = api
            .map(|api| (API.to_owned(), api.to_owned()))
            .into_iter()
            .collect::<BTreeMap<_, _>>();
        ReleaseFacts {
            platforms: vec!["linux/amd64".parse().unwrap()],
            image: Some(ImageFacts {
                manifest: Digest::of(b"manifest"),
                platform: "linux/amd64".parse().unwrap(),
                labels,
                created: created.map(|time| time.parse().unwrap()),
                download_size: 1,
            }),
        }
    }

    fn host() -> Host {
        Host::new("0.4.2".parse().unwrap(), "linux/amd64".parse().unwrap()).unwrap()
    }

    fn codes(facts: &ReleaseFacts, policy: &Policy, since: Option<&str>) -> Vec<ReasonCode> {
        let id = "acme/whale".parse().unwrap();
        let tag = "1.2.0".parse().unwrap();
        let digest = Digest::of(b"index");
        let release = Release {
            id: &id,
            tag: Some(&tag),
            digest: &digest,
            facts,
            since: since.map(|time| time.parse().unwrap()),
        };
        let now = "2026-06-10T00:00:00Z".parse().unwrap();
        judge_offer(&release, &host(), policy, now)
            .reasons
            .into_iter()
            .map(|reason| reason.code)
            .collect()
    }

    #[test]
    fn a_fitting_release_is_accepted_and_a_missing_label_is_only_noted() {
        assert_eq!(
            codes(&facts(Some(">= 0.2.3"), None), &Policy::default(), None),
            []
        );
        assert_eq!(codes(&facts(None, None), &Policy::default(), None), []);
    }

    #[test]
    fn every_reason_is_given_and_not_only_the_first() {
        let policy = Policy {
            allow_list: Some(AllowList::parse("acme/whale:1.0.0").unwrap()),
            minimum_age: SignedDuration::from_hours(72),
            ..Policy::default()
        };
        assert_eq!(
            codes(&facts(Some(">= 9"), Some("2026-06-09T00:00:00Z")), &policy, None),
            [
                ReasonCode::NotAllowed,
                ReasonCode::ApiVersion,
                ReasonCode::MinimumAge
            ]
        );
        let elsewhere = ReleaseFacts {
            platforms: vec!["linux/arm64".parse().unwrap()],
            image: None,
        };
        assert_eq!(
            codes(&elsewhere, &Policy::default(), None),
            [ReasonCode::Platform]
        );
    }

    #[test]
    fn an_unreadable_requirement_is_refused_and_a_bare_one_is_a_choice() {
        assert_eq!(
            codes(&facts(Some("soon"), None), &Policy::default(), None),
            [ReasonCode::ApiRequirement]
        );
        assert_eq!(codes(&facts(Some("0.3.4"), None), &Policy::default(), None), []);
        let exact = Policy {
            bare_api_version: BareApiVersion::Exact,
            ..Policy::default()
        };
        assert_eq!(
            codes(&facts(Some("0.3.4"), None), &exact, None),
            [ReasonCode::ApiVersion]
        );
    }

    #[test]
    fn age_counts_from_what_was_witnessed_else_from_the_image() {
        let policy = Policy {
            minimum_age: SignedDuration::from_hours(48),
            ..Policy::default()
        };
        let old = facts(None, Some("2020-01-01T00:00:00Z"));
        let future = facts(None, Some("2030-01-01T00:00:00Z"));
        assert_eq!(codes(&old, &policy, None), []);
        assert_eq!(
            codes(&old, &policy, Some("2026-06-09T00:00:00Z")),
            [ReasonCode::MinimumAge]
        );
        assert_eq!(codes(&old, &policy, Some("2026-06-07T00:00:00Z")), []);
        assert_eq!(codes(&future, &policy, None), [ReasonCode::MinimumAge]);
        assert_eq!(codes(&facts(None, None), &policy, None), [ReasonCode::MinimumAge]);
    }

    #[test]
    fn an_allowed_digest_may_be_that_of_the_index_or_of_the_platforms_manifest() {
        for digest in [Digest::of(b"index"), Digest::of(b"manifest")] {
            let list = AllowList::parse(&format!("acme/whale@{digest}")).unwrap();
            let policy = Policy {
                allow_list: Some(list),
                ..Policy::default()
            };
            assert_eq!(codes(&facts(None, None), &policy, None), []);
        }
    }

    fn generation(tag: Option<&str>, system: System, api: Option<&str>) -> Generation {
        Generation {
            tag: tag.map(|tag| tag.parse().unwrap()),
            digest: Digest::of(b"index"),
            manifest: Digest::of(b"manifest"),
            system,
            title: String::new(),
            vendor: None,
            api_version: api.map(str::to_owned),
            tabs: Vec::new(),
            backend: false,
            binaries: Vec::new(),
            permissions: Permissions::default(),
            payload: Digest::of(b"payload"),
            size: 0,
            layers: Vec::new(),
            installed_at: Timestamp::UNIX_EPOCH,
            automatic: false,
        }
    }

    /// The reasons against going back to a generation on a linux desktop with Extension API 0.4.2.
    fn codes_of(generation: &Generation, allow_list: Option<&str>) -> Vec<ReasonCode> {
        let policy = Policy {
            allow_list: allow_list.map(|list| AllowList::parse(list).unwrap()),
            // Neither is asked of what is on disk already.
            minimum_age: SignedDuration::from_hours(72),
            pre_releases: false,
            ..Policy::default()
        };
        let verdict = judge_generation(&"acme/whale".parse().unwrap(), generation, &host(), &policy);
        verdict.reasons.into_iter().map(|reason| reason.code).collect()
    }

    #[test]
    fn a_generation_on_disk_is_held_against_the_allow_list_the_system_and_the_extension_api_of_today() {
        use ReasonCode::{ApiRequirement, ApiVersion, NotAllowed, Platform};
        let index = format!("acme/whale@{}", Digest::of(b"index"));
        let manifest = format!("acme/whale@{}", Digest::of(b"manifest"));
        let another = format!("acme/whale@{}", Digest::of(b"another"));
        let (linux, windows) = (System::Linux, System::Windows);
        for (tag, system, api, allow_list, expected) in [
            (Some("1.2.0"), linux, Some(">= 0.3"), None, vec![]),
            (Some("1.2.0-beta.1"), linux, None, None, vec![]),
            (None, linux, None, None, vec![]),
            (Some("1.2.0"), linux, None, Some("acme/whale"), vec![]),
            (Some("1.2.0"), linux, None, Some("acme/"), vec![]),
            (Some("1.2.0"), linux, None, Some("acme/whale:^1.2"), vec![]),
            (
                Some("1.2.0"),
                linux,
                None,
                Some("acme/whale:^1.3"),
                vec![NotAllowed],
            ),
            (Some("1.2.0"), linux, None, Some("acme/squid"), vec![NotAllowed]),
            (Some("1.2.0"), linux, None, Some(""), vec![NotAllowed]),
            // Installed by digest alone: no tag could admit it, and either of its digests can.
            (None, linux, None, Some("acme/whale:^1.2"), vec![NotAllowed]),
            (None, linux, None, Some(&index), vec![]),
            (None, linux, None, Some(&manifest), vec![]),
            (None, linux, None, Some(&another), vec![NotAllowed]),
            (Some("1.2.0"), windows, None, None, vec![Platform]),
            (Some("1.2.0"), linux, Some(">= 0.5"), None, vec![ApiVersion]),
            (Some("1.2.0"), linux, Some("soon"), None, vec![ApiRequirement]),
            (
                Some("1.2.0"),
                windows,
                Some("0.5"),
                Some("acme/squid"),
                vec![NotAllowed, Platform, ApiVersion],
            ),
        ] {
            let found = codes_of(&generation(tag, system, api), allow_list);
            assert_eq!(found, expected, "{tag:?} {system} {api:?} {allow_list:?}");
        }
    }
}

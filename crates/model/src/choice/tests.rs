use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::allow_list::AllowList;
use crate::automatic::{Level, Refusal};
use crate::facts::ImageFacts;
use crate::verdict::ReasonCode;

const API: &str = "com.docker.desktop.extension.api.version";

fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

/// A repository in memory: tag, what its digest is made from, API requirement.
struct Repository(Vec<(&'static str, &'static str, &'static str)>);

impl Repository {
    fn tags(&self) -> Vec<Tag> {
        self.0.iter().map(|(name, ..)| tag(name)).collect()
    }

    fn facts(api: &str) -> ReleaseFacts {
        let platform = "linux/amd64".parse().unwrap();
        ReleaseFacts {
            platforms: vec!["linux/amd64".parse().unwrap()],
            image: Some(ImageFacts {
                manifest: Digest::of(api.as_bytes()),
                platform,
                labels: [(API.to_owned(), api.to_owned())].into(),
                created: Some("2026-01-01T00:00:00Z".parse().unwrap()),
                download_size: 1,
            }),
        }
    }

    /// Walks to the end; returns the answer, what was looked at, and what was only resolved.
    fn walk(&self, installed: Option<&Installed>, policy: &Policy) -> (Choice, Vec<String>, Vec<String>) {
        self.walk_within(installed, policy, None)
    }

    /// The same for an update that nobody asks for.
    fn walk_within(
        &self,
        installed: Option<&Installed>,
        policy: &Policy,
        within: Option<Within<'_>>,
    ) -> (Choice, Vec<String>, Vec<String>) {
        let id: ExtensionId = "acme/whale".parse().unwrap();
        let host = Host::new("0.4.2".parse().unwrap(), "linux/amd64".parse().unwrap()).unwrap();
        let now = "2026-06-01T00:00:00Z".parse().unwrap();
        let left = installed.map_or(&[][..], |installed| &installed.left);
        let walk = Walk::new(&id, &self.tags(), installed, (&host, policy), now).without(left);
        let walk = match within {
            Some(within) => walk.within(within),
            None => walk,
        };
        let mut known = BTreeMap::new();
        let (mut looked, mut resolved) = (Vec::new(), Vec::new());
        loop {
            let find = |wanted: &Tag| self.0.iter().find(|(name, ..)| *name == wanted.as_str()).unwrap();
            match walk.next(&known) {
                Step::Done(choice) => return (*choice, looked, resolved),
                Step::Resolve(wanted) => {
                    let (_, content, _) = find(&wanted);
                    resolved.push(wanted.to_string());
                    known.insert(wanted, Known::Digest(Digest::of(content.as_bytes())));
                }
                Step::Look(wanted) => {
                    let (_, content, api) = find(&wanted);
                    looked.push(wanted.to_string());
                    let entry = if *api == "broken" {
                        Known::Broken(Reason::new(ReasonCode::Invalid, "not JSON"))
                    } else {
                        let digest = Digest::of(content.as_bytes());
                        Known::Facts {
                            digest,
                            facts: Box::new(Self::facts(api)),
                            since: None,
                        }
                    };
                    known.insert(wanted, entry);
                }
            }
        }
    }
}

fn installed(version: &str, held: bool) -> Installed {
    let text = serde_json::json!({
        "id": "acme/whale", "held": held,
        "current": {
            "tag": version, "digest": Digest::of(b"i"), "manifest": Digest::of(b"m"), "system": "linux",
            "title": "Whale", "vendor": null, "apiVersion": null, "tabs": [], "backend": false, "binaries": [],
            "permissions": crate::permissions::Permissions::default(), "payload": Digest::of(b"p"), "size": 0,
            "installedAt": "2026-01-01T00:00:00Z",
        },
    });
    serde_json::from_value(text).unwrap()
}

fn offered(choice: &Choice) -> Option<&str> {
    choice.offer.as_ref().map(|chosen| chosen.tag.as_str())
}

fn blocked(choice: &Choice) -> Option<(&str, Vec<ReasonCode>)> {
    choice.blocked.as_ref().map(|(chosen, reasons)| {
        (
            chosen.tag.as_str(),
            reasons.iter().map(|reason| reason.code).collect(),
        )
    })
}

#[test]
fn the_newest_release_that_fits_is_offered_and_nothing_below_it_is_looked_at() {
    let repository = Repository(vec![
        ("1.0.0", "a", "0.3.0"),
        ("1.1.0", "b", ">=0.4"),
        ("2.0.0", "c", ">= 9"),
        ("latest", "c", ""),
    ]);
    let (choice, looked, resolved) = repository.walk(None, &Policy::default());
    assert_eq!(offered(&choice), Some("1.1.0"));
    assert_eq!(blocked(&choice), Some(("2.0.0", vec![ReasonCode::ApiVersion])));
    assert_eq!(looked, ["2.0.0", "1.1.0"]);
    assert!(resolved.is_empty());
}

#[test]
fn what_is_installed_is_never_offered_again_nor_anything_older() {
    let repository = Repository(vec![("1.0.0", "a", ""), ("v1.1.0", "b", ""), ("1.1", "b", "")]);
    let (choice, looked, _) = repository.walk(Some(&installed("1.1.0", false)), &Policy::default());
    assert_eq!(choice, Choice::default());
    assert!(looked.is_empty());
}

#[test]
fn a_held_extension_is_offered_nothing_and_told_what_is_there() {
    let repository = Repository(vec![
        ("1.0.0", "a", ""),
        ("1.1.0", "b", ""),
        ("2.0.0", "c", ">= 9"),
    ]);
    let (choice, looked, _) = repository.walk(Some(&installed("1.0.0", true)), &Policy::default());
    assert_eq!(offered(&choice), None);
    assert_eq!(
        blocked(&choice),
        Some(("2.0.0", vec![ReasonCode::Held, ReasonCode::ApiVersion]))
    );
    assert_eq!(looked, ["2.0.0"]);
}

#[test]
fn pre_releases_are_for_those_who_asked() {
    let repository = Repository(vec![
        ("1.0.0", "a", ""),
        ("1.1.0-rc.1", "b", ""),
        ("1.1.0-rc.2", "c", ""),
    ]);
    let offer = |installed: Option<&Installed>, policy: &Policy| {
        offered(&repository.walk(installed, policy).0).map(str::to_owned)
    };
    let asked = Policy {
        pre_releases: true,
        ..Policy::default()
    };
    assert_eq!(offer(None, &Policy::default()).as_deref(), Some("1.0.0"));
    assert_eq!(offer(None, &asked).as_deref(), Some("1.1.0-rc.2"));
    assert_eq!(
        offer(Some(&installed("1.1.0-rc.1", false)), &Policy::default()).as_deref(),
        Some("1.1.0-rc.2")
    );
    assert_eq!(offer(Some(&installed("1.0.0", false)), &Policy::default()), None);
    let (choice, ..) = repository.walk(Some(&installed("1.0.0", false)), &Policy::default());
    assert_eq!(
        blocked(&choice),
        None,
        "being a pre-release alone is no reason to report"
    );
}

#[test]
fn a_floating_name_is_never_offered_beside_its_release() {
    let repository = Repository(vec![
        ("1.2.0-rc.1", "a", ""),
        ("1.2", "a", ""),
        ("1.1.0", "c", ""),
    ]);
    let (choice, ..) = repository.walk(None, &Policy::default());
    assert_eq!(offered(&choice), Some("1.1.0"));
    let own = Repository(vec![("1.2", "x", ""), ("1.1.0", "c", "")]);
    assert_eq!(offered(&own.walk(None, &Policy::default()).0), Some("1.2"));
    let alone = Repository(vec![("1.2", "x", ""), ("1.1", "c", "")]);
    let (choice, _, resolved) = alone.walk(None, &Policy::default());
    assert_eq!(offered(&choice), Some("1.2"));
    assert!(
        resolved.is_empty(),
        "no tag of three numbers, nothing to compare with"
    );
}

#[test]
fn a_release_that_cannot_be_looked_at_does_not_hide_the_next() {
    let repository = Repository(vec![("1.0.0", "a", ""), ("1.1.0", "b", "broken")]);
    let (choice, ..) = repository.walk(None, &Policy::default());
    assert_eq!(offered(&choice), Some("1.0.0"));
    assert_eq!(choice.broken[0].0, tag("1.1.0"));
}

#[test]
fn the_allow_list_chooses_among_releases() {
    let repository = Repository(vec![("1.0.0", "a", ""), ("1.1.0", "b", ""), ("2.0.0", "c", "")]);
    let list = AllowList::parse("acme/whale:^1").unwrap();
    let policy = Policy {
        allow_list: Some(list),
        ..Policy::default()
    };
    let (choice, ..) = repository.walk(None, &policy);
    assert_eq!(offered(&choice), Some("1.1.0"));
    assert_eq!(blocked(&choice), Some(("2.0.0", vec![ReasonCode::NotAllowed])));
}

#[test]
fn a_young_release_waits() {
    let repository = Repository(vec![("1.0.0", "a", "")]);
    let policy = Policy {
        minimum_age: SignedDuration::from_hours(24 * 365),
        ..Policy::default()
    };
    let (choice, ..) = repository.walk(None, &policy);
    assert_eq!(offered(&choice), None);
    assert_eq!(blocked(&choice), Some(("1.0.0", vec![ReasonCode::MinimumAge])));
}

#[test]
fn what_has_no_place_in_the_order_is_offered_nothing() {
    let repository = Repository(vec![("1.0.0", "a", ""), ("latest", "a", "")]);
    let (choice, looked, _) = repository.walk(Some(&installed("latest", false)), &Policy::default());
    assert_eq!(choice, Choice::default());
    assert!(looked.is_empty());
}

#[test]
fn a_repository_of_endless_unfit_releases_costs_a_bounded_walk() {
    let tags: Vec<_> = (0..500)
        .map(|minor| (&*format!("1.{minor}.0").leak(), "a", ">= 9"))
        .collect();
    let (choice, looked, _) = Repository(tags).walk(None, &Policy::default());
    assert_eq!(offered(&choice), None);
    assert_eq!(looked.len(), MOST_LOOKED_AT);
    assert!(choice.is_cut, "and says that it ended early");
}

proptest! {
    #[test]
    fn a_further_release_never_makes_the_choice_older(
        versions in prop::collection::btree_set((0u8..4, 0u8..4, 0u8..4, any::<bool>()), 1..8),
        further in (0u8..4, 0u8..4, 0u8..4, any::<bool>()),
    ) {
        let release = |(major, minor, patch, fits): (u8, u8, u8, bool)| {
            let name: &'static str = format!("{major}.{minor}.{patch}").leak();
            (name, name, if fits { ">= 0.1" } else { ">= 9" })
        };
        let before: Vec<_> = versions.iter().copied().map(release).collect();
        prop_assume!(!before.iter().any(|(name, ..)| *name == release(further).0));
        let mut after = before.clone();
        after.push(release(further));
        let choose = |tags| {
            let (choice, ..) = Repository(tags).walk(None, &Policy::default());
            choice.offer.map(|chosen| ReleaseTag::parse(&chosen.tag).unwrap())
        };
        prop_assert!(choose(after) >= choose(before));
    }
}

#[test]
fn what_a_rollback_has_left_is_not_offered_but_what_is_newer_is() {
    let mut repository = Repository(vec![("1.0.0", "a", ""), ("1.1.0", "b", ""), ("1.2.0", "c", "")]);
    let mut installed = installed("1.0.0", false);
    installed.left = vec![ReleaseName {
        tag: Some("1.2.0".parse().unwrap()),
        digest: Digest::of(b"elsewhere, once"),
    }];
    let (choice, ..) = repository.walk(Some(&installed), &Policy::default());
    assert_eq!(offered(&choice), Some("1.1.0"));
    assert_eq!(blocked(&choice), Some(("1.2.0", vec![ReasonCode::RolledBack])));
    repository.0.push(("1.3.0", "d", ""));
    let (choice, ..) = repository.walk(Some(&installed), &Policy::default());
    assert_eq!((offered(&choice), blocked(&choice)), (Some("1.3.0"), None));
    // The same content under another tag is what was left too.
    repository.0.push(("1.4.0", "elsewhere, once", ""));
    let (choice, ..) = repository.walk(Some(&installed), &Policy::default());
    assert_eq!(offered(&choice), Some("1.3.0"));
    assert_eq!(blocked(&choice), Some(("1.4.0", vec![ReasonCode::RolledBack])));
}

/// What is taken unasked, and what was looked at for it.
fn taken(
    repository: &Repository,
    installed: &Installed,
    policy: &Policy,
    within: (Level, &[Refusal]),
) -> (Option<String>, Vec<String>) {
    let (level, refusals) = within;
    let within = Some(Within { level, refusals });
    let (choice, looked, _) = repository.walk_within(Some(installed), policy, within);
    (offered(&choice).map(str::to_owned), looked)
}

#[test]
fn an_update_that_nobody_asks_for_is_the_newest_release_within_its_level() {
    let repository = Repository(vec![
        ("1.2.0", "a", ""),
        ("1.2.4", "b", ""),
        ("1.2.5", "c", ""),
        ("1.2.6", "d", ">= 9"),
        ("1.3.0", "e", ""),
        ("1.3.1-rc.1", "f", ""),
        ("2.0.0", "g", ""),
        ("latest", "g", ""),
    ]);
    let installed = installed("1.2.0", false);
    for (level, expected, looked_at) in [
        (Level::Off, None, vec![]),
        (Level::Patch, Some("1.2.5"), vec!["1.2.6", "1.2.5"]),
        (Level::Minor, Some("1.3.0"), vec!["1.3.0"]),
        (Level::All, Some("2.0.0"), vec!["2.0.0"]),
    ] {
        let (taken, looked) = taken(&repository, &installed, &Policy::default(), (level, &[]));
        assert_eq!(taken.as_deref(), expected, "{level}");
        assert_eq!(looked, looked_at, "nothing beyond {level} is looked at");
    }
}

#[test]
fn nothing_is_taken_unasked_that_is_held_young_left_or_not_a_version() {
    let repository = Repository(vec![("1.2.0", "a", ""), ("1.2.4", "b", ""), ("1.2.5", "c", "")]);
    let take =
        |installed: &Installed, policy: &Policy| taken(&repository, installed, policy, (Level::All, &[])).0;
    let usual = Policy::default();
    assert_eq!(take(&installed("1.2.0", true), &usual), None);
    assert_eq!(take(&installed("latest", false), &usual), None);
    let patient = Policy {
        minimum_age: SignedDuration::from_hours(24 * 365),
        ..Policy::default()
    };
    assert_eq!(take(&installed("1.2.0", false), &patient), None);
    let mut back = installed("1.2.0", false);
    back.left = vec![ReleaseName {
        tag: Some(tag("1.2.5")),
        digest: Digest::of(b"c"),
    }];
    assert_eq!(take(&back, &usual).as_deref(), Some("1.2.4"));
}

#[test]
fn what_asks_for_more_is_passed_over_for_the_next_that_does_not() {
    let repository = Repository(vec![("1.2.0", "a", ""), ("1.2.4", "b", ""), ("1.2.5", "c", "")]);
    let installed = installed("1.2.0", false);
    let refusal = |content: &[u8]| Refusal::new(Digest::of(content), &installed.current.permissions);
    let take = |refusals: &[Refusal]| {
        taken(
            &repository,
            &installed,
            &Policy::default(),
            (Level::Patch, refusals),
        )
        .0
    };
    assert_eq!(take(&[refusal(b"c")]).as_deref(), Some("1.2.4"));
    assert_eq!(take(&[refusal(b"c"), refusal(b"b")]), None);
    // A tag that leads elsewhere now is another release.
    assert_eq!(take(&[refusal(b"once")]).as_deref(), Some("1.2.5"));
    let (choice, ..) = repository.walk(Some(&installed), &Policy::default());
    assert_eq!(offered(&choice), Some("1.2.5"), "a person may still take it");
}

proptest! {
    #[test]
    fn what_is_taken_unasked_is_newer_within_its_level_and_would_be_offered_alone(
        versions in prop::collection::btree_map((0u8..3, 0u8..3, 0u8..3, any::<bool>()), any::<bool>(), 1..10),
        from in (0u8..3, 0u8..3, 0u8..3),
        level in prop::sample::select(vec![Level::Off, Level::Patch, Level::Minor, Level::All]),
    ) {
        let releases: Vec<_> = versions.iter().map(|((major, minor, patch, is_pre), fits)| {
            let pre = if *is_pre { "-rc.1" } else { "" };
            let name: &'static str = format!("{major}.{minor}.{patch}{pre}").leak();
            (name, name, if *fits { ">= 0.1" } else { ">= 9" })
        }).collect();
        let from = format!("{}.{}.{}", from.0, from.1, from.2);
        let installed = installed(&from, false);
        let repository = Repository(releases.clone());
        let (taken, _) = taken(&repository, &installed, &Policy::default(), (level, &[]));
        let version = |text: &str| ReleaseTag::parse(&tag(text)).unwrap().version;
        let from = version(&from);
        // The newest by the plainest way to say it.
        let may = |(name, _, api): &&(&str, &str, &str)| {
            let version = version(name);
            *api != ">= 9" && !version.is_pre_release()
                && version.precedence(&from).is_gt() && level.admits(&from, &version)
        };
        let mut fitting: Vec<_> = releases.iter().filter(may).map(|(name, ..)| version(name)).collect();
        fitting.sort_by(super::super::version::ReleaseVersion::precedence);
        prop_assert_eq!(taken.as_deref().map(version), fitting.pop());
    }
}

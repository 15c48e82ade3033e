//! The choice of a release, against a reader who looks at everything and takes the best.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use model::choice::{Choice, Known, Step, Walk};
use model::facts::{ImageFacts, ReleaseFacts};
use model::installed::Installed;
use model::permissions::Permissions;
use model::verdict::{self, Reason, ReasonCode, Release};
use model::version::ReleaseTag;
use model::{AllowList, BareApiVersion, Digest, ExtensionId, Host, Policy, Tag};
use proptest::prelude::*;
use serde_json::json;

use crate::any;

/// What a tag may point to.
#[derive(Debug, Clone)]
enum Content {
    /// Something that cannot be looked at.
    Broken,
    Release(ReleaseFacts),
}

/// A repository: its tags, and the number of the content that each points to.
#[derive(Debug, Clone)]
struct Repository {
    contents: Vec<Content>,
    tags: BTreeMap<Tag, usize>,
}

/// Who looks at it.
#[derive(Debug, Clone)]
struct Desktop {
    host: Host,
    policy: Policy,
    installed: Option<Installed>,
}

fn id() -> ExtensionId {
    "acme/whale".parse().unwrap()
}

fn now() -> Timestamp {
    "2026-06-10T00:00:00Z".parse().unwrap()
}

fn digest(content: usize) -> Digest {
    Digest::of(&content.to_le_bytes())
}

impl Repository {
    fn tags(&self) -> Vec<Tag> {
        self.tags.keys().cloned().collect()
    }

    fn digest(&self, tag: &Tag) -> Digest {
        digest(self.tags[tag])
    }

    /// What looking at a tag gives.
    fn look(&self, tag: &Tag) -> Known {
        match &self.contents[self.tags[tag]] {
            Content::Broken => Known::Broken(Reason::new(ReasonCode::Invalid, "not JSON")),
            Content::Release(facts) => Known::Facts {
                digest: self.digest(tag),
                facts: Box::new(facts.clone()),
                since: None,
            },
        }
    }

    /// Whether a tag of two numbers only points where one of three does.
    fn is_floating(&self, release: &ReleaseTag, host: &Host) -> bool {
        let is_full = |tag: &Tag| {
            let other = ReleaseTag::parse(tag);
            other.is_some_and(|other| other.is_for(host.system) && other.version.number_count() == 3)
        };
        release.version.number_count() == 2
            && self
                .tags
                .iter()
                .any(|(tag, content)| is_full(tag) && *content == self.tags[&release.tag])
    }
}

impl Desktop {
    /// Walks to the end over what is `known` already.
    fn walk(&self, repository: &Repository, mut known: BTreeMap<Tag, Known>) -> Choice {
        let id = id();
        let tags = repository.tags();
        let walk = Walk::new(
            &id,
            &tags,
            self.installed.as_ref(),
            (&self.host, &self.policy),
            now(),
        );
        for _ in 0..=2 * tags.len() {
            match walk.next(&known) {
                Step::Done(choice) => return *choice,
                Step::Resolve(tag) => {
                    assert!(!known.contains_key(&tag), "{tag} is resolved twice");
                    known.insert(tag.clone(), Known::Digest(repository.digest(&tag)));
                }
                Step::Look(tag) => {
                    let seen = known.insert(tag.clone(), repository.look(&tag));
                    assert!(
                        matches!(seen, None | Some(Known::Digest(_))),
                        "{tag} is looked at twice"
                    );
                }
            }
        }
        panic!("the walk asks for more than there is");
    }

    /// The newest of all releases that may be offered, by looking at every one.
    fn best(&self, repository: &Repository) -> Option<Tag> {
        let candidates = repository.tags.keys().filter_map(ReleaseTag::parse);
        let acceptable = candidates.filter(|release| self.may_take(repository, release));
        acceptable.max().map(|release| release.tag)
    }

    fn may_take(&self, repository: &Repository, release: &ReleaseTag) -> bool {
        let Known::Facts { digest, facts, since } = repository.look(&release.tag) else {
            return false;
        };
        let id = id();
        let judged = Release {
            id: &id,
            tag: Some(&release.tag),
            digest: &digest,
            facts: &facts,
            since,
        };
        release.is_for(self.host.system)
            && self.is_above_installed(release)
            && !repository.is_floating(release, &self.host)
            && verdict::judge_offer(&judged, &self.host, &self.policy, now()).is_accepted()
    }

    fn is_above_installed(&self, release: &ReleaseTag) -> bool {
        let is_plain = !release.version.is_pre_release() || self.policy.pre_releases;
        let Some(installed) = &self.installed else {
            return is_plain;
        };
        let Some(current) = installed.current.tag.as_ref().and_then(ReleaseTag::parse) else {
            return false;
        };
        let continues = current.version.is_pre_release() && current.version.has_numbers_of(&release.version);
        !installed.held && release.version.precedence(&current.version).is_gt() && (is_plain || continues)
    }
}

fn installed(tag: Option<&Tag>, held: bool) -> Installed {
    let text = json!({
        "id": "acme/whale", "held": held,
        "current": {
            "tag": tag, "digest": Digest::of(b"i"), "manifest": Digest::of(b"m"), "system": "linux",
            "title": "Whale", "vendor": null, "apiVersion": null, "tabs": [], "backend": false, "binaries": [],
            "permissions": Permissions::default(), "payload": Digest::of(b"p"), "size": 0,
            "installedAt": "2026-01-01T00:00:00Z",
        },
    });
    serde_json::from_value(text).unwrap()
}

fn content() -> impl Strategy<Value = Content> {
    let api = prop_oneof![3 => Just(">= 0.3"), 1 => Just("0.3.4"), 1 => Just(">= 9"), 1 => Just("soon"), 1 => Just("")];
    let created = prop_oneof![2 => Just("2026-01-01T00:00:00Z"), 1 => Just("2026-06-09T00:00:00Z")];
    let release = (api, created, proptest::bool::weighted(0.85)).prop_map(|(api, created, has_image)| {
        let image = has_image.then(|| ImageFacts {
            manifest: Digest::of(api.as_bytes()),
            platform: "linux/amd64".parse().unwrap(),
            labels: [(
                "com.docker.desktop.extension.api.version".to_owned(),
                api.to_owned(),
            )]
            .into(),
            created: Some(created.parse().unwrap()),
            download_size: 1,
        });
        Content::Release(ReleaseFacts {
            platforms: vec!["linux/amd64".parse().unwrap()],
            image,
        })
    });
    prop_oneof![1 => Just(Content::Broken), 7 => release]
}

fn repository() -> impl Strategy<Value = Repository> {
    const CONTENTS: usize = 6;
    let contents = proptest::collection::vec(content(), CONTENTS);
    let tags = proptest::collection::btree_map(any::tag(), 0..CONTENTS, 0..9);
    (contents, tags).prop_map(|(contents, tags)| Repository { contents, tags })
}

fn desktop() -> impl Strategy<Value = Desktop> {
    let host = prop_oneof![Just("linux/amd64"), Just("windows/amd64"), Just("darwin/arm64")]
        .prop_map(|platform| Host::new("0.4.2".parse().unwrap(), platform.parse().unwrap()).unwrap());
    let list = prop_oneof![
        4 => Just(None),
        1 => Just(Some("acme/".to_owned())),
        1 => Just(Some("acme/whale:>=1, <2".to_owned())),
        1 => Just(Some(format!("acme/whale@{}\nacme/whale:1.1", digest(0)))),
    ];
    let policy = (list, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(list, pre_releases, is_patient, is_exact)| Policy {
            allow_list: list.map(|list| AllowList::parse(&list).unwrap()),
            pre_releases,
            minimum_age: SignedDuration::from_hours(if is_patient { 48 } else { 0 }),
            bare_api_version: if is_exact {
                BareApiVersion::Exact
            } else {
                BareApiVersion::Minimum
            },
        },
    );
    let installed = prop_oneof![
        2 => Just(None),
        2 => (proptest::option::weighted(0.9, any::tag()), proptest::bool::weighted(0.2))
            .prop_map(|(tag, held)| Some(installed(tag.as_ref(), held))),
    ];
    (host, policy, installed).prop_map(|(host, policy, installed)| Desktop {
        host,
        policy,
        installed,
    })
}

fn offered(choice: &Choice) -> Option<&Tag> {
    choice.offer.as_ref().map(|chosen| &chosen.tag)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn the_offer_is_what_looking_at_everything_finds(repository in repository(), desktop in desktop()) {
        let choice = desktop.walk(&repository, BTreeMap::new());
        let best = desktop.best(&repository);
        prop_assert_eq!(offered(&choice), best.as_ref());
    }

    #[test]
    fn what_is_known_already_changes_the_way_and_not_the_answer(
        repository in repository(),
        desktop in desktop(),
        familiar in proptest::collection::vec(any::<bool>(), 9),
    ) {
        let familiar = repository.tags.keys().zip(familiar).filter(|(_, is_familiar)| *is_familiar);
        let known = familiar.map(|(tag, _)| (tag.clone(), repository.look(tag))).collect();
        let (fresh, informed) = (desktop.walk(&repository, BTreeMap::new()), desktop.walk(&repository, known));
        prop_assert_eq!(fresh.offer, informed.offer);
        prop_assert_eq!(fresh.blocked, informed.blocked);
    }

    #[test]
    fn a_further_release_never_makes_the_choice_older(
        repository in repository(),
        desktop in desktop(),
        further in any::release_tag(),
        content in 0..6usize,
    ) {
        prop_assume!(!repository.tags.contains_key(&further));
        let mut grown = repository.clone();
        grown.tags.insert(further, content);
        let before = desktop.walk(&repository, BTreeMap::new());
        let after = desktop.walk(&grown, BTreeMap::new());
        if let Some(chosen) = offered(&before).and_then(ReleaseTag::parse)
            // Else the further release gives the chosen one its full name, which may be an older one.
            && !grown.is_floating(&chosen, &desktop.host)
        {
            let next = offered(&after).and_then(ReleaseTag::parse);
            prop_assert!(next.as_ref().is_some_and(|next| *next >= chosen), "{:?} after {:?}", next, chosen);
        }
    }

    #[test]
    fn an_offer_is_never_installed_already_nor_older(repository in repository(), desktop in desktop()) {
        let choice = desktop.walk(&repository, BTreeMap::new());
        let current = desktop.installed.as_ref().and_then(|installed| installed.current.tag.as_ref());
        let current = current.and_then(ReleaseTag::parse);
        let named = choice.offer.iter().map(|chosen| &chosen.tag).chain(choice.blocked.iter().map(|(chosen, _)| &chosen.tag));
        let named: BTreeSet<_> = named.chain(choice.broken.iter().map(|(tag, _)| tag)).collect();
        for tag in named {
            let release = ReleaseTag::parse(tag);
            prop_assert!(release.is_some(), "{} is no release", tag);
            if let (Some(current), Some(release)) = (&current, release) {
                prop_assert!(release.version.precedence(&current.version).is_gt(), "{} over {}", tag, current.tag);
            }
        }
    }
}

//! Which images of a layout are meant, and which extension they are taken for.

use std::collections::BTreeMap;

use model::text::quote;
use model::{Digest, ExtensionId, Reference, Tag};
use thiserror::Error;

use super::entry::{EntryName, LayoutEntry};

/// How many names an error lists.
const NAMES_TOLD: usize = 5;

/// What is wanted of a layout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The name of the image in the layout: its tag, or its whole reference. Without it, everything that is named.
    pub name: Option<String>,
    /// What it is to be taken for, whatever the layout says.
    pub taken_for: Option<Reference>,
}

/// Images that are taken for releases of one extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selected {
    pub(super) id: ExtensionId,
    pub(super) tags: BTreeMap<Tag, Digest>,
    /// The one image, with its digest; of several, the repository alone.
    pub(super) reference: Reference,
}

/// Why nothing of a layout can be taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unselected {
    /// Its list is empty.
    #[error("it holds no image")]
    Empty,
    /// It names nothing so.
    #[error("it holds no image called {}; it names {}", quote(.name), names(.held))]
    NoSuchName {
        /// What was asked for.
        name: String,
        /// What it does name.
        held: Vec<String>,
    },
    /// It does not say which extension it is, so that no allow-list could be asked.
    #[error("it does not say which extension it holds")]
    Unnamed,
    /// More than one extension, or more than one image under a name.
    #[error("it holds several images: {}", names(.held))]
    Several {
        /// What it names.
        held: Vec<String>,
    },
}

/// Chooses among `entries`.
pub(super) fn select(entries: &[LayoutEntry], wanted: &Wanted) -> Result<Selected, Unselected> {
    if entries.is_empty() {
        return Err(Unselected::Empty);
    }
    let chosen: Vec<_> = entries
        .iter()
        .filter(|entry| answers_to(entry, wanted.name.as_deref()))
        .collect();
    if let (true, Some(name)) = (chosen.is_empty(), &wanted.name) {
        return Err(Unselected::NoSuchName {
            name: name.clone(),
            held: told(entries),
        });
    }
    let several = || Unselected::Several {
        held: told(chosen.iter().copied()),
    };
    let mut ids = chosen
        .iter()
        .filter_map(|entry| entry.name.as_ref().and_then(EntryName::id));
    let taken_for = wanted.taken_for.as_ref();
    let first = taken_for.map(|reference| &reference.id).or_else(|| ids.next());
    let id = first.ok_or(Unselected::Unnamed)?;
    if taken_for.is_none() && ids.any(|other| other != id) {
        return Err(several());
    }
    match (chosen.as_slice(), taken_for) {
        ([only], _) => Ok(the_only(only, id, taken_for)),
        (_, None) => {
            let tags = tags_of(&chosen).ok_or_else(several)?;
            let (id, reference) = (id.clone(), id.clone().into());
            Ok(Selected { id, tags, reference })
        }
        (_, Some(_)) => Err(several()),
    }
}

fn the_only(entry: &LayoutEntry, id: &ExtensionId, taken_for: Option<&Reference>) -> Selected {
    let tag = taken_for.and_then(|reference| reference.tag.clone());
    let tag = tag.or_else(|| entry.name.as_ref().and_then(EntryName::tag).cloned());
    let digest = entry.descriptor.digest.clone();
    let pinned = taken_for.and_then(|reference| reference.digest.clone());
    Selected {
        id: id.clone(),
        tags: tag.clone().into_iter().map(|tag| (tag, digest.clone())).collect(),
        reference: Reference {
            id: id.clone(),
            tag,
            digest: Some(pinned.unwrap_or(digest)),
        },
    }
}

/// The tags of several images of one extension; nothing where one tag is given to two of them.
fn tags_of(entries: &[&LayoutEntry]) -> Option<BTreeMap<Tag, Digest>> {
    let mut tags = BTreeMap::new();
    for entry in entries {
        if let Some(tag) = entry.name.as_ref().and_then(EntryName::tag) {
            let digest = &entry.descriptor.digest;
            let before = tags.insert(tag.clone(), digest.clone());
            if before.is_some_and(|before| before != *digest) {
                return None;
            }
        }
    }
    Some(tags)
}

fn answers_to(entry: &LayoutEntry, wanted: Option<&str>) -> bool {
    let Some(wanted) = wanted else {
        return true;
    };
    entry.name.as_ref().is_some_and(|name| {
        let is_tag = name.tag().is_some_and(|tag| tag.as_str() == wanted);
        is_tag || wanted.parse().is_ok_and(|wanted| is_one_of(name, &wanted))
    })
}

/// Whether a name is the wanted one; without a tag, whether it is one of that repository.
fn is_one_of(name: &EntryName, wanted: &Reference) -> bool {
    name.id() == Some(&wanted.id) && (wanted.tag.is_none() || name.tag() == wanted.tag.as_ref())
}

fn told<'a>(entries: impl IntoIterator<Item = &'a LayoutEntry>) -> Vec<String> {
    let name = |entry: &LayoutEntry| match &entry.name {
        Some(name) => name.to_string(),
        None => entry.descriptor.digest.to_string(),
    };
    entries.into_iter().map(name).collect()
}

fn names(held: &[String]) -> String {
    let told = held.iter().take(NAMES_TOLD).map(String::as_str);
    let mut told: Vec<&str> = told.collect();
    if held.len() > NAMES_TOLD {
        told.push("…");
    }
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Descriptor;

    fn entry(name: &str) -> LayoutEntry {
        // What is called the same is not the same: the content is the whole text.
        let (name, content) = name.split_once('=').unwrap_or((name, name));
        LayoutEntry {
            descriptor: Descriptor {
                media_type: String::new(),
                digest: Digest::of(content.as_bytes()),
                size: 1,
                platform: None,
            },
            name: EntryName::read(None, Some(name)),
        }
    }

    fn selecting(
        names: &[&str],
        name: Option<&str>,
        taken_for: Option<&str>,
    ) -> Result<Selected, Unselected> {
        let entries: Vec<_> = names.iter().map(|name| entry(name)).collect();
        let wanted = Wanted {
            name: name.map(str::to_owned),
            taken_for: taken_for.map(|reference| reference.parse().unwrap()),
        };
        select(&entries, &wanted)
    }

    fn reference(names: &[&str], name: Option<&str>, taken_for: Option<&str>) -> String {
        let mut reference = selecting(names, name, taken_for).unwrap().reference;
        reference.digest = None;
        reference.to_string()
    }

    const WHALE: &str = "docker.io/acme/whale:1.2.0";

    #[test]
    fn one_image_is_what_it_says_or_what_it_is_taken_for() {
        for (held, taken_for, meant) in [
            (WHALE, None, WHALE),
            (WHALE, Some("acme/orca:2.0.0"), "docker.io/acme/orca:2.0.0"),
            (WHALE, Some("acme/orca"), "docker.io/acme/orca:1.2.0"),
            ("1.2.0", Some("acme/whale"), WHALE),
            ("", Some("acme/whale:1.2.0"), WHALE),
            ("", Some("acme/whale"), "docker.io/acme/whale"),
        ] {
            assert_eq!(reference(&[held], None, taken_for), meant, "{held} {taken_for:?}");
        }
    }

    #[test]
    fn the_one_image_is_meant_by_its_digest() {
        let selected = selecting(&[WHALE], None, None).unwrap();
        assert_eq!(selected.reference.digest, Some(Digest::of(WHALE.as_bytes())));
        let pinned = format!("acme/whale@{}", Digest::of(b"another"));
        let selected = selecting(&[WHALE], None, Some(&pinned)).unwrap();
        assert_eq!(selected.reference.digest, Some(Digest::of(b"another")));
    }

    #[test]
    fn a_name_chooses_one_of_several() {
        let held = [WHALE, "docker.io/acme/whale:1.3.0", "docker.io/acme/orca:1.0.0"];
        assert_eq!(reference(&held, Some("1.2.0"), None), WHALE);
        assert_eq!(reference(&held, Some("acme/whale"), None), "docker.io/acme/whale");
        assert_eq!(
            reference(&held, Some("acme/orca:1.0.0"), None),
            "docker.io/acme/orca:1.0.0"
        );
        let problem = selecting(&held, Some("2.0.0"), None).unwrap_err();
        assert_eq!(
            problem.to_string(),
            "it holds no image called `2.0.0`; it names docker.io/acme/whale:1.2.0, docker.io/acme/whale:1.3.0, docker.io/acme/orca:1.0.0"
        );
    }

    #[test]
    fn several_releases_of_one_extension_are_a_repository() {
        let selected = selecting(&[WHALE, "docker.io/acme/whale:1.3.0"], None, None).unwrap();
        assert_eq!(selected.reference.to_string(), "docker.io/acme/whale");
        let tags: Vec<_> = selected.tags.keys().map(Tag::as_str).collect();
        assert_eq!(tags, ["1.2.0", "1.3.0"]);
    }

    #[test]
    fn what_is_not_certain_is_not_guessed() {
        assert_eq!(selecting(&[], None, None), Err(Unselected::Empty));
        assert_eq!(selecting(&["1.2.0"], None, None), Err(Unselected::Unnamed));
        let two_extensions = [WHALE, "docker.io/acme/orca:1.0.0"];
        let twice_the_same = ["docker.io/acme/whale:1.2.0=a", "docker.io/acme/whale:1.2.0=b"];
        for (held, taken_for) in [
            (two_extensions, None),
            (two_extensions, Some("acme/whale")),
            (twice_the_same, None),
        ] {
            let selected = selecting(&held, None, taken_for);
            assert!(matches!(selected, Err(Unselected::Several { .. })), "{held:?}");
        }
    }
}

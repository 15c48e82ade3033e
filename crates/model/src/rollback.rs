//! Going back: which kept generation is meant, and what it means for the next update.

use thiserror::Error;

use crate::digest::Digest;
use crate::installed::{Generation, Installed};
use crate::operation::ReleaseName;
use crate::reference::Tag;
use crate::verdict::{Reason, ReasonCode};

/// How many releases that were left are remembered for an extension. Whoever goes back more often than that within one
/// line of releases is served better by a hold.
const MOST_LEFT: usize = 32;

/// A generation that was asked for by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// By its tag.
    Tag(Tag),
    /// By what its tag resolved to, or by the platform's manifest.
    Digest(Digest),
}

/// What going back comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination<'a> {
    /// The generation that was named is the current one.
    Here,
    /// This one becomes current.
    To(&'a Generation),
}

/// There is no such generation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoDestination {
    /// None with this tag or digest.
    #[error("no generation of {wanted} is kept; {}", list(kept))]
    NotKept {
        /// The tag or digest.
        wanted: String,
        /// The versions of those that are kept, newest first.
        kept: Vec<String>,
    },
    /// None before the current one, other than those that were left by a rollback.
    #[error("there is no earlier generation to go back to; {}", list(kept))]
    NothingBefore {
        /// The versions of those that are kept, newest first.
        kept: Vec<String>,
    },
}

fn list(versions: &[String]) -> String {
    match versions {
        [] => "none is kept besides the current one".to_owned(),
        versions => format!("kept besides the current one: {}", versions.join(", ")),
    }
}

/// Which generation a rollback goes to: the one that is `wanted`, else the newest kept one that no rollback has left, so
/// that going back twice goes back two steps, and not forth again.
///
/// # Errors
///
/// Where no such generation is kept.
pub fn destination<'a>(
    installed: &'a Installed,
    wanted: Option<&Wanted>,
) -> Result<Destination<'a>, NoDestination> {
    let kept = || installed.previous.iter().map(Generation::version).collect();
    let Some(wanted) = wanted else {
        let before = installed.previous.iter().find(|kept| !is_left(installed, kept));
        return before
            .map(Destination::To)
            .ok_or_else(|| NoDestination::NothingBefore { kept: kept() });
    };
    if is_wanted(&installed.current, wanted) {
        return Ok(Destination::Here);
    }
    let found = installed.previous.iter().find(|kept| is_wanted(kept, wanted));
    found.map(Destination::To).ok_or_else(|| NoDestination::NotKept {
        wanted: match wanted {
            Wanted::Tag(tag) => tag.to_string(),
            Wanted::Digest(digest) => digest.to_string(),
        },
        kept: kept(),
    })
}

/// The extension after the kept generation `to` became current again. The release that is left is remembered, so that no
/// update takes it unasked; returning to one that was left undoes that instead.
#[must_use]
pub fn rolled_back(mut installed: Installed, to: &Generation) -> Installed {
    if !is_left(&installed, to) {
        let left = installed.current.release();
        installed.left.retain(|known| *known != left);
        installed.left.insert(0, left);
        installed.left.truncate(MOST_LEFT);
    }
    // Whoever took it before, a person chose it now.
    installed.switched_to(Generation {
        automatic: false,
        ..to.clone()
    })
}

/// Why the release with this tag and digest is not taken unasked, if a rollback has left it.
pub fn reason_against(left: &[ReleaseName], tag: Option<&Tag>, digest: &Digest) -> Option<Reason> {
    let message = "it was left by a rollback, and is taken again only where it is named";
    has_left(left, tag, digest).then(|| Reason::new(ReasonCode::RolledBack, message))
}

/// Whether a rollback has left the release with this tag and digest.
pub fn has_left(left: &[ReleaseName], tag: Option<&Tag>, digest: &Digest) -> bool {
    left.iter().any(|left| left.means(tag, digest))
}

fn is_left(installed: &Installed, generation: &Generation) -> bool {
    has_left(&installed.left, generation.tag.as_ref(), &generation.digest)
}

fn is_wanted(generation: &Generation, wanted: &Wanted) -> bool {
    match wanted {
        Wanted::Tag(tag) => generation.tag.as_ref() == Some(tag),
        Wanted::Digest(digest) => *digest == generation.digest || *digest == generation.manifest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generation(tag: &str) -> Generation {
        let value = serde_json::json!({
            "tag": tag, "digest": Digest::of(tag.as_bytes()), "manifest": Digest::of(format!("m{tag}").as_bytes()),
            "system": "linux", "title": "Whale", "vendor": null, "apiVersion": null, "tabs": [], "backend": false,
            "binaries": [], "permissions": crate::permissions::Permissions::default(),
            "payload": Digest::of(b"p"), "size": 0, "installedAt": "2026-01-01T00:00:00Z",
        });
        serde_json::from_value(value).unwrap()
    }

    /// Installed in this order.
    fn installed(tags: &[&str]) -> Installed {
        let mut tags = tags.iter();
        let first = Installed::new("acme/whale".parse().unwrap(), generation(tags.next().unwrap()));
        tags.fold(first, |installed, tag| installed.switched_to(generation(tag)))
    }

    fn tag(text: &str) -> Wanted {
        Wanted::Tag(text.parse().unwrap())
    }

    fn going(installed: &Installed, wanted: Option<&Wanted>) -> String {
        match destination(installed, wanted) {
            Ok(Destination::Here) => "here".to_owned(),
            Ok(Destination::To(generation)) => generation.version(),
            Err(problem) => problem.to_string(),
        }
    }

    fn back(installed: Installed, wanted: Option<&Wanted>) -> Installed {
        let Ok(Destination::To(to)) = destination(&installed, wanted) else {
            panic!("nothing to go back to");
        };
        let to = to.clone();
        rolled_back(installed, &to)
    }

    fn left(installed: &Installed) -> Vec<String> {
        installed.left.iter().map(ToString::to_string).collect()
    }

    fn previous(installed: &Installed) -> Vec<String> {
        installed.previous.iter().map(Generation::version).collect()
    }

    #[test]
    fn a_rollback_goes_to_the_one_before_or_to_one_that_is_named() {
        let three = installed(&["1", "2", "3"]);
        let by_digest = |text: &str| Some(Wanted::Digest(Digest::of(text.as_bytes())));
        for (wanted, goes) in [
            (None, "2"),
            (Some(tag("1")), "1"),
            (Some(tag("3")), "here"),
            (by_digest("1"), "1"),
            (by_digest("m1"), "1"),
            (by_digest("3"), "here"),
            (
                Some(tag("4")),
                "no generation of 4 is kept; kept besides the current one: 2, 1",
            ),
        ] {
            assert_eq!(going(&three, wanted.as_ref()), goes, "{wanted:?}");
        }
        assert_eq!(
            going(&installed(&["1"]), None),
            "there is no earlier generation to go back to; none is kept besides the current one"
        );
    }

    #[test]
    fn going_back_twice_goes_back_two_steps() {
        let second = back(installed(&["1", "2", "3"]), None);
        assert_eq!(
            (second.current.version(), previous(&second)),
            ("2".to_owned(), vec!["1".to_owned(), "3".to_owned()])
        );
        let first = back(second, None);
        assert_eq!(first.current.version(), "1");
        assert_eq!(left(&first), ["2", "3"]);
        assert_eq!(
            going(&first, None),
            "there is no earlier generation to go back to; kept besides the current one: 2, 3"
        );
    }

    #[test]
    fn returning_to_what_was_left_undoes_the_rollback() {
        let back_and_forth = back(back(installed(&["1", "2", "3"]), None), Some(&tag("3")));
        assert_eq!(back_and_forth.current.version(), "3");
        assert_eq!(left(&back_and_forth), [""; 0]);
        assert_eq!(going(&back_and_forth, None), "2");
    }

    #[test]
    fn installing_what_was_left_ends_its_being_left() {
        let first = back(installed(&["1", "2"]), None);
        assert_eq!(left(&first), ["2"]);
        assert_eq!(left(&first.clone().switched_to(generation("3"))), ["2"]);
        assert_eq!(left(&first.switched_to(generation("2"))), [""; 0]);
    }

    #[test]
    fn what_was_left_is_forgotten_before_what_was_not() {
        let next = back(installed(&["1", "2", "3"]), None).switched_to(generation("4"));
        assert_eq!(previous(&next), ["2", "1", "3"]);
        assert_eq!(previous(&next.keeping(2)), ["2", "1"]);
    }

    #[test]
    fn only_so_many_releases_that_were_left_are_remembered() {
        let mut current = installed(&["0"]);
        for number in 1..100 {
            current = back(
                current.switched_to(generation(&number.to_string())),
                Some(&tag("0")),
            );
        }
        assert_eq!(current.left.len(), MOST_LEFT);
        assert_eq!(left(&current)[0], "99");
    }
}

//! The own mark of an extension without an icon: a letter or two on a flag, as ships carry them.
//!
//! Pattern and colour come from a hash of the id, so that an extension keeps its flag everywhere and for ever. Pictures
//! that labels point to are never loaded: the browser would tell strangers who looks at what.

use model::{Digest, ExtensionId};

/// How many colours there are; the style sheet has a class for each.
pub(crate) const HUES: u8 = 12;
/// How many patterns there are; the style sheet has a class for each.
pub(crate) const PATTERNS: u8 = 8;

/// A flag with letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// One or two letters; a tilde where the title has none.
    pub(crate) letters: String,
    /// The colour, below [`HUES`].
    pub(crate) hue: u8,
    /// The pattern, below [`PATTERNS`].
    pub(crate) pattern: u8,
}

impl Mark {
    /// The mark of `id`, which calls itself `title`.
    pub(crate) fn of(id: &ExtensionId, title: &str) -> Self {
        let digest = Digest::of(id.to_string().as_bytes());
        // A digest is hexadecimal, so both numbers can be read.
        let number = |at: usize| u8::from_str_radix(&digest.hex()[at..at + 2], 16).unwrap_or_default();
        Self {
            letters: letters(title),
            hue: number(0) % HUES,
            pattern: number(2) % PATTERNS,
        }
    }
}

/// The first letters of the first two words that begin with one.
fn letters(title: &str) -> String {
    let words = title.split(|character: char| !character.is_alphanumeric());
    let initials: String = words
        .filter_map(|word| word.chars().next())
        .take(2)
        .flat_map(char::to_uppercase)
        .collect();
    if initials.is_empty() {
        "~".to_owned()
    } else {
        initials
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_the_initials_in_any_script() {
        let told = [
            "Harbor Lights",
            "porthole",
            "docker-logs explorer",
            "",
            "<b>",
            "日本 語",
            "éclair",
        ]
        .map(letters);
        assert_eq!(told, ["HL", "P", "DL", "~", "B", "日語", "É"]);
    }

    #[test]
    fn a_flag_stays_with_its_id_and_differs_among_ids() {
        let mark = |id: &str| Mark::of(&id.parse().unwrap(), "A");
        assert_eq!(mark("acme/whale"), mark("docker.io/acme/whale"));
        let flags: std::collections::BTreeSet<_> = (0..200)
            .map(|number| mark(&format!("acme/extension-{number}")))
            .map(|mark| (mark.hue, mark.pattern))
            .collect();
        assert!(flags.len() > 60, "{} different flags of 96", flags.len());
    }
}

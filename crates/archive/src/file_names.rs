//! Which names a system's files can have.

use std::fmt;

use icu_normalizer::DecomposingNormalizerBorrowed;

/// The longest name of one file or folder, in bytes: what Linux and APFS hold.
const MAX_PART: usize = 255;

/// The rules of a system for the names of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileNames {
    /// Linux and its like: any bytes but `/` and NUL.
    Unix,
    /// macOS: as Unix, and neither case nor Unicode normal form tells names apart.
    MacOs,
    /// Windows: many characters and names are taken, and case does not tell names apart.
    Windows,
}

/// Why a system cannot hold a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadName {
    /// It is empty, `.` or `..`.
    NoName,
    /// It is longer than 255 bytes.
    TooLong,
    /// It holds a NUL or, on Windows, another control character or one of `<>:"|?*\`.
    Character(char),
    /// On Windows: it is a device's, such as `nul.txt`.
    Device,
    /// On Windows: it ends in a dot or a blank, which would be cut off.
    Ending,
}

impl fmt::Display for BadName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => formatter.write_str("a part of it is no name"),
            Self::TooLong => write!(formatter, "a part of it is longer than {MAX_PART} bytes"),
            Self::Character(character) => write!(formatter, "it holds {character:?}"),
            Self::Device => formatter.write_str("a part of it is the name of a device"),
            Self::Ending => formatter.write_str("a part of it ends in a dot or a blank"),
        }
    }
}

impl FileNames {
    /// The rules of the system that this program was built for.
    pub fn of_this_system() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_vendor = "apple") {
            Self::MacOs
        } else {
            Self::Unix
        }
    }

    /// Whether one part of a path can be the name of a file or a folder.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn check(self, part: &str) -> Result<(), BadName> {
        if matches!(part, "" | "." | "..") {
            return Err(BadName::NoName);
        }
        if part.len() > MAX_PART {
            return Err(BadName::TooLong);
        }
        if let Some(character) = part.chars().find(|character| self.forbids(*character)) {
            return Err(BadName::Character(character));
        }
        if self != Self::Windows {
            return Ok(());
        }
        if part.ends_with(['.', ' ']) {
            return Err(BadName::Ending);
        }
        if is_device(part) {
            return Err(BadName::Device);
        }
        Ok(())
    }

    /// A name such that two names are one for this system exactly where this is the same. It errs on the side of
    /// taking two names for one: what a system folds differs between its versions.
    pub fn fold(self, part: &str) -> String {
        let caseless = |text: &str| -> String {
            // Upper case first, so that also letters without a capital of their own meet their kin.
            text.chars()
                .flat_map(char::to_uppercase)
                .flat_map(char::to_lowercase)
                .collect()
        };
        match self {
            Self::Unix => part.to_owned(),
            Self::Windows => caseless(part),
            Self::MacOs => {
                let normal = DecomposingNormalizerBorrowed::new_nfd();
                normal.normalize(&caseless(&normal.normalize(part))).into_owned()
            }
        }
    }

    fn forbids(self, character: char) -> bool {
        match self {
            Self::Unix | Self::MacOs => matches!(character, '\0' | '/'),
            Self::Windows => {
                character < ' ' || matches!(character, '/' | '\\' | '<' | '>' | ':' | '"' | '|' | '?' | '*')
            }
        }
    }
}

/// Whether Windows takes the name for a device, whatever suffix it has (Microsoft, "Naming Files, Paths, and
/// Namespaces"; CVE-2024-51756 for the superscript digits).
fn is_device(part: &str) -> bool {
    let front = part.split('.').next().unwrap_or(part).trim_end_matches(' ');
    let front = front.to_ascii_uppercase();
    if matches!(
        front.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
    ) {
        return true;
    }
    let number = front.strip_prefix("COM").or_else(|| front.strip_prefix("LPT"));
    number.is_some_and(|number| {
        let mut digits = number.chars();
        matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [FileNames; 3] = [FileNames::Unix, FileNames::MacOs, FileNames::Windows];

    #[test]
    fn ordinary_names_are_held_everywhere() {
        let longest = "a".repeat(255);
        for part in [
            "index.html",
            ".config",
            "a b",
            "ä",
            "com",
            "com10",
            "console",
            "nulls.txt",
            "lpt",
            &longest,
        ] {
            for names in ALL {
                assert_eq!(names.check(part), Ok(()), "{part:?} on {names:?}");
            }
        }
    }

    #[test]
    fn what_no_system_holds_is_refused_everywhere() {
        let too_long = "ä".repeat(128);
        for (part, why) in [
            ("", BadName::NoName),
            (".", BadName::NoName),
            ("..", BadName::NoName),
            (too_long.as_str(), BadName::TooLong),
            ("a\0b", BadName::Character('\0')),
        ] {
            for names in ALL {
                assert_eq!(names.check(part), Err(why), "{part:?} on {names:?}");
            }
        }
    }

    #[test]
    fn windows_has_devices_and_characters_of_its_own() {
        for (part, why) in [
            ("a\\b", BadName::Character('\\')),
            ("C:", BadName::Character(':')),
            ("a?", BadName::Character('?')),
            ("a\u{1}", BadName::Character('\u{1}')),
            ("a.", BadName::Ending),
            ("a ", BadName::Ending),
            ("...", BadName::Ending),
            ("nul", BadName::Device),
            ("NUL.txt", BadName::Device),
            ("Aux .tar.gz", BadName::Device),
            ("com1", BadName::Device),
            ("COM¹.log", BadName::Device),
            ("lpt³", BadName::Device),
            ("conin$", BadName::Device),
        ] {
            assert_eq!(FileNames::Windows.check(part), Err(why), "{part:?}");
            assert_eq!(FileNames::Unix.check(part), Ok(()), "{part:?}");
            assert_eq!(FileNames::MacOs.check(part), Ok(()), "{part:?}");
        }
    }

    #[test]
    fn systems_tell_names_apart_by_case_and_normal_form_or_not() {
        let same = |names: FileNames, one, other| names.fold(one) == names.fold(other);
        assert!(!same(FileNames::Unix, "Readme", "README"));
        assert!(same(FileNames::Windows, "Readme", "README"));
        assert!(same(FileNames::MacOs, "Readme", "README"));
        assert!(same(FileNames::Windows, "ÄRGER", "ärger"));
        assert!(!same(FileNames::Windows, "\u{e4}", "a\u{308}"));
        assert!(same(FileNames::MacOs, "\u{e4}", "A\u{308}"));
        assert!(!same(FileNames::MacOs, "a", "ä"));
    }
}

//! The stable words of failures: what a script reads as `error.code` (contract `cli.md`).

use model::verdict::ReasonCode;

/// Declares each word once, so that the list of all of them cannot miss one.
macro_rules! codes {
    ($($(#[doc = $meaning:literal])* $code:ident $word:literal,)*) => {
        /// The stable word of a failure. New ones may be added; `docs/src/reference/errors.md` explains each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $($(#[doc = $meaning])* $code,)*
        }

        impl Code {
            /// Every word that there is, in the order of the alphabet.
            pub const ALL: &[Self] = &[$(Self::$code,)*];

            /// The word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $word,)*
                }
            }
        }
    };
}

codes! {
    /// The allow-list cannot be read or understood.
    AllowList "allow-list",
    /// The Extension API requirement cannot be understood.
    ApiRequirement "api-requirement",
    /// The release needs another version of the Extension API.
    ApiVersion "api-version",
    /// The configuration cannot be read, understood or used.
    Configuration "configuration",
    /// The user said no.
    Declined "declined",
    /// Failed in a way that has no word of its own.
    Failed "failed",
    /// The extension is held.
    Held "held",
    /// A part of the work ended without an answer.
    Interrupted "interrupted",
    /// A registry's answer is not what it should be.
    Invalid "invalid",
    /// A layer, or the image as a whole, is not what it should be.
    InvalidContent "invalid-content",
    /// `metadata.json` cannot be used.
    InvalidMetadata "invalid-metadata",
    /// The registry wants a login or refused it, or hides whether there is such a thing.
    Login "login",
    /// The release is younger than policy wants.
    MinimumAge "minimum-age",
    /// The metadata names a file that the image lacks.
    MissingFile "missing-file",
    /// The registry could not be reached.
    Network "network",
    /// The image has no `metadata.json`.
    NoMetadata "no-metadata",
    /// The repository has no tag that could be installed.
    NoRelease "no-release",
    /// There is a question, and no terminal to ask it on.
    NobodyToAsk "nobody-to-ask",
    /// The allow-list does not admit it.
    NotAllowed "not-allowed",
    /// There is no such repository, tag, digest or pattern.
    NotFound "not-found",
    /// It is not installed.
    NotInstalled "not-installed",
    /// A registry would have to be asked, and `--offline` forbids it.
    Offline "offline",
    /// The release is not published for this platform.
    Platform "platform",
    /// There is nothing but pre-releases, and policy does not offer them.
    PreRelease "pre-release",
    /// The registry asks to wait.
    RateLimited "rate-limited",
    /// A layer that is here already cannot be read.
    ReadFailed "read-failed",
    /// The registry failed.
    Server "server",
    /// The home folder cannot be read or written.
    Store "store",
    /// A tag points elsewhere than to the digest beside it, or elsewhere each time.
    TagElsewhere "tag-elsewhere",
    /// Not a single repository could be reached.
    Unreachable "unreachable",
    /// The command cannot be understood.
    Usage "usage",
}

impl From<ReasonCode> for Code {
    fn from(code: ReasonCode) -> Self {
        match code {
            ReasonCode::NotAllowed => Self::NotAllowed,
            ReasonCode::ApiVersion => Self::ApiVersion,
            ReasonCode::ApiRequirement => Self::ApiRequirement,
            ReasonCode::Platform => Self::Platform,
            ReasonCode::MinimumAge => Self::MinimumAge,
            ReasonCode::PreRelease => Self::PreRelease,
            ReasonCode::Held => Self::Held,
            ReasonCode::RateLimited => Self::RateLimited,
            ReasonCode::Login => Self::Login,
            ReasonCode::Network => Self::Network,
            ReasonCode::Server => Self::Server,
            ReasonCode::NotFound => Self::NotFound,
            ReasonCode::Invalid => Self::Invalid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_once_and_in_order() {
        let words: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(words.is_sorted_by(|one, next| one < next), "{words:?}");
    }

    #[test]
    fn a_reason_has_the_same_word_in_findings_and_in_errors() {
        for code in [
            ReasonCode::NotAllowed,
            ReasonCode::ApiRequirement,
            ReasonCode::RateLimited,
        ] {
            assert_eq!(serde_json::to_value(code).unwrap(), Code::from(code).as_str());
        }
    }
}

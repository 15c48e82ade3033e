//! The stable words of failures, as scripts read them in `error.code` and `error.phase` (contract `cli.md`).

use model::verdict::ReasonCode;

/// Declares each word once, so that the list of all of them cannot miss one.
macro_rules! words {
    ($(#[doc = $about:literal])* $name:ident { $($(#[doc = $meaning:literal])* $variant:ident $word:literal,)* }) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[doc = $meaning])* $variant,)*
        }

        impl $name {
            /// All that there are.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

words! {
    /// What went wrong. New ones may be added; `docs/src/reference/errors.md` explains each.
    Code {
        /// The allow-list cannot be read or understood.
        AllowList "allow-list",
        /// The Extension API requirement cannot be understood.
        ApiRequirement "api-requirement",
        /// The release needs another version of the Extension API.
        ApiVersion "api-version",
        /// The build file of a folder cannot be understood, or asks for what makes no sense.
        BuildFile "build-file",
        /// The configuration cannot be read, understood or used.
        Configuration "configuration",
        /// Files of a generation are missing, changed or too many.
        Damaged "damaged",
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
        /// No such generation is kept.
        NoGeneration "no-generation",
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
        /// The release was left by a rollback.
        RolledBack "rolled-back",
        /// The registry failed.
        Server "server",
        /// The home folder cannot be read or written.
        Store "store",
        /// A tag points elsewhere than to the digest beside it, or elsewhere each time.
        TagElsewhere "tag-elsewhere",
        /// A version is published already, as another release.
        TagTaken "tag-taken",
        /// A folder cannot become a release: a name, a link, a kind of file, a base image that no release may have.
        Unbuildable "unbuildable",
        /// Not a single repository could be reached.
        Unreachable "unreachable",
        /// The command cannot be understood.
        Usage "usage",
    }
}

words! {
    /// What was being done.
    Phase {
        /// Understanding the command.
        Usage "usage",
        /// Reading settings, before anything else.
        Settings "settings",
        /// Asking the allow-list and the host.
        Policy "policy",
        /// Turning a reference into a digest, and reading manifest and config.
        Resolve "resolve",
        /// Reading layers.
        Fetch "fetch",
        /// Putting the payload together.
        Unpack "unpack",
        /// Asking the user.
        Consent "consent",
        /// Writing the home folder.
        Store "store",
        /// Scanning.
        Scan "scan",
        /// Pushing a release.
        Publish "publish",
        /// Writing or reading a bundle.
        Bundle "bundle",
    }
}

/// The kinds of failure, as exit codes tell them apart (contract `cli.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Failed otherwise.
    Failed,
    /// Wrong usage.
    Usage,
    /// Refused by policy or host.
    Refused,
    /// No such extension, repository, tag or digest.
    NotFound,
    /// A registry could not be reached, or refused the login.
    Unreachable,
    /// The content is not what it should be.
    Invalid,
}

impl Code {
    /// Which kind of failure it is.
    pub fn kind(self) -> Kind {
        match self {
            Self::Declined | Self::Failed | Self::Interrupted | Self::ReadFailed | Self::Store => {
                Kind::Failed
            }
            Self::AllowList | Self::BuildFile | Self::Configuration | Self::NobodyToAsk | Self::Usage => {
                Kind::Usage
            }
            Self::ApiRequirement
            | Self::ApiVersion
            | Self::Held
            | Self::MinimumAge
            | Self::NotAllowed
            | Self::Platform
            | Self::PreRelease
            | Self::RolledBack
            | Self::TagTaken => Kind::Refused,
            Self::NoGeneration | Self::NoRelease | Self::NotFound | Self::NotInstalled => Kind::NotFound,
            Self::Login
            | Self::Network
            | Self::Offline
            | Self::RateLimited
            | Self::Server
            | Self::Unreachable => Kind::Unreachable,
            Self::Damaged
            | Self::Invalid
            | Self::InvalidContent
            | Self::InvalidMetadata
            | Self::MissingFile
            | Self::NoMetadata
            | Self::TagElsewhere
            | Self::Unbuildable => Kind::Invalid,
        }
    }
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
            ReasonCode::RolledBack => Self::RolledBack,
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

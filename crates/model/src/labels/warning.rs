//! What is odd about an image's labels without making the image unusable.

use thiserror::Error;

/// Something in the labels that was ignored, cut or missing. None of them refuses an image: the contract asks for far
/// less to install than Docker asks for to list (contract, 2.1).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LabelWarning {
    /// A label that every extension should carry is not there, in neither dialect.
    #[error("label {label} is missing")]
    Missing {
        /// The label's name in the extension dialect.
        label: &'static str,
    },
    /// A label that every extension should carry is there, and empty.
    #[error("label {label} is empty")]
    Empty {
        /// The label's name in the extension dialect.
        label: &'static str,
    },
    /// Both dialects speak, and say different things.
    #[error("label {ignored} is ignored, because {used} is set too and says something else")]
    BothDialects {
        /// The label that counts.
        used: &'static str,
        /// The plugin edition's label for the same thing.
        ignored: &'static str,
    },
    /// A label that should hold a JSON list does not parse as one.
    #[error("label {label} is ignored, because it is not a JSON list: {problem}")]
    NotAList {
        /// The label's name.
        label: &'static str,
        /// The parser's complaint.
        problem: String,
    },
    /// A list is written as it was for some days of 2022, and read all the same.
    #[error("label {label} is written in an old form")]
    OldForm {
        /// The label's name.
        label: &'static str,
    },
    /// One item of a JSON list has no address, or something of a wrong type in its place.
    #[error("item {index} of label {label} is ignored, because it has no address")]
    NoAddress {
        /// The label's name.
        label: &'static str,
        /// Which item, counted from 1.
        index: usize,
    },
    /// A value is longer than anything a real image needs, and was left out.
    #[error("a value of label {label} is ignored, because it is longer than {limit} bytes")]
    TooLong {
        /// The label's name.
        label: &'static str,
        /// The limit in bytes.
        limit: usize,
    },
    /// A list has more items than anything a real image needs; the rest was left out.
    #[error("label {label} has more than {limit} items; the others are ignored")]
    TooMany {
        /// The label's name.
        label: &'static str,
        /// The limit.
        limit: usize,
    },
}

impl LabelWarning {
    /// Whether something that the author wrote is not taken over, which a user would otherwise look for in vain.
    pub fn is_loss(&self) -> bool {
        match self {
            Self::NotAList { .. } | Self::NoAddress { .. } | Self::TooLong { .. } | Self::TooMany { .. } => {
                true
            }
            Self::Missing { .. } | Self::Empty { .. } | Self::BothDialects { .. } | Self::OldForm { .. } => {
                false
            }
        }
    }
}

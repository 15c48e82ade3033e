//! The version of the home folder and the features that it uses: whether this program may read it, and write
//! it.

use serde::{Deserialize, Serialize};

use crate::document;
use crate::error::Error;
use crate::layout::Layout;

/// The format that this program writes, and the newest that it reads.
pub(crate) const CURRENT: u32 = 1;

/// The content of `format.json`. The lists name what was added to the format without raising its number. This
/// program knows no feature yet, so every name is unknown to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Format {
    #[serde(rename = "format")]
    number: u32,
    /// A program that does not know these may ignore them.
    #[serde(default)]
    compatible: Vec<String>,
    /// A program that does not know these must not write.
    #[serde(default)]
    read_only: Vec<String>,
    /// A program that does not know these must not even read.
    #[serde(default)]
    incompatible: Vec<String>,
}

/// What may be done with a home folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everything.
    ReadWrite,
    /// Only reading, because of these features.
    ReadOnly(Vec<String>),
}

impl Access {
    /// Refuses where only reading is allowed.
    pub(crate) fn permit_writing(&self, layout: &Layout) -> Result<(), Error> {
        match self {
            Self::ReadWrite => Ok(()),
            Self::ReadOnly(features) => Err(Error::ReadOnly {
                home: layout.home().to_owned(),
                features: features.clone(),
            }),
        }
    }
}

impl Format {
    /// What a new home folder says.
    pub(crate) fn new() -> Self {
        Self {
            number: CURRENT,
            compatible: Vec::new(),
            read_only: Vec::new(),
            incompatible: Vec::new(),
        }
    }

    /// Reads the format of a home, if it has one yet.
    pub(crate) fn read(layout: &Layout) -> Result<Option<Self>, Error> {
        document::read_json(&layout.format())
    }

    /// Decides what this program may do with a home of this format.
    pub(crate) fn access(self, layout: &Layout) -> Result<Access, Error> {
        let home = layout.home().to_owned();
        if self.number > CURRENT {
            return Err(Error::NewerFormat {
                home,
                found: self.number,
                known: CURRENT,
            });
        }
        if !self.incompatible.is_empty() {
            return Err(Error::UnknownFeatures {
                home,
                features: self.incompatible,
            });
        }
        if self.read_only.is_empty() {
            Ok(Access::ReadWrite)
        } else {
            Ok(Access::ReadOnly(self.read_only))
        }
    }
}

/// What may be done with the home folder as it is now; one without a format is new.
pub(crate) fn access(layout: &Layout) -> Result<Access, Error> {
    Format::read(layout)?.map_or(Ok(Access::ReadWrite), |format| format.access(layout))
}

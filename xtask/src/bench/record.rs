//! The last recorded measurements, kept beside the document so that single rows can be measured again.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::row::Measurement;
use super::surroundings::Surroundings;

const FILE: &str = "docs/benchmarks/record.json";

/// What was recorded of each row, by its name.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Record(BTreeMap<String, Recorded>);

/// One row as it was measured last.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Recorded {
    /// When, where and with what.
    pub(crate) surroundings: Surroundings,
    /// What came out.
    pub(crate) measurement: Measurement,
}

impl Record {
    /// Reads the file; where none is, nothing was recorded.
    pub(crate) fn load() -> anyhow::Result<Self> {
        match fs_err::read(FILE) {
            Ok(bytes) => serde_json::from_slice(&bytes).with_context(|| format!("cannot understand {FILE}")),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes the file.
    pub(crate) fn save(&self) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs_err::create_dir_all(super::document::PLOTS)?;
        fs_err::write(FILE, text)?;
        Ok(())
    }

    /// Replaces what was recorded of a row.
    pub(crate) fn insert(&mut self, row: &str, recorded: Recorded) {
        self.0.insert(row.to_owned(), recorded);
    }

    /// What was recorded of a row.
    pub(crate) fn find(&self, row: &str) -> Option<&Recorded> {
        self.0.get(row)
    }

    /// Forgets rows that there are no more.
    pub(crate) fn retain(&mut self, is_row: impl Fn(&str) -> bool) {
        self.0.retain(|name, _| is_row(name));
    }
}

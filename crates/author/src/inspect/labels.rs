//! Where labels come from.

use std::collections::BTreeMap;

use crate::text::SourceText;

/// What a label is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LabelValue {
    /// This text.
    Known(String),
    /// Something that only the image's build knows.
    SetElsewhere,
}

/// The labels of a release, and where they are set.
#[derive(Debug, Clone, Default)]
pub(crate) struct LabelSource {
    pub(crate) values: BTreeMap<String, LabelValue>,
    /// Those that a base image brings and the release does not set itself.
    pub(crate) inherited: BTreeMap<String, String>,
    /// The text that sets them, with the labels' names as places; none for an image.
    pub(crate) text: Option<SourceText>,
}

impl LabelSource {
    /// Labels of an image's config, which stand in no text.
    pub(crate) fn of_image(labels: &BTreeMap<String, String>) -> Self {
        let values = labels
            .iter()
            .map(|(label, value)| (label.clone(), LabelValue::Known(value.clone())));
        Self {
            values: values.collect(),
            ..Self::default()
        }
    }

    /// The labels whose text is known, also those of a base image.
    pub(crate) fn known(&self) -> BTreeMap<String, String> {
        let mut known = self.inherited.clone();
        for (label, value) in &self.values {
            match value {
                LabelValue::Known(text) => known.insert(label.clone(), text.clone()),
                LabelValue::SetElsewhere => known.remove(label),
            };
        }
        known
    }

    /// The text of a label, where it is known.
    pub(crate) fn text_of(&self, label: &str) -> Option<&str> {
        match self.values.get(label) {
            Some(LabelValue::Known(text)) => Some(text),
            Some(LabelValue::SetElsewhere) => None,
            None => self.inherited.get(label).map(String::as_str),
        }
    }
}

//! Walking a compose file with a place in hand.

use serde_json::Value;

use super::ComposeParse;

/// The longest text that a permission may repeat, in bytes: against records that grow with services times settings.
const MAX_TEXT: usize = 1024;

/// A value of the document and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    place: String,
    value: &'a Value,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self {
            place: String::new(),
            value,
        }
    }

    /// What stands under `key`. Null counts as absent, and so does every key of what is not a mapping: many places
    /// of a compose file allow a short text instead.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(self.child(key, value))
    }

    /// The mapping's entries; none where it is absent.
    pub(super) fn entries(node: Option<Self>) -> Result<Vec<(String, Self)>, ComposeParse> {
        let Some(node) = node else {
            return Ok(Vec::new());
        };
        let object = node.value.as_object().ok_or_else(|| node.wrong("a mapping"))?;
        let entries = object.iter().map(|(key, value)| {
            let child = node.child(key, value);
            Ok((child.bounded(key)?, child))
        });
        entries.collect()
    }

    /// The list's items; none where it is absent.
    pub(super) fn items(node: Option<Self>) -> Result<Vec<Self>, ComposeParse> {
        let Some(node) = node else {
            return Ok(Vec::new());
        };
        let items = node
            .value
            .as_array()
            .ok_or_else(|| node.wrong("a list"))?
            .iter()
            .enumerate();
        Ok(items
            .map(|(index, item)| node.child(&index.to_string(), item))
            .collect())
    }

    /// The items of a list, or the one value that stands in its place.
    pub(super) fn one_or_more(node: Option<Self>) -> Result<Vec<Self>, ComposeParse> {
        match node {
            Some(node) if !node.value.is_array() => Ok(vec![node]),
            node => Self::items(node),
        }
    }

    /// The names in a list, or the keys of a mapping: compose allows both for networks and more.
    pub(super) fn names(node: Option<Self>) -> Result<Vec<String>, ComposeParse> {
        match node {
            Some(node) if node.value.is_object() => Ok(Self::entries(Some(node))?
                .into_iter()
                .map(|(name, _)| name)
                .collect()),
            node => Self::items(node)?.iter().map(Self::text).collect(),
        }
    }

    /// The scalar as text.
    pub(super) fn text(&self) -> Result<String, ComposeParse> {
        match self.value {
            Value::String(text) => self.bounded(text),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(value) => Ok(value.to_string()),
            _ => Err(self.wrong("a text")),
        }
    }

    /// The scalar under `key` as text.
    pub(super) fn text_of(&self, key: &str) -> Result<Option<String>, ComposeParse> {
        self.get(key).map(|node| node.text()).transpose()
    }

    /// The texts of a list, or the one that stands in its place; of a mapping the text under `key`.
    pub(super) fn texts_or(node: Option<Self>, key: &str) -> Result<Vec<String>, ComposeParse> {
        let mut texts = Vec::new();
        for item in Self::one_or_more(node)? {
            if item.is_mapping() {
                texts.extend(item.text_of(key)?);
            } else {
                texts.push(item.text()?);
            }
        }
        Ok(texts)
    }

    /// The name under which others too may use a declared volume or network: compose takes what has a name of its own
    /// as it finds it, whether it is called external or not.
    pub(super) fn shared_name(&self, key: &str) -> Result<Option<String>, ComposeParse> {
        let old_form = self.get("external").filter(Self::is_mapping);
        let external = match old_form {
            Some(external) => Some(external.text_of("name")?.unwrap_or_else(|| key.to_owned())),
            None => self.may_be_true("external")?.then(|| key.to_owned()),
        };
        Ok(self.text_of("name")?.or(external))
    }

    /// Whether `key` is anything but absent or plainly false: a variable may become true.
    pub(super) fn may_be_true(&self, key: &str) -> Result<bool, ComposeParse> {
        let text = self.text_of(key)?;
        Ok(text.is_some_and(|text| {
            !matches!(
                text.to_ascii_lowercase().as_str(),
                "false" | "no" | "off" | "n" | ""
            )
        }))
    }

    /// The node itself, where nothing but a mapping makes sense.
    pub(super) fn mapping(self) -> Result<Self, ComposeParse> {
        if self.is_mapping() {
            Ok(self)
        } else {
            Err(self.wrong("a mapping"))
        }
    }

    pub(super) fn is_mapping(&self) -> bool {
        self.value.is_object()
    }

    fn child<'b>(&self, key: &str, value: &'b Value) -> Node<'b> {
        Node {
            place: format!("{}/{key}", self.place),
            value,
        }
    }

    fn bounded(&self, text: &str) -> Result<String, ComposeParse> {
        if text.len() > MAX_TEXT {
            return Err(ComposeParse::TooLong {
                place: self.place.clone(),
                limit: MAX_TEXT,
            });
        }
        Ok(text.to_owned())
    }

    fn wrong(&self, needed: &'static str) -> ComposeParse {
        let place = if self.place.is_empty() { "/" } else { &self.place };
        ComposeParse::WrongType {
            place: place.to_owned(),
            needed,
        }
    }
}

/// Splits at the colons that stand outside of `${…}` and `[…]`, which compose's short forms give a meaning.
pub(super) fn split_short_form(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, character) in text.char_indices() {
        match character {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

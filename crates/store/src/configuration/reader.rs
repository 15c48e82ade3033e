//! Reading TOML strictly: each key is asked for by name, and a key that nobody asked for is an error with its
//! place.

use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use camino::Utf8PathBuf;
use toml_edit::{Document, Item, Key, TableLike};

use super::error::{ConfigurationError, Position};
use super::source::Source;
use super::{Origin, SettingEntry};

/// How alike two keys must be for one to be suggested for the other: one or two slips of the fingers.
const LIKENESS: f64 = 0.85;

/// One table of the file, or the absence of one.
pub(super) struct Section<'a> {
    source: Source<'a>,
    /// What stands before its keys in messages: `policy.`.
    prefix: String,
    table: Option<&'a dyn TableLike>,
    asked: Vec<&'static str>,
    entries: Vec<SettingEntry>,
}

impl<'a> Section<'a> {
    pub(super) fn root(source: Source<'a>, document: &'a Document<&'a str>) -> Self {
        Self::new(source, String::new(), Some(document.as_table()))
    }

    fn new(source: Source<'a>, prefix: String, table: Option<&'a dyn TableLike>) -> Self {
        Self {
            source,
            prefix,
            table,
            asked: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// The table under a key of this one.
    pub(super) fn section(&mut self, name: &'static str) -> Result<Section<'a>, ConfigurationError> {
        let prefix = format!("{}{name}.", self.prefix);
        let table = self.take(name).map(|found| found.table()).transpose()?;
        Ok(Section::new(self.source, prefix, table))
    }

    /// Every table in this one, for a section whose keys are names.
    pub(super) fn named_sections(&self) -> Result<Vec<(Found<'a>, Section<'a>)>, ConfigurationError> {
        let mut sections = Vec::new();
        for (name, _) in self.table.into_iter().flat_map(|table| table.iter()) {
            if let Some(found) = self.find(name) {
                let prefix = format!("{}\"{name}\".", self.prefix);
                let section = Section::new(self.source, prefix, Some(found.table()?));
                sections.push((found, section));
            }
        }
        Ok(sections)
    }

    /// Every setting in this table, for one whose keys are names. What `config show` tells of them is added to `entries`.
    pub(super) fn named_settings<T>(
        self,
        parse: impl Fn(&Found<'a>) -> Result<T, ConfigurationError>,
        entries: &mut Vec<SettingEntry>,
    ) -> Result<Vec<(Found<'a>, T)>, ConfigurationError> {
        let mut settings = Vec::new();
        for (name, _) in self.table.into_iter().flat_map(|table| table.iter()) {
            if let Some(found) = self.find(name) {
                let value = parse(&found)?;
                entries.push(SettingEntry {
                    key: format!("{}\"{name}\"", self.prefix),
                    value: Some(found.shown()),
                    origin: found.origin(),
                });
                settings.push((found, value));
            }
        }
        Ok(settings)
    }

    /// One setting: what `parse` makes of the file's value, else `default`, which `shown` spells.
    pub(super) fn setting<T>(
        &mut self,
        name: &'static str,
        default: T,
        shown: impl FnOnce(&T) -> Option<String>,
        parse: impl FnOnce(&Found<'a>) -> Result<T, ConfigurationError>,
    ) -> Result<T, ConfigurationError> {
        let key = format!("{}{name}", self.prefix);
        let Some(found) = self.take(name) else {
            let value = shown(&default);
            let origin = Origin::Default;
            self.entries.push(SettingEntry { key, value, origin });
            return Ok(default);
        };
        let value = parse(&found)?;
        self.entries.push(SettingEntry {
            key,
            value: Some(found.shown()),
            origin: found.origin(),
        });
        Ok(value)
    }

    /// A setting that has a text form.
    pub(super) fn parsed<T: FromStr<Err: Display> + Display>(
        &mut self,
        name: &'static str,
        default: T,
    ) -> Result<T, ConfigurationError> {
        self.setting(name, default, |value| Some(value.to_string()), Found::parse)
    }

    /// A switch that is off unless it is set.
    pub(super) fn switch(&mut self, name: &'static str) -> Result<bool, ConfigurationError> {
        self.setting(name, false, |value| Some(value.to_string()), Found::boolean)
    }

    /// A setting that need not be there.
    pub(super) fn optional<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&Found<'a>) -> Result<T, ConfigurationError>,
    ) -> Result<Option<T>, ConfigurationError> {
        self.setting(name, None, |_| None, |found| parse(found).map(Some))
    }

    /// A setting that need not be there, and of which only what its value displays may be shown.
    pub(super) fn secret<T: Display>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&Found<'a>) -> Result<T, ConfigurationError>,
    ) -> Result<Option<T>, ConfigurationError> {
        let value = self.optional(name, parse)?;
        if let (Some(value), Some(entry)) = (&value, self.entries.last_mut()) {
            entry.value = Some(value.to_string());
        }
        Ok(value)
    }

    /// Ends the section: every key in it must have been asked for. Hands out what was read, for `config
    /// show`.
    pub(super) fn finish(self) -> Result<Vec<SettingEntry>, ConfigurationError> {
        let mut keys = self
            .table
            .into_iter()
            .flat_map(|table| table.iter())
            .map(|(name, _)| name);
        let Some(unknown) = keys.find(|name| !self.asked.contains(name)) else {
            return Ok(self.entries);
        };
        let span = self
            .table
            .and_then(|table| table.key(unknown))
            .and_then(Key::span);
        let likeness = |name: &str| strsim::jaro_winkler(name, unknown);
        let nearest = self
            .asked
            .iter()
            .max_by(|one, two| likeness(one).total_cmp(&likeness(two)));
        Err(ConfigurationError::UnknownKey {
            at: self.source.position(span),
            key: format!("{}{unknown}", self.prefix),
            nearest: nearest
                .filter(|name| likeness(name) > LIKENESS)
                .map(|name| (*name).to_owned()),
        })
    }

    fn take(&mut self, name: &'static str) -> Option<Found<'a>> {
        self.asked.push(name);
        self.find(name)
    }

    fn find(&self, name: &str) -> Option<Found<'a>> {
        let (key, item) = self.table?.get_key_value(name)?;
        Some(Found {
            source: self.source,
            name: name.to_owned(),
            prefix: self.prefix.clone(),
            span: item.span().or_else(|| key.span()),
            item,
        })
    }
}

/// A value of the file.
pub(super) struct Found<'a> {
    source: Source<'a>,
    /// The last part of its key.
    pub(super) name: String,
    prefix: String,
    span: Option<Range<usize>>,
    item: &'a Item,
}

impl<'a> Found<'a> {
    pub(super) fn text(&self) -> Result<&'a str, ConfigurationError> {
        self.item.as_str().ok_or_else(|| self.wrong_type("a text"))
    }

    pub(super) fn boolean(&self) -> Result<bool, ConfigurationError> {
        self.item
            .as_bool()
            .ok_or_else(|| self.wrong_type("true or false"))
    }

    pub(super) fn parse<T: FromStr<Err: Display>>(&self) -> Result<T, ConfigurationError> {
        self.text()?
            .parse()
            .map_err(|problem: T::Err| self.illegal(problem))
    }

    /// A text, or a list of at least one text.
    pub(super) fn texts(&self) -> Result<Vec<String>, ConfigurationError> {
        const NEEDED: &str = "a text or a list of texts";
        let Some(list) = self.item.as_array() else {
            let text = self.item.as_str().ok_or_else(|| self.wrong_type(NEEDED))?;
            return Ok(vec![text.to_owned()]);
        };
        if list.is_empty() {
            return Err(self.illegal("the list is empty"));
        }
        let texts = list.iter().map(|value| value.as_str().map(str::to_owned));
        texts
            .collect::<Option<_>>()
            .ok_or_else(|| self.wrong_type(NEEDED))
    }

    /// An integer, or a text that `T` understands.
    pub(super) fn number_or<T: FromStr<Err: Display> + From<u64>>(
        &self,
        needed: &'static str,
    ) -> Result<T, ConfigurationError> {
        if self.item.is_str() {
            return self.parse();
        }
        let number = self.item.as_integer().ok_or_else(|| self.wrong_type(needed))?;
        let number = u64::try_from(number).map_err(|_| self.illegal("it is negative"))?;
        Ok(T::from(number))
    }

    /// A path; one that is relative begins beside the file.
    pub(super) fn path(&self) -> Result<Utf8PathBuf, ConfigurationError> {
        let path = self.text()?;
        if path.is_empty() {
            return Err(self.illegal("the path is empty"));
        }
        Ok(self
            .source
            .path()
            .parent()
            .map_or_else(|| path.into(), |folder| folder.join(path)))
    }

    fn table(&self) -> Result<&'a dyn TableLike, ConfigurationError> {
        self.item
            .as_table_like()
            .ok_or_else(|| self.wrong_type("a table"))
    }

    pub(super) fn illegal(&self, problem: impl Display) -> ConfigurationError {
        ConfigurationError::IllegalValue {
            at: self.position(),
            key: format!("{}{}", self.prefix, self.name),
            problem: problem.to_string(),
        }
    }

    fn wrong_type(&self, needed: &'static str) -> ConfigurationError {
        ConfigurationError::WrongType {
            at: self.position(),
            key: format!("{}{}", self.prefix, self.name),
            needed,
            found: self.item.type_name(),
        }
    }

    fn position(&self) -> Position {
        self.source.position(self.span.clone())
    }

    fn origin(&self) -> Origin {
        Origin::File(self.position())
    }

    /// The value as `config show` prints it.
    fn shown(&self) -> String {
        match self.texts() {
            Ok(texts) => texts.join(", "),
            Err(_) => self.item.to_string().trim().to_owned(),
        }
    }
}

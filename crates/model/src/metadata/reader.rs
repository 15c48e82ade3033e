//! Walking the JSON with a place in hand, so that every complaint says where.

use serde_json::{Map, Value};

use super::{MetadataLimits, MetadataParse, MetadataWarning, Tab, Vm};
use crate::image_path::ImagePath;
use crate::labels::MAX_TITLE;
use crate::text::printable;

type Object = Map<String, Value>;

/// Parses the bytes, after looking at what a parser would have to suffer.
pub(super) fn document(bytes: &[u8], limits: &MetadataLimits) -> Result<Value, MetadataParse> {
    if bytes.len() > limits.size {
        return Err(MetadataParse::TooLarge {
            size: bytes.len(),
            limit: limits.size,
        });
    }
    if nesting(bytes) > limits.nesting {
        return Err(MetadataParse::TooDeep {
            limit: limits.nesting,
        });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes); // editors on Windows write it
    serde_json::from_slice(bytes).map_err(|error| MetadataParse::NotJson {
        problem: error.to_string(),
    })
}

/// How deep objects and lists stand inside each other. Asked of the bytes because the parser's own limit is fixed and
/// its complaint names no setting.
fn nesting(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// A place in the document, written as a person would: `host.binaries[0].linux`.
#[derive(Debug, Clone)]
pub(super) struct Place(String);

impl Place {
    pub(super) fn root() -> Self {
        Self(String::new())
    }

    pub(super) fn key(&self, key: &str) -> Self {
        let dot = if self.0.is_empty() { "" } else { "." };
        Self(format!("{}{dot}{key}", self.0))
    }

    pub(super) fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    pub(super) fn name(&self) -> String {
        if self.0.is_empty() {
            "(root)".to_owned()
        } else {
            self.0.clone()
        }
    }

    pub(super) fn wrong_type(&self, found: &Value, needed: &'static str) -> MetadataParse {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        MetadataParse::WrongType {
            place: self.name(),
            found,
            needed,
        }
    }

    pub(super) fn object<'a>(&self, value: &'a Value) -> Result<&'a Object, MetadataParse> {
        value
            .as_object()
            .ok_or_else(|| self.wrong_type(value, "an object"))
    }

    /// The object under `key`; null counts as absent.
    pub(super) fn section<'a>(
        &self,
        object: &'a Object,
        key: &str,
    ) -> Result<Option<&'a Object>, MetadataParse> {
        present(object, key)
            .map(|value| self.key(key).object(value))
            .transpose()
    }

    /// The text under `key`; null and the empty text count as absent.
    pub(super) fn text<'a>(&self, object: &'a Object, key: &str) -> Result<Option<&'a str>, MetadataParse> {
        let Some(value) = present(object, key) else {
            return Ok(None);
        };
        let text = value
            .as_str()
            .ok_or_else(|| self.key(key).wrong_type(value, "a text"))?;
        Ok((!text.is_empty()).then_some(text))
    }

    /// The path under `key`.
    pub(super) fn path(&self, object: &Object, key: &str) -> Result<Option<ImagePath>, MetadataParse> {
        self.text(object, key)?
            .map(|text| self.key(key).parse(text))
            .transpose()
    }

    /// The path of a file under `key`.
    pub(super) fn file(&self, object: &Object, key: &str) -> Result<Option<ImagePath>, MetadataParse> {
        match self.path(object, key)? {
            Some(path) if path.is_root() => Err(MetadataParse::NotAFile {
                place: self.key(key).name(),
            }),
            path => Ok(path),
        }
    }

    /// A path that stands at this place.
    pub(super) fn parse(&self, text: &str) -> Result<ImagePath, MetadataParse> {
        ImagePath::parse(text).map_err(|problem| MetadataParse::NotAPath {
            place: self.name(),
            problem,
        })
    }
}

/// The value under `key`, where it is not null.
pub(super) fn present<'a>(object: &'a Object, key: &str) -> Option<&'a Value> {
    object.get(key).filter(|value| !value.is_null())
}

/// What is found on the way.
pub(super) struct Reader<'a> {
    pub(super) limits: &'a MetadataLimits,
    pub(super) warnings: Vec<MetadataWarning>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(limits: &'a MetadataLimits) -> Self {
        Self {
            limits,
            warnings: Vec::new(),
        }
    }

    pub(super) fn tabs(&mut self, document: &Object) -> Result<Vec<Tab>, MetadataParse> {
        let Some(section) = Place::root().section(document, "ui")? else {
            return Ok(Vec::new());
        };
        let place = Place::root().key("ui");
        self.check_count(&place, section.len())?;
        let mut tabs = Vec::new();
        for (name, value) in section.iter().filter(|(_, value)| !value.is_null()) {
            if !is_file_name(name) {
                return Err(MetadataParse::TabName { name: name.clone() });
            }
            // Only the dashboard tab exists; whatever else may come is read where it looks the same.
            if name != "dashboard-tab" && value.get("root").is_none() {
                let place = place.key(name).name();
                self.warnings.push(MetadataWarning::NotATab { place });
                continue;
            }
            tabs.push(self.tab(name, value, &place.key(name))?);
        }
        Ok(tabs)
    }

    fn tab(&mut self, name: &str, value: &Value, place: &Place) -> Result<Tab, MetadataParse> {
        let tab = place.object(value)?;
        let root = place.path(tab, "root")?.ok_or_else(|| MetadataParse::Missing {
            place: place.key("root").name(),
        })?;
        let written = place.text(tab, "src")?.unwrap_or_default();
        let (page, suffix) = written.split_at(written.find(['?', '#']).unwrap_or(written.len()));
        let mut src = place.key("src").parse(page)?;
        if src.is_root() {
            self.warnings.push(MetadataWarning::NoEntryPage {
                place: place.key("src").name(),
            });
            src = place.parse("index.html")?;
        }
        Ok(Tab {
            name: name.to_owned(),
            title: place.text(tab, "title")?.map(|title| printable(title, MAX_TITLE)),
            root,
            address: format!("{}{suffix}", src.as_str()),
            src,
            socket: self.socket(tab, "backend", place)?,
        })
    }

    pub(super) fn vm(&mut self, document: &Object) -> Result<Option<Vm>, MetadataParse> {
        let Some(section) = Place::root().section(document, "vm")? else {
            return Ok(None);
        };
        let place = Place::root().key("vm");
        let vm = Vm {
            image: place.text(section, "image")?.map(str::to_owned),
            compose_file: place.file(section, "composefile")?,
            socket: self.socket(section, "exposes", &place)?,
        };
        self.warn_if_obsolete(&place, section, &["isolation"]);
        match (&vm.image, &vm.compose_file) {
            (None, None) => self.warnings.push(MetadataWarning::NothingToRun),
            (Some(_), Some(_)) => self.warnings.push(MetadataWarning::TwoBackends),
            _ => {}
        }
        Ok(Some(vm))
    }

    /// The socket of a `backend` or `exposes` object, with a warning about the names that it had in 2021.
    fn socket(&mut self, object: &Object, key: &str, place: &Place) -> Result<Option<String>, MetadataParse> {
        let Some(section) = place.section(object, key)? else {
            return Ok(None);
        };
        let place = place.key(key);
        self.warn_if_obsolete(&place, section, &["host-socket", "named-pipe"]);
        match place.text(section, "socket")? {
            Some(name) if !is_file_name(name) => {
                let place = place.key("socket").name();
                self.warnings.push(MetadataWarning::Socket { place });
                Ok(None)
            }
            name => Ok(name.map(str::to_owned)),
        }
    }

    pub(super) fn warn_if_obsolete(&mut self, place: &Place, object: &Object, keys: &[&str]) {
        for key in keys.iter().filter(|key| object.contains_key(**key)) {
            let place = place.key(key).name();
            self.warnings.push(MetadataWarning::Obsolete { place });
        }
    }

    pub(super) fn check_count(&self, place: &Place, count: usize) -> Result<(), MetadataParse> {
        if count > self.limits.entries {
            return Err(MetadataParse::TooMany {
                place: place.name(),
                limit: self.limits.entries,
            });
        }
        Ok(())
    }
}

/// Whether `name` is one part of a path and nothing else.
fn is_file_name(name: &str) -> bool {
    ImagePath::parse(name).is_ok_and(|path| path.as_str() == name && path.file_name() == Some(name))
        && name.len() <= 255
        && !name.chars().any(char::is_control)
}

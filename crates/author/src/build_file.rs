//! `outrigger.toml`: what `build` makes of a folder.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use model::{ImagePath, Platform, Reference, System};
use serde::Deserialize;

use crate::error::Error;
use crate::files::read_text;
use crate::text::SourceText;

/// The name of the file, beside `metadata.json`.
pub const BUILD_FILE: &str = "outrigger.toml";

/// What a build file says. Paths in it are relative to its folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct BuildFile {
    /// The version of the release, where the command line gives none.
    #[serde(default)]
    pub(crate) version: Option<String>,
    /// The repository of the releases; it says which extension this is.
    #[serde(default)]
    pub(crate) repository: Option<String>,
    /// The platforms of the images.
    #[serde(default = "usual_platforms")]
    pub(crate) platforms: Vec<Platform>,
    /// Systems whose host binaries stand in a release of their own (`windows-1.2.0`), and in no other.
    #[serde(default)]
    pub(crate) separate: Vec<System>,
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    /// What is put into the images, beside what the metadata names.
    #[serde(default)]
    pub(crate) files: Vec<Entry>,
    /// The image to begin with.
    #[serde(default)]
    pub(crate) base: Option<Base>,
}

/// A file or folder that is put into images.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Entry {
    /// The file or folder; `{os}`, `{arch}` and `{variant}` stand for those of the image's platform.
    pub(crate) from: String,
    /// Where it stands in the image: the file itself, or the folder that gets the folder's content.
    pub(crate) to: String,
    /// The platforms whose images get it; all where there is none.
    #[serde(default)]
    pub(crate) platforms: Vec<Platform>,
    /// Whether its files get the execute bit, where the folder's system has none or has it wrong.
    #[serde(default)]
    pub(crate) executable: Option<bool>,
}

/// What the images begin with.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Base {
    /// One reference for all platforms.
    Everywhere(String),
    /// One for each.
    ForPlatform(BTreeMap<Platform, String>),
}

impl Base {
    /// The reference for `platform`, where it has one.
    pub(crate) fn of(&self, platform: &Platform) -> Option<&str> {
        match self {
            Self::Everywhere(reference) => Some(reference),
            Self::ForPlatform(references) => references.get(platform).map(String::as_str),
        }
    }
}

/// What Docker's marketplace asks for.
fn usual_platforms() -> Vec<Platform> {
    ["amd64", "arm64"]
        .map(|architecture| Platform::new("linux", architecture, None))
        .to_vec()
}

impl Default for BuildFile {
    /// What holds where there is no build file.
    fn default() -> Self {
        Self {
            version: None,
            repository: None,
            platforms: usual_platforms(),
            separate: Vec::new(),
            labels: BTreeMap::new(),
            files: Vec::new(),
            base: None,
        }
    }
}

impl Entry {
    /// The file or folder for one platform.
    pub(crate) fn source(&self, platform: &Platform) -> Utf8PathBuf {
        let filled = self
            .from
            .replace("{os}", platform.os())
            .replace("{arch}", platform.architecture())
            .replace("{variant}", platform.variant().unwrap_or_default());
        Utf8PathBuf::from(filled)
    }

    pub(crate) fn is_for(&self, platform: &Platform) -> bool {
        self.platforms.is_empty() || self.platforms.contains(platform)
    }
}

impl BuildFile {
    /// Reads the build file of a folder, with its text; nothing where there is none.
    pub(crate) fn read(folder: &Utf8Path) -> Result<Option<(Self, SourceText)>, Error> {
        let path = folder.join(BUILD_FILE);
        let Some(text) = read_text(&path)? else {
            return Ok(None);
        };
        let text = SourceText::toml(path.as_str(), text);
        let file: Self = toml_edit::de::from_str(&text.text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            problem(&path, &text, start, error.message())
        })?;
        file.check(&path, &text)?;
        Ok(Some((file, text)))
    }

    /// What the types do not hold.
    fn check(&self, path: &Utf8Path, text: &SourceText) -> Result<(), Error> {
        let wrong = |place: &str, complaint: &str| problem(path, text, text.at(place).bytes.start, complaint);
        if let Some(repository) = &self.repository
            && let Err(error) = repository.parse::<Reference>()
        {
            return Err(wrong("repository", &error.to_string()));
        }
        if self.platforms.is_empty() {
            return Err(wrong("platforms", "a release needs at least one platform"));
        }
        for (index, entry) in self.files.iter().enumerate() {
            if ImagePath::parse(&entry.to).is_err() {
                return Err(wrong(
                    &format!("files[{index}].to"),
                    "this is not a plain path inside the image",
                ));
            }
            let from = Utf8Path::new(&entry.from);
            if from.is_absolute() || from.components().any(|part| part.as_str() == "..") {
                return Err(wrong(
                    &format!("files[{index}].from"),
                    "this leads out of the folder of the build file",
                ));
            }
        }
        if let Some(Base::ForPlatform(bases)) = &self.base
            && let Some(stranger) = bases.keys().find(|platform| !self.platforms.contains(platform))
        {
            return Err(wrong("base", &format!("{stranger} is not among the platforms")));
        }
        Ok(())
    }
}

fn problem(path: &Utf8Path, text: &SourceText, byte: usize, complaint: &str) -> Error {
    let place = text.at_byte(byte);
    Error::BuildFile {
        file: path.to_owned(),
        line: place.line,
        column: place.column,
        problem: model::text::printable(complaint, 500),
    }
}

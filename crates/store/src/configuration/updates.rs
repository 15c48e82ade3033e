//! What the configuration says of updates that nobody asks for.

use model::automatic::Levels;

use super::SettingEntry;
use super::error::ConfigurationError;
use super::reader::{Found, Section};

pub(super) fn read(mut section: Section<'_>) -> Result<(Levels, Vec<SettingEntry>), ConfigurationError> {
    let mut levels = Levels {
        usual: section.parsed("automatic", Levels::default().usual)?,
        ..Levels::default()
    };
    let extensions = section.section("extension")?;
    let mut entries = section.finish()?;
    for (found, level) in extensions.named_settings(Found::parse, &mut entries)? {
        let id = found.name.parse().map_err(|problem| found.illegal(problem))?;
        if levels.extensions.contains_key(&id) {
            return Err(found.illegal(format!("{id} has a level already")));
        }
        levels.extensions.insert(id, level);
    }
    Ok((levels, entries))
}

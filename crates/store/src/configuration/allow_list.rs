//! Changing which allow-list the configuration names.

use camino::{Utf8Path, Utf8PathBuf};

use super::error::ConfigurationError;
use super::reader::{Found, Section};
use super::source::Source;
use crate::allow_list_file;
use crate::user_file::{self, Change};

/// Begins an allow-list: from then on only what it admits may be installed. Answers with the list's file,
/// which is `allow.txt` beside `configuration`, or the one that `configuration` names already.
///
/// This may be done again, and by several processes at once: all of them get the same list, and one that lies
/// there already is taken as it is.
///
/// # Errors
///
/// Where a file cannot be read, understood or replaced. A list that cannot be understood is never configured.
pub fn begin_allow_list(configuration: &Utf8Path) -> Result<Utf8PathBuf, ConfigurationError> {
    let list = configuration.with_file_name(allow_list_file::FILE_NAME);
    let change = Change::begin(&[configuration, &list])?;
    if let Some(configured) = configured(configuration)? {
        return Ok(configured);
    }
    // The list before the key: a configuration that names a missing list stops every command.
    allow_list_file::ensure(&change, &list)?;
    name(&change, configuration, allow_list_file::FILE_NAME.into())?;
    Ok(list)
}

/// Makes `list` the configured allow-list, in the file as it is: comments and order stay. Creates the file
/// where it is missing. A relative `list` is meant relative to the folder of `configuration`.
///
/// # Errors
///
/// Where the file cannot be read, understood or replaced.
pub fn set_allow_list(configuration: &Utf8Path, list: &Utf8Path) -> Result<(), ConfigurationError> {
    name(&Change::begin(&[configuration])?, configuration, list)
}

/// The allow-list that the configuration names.
fn configured(configuration: &Utf8Path) -> Result<Option<Utf8PathBuf>, ConfigurationError> {
    let text = user_file::read(configuration)?.unwrap_or_default();
    let source = Source::new(configuration, &text);
    let document = source.parse()?;
    let mut policy = Section::root(source, &document).section("policy")?;
    policy.optional("allow-list", Found::path)
}

fn name(change: &Change, configuration: &Utf8Path, list: &Utf8Path) -> Result<(), ConfigurationError> {
    let text = user_file::read(configuration)?.unwrap_or_default();
    let source = Source::new(configuration, &text);
    let document = source.parse()?;
    // Refuses a `policy` that is no table; indexing would panic then.
    Section::root(source, &document).section("policy")?;
    let mut document = document.into_mut();
    document["policy"].or_insert(toml_edit::table())["allow-list"] = toml_edit::value(list.as_str());
    change.replace(configuration, &document.to_string())?;
    Ok(())
}

//! The activation file: the one small file whose replacement is the commit point of every change.

use camino::Utf8Path;
use model::ExtensionId;
use model::installed::Installed;
use serde::{Deserialize, Serialize};

use crate::document;
use crate::error::Error;
use crate::folder_name::folder_name;
use crate::layout::Layout;

/// The format of the file that this program writes, and the newest that it reads.
const FORMAT: u32 = 1;

/// What every format has, so that a later one is recognised as such whatever else it holds.
#[derive(Deserialize)]
struct Head {
    format: u32,
}

#[derive(Deserialize)]
struct Read {
    format: u32,
    installed: Installed,
}

#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    installed: &'a Installed,
}

/// Reads one activation file, if it is there, and checks that it is the file of the extension that it names.
pub(crate) fn read(path: &Utf8Path) -> Result<Option<Installed>, Error> {
    let Some(content) = document::read_bounded(path, document::LARGEST)? else {
        return Ok(None);
    };
    // The format alone is looked for only where it may explain a failure: to read each file twice takes a listing twice as long.
    let read = document::parse::<Read>(path, &content);
    let format = match &read {
        Ok(read) => read.format,
        Err(_) => document::parse::<Head>(path, &content)?.format,
    };
    if format > FORMAT {
        let problem = format!("it has format {format}, and this program knows formats up to {FORMAT}");
        return Err(Error::malformed(path, &problem));
    }
    let installed = read?.installed;
    if path.file_stem() != Some(folder_name(&installed.id).as_str()) {
        return Err(Error::malformed(path, &format!("it names {}", installed.id)));
    }
    Ok(Some(installed))
}

/// The extension `id` as it is activated now.
pub(crate) fn find(layout: &Layout, id: &ExtensionId) -> Result<Option<Installed>, Error> {
    read(&layout.activation(id))
}

/// The content of the activation file for `installed`.
pub(crate) fn content(installed: &Installed, path: &Utf8Path) -> Result<Vec<u8>, Error> {
    document::to_json(
        &Written {
            format: FORMAT,
            installed,
        },
        path,
    )
}

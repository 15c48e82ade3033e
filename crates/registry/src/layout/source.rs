//! Where a layout is: the words with which the command line names it.

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use model::Reference;

use super::{Layout, Wanted, daemon};
use crate::Settings;
use crate::error::{Error, Operation};

/// Images outside of registries: `oci:FOLDER[:NAME]`, `oci-archive:FILE[:NAME]`, `docker-archive:FILE[:NAME]` or
/// `docker-daemon:REF`.
///
/// Names behind the second colon are tags or whole references, as the layout has them. A path with a colon in it cannot be
/// written so; other tools with these words have the same rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalSource {
    kind: Kind,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Folder(Place),
    Archive(Place),
    DockerArchive(Place),
    /// The reference as written.
    Daemon(String),
}

/// A path, and the name of an image there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    path: Utf8PathBuf,
    name: Option<String>,
}

impl LocalSource {
    /// Reads the words; nothing where the text begins with none of them, and so names something in a registry.
    pub fn parse(text: &str) -> Option<Self> {
        let (word, rest) = text.split_once(':')?;
        let kind = match word {
            "oci" => Kind::Folder(Place::parse(rest)),
            "oci-archive" => Kind::Archive(Place::parse(rest)),
            "docker-archive" => Kind::DockerArchive(Place::parse(rest)),
            "docker-daemon" => Kind::Daemon(rest.to_owned()),
            _ => return None,
        };
        let text = text.to_owned();
        Some(Self { kind, text })
    }

    /// Opens it. An engine is asked for its image now, and an archive that is compressed is unpacked into a temporary
    /// file; either is bounded by `limits.archive-size`.
    ///
    /// # Errors
    ///
    /// Where it is not there, or is not what its word says.
    pub async fn open(&self, settings: &Settings) -> Result<Layout, Error> {
        let (text, limits) = (self.text.clone(), settings.limits.clone());
        match self.kind.clone() {
            Kind::Daemon(reference) => daemon::open(&reference, settings).await,
            Kind::Folder(place) => Layout::open(&place.path, &limits),
            Kind::Archive(place) => blocking(text, move || Layout::open_archive(&place.path, &limits)).await,
            Kind::DockerArchive(place) => {
                blocking(text, move || Layout::open_docker_archive(&place.path, &limits)).await
            }
        }
    }

    /// What is wanted of it, and what it is to be taken for where somebody says so.
    pub fn wanted(&self, taken_for: Option<Reference>) -> Wanted {
        let name = match &self.kind {
            Kind::Folder(place) | Kind::Archive(place) | Kind::DockerArchive(place) => place.name.clone(),
            // The engine was asked for one image, and that is all it gave.
            Kind::Daemon(_) => None,
        };
        Wanted { name, taken_for }
    }
}

impl fmt::Display for LocalSource {
    /// As it was written.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Place {
    fn parse(text: &str) -> Self {
        // `C:\images` begins with a drive, not with a path that ends there.
        let drive = if cfg!(windows) && text.as_bytes().get(1) == Some(&b':') {
            2
        } else {
            0
        };
        let (path, name) = match text[drive..].split_once(':') {
            Some((path, name)) => (&text[..drive + path.len()], Some(name.to_owned())),
            None => (text, None),
        };
        Self {
            path: Utf8Path::new(path).to_owned(),
            name: name.filter(|name| !name.is_empty()),
        }
    }
}

/// Unpacking takes its time, and others wait for this thread.
async fn blocking(
    text: String,
    open: impl FnOnce() -> Result<Layout, Error> + Send + 'static,
) -> Result<Layout, Error> {
    match tokio::task::spawn_blocking(open).await {
        Ok(opened) => opened,
        Err(_) => Err(Error::new(
            Operation::Open,
            text,
            "",
            super::blob::interrupted().into(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_in_front_says_what_it_is() {
        for (text, path, name) in [
            ("oci:/tmp/whale", "/tmp/whale", None),
            ("oci:whale:1.2.0", "whale", Some("1.2.0")),
            (
                "oci-archive:whale.tar:docker.io/acme/whale:1.2.0",
                "whale.tar",
                Some("docker.io/acme/whale:1.2.0"),
            ),
            ("docker-archive:whale.tar:", "whale.tar", None),
        ] {
            let source = LocalSource::parse(text).unwrap();
            let (Kind::Folder(place) | Kind::Archive(place) | Kind::DockerArchive(place)) = &source.kind
            else {
                panic!("{text}");
            };
            assert_eq!(
                (place.path.as_str(), place.name.as_deref()),
                (path, name),
                "{text}"
            );
            assert_eq!(source.to_string(), text);
        }
    }

    #[test]
    fn everything_else_is_a_reference() {
        for text in [
            "acme/whale",
            "localhost:5000/whale",
            "acme/whale:1.2.0",
            "whale",
            "dir:/tmp",
        ] {
            assert_eq!(LocalSource::parse(text), None, "{text}");
        }
    }
}

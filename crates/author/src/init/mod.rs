//! Beginning an extension: a folder that validates and builds as it is.

mod text;

use camino::{Utf8Path, Utf8PathBuf};

use crate::error::Error;
use text::Filling;

/// What an extension begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// A page.
    Ui,
    /// A page that talks to a container over a socket.
    Backend,
    /// A page that runs a program on the user's machine.
    Host,
}

/// What is said about an extension that begins.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// What it consists of.
    pub template: Template,
    /// The name that users see.
    pub title: String,
    /// One sentence about it.
    pub description: String,
    /// Who provides it.
    pub vendor: String,
    /// The vendor's page, `http` or `https`.
    pub publisher_url: String,
}

/// A file that is written: its path in the folder, its text, and whether it is a program.
struct Piece {
    path: &'static str,
    text: String,
    is_program: bool,
}

impl Beginning {
    /// Writes the files into `folder`, which is made where it is not there, and hands out their paths in it.
    ///
    /// # Errors
    ///
    /// When one of the files is there already (nothing is written then), or cannot be written.
    pub fn write(&self, folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, Error> {
        let pieces = self.pieces();
        for piece in &pieces {
            let path = folder.join(piece.path);
            if fs_err::symlink_metadata(&path).is_ok() {
                return Err(Error::Occupied { path });
            }
        }
        for piece in &pieces {
            piece.write(folder)?;
        }
        Ok(pieces
            .into_iter()
            .map(|piece| Utf8PathBuf::from(piece.path))
            .collect())
    }

    fn pieces(&self) -> Vec<Piece> {
        let filling = Filling::of(self);
        let file = |path, template: &str| Piece {
            path,
            text: filling.fill(template),
            is_program: false,
        };
        let program = |path| Piece {
            is_program: true,
            ..file(path, include_str!("../../templates/host/hello"))
        };
        let build_file = include_str!("../../templates/outrigger.toml");
        let mut pieces = vec![
            file("icon.svg", include_str!("../../templates/icon.svg")),
            file("ui/index.html", include_str!("../../templates/index.html")),
            file("ui/style.css", include_str!("../../templates/style.css")),
        ];
        pieces.extend(match self.template {
            Template::Ui => vec![
                file("metadata.json", include_str!("../../templates/ui/metadata.json")),
                file("ui/main.js", include_str!("../../templates/ui/main.js")),
                file("outrigger.toml", build_file),
            ],
            Template::Backend => vec![
                file(
                    "metadata.json",
                    include_str!("../../templates/backend/metadata.json"),
                ),
                file("ui/main.js", include_str!("../../templates/backend/main.js")),
                file(
                    "compose.yaml",
                    include_str!("../../templates/backend/compose.yaml"),
                ),
                file("outrigger.toml", build_file),
            ],
            Template::Host => vec![
                file(
                    "metadata.json",
                    include_str!("../../templates/host/metadata.json"),
                ),
                file("ui/main.js", include_str!("../../templates/host/main.js")),
                program("host/linux/hello"),
                program("host/darwin/hello"),
                file(
                    "host/windows/hello.cmd",
                    include_str!("../../templates/host/hello.cmd"),
                ),
                file(
                    "outrigger.toml",
                    &format!(
                        "{build_file}{}",
                        include_str!("../../templates/host/outrigger-files.toml")
                    ),
                ),
            ],
        });
        pieces
    }
}

impl Piece {
    fn write(&self, folder: &Utf8Path) -> Result<(), Error> {
        let path = folder.join(self.path);
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent)?;
        }
        fs_err::write(&path, &self.text)?;
        if self.is_program {
            make_executable(&path)?;
        }
        Ok(())
    }
}

#[cfg(unix)]
fn make_executable(path: &Utf8Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs_err::set_permissions(
        path,
        std::fs::Permissions::from_mode(0o755),
    )?)
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "other systems have such a bit")]
fn make_executable(_: &Utf8Path) -> Result<(), Error> {
    Ok(())
}

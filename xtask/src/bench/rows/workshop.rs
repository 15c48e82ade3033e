//! The folder of an author: the extension of the row `install`, as files that are built from.

use camino::Utf8Path;
use testkit::Folder;

use super::extension::{self, Ui};

/// The systems whose programs the extension has, with the files that stand for them.
const SYSTEMS: [(&str, &str, &str); 3] = [
    ("darwin", "tool", extension::DARWIN),
    ("windows", "tool.exe", extension::WINDOWS),
    ("linux", "tool", extension::LINUX),
];

/// The architectures of its backend.
pub(super) const ARCHITECTURES: [&str; 2] = ["amd64", "arm64"];

const BUILD_FILE: &str = r#"repository = "acme/harbour"
version = "1.0.0"
platforms = ["linux/amd64", "linux/arm64"]

[labels]
"org.opencontainers.image.title" = "Harbour"
"org.opencontainers.image.description" = "Files to measure with"
"org.opencontainers.image.vendor" = "Acme"
"com.docker.desktop.extension.api.version" = ">= 0.3.0"

[[files]]
from = "backend/{arch}/service"
to = "/backend/service"
executable = true
"#;

/// An author's folder, and the bytes of one platform's image of it, unpacked.
pub(super) struct Workshop {
    pub(super) folder: Folder,
    pub(super) size: u64,
}

impl Workshop {
    /// A folder whose user interface has so many files of so many bytes, or a little less.
    pub(super) fn new(ui: &Ui) -> anyhow::Result<Self> {
        let folder = Folder::new();
        let root = folder.path();
        let (pages, mut size) = extension::ui_files(ui)?;
        for page in pages {
            copy(
                page.as_path(),
                &root.join("ui").join(extension::below(&page).to_string()),
            )?;
        }
        for (system, name, program) in SYSTEMS {
            size += copy(program.as_ref(), &root.join(system).join(name))?;
        }
        for architecture in ARCHITECTURES {
            let service = root.join("backend").join(architecture).join("service");
            let copied = copy(extension::BACKEND.as_ref(), &service)?;
            if architecture == ARCHITECTURES[0] {
                size += copied;
            }
            append(&service, architecture)?;
        }
        let names = SYSTEMS.map(|(system, name, _)| (system, name));
        let folder = extension::describing(&names)
            .into_iter()
            .fold(folder, |folder, (name, content)| folder.file(name, content))
            .file("ui/index.html", "<!doctype html>\n")
            .file("outrigger.toml", BUILD_FILE);
        Ok(Self { folder, size })
    }

    pub(super) fn path(&self) -> &Utf8Path {
        self.folder.path()
    }
}

/// Copies a file with its execute bit, and tells its bytes.
fn copy(from: &std::path::Path, to: &Utf8Path) -> anyhow::Result<u64> {
    if let Some(folder) = to.parent() {
        fs_err::create_dir_all(folder)?;
    }
    Ok(fs_err::copy(from, to)?)
}

/// Makes a program another one: what is the same for two platforms would be built once.
fn append(program: &Utf8Path, architecture: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut file = fs_err::OpenOptions::new().append(true).open(program)?;
    Ok(file.write_all(architecture.as_bytes())?)
}

//! One person at one desktop: runs the lines of a page's console blocks, one after the other.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use camino::Utf8PathBuf;
use regex::Regex;
use testkit::Folder;

use crate::terminal;
use crate::world::{Story, World};

/// The person's home in the pages.
const HOME: &str = "/home/ann";
/// The home folder below it.
const OUTRIGGER_HOME: &str = ".local/share/outrigger";

/// A question on a terminal, up to where the answer is typed.
pub(crate) static QUESTION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^.*\[y/N\] ?|^(Template|Title|Description|Vendor)\b[^\[:\n]*(\[[^\]\n]*\])?: ?").unwrap()
});

pub(crate) struct Session {
    home: Folder,
    world: World,
    last_code: i32,
}

/// What a line printed, as the person sees it.
pub(crate) struct Printed {
    pub(crate) text: String,
    pub(crate) code: i32,
}

impl Session {
    pub(crate) fn new(story: Story) -> Self {
        let session = Self {
            home: Folder::new().file(".docker/config.json", "{}"),
            world: World::new(story),
            last_code: 0,
        };
        if story != Story::Empty {
            session.write("config.toml", "");
        }
        session
    }

    /// Writes a file that a page shows into the home folder, or with `~/` in front below the person's home; a configuration is
    /// told where the registries are.
    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = match name.strip_prefix("~/") {
            Some(below) => self.home.path().join(below),
            None => self.home.path().join(OUTRIGGER_HOME).join(name),
        };
        let mut content = content.to_owned();
        if name == "config.toml" {
            content += &self.world.endpoints();
        }
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, content).unwrap();
    }

    /// Runs one line. `None` for the few commands that an example may show and that are not ours to run; they print nothing
    /// in a page.
    pub(crate) fn run(&mut self, line: &str, shown: &str) -> Option<Printed> {
        let line = line.split("  # ").next().unwrap_or(line).trim();
        let words: Vec<&str> = line.split_whitespace().collect();
        let printed = match words.as_slice() {
            ["docker", "push", reference] => {
                self.world.push(reference);
                return None;
            }
            ["docker", "build" | "login" | "buildx", ..]
            | ["cargo", "build" | "xtask" | "test" | "install", ..]
            | ["git", "clone", ..]
            | ["mdbook", ..] => return None,
            ["echo", "$?"] => Printed {
                text: self.last_code.to_string(),
                code: 0,
            },
            ["cargo", "run", rest @ ..] => {
                let program: Vec<_> = rest.iter().skip_while(|word| **word != "--").skip(1).collect();
                let program: Vec<_> = program.into_iter().copied().collect();
                self.shell(&format!("outrigger {}", program.join(" ")), shown)
            }
            _ => self.shell(line, shown),
        };
        self.last_code = printed.code;
        Some(printed)
    }

    fn shell(&self, line: &str, shown: &str) -> Printed {
        let (text, code) = if QUESTION.is_match(shown) {
            terminal::run(|line| self.command(line), line, shown)
        } else {
            let mut command = self.command(line);
            captured(&mut command)
        };
        let text = text.replace(self.home.path().as_str(), HOME);
        Printed {
            text: self.world.disguise(&text),
            code,
        }
    }

    /// A shell that finds the binary, with nothing in its surroundings but this person's home.
    fn command(&self, line: &str) -> Command {
        let binary = Utf8PathBuf::from(env!("CARGO_BIN_EXE_outrigger"));
        let path = format!("{}:/usr/bin:/bin", binary.parent().unwrap());
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", line])
            .current_dir(self.home.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.home.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        if let Some(profile) = std::env::var_os("LLVM_PROFILE_FILE") {
            command.env("LLVM_PROFILE_FILE", profile);
        }
        command
    }
}

/// Runs a command to its end; both streams into one file, so that they stand in the order in which they were written.
fn captured(command: &mut Command) -> (String, i32) {
    let mut file: File = tempfile::tempfile().unwrap();
    let status = command
        .stdout(file.try_clone().unwrap())
        .stderr(file.try_clone().unwrap())
        .status()
        .unwrap();
    file.rewind().unwrap();
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    (text, status.code().unwrap())
}

//! `outrigger demo`: the whole story in this process, without network, engine or root.
//!
//! Every step runs the same code as the command that it names, against a registry in memory.

use camino::{Utf8Path, Utf8PathBuf};
use clap::Parser as _;
use embedded::Registry;
use embedded::sample::{self, Release};
use serde_json::{Value, json};

use crate::arguments::{self, Arguments};
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, style};

/// The socket of the demo's registry, in the demo's folder.
const SOCKET: &str = "registry.sock";

pub(super) fn run(wanted: &arguments::Demo, output: &Output) -> Result<Exit, Failure> {
    let cannot = |error: std::io::Error| Failure::failed(format!("the demo cannot begin: {error}"));
    let folder = tempfile::Builder::new()
        .prefix("outrigger-demo-")
        .tempdir()
        .map_err(cannot)?;
    let home = Utf8PathBuf::from_path_buf(folder.path().to_owned())
        .map_err(|path| Failure::failed(format!("{} is not UTF-8", path.display())))?
        .join("home");
    let runtime = tokio::runtime::Runtime::new().map_err(cannot)?;
    let registry = Registry::new();
    let server = runtime
        .block_on(serve(&registry, folder.path()))
        .map_err(cannot)?;
    fs_err::create_dir(&home).map_err(cannot)?;
    fs_err::write(home.join("config.toml"), server.configuration()).map_err(cannot)?;

    let mut demo = Demo {
        home: &home,
        output,
        registry: &registry,
        steps: Vec::new(),
    };
    if wanted.serve {
        demo.open_marketplace()?;
        demo.say_what_is_left(wanted.keep);
    } else {
        demo.tell_story()?;
        demo.conclude(wanted.keep)?;
    }
    if wanted.keep {
        // The socket leads nowhere any more; if it cannot be removed it does no harm.
        let _ = fs_err::remove_file(folder.path().join(SOCKET));
        // Handing the folder over keeps it from being removed.
        let _ = folder.keep();
    }
    Ok(Exit::Done)
}

/// The demo's registry for as long as this lives.
struct Serving {
    /// What stands in for Docker Hub.
    endpoint: String,
    _server: Box<dyn std::any::Any>,
}

impl Serving {
    fn configuration(&self) -> String {
        format!("[registry.\"docker.io\"]\nendpoint = \"{}\"\n", self.endpoint)
    }
}

/// Serves on a socket, which works also where not even the loopback device is up; on a port where there are no sockets, or
/// the temporary folder's path is too long for one or cannot stand in an address as it is.
async fn serve(registry: &Registry, folder: &std::path::Path) -> std::io::Result<Serving> {
    #[cfg(unix)]
    {
        let path = folder.join(SOCKET);
        let is_plain = |character: char| character.is_ascii_alphanumeric() || "/-_.".contains(character);
        let plain = path.to_str().filter(|text| text.chars().all(is_plain));
        if let (Some(text), Ok(server)) = (plain, registry.serve_on_socket(&path)) {
            return Ok(Serving {
                endpoint: format!("unix://{text}"),
                _server: Box::new(server),
            });
        }
    }
    let server = registry.serve().await?;
    Ok(Serving {
        endpoint: format!("http://{}", server.authority()),
        _server: Box::new(server),
    })
}

struct Demo<'a> {
    home: &'a Utf8Path,
    output: &'a Output,
    registry: &'a Registry,
    steps: Vec<Value>,
}

impl Demo<'_> {
    fn tell_story(&mut self) -> Result<(), Failure> {
        let name = sample::REPOSITORY;
        let [first, second, third] = sample::releases();

        self.say("Acme releases its extension by pushing an image with a semver tag.");
        self.push(name, &first);
        self.say("This desktop begins an allow-list: only what it admits may be installed.");
        self.type_command(&["allow", "add", name, "--create"])?;
        self.say("A scan visits what is allowed. It reads tags, manifests and labels, and no layer.");
        self.type_command(&["scan"])?;
        self.say("The newest release that fits is fetched, verified, and switched to in one step.");
        self.type_command(&["install", name, "--force"])?;
        self.say("Acme goes on: an update, and a release that needs an Extension API of the future.");
        self.push(name, &second);
        self.push(name, &third);
        self.say("The next scan tells what can be taken, and why the newest cannot.");
        self.type_command(&["scan"])?;
        self.say("The update fetches only the layer that changed; the release before stays on disk.");
        self.type_command(&["update", name])?;
        self.type_command(&["ls"])
    }

    /// Until somebody ends it.
    fn open_marketplace(&mut self) -> Result<(), Failure> {
        let name = sample::REPOSITORY;
        self.say("Acme has published these extensions.");
        for release in sample::releases() {
            self.push(name, &release);
        }
        for (repository, release) in sample::fleet() {
            self.push(repository, &release);
        }
        self.say("This desktop allows what Acme publishes.");
        self.type_command(&["allow", "add", "acme/", "--create"])?;
        self.say("Two of them are installed, and of one there is a newer release.");
        self.type_command(&["install", "acme/knots", &format!("{name}:1.0.0"), "--force"])?;
        self.type_command(&["scan"])?;
        self.say(
            "The service shows all of it. Update Porthole there, install the others, take something back.",
        );
        // A port of its own: the user's service may run beside it.
        let words = ["serve", "--listen", "127.0.0.1:0"];
        self.show_command(&format!("outrigger {}", words.join(" ")));
        self.carry_out(&words, self.output)
    }

    fn say(&self, sentence: &str) {
        if !self.output.is_json() {
            self.output.line(&format!("\n{}", style::bold(sentence)));
        }
    }

    /// The author's command, done at once in memory.
    fn push(&mut self, repository: &str, release: &Release) {
        self.registry.push(repository, release.version, &release.image);
        let command = format!("docker push {repository}:{}", release.version);
        self.show_command(&command);
        self.steps.push(json!({ "command": command }));
    }

    /// The user's command, run by the code that would run it.
    fn type_command(&mut self, words: &[&str]) -> Result<(), Failure> {
        let command = format!("outrigger {}", words.join(" "));
        self.show_command(&command);
        let output = self.output.part();
        self.carry_out(words, &output)?;
        self.steps
            .push(json!({ "command": command, "result": output.into_document() }));
        Ok(())
    }

    fn carry_out(&self, words: &[&str], output: &Output) -> Result<(), Failure> {
        let line = ["outrigger", "--home", self.home.as_str()]
            .into_iter()
            .chain(words.iter().copied());
        let mut arguments = Arguments::try_parse_from(line)
            .map_err(|error| Failure::failed(format!("`{words:?}` is no command: {error}")))?;
        arguments.global.config = Some(self.home.join("config.toml"));
        super::run(arguments.command, &arguments.global, output).map(drop)
    }

    fn show_command(&self, command: &str) {
        if !self.output.is_json() {
            self.output.line(&style::dim(&format!("$ {command}")));
        }
    }

    fn conclude(&self, keep: bool) -> Result<(), Failure> {
        let extensions = self.home.join("extensions");
        let mut files = Vec::new();
        list_files(&extensions, &mut files)
            .map_err(|error| Failure::failed(format!("the result cannot be listed: {error}")))?;
        let kept = keep.then_some(self.home);
        if self.output.is_json() {
            self.output
                .json(&json!({ "steps": self.steps, "files": files, "home": kept }));
            return Ok(());
        }
        self.say("What is installed now, and the release before it:");
        self.output.line(&style::dim("$ tree $OUTRIGGER_HOME/extensions"));
        for file in &files {
            self.output.line(&format!("  {}", shorten(file)));
        }
        self.say_what_is_left(keep);
        Ok(())
    }

    fn say_what_is_left(&self, keep: bool) {
        if self.output.is_json() {
            return;
        }
        if !keep {
            self.say("That was all; nothing of it is left. `outrigger demo --keep` leaves the home folder.");
            return;
        }
        let home = self.home;
        self.say("The home folder is kept. The demo's registry is gone; these work without it:");
        self.output.line(&format!("  outrigger --home {home} ls"));
        self.output.line(&format!("  outrigger --home {home} outdated"));
        self.output
            .line(&format!("  outrigger --home {home} rm {}", sample::REPOSITORY));
        self.output
            .line(&format!("  rm -r {}", home.parent().unwrap_or(home)));
    }
}

/// The files below `folder`, relative to it, sorted.
fn list_files(folder: &Utf8Path, files: &mut Vec<String>) -> std::io::Result<()> {
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in next.read_dir_utf8()? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                pending.push(entry.into_path());
            } else {
                files.push(
                    entry
                        .path()
                        .strip_prefix(folder)
                        .unwrap_or(entry.path())
                        .to_string(),
                );
            }
        }
    }
    files.sort();
    Ok(())
}

/// A path with its digest shortened: on a screen its first digits tell enough.
fn shorten(path: &str) -> String {
    let short = |part: &str| match part.strip_prefix("sha256-").and_then(|rest| rest.split_once('-')) {
        Some((hex, system)) if hex.len() == 64 => format!("sha256-{}…-{system}", &hex[..8]),
        _ => part.to_owned(),
    };
    path.split('/').map(short).collect::<Vec<_>>().join("/")
}

//! What happens at a terminal: the question, the bars, the colours. `script`, part of every Debian, makes the terminal.

use std::io::Write as _;
use std::process::{Command, Stdio};

use embedded::image::Layer;
use embedded::{Image, Registry};
use testkit::{Outrigger, Serving, tree};

use crate::scene::{API, extension, outrigger, whale};

/// A registry in memory that stands in for Docker Hub, and the binary.
struct Desk {
    registry: Registry,
    _serving: Serving,
    outrigger: Outrigger,
}

impl Desk {
    fn new() -> Self {
        let registry = Registry::new();
        let serving = testkit::serve(&registry);
        let outrigger = outrigger();
        outrigger.config(&format!(
            "[host]\nplatform = \"linux/amd64\"\n[registry.\"docker.io\"]\nendpoint = \"http://{}\"\n",
            serving.authority()
        ));
        Self {
            registry,
            _serving: serving,
            outrigger,
        }
    }

    /// Types a command line at a terminal, then `answer`. The exit code, and everything that was on the screen: what was typed too,
    /// for terminals echo.
    fn type_in(&self, line: &str, answer: &str) -> (i32, String) {
        let mut command = self.outrigger.command();
        command.args(line.split_whitespace());
        let mut quoted = vec![command.get_program().to_str().unwrap().to_owned()];
        quoted.extend(
            command
                .get_args()
                .map(|argument| argument.to_str().unwrap().to_owned()),
        );
        let mut script = Command::new("/usr/bin/script");
        script.args(["--quiet", "--return", "--command", &quoted.join(" "), "/dev/null"]);
        script.env_clear().env("TERM", "xterm");
        script.envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?)))
                .filter(|(name, _)| *name != "NO_COLOR"),
        );
        script.current_dir(self.outrigger.surroundings());
        let mut child = script
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
        )
    }
}

/// A screen without colours and movements.
fn plain(screen: &str) -> String {
    let mut text = String::new();
    let mut letters = screen.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            // A control sequence ends with its first letter.
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else if letter != '\r' {
            text.push(letter);
        }
    }
    text
}

/// An extension that asks for much.
fn able() -> Image {
    let metadata = r#"{
        "ui": { "dashboard-tab": { "title": "Whale", "root": "/ui", "src": "index.html" } },
        "vm": { "composefile": "compose.yaml" },
        "host": { "binaries": [ { "linux": [ { "path": "/bin/whalectl" } ] } ] }
    }"#;
    let compose = "services:\n  whale:\n    image: acme/whale\n    privileged: true\n    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock\n";
    let layer = Layer::new()
        .file("metadata.json", metadata, 0o644)
        .file("ui/index.html", "hello", 0o644)
        .file("compose.yaml", compose, 0o644)
        .file("bin/whalectl", "#!/bin/sh", 0o755);
    Image::builder().label(API, ">= 0.3").layer(layer).build()
}

#[test]
fn the_question_says_what_the_extension_will_be_able_to_do() {
    let desk = Desk::new();
    desk.registry.push("acme/whale", "1.0.0", &able());
    let (code, screen) = desk.type_in("install acme/whale", "y\n");
    assert_eq!(code, 0, "{screen}");
    let screen = plain(&screen);
    let asked = screen.find("docker.io/acme/whale:1.0.0 will be").unwrap();
    shown!(&screen[asked..], @"
    docker.io/acme/whale:1.0.0 will be able to do this:
      high    The container `whale` controls the container engine, and with it the host, through `/var/run/docker.sock`
      high    The container `whale` is privileged: it can do everything on the host
      high    Runs `whalectl` on this machine, with your rights
      low     Shows the tab `Whale`
      low     Starts the container `whale` from the image `acme/whale`
    Install it? [y/N] Installed docker.io/acme/whale 1.0.0
    ");
    assert_eq!(
        desk.outrigger.run(["ls", "-q"]).ok().stdout,
        "docker.io/acme/whale\n"
    );
}

#[test]
fn anything_but_yes_changes_nothing() {
    let desk = Desk::new();
    desk.registry.push("acme/whale", "1.0.0", &able());
    for answer in ["n\n", "\n", "no\n", "yess\n", "\u{4}"] {
        let (code, screen) = desk.type_in("install acme/whale", answer);
        assert_eq!(code, 1, "{answer:?}: {screen}");
        assert!(plain(&screen).contains("Install it? [y/N]"), "{screen}");
        assert!(
            plain(&screen).contains("declined; nothing was changed"),
            "{screen}"
        );
        let extensions = tree(&desk.outrigger.home().join("extensions"));
        assert!(extensions.files().is_empty(), "{extensions}");
    }
    let (code, screen) = desk.type_in("install acme/whale", "Yes\n");
    assert_eq!(code, 0, "{screen}");
}

#[test]
fn a_declined_update_leaves_the_installed_release() {
    let desk = Desk::new();
    desk.registry.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    desk.outrigger.run(["install", "acme/whale", "--force"]).ok();
    let before = tree(&desk.outrigger.home().join("extensions"));
    desk.registry.push("acme/whale", "1.1.0", &able());
    let (code, screen) = desk.type_in("update acme/whale", "n\n");
    assert_eq!(code, 1, "{screen}");
    assert_eq!(tree(&desk.outrigger.home().join("extensions")), before);
    let (code, screen) = desk.type_in("update acme/whale", "y\n");
    assert_eq!(code, 0, "{screen}");
}

#[test]
fn nobody_is_asked_where_nothing_is_to_be_decided() {
    let desk = Desk::new();
    desk.registry.push("acme/whale", "1.0.0", &able());
    for (line, code) in [
        ("install acme/whale --force", 0),
        ("install acme/whale", 0),
        ("install acme/missing", 4),
        ("update acme/whale", 0),
        ("rm acme/whale", 0),
    ] {
        let (found, screen) = desk.type_in(line, "");
        assert_eq!(found, code, "{line}: {screen}");
        assert!(!screen.contains("[y/N]"), "{line}: {screen}");
    }
}

#[test]
fn each_layer_has_a_bar_at_a_terminal_and_only_there() {
    let desk = Desk::new();
    let image = extension("Whale", "1.0.0").build();
    desk.registry.push("acme/whale", "1.0.0", &image);
    desk.registry
        .push("acme/other", "1.0.0", &extension("Other", "1.0.0").build());
    let (code, screen) = desk.type_in("install acme/whale --force", "");
    assert_eq!(code, 0, "{screen}");
    for layer in image.layer_digests() {
        assert!(screen.contains(layer.short()), "{layer} has no bar: {screen:?}");
    }
    assert!(screen.contains("[========================]"), "{screen:?}");
    assert!(screen.contains("B/s"), "{screen:?}");
    let (_, screen) = desk.type_in("install acme/other --force", "");
    assert!(screen.contains("already here"), "{screen:?}");
    desk.outrigger.run(["rm", "acme/whale", "acme/other"]).ok();
    for line in [
        "install acme/whale --force --quiet",
        "install acme/other --force --format json",
    ] {
        let (code, screen) = desk.type_in(line, "");
        assert_eq!(code, 0, "{screen}");
        assert!(!screen.contains("[==="), "{line}: {screen:?}");
    }
    let output = desk.outrigger.run(["install", "acme/whale", "--force"]).ok();
    assert!(!output.stderr.contains('['), "{}", output.stderr);
}

#[test]
fn colours_can_be_refused() {
    let desk = Desk::new();
    desk.registry.push("acme/whale", "1.0.0", &able());
    let (_, screen) = desk.type_in("show acme/whale", "");
    assert!(screen.contains('\u{1b}'), "{screen:?}");
    let (_, screen) = desk.type_in("show acme/whale --no-color", "");
    assert!(!screen.contains('\u{1b}'), "{screen:?}");
    let (_, screen) = desk.type_in("install acme/missing --no-color", "");
    assert!(!screen.contains("\u{1b}[31m"), "{screen:?}");
}

//! `outrigger dev`: from a saved file to the switched generation.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use testkit::{Folder, Outrigger};

use crate::folders::{LABELS, good};

/// The command while it runs; ended when the test ends.
struct Running {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends each line until nobody listens or nothing comes.
fn pass_on(stream: impl Read, lines: &mpsc::Sender<String>) {
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        if lines.send(line).is_err() {
            return;
        }
    }
}

impl Running {
    fn start(outrigger: &Outrigger, folder: &Folder) -> Self {
        let mut command = outrigger.command();
        command.args(["dev", ".", "--force"]).current_dir(folder.path());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = mpsc::channel();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let errors = sender.clone();
        std::thread::spawn(move || pass_on(out, &sender));
        std::thread::spawn(move || pass_on(err, &errors));
        Self { child, lines }
    }

    /// Waits until a line holds this text, and answers those before it.
    #[track_caller]
    fn says(&self, text: &str) -> Vec<String> {
        let mut said = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(30)) {
            if line.contains(text) {
                return said;
            }
            said.push(line);
        }
        panic!("expected {text:?} among {said:#?}");
    }
}

#[test]
fn what_a_release_is_able_to_do_is_told_once_and_again_where_it_grows() {
    let toml = format!("repository = \"acme/whale\"\nversion = \"1.0.0\"\n{LABELS}");
    let folder = good().file("outrigger.toml", &toml);
    let outrigger = Outrigger::new(env!("CARGO_BIN_EXE_outrigger"));
    let running = Running::start(&outrigger, &folder);
    running.says("Waiting for changes");
    let folder = folder.file("ui/index.html", "<h1>Saved</h1>\n");
    let said = running.says("Waiting for changes").join("\n");
    assert!(
        !said.contains("will be able to do") && !said.contains("has moved"),
        "{said}"
    );
    let _folder = folder.file(
        "compose.yaml",
        "services:\n  lookout:\n    image: ${DESKTOP_PLUGIN_IMAGE}\n    privileged: true\n",
    );
    running.says("The container `lookout` is privileged");
}

#[test]
fn each_saved_change_is_built_and_switched_to_and_a_broken_one_is_told() {
    let toml = format!("repository = \"acme/whale\"\nversion = \"1.0.0\"\n{LABELS}");
    let folder = good().file("outrigger.toml", &toml);
    let outrigger = Outrigger::new(env!("CARGO_BIN_EXE_outrigger"));
    let running = Running::start(&outrigger, &folder);
    running.says("Installed docker.io/acme/whale 1.0.0");
    let folder = folder.file("ui/index.html", "<h1>Saved</h1>\n");
    running.says("Installed docker.io/acme/whale 1.0.0 anew");
    let listed = outrigger.run(["ls", "--format", "json"]).ok().json();
    let path = listed["extensions"][0]["path"].as_str().unwrap().to_owned();
    let page = std::fs::read_to_string(format!("{path}/ui/dashboard-tab/index.html")).unwrap();
    assert_eq!(page, "<h1>Saved</h1>\n");
    let folder = folder.file("outrigger.toml", "version = 1\n");
    running.says("outrigger.toml:1:");
    let _folder = folder.file("outrigger.toml", toml.replace("1.0.0", "1.1.0"));
    running.says("from 1.0.0 to 1.1.0");
}

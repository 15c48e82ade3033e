//! Opening the link in a browser: only where somebody sees it, and only for this user.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use testkit::{Outrigger, Service};

use crate::scene::{alone, outrigger};

/// A program in the place of `xdg-open` that writes down what it is given.
fn pretend_browser(outrigger: &Outrigger) {
    let folder = outrigger.surroundings().join("bin");
    fs_err::create_dir_all(&folder).unwrap();
    let program = folder.join("xdg-open");
    let script = "#!/bin/sh\nprintf '%s\\n' \"$*\" > \"$HOME/opened.new\" && mv \"$HOME/opened.new\" \"$HOME/opened\"\n";
    fs_err::write(&program, script).unwrap();
    fs_err::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// `serve` at a terminal, which `script` makes, with these variables; it ends when this is dropped.
struct AtTerminal {
    child: Child,
    screen: BufReader<std::process::ChildStdout>,
}

impl AtTerminal {
    fn start(outrigger: &Outrigger, variables: &[(&str, &str)], arguments: &str) -> Self {
        pretend_browser(outrigger);
        let ours = outrigger.command();
        let program = ours.get_program().to_str().unwrap();
        let line = format!("exec {program} serve --listen 127.0.0.1:0 {arguments}");
        let mut script = Command::new("/usr/bin/script");
        script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        script.env_clear();
        script.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let path = format!("{}/bin:/usr/bin:/bin", outrigger.surroundings());
        script
            .env("PATH", path)
            .env("TERM", "xterm")
            .envs(variables.iter().copied());
        let mut child = script
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let screen = BufReader::new(child.stdout.take().unwrap());
        Self { child, screen }
    }

    /// Reads what is printed until the last line of the greeting; gives the link.
    fn link(&mut self) -> String {
        let mut address = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.screen.read_line(&mut line).unwrap(), 0, "it did not start");
            if let Some((_, rest)) = line.split_once("Open it with ") {
                rest.split(' ').next().unwrap().clone_into(&mut address);
            }
            if line.contains("Ctrl-C") {
                return address;
            }
        }
    }
}

impl Drop for AtTerminal {
    fn drop(&mut self) {
        // The terminal goes, and the service with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the browser was given, after at most so many times 20 ms.
fn opened(outrigger: &Outrigger, patience: usize) -> Option<String> {
    let path = outrigger.surroundings().join("opened");
    for _ in 0..patience {
        if let Ok(text) = fs_err::read_to_string(&path) {
            return Some(text.trim().to_owned());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

#[test]
fn at_a_terminal_with_a_screen_the_browser_gets_a_link_of_its_own() {
    let outrigger = outrigger();
    let mut terminal = AtTerminal::start(&outrigger, &[("DISPLAY", ":7")], "");
    let printed = terminal.link();
    let opened = opened(&outrigger, 500).expect("no browser was opened");
    assert!(
        opened.starts_with("http://127.0.0.1:") && opened.contains("/open?key="),
        "{opened}"
    );
    assert_ne!(opened, printed, "the printed link stays good");
}

#[test]
fn where_nobody_would_see_it_no_browser_is_opened() {
    let over_ssh = [
        ("DISPLAY", ":7"),
        ("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22"),
    ];
    let cases: [(&[(&str, &str)], &str); 4] = [
        (&[], ""),
        (&[("DISPLAY", "")], ""),
        (&over_ssh, ""),
        (&[("WAYLAND_DISPLAY", "wayland-0")], "--no-open"),
    ];
    for (variables, arguments) in cases {
        let outrigger = outrigger();
        AtTerminal::start(&outrigger, variables, arguments).link();
        assert_eq!(opened(&outrigger, 25), None, "{variables:?} {arguments}");
    }
    let outrigger = outrigger();
    pretend_browser(&outrigger);
    let mut command = outrigger.command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--format", "json"]);
    command
        .env("DISPLAY", ":7")
        .env("PATH", outrigger.surroundings().join("bin"));
    let _service = Service::of(&mut command);
    assert_eq!(opened(&outrigger, 25), None, "in a pipe");
}

#[test]
#[ignore = "needs root and util-linux"]
fn a_link_does_not_open_for_another_user_of_the_machine() {
    let (_outrigger, service) = alone();
    let (host, port) = service.authority().split_once(':').unwrap();
    let request = format!(
        "GET {} HTTP/1.0\\r\\nHost: {host}:{port}\\r\\n\\r\\n",
        service.link()
    );
    let line = format!("exec 3<>/dev/tcp/{host}/{port}; printf '{request}' >&3; cat <&3");
    // `nobody`, as every Linux has it.
    let mut other = Command::new("setpriv");
    other.args([
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "bash",
        "-c",
        &line,
    ]);
    let refused = testkit::Output::of(&mut other).ok();
    assert!(refused.stdout.starts_with("HTTP/1.0 403"), "{}", refused.stdout);
    assert!(!refused.stdout.contains("set-cookie"), "{}", refused.stdout);
    let opened = service.stranger("GET", &service.link()).now();
    assert_eq!(opened.status, 200, "it was not used up");
}

//! The installed service under a real user manager of systemd, which runs in a mount namespace of its own.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use testkit::{Output, Outrigger};

use crate::scene::outrigger;

/// Makes `/run` look as if systemd had started this machine, for this process alone, and becomes the user's manager.
const BEGIN: &str = "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system \"$XDG_RUNTIME_DIR\" && \
                     chmod 700 \"$XDG_RUNTIME_DIR\" && exec /usr/lib/systemd/systemd --user";

struct UserManager<'a> {
    outrigger: &'a Outrigger,
    process: Child,
}

impl<'a> UserManager<'a> {
    fn start(outrigger: &'a Outrigger) -> Self {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "sh", "-c", BEGIN]);
        surround(&mut command, outrigger);
        let process = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let manager = Self { outrigger, process };
        for _ in 0..100 {
            if manager.systemctl(&["daemon-reload"]).code == 0 {
                return manager;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the user manager does not answer");
    }

    /// Runs `systemctl --user` where the manager is.
    fn systemctl(&self, arguments: &[&str]) -> Output {
        self.run(&format!("systemctl --user {}", arguments.join(" ")))
    }

    /// Runs a line that was printed, as a user would in a shell.
    fn run(&self, line: &str) -> Output {
        let mut command = Command::new("nsenter");
        command.args(["--mount", "--target", &self.process.id().to_string()]);
        command.args(["sh", "-c", line]);
        surround(&mut command, self.outrigger);
        Output::of(&mut command)
    }

    /// Waits until a unit is in this state.
    fn wait_for(&self, unit: &str, state: &str) {
        for _ in 0..200 {
            if self.systemctl(&["is-active", unit]).stdout.trim() == state {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!(
            "{unit}: {}",
            self.systemctl(&["status", "--no-pager", unit]).stdout
        );
    }
}

impl Drop for UserManager<'_> {
    fn drop(&mut self) {
        self.systemctl(&["exit"]);
        for _ in 0..100 {
            if let Ok(Some(_)) = self.process.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        // Nothing more can be done in a drop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn surround(command: &mut Command, outrigger: &Outrigger) {
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
        .env("HOME", outrigger.surroundings())
        .env("XDG_CONFIG_HOME", outrigger.surroundings().join("config"))
        .env("XDG_RUNTIME_DIR", "/run/user/0");
}

/// A home folder whose path holds whatever means something to systemd, to a shell or to XML.
fn odd_home(outrigger: &Outrigger) -> Utf8PathBuf {
    outrigger.surroundings().join("50% \"of\" $HOME; \\o <é>")
}

fn serve(outrigger: &Outrigger, home: &Utf8Path, arguments: &[&str]) -> Output {
    let mut command = outrigger.command();
    command.env("XDG_CONFIG_HOME", outrigger.surroundings().join("config"));
    command.args(["--home", home.as_str(), "serve"]).args(arguments);
    Output::of(&mut command)
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[test]
#[ignore = "needs root, systemd and util-linux"]
fn an_installed_service_starts_stops_and_goes_by_the_commands_that_are_printed() {
    let outrigger = outrigger();
    let home = odd_home(&outrigger);
    let address = free_address();
    let manager = UserManager::start(&outrigger);
    let arguments = ["--install", "--listen", &address, "--format", "json"];
    let installed = serve(&outrigger, &home, &arguments).ok().json();

    for command in installed["ways"][0]["commands"].as_array().unwrap() {
        manager.run(command.as_str().unwrap()).ok();
    }
    // `enable --now` has waited until the service said that it is ready.
    manager.wait_for("outrigger.service", "active");
    let link = serve(&outrigger, &home, &["--link"]).ok().stdout;
    assert!(link.starts_with(&format!("http://{address}/open?key=")), "{link}");
    manager.systemctl(&["disable", "--now", "outrigger.service"]).ok();
    assert!(
        !home.join("service/address.json").exists(),
        "it has ended by itself"
    );

    for command in installed["ways"][1]["commands"].as_array().unwrap() {
        manager.run(command.as_str().unwrap()).ok();
    }
    assert_eq!(
        manager.systemctl(&["is-active", "outrigger.service"]).stdout,
        "inactive\n"
    );
    let mut client = TcpStream::connect(&address).unwrap();
    let request = format!("GET /v1/health HTTP/1.0\r\nHost: {address}\r\n\r\n");
    client.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.0 401"),
        "the first request starts it: {answer}"
    );
    manager.wait_for("outrigger.service", "active");

    let removed = serve(&outrigger, &home, &["--uninstall", "--format", "json"])
        .ok()
        .json();
    for command in removed["commands"].as_array().unwrap() {
        manager.run(command.as_str().unwrap()).ok();
    }
    manager.wait_for("outrigger.service", "inactive");
    TcpStream::connect(&address).unwrap_err();
    let left = outrigger
        .surroundings()
        .join("config/systemd/user/sockets.target.wants/outrigger.socket");
    assert!(!left.is_symlink());
}

//! A session of a desktop with `dunst`, which shows notices on a screen that nobody sees.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use camino::Utf8Path;
use serde_json::Value;

use crate::folder::{Folder, write};
use crate::process::{Program, Server};

const SCREEN: Program = Program {
    path: "/usr/bin/Xvfb",
    package: "xvfb",
};
const BUS: Program = Program {
    path: "/usr/bin/dbus-daemon",
    package: "dbus",
};
const DUNST: Program = Program {
    path: "/usr/bin/dunst",
    package: "dunst",
};
const CONTROL: Program = Program {
    path: "/usr/bin/dunstctl",
    package: "dunst",
};

/// Only what is no longer on the screen is in the history, so it does not stay there for long.
const SETTINGS: &str = "[global]\nidle_threshold = 0\nhistory_length = 100\nmarkup = full\nformat = \"%s\\n%b\"\n\
                        [urgency_low]\ntimeout = 300ms\n[urgency_normal]\ntimeout = 300ms\n[urgency_critical]\ntimeout = 300ms\n";

/// How long a notice may take to appear.
const PATIENCE: Duration = Duration::from_secs(30);

/// A screen, a session bus and `dunst`, until this is dropped.
#[derive(Debug)]
pub struct Dunst {
    address: String,
    // Dropped in this order, each before what it relies on.
    _shower: Server,
    _bus: Server,
    _screen: Server,
    folder: Folder,
}

/// A notice that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Who showed it.
    pub program: String,
    /// Its title.
    pub title: String,
    /// Its body as it came: markup.
    pub body: String,
    /// Its category.
    pub category: String,
}

impl Dunst {
    /// Starts all three. Fails where a program is missing or does not start.
    pub fn start() -> anyhow::Result<Self> {
        let folder = Folder::try_new()?;
        let display = {
            let mut command = SCREEN.command();
            command.args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "640x480x24",
                "-nolisten",
                "tcp",
            ]);
            command
        };
        let (screen, number) = telling(SCREEN, display, &folder.path().join("screen"))?;
        let bus = {
            let mut command = BUS.command();
            command.args(["--session", "--nofork", "--print-address=1"]);
            command
        };
        let (bus, address) = telling(BUS, bus, &folder.path().join("bus"))?;
        let settings = folder.path().join("dunstrc");
        write(&settings, SETTINGS.as_bytes());
        let own = folder.path().join("dunst");
        fs_err::create_dir_all(&own)?;
        let mut command = DUNST.command();
        command
            .args(["-config", settings.as_str()])
            .env("DISPLAY", format!(":{number}"))
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            .env("HOME", &own);
        let mut dunst = DUNST.start(&mut command, &own)?;
        dunst.wait_for(|| history(&address).ok())?;
        Ok(Self {
            address,
            _shower: dunst,
            _bus: bus,
            _screen: screen,
            folder,
        })
    }

    /// The address of the session's bus, as it stands in `DBUS_SESSION_BUS_ADDRESS`.
    pub fn bus(&self) -> &str {
        &self.address
    }

    /// What was shown and is no longer on the screen, the first one first.
    pub fn shown(&self) -> anyhow::Result<Vec<Shown>> {
        history(&self.address)
    }

    /// Waits until so many notices were shown, and answers all of them.
    ///
    /// # Panics
    ///
    /// Where they are not.
    #[track_caller]
    pub fn wait_for(&self, count: usize) -> Vec<Shown> {
        let start = Instant::now();
        loop {
            let shown = self.shown();
            if let Ok(shown) = &shown
                && shown.len() >= count
            {
                return shown.clone();
            }
            assert!(
                start.elapsed() < PATIENCE,
                "shown are only {shown:?}, see {}",
                self.folder.path()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Starts a server that says in one line on standard output how it is reached.
fn telling(
    program: Program,
    mut command: std::process::Command,
    folder: &Utf8Path,
) -> anyhow::Result<(Server, String)> {
    fs_err::create_dir_all(folder)?;
    let mut server = program.start(&mut command, folder)?;
    let said = folder.join("stdout");
    let line = server.wait_for(|| {
        let text = fs_err::read_to_string(&said).ok()?;
        text.ends_with('\n').then(|| text.trim().to_owned())
    })?;
    Ok((server, line))
}

fn history(address: &str) -> anyhow::Result<Vec<Shown>> {
    let mut command = CONTROL.command();
    command.arg("history").env("DBUS_SESSION_BUS_ADDRESS", address);
    let told: Value = serde_json::from_str(&CONTROL.run(&mut command)?)?;
    let shown = told["data"][0].as_array().context("no list of notices")?;
    let text = |notice: &Value, name: &str| {
        let text = notice[name]["data"].as_str();
        text.unwrap_or_default().to_owned()
    };
    // The last one comes first.
    let shown = shown.iter().rev().map(|notice| Shown {
        program: text(notice, "appname"),
        title: text(notice, "summary"),
        body: text(notice, "body"),
        category: text(notice, "category"),
    });
    Ok(shown.collect())
}

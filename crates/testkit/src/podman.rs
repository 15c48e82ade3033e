//! `podman`, which loads and saves archives of images.

use crate::folder::Folder;
use crate::process::Program;

const PROGRAM: Program = Program {
    path: "/usr/bin/podman",
    package: "podman",
};

/// `podman` with a store of its own, which is gone when this is dropped.
#[derive(Debug)]
pub struct Podman {
    folder: Folder,
}

impl Podman {
    /// A `podman` that holds no image yet.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            folder: Folder::try_new()?.file("auth.json", "{}"), // no login of whoever runs the tests
        })
    }

    /// Runs any command that starts no container, and answers what it printed. Fails where `podman` is missing or refuses.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = PROGRAM.command();
        command.args(["--storage-driver", "vfs"]);
        command.arg("--root").arg(self.folder.path().join("root"));
        command.arg("--runroot").arg(self.folder.path().join("run"));
        // Neither systemd nor its journal is asked for anything.
        command.args(["--cgroup-manager", "cgroupfs", "--events-backend", "none"]);
        command.args(arguments);
        command.env("REGISTRY_AUTH_FILE", self.folder.path().join("auth.json"));
        command.env("HOME", self.folder.path());
        PROGRAM.run(&mut command)
    }
}

//! `buildah`, which builds and pushes OCI images and indexes without an engine.

use camino::Utf8Path;

use crate::folder::Folder;
use crate::process::Program;

const PROGRAM: Program = Program {
    path: "/usr/bin/buildah",
    package: "buildah",
};

/// `buildah` with a store of its own, which is gone when this is dropped.
#[derive(Debug)]
pub struct Buildah {
    folder: Folder,
}

impl Buildah {
    /// A `buildah` that holds no image yet.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            folder: Folder::try_new()?.file("auth.json", "{}"), // no login of whoever runs the tests
        })
    }

    /// Builds the `Dockerfile` of a folder for this machine's platform, and pushes an OCI manifest to `target`, a reference with a
    /// tag such as `127.0.0.1:5000/acme/whale:1.0.0`.
    pub fn publish(&self, context: &Utf8Path, target: &str) -> anyhow::Result<()> {
        self.build(context, &["--tag", target])?;
        let to = format!("docker://{target}");
        self.run(&["push", "--quiet", "--tls-verify=false", target, &to])
            .map(drop)
    }

    /// Pulls what a reference names, for this machine's platform, and answers its image's id: the hexadecimal digits of its config's
    /// digest.
    pub fn pull(&self, reference: &str) -> anyhow::Result<String> {
        let from = format!("docker://{reference}");
        let id = self.run(&["pull", "--quiet", "--tls-verify=false", &from])?;
        Ok(id.trim().to_owned())
    }

    /// Builds the `Dockerfile` of a folder for each of the platforms (`linux/arm64`), and pushes an OCI index to `target`.
    pub fn publish_for(&self, context: &Utf8Path, platforms: &[&str], target: &str) -> anyhow::Result<()> {
        let platforms = platforms.join(",");
        self.build(context, &["--manifest", target, "--platform", &platforms])?;
        let to = format!("docker://{target}");
        self.run(&[
            "manifest",
            "push",
            "--all",
            "--quiet",
            "--tls-verify=false",
            target,
            &to,
        ])
        .map(drop)
    }

    fn build(&self, context: &Utf8Path, arguments: &[&str]) -> anyhow::Result<()> {
        let common = ["bud", "--quiet", "--isolation", "chroot", "--format", "oci"];
        self.run(&[&common, arguments, &[context.as_str()]].concat())
            .map(drop)
    }

    fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = PROGRAM.command();
        command.args(["--storage-driver", "vfs"]);
        command.arg("--root").arg(self.folder.path().join("root"));
        command.arg("--runroot").arg(self.folder.path().join("run"));
        command.args(arguments);
        command.env("REGISTRY_AUTH_FILE", self.folder.path().join("auth.json"));
        PROGRAM.run(&mut command)
    }
}

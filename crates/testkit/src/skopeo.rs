//! `skopeo`, which copies images between registries and packs their layers otherwise on the way, and looks at what is in them.

use anyhow::Context as _;
use serde_json::Value;

use crate::folder::Folder;
use crate::process::Program;

const PROGRAM: Program = Program {
    path: "/usr/bin/skopeo",
    package: "skopeo",
};

/// What happens to layers on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layers {
    /// They stay as they are, and so do all digests; an index is copied whole.
    Unchanged,
    /// They are unpacked; only the image of this machine's platform is copied.
    Plain,
    /// They are packed with zstd, and the manifest becomes one of OCI; only the image of this machine's platform is copied.
    Zstd,
}

/// Copies between registries. Both names are references with a tag or a digest, such as
/// `127.0.0.1:5000/acme/whale:1.0.0`; plain HTTP is fine. Fails where `skopeo` is missing or refuses.
pub fn copy(from: &str, to: &str, layers: Layers) -> anyhow::Result<()> {
    let (from, to) = (format!("docker://{from}"), format!("docker://{to}"));
    if layers == Layers::Unchanged {
        return copy_with(&["--all", "--preserve-digests", &from, &to]);
    }
    // Layers that are packed already are never packed otherwise, so they are unpacked first.
    let unpacked = Folder::try_new()?;
    let between = format!("dir:{}", unpacked.path());
    copy_with(&["--dest-decompress", &from, &between])?;
    match layers {
        Layers::Zstd => copy_with(&["--format", "oci", "--dest-compress-format", "zstd", &between, &to]),
        Layers::Plain | Layers::Unchanged => copy_with(&["--preserve-digests", &between, &to]),
    }
}

/// Copies an image with all its platforms from anywhere to anywhere, as `skopeo` names places: `docker://127.0.0.1:5000/whale:1`,
/// `oci:/path:1.0.0`, `oci-archive:/path`. Fails where `skopeo` is missing or refuses.
pub fn copy_between(from: &str, to: &str) -> anyhow::Result<()> {
    copy_with(&["--all", "--preserve-digests", from, to])
}

/// Copies the image of this machine's platform to a place that holds one only, such as `docker-archive:/path:acme/whale:1.0.0`.
/// Fails where `skopeo` is missing or refuses.
pub fn save(from: &str, to: &str) -> anyhow::Result<()> {
    copy_with(&[from, to])
}

/// The tags of a repository, such as `127.0.0.1:5000/acme/whale`, in the registry's order. Fails where `skopeo` is missing or
/// cannot list them.
pub fn tags(repository: &str) -> anyhow::Result<Vec<String>> {
    let told = run(&[
        "list-tags",
        "--tls-verify=false",
        &format!("docker://{repository}"),
    ])?;
    let mut list: Value = serde_json::from_str(&told)?;
    serde_json::from_value(list["Tags"].take()).context("skopeo tells of no tags")
}

/// Deletes what a reference names, as registries do it: the manifest with every tag that points to it. Fails where `skopeo` is
/// missing or refuses.
pub fn delete(reference: &str) -> anyhow::Result<()> {
    run(&["delete", "--tls-verify=false", &format!("docker://{reference}")]).map(drop)
}

fn copy_with(arguments: &[&str]) -> anyhow::Result<()> {
    let common = [
        "copy",
        "--quiet",
        "--src-tls-verify=false",
        "--dest-tls-verify=false",
    ];
    run(&[&common, arguments].concat()).map(drop)
}

fn run(arguments: &[&str]) -> anyhow::Result<String> {
    // It remembers which blobs lie where, and reuses them as they were packed then: each run begins without a memory.
    let memory = Folder::try_new()?.file("auth.json", "{}");
    let mut command = PROGRAM.command();
    command.arg("--insecure-policy").args(arguments);
    // Root's memory has a fixed place; everyone else's follows the other two.
    command.env("_CONTAINERS_ROOTLESS_UID", "1");
    command.env("HOME", memory.path());
    command.env("XDG_DATA_HOME", memory.path());
    command.env("REGISTRY_AUTH_FILE", memory.path().join("auth.json"));
    PROGRAM.run(&mut command)
}

//! The shell pipeline: what a patient person would type to get an image onto a disk.

use std::process::Command;
use std::time::Duration;

use camino::Utf8Path;

use crate::bench::bench;

/// Fetches the manifest, then every layer at the same time; each is hashed and unpacked as it comes. The hashes are compared with
/// the digests at the end, and a failure anywhere is a failure of the whole.
const SCRIPT: &str = r#"
set -euo pipefail
manifest=$(curl -fsS -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$1/v2/$2/manifests/$3")
mapfile -t layers < <(grep -o '"digest":"sha256:[0-9a-f]*"' <<<"$manifest" | cut -d'"' -f4 | tail -n +2)
mkdir -p "$4/root"
jobs=()
for digest in "${layers[@]}"; do
    curl -fsS "http://$1/v2/$2/blobs/$digest" \
        | tee >(sha256sum >"$4/${digest#*:}") \
        | tar xz -C "$4/root" &
    jobs+=($!)
done
for job in "${jobs[@]}"; do wait "$job"; done
for digest in "${layers[@]}"; do
    until [ -s "$4/${digest#*:}" ]; do :; done
    read -r sum _ <"$4/${digest#*:}"
    [ "$sum" = "${digest#*:}" ]
done
if [ "$5" = flushed ]; then sync -f "$4"; fi
"#;

/// Whether the pipeline flushes what it wrote, as an install does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flush {
    /// At the end, with one `sync -f`.
    Flushed,
    /// Not at all.
    Unflushed,
}

/// Unpacks an image into a new folder `to`, and answers how long it took.
pub(super) fn run(
    authority: &str,
    repository: &str,
    tag: &str,
    to: &Utf8Path,
    flush: Flush,
) -> anyhow::Result<Duration> {
    let flush = match flush {
        Flush::Flushed => "flushed",
        Flush::Unflushed => "unflushed",
    };
    let mut command = Command::new("/bin/bash");
    command.args([
        "-c",
        SCRIPT,
        "pipeline",
        authority,
        repository,
        tag,
        to.as_str(),
        flush,
    ]);
    bench::time(&mut command)
}

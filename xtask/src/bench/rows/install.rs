//! The row `install`.

use std::process::Command;
use std::time::Duration;

use camino::Utf8Path;
use testkit::{Engine, Folder, RealRegistry};

use super::extension;
use super::pipeline::{self, Flush};
use crate::bench::bench::{self, Bench, Contestant};
use crate::bench::row::{Mark, Measurement, Row, Target, Unit, figure};

const REPOSITORY: &str = "acme/harbour";
const TAG: &str = "1.0.0";

pub(super) const ROW: Row = Row {
    name: "install",
    what: "An extension of six gzip layers of real files (user interface, binaries of three systems, backend) is installed from \
           docker-registry on loopback: a fresh home folder, nothing cached, everything flushed. The peers are a shell pipeline \
           that fetches all layers at the same time with `curl`, hashes them with `sha256sum` and pipes them into `tar xz`; \
           `skopeo copy` with `umoci unpack`; and `docker pull`, `docker create` and `docker cp` of the same payload. Each is \
           followed by `sync -f`. The peers unpack the whole image; outrigger reads and verifies the whole of it, by digest, \
           DiffID and two tar parsers, and writes what this system needs, and a copy of the layers. The binaries are Linux \
           programs under other systems' names where those systems are not at hand.",
    bounded_by: "By processors. Of 330 ms of processor time in 220 ms (`perf record`, cold home, two Intel cores), inflating takes \
                 44 %, the three SHA-256 (blob, DiffID, payload) 28 %, receiving and writing 5 % each, page faults 4 %. SHA-256 \
                 runs at 1.44 GB/s there, as fast as that of ring and OpenSSL. With what the registry and the kernel need, two \
                 cores would be busy for 192 ms; the rest is the beginning and the end, where one of them waits: process, \
                 connection and first answers, then placing, the last flush and the commit. 5 times skopeo and umoci would \
                 be 206 ms. The copies of the layers, which spare the next update their transfer, cost 10 % to 13 %; held in \
                 memory and written after the install they made the whole 5 % faster, and a process that is killed would have \
                 lost what it had fetched. Tried, and no faster: mimalloc (a sixth slower), no flush before the last (4 % \
                 slower), flushing or writing out in smaller steps, fewer pieces between network and unpacking, thin link-time \
                 optimisation, copies past the page cache. On two threads of one AMD core and a slower disk it was 2.41, 4.28 \
                 and 7.71 times as fast as the three. A machine that shares its processors with others shows 215 ms in one \
                 minute and 305 ms in the next.",
    needs: &[
        "buildah",
        "curl",
        "docker-registry",
        "docker.io",
        "skopeo",
        "umoci",
    ],
    runs: 11,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let layers = extension::layers(&extension::UI)?;
    let unpacked = layers.size;
    let image = extension::image(layers.layers);
    let registry = RealRegistry::start()?;
    registry.push(REPOSITORY, TAG, &image);
    let authority = registry.authority();
    let series = bench.race(vec![
        Contestant::new("outrigger install", || outrigger(bench, authority)),
        Contestant::new("curl | sha256sum | tar xz", || {
            let folder = Folder::new();
            let time = pipeline::run(authority, REPOSITORY, TAG, folder.path(), Flush::Flushed);
            bench.keep(folder);
            time
        }),
        Contestant::new("skopeo copy, umoci unpack", || umoci(bench, authority)),
        Contestant::new("docker pull, create, cp", || docker(bench, authority)),
    ])?;
    let packed: usize = image
        .layer_digests()
        .iter()
        .map(|digest| image.blobs()[digest].len())
        .sum();
    let [ours, peers @ ..] = series.as_slice() else {
        anyhow::bail!("nobody was measured");
    };
    let marks = peers.iter().zip([2.5, 5.0, 5.0]);
    Ok(Measurement {
        marks: marks
            .map(|(peer, times)| Mark::times_as_fast(ours, peer, Target::AtLeast(times)))
            .collect(),
        notes: vec![format!(
            "{} layers of {}, which unpack to {} of files.",
            image.layer_digests().len(),
            Unit::Bytes.show(figure(packed as u64)),
            Unit::Bytes.show(figure(unpacked)),
        )],
        series,
    })
}

/// Into a fresh home folder.
fn outrigger(bench: &Bench, authority: &str) -> anyhow::Result<Duration> {
    let outrigger = bench.outrigger();
    let reference = format!("{authority}/{REPOSITORY}:{TAG}");
    let time = bench::time(outrigger.command().args(["install", "--force", &reference]));
    bench.keep(outrigger);
    time
}

/// Into a fresh image layout, and from there into a fresh bundle.
fn umoci(bench: &Bench, authority: &str) -> anyhow::Result<Duration> {
    let folder = Folder::new();
    let script = format!(
        "set -e; cd {}\n\
         skopeo --insecure-policy copy --quiet --src-tls-verify=false docker://{authority}/{REPOSITORY}:{TAG} oci:layout:{TAG}\n\
         umoci unpack --image layout:{TAG} bundle\n\
         sync -f bundle",
        folder.path()
    );
    let mut command = Command::new("/bin/sh");
    // Its memory of where it saw which layer would spare it the transfer.
    command
        .args(["-c", &script])
        .env("HOME", folder.path())
        .env("XDG_DATA_HOME", folder.path());
    command.env("_CONTAINERS_ROOTLESS_UID", "1");
    let time = bench::time(&mut command);
    bench.keep(folder);
    time
}

/// Into an engine of its own, which has nothing yet, and from there into a fresh folder. What it holds is kept as everything
/// else is: to remove it would have the file system look for room among what was just deleted, at the cost of who comes next.
fn docker(bench: &Bench, authority: &str) -> anyhow::Result<Duration> {
    let mut engine = Engine::start()?;
    let folder = Folder::new();
    let reference = format!("{authority}/{REPOSITORY}:{TAG}");
    rustix::fs::sync();
    let time = bench::time(&mut docker_script(&engine, &reference, folder.path()))?;
    engine.stop();
    bench.keep((folder, engine));
    Ok(time)
}

fn docker_script(engine: &Engine, reference: &str, to: &Utf8Path) -> Command {
    let copies = extension::PAYLOAD.map(|path| format!("docker cp harbour:/{path} {to}/{path}\n"));
    let copies = copies.concat();
    let script = format!(
        "set -e\ndocker pull --quiet {reference}\ndocker create --name harbour {reference} none\n{copies}sync -f {to}"
    );
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &script]).env("DOCKER_HOST", engine.host());
    command.env("PATH", "/usr/bin:/bin");
    command
}

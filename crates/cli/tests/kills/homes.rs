//! Home folders that released versions made: each is opened, read and changed by this one.
//!
//! `OUTRIGGER_MAKE_HOME=1 cargo test -p outrigger-cli --test kills homes` makes the one of this version, to be
//! committed with its release.

use camino::{Utf8Path, Utf8PathBuf};
use testkit::Output;

use crate::scene::{Scene, copy};
use crate::whole::versions;

const MAKE_VARIABLE: &str = "OUTRIGGER_MAKE_HOME";

fn homes() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/homes")
}

/// A desktop whose Docker Hub is the registry in memory, so that ids are the same in every run.
fn configure(scene: &Scene) {
    let id = scene.id("acme/whale");
    let registry = id.strip_suffix("/acme/whale").unwrap();
    scene.outrigger.config(&format!(
        "[host]\nplatform = \"linux/amd64\"\n[registry.\"docker.io\"]\nendpoint = \"http://{registry}\"\n"
    ));
}

fn run(scene: &Scene, command: &str) -> Output {
    scene.outrigger.run(command.split(' ')).ok()
}

#[test]
fn the_homes_of_released_versions_are_read_and_changed() {
    if std::env::var_os(MAKE_VARIABLE).is_some() {
        make();
    }
    let mut seen = Vec::new();
    for entry in homes().read_dir_utf8().unwrap() {
        let entry = entry.unwrap();
        let scene = Scene::new();
        let home = scene.outrigger.home();
        std::fs::remove_dir_all(&home).unwrap();
        copy(entry.path(), &home);
        configure(&scene);
        assert_eq!(versions(&home), ["1.0.0", "1.1.0"], "{}", entry.path());
        assert_eq!(
            run(&scene, "ls -q").stdout,
            "docker.io/acme/squid\ndocker.io/acme/whale\n"
        );
        run(&scene, "update acme/whale --to 1.2.0 --force");
        assert_eq!(versions(&home), ["1.0.0", "1.2.0"], "{}", entry.path());
        // Back to a generation that this home brought along.
        run(&scene, "install acme/whale:1.0.0 --force");
        assert_eq!(versions(&home), ["1.0.0", "1.0.0"], "{}", entry.path());
        run(&scene, "rm acme/whale acme/squid");
        assert_eq!(versions(&home), [""; 0]);
        seen.push(entry.file_name().to_owned());
    }
    let this = env!("CARGO_PKG_VERSION");
    assert!(
        seen.iter().any(|version| version == this),
        "no home of {this} is kept: run this test once with {MAKE_VARIABLE}=1 and commit it"
    );
}

fn make() {
    let scene = Scene::new();
    configure(&scene);
    run(&scene, "install acme/squid:1.0.0 --force");
    run(&scene, "install acme/whale:1.0.0 --force");
    run(&scene, "update acme/whale --to 1.1.0 --force");
    run(&scene, "scan");
    let home = scene.outrigger.home();
    // What can be fetched again, and what belongs to this machine.
    std::fs::remove_dir_all(home.join("blobs")).unwrap();
    std::fs::remove_file(home.join("config.toml")).unwrap();
    std::fs::create_dir_all(homes()).unwrap();
    copy(&home, &homes().join(env!("CARGO_PKG_VERSION")));
}

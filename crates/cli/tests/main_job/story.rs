//! The whole story with real builders: build, push, install, push, scan, update, remove.

use camino::Utf8Path;
use std::collections::BTreeSet;
use testkit::skopeo::{self, Layers};
use testkit::{Buildah, Builder, Engine, Folder, RealRegistry, tree};

use crate::scene::{findings, outrigger};

/// What a step of a build needs to run in an image that begins with nothing.
const PROGRAMS: [&str; 4] = ["/bin/sh", "/bin/rm", "/bin/ln", "/bin/mkdir"];

const METADATA: &str = r#"{
    "icon": "whale.svg",
    "ui": { "dashboard-tab": { "title": "Whale", "root": "/ui", "src": "index.html" } },
    "vm": { "composefile": "compose.yaml" },
    "host": { "binaries": [ { "linux": [ { "path": "/bin/whalectl" } ] } ] }
}"#;

/// The context of a build as an author has it. With `steps`, commands run in the image: they remove, replace and link what lower layers
/// brought.
fn context(version: &str, steps: bool) -> Folder {
    let run = "RUN [\"/bin/sh\", \"-c\", \"rm /ui/old.js && rm -r /ui/assets && mkdir /ui/assets && echo new > /ui/assets/new.js \
               && ln -s ../share/page.html /ui/linked.html && ln /share/page.html /ui/hard.html\"]\n";
    let dockerfile = format!(
        "FROM scratch\nLABEL org.opencontainers.image.title=Whale org.opencontainers.image.vendor=Acme \
         com.docker.desktop.extension.api.version=\">= 0.3.0\"\n{}COPY share /share\nCOPY metadata.json whale.svg compose.yaml /\n\
         COPY bin/whalectl /bin/whalectl\nCOPY ui /ui\n{}COPY version.html /ui/version.html\n",
        if steps { "COPY root /\n" } else { "" },
        if steps { run } else { "" },
    );
    let folder = Folder::new()
        .file("Dockerfile", dockerfile)
        .file("metadata.json", METADATA)
        .file("whale.svg", "<svg/>")
        .file("compose.yaml", "services: {}\n")
        .file("bin/whalectl", "#!/bin/sh\n")
        .file("share/page.html", "<p>shared</p>")
        .file("ui/index.html", "<h1>Whale</h1>")
        .file("ui/old.js", "old()")
        .file("ui/assets/old.js", "older()")
        .file("version.html", version);
    executable(&folder.path().join("bin/whalectl"));
    if steps { with_programs(folder) } else { folder }
}

fn executable(path: &Utf8Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Adds the programs of this machine with the libraries that they load.
fn with_programs(mut folder: Folder) -> Folder {
    let mut files: BTreeSet<String> = PROGRAMS.map(str::to_owned).into();
    for program in PROGRAMS {
        let libraries = std::process::Command::new("/usr/bin/ldd")
            .arg(program)
            .output()
            .unwrap();
        let libraries = String::from_utf8(libraries.stdout).unwrap();
        files.extend(
            libraries
                .split_whitespace()
                .filter(|word| word.starts_with('/'))
                .map(str::to_owned),
        );
    }
    for file in files {
        let to = format!("root{file}");
        folder = folder.file(&to, fs_err::read(&file).unwrap());
        executable(&folder.path().join(to));
    }
    folder
}

/// The story of an extension whose releases `publish` builds and pushes under a reference.
fn live(steps: bool, publish: impl Fn(&Utf8Path, &str)) {
    let registry = RealRegistry::start().unwrap();
    let outrigger = outrigger();
    let whale = format!("{}/acme/whale", registry.authority());
    let release = |version: &str| publish(context(version, steps).path(), &format!("{whale}:{version}"));
    let blobs = || {
        registry
            .requests()
            .into_iter()
            .filter(testkit::Request::is_for_blob)
            .map(|request| request.path)
            .collect::<BTreeSet<_>>()
    };
    let installed = || outrigger.run(["ls", "--format", "json"]).ok().json()["extensions"][0].clone();

    release("1.0.0");
    registry.clear_requests();
    outrigger.run(["install", &whale, "--force"]).ok();
    let fetched = blobs();
    let first = installed();
    assert_eq!(first["id"], whale);
    assert_eq!(first["version"], "1.0.0");
    assert_eq!(first["host"], serde_json::json!(["whalectl"]));
    let old = first["path"].as_str().unwrap().to_owned();
    let expected = if steps {
        [
            "assets/new.js",
            "hard.html",
            "index.html",
            "linked.html",
            "version.html",
        ]
        .as_slice()
    } else {
        ["assets/old.js", "index.html", "old.js", "version.html"].as_slice()
    };
    assert_eq!(
        tree(&Utf8Path::new(&old).join("ui/dashboard-tab")).files(),
        expected
    );
    if steps {
        let linked = fs_err::read_to_string(format!("{old}/ui/dashboard-tab/linked.html")).unwrap();
        assert_eq!(linked, "<p>shared</p>");
    }
    assert_eq!(
        tree(&Utf8Path::new(&old).join("host")).to_string(),
        "folder 755 bin/\nfile 755 10 bin/whalectl\n"
    );
    let before = tree(old.as_str().into());

    release("1.1.0");
    let scanned = outrigger
        .run(["scan", "--exit-code", "--format", "json"])
        .fails_with(10)
        .json();
    assert_eq!(
        findings(&scanned),
        format!("update-available {whale} 1.0.0 -> 1.1.0")
    );
    registry.clear_requests();
    assert_eq!(
        outrigger.run(["outdated", "--format", "json"]).ok().json()["findings"],
        scanned["findings"]
    );
    assert_eq!(registry.requests(), []);
    outrigger.run(["update", &whale]).ok();
    let again = blobs();
    assert!(
        fetched.is_disjoint(&again) && again.len() == 1,
        "not only the layer that changed: {again:?}, after {fetched:?}"
    );
    let second = installed();
    assert_eq!(second["version"], "1.1.0");
    let new = second["path"].as_str().unwrap();
    assert_eq!(
        fs_err::read_to_string(format!("{new}/ui/dashboard-tab/version.html")).unwrap(),
        "1.1.0"
    );
    assert_eq!(
        tree(old.as_str().into()),
        before,
        "the generation before is still on disk"
    );

    outrigger.run(["rm", &whale]).ok();
    assert!(tree(&outrigger.home().join("extensions")).is_empty());
    let left = tree(&outrigger.home());
    let left: BTreeSet<_> = left
        .files()
        .iter()
        .map(|file| file.split('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        left.into_iter().collect::<Vec<_>>().join(" "),
        "blobs facts.sqlite format.json locks operations"
    );
}

#[test]
#[ignore = "needs docker.io and docker-registry"]
fn an_extension_of_the_classic_builder_lives_its_whole_life() {
    let engine = Engine::shared().unwrap();
    live(true, |context, target| {
        engine.build(context, target, Builder::Classic).unwrap();
        engine.push(target).unwrap();
    });
}

#[test]
#[ignore = "needs docker.io and docker-registry"]
fn an_extension_of_buildkit_lives_its_whole_life() {
    let engine = Engine::shared().unwrap();
    live(true, |context, target| {
        engine.build(context, target, Builder::BuildKit).unwrap();
        engine.push(target).unwrap();
    });
}

#[test]
#[ignore = "needs buildah and docker-registry"]
fn an_extension_of_buildah_for_two_platforms_lives_its_whole_life() {
    let buildah = Buildah::new().unwrap();
    live(false, |context, target| {
        buildah
            .publish_for(context, &["linux/amd64", "linux/arm64"], target)
            .unwrap();
    });
}

#[test]
#[ignore = "needs buildah and docker-registry"]
fn each_host_gets_its_manifest_out_of_a_manifest_list() {
    let registry = RealRegistry::start().unwrap();
    let buildah = Buildah::new().unwrap();
    let whale = format!("{}/acme/whale", registry.authority());
    buildah
        .publish_for(
            context("1.0.0", false).path(),
            &["linux/amd64", "linux/arm64"],
            &format!("{whale}:1.0.0"),
        )
        .unwrap();
    let install_on = |platform: &str| {
        let outrigger = outrigger();
        outrigger.config(&format!("[host]\nplatform = \"{platform}\"\n"));
        let output = outrigger.run(["install", &whale, "--force"]);
        (
            output,
            outrigger.run(["ls", "--format", "json"]).ok().json()["extensions"][0].clone(),
        )
    };
    let (amd64, arm64) = (install_on("linux/amd64").1, install_on("linux/arm64").1);
    assert_eq!(amd64["digest"], arm64["digest"]);
    assert_ne!(amd64["manifest"], arm64["manifest"]);
    assert_ne!(amd64["manifest"], amd64["digest"]);
    assert_eq!(install_on("darwin/arm64").1["manifest"], arm64["manifest"]);
    let (refused, nothing) = install_on("linux/s390x");
    assert!(nothing.is_null());
    let told = refused.fails_with(3).stderr;
    for platform in ["linux/amd64", "linux/arm64", "this host needs linux/s390x"] {
        assert!(told.contains(platform), "{told}");
    }
}

#[test]
#[ignore = "needs docker.io, skopeo and docker-registry"]
fn zstd_and_uncompressed_layers_hold_what_gzip_layers_hold() {
    let registry = RealRegistry::start().unwrap();
    let engine = Engine::shared().unwrap();
    let name = |repository: &str| format!("{}/acme/{repository}:1.0.0", registry.authority());
    engine
        .build(context("1.0.0", true).path(), &name("gzip"), Builder::Classic)
        .unwrap();
    engine.push(&name("gzip")).unwrap();
    skopeo::copy(&name("gzip"), &name("zstd"), Layers::Zstd).unwrap();
    skopeo::copy(&name("gzip"), &name("plain"), Layers::Plain).unwrap();
    let payload = |repository: &str| {
        let outrigger = outrigger();
        outrigger.run(["install", &name(repository), "--force"]).ok();
        let installed = outrigger.run(["ls", "--format", "json"]).ok().json()["extensions"][0].clone();
        let path = installed["path"].as_str().unwrap();
        (installed["digest"].clone(), tree(path.into()))
    };
    let (gzip, zstd, plain) = (payload("gzip"), payload("zstd"), payload("plain"));
    assert!(
        gzip.0 != zstd.0 && zstd.0 != plain.0 && plain.0 != gzip.0,
        "these are three images"
    );
    assert_eq!(gzip.1, zstd.1);
    assert_eq!(gzip.1, plain.1);
}

#[test]
#[ignore = "needs docker.io and docker-registry"]
fn who_logged_in_with_docker_installs_what_they_pushed() {
    let registry = RealRegistry::start_with_login("bob", "secret").unwrap();
    let engine = Engine::shared().unwrap();
    let whale = format!("{}/acme/whale:1.0.0", registry.authority());
    engine.login(registry.authority(), "bob", "secret").unwrap();
    engine
        .build(context("1.0.0", false).path(), &whale, Builder::Classic)
        .unwrap();
    engine.push(&whale).unwrap();
    let outrigger = outrigger();
    outrigger.run(["install", &whale, "--force"]).fails_with(5);
    outrigger.login(registry.authority(), "bob", "secret");
    outrigger.run(["install", &whale, "--force"]).ok();
}

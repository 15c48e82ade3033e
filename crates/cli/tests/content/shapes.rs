//! Shapes that images out there have, with contents of our own.

use embedded::image::{Image, Layer, MediaTypes};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::fixture::{COMPOSE, Scene, bare, labelled, pages, with_metadata};

/// An image of this metadata and these files.
fn image(metadata: &Value, files: &[&str]) -> Image {
    let layer = with_metadata(&metadata.to_string());
    let layer = files
        .iter()
        .fold(layer, |layer, file| layer.file(file, "content", 0o755));
    labelled().layer(layer).build()
}

#[test]
fn three_hundred_windows_paths_with_folders_among_them() {
    let mut paths: Vec<_> = (0..300)
        .map(|number| format!("windows/lib/module{number}.pyd"))
        .collect();
    let folders = ["windows/tcl/", "windows/certs/", "windows/lib/nested/"];
    let mut files = paths.clone();
    for folder in folders {
        files.extend((0..20).map(|number| format!("{folder}deep/{number}.dat")));
        paths.push(format!("/{folder}"));
    }
    let listed: Vec<_> = paths.iter().map(|path| json!({ "path": path })).collect();
    let metadata =
        json!({ "host": { "binaries": [{ "windows": listed, "linux": [{ "path": "/linux/whale" }] }] } });
    files.push("linux/whale".to_owned());
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    let scene = Scene::new();
    scene.configure("windows/amd64", "");
    scene.installs(&image(&metadata, &files));
    assert_eq!(scene.payload().files().len(), 360);
    assert_eq!(scene.listed()["host"].as_array().unwrap().len(), 300);
}

#[test]
fn one_script_for_two_systems_and_a_system_that_borrows_from_another() {
    let metadata = json!({ "host": { "binaries": [{
        "darwin": [{ "path": "/scripts/run.sh" }],
        "linux": [{ "path": "/scripts/run.sh" }, { "path": "/windows/whale.exe" }],
        "windows": [{ "path": "/windows/whale.exe" }, { "path": "/scripts/run.cmd" }],
    }] } });
    let files = ["scripts/run.sh", "windows/whale.exe", "scripts/run.cmd"];
    for (platform, expected) in [
        ("darwin/amd64", &["host/scripts/run.sh"] as &[&str]),
        ("linux/amd64", &["host/scripts/run.sh", "host/windows/whale.exe"]),
        (
            "windows/amd64",
            &["host/scripts/run.cmd", "host/windows/whale.exe"],
        ),
    ] {
        let scene = Scene::new();
        scene.configure(platform, "");
        scene.installs(&image(&metadata, &files));
        assert_eq!(scene.payload().files(), expected);
    }
}

#[test]
fn releases_of_four_numbers_calendars_and_a_leading_v_follow_each_other() {
    let scene = Scene::new();
    scene.push("v0.1.0", &pages().label("example", "1").build());
    scene.outrigger.run(["install", "-f", &scene.id()]).ok();
    assert_eq!(scene.listed()["version"], "v0.1.0");
    for tag in ["4.106.2.39", "4.106.2.40", "2026.5.1"] {
        scene.push(tag, &pages().label("example", tag).build());
        scene.outrigger.run(["update", "-f", &scene.id()]).ok();
        assert_eq!(scene.listed()["version"], tag);
    }
}

#[test]
fn an_extension_made_by_dockers_classic_builder_with_every_step_in_a_layer_of_its_own() {
    let scene = Scene::new();
    let metadata = json!({
        "icon": "docker.svg",
        "ui": { "dashboard-tab": { "title": "Whale", "src": "index.html?v0.4.0", "root": "ui", "backend": { "socket": "Whale.sock" } } },
        "vm": { "composefile": "docker-compose.yaml", "exposes": { "socket": "Whale.sock" } },
    });
    let image = labelled()
        .media_types(MediaTypes::Docker)
        .layer(
            Layer::new()
                .file("etc/alpine-release", "3.20", 0o644)
                .device("dev/console", 5, 1)
                .symlink("bin/sh", "/bin/busybox"),
        )
        .layer(Layer::new().file("service", "elf", 0o755))
        .layer(Layer::new().file("docker-compose.yaml", COMPOSE, 0o644))
        .layer(with_metadata(&metadata.to_string()))
        .layer(Layer::new().file("docker.svg", "<svg/>", 0o644))
        .layer(
            Layer::new()
                .folder("ui")
                .file("ui/index.html", "<p>", 0o644)
                .folder("ui/static")
                .file("ui/static/main.0a1b2c.js", "", 0o644),
        )
        .build();
    scene.installs(&image);
    assert_eq!(
        scene.payload().files(),
        [
            "icon.svg",
            "ui/dashboard-tab/index.html",
            "ui/dashboard-tab/static/main.0a1b2c.js",
            "vm/docker-compose.yaml"
        ]
    );
}

#[test]
fn an_image_for_many_platforms_of_which_windows_is_one() {
    let platforms = [
        "linux/amd64",
        "linux/arm64",
        "linux/arm/v7",
        "linux/ppc64le",
        "linux/s390x",
        "windows/amd64",
    ];
    let index = Image::index(platforms.map(|platform| (platform, pages().platform(platform).build())));
    let scene = Scene::new();
    scene.configure("windows/amd64", "");
    scene.installs(&index.clone().with_attestation());
    let linux = index.images()[0].digest().to_string();
    assert_eq!(scene.listed()["manifest"], linux);
}

#[test]
fn a_backend_that_is_any_image_and_pages_without_backend() {
    let metadata = json!({
        "ui": { "dashboard-tab": { "title": "Whale", "root": "/client", "src": "/index.html", "backend": { "socket": "w.sock" } } },
        "vm": { "image": "registry.example/other:latest", "exposes": { "socket": "w.sock" } },
    });
    let scene = Scene::new();
    scene.installs(&image(&metadata, &["client/index.html"]));
    assert_eq!(scene.listed()["vm"], true);
    let mut metadata = metadata;
    metadata.as_object_mut().unwrap().remove("vm");
    let scene = Scene::new();
    scene.installs(&image(&metadata, &["client/index.html"]));
    assert_eq!(scene.listed()["vm"], false);
}

#[test]
fn html_of_forty_kilobytes_with_runs_of_blanks_in_a_label() {
    let html = format!(
        "<h1>Whale</h1>{}",
        "<p>        Swims   \n   about.</p>".repeat(1600)
    );
    assert!(html.len() > 40_000);
    let scene = Scene::new();
    scene.installs(
        &pages()
            .label("com.docker.extension.detailed-description", &html)
            .build(),
    );
    let labels = fs_err::read_to_string(scene.folder().join("labels.json")).unwrap();
    let labels: Value = serde_json::from_str(&labels).unwrap();
    assert_eq!(labels["com.docker.extension.detailed-description"], html);
}

#[test]
fn an_image_of_the_first_days_without_labels_and_icon() {
    let metadata = json!({
        "desktop-plugin-version": "1.0.0-beta.1",
        "name": "Old Whale",
        "provider": "Old Acme",
        "ui": { "dashboard-tab": { "title": "Whale", "root": "/ui", "src": "index.html" } },
    });
    let layer = with_metadata(&metadata.to_string()).file("ui/index.html", "", 0o644);
    let old = bare()
        .label("org.opencontainers.image.authors", "Acme")
        .label("com.docker.desktop.plugin.api.version", "1.0.0-beta.1")
        .layer(layer)
        .media_types(MediaTypes::Docker);
    let scene = Scene::new();
    scene.installs_with_warnings(&old.build());
    let listed = scene.listed();
    assert_eq!(
        (&listed["title"], &listed["vendor"]),
        (&json!("Old Whale"), &json!("Acme"))
    );
    assert_eq!(listed["apiVersion"], "1.0.0-beta.1");
}

#[test]
fn a_chart_or_a_signature_under_a_tag_that_is_a_version_is_no_extension() {
    let scene = Scene::with_whale();
    let chart = bare()
        .layer(Layer::new().file("whale/Chart.yaml", "name: whale", 0o644))
        .build_with(|config| *config = json!({ "name": "whale", "version": "2.0.0", "apiVersion": "v2" }))
        .edit_document(|manifest| {
            manifest["config"]["mediaType"] = json!("application/vnd.cncf.helm.config.v1+json");
            manifest["layers"][0]["mediaType"] = json!("application/vnd.cncf.helm.chart.content.v1.tar+gzip");
        });
    let artifact = bare()
        .build_with(|config| *config = json!({}))
        .edit_document(|manifest| {
            manifest["artifactType"] = json!("application/vnd.dev.cosign.artifact.sig.v1+json");
            manifest["config"]["mediaType"] = json!("application/vnd.oci.empty.v1+json");
        });
    let said = [scene.refuses(6, &chart), scene.refuses(6, &artifact)];
    assert_snapshot!(said.concat(), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): its config (`application/vnd.cncf.helm.config.v1+json`) is not that of an image
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): its config (`application/vnd.oci.empty.v1+json`) is not that of an image
    ");
}

#[test]
fn tags_of_signatures_beside_the_releases_are_no_releases() {
    let scene = Scene::with_whale();
    let digest = "a".repeat(64);
    for tag in ["sig", "att", "sbom"] {
        scene.push(&format!("sha256-{digest}.{tag}"), &bare().build());
    }
    scene.push(&format!("sha256-{digest}"), &bare().build());
    let update = scene.outrigger.run(["update", "-f", &scene.id()]).ok();
    assert_eq!(update.stderr, "");
    assert_eq!(scene.listed()["version"], "1.0.0");
}

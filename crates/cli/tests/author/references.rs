//! `outrigger validate` of images in a registry.

use embedded::Registry;
use embedded::image::{Image, Layer};
use testkit::{Engine, Output, Outrigger, RealRegistry, serve, skopeo};

use crate::folders::METADATA;

/// An image whose files stand in its top layer, over one that nobody needs to read.
fn image(platform: &str) -> Image {
    let page = "<script src=\"/main.js\"></script>";
    Image::builder()
        .platform(platform)
        .label("org.opencontainers.image.title", "Whale Watch")
        .label("org.opencontainers.image.description", "Watches whales")
        .label("org.opencontainers.image.version", "24.16.0")
        .label("com.docker.desktop.extension.api.version", ">= 0.3.0")
        .layer(Layer::new().file("usr/share/base.bin", vec![7; 5000], 0o644))
        .layer(
            Layer::new()
                .file("metadata.json", METADATA, 0o644)
                .file("compose.yaml", "services: {}\n", 0o644)
                .file("icon.svg", "<svg viewBox='0 0 48 48'/>", 0o644)
                .file("ui/index.html", page, 0o644),
        )
        .build()
}

fn validated(registry: &Registry, reference: &str) -> Output {
    let serving = serve(registry);
    let outrigger = Outrigger::new(env!("CARGO_BIN_EXE_outrigger"));
    let authority = serving.authority();
    outrigger.config(&format!(
        "[registry.\"docker.io\"]\nendpoint = \"http://{authority}\"\n"
    ));
    outrigger.run(["validate", reference, "--format", "json"])
}

/// Errors and warnings, without the labels that are only recommended.
fn codes(output: &Output) -> Vec<String> {
    let document = output.json();
    let found = document["diagnostics"].as_array().unwrap().iter();
    let found = found.filter(|it| it["severity"] != "note" && it["rule"] != "label-recommended");
    found
        .map(|it| {
            format!(
                "{}: {}",
                it["rule"].as_str().unwrap(),
                it["message"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn an_image_in_a_registry_is_judged_by_its_labels_files_and_platforms() {
    let registry = Registry::new();
    registry.push(
        "acme/whale",
        "1.2.0",
        &Image::index([("linux/amd64", image("linux/amd64"))]),
    );
    let output = validated(&registry, "acme/whale").fails_with(1);
    shown!(codes(&output).join("\n"), @"
    label-required: the label org.opencontainers.image.vendor is missing
    platform-missing: there is no image for linux/arm64
    label-inherited: the label org.opencontainers.image.version says `24.16.0`, and the tag `1.2.0`
    page-absolute-path: <script> loads `src=/main.js` from the root
    ");
}

#[test]
fn the_newest_release_is_meant_where_none_is_named_and_a_tag_that_is_none_is_told() {
    let registry = Registry::new();
    let both = || Image::index(["linux/amd64", "linux/arm64"].map(|platform| (platform, image(platform))));
    registry.push("acme/whale", "dev", &both());
    let output = validated(&registry, "acme/whale:dev").fails_with(1);
    assert!(
        codes(&output)
            .iter()
            .any(|found| found.starts_with("tag-not-a-version"))
    );
    validated(&registry, "acme/whale").fails_with(4);
    validated(&registry, "acme/otter:1.0.0").fails_with(4);
}

#[test]
fn what_lies_below_the_files_of_the_release_is_not_read() {
    let registry = Registry::new();
    let image = image("linux/amd64");
    let base = image.layer_digests()[0].to_string();
    registry.push("acme/whale", "linux-1.2.0", &image);
    let folder = testkit::Folder::new();
    let serving = serve(&registry);
    let outrigger = Outrigger::new(env!("CARGO_BIN_EXE_outrigger"));
    let authority = serving.authority();
    outrigger.config(&format!(
        "[registry.\"docker.io\"]\nendpoint = \"http://{authority}\"\n"
    ));
    let mut command = outrigger.command();
    command
        .current_dir(folder.path())
        .env("OUTRIGGER_LOG", "outrigger_author=debug");
    command.args(["validate", "acme/whale:linux-1.2.0"]);
    let output = Output::of(&mut command);
    assert!(output.stderr.contains("read for validation"), "{}", output.stderr);
    assert!(!output.stderr.contains(&base), "{}", output.stderr);
}

/// An engine that holds the image, and a file that it has saved.
#[test]
#[ignore = "needs docker.io, docker-registry and skopeo"]
fn what_an_engine_holds_and_saves_is_judged_as_in_a_registry() {
    let registry = RealRegistry::start().unwrap();
    registry.push("acme/whale", "1.2.0", &image("linux/amd64"));
    let engine = Engine::shared().unwrap();
    let outrigger = Outrigger::new(env!("CARGO_BIN_EXE_outrigger"));
    let (loaded, saved) = (
        outrigger.surroundings().join("loaded.tar"),
        outrigger.surroundings().join("saved.tar"),
    );
    // A name of its own: other tests use the same engine.
    let name = "acme/whale-of-validate:1.2.0";
    let from = format!("docker://{}/acme/whale:1.2.0", registry.authority());
    skopeo::save(&from, &format!("docker-archive:{loaded}:{name}")).unwrap();
    engine.run(&["load", "--input", loaded.as_str()]).unwrap();
    engine.run(&["save", "--output", saved.as_str(), name]).unwrap();
    for source in [
        format!("docker-archive:{loaded}"),
        format!("docker-archive:{saved}"),
        format!("docker-daemon:{name}"),
    ] {
        let mut command = outrigger.command();
        command.env("DOCKER_HOST", engine.host());
        command.args(["validate", &source, "--format", "json"]);
        let output = Output::of(&mut command).fails_with(1);
        assert_eq!(
            codes(&output),
            [
                "label-required: the label org.opencontainers.image.vendor is missing",
                "platform-missing: there is no image for linux/arm64",
                "label-inherited: the label org.opencontainers.image.version says `24.16.0`, and the tag `1.2.0`",
                "page-absolute-path: <script> loads `src=/main.js` from the root",
            ],
            "{source}"
        );
    }
    engine.run(&["rmi", name]).unwrap();
    for (source, code) in [
        ("docker-archive:/nowhere/whale.tar", 4),
        ("docker-daemon:acme/nobody:1.0.0", 4),
    ] {
        let mut command = outrigger.command();
        command.env("DOCKER_HOST", engine.host());
        command.args(["validate", source]);
        Output::of(&mut command).fails_with(code);
    }
}

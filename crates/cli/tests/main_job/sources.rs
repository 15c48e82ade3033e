//! Images outside of registries: layouts, archives and engines in a registry's place.

use camino::Utf8PathBuf;
use embedded::Image;
use testkit::{Engine, Podman, skopeo, umoci};

use crate::scene::{Scene, extension, outrigger, whale};

/// Where this scene's whale is in its registry, as `skopeo` names it.
fn published(scene: &Scene, tag: &str) -> String {
    format!("docker://{}/acme/whale:{tag}", scene.registry.authority())
}

fn file(scene: &Scene, name: &str) -> Utf8PathBuf {
    scene.outrigger.surroundings().join(name)
}

#[test]
#[ignore = "needs docker-registry and skopeo"]
fn a_layout_installs_what_its_registry_would() {
    let scene = Scene::new();
    let platforms = ["linux/amd64", "linux/arm64"];
    let image = Image::index(platforms.map(|platform| (platform, whale("1.2.0").platform(platform).build())));
    let digest = scene.push_image("acme/whale", "1.2.0", &image);
    scene.run("install acme/whale:1.2.0 --force").ok();
    let from_registry = scene.installed();
    scene.run("rm acme/whale").ok();

    let layout = file(&scene, "layout");
    skopeo::copy_between(&published(&scene, "1.2.0"), &format!("oci:{layout}:1.2.0")).unwrap();
    scene.registry.clear_requests();
    scene
        .run(&format!("--offline install oci:{layout} --as acme/whale --force"))
        .ok();
    assert_eq!(scene.registry.requests().len(), 0);
    let from_layout = scene.installed();
    for key in ["id", "version", "digest", "manifest", "title", "ui"] {
        assert_eq!(from_layout[key], from_registry[key], "{key}");
    }
    assert_eq!(from_layout["digest"], digest.to_string());
    scene.run("verify acme/whale").ok();
}

#[test]
#[ignore = "needs docker-registry and skopeo"]
fn archives_are_read_as_layouts_are_and_saved_images_with_their_plain_layers() {
    let scene = Scene::new();
    scene.push("1.2.0");
    let (archive, saved) = (file(&scene, "whale.tar"), file(&scene, "saved.tar"));
    skopeo::copy_between(&published(&scene, "1.2.0"), &format!("oci-archive:{archive}")).unwrap();
    skopeo::save(
        &published(&scene, "1.2.0"),
        &format!("docker-archive:{saved}:acme/whale:1.2.0"),
    )
    .unwrap();
    for line in [
        format!("install oci-archive:{archive} --as acme/whale:1.2.0 --force"),
        format!("install docker-archive:{saved} --force"),
    ] {
        let fresh = outrigger();
        fresh.config("[host]\nplatform = \"linux/amd64\"\n");
        fresh.run(line.split_whitespace()).ok();
        let listed = fresh.run(["ls", "--format", "json"]).ok().json();
        assert_eq!(listed["extensions"][0]["id"], "docker.io/acme/whale", "{line}");
        assert_eq!(listed["extensions"][0]["version"], "1.2.0", "{line}");
        fresh.run(["verify"]).ok();
    }
}

#[test]
#[ignore = "needs docker-registry, docker.io and skopeo"]
fn what_an_engine_holds_and_saves_installs() {
    let scene = Scene::new();
    scene.push("1.2.0");
    let engine = Engine::shared().unwrap();
    let saved = file(&scene, "to-load.tar");
    // A name of its own: other tests use the same engine.
    let name = "acme/whale-of-sources:1.2.0";
    skopeo::save(
        &published(&scene, "1.2.0"),
        &format!("docker-archive:{saved}:{name}"),
    )
    .unwrap();
    engine.run(&["load", "--input", saved.as_str()]).unwrap();
    let written = file(&scene, "written.tar");
    engine.run(&["save", "--output", written.as_str(), name]).unwrap();
    for source in [
        format!("docker-daemon:{name}"),
        format!("docker-archive:{written}"),
    ] {
        let fresh = outrigger();
        fresh.config("[host]\nplatform = \"linux/amd64\"\n");
        let mut command = fresh.command();
        command.env("DOCKER_HOST", engine.host());
        command.args(["install", &source, "--force"]);
        testkit::Output::of(&mut command).ok();
        let listed = fresh.run(["ls", "--format", "json"]).ok().json();
        assert_eq!(listed["extensions"][0]["id"], "docker.io/acme/whale-of-sources");
        fresh.run(["verify"]).ok();
    }
    engine.run(&["rmi", name]).unwrap();
}

#[test]
#[ignore = "needs docker-registry and skopeo"]
fn the_allow_list_is_asked_about_what_a_file_is_taken_for() {
    let scene = Scene::new();
    let digest = scene.push("1.2.0");
    let layout = file(&scene, "layout");
    skopeo::copy_between(&published(&scene, "1.2.0"), &format!("oci:{layout}:1.2.0")).unwrap();
    let install = |name: &str| scene.run(&format!("install oci:{layout} --as {name} --force"));
    scene.allow("acme/orca\n");
    install("acme/whale").fails_with(3);
    scene.allow("acme/whale:^2\n");
    install("acme/whale").fails_with(3);
    scene.allow(&format!("acme/whale@{digest}\n"));
    install("acme/whale").ok();
}

#[test]
#[ignore = "needs docker-registry and skopeo"]
fn what_does_not_say_what_it_is_needs_to_be_told() {
    let scene = Scene::new();
    scene.push("1.2.0");
    let layout = file(&scene, "layout");
    skopeo::copy_between(&published(&scene, "1.2.0"), &format!("oci:{layout}:1.2.0")).unwrap();
    let told = |line: String, code: i32| {
        let told = scene.run(&line).fails_with(code).stderr;
        told.replace(scene.outrigger.surroundings().as_str(), "[here]")
    };
    let mut all = String::new();
    for (line, code) in [
        (format!("install oci:{layout} --force"), 2),
        (format!("install oci:{layout}:3.0.0 --as acme/whale --force"), 4),
        (
            format!("install oci:{} --as acme/whale --force", file(&scene, "nowhere")),
            4,
        ),
        (
            format!("install oci:{} --as acme/whale --force", file(&scene, "home")),
            6,
        ),
        ("install acme/whale --as acme/orca --force".to_owned(), 2),
    ] {
        all += &told(line, code);
    }
    insta::assert_snapshot!(all, @r"
    error: oci:[here]/layout: it does not say which extension it holds
      help: say which one it is, and which release: `--as acme/whale:1.2.0`
    error: oci:[here]/layout:3.0.0: it holds no image called `3.0.0`; it names 1.2.0
    error: cannot open oci:[here]/nowhere ([here]/nowhere/oci-layout): there is no such file or folder
      help: check the path
    error: cannot open oci:[here]/home ([here]/home/oci-layout): it is no image layout: it lacks `oci-layout` or `index.json`
    error: `--as` says what one file holds: oci:, oci-archive:, docker-archive: or docker-daemon:
    ");
}

#[test]
#[ignore = "needs docker-registry and skopeo"]
fn a_layout_with_several_releases_is_shown_and_the_newest_installs() {
    let scene = Scene::new();
    let layout = file(&scene, "layout");
    for version in ["1.2.0", "1.3.0"] {
        scene.push(version);
        skopeo::copy_between(
            &published(&scene, version),
            &format!("oci:{layout}:docker.io/acme/whale:{version}"),
        )
        .unwrap();
    }
    let shown = scene.run(&format!("show oci:{layout} --format json")).ok().json();
    let releases = shown["releases"].as_array().unwrap();
    let versions: Vec<_> = releases
        .iter()
        .map(|release| release["version"].as_str().unwrap())
        .collect();
    assert_eq!(versions, ["1.3.0", "1.2.0"]);
    let installed = scene.run(&format!("install oci:{layout} --force")).ok();
    assert!(installed.stderr.contains("says itself"), "{}", installed.stderr);
    assert_eq!(scene.version(), "1.3.0");
}

#[test]
#[ignore = "needs docker-registry and skopeo"]
fn a_file_with_two_extensions_says_that_one_has_to_be_named() {
    let scene = Scene::new();
    let layout = file(&scene, "layout");
    for name in ["whale", "orca"] {
        scene.push_image(
            &format!("acme/{name}"),
            "1.2.0",
            &extension(name, "1.2.0").build(),
        );
        let from = format!("docker://{}/acme/{name}:1.2.0", scene.registry.authority());
        skopeo::copy_between(&from, &format!("oci:{layout}:docker.io/acme/{name}:1.2.0")).unwrap();
    }
    let failed = scene.run(&format!("install oci:{layout} --force")).fails_with(2);
    assert!(
        failed
            .stderr
            .contains("docker.io/acme/whale:1.2.0, docker.io/acme/orca:1.2.0"),
        "{}",
        failed.stderr
    );
    scene
        .run(&format!("install oci:{layout}:docker.io/acme/orca:1.2.0 --force"))
        .ok();
    assert_eq!(scene.installed()["id"], "docker.io/acme/orca");
}

#[test]
#[ignore = "needs umoci"]
fn a_layout_that_umoci_made_installs() {
    let outrigger = outrigger();
    outrigger.config("[host]\nplatform = \"linux/amd64\"\n");
    let here = outrigger.surroundings();
    let (layout, bundle) = (here.join("layout"), here.join("bundle"));
    let image = format!("{layout}:1.2.0");
    umoci::run(&["init", "--layout", layout.as_str()]).unwrap();
    umoci::run(&["new", "--image", &image]).unwrap();
    umoci::run(&["unpack", "--rootless", "--image", &image, bundle.as_str()]).unwrap();
    let content = bundle.join("rootfs");
    std::fs::create_dir_all(content.join("ui")).unwrap();
    std::fs::write(content.join("ui/index.html"), "A whale").unwrap();
    let metadata = r#"{"ui":{"dashboard-tab":{"title":"Whale","root":"/ui","src":"index.html"}}}"#;
    std::fs::write(content.join("metadata.json"), metadata).unwrap();
    umoci::run(&["repack", "--image", &image, bundle.as_str()]).unwrap();
    umoci::run(&[
        "config",
        "--image",
        &image,
        "--architecture",
        "amd64",
        "--os",
        "linux",
    ])
    .unwrap();
    let label = "com.docker.desktop.extension.api.version=>= 0.3.0";
    umoci::run(&["config", "--image", &image, "--config.label", label]).unwrap();
    let source = format!("oci:{image}");
    outrigger
        .run(["install", &source, "--as", "acme/whale", "--force"])
        .ok();
    let listed = outrigger.run(["ls", "--format", "json"]).ok().json();
    assert_eq!(listed["extensions"][0]["version"], "1.2.0");
    outrigger.run(["verify"]).ok();
}

#[test]
#[ignore = "needs docker-registry, podman and skopeo"]
fn what_podman_saves_installs() {
    let scene = Scene::new();
    scene.push("1.2.0");
    let podman = Podman::new().unwrap();
    let name = format!("{}/acme/whale:1.2.0", scene.registry.authority());
    podman
        .run(&["pull", "--quiet", "--tls-verify=false", &name])
        .unwrap();
    podman.run(&["tag", &name, "docker.io/acme/whale:1.2.0"]).unwrap();
    for (format, word) in [
        ("oci-archive", "oci-archive"),
        ("docker-archive", "docker-archive"),
    ] {
        let file = file(&scene, &format!("{format}.tar"));
        podman
            .run(&[
                "save",
                "--format",
                format,
                "--output",
                file.as_str(),
                "docker.io/acme/whale:1.2.0",
            ])
            .unwrap();
        let fresh = outrigger();
        fresh.config("[host]\nplatform = \"linux/amd64\"\n");
        fresh.run(["install", &format!("{word}:{file}"), "--force"]).ok();
        let listed = fresh.run(["ls", "--format", "json"]).ok().json();
        assert_eq!(listed["extensions"][0]["id"], "docker.io/acme/whale", "{format}");
        fresh.run(["verify"]).ok();
    }
}

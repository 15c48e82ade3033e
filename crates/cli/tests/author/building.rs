//! `outrigger build`: what it makes of folders, on every machine the same.

use std::process::Command;

use camino::Utf8Path;
use embedded::Image;
use embedded::image::Layer;
use serde_json::{Value, json};
use testkit::{Engine, Folder, Output, Outrigger, RealRegistry};

use crate::folders::{LABELS, METADATA, good, run_in};

/// A folder with everything that a release can have.
fn rich() -> Folder {
    let metadata = METADATA.replacen(
        "{\n",
        "{\n  \"host\": { \"binaries\": [{ \"linux\": [{ \"path\": \"/host/linux/whale\" }], \"windows\": [{ \"path\": \"/host/windows/whale.cmd\" }] }] },\n",
        1,
    );
    good()
        .file("metadata.json", metadata)
        .file("host/linux/whale", "#!/bin/sh\n")
        .file("host/windows/whale.cmd", "@echo off\r\n")
        .file("bin/amd64/backend", "for amd64")
        .file("bin/arm64/backend", "for arm64")
        .file(
            "outrigger.toml",
            format!(
                "repository = \"acme/whale\"\nversion = \"1.2.0\"\n{LABELS}\n[[files]]\nfrom = \"bin/{{arch}}/backend\"\nto = \"/backend\"\nexecutable = true\n\n\
                 [[files]]\nfrom = \"host/linux\"\nto = \"/host/linux\"\nexecutable = true\n"
            ),
        )
}

fn document(path: &Utf8Path, digest: &Value) -> Value {
    let digest = digest.as_str().unwrap().replace(':', "/");
    serde_json::from_slice(&std::fs::read(path.join("blobs").join(digest)).unwrap()).unwrap()
}

/// The digests of the layers of both images.
fn layers(folder: &Folder, index: &Value) -> Vec<Vec<String>> {
    let layout = folder.path().join("layout");
    let index = document(&layout, index);
    let manifests = index["manifests"].as_array().unwrap().iter();
    manifests
        .map(|manifest| {
            let manifest = document(&layout, &manifest["digest"]);
            let layers = manifest["layers"].as_array().unwrap().iter();
            layers
                .map(|layer| layer["digest"].as_str().unwrap().to_owned())
                .collect()
        })
        .collect()
}

fn built(folder: &Folder, more: &str) -> Value {
    run_in(folder, &format!("build . -o oci:layout --format json {more}"))
        .ok()
        .json()
}

#[test]
fn two_folders_with_the_same_files_give_the_same_digests() {
    let first = built(&rich(), "");
    std::thread::sleep(std::time::Duration::from_millis(1100)); // files of another second
    assert_eq!(built(&rich(), ""), first);
    shown!(run_in(&rich(), "build . -o oci:layout").ok().stdout, @"
    docker.io/acme/whale:1.2.0 sha256:[digest]
      linux/amd64        971 B  sha256:[digest]
      linux/arm64        971 B  sha256:[digest]
    ");
}

#[test]
fn an_archive_is_the_same_byte_for_byte() {
    let bytes = || {
        let folder = rich();
        run_in(&folder, "build . -o oci-archive:whale.tar").ok();
        std::fs::read(folder.path().join("whale.tar")).unwrap()
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn what_is_the_same_for_all_platforms_is_stored_once_and_what_is_not_stays_apart() {
    let folder = rich();
    let release = &built(&folder, "")["releases"][0];
    let layers = layers(&folder, &release["digest"]);
    assert_eq!(layers[0].len(), 5); // backend, two systems, pages, metadata
    assert_ne!(layers[0][0], layers[1][0]);
    assert_eq!(layers[0][1..], layers[1][1..]);
}

#[test]
fn a_release_that_changes_a_page_shares_every_other_layer() {
    let folder = rich();
    let first = layers(&folder, &built(&folder, "")["releases"][0]["digest"]);
    let folder = folder.file("ui/index.html", "<h1>New</h1>\n");
    let second = layers(&folder, &built(&folder, "--tag 1.2.1")["releases"][0]["digest"]);
    let changed: Vec<_> = (0..5)
        .filter(|layer| first[0][*layer] != second[0][*layer])
        .collect();
    assert_eq!(changed, [3]);
}

#[test]
fn the_config_says_what_the_build_file_says() {
    let folder = rich();
    let run = |more: &str| {
        let outrigger = Outrigger::new(env!("CARGO_BIN_EXE_outrigger"));
        let mut command = outrigger.command();
        command
            .current_dir(folder.path())
            .env("SOURCE_DATE_EPOCH", "1767225600");
        command
            .args(["build", ".", "-o", "oci:layout", "--format", "json"])
            .args(more.split_whitespace());
        Output::of(&mut command).ok().json()
    };
    let config = |built: &Value| {
        let layout = folder.path().join("layout");
        let manifest = document(&layout, &built["releases"][0]["images"][1]["digest"]);
        document(&layout, &manifest["config"]["digest"])
    };
    let dated = config(&run("--plugin-labels --compression zstd"));
    assert_eq!(dated["created"], "2026-01-01T00:00:00Z");
    assert_eq!(
        (&dated["os"], &dated["architecture"]),
        (&"linux".into(), &"arm64".into())
    );
    let labels = &dated["config"]["Labels"];
    assert_eq!(labels["com.docker.desktop.plugin.api.version"], ">= 0.3.0");
    assert_eq!(labels["org.opencontainers.image.authors"], "Acme");
    let plain = config(&built(&folder, ""));
    assert_eq!(plain["created"], Value::Null);
    assert_eq!(
        plain["config"]["Labels"]["org.opencontainers.image.authors"],
        Value::Null
    );
}

#[test]
fn a_system_that_stands_alone_gets_a_release_of_its_own() {
    let folder = rich();
    let text = std::fs::read_to_string(folder.path().join("outrigger.toml")).unwrap();
    let folder = folder.file("outrigger.toml", format!("separate = [\"windows\"]\n{text}"));
    let built = built(&folder, "");
    let names: Vec<_> = built["releases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["docker.io/acme/whale:1.2.0", "docker.io/acme/whale:windows-1.2.0"]
    );
    for (release, count) in [(0, 4), (1, 4)] {
        let layers = layers(&folder, &built["releases"][release]["digest"]);
        assert_eq!(layers[0].len(), count, "backend, one system, pages, metadata");
    }
}

#[test]
fn what_is_built_validates_and_installs() {
    let folder = rich();
    run_in(&folder, "build . -o oci-archive:whale.tar").ok();
    let validated = run_in(&folder, "validate oci-archive:whale.tar --strict").ok();
    shown!(validated.stdout, @"
    note[size]: the image has 971 B
     |
     = why: everybody downloads it, with each update what has changed of it
    ");
    let outrigger = Outrigger::new(env!("CARGO_BIN_EXE_outrigger"));
    outrigger.config("[host]\nplatform = \"linux/arm64\"\n");
    let archive = format!("oci-archive:{}", folder.path().join("whale.tar"));
    outrigger.run(["install", &archive, "--force"]).ok();
    let listed = outrigger.run(["ls", "--format", "json"]).ok().json();
    assert_eq!(listed["extensions"][0]["version"], "1.2.0");
    assert_eq!(listed["extensions"][0]["host"][0], "whale");
}

#[test]
fn a_base_image_lies_below_and_keeps_its_command_and_not_its_labels() {
    let base = rich();
    run_in(&base, "build . -o oci:layout").ok();
    let folder = good();
    let layout = base.path().join("layout");
    let folder = folder.file(
        "outrigger.toml",
        format!("version = \"2.0.0\"\nbase = \"oci:{layout}\"\n{LABELS}").replace("Whale Watch", "Otters"),
    );
    let built = built(&folder, "");
    let release = layers(&folder, &built["releases"][0]["digest"]);
    let below = base.path().join("layout");
    assert!(release[0].len() == 7, "{release:?}");
    assert!(below.join("blobs").join(release[0][0].replace(':', "/")).exists());
    let text = folder.path().join("layout");
    let manifest = document(&text, &built["releases"][0]["images"][0]["digest"]);
    let config = document(&text, &manifest["config"]["digest"]);
    assert_eq!(
        config["config"]["Labels"]["org.opencontainers.image.title"],
        "Otters"
    );
    assert_eq!(config["rootfs"]["diff_ids"].as_array().unwrap().len(), 7);
}

#[test]
fn what_no_release_may_hold_is_refused_before_anything_is_written() {
    let with_toml =
        |more: &str| good().file("outrigger.toml", format!("version = \"1.0.0\"\n{more}\n{LABELS}"));
    let mut texts = Vec::new();
    let cases = [
        (with_toml("").file("ui/con.js", ""), 6),
        (with_toml("").file("ui/a", "").file("ui/A", ""), 6),
        (with_toml("").file("ui/dot.", ""), 6),
        (with_toml("").file("ui/a\\b", ""), 6),
        (with_toml("base = \"oci:nothing\""), 4),
        (with_toml("platforms = []"), 2),
        (with_toml("[[files]]\nfrom = \"../x\"\nto = \"x\""), 2),
        (with_toml("[[files]]\nfrom = \"nothing\"\nto = \"x\""), 6),
        (
            with_toml("").file("metadata.json", METADATA.replace("index.html", "start.html")),
            6,
        ),
        (good(), 2),
        (Folder::new(), 6),
    ];
    for (folder, code) in cases {
        let output = run_in(&folder, "build . -o oci:layout").fails_with(code);
        texts.push(output.stderr.replace(folder.path().as_str(), "[folder]"));
        assert!(!folder.path().join("layout").exists());
    }
    shown!(texts.join(""), @r"
    error: in the image of ., /ui/con.js cannot be held by Windows: a part of it is the name of a device
    error: in the image of ., /ui/A and /ui/a are one name for Windows
    error: in the image of ., /ui/dot. cannot be held by Windows: a part of it ends in a dot or a blank
    error: ./ui/a\b cannot be the name of a file on every desktop: `a\b` is not a plain path inside the image: it holds a backslash; paths in an image are written with `/`
    error: cannot open oci:nothing (nothing/oci-layout): there is no such file or folder
      help: check the path
    error: ./outrigger.toml:2:13: a release needs at least one platform
    error: ./outrigger.toml:3:8: this leads out of the folder of the build file
    error: ./nothing is not there, and is wanted by the build file (for linux/amd64)
    error: ./ui/start.html is not there, and is wanted by the metadata (for linux/amd64)
    error: ./outrigger.toml: it has no `version`, and no tag was given
    error: . has no metadata.json
    ");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_refused_and_one_inside_is_followed() {
    let folder = rich();
    std::os::unix::fs::symlink("index.html", folder.path().join("ui/inside.html")).unwrap();
    run_in(&folder, "build . -o oci:layout").ok();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("ui/outside")).unwrap();
    let output = run_in(&folder, "build . -o oci:other").fails_with(6);
    shown!(output.stderr.replace(folder.path().as_str(), "[folder]"), @"error: ./ui/outside is a link that leads out of the folder, to /etc/passwd");
}

#[test]
fn a_base_image_of_another_architecture_is_refused() {
    let base = good().file(
        "outrigger.toml",
        format!("version = \"1.0.0\"\nplatforms = [\"linux/amd64\"]\n{LABELS}"),
    );
    run_in(&base, "build . -o oci:layout").ok();
    let layout = base.path().join("layout");
    let folder = good().file(
        "outrigger.toml",
        format!("version = \"1.0.0\"\nbase = \"oci:{layout}\"\n{LABELS}"),
    );
    let output = run_in(&folder, "build . -o oci:layout").fails_with(6);
    shown!(output.stderr.replace(layout.as_str(), "[layout]"), @"error: the base image oci:[layout] cannot be used: it has no image for linux/arm64");
}

/// A base image of this platform that says how containers of it run.
fn base(platform: &str) -> Image {
    Image::builder()
        .platform(platform)
        .label("com.docker.desktop.extension.api.version", ">= 9.0")
        .layer(Layer::new().file("bin/serve", platform.to_owned(), 0o755))
        .build_with(|config| {
            config["config"]["Entrypoint"] = json!(["/bin/serve"]);
            config["config"]["Cmd"] = json!(["--port", "80"]);
            config["config"]["Env"] = json!(["PATH=/bin"]);
            config["config"]["User"] = json!("1000");
        })
}

/// A folder whose images begin with this one.
fn upon(base: &str) -> Folder {
    good().file(
        "outrigger.toml",
        format!("version = \"1.0.0\"\nbase = \"{base}\"\n{LABELS}"),
    )
}

#[test]
#[ignore = "needs docker-registry"]
fn a_base_image_comes_from_a_registry_and_says_how_containers_run() {
    let registry = RealRegistry::start().unwrap();
    let platforms = ["linux/amd64", "linux/arm64"];
    let bases = Image::index(platforms.map(|platform| (platform, base(platform))));
    registry.push("library/base", "1", &bases);
    let folder = upon(&format!("{}/library/base:1", registry.authority()));
    let built = built(&folder, "");
    let layout = folder.path().join("layout");
    for (image, base) in built["releases"][0]["images"]
        .as_array()
        .unwrap()
        .iter()
        .zip(bases.images())
    {
        let manifest = document(&layout, &image["digest"]);
        assert_eq!(
            manifest["layers"][0]["digest"],
            base.layer_digests()[0].to_string()
        );
        let config = &document(&layout, &manifest["config"]["digest"])["config"];
        assert_eq!(config["Entrypoint"], json!(["/bin/serve"]));
        assert_eq!(config["Cmd"], json!(["--port", "80"]));
        assert_eq!(config["Env"], json!(["PATH=/bin"]));
        assert_eq!(config["User"], "1000");
        assert_eq!(
            config["Labels"]["com.docker.desktop.extension.api.version"],
            ">= 0.3.0"
        );
    }
    run_in(&folder, "validate oci:layout --strict").ok();
}

#[test]
#[ignore = "needs docker-registry"]
fn a_base_image_that_will_not_do_ends_the_build_before_anything_is_written() {
    let registry = RealRegistry::start().unwrap();
    registry.push("library/base", "1", &base("linux/amd64"));
    let mut texts = Vec::new();
    for (name, code) in [("base:1", 6), ("base:2", 4), ("other:1", 4), ("base", 6)] {
        let folder = upon(&format!("{}/library/{name}", registry.authority()));
        let output = run_in(&folder, "build . -o oci:layout").fails_with(code);
        texts.push(output.stderr.replace(registry.authority(), "[registry]"));
        let names = folder.path().join("layout/index.json");
        assert!(!names.exists(), "{name}");
    }
    shown!(texts.join(""), @"
    error: the base image [registry]/library/base:1 cannot be used: it is an image for linux/amd64, and linux/arm64 is built
    error: cannot read the manifest of [registry]/library/base:2 (http://[registry]/v2/library/base/manifests/2): the repository has no such tag or digest
      help: check the spelling; `outrigger search` shows what is offered
    error: cannot read the manifest of [registry]/library/other:1 (http://[registry]/v2/library/other/manifests/1): the repository has no such tag or digest
      help: check the spelling; `outrigger search` shows what is offered
    error: the base image [registry]/library/base cannot be used: it needs a tag or a digest
    ");
}

#[test]
fn an_icon_among_the_pages_keeps_no_page_out() {
    let metadata = METADATA.replace("\"icon.svg\"", "\"/ui/icon.svg\"");
    let folder = rich().file("metadata.json", metadata).file(
        "ui/icon.svg",
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 48 48'/>",
    );
    run_in(&folder, "validate . --strict").ok();
    built(&folder, "");
    run_in(&folder, "validate oci:layout --strict").ok();
}

/// Runs a tool of the distribution on a layout; its failure is ours.
fn tool(folder: &Folder, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder.path())
        .output();
    let output =
        output.unwrap_or_else(|error| panic!("{program}: {error}; install the package of that name"));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {text}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "needs skopeo"]
fn skopeo_accepts_what_is_built() {
    for compression in ["gzip", "zstd"] {
        let folder = rich();
        built(&folder, &format!("--compression {compression}"));
        let from = "oci:layout:docker.io/acme/whale:1.2.0";
        let text = tool(&folder, "skopeo", &["inspect", "--override-arch", "arm64", from]);
        assert!(text.contains("Whale Watch"), "{text}");
        tool(
            &folder,
            "skopeo",
            &["--insecure-policy", "copy", "--all", from, "oci:copy:1.2.0"],
        );
    }
}

#[test]
#[ignore = "needs umoci"]
fn umoci_unpacks_what_is_built() {
    let folder = good().file(
        "outrigger.toml",
        format!("version = \"1.2.0\"\nplatforms = [\"linux/amd64\"]\n{LABELS}"),
    );
    built(&folder, "");
    tool(
        &folder,
        "umoci",
        &["unpack", "--rootless", "--image", "layout:1.2.0", "bundle"],
    );
    let unpacked = std::fs::read_to_string(folder.path().join("bundle/rootfs/ui/index.html")).unwrap();
    assert_eq!(
        unpacked,
        std::fs::read_to_string(folder.path().join("ui/index.html")).unwrap()
    );
}

/// podman and buildah, each with storage of its own.
fn pulls(program: &str) {
    let folder = rich();
    built(&folder, "");
    let storage = ["--root", "storage", "--runroot", "run", "--storage-driver", "vfs"];
    let pull = ["pull", "oci:layout:docker.io/acme/whale:1.2.0"];
    tool(&folder, program, &[&storage[..], &pull].concat());
}

#[test]
#[ignore = "needs buildah"]
fn buildah_pulls_what_is_built() {
    pulls("buildah");
}

#[test]
#[ignore = "needs podman"]
fn podman_pulls_what_is_built() {
    pulls("podman");
}

/// With gzip only: engine 20.10, which distributions still have, knows no layers in zstd.
#[test]
#[ignore = "needs docker.io, docker-registry and skopeo"]
fn the_engine_pulls_what_is_built_once_skopeo_has_copied_it() {
    let (folder, registry) = (rich(), RealRegistry::start().unwrap());
    built(&folder, "");
    let reference = format!("{}/acme/whale:1.2.0", registry.authority());
    let (from, to) = (
        "oci:layout:docker.io/acme/whale:1.2.0",
        format!("docker://{reference}"),
    );
    let copy = [
        "--insecure-policy",
        "copy",
        "--all",
        "--dest-tls-verify=false",
        from,
        &to,
    ];
    tool(&folder, "skopeo", &copy);
    Engine::shared().unwrap().run(&["pull", &reference]).unwrap();
}

//! Whatever is installed can be removed.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;

use camino::Utf8Path;
use testkit::Output;

use crate::scene::{NAME, Scene};

/// Nothing but history, locks and caches is left of the whale.
#[track_caller]
fn is_gone(scene: &Scene) {
    let home = scene.outrigger.home();
    for path in ["extensions", "records"] {
        assert!(home.join(path).join(NAME).symlink_metadata().is_err(), "{path}");
    }
    assert!(scene.activation().symlink_metadata().is_err());
    let listed = scene.run("ls --format json").ok().json();
    assert_eq!(listed["extensions"].as_array().unwrap().len(), 0);
    assert_eq!(listed["broken"].as_array().unwrap().len(), 0);
    let mut staging = home.join("staging").read_dir_utf8().unwrap();
    assert!(staging.next().is_none());
    // And it can be installed anew.
    scene.run("install acme/whale --force").ok();
    scene.run("verify").ok();
}

/// A way to damage what is installed.
type Damage = (&'static str, fn(&Scene, &Utf8Path));

const DAMAGES: &[Damage] = &[
    ("the generation is gone", |_, generation| {
        fs::remove_dir_all(generation).unwrap();
    }),
    ("a file is missing", |_, generation| {
        fs::remove_file(generation.join("metadata.json")).unwrap();
    }),
    ("the metadata cannot be read", |_, generation| {
        fs::write(generation.join("metadata.json"), [0xff; 10]).unwrap();
    }),
    ("a file is a folder", |_, generation| {
        fs::remove_file(generation.join("metadata.json")).unwrap();
        fs::create_dir_all(generation.join("metadata.json/deeper")).unwrap();
    }),
    ("the generation is a file", |_, generation| {
        fs::remove_dir_all(generation).unwrap();
        fs::write(generation, "x").unwrap();
    }),
    ("the record is gone", |scene, _| {
        fs::remove_dir_all(scene.outrigger.home().join("records")).unwrap();
    }),
    ("the record is a folder", |scene, _| {
        let records = scene.outrigger.home().join("records").join(NAME);
        fs::remove_dir_all(&records).unwrap();
        fs::write(&records, "x").unwrap();
    }),
    ("the extension's folder is a dangling link", |scene, _| {
        let folder = scene.outrigger.home().join("extensions").join(NAME);
        fs::remove_dir_all(&folder).unwrap();
        symlink("nowhere", &folder).unwrap();
    }),
    ("the extension's folder is a file", |scene, _| {
        let folder = scene.outrigger.home().join("extensions").join(NAME);
        fs::remove_dir_all(&folder).unwrap();
        fs::write(&folder, "x").unwrap();
    }),
    ("the activation is no JSON", |scene, _| {
        fs::write(scene.activation(), "rotten").unwrap();
    }),
    ("the activation is empty", |scene, _| {
        fs::write(scene.activation(), "").unwrap();
    }),
    ("the activation names another extension", |scene, _| {
        let text = fs::read_to_string(scene.activation()).unwrap();
        fs::write(scene.activation(), text.replace("acme/whale", "acme/otter")).unwrap();
    }),
    ("the activation is of a later format", |scene, _| {
        let text = fs::read_to_string(scene.activation()).unwrap();
        fs::write(scene.activation(), text.replace("\"format\":1", "\"format\":9")).unwrap();
    }),
    ("the activation is a folder", |scene, _| {
        fs::remove_file(scene.activation()).unwrap();
        fs::create_dir_all(scene.activation().join("deeper")).unwrap();
    }),
    ("the history is damaged", |scene, _| {
        let folder = scene.outrigger.home().join("operations").join(NAME);
        for entry in folder.read_dir_utf8().unwrap() {
            fs::write(entry.unwrap().path(), "rotten").unwrap();
        }
    }),
];

#[test]
fn whatever_is_damaged_can_be_removed_by_its_id() {
    for (what, damage) in DAMAGES {
        let scene = Scene::installed(&["1.0.0", "1.1.0"]);
        let generation = scene.extension()["path"].as_str().unwrap().to_owned();
        damage(&scene, generation.as_str().into());
        let output = scene.run("rm acme/whale");
        assert_eq!(output.code, 0, "{what}: {}", output.stderr);
        is_gone(&scene);
    }
}

#[test]
fn what_cannot_be_understood_is_listed_with_what_to_do() {
    let scene = Scene::installed(&["1.0.0"]);
    fs::write(scene.activation(), "rotten").unwrap();
    shown!(scene.says("ls", 0), @"
    ID                    PROVIDER  VERSION  UI  VM  HOST  STATUS
    docker.io/acme/whale  -         -        -   -   -     broken: remove it
    warning: [temp]/home/activations/docker.io+acme+whale.json cannot be understood: expected value at line 1 column 1; `outrigger rm docker.io/acme/whale` removes it
    ");
    shown!(scene.run("ls --format json").ok().stdout, @r#"
    {
      "extensions": [],
      "broken": [
        {
          "name": "docker.io+acme+whale",
          "id": "docker.io/acme/whale",
          "problem": "[temp]/home/activations/docker.io+acme+whale.json cannot be understood: expected value at line 1 column 1"
        }
      ],
      "problems": [
        "[temp]/home/activations/docker.io+acme+whale.json cannot be understood: expected value at line 1 column 1"
      ]
    }
    "#);
}

#[test]
fn what_only_its_files_name_is_removed_by_that_name() {
    let scene = Scene::installed(&[]);
    let long = format!("acme/{}", "whale".repeat(40));
    scene.registry.push(&long, "1.0.0", &crate::scene::whale("1.0.0"));
    scene.run(&format!("install {long} --force")).ok();
    let activations = scene.outrigger.home().join("activations");
    let path = activations
        .read_dir_utf8()
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .into_path();
    fs::write(&path, "rotten").unwrap();
    let name = path.file_stem().unwrap().to_owned();
    let listed = scene.run("ls --format json").ok().json();
    assert_eq!(listed["broken"][0]["id"], serde_json::Value::Null);
    assert_eq!(listed["broken"][0]["name"], name);
    scene.run(&format!("rm {name}")).ok();
    assert!(path.symlink_metadata().is_err());
    assert_eq!(
        scene
            .outrigger
            .home()
            .join("extensions")
            .read_dir_utf8()
            .unwrap()
            .count(),
        0
    );
    assert_eq!(scene.run(&format!("rm {name}")).code, 4);
    for text in ["..+..", "../x+", "a+/../b"] {
        assert_ne!(scene.run(&format!("rm {text}")).code, 0, "{text}");
    }
}

#[test]
fn what_may_not_be_written_can_be_removed() {
    let scene = Scene::installed(&["1.0.0"]);
    let home = scene.outrigger.home();
    let generations = home.join("extensions").join(NAME);
    let locked = |path: &Utf8Path| fs::set_permissions(path, fs::Permissions::from_mode(0o500)).unwrap();
    let generation = generations
        .read_dir_utf8()
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .into_path();
    locked(&generation.join("ui/dashboard-tab"));
    locked(&generation.join("ui"));
    locked(&generation);
    locked(&generations);
    // Whom no right keeps out proves nothing: the same as somebody else.
    let mut command = scene.outrigger.command();
    command.args(["rm", "acme/whale"]);
    if fs::write(generations.join("probe"), "").is_ok() {
        fs::remove_file(generations.join("probe")).unwrap();
        let nobody = 65_534;
        let chown = std::process::Command::new("chown")
            .args(["-R", "65534:65534", scene.outrigger.surroundings().as_str()])
            .status();
        assert!(chown.unwrap().success());
        command.uid(nobody).gid(nobody);
    }
    Output::of(&mut command).ok();
    assert!(generations.symlink_metadata().is_err());
    assert_eq!(home.join("staging").read_dir_utf8().unwrap().count(), 0);
}

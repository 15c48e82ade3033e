use std::fs;

use crate::scene::{NAME, Scene};

/// A home with garbage of every kind.
fn littered() -> Scene {
    let scene = Scene::installed(&["1.0.0", "1.1.0"]);
    let home = scene.outrigger.home();
    let write = |path: &str, size: usize| {
        let path = home.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, vec![0; size]).unwrap();
    };
    write(&format!("extensions/{NAME}/sha256-0-linux/ui/page"), 1000);
    write(&format!("records/{NAME}/sha256-0-linux.json"), 200);
    write("extensions/docker.io+acme+otter/sha256-0-linux/page", 300);
    write("records/docker.io+acme+otter/sha256-0-linux.json", 40);
    write("staging/dead/content/0-0", 5000);
    write("staging/dead/lock", 0);
    write("blobs/sha256-0.partial-x", 600);
    write("facts.sqlite.damaged", 70);
    scene
}

#[test]
fn a_dry_run_tells_what_a_collection_would_free_and_frees_nothing() {
    let scene = littered();
    let before = testkit::tree(&scene.outrigger.home());
    shown!(scene.says("gc --dry-run", 0), @"
    KIND          COUNT  SIZE
    generation    2      1.3 kB
    record        2      240 B
    staging       1      5.0 kB
    partial-blob  1      600 B
    facts         1      70 B

    7.2 kB can be freed.
    ");
    assert_eq!(testkit::tree(&scene.outrigger.home()), before);
    shown!(scene.says("gc", 0), @"
    KIND          COUNT  SIZE
    generation    2      1.3 kB
    record        2      240 B
    staging       1      5.0 kB
    partial-blob  1      600 B
    facts         1      70 B

    7.2 kB freed.
    ");
    shown!(scene.says("gc", 0), @"There is nothing to free.");
    assert_eq!(scene.page(), "1.1.0");
    scene.run("verify").ok();
    scene.run("rollback acme/whale").ok();
}

#[test]
fn programs_read_what_was_freed() {
    let scene = littered();
    let document = scene.run("gc --format json").ok().json();
    assert_eq!(document["dryRun"], false);
    assert_eq!(document["bytes"], 7210);
    let garbage = document["garbage"].as_array().unwrap();
    let lines: Vec<_> = garbage
        .iter()
        .map(|garbage| {
            let path = garbage["path"].as_str().unwrap();
            let path = path.strip_prefix(scene.outrigger.home().as_str()).unwrap();
            format!(
                "{} {path} {}",
                garbage["kind"].as_str().unwrap(),
                garbage["bytes"]
            )
        })
        .collect();
    shown!(lines.join("\n"), @"
    generation /extensions/docker.io+acme+otter 300
    generation /extensions/docker.io+acme+whale/sha256-0-linux 1000
    record /records/docker.io+acme+otter 40
    record /records/docker.io+acme+whale/sha256-0-linux.json 200
    staging /staging/dead 5000
    partial-blob /blobs/sha256-0.partial-x 600
    facts /facts.sqlite.damaged 70
    ");
}

#[test]
fn layers_over_the_limit_go_and_the_longest_unused_first() {
    let scene = Scene::installed(&["1.0.0", "1.1.0"]);
    let blobs = || {
        scene
            .outrigger
            .home()
            .join("blobs")
            .read_dir_utf8()
            .unwrap()
            .count()
    };
    let before = blobs();
    assert!(before >= 3);
    scene.run("gc").ok();
    assert_eq!(blobs(), before);
    scene.configure("[limits]\nblob-cache = 0");
    scene.run("gc").ok();
    assert_eq!(blobs(), 0);
}

#[test]
fn what_another_process_is_changing_is_left_alone() {
    let scene = littered();
    let lock = fs::File::open(scene.outrigger.home().join(format!("locks/{NAME}.lock"))).unwrap();
    lock.lock().unwrap();
    let staging = fs::File::open(scene.outrigger.home().join("staging/dead/lock")).unwrap();
    staging.lock().unwrap();
    let partial = fs::File::open(scene.outrigger.home().join("blobs/sha256-0.partial-x")).unwrap();
    partial.lock().unwrap();
    shown!(scene.says("gc", 0), @"
    KIND        COUNT  SIZE
    generation  1      300 B
    record      1      40 B
    facts       1      70 B

    410 B freed.
    warning: left alone: docker.io+acme+whale: another process is changing it
    ");
}

#[test]
fn an_extension_whose_activation_cannot_be_read_keeps_its_generations() {
    let scene = Scene::installed(&["1.0.0"]);
    let generations = scene.outrigger.home().join("extensions").join(NAME);
    let before = testkit::tree(&generations);
    fs::write(scene.activation(), "rotten").unwrap();
    shown!(scene.says("gc", 0), @"
    There is nothing to free.
    warning: left alone: docker.io+acme+whale: what it needs is not known, because [temp]/home/activations/docker.io+acme+whale.json cannot be understood: expected value at line 1 column 1
    ");
    assert_eq!(testkit::tree(&generations), before);
}

#[test]
fn a_home_that_does_not_exist_has_no_garbage() {
    let scene = Scene::installed(&[]);
    let home = scene.outrigger.surroundings().join("nowhere");
    shown!(scene.says(&format!("gc --home {home}"), 0), @"There is nothing to free.");
    assert!(!home.exists());
}

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use camino::Utf8PathBuf;

use crate::scene::{NAME, Scene};

/// The folder of the generation that is current.
fn folder(scene: &Scene) -> Utf8PathBuf {
    scene.extension()["path"].as_str().unwrap().into()
}

/// What `verify` finds, as `kind path` in lines.
fn found(scene: &Scene, line: &str) -> String {
    let document = scene.run(&format!("{line} --format json")).json();
    let generations = document["generations"].as_array().unwrap().iter();
    let lines = generations.flat_map(|generation| generation["differences"].as_array().unwrap());
    let lines = lines.map(|difference| {
        format!(
            "{} {}",
            difference["kind"].as_str().unwrap(),
            difference["path"].as_str().unwrap()
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_as_it_was_installed_is_told_so() {
    let mut scene = Scene::installed(&["1.0.0", "1.1.0"]);
    scene.unplug();
    shown!(scene.says("verify", 0), @"
    ID                    RELEASE  FILES  SIZE   RESULT
    docker.io/acme/whale  1.1.0    4      329 B  ok
    docker.io/acme/whale  1.0.0    4      329 B  ok
    ");
    shown!(scene.says("verify acme/whale:1.0.0", 0), @"
    ID                    RELEASE  FILES  SIZE   RESULT
    docker.io/acme/whale  1.0.0    4      329 B  ok
    ");
    shown!(scene.says("verify acme/whale:9.9.9", 4), @"
    error: docker.io/acme/whale:9.9.9 is not installed
      help: `outrigger ls` shows what is installed
    ");
    shown!(scene.says("verify acme/otter", 4), @"
    error: docker.io/acme/otter is not installed
      help: `outrigger ls` shows what is installed
    ");
}

#[test]
fn everything_that_is_not_as_it_was_is_found() {
    let scene = Scene::installed(&["1.0.0"]);
    let folder = folder(&scene);
    fs::write(folder.join("ui/dashboard-tab/index.html"), "1.0.x").unwrap(); // of the same size
    fs::remove_file(folder.join("labels.json")).unwrap();
    fs::create_dir_all(folder.join("more/of/it")).unwrap();
    fs::write(folder.join("more/file"), "x").unwrap();
    fs::write(folder.join("ui/file"), "x").unwrap();
    fs::set_permissions(folder.join("host/linux/whale"), fs::Permissions::from_mode(0o644)).unwrap();
    shown!(scene.says("verify", 6), @"
    ID                    RELEASE  FILES  SIZE   RESULT
    docker.io/acme/whale  1.0.0    4      329 B  5 differences

    docker.io/acme/whale:1.0.0:
      executable      host/linux/whale
      missing         labels.json
      added           more
      changed         ui/dashboard-tab/index.html
      added           ui/file
    error: 1 generation is not as installed
      help: `outrigger verify --repair` fetches it again
    ");
    let error = scene
        .run("verify acme/whale --format json")
        .fails_with(6)
        .error_json();
    assert_eq!(error["error"]["code"], "damaged");
}

#[test]
fn nothing_outside_the_generation_is_read() {
    let scene = Scene::installed(&["1.0.0"]);
    let folder = folder(&scene);
    let outside = scene.outrigger.surroundings().join("outside");
    // The very same content, elsewhere.
    fs::rename(folder.join("ui"), &outside).unwrap();
    symlink(&outside, folder.join("ui")).unwrap();
    fs::rename(folder.join("metadata.json"), outside.join("metadata.json")).unwrap();
    symlink(outside.join("metadata.json"), folder.join("metadata.json")).unwrap();
    fs::remove_file(folder.join("host/linux/whale")).unwrap();
    // Whoever opens it waits for a writer for ever.
    let fifo = std::process::Command::new("mkfifo")
        .arg(folder.join("host/linux/whale"))
        .status();
    assert!(fifo.unwrap().success());
    shown!(found(&scene, "verify"), @"
    not-a-file host/linux/whale
    not-a-file metadata.json
    added ui
    missing ui/dashboard-tab/index.html
    ");
    let name = scene.outrigger.home().join("extensions").join(NAME);
    fs::rename(&name, scene.outrigger.surroundings().join("whole")).unwrap();
    symlink(scene.outrigger.surroundings().join("whole"), &name).unwrap();
    shown!(found(&scene, "verify"), @"not-a-file");
}

#[test]
fn a_repair_fetches_again_what_is_damaged_and_only_that() {
    let scene = Scene::installed(&["1.0.0", "1.1.0"]);
    let folder = folder(&scene);
    fs::write(folder.join("metadata.json"), "rotten").unwrap();
    fs::create_dir(folder.join("more")).unwrap();
    scene.registry.clear_requests();
    shown!(scene.says("verify acme/whale --repair", 0), @"
    ID                    RELEASE  FILES  SIZE   RESULT
    docker.io/acme/whale  1.1.0    4      329 B  ok
    docker.io/acme/whale  1.0.0    4      329 B  ok
    Repaired docker.io/acme/whale:1.1.0
    ");
    // The layers are in the cache.
    let paths: Vec<_> = scene
        .registry
        .requests()
        .iter()
        .map(|request| request.path.clone())
        .collect();
    assert!(paths.iter().all(|path| !path.contains("/tags/")), "{paths:?}");
    assert!(paths.len() <= 2, "{paths:?}");
    shown!(scene.says("verify", 0), @"
    ID                    RELEASE  FILES  SIZE   RESULT
    docker.io/acme/whale  1.1.0    4      329 B  ok
    docker.io/acme/whale  1.0.0    4      329 B  ok
    ");
    assert!(!folder.join("more").exists());
    let history = scene.run("history acme/whale --format json").ok().json();
    assert_eq!(history["operations"][0]["kind"], "repair");
}

#[test]
fn a_kept_generation_can_be_repaired_and_gone_back_to() {
    let scene = Scene::installed(&["1.0.0"]);
    let first = folder(&scene);
    scene.push("1.1.0");
    scene.run("update acme/whale").ok();
    fs::remove_dir_all(&first).unwrap();
    shown!(found(&scene, "verify acme/whale:1.0.0"), @"missing");
    scene.run("rollback acme/whale").fails_with(6);
    scene.run("verify acme/whale:1.0.0 --repair").ok();
    assert_eq!(scene.version(), "1.1.0");
    scene.run("rollback acme/whale").ok();
    assert_eq!(scene.page(), "1.0.0");
}

#[test]
fn a_generation_without_its_record_is_told_and_gets_one() {
    let scene = Scene::installed(&["1.0.0"]);
    let records = scene.outrigger.home().join("records").join(NAME);
    let record = records
        .read_dir_utf8()
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .into_path();
    let whole = fs::read_to_string(&record).unwrap();
    for damage in [
        String::new(),
        "rotten".to_owned(),
        // A record that was made to fit changed files.
        whole.replace("\"executable\":true", "\"executable\":false"),
    ] {
        fs::write(&record, damage).unwrap();
        assert_eq!(found(&scene, "verify"), "record-damaged ");
    }
    fs::remove_dir_all(&records).unwrap();
    shown!(scene.says("verify", 6), @"
    ID                    RELEASE  FILES  SIZE   RESULT
    docker.io/acme/whale  1.0.0    0      329 B  1 difference

    docker.io/acme/whale:1.0.0:
      no-record       [temp]/home/extensions/docker.io+acme+whale/sha256-[digest]-linux
    error: 1 generation is not as installed
      help: `outrigger verify --repair` fetches it again
    ");
    scene.run("verify --repair").ok();
    assert_eq!(fs::read_to_string(&record).unwrap(), whole);
    shown!(found(&scene, "verify"), @"");
}

#[test]
fn what_is_no_longer_allowed_is_not_fetched_again() {
    let scene = Scene::installed(&["1.0.0"]);
    fs::write(folder(&scene).join("metadata.json"), "rotten").unwrap();
    scene.outrigger.allow("acme/whale:^2\n");
    scene.registry.clear_requests();
    shown!(scene.says("verify --repair", 3), @"
    ID                    RELEASE  FILES  SIZE   RESULT
    docker.io/acme/whale  1.0.0    4      329 B  1 difference

    docker.io/acme/whale:1.0.0:
      changed         metadata.json
    error: the allow-list does not admit docker.io/acme/whale:1.0.0
      help: `outrigger allow ls` shows what is allowed; who looks after this desktop can add to it
    ");
    assert!(scene.registry.requests().is_empty());
}

#[test]
fn a_repair_that_cannot_fetch_leaves_everything_as_it_was() {
    let mut scene = Scene::installed(&["1.0.0"]);
    fs::write(folder(&scene).join("metadata.json"), "rotten").unwrap();
    fs::remove_dir_all(scene.outrigger.home().join("blobs")).unwrap();
    scene.unplug();
    assert_eq!(scene.run("verify --repair").code, 5);
    assert_eq!(scene.page(), "1.0.0");
    assert_eq!(
        fs::read_to_string(folder(&scene).join("metadata.json")).unwrap(),
        "rotten"
    );
}

#[test]
fn an_activation_that_cannot_be_read_is_a_finding_too() {
    let scene = Scene::installed(&["1.0.0"]);
    fs::write(scene.activation(), "rotten").unwrap();
    shown!(scene.says("verify", 6), @"
    warning: [temp]/home/activations/docker.io+acme+whale.json cannot be understood: expected value at line 1 column 1
    error: what is installed cannot be told as a whole
    ");
}

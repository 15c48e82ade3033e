//! Processes that die in the middle of a change.

use std::process::{Command, Stdio};

use camino::Utf8Path;
use store::Store;

use crate::support::{Home, current_tag, install, names, prepare, tree, whale};

/// Where a process that was started to die finds its home folder.
const DIE_IN: &str = "OUTRIGGER_TEST_DIE_IN";

#[test]
fn what_a_dead_process_left_is_invisible_and_removed_by_the_next_change() {
    if let Ok(home) = std::env::var(DIE_IN) {
        let transaction = Store::open(Utf8Path::new(&home))
            .unwrap()
            .begin(&whale(), || {})
            .unwrap();
        prepare(&transaction, "1.1.0");
        std::process::abort();
    }
    let home = Home::new();
    let store = home.store();
    install(&store, &whale(), "1.0.0");
    let child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "interrupted::what_a_dead_process_left_is_invisible_and_removed_by_the_next_change",
        ])
        .env(DIE_IN, home.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(!child.success());
    let staging = home.path().join("staging");
    assert_eq!(names(&staging).len(), 1, "the child left its staging folder");
    assert_eq!(current_tag(&store, &whale()).as_deref(), Some("1.0.0"));

    // Its locks died with it: this neither waits nor finds its leavings.
    drop(store.begin(&whale(), || {}).unwrap());
    assert_eq!(names(&staging), [""; 0]);
    install(&store, &whale(), "1.1.0");
    assert_eq!(current_tag(&store, &whale()).as_deref(), Some("1.1.0"));
}

#[test]
fn the_staging_of_a_living_change_is_left_alone() {
    let home = Home::new();
    let store = home.store();
    let living = store.begin(&"acme/squid".parse().unwrap(), || {}).unwrap();
    living.staging().write((1, 1), &mut &b"content"[..]).unwrap();
    install(&store, &whale(), "1.0.0");
    assert_eq!(living.staging().read((1, 1), 100).unwrap(), b"content");
}

#[test]
fn a_staging_folder_that_never_got_its_lock_is_removed() {
    let home = Home::new();
    let store = home.store();
    install(&store, &whale(), "1.0.0");
    std::fs::create_dir_all(home.path().join("staging/half-made/content")).unwrap();
    drop(store.begin(&whale(), || {}).unwrap());
    assert_eq!(names(&home.path().join("staging")), [""; 0]);
}

#[test]
fn a_crash_between_the_move_and_the_activation_leaves_the_old_generation_current() {
    let home = Home::new();
    let store = home.store();
    let old = install(&store, &whale(), "1.0.0");
    let activation = home.path().join("activations/docker.io+acme+whale.json");
    let before = std::fs::read(&activation).unwrap();
    let new = install(&store, &whale(), "1.1.0");
    // The state in which the last step did not happen.
    std::fs::write(&activation, before).unwrap();
    assert_eq!(store.find(&whale()).unwrap(), Some(old.clone()));
    // What stands there unnamed is not trusted: it may be torn.
    let orphan = store.generation_folder(&whale(), &new.current);
    std::fs::write(orphan.join("ui/app/index.html"), "1.1.9").unwrap();
    install(&store, &whale(), "1.1.0");
    assert_eq!(tree(&orphan)["ui/app/index.html"], "1.1.0");
    assert_eq!(
        tree(&store.generation_folder(&whale(), &old.current))["ui/app/index.html"],
        "1.0.0"
    );
}

#[test]
fn an_unnamed_generation_goes_with_the_next_change() {
    let home = Home::new();
    let store = home.store();
    install(&store, &whale(), "1.0.0");
    let folder = home.path().join("extensions/docker.io+acme+whale");
    std::fs::create_dir(folder.join("sha256-orphan-linux")).unwrap();
    install(&store, &whale(), "1.1.0");
    assert_eq!(names(&folder).len(), 2);
    assert!(!folder.join("sha256-orphan-linux").exists());
}

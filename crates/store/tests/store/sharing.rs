//! Several at once change the user's files: nothing that one of them wrote is lost.

use std::thread;

use camino::Utf8Path;
use store::allow_list_file::{self, AllowListFileError};
use store::configuration::{self, ConfigurationError, Settings};

use crate::support::{Home, names};

const WRITERS: usize = 20;

/// Runs `work` once for each writer, all of them together.
fn at_once(work: impl Fn(usize) + Sync) {
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let work = &work;
            scope.spawn(move || work(writer));
        }
    });
}

fn add(list: &Utf8Path, pattern: &str) {
    assert!(allow_list_file::add(list, &pattern.parse().unwrap()).unwrap());
}

fn patterns(list: &Utf8Path) -> Vec<String> {
    let list = allow_list_file::load(list).unwrap();
    let mut patterns: Vec<_> = list.patterns().iter().map(ToString::to_string).collect();
    patterns.sort();
    patterns
}

/// What all the writers of `acme/new<number>` leave.
fn all_new() -> Vec<String> {
    let mut all: Vec<_> = (0..WRITERS)
        .map(|writer| format!("docker.io/acme/new{writer}"))
        .collect();
    all.sort();
    all
}

#[test]
fn patterns_that_are_added_and_removed_at_once_all_count() {
    let home = Home::new();
    let list = home.path().join("allow.txt");
    allow_list_file::create(&list).unwrap();
    for writer in 0..WRITERS {
        add(&list, &format!("acme/old{writer}"));
    }
    at_once(|writer| {
        add(&list, &format!("acme/new{writer}"));
        let old = format!("acme/old{writer}").parse().unwrap();
        assert!(allow_list_file::remove(&list, &old).unwrap());
    });
    assert_eq!(patterns(&list), all_new());
}

#[test]
fn only_one_of_several_creates_a_list() {
    let home = Home::new();
    let list = home.path().join("allow.txt");
    let created = std::sync::atomic::AtomicUsize::new(0);
    at_once(|_| match allow_list_file::create(&list) {
        Ok(()) => {
            created.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
        Err(error) => assert!(matches!(error, AllowListFileError::Exists { .. }), "{error}"),
    });
    assert_eq!(created.into_inner(), 1);
}

#[test]
fn several_that_begin_a_list_share_one_with_the_patterns_of_all() {
    let home = Home::new();
    let file = home.path().join("config.toml");
    at_once(|writer| {
        let list = configuration::begin_allow_list(&file).unwrap();
        assert_eq!(list, home.path().join("allow.txt"));
        add(&list, &format!("acme/new{writer}"));
    });
    assert_eq!(patterns(&home.path().join("allow.txt")), all_new());
    let settings = Settings::load(None, &home.path()).unwrap();
    assert_eq!(settings.policy.allow_list.unwrap().patterns().len(), WRITERS);
}

#[test]
fn a_list_that_lies_beside_the_configuration_is_taken_as_it_is() {
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    let (file, list) = (home.path().join("config.toml"), home.path().join("allow.txt"));
    std::fs::write(&file, "[scan]\nevery = \"1d\"\n").unwrap();
    // As a process leaves it that dies after its first step.
    std::fs::write(&list, "acme/whale # mine\n").unwrap();
    assert_eq!(configuration::begin_allow_list(&file).unwrap(), list);
    assert_eq!(std::fs::read_to_string(&list).unwrap(), "acme/whale # mine\n");
    let settings = Settings::load(None, &home.path()).unwrap();
    assert_eq!(settings.allow_list_file, Some(list));
}

#[test]
fn a_list_that_is_configured_already_is_the_one_that_is_begun() {
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    let file = home.path().join("config.toml");
    let text = "policy.allow-list = \"lists/ours.txt\"\n";
    std::fs::write(&file, text).unwrap();
    let list = configuration::begin_allow_list(&file).unwrap();
    assert_eq!(list, home.path().join("lists/ours.txt"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    assert!(!home.path().join("allow.txt").exists());
}

#[test]
fn a_list_that_cannot_be_understood_is_never_configured() {
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    std::fs::write(home.path().join("allow.txt"), "not a pattern\n").unwrap();
    let file = home.path().join("config.toml");
    let error = configuration::begin_allow_list(&file).unwrap_err();
    assert!(
        matches!(
            error,
            ConfigurationError::AllowList(AllowListFileError::Line { .. })
        ),
        "{error}"
    );
    assert!(!file.exists());
}

#[test]
fn a_change_that_changes_nothing_leaves_no_lock_behind() {
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    let list = home.path().join("allow.txt");
    std::fs::write(&list, "acme/whale\n").unwrap();
    assert!(!allow_list_file::add(&list, &"acme/whale".parse().unwrap()).unwrap());
    assert!(!allow_list_file::remove(&list, &"acme/squid".parse().unwrap()).unwrap());
    assert_eq!(names(&home.path()), ["allow.txt"]);
}

#[test]
fn a_list_that_is_missing_is_not_made_by_changing_it() {
    let home = Home::new();
    let list = home.path().join("allow.txt");
    let pattern = "acme/whale".parse().unwrap();
    for result in [
        allow_list_file::add(&list, &pattern),
        allow_list_file::remove(&list, &pattern),
    ] {
        assert!(matches!(result, Err(AllowListFileError::Missing { .. })));
    }
    assert!(!home.path().exists());
}

/// The configuration leads to another folder, and the list's folder is reached in two ways: whoever took the
/// lock of a folder twice would wait for itself.
#[cfg(unix)]
#[test]
fn files_behind_links_are_changed_without_waiting_for_oneself() {
    use std::os::unix::fs::symlink;
    let home = Home::new();
    let linked = home.path().with_file_name("linked");
    std::fs::create_dir(home.path()).unwrap();
    symlink(home.path(), &linked).unwrap();
    std::fs::write(home.path().join("mine.toml"), "").unwrap();
    symlink("mine.toml", home.path().join("config.toml")).unwrap();
    at_once(|writer| {
        let folder = if writer % 2 == 0 {
            home.path()
        } else {
            linked.clone()
        };
        let list = configuration::begin_allow_list(&folder.join("config.toml")).unwrap();
        add(&list, &format!("acme/new{writer}"));
    });
    assert_eq!(patterns(&home.path().join("allow.txt")), all_new());
    assert!(home.path().join("config.toml").is_symlink());
}

/// Another user of a shared folder made the lock: being able to read it is enough to wait for it.
#[cfg(unix)]
#[test]
fn a_lock_that_another_user_made_can_be_taken() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let list = home.path().join("allow.txt");
    allow_list_file::create(&list).unwrap();
    let lock = home.path().join(".outrigger.lock");
    std::fs::set_permissions(&lock, std::fs::Permissions::from_mode(0o444)).unwrap();
    add(&list, "acme/whale");
    assert_eq!(patterns(&list), ["docker.io/acme/whale"]);
}

//! Several at once: changes of one extension take turns, readers never wait.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use camino::Utf8Path;
use store::Store;

use crate::support::{Home, current_tag, generation, install, names, prepare, switched, whale};

/// Where a process that was started to take part in a race finds its home folder.
const RACE_IN: &str = "OUTRIGGER_TEST_RACE_IN";
const ROUNDS: usize = 6;

#[test]
fn processes_that_install_the_same_extension_take_turns_and_readers_see_only_whole_states() {
    if let Ok(home) = std::env::var(RACE_IN) {
        let store = Store::open(Utf8Path::new(&home)).unwrap();
        for round in 0..ROUNDS {
            install(&store, &whale(), &format!("{}.{round}.0", std::process::id()));
        }
        return;
    }
    let home = Home::new();
    let store = home.store();
    install(&store, &whale(), "1.0.0");
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0_usize;
            while !done.load(Ordering::Relaxed) {
                let listing = store.installed().unwrap();
                assert_eq!((listing.installed.len(), listing.broken.len()), (1, 0));
                seen += 1;
            }
            seen
        });
        let mut racers: Vec<_> = (0..3)
            .map(|_| {
                Command::new(std::env::current_exe().unwrap())
                    .args(["--exact", "racing::processes_that_install_the_same_extension_take_turns_and_readers_see_only_whole_states"])
                    .env(RACE_IN, home.path())
                    .stdout(Stdio::null())
                    .spawn()
                    .unwrap()
            })
            .collect();
        let outcomes: Vec<_> = racers
            .iter_mut()
            .map(|racer| racer.wait().unwrap().success())
            .collect();
        done.store(true, Ordering::Relaxed);
        assert_eq!(outcomes, [true; 3]);
        assert!(reader.join().unwrap() > 0);
    });
    let installed = store.find(&whale()).unwrap().unwrap();
    assert_eq!(installed.previous.len(), 2);
    assert_eq!(
        names(&home.path().join("extensions/docker.io+acme+whale")).len(),
        3
    );
    assert_eq!(names(&home.path().join("staging")), [""; 0]);
}

#[test]
fn a_second_change_of_an_extension_sees_what_the_first_one_did() {
    let home = Home::new();
    let store = home.store();
    thread::scope(|scope| {
        for worker in 0..4 {
            let store = &store;
            scope.spawn(move || install(store, &whale(), &format!("1.{worker}.0")));
        }
    });
    // Each kept its predecessor: four installs in a row, of which the oldest was forgotten.
    assert_eq!(store.find(&whale()).unwrap().unwrap().previous.len(), 2);
}

#[test]
fn who_has_to_wait_for_another_change_is_told_once_before() {
    let home = Home::new();
    let store = home.store();
    let first = store
        .begin(&whale(), || panic!("nobody else is changing it"))
        .unwrap();
    let (told, is_told) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        let second = scope.spawn(|| {
            let transaction = store.begin(&whale(), move || told.send(()).unwrap()).unwrap();
            transaction.current().unwrap().map(|installed| installed.id)
        });
        is_told.recv().unwrap();
        // It did wait: it sees what this change does after it was told.
        let payload = prepare(&first, "1.0.0");
        let installed = switched(&whale(), None, generation("1.0.0", &payload));
        first.commit(payload, &installed).unwrap();
        assert_eq!(second.join().unwrap(), Some(whale()));
    });
    assert!(is_told.recv().is_err(), "told once");
}

#[test]
fn nobody_waits_to_read_while_a_change_is_under_way() {
    let home = Home::new();
    let store = home.store();
    install(&store, &whale(), "1.0.0");
    let transaction = store.begin(&whale(), || {}).unwrap();
    prepare(&transaction, "1.1.0");
    // The transaction still holds its lock here.
    assert_eq!(current_tag(&home.store(), &whale()).as_deref(), Some("1.0.0"));
    assert_eq!(home.store().installed().unwrap().installed.len(), 1);
}

#[test]
fn content_is_staged_from_several_threads() {
    let home = Home::new();
    let transaction = home.store().begin(&whale(), || {}).unwrap();
    thread::scope(|scope| {
        for layer in 0..8_u32 {
            let staging = transaction.staging().clone();
            scope.spawn(move || {
                for entry in 0..20 {
                    staging
                        .write((layer, entry), &mut format!("{layer} {entry}").as_bytes())
                        .unwrap();
                }
            });
        }
    });
    for layer in 0..8 {
        assert_eq!(
            transaction.staging().read((layer, 19), 100).unwrap(),
            format!("{layer} 19").as_bytes()
        );
    }
}

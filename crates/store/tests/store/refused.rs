//! What the disk or the payload refuses changes nothing.
//!
//! Folders without write permission would not stop a test that runs as root, so a file stands where a folder
//! is needed.

use store::{Error, Placement, Store};

use crate::support::{Home, current_tag, install, names, prepare, tree, try_install, whale};

#[test]
fn a_home_that_cannot_be_made_is_named() {
    let home = Home::new();
    let file = home.path();
    std::fs::write(&file, "not a folder").unwrap();
    let error = Store::open(&file).unwrap_err();
    assert!(matches!(error, Error::Disk { .. }), "{error}");
    assert!(error.to_string().contains(file.as_str()));
    let below = file.join("deeper/home");
    assert!(matches!(
        Store::open(&below).and_then(|store| store.begin(&whale(), || {})),
        Err(Error::Disk { .. })
    ));
    assert_eq!(std::fs::read(&file).unwrap(), b"not a folder");
}

#[test]
fn a_first_install_that_fails_leaves_no_trace_of_the_extension() {
    for blocked in ["extensions", "records", "activations"] {
        let home = Home::new();
        std::fs::create_dir(home.path()).unwrap();
        std::fs::write(home.path().join(blocked), "in the way").unwrap();
        let error = try_install(&home.store(), &whale(), "1.0.0").unwrap_err();
        let Error::Disk { path, .. } = &error else {
            panic!("{error}");
        };
        assert!(path.starts_with(home.path().join(blocked)), "{error}");
        for folder in ["extensions", "records", "staging"] {
            assert_eq!(names(&home.path().join(folder)), [""; 0], "{folder}");
        }
    }
}

#[test]
fn an_update_that_cannot_be_activated_leaves_the_old_release_and_nothing_else() {
    let home = Home::new();
    let store = home.store();
    let old = install(&store, &whale(), "1.0.0");
    let before = tree(&home.path());
    let transaction = store.begin(&whale(), || {}).unwrap();
    let payload = prepare(&transaction, "1.1.0");
    let new = old
        .clone()
        .switched_to(crate::support::generation("1.1.0", &payload));
    // The last step before the commit point fails: the activation cannot be staged.
    let staging = names(&home.path().join("staging")).remove(0);
    std::fs::create_dir(home.path().join("staging").join(staging).join("activation.json")).unwrap();
    let error = transaction.commit(payload, &new).unwrap_err();
    assert!(matches!(error, Error::Disk { .. }), "{error}");
    assert_eq!(store.find(&whale()).unwrap(), Some(old));
    assert_eq!(tree(&home.path()), before);
}

#[test]
fn a_failed_switch_to_a_kept_generation_keeps_it() {
    let home = Home::new();
    let store = home.store();
    let old = install(&store, &whale(), "1.0.0");
    install(&store, &whale(), "1.1.0");
    let transaction = store.begin(&whale(), || {}).unwrap();
    let payload = prepare(&transaction, "1.0.0");
    let back = transaction
        .current()
        .unwrap()
        .unwrap()
        .switched_to(old.current.clone());
    let staging = names(&home.path().join("staging")).remove(0);
    std::fs::create_dir(home.path().join("staging").join(staging).join("activation.json")).unwrap();
    transaction.commit(payload, &back).unwrap_err();
    assert_eq!(current_tag(&store, &whale()).as_deref(), Some("1.1.0"));
    assert!(
        store
            .generation_folder(&whale(), &old.current)
            .join("host/tool")
            .is_file()
    );
}

#[test]
fn destinations_that_are_not_plain_paths_are_refused_and_touch_nothing() {
    let home = Home::new();
    let store = home.store();
    for destination in ["", "/etc/x", "../x", "ui/../../x", "ui//x", "ui/", ".", "a\0b"] {
        let transaction = store.begin(&whale(), || {}).unwrap();
        transaction.staging().write((0, 0), &mut &b"x"[..]).unwrap();
        let placement = Placement {
            destination: destination.to_owned(),
            key: (0, 0),
            executable: false,
        };
        let error = transaction
            .assemble(vec![placement], Vec::new(), b"{}", b"{}")
            .unwrap_err();
        assert!(
            matches!(error, Error::IllegalDestination { .. }),
            "{destination:?}: {error}"
        );
        let documents = vec![(destination.to_owned(), Vec::new())];
        let error = transaction
            .assemble(Vec::new(), documents, b"{}", b"{}")
            .unwrap_err();
        assert!(
            matches!(error, Error::IllegalDestination { .. }),
            "{destination:?}: {error}"
        );
    }
    assert_eq!(names(&home.path()), ["format.json", "locks", "staging"]);
}

#[test]
fn a_payload_that_contradicts_itself_is_refused() {
    let home = Home::new();
    let transaction = home.store().begin(&whale(), || {}).unwrap();
    for entry in 0..4 {
        transaction.staging().write((0, entry), &mut &b"x"[..]).unwrap();
    }
    let place = |destination: &str, entry| Placement {
        destination: destination.to_owned(),
        key: (0, entry),
        executable: false,
    };
    let assemble = |placements, documents, manifest: &[u8]| {
        transaction
            .assemble(placements, documents, manifest, b"{}")
            .unwrap_err()
    };
    let twice = assemble(vec![place("a", 0), place("a", 1)], Vec::new(), b"{}");
    assert!(matches!(twice, Error::PlacedTwice { .. }), "{twice}");
    let below_a_file = assemble(vec![place("b", 1), place("b/c", 2)], Vec::new(), b"{}");
    assert!(matches!(below_a_file, Error::Disk { .. }), "{below_a_file}");
    let missing = assemble(vec![place("d", 77)], Vec::new(), b"{}");
    assert!(matches!(missing, Error::NotStaged { .. }), "{missing}");
    let document = assemble(vec![place("e", 3)], vec![("e".to_owned(), Vec::new())], b"{}");
    assert!(matches!(document, Error::PlacedTwice { .. }), "{document}");
    let binary = assemble(Vec::new(), Vec::new(), b"\xff");
    assert!(
        matches!(binary, Error::DocumentNotText { document: "manifest" }),
        "{binary}"
    );
}

/// Puts the device that is always full where the only transaction is about to write `name`.
#[cfg(target_os = "linux")]
fn fill_the_disk(home: &Home, name: &str) {
    let staging = names(&home.path().join("staging")).remove(0);
    let path = home.path().join("staging").join(staging).join(name);
    std::os::unix::fs::symlink("/dev/full", path).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn content_that_finds_the_disk_full_says_so_and_is_not_staged() {
    let home = Home::new();
    let transaction = home.store().begin(&whale(), || {}).unwrap();
    fill_the_disk(&home, "content/7-7");
    let staging = transaction.staging();
    let error = staging
        .write((7, 7), &mut vec![1; 100_000].as_slice())
        .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    assert!(error.to_string().contains("content/7-7"), "{error}");
    assert!(!staging.contains((7, 7)));
    drop(transaction);
    assert_eq!(names(&home.path().join("staging")), [""; 0]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_at_any_step_of_a_commit_leaves_the_old_release() {
    for step in ["record.json", "activation.json"] {
        let home = Home::new();
        let store = home.store();
        let old = install(&store, &whale(), "1.0.0");
        let before = tree(&home.path());
        let transaction = store.begin(&whale(), || {}).unwrap();
        let payload = prepare(&transaction, "1.1.0");
        let new = old.switched_to(crate::support::generation("1.1.0", &payload));
        fill_the_disk(&home, step);
        let error = transaction.commit(payload, &new).unwrap_err();
        assert!(error.is_disk_full(), "{step}: {error}");
        assert_eq!(tree(&home.path()), before, "{step}");
    }
}

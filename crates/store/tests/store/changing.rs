//! Installing, updating and going back.

use store::{Error, Placement};

use crate::support::{Home, current_tag, generation, install, names, prepare, switched, tree, whale};

#[test]
fn a_home_that_is_missing_is_an_empty_one_and_stays_missing_while_it_is_read() {
    let home = Home::new();
    let store = home.store();
    assert!(store.installed().unwrap().installed.is_empty());
    assert!(store.find(&whale()).unwrap().is_none());
    assert!(!home.path().exists());
}

#[test]
fn what_was_committed_is_what_a_fresh_store_finds() {
    let home = Home::new();
    let installed = install(&home.store(), &whale(), "1.0.0");
    let store = home.store();
    assert_eq!(store.find(&whale()).unwrap().as_ref(), Some(&installed));
    let folder = store.generation_folder(&whale(), &installed.current);
    assert_eq!(
        folder,
        home.path()
            .join("extensions/docker.io+acme+whale")
            .join(installed.current.folder())
    );
    let files = tree(&folder);
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        ["host/tool", "metadata.json", "ui/app/index.html"]
    );
    assert_eq!(files["ui/app/index.html"], "1.0.0");
    assert_eq!(
        names(&home.path().join("staging")),
        [""; 0],
        "nothing stays in staging"
    );
}

#[test]
fn the_record_tells_what_the_generation_must_hold() {
    let home = Home::new();
    let store = home.store();
    let installed = install(&store, &whale(), "1.0.0");
    let record = store.record(&whale(), &installed.current).unwrap().unwrap();
    assert_eq!(record.manifest, "{\"manifest\":1}");
    assert_eq!(record.config, "{\"config\":1}");
    assert_eq!(record.payload, installed.current.payload);
    assert_eq!(record.id, whale());
    let tool = &record.files[0];
    assert_eq!(
        (tool.path.as_str(), tool.executable, tool.size),
        ("host/tool", true, 7)
    );
    assert_eq!(tool.sha256, model::Digest::of(b"#!1.0.0"));
}

#[test]
fn the_payload_digest_depends_on_files_alone() {
    let digest = |tag: &str| {
        let home = Home::new();
        let transaction = home.store().begin(&whale(), || {}).unwrap();
        prepare(&transaction, tag).digest
    };
    assert_eq!(digest("1.0.0"), digest("1.0.0"));
    assert_ne!(digest("1.0.0"), digest("1.0.1"));
}

#[cfg(unix)]
#[test]
fn only_this_user_enters_the_home_and_files_have_the_two_modes() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let store = home.store();
    let installed = install(&store, &whale(), "1.0.0");
    let mode = |path: &camino::Utf8Path| path.metadata().unwrap().permissions().mode() & 0o7777;
    let folder = store.generation_folder(&whale(), &installed.current);
    assert_eq!(mode(&home.path()), 0o700);
    assert_eq!(mode(&folder.join("host/tool")), 0o755);
    assert_eq!(mode(&folder.join("ui/app/index.html")), 0o644);
    assert_eq!(mode(&folder.join("metadata.json")), 0o644);
}

#[test]
fn two_generations_are_kept_besides_the_current_one() {
    let home = Home::new();
    let store = home.store();
    let all: Vec<_> = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]
        .map(|tag| install(&store, &whale(), tag))
        .into();
    let mut kept: Vec<_> = all[1..]
        .iter()
        .map(|installed| installed.current.folder())
        .collect();
    kept.sort();
    assert_eq!(names(&home.path().join("extensions/docker.io+acme+whale")), kept);
    let records: Vec<_> = kept.iter().map(|folder| format!("{folder}.json")).collect();
    assert_eq!(names(&home.path().join("records/docker.io+acme+whale")), records);
}

#[test]
fn going_back_and_holding_change_the_activation_only() {
    let home = Home::new();
    let store = home.store();
    let old = install(&store, &whale(), "1.0.0");
    let new = install(&store, &whale(), "1.1.0");
    let before = tree(&home.path().join("extensions"));
    let mut back = new.switched_to(old.current);
    back.held = true;
    store.begin(&whale(), || {}).unwrap().set(&back).unwrap();
    assert_eq!(store.find(&whale()).unwrap(), Some(back));
    assert_eq!(tree(&home.path().join("extensions")), before);
}

#[test]
fn a_transaction_that_is_dropped_leaves_nothing() {
    let home = Home::new();
    let store = home.store();
    install(&store, &whale(), "1.0.0");
    let before = tree(&home.path());
    let transaction = store.begin(&whale(), || {}).unwrap();
    prepare(&transaction, "1.1.0");
    drop(transaction);
    assert_eq!(tree(&home.path()), before);
}

#[test]
fn a_generation_that_is_kept_is_not_written_again() {
    let home = Home::new();
    let store = home.store();
    let first = install(&store, &whale(), "1.0.0");
    install(&store, &whale(), "1.1.0");
    let file = store
        .generation_folder(&whale(), &first.current)
        .join("ui/app/index.html");
    let before = file.metadata().unwrap().modified().unwrap();
    install(&store, &whale(), "1.0.0");
    assert_eq!(file.metadata().unwrap().modified().unwrap(), before);
    assert_eq!(current_tag(&store, &whale()).as_deref(), Some("1.0.0"));
}

#[test]
fn a_kept_generation_with_a_missing_file_is_replaced() {
    let home = Home::new();
    let store = home.store();
    let first = install(&store, &whale(), "1.0.0");
    install(&store, &whale(), "1.1.0");
    let file = store
        .generation_folder(&whale(), &first.current)
        .join("ui/app/index.html");
    std::fs::remove_file(&file).unwrap();
    install(&store, &whale(), "1.0.0");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "1.0.0");
}

#[test]
fn one_piece_of_content_may_have_several_places() {
    let home = Home::new();
    let store = home.store();
    let transaction = store.begin(&whale(), || {}).unwrap();
    transaction.staging().write((3, 9), &mut &b"same"[..]).unwrap();
    let placements = [("a", true), ("b/c", false), ("d", true)].map(|(destination, executable)| Placement {
        destination: destination.to_owned(),
        key: (3, 9),
        executable,
    });
    let payload = transaction
        .assemble(placements.into(), Vec::new(), b"{}", b"{}")
        .unwrap();
    assert_eq!(payload.size, 12);
    let executable: Vec<_> = payload.files.iter().map(|file| file.executable).collect();
    assert_eq!(executable, [true, false, true]);
    let installed = switched(&whale(), None, generation("1.0.0", &payload));
    transaction.commit(payload, &installed).unwrap();
    let folder = store.generation_folder(&whale(), &installed.current);
    let files = tree(&folder);
    assert!(files.values().all(|content| content == "same"));
    assert_eq!(files.len(), 3);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |name: &str| folder.join(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(["a", "b/c", "d"].map(mode), [0o755, 0o644, 0o755]);
    }
}

#[test]
fn staged_content_can_be_read_within_a_limit_and_replaced() {
    let home = Home::new();
    let transaction = home.store().begin(&whale(), || {}).unwrap();
    let staging = transaction.staging().clone();
    assert!(!staging.contains((1, 1)));
    staging.write((1, 1), &mut &b"first and longer"[..]).unwrap();
    staging.write((1, 1), &mut &b"second"[..]).unwrap();
    assert!(staging.contains((1, 1)));
    assert_eq!(staging.read((1, 1), 6).unwrap(), b"second");
    assert!(
        staging
            .read((1, 1), 5)
            .unwrap_err()
            .to_string()
            .contains("larger than 5 bytes")
    );
    assert_eq!(
        staging.read((1, 2), 5).unwrap_err().kind(),
        std::io::ErrorKind::NotFound
    );
}

#[test]
fn content_that_breaks_off_is_not_staged_and_its_error_is_kept() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the line went dead"))
        }
    }
    let home = Home::new();
    let transaction = home.store().begin(&whale(), || {}).unwrap();
    let error = transaction.staging().write((1, 1), &mut Broken).unwrap_err();
    assert_eq!(error.to_string(), "the line went dead");
    assert!(!transaction.staging().contains((1, 1)));
}

#[test]
fn a_lock_is_of_one_extension() {
    let home = Home::new();
    let store = home.store();
    let transaction = store.begin(&whale(), || {}).unwrap();
    let payload = prepare(&transaction, "1.0.0");
    let other = switched(
        &"acme/squid".parse().unwrap(),
        None,
        generation("1.0.0", &payload),
    );
    assert!(matches!(
        transaction.commit(payload, &other),
        Err(Error::AnotherExtension { .. })
    ));
    // And another extension is changed meanwhile without waiting.
    let _first = store.begin(&whale(), || {}).unwrap();
    let _second = store.begin(&"acme/squid".parse().unwrap(), || {}).unwrap();
}

#[test]
fn a_generation_whose_folder_somebody_deleted_is_known_to_be_missing_and_comes_back_with_an_install() {
    let home = Home::new();
    let store = home.store();
    let installed = install(&store, &whale(), "1.0.0");
    assert!(store.has_generation(&whale(), &installed.current));
    let folder = store.generation_folder(&whale(), &installed.current);
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(!store.has_generation(&whale(), &installed.current));
    std::fs::write(&folder, "a file is no generation").unwrap();
    assert!(!store.has_generation(&whale(), &installed.current));

    install(&store, &whale(), "1.0.0");
    assert!(store.has_generation(&whale(), &installed.current));
    assert_eq!(tree(&folder)["ui/app/index.html"], "1.0.0");
}

#[test]
fn what_was_there_before_waits_to_be_removed_and_keeps_nobody_waiting() {
    let home = Home::new();
    let store = home.store();
    let old = install(&store, &whale(), "1.0.0");
    let transaction = store.begin(&whale(), || {}).unwrap();
    let payload = prepare(&transaction, "1.1.0");
    // Keeps no earlier generation.
    let installed = switched(&whale(), None, generation("1.1.0", &payload));
    let leavings = transaction.commit(payload, &installed).unwrap();
    assert!(!store.has_generation(&whale(), &old.current));
    let staged = names(&home.path().join("staging"));
    assert_eq!(staged.len(), 1, "it lies where nobody looks");
    // Another change neither waits nor takes it for what a dead process left.
    drop(store.begin(&whale(), || panic!("it waits")).unwrap());
    assert_eq!(names(&home.path().join("staging")), staged);
    drop(leavings);
    assert_eq!(names(&home.path().join("staging")), [""; 0]);
    assert_eq!(current_tag(&store, &whale()).as_deref(), Some("1.1.0"));
}

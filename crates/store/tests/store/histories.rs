//! Files of history that something else has written.

use jiff::Timestamp;
use model::operation::{Operation, OperationKind};
use store::{History, Store};

use crate::support::{Home, install, whale};

/// Writes this text into the history of `acme/whale`, and asks for it.
fn with_file(home: &Home, name: &str, content: &str) -> History {
    let folder = home.path().join("operations/docker.io+acme+whale");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), content).unwrap();
    home.store().history(Some(&whale())).unwrap()
}

fn recorded(id: &str, number: &str) -> String {
    format!(
        r#"{{"format":1,"number":{number},"parent":null,"id":"{id}","kind":"remove","from":null,"to":null,
        "startedAt":"2026-01-01T00:00:00Z","durationMs":5}}"#
    )
}

fn hold(store: &Store) {
    let operation = Operation {
        id: whale(),
        kind: OperationKind::Hold,
        from: None,
        to: None,
        started_at: Timestamp::UNIX_EPOCH,
        duration_ms: 0,
        failure: None,
        automatic: false,
    };
    let transaction = store.begin(&whale(), || {}).unwrap().recorded_as(operation);
    let installed = transaction.current().unwrap().unwrap();
    transaction.set(&installed).unwrap();
}

#[test]
fn a_file_of_history_that_is_not_about_its_extension_or_its_number_is_broken() {
    for (name, id, number, is_whole) in [
        ("1.json", "docker.io/acme/whale", "1", true),
        ("failed-1-1.json", "docker.io/acme/whale", "null", true),
        ("1.json", "docker.io/acme/squid", "1", false),
        ("1.json", "docker.io/acme/whale", "2", false),
        ("1.json", "docker.io/acme/whale", "null", false),
        ("failed-1-1.json", "docker.io/acme/whale", "1", false),
    ] {
        let history = with_file(&Home::new(), name, &recorded(id, number));
        let counts = (history.operations.len(), history.broken.len());
        let expected = if is_whole { (1, 0) } else { (0, 1) };
        assert_eq!(counts, expected, "{name} {id} {number}");
    }
}

#[test]
fn after_the_last_number_that_there_is_changes_can_still_be_made() {
    let home = Home::new();
    let mut installed = install(&home.store(), &whale(), "1.0.0");
    installed.operation = Some(u64::MAX);
    home.store()
        .begin(&whale(), || {})
        .unwrap()
        .set(&installed)
        .unwrap();
    hold(&home.store());
    let history = home.store().history(Some(&whale())).unwrap();
    assert_eq!(history.operations[0].operation.kind, OperationKind::Hold);
    home.store().begin(&whale(), || {}).unwrap().remove().unwrap();
}

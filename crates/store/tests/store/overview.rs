//! The overview: lists are quicker with it and tell the same as without.

use std::fs;

use camino::Utf8PathBuf;
use model::in_use::InUse;
use model::{Digest, ExtensionId};
use store::Store;

use crate::support::{Home, install, names};

/// More than what is read each time rather than kept.
const MANY: usize = 12;

fn school() -> Vec<ExtensionId> {
    let ids = (10..10 + MANY).map(|number| format!("acme/whale-{number}"));
    ids.map(|id| id.parse().unwrap()).collect()
}

fn installed_school() -> (Home, Store) {
    let home = Home::new();
    let store = home.store();
    for id in school() {
        install(&store, &id, "1.0.0");
    }
    (home, store)
}

fn overview(home: &Home) -> Utf8PathBuf {
    home.path().join("overview")
}

/// What the activations themselves say.
fn truth(store: &Store) -> Vec<InUse> {
    store
        .installed()
        .unwrap()
        .installed
        .iter()
        .map(InUse::from)
        .collect()
}

fn told(store: &Store) -> Vec<InUse> {
    store.in_use().unwrap().installed
}

/// Writes an overview in which everything is called `Known`, which is as long as `Whale`.
fn forge(home: &Home) {
    let whole = fs::read(overview(home)).unwrap();
    let head = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let mut content = whole[head..].to_vec();
    for at in 0..content.len() - 5 {
        if content[at..].starts_with(b"Whale") {
            content[at..at + 5].copy_from_slice(b"Known");
        }
    }
    let head = format!("{}\n", Digest::of(&content)).into_bytes();
    fs::write(overview(home), [head, content].concat()).unwrap();
}

#[test]
fn a_list_tells_the_same_before_and_after_it_was_kept() {
    let (home, store) = installed_school();
    assert!(!overview(&home).exists());
    assert_eq!(told(&store), truth(&store));
    assert!(overview(&home).exists());
    assert_eq!(told(&store), truth(&store));
    assert_eq!(told(&store).len(), MANY);
}

#[test]
fn what_is_kept_is_believed_of_the_files_that_it_was_made_from() {
    let (home, store) = installed_school();
    told(&store);
    forge(&home);
    assert!(told(&store).iter().all(|in_use| in_use.title == "Known"));
}

#[test]
fn a_change_after_it_was_kept_is_told() {
    let (home, store) = installed_school();
    told(&store);
    forge(&home);
    let ids = school();
    install(&store, &ids[0], "1.1.0");
    let transaction = store.begin(&ids[1], || {}).unwrap();
    let mut held = transaction.current().unwrap().unwrap();
    held.held = true;
    transaction.set(&held).unwrap();
    store.begin(&ids[2], || {}).unwrap().remove().unwrap();
    let titles: Vec<_> = told(&store)
        .into_iter()
        .map(|in_use| (in_use.id.clone(), in_use.version(), in_use.held, in_use.title))
        .collect();
    let expected = |id: &ExtensionId, version: &str, held, title: &str| {
        (id.clone(), version.to_owned(), held, title.to_owned())
    };
    assert_eq!(titles.len(), MANY - 1);
    assert_eq!(
        titles[..3],
        [
            expected(&ids[0], "1.1.0", false, "Whale"),
            expected(&ids[1], "1.0.0", true, "Whale"),
            expected(&ids[3], "1.0.0", false, "Known"),
        ]
    );
}

#[test]
fn another_file_of_the_same_length_and_time_is_not_taken_for_the_one_that_was_kept() {
    let (home, store) = installed_school();
    told(&store);
    let ids = school();
    let path = |id: &ExtensionId| {
        let name = id.repository().rsplit('/').next().unwrap().to_owned();
        let activations = home.path().join("activations");
        let found = names(&activations).into_iter().find(|file| file.contains(&name));
        activations.join(found.unwrap())
    };
    let file = path(&ids[0]);
    let time = file.metadata().unwrap().modified().unwrap();
    let changed = fs::read_to_string(&file)
        .unwrap()
        .replace("\"Whale\"", "\"Shark\"");
    fs::write(&file, changed).unwrap();
    fs::File::options()
        .write(true)
        .open(&file)
        .unwrap()
        .set_modified(time)
        .unwrap();
    assert_eq!(told(&store)[0].title, "Shark");
}

#[test]
fn an_overview_that_is_torn_or_foreign_changes_nothing() {
    let (home, store) = installed_school();
    told(&store);
    let whole = fs::read(overview(&home)).unwrap();
    let truth = truth(&store);
    let cuts = (0..whole.len()).step_by(whole.len() / 20);
    let torn = cuts.clone().map(|end| whole[..end].to_vec());
    let blank = cuts.map(|from| {
        let mut blank = whole.clone();
        blank[from..].fill(0);
        blank
    });
    let earlier = r#"{"format":1,"entries":[]}"#;
    let foreign = [
        format!("{}\n{earlier}", Digest::of(earlier.as_bytes())).into_bytes(),
        b"{}".to_vec(),
        b"\n".to_vec(),
        vec![b'\n'; 4096],
        vec![0xff; 4096],
        [b"sha256:0\n".to_vec(), whole.clone()].concat(),
    ];
    for content in torn.chain(blank).chain(foreign) {
        fs::write(overview(&home), &content).unwrap();
        assert_eq!(told(&store), truth);
        assert_eq!(fs::read(overview(&home)).unwrap(), whole, "it is written anew");
    }
    fs::remove_file(overview(&home)).unwrap();
    fs::create_dir(overview(&home)).unwrap();
    assert_eq!(told(&store), truth);
}

#[test]
fn an_activation_that_cannot_be_understood_is_told_each_time() {
    let (home, store) = installed_school();
    told(&store);
    let activations = home.path().join("activations");
    let first = activations.join(&names(&activations)[0]);
    fs::write(&first, "{").unwrap();
    for _ in 0..2 {
        let listing = store.in_use().unwrap();
        assert_eq!(listing.installed.len(), MANY - 1);
        assert_eq!(listing.broken[0].path, first);
    }
}

#[test]
fn what_can_never_be_kept_does_not_have_it_written_again_and_again() {
    let (home, store) = installed_school();
    told(&store);
    let activations = home.path().join("activations");
    for name in names(&activations) {
        fs::write(activations.join(name), "{").unwrap();
    }
    let kept = fs::read(overview(&home)).unwrap();
    assert_eq!(store.in_use().unwrap().broken.len(), MANY);
    assert_eq!(fs::read(overview(&home)).unwrap(), kept);
}

#[test]
fn a_few_are_read_each_time_and_a_home_that_must_not_be_written_is_left_alone() {
    let home = Home::new();
    let store = home.store();
    for id in &school()[..3] {
        install(&store, id, "1.0.0");
    }
    assert_eq!(told(&store), truth(&store));
    assert!(!overview(&home).exists());

    let (home, _) = installed_school();
    let format = r#"{"format":1,"compatible":[],"readOnly":["later"],"incompatible":[]}"#;
    fs::write(home.path().join("format.json"), format).unwrap();
    let store = home.store();
    assert_eq!(told(&store), truth(&store));
    assert!(!overview(&home).exists());
}

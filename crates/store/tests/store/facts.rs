//! The data base of facts.

use std::thread;

use jiff::Timestamp;
use model::facts::{Found, Offer, ReleaseFacts, RepositoryMemory, ScanRecord};
use model::{Digest, ExtensionId};

use crate::support::{Home, whale};

fn facts(platform: &str) -> ReleaseFacts {
    ReleaseFacts {
        platforms: vec![platform.parse().unwrap()],
        image: None,
    }
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn without_a_home_nothing_is_known_and_none_is_made() {
    let home = Home::new();
    let store = home.store().facts().unwrap();
    assert!(store.release(&Digest::of(b"1"), "linux/amd64").unwrap().is_none());
    assert_eq!(store.repository(&whale()).unwrap(), RepositoryMemory::default());
    assert!(store.last_scan().unwrap().is_none());
    assert!(store.postponed("docker.io").unwrap().is_none());
    assert!(!home.path().exists());
}

#[test]
fn what_is_remembered_is_found_by_the_next_process() {
    let home = Home::new();
    let digest = Digest::of(b"1");
    let mut memory = RepositoryMemory::default();
    memory.see(&"1.0.0".parse().unwrap(), &digest, second(1));
    let found = Found {
        finished_at: second(5),
        findings: Vec::new(),
        unfinished: [whale()].into(),
    };
    let offer = Offer {
        id: whale(),
        version: Some("1.0.0".to_owned()),
        digest: Some(digest.clone()),
        labels: [("org.opencontainers.image.title".to_owned(), "Whale".to_owned())].into(),
    };
    let scan = ScanRecord {
        found: found.clone(),
        offers: vec![offer.clone()],
    };
    let first = home.store().facts().unwrap();
    first
        .remember_release(&digest, "linux/amd64", &facts("linux/amd64"))
        .unwrap();
    first.remember_repositories([(&whale(), &memory)]).unwrap();
    first.save_scan(&scan).unwrap();
    first.postpone("docker.io", second(9)).unwrap();

    let next = home.store().facts().unwrap();
    assert_eq!(
        next.release(&digest, "linux/amd64").unwrap(),
        Some(facts("linux/amd64"))
    );
    assert_eq!(
        next.release(&digest, "linux/arm64").unwrap(),
        None,
        "facts are of one kind of host"
    );
    assert_eq!(next.repository(&whale()).unwrap(), memory);
    assert_eq!(next.last_scan().unwrap(), Some(scan));
    assert_eq!(next.found().unwrap(), Some(found));
    assert_eq!(next.offers().unwrap(), Some(vec![offer]));
    assert_eq!(next.postponed("docker.io").unwrap(), Some(second(9)));
    assert_eq!(next.postponed("ghcr.io").unwrap(), None);
}

#[test]
fn what_is_remembered_anew_replaces_the_old() {
    let home = Home::new();
    let store = home.store().facts().unwrap();
    let digest = Digest::of(b"1");
    store
        .remember_release(&digest, "key", &facts("linux/amd64"))
        .unwrap();
    store
        .remember_release(&digest, "key", &facts("linux/arm64"))
        .unwrap();
    assert_eq!(store.release(&digest, "key").unwrap(), Some(facts("linux/arm64")));
    store.postpone("docker.io", second(1)).unwrap();
    store.postpone("docker.io", second(2)).unwrap();
    assert_eq!(store.postponed("docker.io").unwrap(), Some(second(2)));
}

#[test]
fn a_file_that_cannot_be_used_counts_as_empty_and_is_moved_aside_by_the_first_writing() {
    let foreign = {
        let home = Home::new();
        std::fs::create_dir(home.path()).unwrap();
        let path = home.path().join("facts.sqlite");
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE other (x)")
            .unwrap();
        std::fs::read(path).unwrap()
    };
    for content in [
        b"this is no data base, and long enough to be read as one".to_vec(),
        vec![0; 8192],
        foreign,
    ] {
        let home = Home::new();
        std::fs::create_dir(home.path()).unwrap();
        let path = home.path().join("facts.sqlite");
        std::fs::write(&path, &content).unwrap();
        let store = home.store().facts().unwrap();
        assert_eq!(store.postponed("docker.io").unwrap(), None);
        assert_eq!(std::fs::read(&path).unwrap(), content, "reading changes nothing");
        store.postpone("docker.io", second(1)).unwrap();
        assert_eq!(store.postponed("docker.io").unwrap(), Some(second(1)));
        assert_eq!(
            std::fs::read(home.path().join("facts.sqlite.damaged")).unwrap(),
            content
        );
    }
}

#[test]
fn a_data_base_that_breaks_inside_is_made_anew() {
    let home = Home::new();
    let path = home.path().join("facts.sqlite");
    let digest = Digest::of(b"1");
    home.store()
        .facts()
        .unwrap()
        .remember_release(&digest, "key", &facts("linux/amd64"))
        .unwrap();
    let mut content = std::fs::read(&path).unwrap();
    content[4096..].fill(0xaa); // behind the first page, which says what the file is
    std::fs::write(&path, content).unwrap();
    let store = home.store().facts().unwrap();
    assert_eq!(store.release(&digest, "key").unwrap(), None);
    store
        .remember_release(&digest, "key", &facts("linux/arm64"))
        .unwrap();
    assert_eq!(
        home.store().facts().unwrap().release(&digest, "key").unwrap(),
        Some(facts("linux/arm64"))
    );
}

#[test]
fn a_value_of_another_shape_counts_as_forgotten() {
    let home = Home::new();
    home.store()
        .facts()
        .unwrap()
        .postpone("docker.io", second(1))
        .unwrap();
    let connection = rusqlite::Connection::open(home.path().join("facts.sqlite")).unwrap();
    connection
        .execute("UPDATE postponed SET until = 'tomorrow'", ())
        .unwrap();
    assert_eq!(
        home.store().facts().unwrap().postponed("docker.io").unwrap(),
        None
    );
}

#[test]
fn several_at_once_begin_one_data_base_and_lose_nothing() {
    let home = Home::new();
    thread::scope(|scope| {
        for worker in 0..4 {
            let home = &home;
            scope.spawn(move || {
                let store = home.store().facts().unwrap();
                for round in 0..10 {
                    let id: ExtensionId = format!("acme/whale-{worker}-{round}").parse().unwrap();
                    let mut memory = RepositoryMemory::default();
                    memory.finish_scan(&[], second(round));
                    store.remember_repositories([(&id, &memory)]).unwrap();
                }
            });
        }
    });
    let store = home.store().facts().unwrap();
    for worker in 0..4 {
        for round in 0..10 {
            let id = format!("acme/whale-{worker}-{round}").parse().unwrap();
            assert_eq!(store.repository(&id).unwrap().scanned_at, Some(second(round)));
        }
    }
}

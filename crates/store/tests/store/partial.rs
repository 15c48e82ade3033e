//! Beginnings of layers that dead writers left.

use std::io::{Read as _, Write as _};

use model::Digest;
use store::{BlobCache, BlobWriter};

use crate::support::{Home, names, whale};

const LAYER: &[u8] = b"a layer of a whale";
const SIZE: u64 = LAYER.len() as u64;

struct Scene {
    home: Home,
    cache: BlobCache,
    digest: Digest,
}

impl Scene {
    fn new() -> Self {
        let home = Home::new();
        drop(home.store().begin(&whale(), || {}).unwrap());
        let (cache, digest) = (home.store().blobs(), Digest::of(LAYER));
        drop(cache.writer(&digest, SIZE).unwrap()); // which makes the folder
        Self { home, cache, digest }
    }

    fn writer(&self, beginning: &[u8]) -> BlobWriter {
        let mut writer = self.cache.writer(&self.digest, SIZE).unwrap();
        writer.write_all(beginning).unwrap();
        writer
    }

    /// What a process leaves that is killed while it writes.
    fn killed(&self, suffix: &str, beginning: &[u8]) {
        let name = format!("{}.partial-{suffix}", self.digest.file_name());
        std::fs::write(self.home.path().join("blobs").join(name), beginning).unwrap();
    }

    /// The beginning that would be gone on with; it stays.
    fn left(&self) -> Option<String> {
        let mut text = String::new();
        self.cache
            .partial(&self.digest, SIZE)?
            .read_to_string(&mut text)
            .unwrap();
        Some(text)
    }

    /// Any change: it finds every layer here, or needs none.
    fn change(&self) {
        drop(self.home.store().begin(&whale(), || {}).unwrap());
    }

    fn files(&self) -> Vec<String> {
        names(&self.home.path().join("blobs"))
    }
}

#[test]
fn a_layer_that_broke_off_is_gone_on_with_by_the_next_process() {
    let scene = Scene::new();
    scene.writer(&LAYER[..7]).leave().unwrap();
    let mut partial = scene.cache.partial(&scene.digest, SIZE).unwrap();
    let mut beginning = Vec::new();
    partial.read_to_end(&mut beginning).unwrap();
    assert_eq!(beginning, LAYER[..7]);
    let mut writer = partial.into_writer().unwrap();
    writer.write_all(&LAYER[7..]).unwrap();
    writer.commit().unwrap();
    let mut whole = Vec::new();
    scene
        .cache
        .open(&scene.digest)
        .unwrap()
        .read_to_end(&mut whole)
        .unwrap();
    assert_eq!(whole, LAYER);
    assert_eq!(scene.files(), [scene.digest.file_name()]);
}

#[test]
fn what_a_killed_process_left_survives_changes_and_the_longest_counts() {
    let scene = Scene::new();
    scene.killed("a", b"a la");
    scene.killed("b", b"a layer of");
    scene.killed("c", b"");
    scene.change();
    assert_eq!(scene.files().len(), 1);
    scene.change();
    assert_eq!(scene.left().as_deref(), Some("a layer of"));
    assert_eq!(
        scene.left().as_deref(),
        Some("a layer of"),
        "a look takes nothing away"
    );
}

#[test]
fn a_living_writer_is_neither_taken_nor_removed() {
    let scene = Scene::new();
    let living = scene.writer(b"a layer");
    assert_eq!(scene.left(), None);
    scene.change();
    scene.killed("a", b"a");
    let taken = scene.cache.partial(&scene.digest, SIZE).unwrap();
    assert_eq!(scene.left(), None, "it is another's now");
    drop(taken);
    living.leave().unwrap();
    assert_eq!(scene.left().as_deref(), Some("a layer"));
}

#[test]
fn a_beginning_beside_the_whole_goes_and_one_longer_than_its_layer_is_none() {
    let scene = Scene::new();
    scene.killed("a", &[7; 100]);
    assert_eq!(scene.left(), None);
    scene.writer(LAYER).commit().unwrap();
    scene.killed("b", b"a la");
    scene.change();
    assert_eq!(scene.files(), [scene.digest.file_name()]);
}

#[test]
fn beginnings_count_within_the_limit() {
    let scene = Scene::new();
    scene.killed("a", &[7; 100]);
    let content = [5; LAYER.len() - 1];
    let other = Digest::of(&content);
    let cache = scene.cache.clone().with_limit(50);
    let mut writer = cache.writer(&other, SIZE - 1).unwrap();
    writer.write_all(&content).unwrap();
    writer.commit().unwrap();
    assert_eq!(scene.files(), [other.file_name()]);
    let mut writer = scene
        .cache
        .clone()
        .with_limit(SIZE)
        .writer(&scene.digest, SIZE)
        .unwrap();
    writer.write_all(b"a la").unwrap();
    writer.leave().unwrap();
    assert_eq!(scene.left().as_deref(), Some("a la"));
    assert!(
        !scene.files().contains(&other.file_name()),
        "it makes room for the beginning"
    );
}

#[test]
fn a_discarded_beginning_is_gone() {
    let scene = Scene::new();
    scene.killed("a", b"a la");
    scene.cache.partial(&scene.digest, SIZE).unwrap().discard();
    assert_eq!(scene.files(), [""; 0]);
}

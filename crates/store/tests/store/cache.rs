//! The cache of compressed layers.

use std::io::{self, Read as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use model::Digest;
use store::BlobCache;

use crate::support::{Home, names, whale};

/// A cache in a home that exists.
fn cache(home: &Home) -> BlobCache {
    drop(home.store().begin(&whale(), || {}).unwrap());
    home.store().blobs()
}

fn write(cache: &BlobCache, content: &[u8]) -> io::Result<Digest> {
    let digest = Digest::of(content);
    let mut writer = cache.writer(&digest)?;
    writer.write_all(content)?;
    writer.commit()?;
    Ok(digest)
}

fn put(cache: &BlobCache, content: &[u8]) -> Digest {
    write(cache, content).unwrap()
}

#[test]
fn a_blob_is_there_once_it_is_whole() {
    let home = Home::new();
    let cache = cache(&home);
    let digest = Digest::of(b"layer");
    let mut writer = cache.writer(&digest).unwrap();
    writer.write_all(b"layer").unwrap();
    assert!(cache.open(&digest).is_none());
    writer.commit().unwrap();
    let mut content = Vec::new();
    cache.open(&digest).unwrap().read_to_end(&mut content).unwrap();
    assert_eq!(content, b"layer");
    cache.remove(&digest);
    assert!(cache.open(&digest).is_none());
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing() {
    let home = Home::new();
    let cache = cache(&home);
    let mut writer = cache.writer(&Digest::of(b"layer")).unwrap();
    writer.write_all(b"lay").unwrap();
    drop(writer);
    assert_eq!(names(&home.path().join("blobs")), [""; 0]);
}

#[test]
fn what_was_not_used_for_longest_goes_first() {
    let home = Home::new();
    let cache = cache(&home).with_limit(20);
    let age = |digest: &Digest, seconds| {
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        let path = home.path().join("blobs").join(digest.file_name());
        std::fs::File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(time)
            .unwrap();
    };
    let (one, two) = (put(&cache, b"1111111111"), put(&cache, b"2222222222"));
    age(&one, 1000);
    age(&two, 2000);
    assert!(cache.open(&one).is_some(), "and this uses it");
    let three = put(&cache, b"3333333333");
    assert!(cache.open(&one).is_some());
    assert!(cache.open(&two).is_none());
    assert!(cache.open(&three).is_some());
}

#[test]
fn a_blob_over_the_whole_limit_is_not_kept() {
    let home = Home::new();
    let cache = cache(&home).with_limit(3);
    let digest = put(&cache, b"1234");
    assert!(cache.open(&digest).is_none());
}

#[test]
fn no_writer_is_taken_for_a_dead_one_however_young_it_is() {
    let home = Home::new();
    let cache = cache(&home);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                drop(home.store().begin(&whale(), || {}).unwrap());
            }
        });
        let writers = (0..4_u32).map(|writer| {
            let cache = &cache;
            scope.spawn(move || {
                let contents = (0..100).map(|round| format!("{writer} {round}"));
                let kept = contents.filter(|content| write(cache, content.as_bytes()).is_ok());
                kept.count()
            })
        });
        let writers: Vec<_> = writers.collect();
        let kept: Vec<_> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
        done.store(true, Ordering::Relaxed);
        assert_eq!(kept, [100; 4]);
    });
}

#[test]
fn without_a_home_there_is_no_cache_and_none_is_made() {
    let home = Home::new();
    let cache = home.store().blobs();
    assert!(cache.open(&Digest::of(b"layer")).is_none());
    assert!(cache.writer(&Digest::of(b"layer")).is_err());
    assert!(!home.path().exists());
}

//! The cache of compressed layers.

use std::io::{self, Read as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use model::Digest;
use store::BlobCache;

use crate::support::{Home, install, names, whale};

/// A cache in a home that exists.
fn cache(home: &Home) -> BlobCache {
    drop(home.store().begin(&whale(), || {}).unwrap());
    home.store().blobs()
}

fn write(cache: &BlobCache, content: &[u8]) -> io::Result<Digest> {
    let digest = Digest::of(content);
    let mut writer = cache.writer(&digest, content.len() as u64)?;
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
    let mut writer = cache.writer(&digest, 5).unwrap();
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
    let mut writer = cache.writer(&Digest::of(b"layer"), 5).unwrap();
    writer.write_all(b"lay").unwrap();
    drop(writer);
    assert_eq!(names(&home.path().join("blobs")), [""; 0]);
}

/// Says when a blob was last used, in seconds.
fn age(home: &Home, digest: &Digest, seconds: u64) {
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    let path = home.path().join("blobs").join(digest.file_name());
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

#[test]
fn what_was_not_used_for_longest_goes_first() {
    let home = Home::new();
    let cache = cache(&home).with_limit(20);
    let (one, two) = (put(&cache, b"1111111111"), put(&cache, b"2222222222"));
    age(&home, &one, 1000);
    age(&home, &two, 2000);
    assert!(cache.open(&one).is_some(), "and this uses it");
    let three = put(&cache, b"3333333333");
    assert!(cache.open(&one).is_some());
    assert!(cache.open(&two).is_none());
    assert!(cache.open(&three).is_some());
}

#[test]
fn the_layers_of_what_is_installed_stay_longer_than_others() {
    let home = Home::new();
    let cache = cache(&home).with_limit(30);
    let ours = put(&cache, b"1111111111");
    let mut installed = install(&home.store(), &whale(), "1.0.0");
    installed.current.layers = vec![ours.clone()];
    home.store()
        .begin(&whale(), || {})
        .unwrap()
        .set(&installed)
        .unwrap();
    let (two, three) = (put(&cache, b"2222222222"), put(&cache, b"3333333333"));
    age(&home, &ours, 1000);
    age(&home, &two, 2000);
    let four = put(&cache, b"4444444444");
    assert!(cache.open(&two).is_none(), "it was used later, but nobody has it");
    for kept in [&ours, &three, &four] {
        assert!(cache.open(kept).is_some());
    }
}

#[test]
fn a_blob_that_somebody_reads_is_not_taken_away() {
    let home = Home::new();
    let cache = cache(&home).with_limit(10);
    let one = put(&cache, b"1111111111");
    let mut reading = home.store().blobs().open(&one).unwrap();
    let refused = write(&home.store().blobs().with_limit(10), b"2222222222");
    assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert!(cache.open(&one).is_some());
    let mut content = Vec::new();
    reading.read_to_end(&mut content).unwrap();
    assert_eq!(content, b"1111111111");
    drop(reading);
    put(&cache, b"2222222222");
    assert!(cache.open(&one).is_none());
}

#[test]
fn the_limit_holds_whatever_is_brought_by_whom() {
    let home = Home::new();
    let cache = cache(&home).with_limit(100);
    let bytes = || -> u64 {
        let entries = std::fs::read_dir(home.path().join("blobs")).unwrap();
        entries
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .sum()
    };
    for round in 0..30_u8 {
        put(&cache, &[round; 9]);
        // Another process, which counts for itself.
        put(&home.store().blobs().with_limit(100), &[round + 100; 7]);
        assert!(bytes() <= 100 + 9, "{}", bytes());
    }
    put(&home.store().blobs().with_limit(20), b"less room now");
    assert!(bytes() <= 20);
}

#[test]
fn a_blob_over_the_whole_limit_is_not_written() {
    let home = Home::new();
    let cache = cache(&home).with_limit(3);
    let refused = cache.writer(&Digest::of(b"1234"), 4).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
    put(&cache, b"123");
}

#[test]
fn a_limit_of_nothing_keeps_nothing_and_clears_what_was_kept() {
    let home = Home::new();
    let kept = put(&cache(&home), b"layer");
    let cache = cache(&home).with_limit(0);
    assert!(cache.writer(&Digest::of(b"other"), 5).is_err());
    assert!(cache.open(&kept).is_none());
    let fresh = Home::new();
    let cache = self::cache(&fresh).with_limit(0);
    assert!(cache.writer(&Digest::of(b"other"), 5).is_err());
    assert!(cache.keep(&Digest::of(b"other"), b"other").is_err());
    assert_eq!(names(&fresh.path().join("blobs")), [""; 0]);
}

#[test]
fn a_document_is_kept_and_read_within_a_bound() {
    let home = Home::new();
    let cache = cache(&home);
    let digest = Digest::of(b"{}");
    assert_eq!(cache.read(&digest, 10), None);
    cache.keep(&digest, b"{}").unwrap();
    cache.keep(&digest, b"{}").unwrap();
    assert_eq!(cache.read(&digest, 2).unwrap(), b"{}");
    assert_eq!(cache.read(&digest, 1), None);
}

#[test]
fn a_cache_that_is_no_folder_keeps_nothing_and_harms_nothing() {
    let home = Home::new();
    drop(home.store().begin(&whale(), || {}).unwrap());
    std::fs::write(home.path().join("blobs"), "in the way").unwrap();
    let cache = home.store().blobs();
    assert!(write(&cache, b"layer").is_err());
    assert!(cache.open(&Digest::of(b"layer")).is_none());
    drop(home.store().begin(&whale(), || {}).unwrap());
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
    assert!(cache.writer(&Digest::of(b"layer"), 5).is_err());
    assert!(!home.path().exists());
}

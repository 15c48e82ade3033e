//! gzip, zstd and none, by the bytes.

use std::io::{self, Read, Write};

use archive::{Bound, Compression, Error, LayerSource, Limits, read_layer};
use flate2::write::GzEncoder;
use model::Digest;

use crate::builder::Tar;
use crate::fixture::{Kept, contents, everything, read_as};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn sample() -> Vec<u8> {
    Tar::new().file("a", "1").file("b", &"2".repeat(3000)).close()
}

#[track_caller]
fn assert_reads(sent: &[u8], tar: &[u8]) {
    let (index, kept) = read_as(sent, tar, &Limits::default()).unwrap();
    assert_eq!(index.len(), 2);
    assert_eq!(index.uncompressed_size(), tar.len() as u64);
    assert_eq!(contents(&kept), ["1".to_owned(), "2".repeat(3000)]);
}

#[test]
fn compression_is_recognised_by_the_bytes() {
    let tar = sample();
    assert_reads(&tar, &tar);
    assert_reads(&gzip(&tar), &tar);
    assert_reads(&zstd(&tar), &tar);
}

#[test]
fn several_members_and_frames_are_one_layer() {
    let tar = sample();
    let (front, back) = tar.split_at(700);
    assert_reads(&[gzip(front), gzip(b""), gzip(back)].concat(), &tar);
    let skipped = [0x52, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    assert_reads(
        &[&skipped[..], &zstd(front), &skipped, &zstd(back)].concat(),
        &tar,
    );
}

#[test]
fn no_bytes_at_all_are_an_empty_layer() {
    for sent in [Vec::new(), gzip(b""), zstd(b"")] {
        let (index, _) = read_as(&sent, b"", &Limits::default()).unwrap();
        assert!(index.is_empty());
    }
}

#[test]
fn garbage_behind_the_compressed_stream_is_refused() {
    let tar = sample();
    for mut sent in [gzip(&tar), zstd(&tar)] {
        sent.extend(b"garbage");
        let result = read_as(&sent, &tar, &Limits::default());
        assert!(matches!(result, Err(Error::Compression { .. })));
    }
}

#[test]
fn a_stream_that_ends_early_or_was_changed_is_refused() {
    let tar = sample();
    for (sent, expected) in [(gzip(&tar), Compression::Gzip), (zstd(&tar), Compression::Zstd)] {
        for end in [5, sent.len() / 2, sent.len() - 1] {
            match read_as(&sent[..end], &tar, &Limits::default()) {
                Err(Error::Compression { compression, .. }) => assert_eq!(compression, expected),
                other => panic!("{end}: {:?}", other.err()),
            }
        }
    }
    let mut changed = gzip(&tar);
    let crc = changed.len() - 8;
    changed[crc] ^= 1;
    assert!(matches!(
        read_as(&changed, &tar, &Limits::default()),
        Err(Error::Compression { .. })
    ));
}

#[test]
fn a_zstd_window_above_the_limit_is_refused_and_names_the_setting() {
    let tar = sample();
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(26).unwrap();
    encoder.write_all(&tar[..100]).unwrap();
    encoder.flush().unwrap();
    encoder.write_all(&tar[100..]).unwrap();
    let sent = encoder.finish().unwrap();
    let error = read_as(&sent, &tar, &Limits::default()).err().unwrap();
    assert_eq!(
        error.to_string(),
        "layer 0 asks for a zstd window of more than 33554432 bytes (setting `limits.zstd-window`)"
    );
    let wide = Limits {
        zstd_window: 64 << 20,
        ..Limits::default()
    };
    assert!(read_as(&sent, &tar, &wide).is_ok());
}

#[test]
fn a_zstd_bomb_passes_the_ratio_and_the_emptiest_gzip_does_not() {
    let mut tar = Tar::new().file("a", "").open();
    tar.resize(70 << 20, 0);
    let limits = Limits::default();
    assert!(matches!(
        read_as(&zstd(&tar), &tar, &limits),
        Err(Error::Limit {
            bound: Bound::Ratio,
            allowed: 1200,
            ..
        })
    ));
    assert!(read_as(&gzip(&tar), &tar, &limits).is_ok());
    // Below 64 MiB nothing is held against a layer.
    tar.truncate(60 << 20);
    assert!(read_as(&zstd(&tar), &tar, &limits).is_ok());
}

/// Gives some bytes, then an error of its own, with an interruption in between.
struct Failing<'a> {
    bytes: &'a [u8],
    interrupted: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("the line went dead")]
struct Dead;

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if self.bytes.is_empty() {
            return Err(io::Error::new(io::ErrorKind::ConnectionReset, Dead));
        }
        self.bytes.read(&mut buffer[..1])
    }
}

#[test]
fn the_reader_s_own_error_comes_out_as_it_went_in() {
    let tar = sample();
    for sent in [tar.clone(), gzip(&tar), zstd(&tar)] {
        for end in [0, 3, 20, sent.len() - 2, sent.len()] {
            let input = Failing {
                bytes: &sent[..end],
                interrupted: false,
            };
            let source = LayerSource {
                layer: 0,
                diff_id: &Digest::of(&tar),
                compressed_size: sent.len() as u64,
            };
            let result = read_layer(
                input,
                &source,
                &everything(),
                &Limits::default(),
                &mut Kept::default(),
            );
            match result {
                Err(Error::Input(error)) => {
                    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
                    assert!(error.get_ref().unwrap().is::<Dead>());
                }
                other => panic!("{end}: {other:?}"),
            }
        }
    }
}

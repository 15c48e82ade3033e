//! What reading a layer promises to its caller.

use std::collections::BTreeSet;
use std::io::{self, Read};

use archive::{ContentKey, Error, LayerSource, Limits, Sink, Want, read_layer};
use model::digest::Hasher;
use model::{Algorithm, Digest};

use crate::builder::Tar;
use crate::fixture::{Kept, contents, path, read};

fn read_wanting(tar: &[u8], want: &Want, sink: &mut dyn Sink) -> Result<archive::LayerIndex, Error> {
    let source = LayerSource {
        layer: 7,
        diff_id: &Digest::of(tar),
        compressed_size: tar.len() as u64,
    };
    read_layer(tar, &source, want, &Limits::default(), sink)
}

fn sample() -> Vec<u8> {
    Tar::new()
        .folder("ui/")
        .file("ui/a", "ui a")
        .file("uix", "uix")
        .symlink("ui/link", "a")
        .file("/ui/deep/b", "ui b")
        .file("icon.svg", "icon")
        .close()
}

#[test]
fn files_at_and_below_the_wanted_paths_reach_the_sink() {
    let mut kept = Kept::default();
    let want = Want::Below(vec![path("ui"), path("icon.svg")]);
    let index = read_wanting(&sample(), &want, &mut kept).unwrap();
    assert_eq!(contents(&kept), ["ui a", "ui b", "icon"]);
    assert_eq!((index.layer(), index.len()), (7, 6));
    assert!(kept.0.contains_key(&ContentKey { layer: 7, entry: 4 }));
}

#[test]
fn entries_are_wanted_by_number_and_what_is_no_file_is_ignored() {
    let mut kept = Kept::default();
    let want = Want::Entries(BTreeSet::from([0, 2, 3, 99]));
    read_wanting(&sample(), &want, &mut kept).unwrap();
    assert_eq!(contents(&kept), ["uix"]);
}

#[test]
fn nothing_wanted_still_means_everything_checked() {
    let mut kept = Kept::default();
    let index = read_wanting(&sample(), &Want::Below(Vec::new()), &mut kept).unwrap();
    assert!(kept.0.is_empty());
    assert_eq!(index.len(), 6);
}

#[test]
fn a_layer_with_another_diff_id_is_refused_with_both_digests() {
    let tar = sample();
    let promised = Digest::of(b"something else");
    let source = LayerSource {
        layer: 0,
        diff_id: &promised,
        compressed_size: 1,
    };
    match read_layer(
        tar.as_slice(),
        &source,
        &Want::Below(Vec::new()),
        &Limits::default(),
        &mut Kept::default(),
    ) {
        Err(Error::DiffId { expected, found, .. }) => {
            assert_eq!((expected, found), (promised, Digest::of(&tar)));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_diff_id_may_be_a_sha512() {
    let tar = sample();
    let mut hasher = Hasher::new(Algorithm::Sha512);
    hasher.update(&tar);
    let diff_id = hasher.finish();
    let source = LayerSource {
        layer: 0,
        diff_id: &diff_id,
        compressed_size: 1,
    };
    assert!(
        read_layer(
            tar.as_slice(),
            &source,
            &Want::Below(Vec::new()),
            &Limits::default(),
            &mut Kept::default()
        )
        .is_ok()
    );
}

struct Full;

impl Sink for Full {
    fn store(&mut self, _: ContentKey, _: u64, _: &mut dyn Read) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }
}

#[test]
fn the_sink_s_own_error_comes_out_and_is_not_about_content() {
    let error = read_wanting(&sample(), &Want::Entries([1].into()), &mut Full).unwrap_err();
    assert!(!error.is_about_content());
    assert!(matches!(error, Error::Sink(error) if error.kind() == io::ErrorKind::StorageFull));
}

struct FirstByte(Vec<u8>);

impl Sink for FirstByte {
    fn store(&mut self, _: ContentKey, _: u64, content: &mut dyn Read) -> io::Result<()> {
        let mut byte = [0];
        content.read_exact(&mut byte)?;
        self.0.extend(byte);
        Ok(())
    }
}

#[test]
fn what_a_sink_leaves_unread_is_skipped() {
    let tar = Tar::new().file("a", &"1".repeat(2000)).file("b", "2").close();
    let mut sink = FirstByte(Vec::new());
    read_wanting(&tar, &crate::fixture::everything(), &mut sink).unwrap();
    assert_eq!(sink.0, b"12");
}

/// Takes what comes and hides every error.
struct Careless;

impl Sink for Careless {
    fn store(&mut self, _: ContentKey, _: u64, content: &mut dyn Read) -> io::Result<()> {
        let _ = io::copy(content, &mut io::sink());
        Ok(())
    }
}

#[test]
fn a_file_that_the_archive_cuts_short_is_the_content_s_fault_whatever_the_sink_says() {
    let whole = Tar::new().file("a", &"1".repeat(2000)).open();
    let cut = &whole[..1000];
    for sink in [&mut Careless as &mut dyn Sink, &mut Kept::default()] {
        let error = read_wanting(cut, &crate::fixture::everything(), sink).unwrap_err();
        assert!(matches!(
            error,
            Error::Archive {
                layer: 7,
                entry: 0,
                ..
            }
        ));
        assert!(error.is_about_content());
    }
}

#[test]
fn odd_entries_of_base_layers_are_indexed_without_fuss() {
    let tar = Tar::new()
        .special(b'3', "dev/null")
        .special(b'4', "dev/sda")
        .special(b'6', "run/pipe")
        .executable("usr/bin/su", "x", 0o4755)
        .symlink("etc/mtab", "/proc/mounts")
        .symlink("lib", "usr/lib")
        .file("lib/through", "x")
        .entry(b'7', b"contiguous", b"", b"file");
    let (index, kept) = read(&tar.close()).unwrap();
    assert_eq!(index.len(), 8);
    assert_eq!(contents(&kept), ["x", "x", "file"]);
}

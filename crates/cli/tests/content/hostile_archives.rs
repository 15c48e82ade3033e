//! Entries that are no files, archives that two programs read in two ways, and packings that are not sound.

use embedded::image::{Compression, Layer};
use insta::assert_snapshot;
use serde_json::json;

use crate::fixture::{Scene, labelled, pages, whale, with_metadata};

const BLOCK: usize = 512;

/// A header of POSIX tar for an entry of this type and size.
pub(crate) fn header(kind: u8, name: &str, size: usize) -> Vec<u8> {
    let mut header = vec![0; BLOCK];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..107].copy_from_slice(b"0000644");
    header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    header[136..147].copy_from_slice(b"00000000000");
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    if kind == b'S' {
        // A kind of GNU's own, under GNU's mark and with the size of the whole file.
        header[257..265].copy_from_slice(b"ustar  \0");
        header[483..494].copy_from_slice(b"00000000000");
    }
    header[148..156].copy_from_slice(b"        ");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header
}

/// An entry with its content, filled up to a whole block.
fn entry(kind: u8, name: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = [&header(kind, name, content.len()), content].concat();
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    bytes
}

/// Extended headers of the next entry.
pub(crate) fn pax(records: &[(&str, &str)]) -> Vec<u8> {
    let record = |(key, value): &(&str, &str)| {
        let rest = format!(" {key}={value}\n");
        let length = |digits: usize| (rest.len() + digits).to_string();
        let digits = (1..5).find(|digits| length(*digits).len() == *digits).unwrap();
        length(digits) + &rest
    };
    let records: String = records.iter().map(record).collect();
    entry(b'x', "pax", records.as_bytes())
}

/// A file with extended headers in front.
pub(crate) fn pax_file(records: &[(&str, &str)], content: &str) -> Vec<u8> {
    [pax(records), entry(b'0', "file", content.as_bytes())].concat()
}

#[test]
fn devices_pipes_and_unknown_kinds_in_the_payload_are_refused() {
    let scene = Scene::with_whale();
    let mut said = String::new();
    for layer in [
        Layer::new().device("ui/null", 1, 3),
        Layer::new().raw_entry(header(b'4', "ui/disk", 0)),
        Layer::new().fifo("ui/pipe"),
        Layer::new().raw_entry(header(b'S', "ui/sparse", 0)),
        Layer::new().raw_entry(header(b'Z', "ui/unknown", 0)),
        Layer::new().whiteout("ui").device("ui", 1, 3),
    ] {
        said += &scene.refuses(6, &pages().layer(layer).build());
    }
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `ui/null` is a character device
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `ui/disk` is a block device
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `ui/pipe` is a named pipe
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `ui/sparse` is a sparse file in GNU's form
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `ui/unknown` is an entry of the unknown type 0x5a
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `ui` is a character device
      help: only the extension's author can mend this
    ");
}

#[test]
fn a_device_that_the_metadata_names_is_refused_however_it_is_reached() {
    let scene = Scene::with_whale();
    let mut said = String::new();
    for layer in [
        Layer::new().device("whale.svg", 1, 5),
        Layer::new()
            .device("dev/zero", 1, 5)
            .symlink("whale.svg", "dev/zero"),
        Layer::new()
            .device("dev/zero", 1, 5)
            .hardlink("whale.svg", "dev/zero"),
        Layer::new().fifo("linux/whale"),
        Layer::new()
            .device("dev/zero", 1, 5)
            .symlink("ui/zero", "/dev/zero"),
    ] {
        said += &scene.refuses(6, &whale().layer(layer).build());
    }
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `whale.svg` is a character device
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `whale.svg` is a character device
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `whale.svg` is a character device
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `linux/whale` is a named pipe
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `ui/zero` is a character device
      help: only the extension's author can mend this
    ");
}

#[test]
fn metadata_that_is_a_device_is_refused() {
    let scene = Scene::with_whale();
    let layer = Layer::new().device("metadata.json", 1, 5);
    assert_snapshot!(scene.refuses(6, &labelled().layer(layer).build()), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: `metadata.json` is a character device
      help: only the extension's author can mend this
    ");
}

#[test]
fn base_layers_hold_devices_and_setuid_programs_without_a_word() {
    let scene = Scene::new();
    let base = Layer::new()
        .device("dev/null", 1, 3)
        .raw_entry(header(b'4', "dev/sda", 0))
        .fifo("run/initctl")
        .file("usr/bin/sudo", "", 0o4755)
        .raw_entry(header(b'S', "var/sparse", 0))
        .raw_entry(header(b'Z', "var/unknown", 0));
    scene.installs(&labelled().layer(base).layer(with_metadata("{}")).build());
}

#[test]
fn owners_and_attributes_are_dropped() {
    let scene = Scene::new();
    let tool = pax_file(
        &[
            ("path", "linux/tool"),
            ("uid", "4294967294"),
            ("gname", "wheel"),
            ("mtime", "-1.5"),
            ("SCHILY.xattr.user.origin", "image"),
            ("SCHILY.xattr.security.capability", "\u{1}\u{0}"),
        ],
        "tool",
    );
    let metadata = json!({ "host": { "binaries": [{ "linux": [{ "path": "linux/tool" }] }] } });
    let layer = with_metadata(&metadata.to_string()).raw_entry(tool);
    scene.installs(&labelled().layer(layer).build());
    assert_eq!(scene.payload().text("host/linux/tool"), "tool");
    let file = scene.folder().join("host/linux/tool");
    let owner = |path: &camino::Utf8Path| {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = fs_err::metadata(path).unwrap();
        (metadata.uid(), metadata.gid())
    };
    assert_eq!(owner(&file), owner(&scene.outrigger.home()));
}

#[test]
fn archives_that_can_be_read_in_two_ways_are_refused() {
    let scene = Scene::with_whale();
    let hidden = entry(b'0', "ui/hidden.html", b"hidden");
    let two_names = pax_file(&[("path", "ui/one"), ("path", "ui/two")], "x");
    let folder_with_content = [header(b'5', "ui/folder", hidden.len()), hidden.clone()].concat();
    let behind_the_end = [vec![0; BLOCK], hidden].concat();
    let mut said = String::new();
    for raw in [two_names, folder_with_content, behind_the_end] {
        let layer = Layer::new().raw_entry(raw);
        said += &scene.refuses(6, &pages().layer(layer).build());
    }
    assert_snapshot!(said, @r#"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 can be read in two ways at entry 0: its name is "ui/one" or "ui/two"
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 can be read in two ways at entry 0: it is no file and claims to have content
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 can be read in two ways at entry 0: one parser finds another entry behind the end
      help: only the extension's author can mend this
    "#);
}

#[test]
fn a_size_in_an_extended_header_counts_and_smuggles_nothing_in() {
    // CVE-2025-62518: a reader that believes the plain header takes the content for further entries.
    let hidden = entry(b'0', "ui/hidden.html", b"hidden");
    let size = hidden.len().to_string();
    let carrier = [pax(&[("size", &size)]), header(b'0', "ui/carrier", 0), hidden].concat();
    let scene = Scene::new();
    scene.installs(&pages().layer(Layer::new().raw_entry(carrier)).build());
    let payload = scene.payload();
    assert_eq!(
        payload.files(),
        ["ui/dashboard-tab/carrier", "ui/dashboard-tab/index.html"]
    );
    assert_eq!(
        payload.text("ui/dashboard-tab/carrier").len(),
        size.parse::<usize>().unwrap()
    );
}

#[test]
fn a_layer_that_is_no_archive_is_refused() {
    let scene = Scene::with_whale();
    let mut said = String::new();
    for bytes in [
        b"<html>login please</html>".to_vec(),
        vec![b'x'; 2 * BLOCK],
        header(b'0', "ui/cut-off", 100_000),
    ] {
        for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
            let layer = Layer::new().raw_entry(bytes.clone()).compression(compression);
            said += &scene.refuses(6, &pages().layer(layer).build());
        }
    }
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 is not a sound tar archive at entry 0
      because: numeric field was not a number: when getting cksum for <html>login please</html>
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 is not a sound tar archive at entry 0
      because: numeric field was not a number: when getting cksum for <html>login please</html>
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 is not a sound tar archive at entry 0
      because: numeric field was not a number: when getting cksum for <html>login please</html>
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 is not a sound tar archive at entry 0
      because: numeric field was not a number: xxxxxxxx when getting cksum for xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 is not a sound tar archive at entry 0
      because: numeric field was not a number: xxxxxxxx when getting cksum for xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 is not a sound tar archive at entry 0
      because: numeric field was not a number: xxxxxxxx when getting cksum for xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 is not a sound tar archive at entry 0
      because: the archive ends inside of a file
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 is not a sound tar archive at entry 1
      because: unexpected EOF during skip
      help: only the extension's author can mend this
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 1 is not a sound tar archive at entry 1
      because: unexpected EOF during skip
      help: only the extension's author can mend this
    ");
}

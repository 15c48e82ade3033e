//! Writing layers: the same files give the same bytes.

use std::io::Read as _;

use archive::{Compression, FileFacts, LayerWriter};
use model::{Digest, ImagePath};

const PLAIN: FileFacts = FileFacts {
    size: 5,
    executable: false,
};
const PROGRAM: FileFacts = FileFacts {
    size: 5,
    executable: true,
};

fn path(text: &str) -> ImagePath {
    ImagePath::parse(text).unwrap()
}

fn layer(compression: Compression, time: u64) -> (Vec<u8>, Digest) {
    let mut writer = LayerWriter::new(Vec::new(), compression, time).unwrap();
    let long = format!("ui/{}/b", "a".repeat(150));
    writer.file(&path("host/whale"), PROGRAM, &b"whale"[..]).unwrap();
    writer.file(&path(&long), PLAIN, &b"b----"[..]).unwrap();
    writer.file(&path("ui/index.html"), PLAIN, &b"<p>hi"[..]).unwrap();
    writer.finish().unwrap()
}

#[test]
fn a_layer_holds_folders_before_files_and_neither_owner_nor_clock() {
    let (bytes, diff_id) = layer(Compression::None, 7);
    assert_eq!(diff_id, Digest::of(&bytes));
    let mut archive = tar::Archive::new(bytes.as_slice());
    let entries: Vec<_> = archive
        .entries()
        .unwrap()
        .map(|entry| {
            let mut entry = entry.unwrap();
            let mut content = String::new();
            entry.read_to_string(&mut content).unwrap();
            let header = entry.header();
            assert_eq!(
                (
                    header.uid().unwrap(),
                    header.gid().unwrap(),
                    header.mtime().unwrap()
                ),
                (0, 0, 7)
            );
            let name = entry
                .path()
                .unwrap()
                .display()
                .to_string()
                .replace(&"a".repeat(150), "a…");
            format!("{:o} {name} {content}", header.mode().unwrap())
        })
        .collect();
    assert_eq!(
        entries,
        [
            "755 host/ ",
            "755 host/whale whale",
            "755 ui/ ",
            "755 ui/a…/ ",
            "644 ui/a…/b b----",
            "644 ui/index.html <p>hi"
        ]
    );
}

#[test]
fn packed_layers_are_the_same_each_time_and_unpack_to_what_was_hashed() {
    for compression in [Compression::Gzip, Compression::Zstd] {
        let (bytes, diff_id) = layer(compression, 0);
        assert_eq!(layer(compression, 0), (bytes.clone(), diff_id.clone()));
        let mut unpacked = Vec::new();
        match compression {
            Compression::Gzip => {
                // No time, no name, no system: nothing of the machine.
                assert_eq!(bytes[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
                flate2::read::GzDecoder::new(bytes.as_slice())
                    .read_to_end(&mut unpacked)
                    .unwrap();
            }
            _ => zstd::stream::copy_decode(bytes.as_slice(), &mut unpacked).unwrap(),
        }
        assert_eq!(Digest::of(&unpacked), diff_id);
    }
}

#[test]
fn a_file_that_changes_its_size_meanwhile_is_an_error() {
    for content in [&b"four"[..], b"sixsix"] {
        let mut writer = LayerWriter::new(Vec::new(), Compression::None, 0).unwrap();
        let error = writer.file(&path("x"), PLAIN, content).unwrap_err();
        assert!(error.to_string().contains("changed its size"), "{error}");
    }
}

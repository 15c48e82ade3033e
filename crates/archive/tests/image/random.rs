//! Random images against a model that is too simple to be wrong, and random damage.

use archive::{Error, ImageTree, LeftOutReason, Limits, SelectionKind};
use proptest::prelude::*;

use crate::builder::Tar;
use crate::fixture::{Image, image, read, selection};
use crate::unpacker::{Change, Outcome, Unpacker};

fn path() -> impl Strategy<Value = String> {
    let part = proptest::sample::select(vec!["a", "b", "c"]);
    proptest::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"))
}

/// Where a link leads: up, down, from the root, to itself or to nothing.
fn target() -> impl Strategy<Value = String> {
    let part = proptest::sample::select(vec!["a", "b", "c", "..", "."]);
    let parts = proptest::collection::vec(part, 0..4).prop_map(|parts| parts.join("/"));
    (any::<bool>(), parts)
        .prop_map(|(is_absolute, parts)| format!("{}{parts}", if is_absolute { "/" } else { "" }))
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        8 => path().prop_map(Change::File),
        2 => path().prop_map(Change::Folder),
        3 => (path(), target()).prop_map(|(path, target)| Change::SymbolicLink(path, target)),
        2 => (path(), target()).prop_map(|(path, target)| Change::HardLink(path, target)),
        1 => path().prop_map(Change::Device),
        3 => path().prop_map(Change::Whiteout),
        2 => path().prop_map(Change::Opaque),
    ]
}

fn write(tar: Tar, change: &Change, content: &str) -> Tar {
    match change {
        Change::File(path) => tar.file(path, content),
        Change::Folder(path) => tar.folder(path),
        Change::SymbolicLink(path, target) => tar.symlink(path, target),
        Change::HardLink(path, target) => tar.hard_link(path, target),
        Change::Device(path) => tar.special(b'3', path),
        Change::Opaque(path) => tar.file(&format!("{path}/.wh..wh..opq"), ""),
        Change::Whiteout(path) => match path.rsplit_once('/') {
            Some((folder, name)) => tar.file(&format!("{folder}/.wh.{name}"), ""),
            None => tar.file(&format!(".wh.{path}"), ""),
        },
    }
}

/// What selecting a folder comes to, in the words of the [`Unpacker`].
fn outcome(image: &Image, folder: &str) -> Outcome {
    let selected = match image.select(&[selection(folder, "", SelectionKind::Folder)]) {
        Ok(selected) => selected,
        Err(error) => {
            return Outcome::Refused(match error {
                Error::WrittenThroughLink { .. } => "written through a link",
                Error::TooManyLinks { .. } => "too many links",
                Error::Missing { .. } => "missing",
                Error::BrokenLink { .. } => "broken",
                Error::NotAFolder { .. } => "no folder",
                Error::Special { .. } => "special",
                other => panic!("{other}"),
            });
        }
    };
    let files = selected.files.iter();
    let files = files.map(|file| format!("{}={}", file.destination, image.content(file.content)));
    let left_out = selected.warnings.into_iter().map(|left_out| {
        let reason = match left_out.reason {
            LeftOutReason::Broken => "broken",
            LeftOutReason::TooManyLinks => "too many links",
            LeftOutReason::Cycle => "cycle",
        };
        (left_out.path, reason)
    });
    Outcome::Folder(files.collect(), left_out.collect())
}

fn sample() -> Vec<u8> {
    Tar::new()
        .folder("ui/")
        .pax(&[("path", "ui/long"), ("size", "3")])
        .file("cut", "pax")
        .gnu_long(b'L', b"ui/other")
        .file("cut", "gnu")
        .symlink("ui/link", "long")
        .hard_link("ui/hard", "ui/long")
        .file(".wh.x", "")
        .special(b'3', "dev/null")
        .close()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn merging_and_selecting_is_what_unpacking_one_after_the_other_gives(
        layers in proptest::collection::vec(proptest::collection::vec(change(), 0..9), 1..4),
    ) {
        let mut unpacker = Unpacker::default();
        let mut tars = Vec::new();
        for (number, changes) in layers.iter().enumerate() {
            let content = |position| format!("{number}.{position}");
            unpacker.apply(number, changes, content);
            let entries = changes.iter().enumerate();
            tars.push(entries.fold(Tar::new(), |tar, (position, change)| write(tar, change, &content(position))));
        }
        let image = image(tars);
        for folder in ["", "a", "b", "c", "a/b", "b/a/c"] {
            prop_assert_eq!(outcome(&image, folder), unpacker.folder(folder), "/{}", folder);
        }
    }

    #[test]
    fn no_damage_brings_it_down(
        damage in proptest::collection::vec((0usize..8192, any::<u8>()), 0..6),
        length in 0usize..8192,
        mend in any::<bool>(),
    ) {
        let mut tar = sample();
        tar.truncate(length);
        for (position, byte) in damage {
            if let Some(place) = tar.get_mut(position) {
                *place = byte;
            }
        }
        if mend {
            mend_checksums(&mut tar);
        }
        if let Ok((index, _)) = read(&tar)
            && let Ok(tree) = ImageTree::merge(vec![index], &Limits::default())
        {
            let _ = tree.select(&[selection("/", "", SelectionKind::Folder)], &Limits::default());
        }
    }
}

/// Makes every block a header whose checksum is right, so that damage gets past the first look.
fn mend_checksums(tar: &mut [u8]) {
    for block in tar.chunks_exact_mut(512).filter(|block| block[156] != 0) {
        let mut header = tar::Header::new_old();
        header.as_mut_bytes().copy_from_slice(block);
        header.set_cksum();
        block.copy_from_slice(header.as_bytes());
    }
}

//! Random images against a model that is too simple to be wrong, and random damage.

use std::collections::BTreeMap;

use archive::{ImageTree, Limits, SelectionKind};
use proptest::prelude::*;

use crate::builder::Tar;
use crate::fixture::{image, read, selection};

#[derive(Debug, Clone)]
enum Change {
    File(String),
    Folder(String),
    Whiteout(String),
    Opaque(String),
}

fn change() -> impl Strategy<Value = Change> {
    let path = || proptest::collection::vec("[abc]", 1..4).prop_map(|parts| parts.join("/"));
    prop_oneof![
        4 => path().prop_map(Change::File),
        1 => path().prop_map(Change::Folder),
        2 => path().prop_map(Change::Whiteout),
        1 => path().prop_map(Change::Opaque),
    ]
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.starts_with('/'))
}

/// Files by path, with content and layer; folders are nothing but what files imply.
#[derive(Default)]
struct Model(BTreeMap<String, (String, usize)>);

impl Model {
    fn apply(&mut self, layer: usize, change: &Change, content: &str) {
        match change {
            Change::File(path) => {
                self.0
                    .retain(|other, _| !is_below(path, other) && !is_below(other, path));
                self.0.insert(path.clone(), (content.to_owned(), layer));
            }
            Change::Folder(path) => self.0.retain(|other, _| other != path && !is_below(path, other)),
            Change::Whiteout(path) => {
                self.0
                    .retain(|other, (_, of)| *of == layer || (other != path && !is_below(other, path)));
            }
            Change::Opaque(path) => self
                .0
                .retain(|other, (_, of)| *of == layer || !is_below(other, path)),
        }
    }
}

fn write(tar: Tar, change: &Change, content: &str) -> Tar {
    match change {
        Change::File(path) => tar.file(path, content),
        Change::Folder(path) => tar.folder(path),
        Change::Opaque(path) => tar.file(&format!("{path}/.wh..wh..opq"), ""),
        Change::Whiteout(path) => match path.rsplit_once('/') {
            Some((folder, name)) => tar.file(&format!("{folder}/.wh.{name}"), ""),
            None => tar.file(&format!(".wh.{path}"), ""),
        },
    }
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
    fn merging_is_what_the_model_says(layers in proptest::collection::vec(proptest::collection::vec(change(), 0..9), 1..4)) {
        let mut model = Model::default();
        let mut tars = Vec::new();
        for (number, changes) in layers.iter().enumerate() {
            let mut tar = Tar::new();
            for (position, change) in changes.iter().enumerate() {
                let content = format!("{number}.{position}");
                model.apply(number, change, &content);
                tar = write(tar, change, &content);
            }
            tars.push(tar);
        }
        let expected: Vec<_> = model.0.iter().map(|(path, (content, _))| format!("{path}={content}")).collect();
        prop_assert_eq!(image(tars).folder("/").unwrap(), expected);
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

//! One payload, one digest.

use model::Digest;
use proptest::prelude::*;
use store::{Payload, Placement};

use crate::support::{Home, names, whale};

/// A file of a payload: its path, its content and whether it may be executed.
type File = (String, String, bool);

/// Files whose paths sort differently as text and as folders, none of them within another.
fn files() -> impl Strategy<Value = Vec<File>> {
    let path = proptest::sample::select(vec![
        "ui/a/b",
        "ui/a.b",
        "ui/a-b",
        "ui/ab",
        "ui/A/b",
        "host/x",
        "icon.svg",
        "vm/compose.yaml",
        "ui/\u{e4}",
        "z",
    ]);
    let content = proptest::sample::select(vec!["", "one", "two"]);
    proptest::collection::btree_map(path, (content, any::<bool>()), 0..10).prop_map(|files| {
        let file = |(path, (content, executable)): (&str, (&str, bool))| {
            (path.to_owned(), content.to_owned(), executable)
        };
        files.into_iter().map(file).collect()
    })
}

/// Stages and places the files in the order in which they are given; equal contents are staged once.
fn assemble(files: &[File]) -> Payload {
    let home = Home::new();
    let transaction = home.store().begin(&whale(), || {}).unwrap();
    let contents = ["", "one", "two"];
    for (number, content) in (0..).zip(contents) {
        transaction
            .staging()
            .write((0, number), &mut content.as_bytes())
            .unwrap();
    }
    let place = |(path, content, executable): &File| Placement {
        destination: path.clone(),
        key: (
            0,
            contents
                .iter()
                .zip(0..)
                .find(|(known, _)| *known == content)
                .unwrap()
                .1,
        ),
        executable: *executable,
    };
    let placements = files.iter().map(place).collect();
    let payload = transaction
        .assemble(placements, Vec::new(), b"{}", b"{}")
        .unwrap();
    assert_eq!(
        modes(&home, files),
        files.iter().map(wanted_mode).collect::<Vec<_>>()
    );
    payload
}

/// The modes of the files as they stand in staging, whatever other files have the same content.
fn modes(home: &Home, files: &[File]) -> Vec<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let staging = home.path().join("staging");
    let [folder] = &names(&staging)[..] else {
        panic!("one change is staged");
    };
    let payload = staging.join(folder).join("payload");
    let mode = |(path, ..): &File| payload.join(path).metadata().unwrap().permissions().mode() & 0o777;
    files.iter().map(mode).collect()
}

fn wanted_mode((_, _, executable): &File) -> u32 {
    if *executable { 0o755 } else { 0o644 }
}

/// The digest as the documents define it, over files that are sorted by path.
fn documented(sorted: &[File]) -> Digest {
    let lines = sorted.iter().map(|(path, content, executable)| {
        let hex = Digest::of(content.as_bytes()).hex().to_owned();
        format!("{path}\0{}\0{}\0{hex}\n", u8::from(*executable), content.len())
    });
    Digest::of(lines.collect::<String>().as_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn the_digest_of_a_payload_does_not_depend_on_the_order_in_which_it_was_put_together(
        (sorted, shuffled) in files().prop_flat_map(|files| (Just(files.clone()), Just(files).prop_shuffle())),
    ) {
        let payload = assemble(&shuffled);
        prop_assert_eq!(payload.digest, documented(&sorted));
        let paths: Vec<_> = payload.files.iter().map(|file| file.path.as_str()).collect();
        let expected: Vec<_> = sorted.iter().map(|(path, ..)| path.as_str()).collect();
        prop_assert_eq!(paths, expected);
    }
}

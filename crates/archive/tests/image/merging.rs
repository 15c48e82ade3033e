//! Layers on layers.

use archive::Error;

use crate::builder::Tar;
use crate::fixture::{image, read};

#[test]
fn upper_layers_add_to_and_replace_lower_ones() {
    let image = image([
        Tar::new().folder("ui/").file("ui/a", "1").file("ui/b", "1"),
        Tar::new().file("ui/b", "2").file("ui/c", "2"),
    ]);
    assert_eq!(image.folder("ui").unwrap(), ["a=1", "b=2", "c=2"]);
}

#[test]
fn the_last_of_two_entries_of_one_name_counts() {
    let image = image([Tar::new().file("ui/a", "1").file("./ui/a", "2")]);
    assert_eq!(image.folder("ui").unwrap(), ["a=2"]);
}

#[test]
fn an_empty_layer_changes_nothing() {
    let image = image([Tar::new().file("ui/a", "1"), Tar::new()]);
    assert_eq!(image.folder("ui").unwrap(), ["a=1"]);
}

#[test]
fn a_whiteout_hides_a_file_of_a_lower_layer() {
    let image = image([
        Tar::new().file("ui/a", "1").file("ui/b", "1"),
        Tar::new().file("ui/.wh.a", ""),
    ]);
    assert_eq!(image.folder("ui").unwrap(), ["b=1"]);
}

#[test]
fn a_whiteout_hides_a_folder_of_a_lower_layer_with_all_below_it() {
    let image = image([
        Tar::new().file("ui/old/deep/a", "1").file("ui/b", "1"),
        Tar::new().file("ui/.wh.old", ""),
    ]);
    assert_eq!(image.folder("ui").unwrap(), ["b=1"]);
}

#[test]
fn a_file_beside_its_whiteout_in_the_same_layer_stays_whatever_their_order() {
    let lower = Tar::new().file("ui/a", "1");
    let before = Tar::new().file("ui/.wh.a", "").file("ui/a", "2");
    let after = Tar::new().file("ui/a", "2").file("ui/.wh.a", "");
    for upper in [before, after] {
        assert_eq!(image([lower.clone(), upper]).folder("ui").unwrap(), ["a=2"]);
    }
}

#[test]
fn a_folder_beside_its_whiteout_in_the_same_layer_keeps_only_what_that_layer_put_there() {
    let lower = Tar::new().file("ui/app/old", "1").file("ui/app/deep/old", "1");
    let before = Tar::new().file("ui/.wh.app", "").file("ui/app/deep/new", "2");
    let after = Tar::new().file("ui/app/deep/new", "2").file("ui/.wh.app", "");
    for upper in [before, after] {
        assert_eq!(
            image([lower.clone(), upper]).folder("ui").unwrap(),
            ["app/deep/new=2"]
        );
    }
}

#[test]
fn an_opaque_whiteout_hides_what_lower_layers_put_into_its_folder_and_nothing_else() {
    let lower = Tar::new()
        .file("ui/a", "1")
        .file("ui/deep/b", "1")
        .file("beside", "1");
    let before = Tar::new().file("ui/.wh..wh..opq", "").file("ui/deep/c", "2");
    let after = Tar::new().file("ui/deep/c", "2").file("ui/.wh..wh..opq", "");
    for upper in [before, after] {
        assert_eq!(
            image([lower.clone(), upper]).folder("/").unwrap(),
            ["beside=1", "ui/deep/c=2"]
        );
    }
}

#[test]
fn an_opaque_whiteout_of_the_root_leaves_only_its_own_layer() {
    let image = image([
        Tar::new().file("a", "1"),
        Tar::new().file("b", "2").file(".wh..wh..opq", ""),
    ]);
    assert_eq!(image.folder("/").unwrap(), ["b=2"]);
}

#[test]
fn a_layer_above_may_hide_what_a_layer_with_whiteouts_put_there() {
    let image = image([
        Tar::new().file("ui/a", "1"),
        Tar::new().file("ui/a", "2").file("ui/.wh.a", ""),
        Tar::new().file("ui/.wh.a", ""),
    ]);
    assert_eq!(image.folder("ui").unwrap(), [""; 0]);
}

#[test]
fn a_whiteout_of_nothing_does_nothing() {
    let image = image([
        Tar::new().file("ui/a", "1"),
        Tar::new()
            .file("ui/.wh.x", "")
            .file("none/.wh.x", "")
            .file("ui/a/.wh.x", "")
            .file("none/.wh..wh..opq", ""),
    ]);
    assert_eq!(image.folder("/").unwrap(), ["ui/a=1"]);
}

#[test]
fn book_keeping_of_older_engines_is_no_content() {
    let image = image([Tar::new()
        .file("a", "1")
        .folder(".wh..wh.aufs/")
        .file(".wh..wh.plnk", "")]);
    assert_eq!(image.folder("/").unwrap(), ["a=1"]);
}

#[test]
fn whiteouts_without_a_name_to_hide_are_refused() {
    for name in ["ui/.wh.", "ui/.wh..", "ui/.wh...", ".wh..."] {
        let (index, _) = read(&Tar::new().file(name, "").close()).unwrap();
        let merged = archive::ImageTree::merge(vec![index], &archive::Limits::default());
        assert!(
            matches!(merged, Err(Error::Whiteout { layer: 0, path }) if path == name),
            "{name}"
        );
    }
}

#[test]
fn what_overlayfs_uses_for_whiteouts_itself_is_just_a_device() {
    let image = image([
        Tar::new().file("ui/a", "1").file("host/b", "1"),
        Tar::new().special(b'3', "ui/a"),
    ]);
    assert!(matches!(image.folder("ui"), Err(Error::Special { .. })));
    assert_eq!(image.folder("host").unwrap(), ["b=1"]);
}

#[test]
fn files_and_folders_replace_each_other() {
    let file_over_folder = image([Tar::new().file("ui/a/b", "1"), Tar::new().file("ui/a", "2")]);
    assert_eq!(file_over_folder.folder("ui").unwrap(), ["a=2"]);
    let folder_over_file = image([
        Tar::new().file("ui/a", "1"),
        Tar::new().folder("ui/a/").file("ui/a/b", "2"),
    ]);
    assert_eq!(folder_over_file.folder("ui").unwrap(), ["a/b=2"]);
    let implied_over_file = image([Tar::new().file("ui/a", "1"), Tar::new().file("ui/a/b", "2")]);
    assert_eq!(implied_over_file.folder("ui").unwrap(), ["a/b=2"]);
    let within_a_layer = image([Tar::new()
        .file("ui/a/b", "1")
        .file("ui/a", "2")
        .file("ui/a/c", "3")]);
    assert_eq!(within_a_layer.folder("ui").unwrap(), ["a/c=3"]);
}

#[test]
fn a_folder_over_a_folder_keeps_its_content() {
    let image = image([Tar::new().file("ui/a", "1"), Tar::new().folder("ui/")]);
    assert_eq!(image.folder("ui").unwrap(), ["a=1"]);
}

#[test]
fn a_folder_entry_replaces_a_link() {
    let image = image([
        Tar::new().file("real/a", "1").symlink("ui", "real"),
        Tar::new().folder("ui/").file("ui/b", "2"),
    ]);
    assert_eq!(image.folder("ui").unwrap(), ["b=2"]);
    assert_eq!(image.folder("real").unwrap(), ["a=1"]);
}

#[test]
fn the_root_stays_a_folder_whatever_an_entry_says() {
    for name in ["", "./", "/.", ".", "a/.."] {
        let image = image([Tar::new().file("ui/a", "1").symlink(name, "/etc")]);
        assert_eq!(image.folder("/").unwrap(), ["ui/a=1"], "{name}");
    }
}

//! Links, and what is written through them.

use std::collections::BTreeSet;

use archive::{Error, SelectionKind};

use crate::builder::Tar;
use crate::fixture::{Image, Reason, image, selection};

fn left_out(entries: &[(&str, Reason)]) -> BTreeSet<(String, Reason)> {
    entries
        .iter()
        .map(|(path, reason)| ((*path).to_owned(), *reason))
        .collect()
}

#[test]
fn links_to_files_and_folders_stand_for_their_targets() {
    let image = image([Tar::new()
        .file("share/logo", "whale")
        .file("share/font/a", "sans")
        .symlink("ui/logo", "../share/logo")
        .symlink("ui/font", "/share/font")
        .symlink("ui/again", "logo")]);
    assert_eq!(
        image.folder("ui").unwrap(),
        ["again=whale", "font/a=sans", "logo=whale"]
    );
}

#[test]
fn a_selected_path_and_the_folders_above_it_may_be_links() {
    let image = image([Tar::new()
        .file("opt/app/ui/a", "1")
        .symlink("app", "opt/app")
        .symlink("opt/app/www", "ui")
        .symlink("entry", "app/www/a")]);
    assert_eq!(image.folder("app/ui").unwrap(), ["a=1"]);
    assert_eq!(image.folder("app/www").unwrap(), ["a=1"]);
    assert_eq!(image.file("entry").unwrap(), "1");
    assert_eq!(image.file("app/www/a").unwrap(), "1");
}

#[test]
fn links_that_would_leave_the_root_stay_inside() {
    let image = image([Tar::new()
        .file("etc/passwd", "the image's own")
        .symlink("ui/up", "../../../../etc/passwd")
        .symlink("ui/absolute", "/../etc/passwd")]);
    assert_eq!(
        image.folder("ui").unwrap(),
        ["absolute=the image's own", "up=the image's own"]
    );
}

#[test]
fn links_are_resolved_in_the_merged_image_not_in_their_layer() {
    let image = image([
        Tar::new().symlink("ui/a", "/new/a"),
        Tar::new().file("new/a", "later"),
    ]);
    assert_eq!(image.folder("ui").unwrap(), ["a=later"]);
}

#[test]
fn broken_links_inside_a_folder_are_left_out_with_a_warning() {
    let image = image([Tar::new()
        .file("ui/a", "1")
        .symlink("ui/gone", "../nowhere")
        .symlink("ui/outside", "../../../var/lib/host")
        .symlink("ui/through-file", "a/b")
        .symlink("ui/up-from-file", "a/../a")
        .symlink("ui/empty", "")
        .symlink("ui/self", "self")
        .hard_link("ui/hard", "nowhere")]);
    assert_eq!(image.folder("ui").unwrap(), ["a=1"]);
    assert_eq!(
        image.left_out("ui"),
        left_out(&[
            ("ui/gone", Reason::Broken),
            ("ui/outside", Reason::Broken),
            ("ui/through-file", Reason::Broken),
            ("ui/up-from-file", Reason::Broken),
            ("ui/empty", Reason::Broken),
            ("ui/self", Reason::TooManyLinks),
            ("ui/hard", Reason::Broken),
        ])
    );
}

#[test]
fn a_selected_path_behind_a_broken_link_is_refused() {
    let image = image([Tar::new()
        .symlink("icon", "nowhere")
        .symlink("folder", "nowhere")
        .symlink("circle", "circle")
        .hard_link("hard", "nowhere")]);
    for path in ["icon", "folder/icon", "hard"] {
        assert!(
            matches!(image.file(path), Err(Error::BrokenLink { path: named }) if named == path),
            "{path}"
        );
    }
    assert!(matches!(image.file("circle"), Err(Error::TooManyLinks { .. })));
    assert!(matches!(image.file("none"), Err(Error::Missing { path }) if path == "none"));
}

#[test]
fn a_chain_of_forty_links_is_followed_and_one_of_forty_one_is_not() {
    let chain = (1..=41).fold(Tar::new().file("0", "end"), |tar, number| {
        tar.symlink(&number.to_string(), &(number - 1).to_string())
    });
    let image = image([chain]);
    assert_eq!(image.file("40").unwrap(), "end");
    assert!(matches!(image.file("41"), Err(Error::TooManyLinks { .. })));
}

#[test]
fn long_links_in_a_chain_are_given_up() {
    let long = |end: &str| format!("{}{end}", "a/../".repeat(400));
    let target = |tar: Tar, name: &str, end: &str| {
        let link = long(end);
        tar.gnu_long(b'K', link.as_bytes())
            .entry(b'2', name.as_bytes(), b"", b"")
    };
    let tar = (1..=9).fold(Tar::new().file("0", "end").folder("a/"), |tar, number| {
        target(tar, &number.to_string(), &(number - 1).to_string())
    });
    let image = image([tar]);
    assert_eq!(image.file("2").unwrap(), "end");
    assert!(matches!(image.file("9"), Err(Error::TooManyLinks { .. })));
}

#[test]
fn links_to_a_folder_that_they_stand_in_are_left_out() {
    let image = image([Tar::new()
        .file("ui/a/b", "1")
        .symlink("ui/self", ".")
        .symlink("ui/a/up", "..")
        .symlink("ui/root", "/")
        .symlink("ui/a/round", "/other")
        .file("other/x", "2")
        .symlink("other/back", "/ui/a")]);
    assert_eq!(image.folder("ui").unwrap(), ["a/b=1", "a/round/x=2"]);
    assert_eq!(
        image.left_out("ui"),
        left_out(&[
            ("ui/self", Reason::Cycle),
            ("ui/a/up", Reason::Cycle),
            ("ui/root", Reason::Cycle),
            ("ui/a/round/back", Reason::Cycle),
        ])
    );
}

#[test]
fn two_links_to_one_folder_both_have_its_content() {
    let image = image([Tar::new()
        .file("real/x", "1")
        .symlink("ui/a", "/real")
        .symlink("ui/b", "/real")]);
    assert_eq!(image.folder("ui").unwrap(), ["a/x=1", "b/x=1"]);
}

#[test]
fn a_hard_link_shares_the_content_that_its_target_has_when_it_is_made() {
    let image = image([
        Tar::new()
            .executable("bin/tool", "first", 0o755)
            .hard_link("bin/alias", "bin/tool")
            .hard_link("bin/absolute", "/bin/tool")
            .file("bin/tool", "second"),
        Tar::new()
            .hard_link("bin/across", "bin/tool")
            .file("bin/tool", "third"),
    ]);
    assert_eq!(
        image.folder("bin").unwrap(),
        ["absolute*=first", "across=second", "alias*=first", "tool=third"]
    );
}

#[test]
fn a_hard_link_may_stand_before_its_target_in_a_layer_but_not_below_it() {
    let image = image([
        Tar::new()
            .hard_link("ui/early", "ui/a")
            .hard_link("ui/never", "ui/b")
            .file("ui/a", "1"),
        Tar::new().file("ui/b", "2"),
    ]);
    assert_eq!(image.folder("ui").unwrap(), ["a=1", "b=2", "early=1"]);
    assert_eq!(image.left_out("ui"), left_out(&[("ui/never", Reason::Broken)]));
}

#[test]
fn a_hard_link_to_a_folder_is_a_broken_one() {
    let image = image([Tar::new().file("ui/a/b", "1").hard_link("ui/link", "ui/a")]);
    assert_eq!(image.folder("ui").unwrap(), ["a/b=1"]);
    assert_eq!(image.left_out("ui"), left_out(&[("ui/link", Reason::Broken)]));
}

#[test]
fn a_hard_link_to_a_symbolic_link_is_that_link() {
    let image = image([Tar::new()
        .file("ui/deep/a", "deep")
        .file("ui/a", "top")
        .symlink("ui/link", "a")
        .hard_link("ui/deep/link", "ui/link")]);
    assert_eq!(
        image.folder("ui").unwrap(),
        ["a=top", "deep/a=deep", "deep/link=deep", "link=top"]
    );
}

/// Two symbolic links and a hard link that together named a file outside of the root (CVE-2026-26960).
#[test]
fn a_hard_link_behind_symbolic_links_stays_inside_the_image() {
    let image = image([Tar::new()
        .file("etc/shadow", "the image's own")
        .symlink("ui/a", "../..")
        .symlink("ui/b", "a/../..")
        .hard_link("ui/c", "ui/b/etc/shadow")
        .hard_link("ui/d", "../../../etc/shadow")]);
    let files = image.folder("ui").unwrap();
    assert_eq!(files, ["c=the image's own", "d=the image's own"]);
}

/// The layers of an image in which `link` leads to `real`, and one that writes below `link`.
fn written_through(upper: Tar) -> Image {
    image([
        Tar::new()
            .file("real/a", "1")
            .file("beside/a", "1")
            .symlink("link", "real"),
        upper,
    ])
}

#[track_caller]
fn assert_touched(image: &Image, folder: &str, entry: &str) {
    match image.folder(folder) {
        Err(Error::WrittenThroughLink { entry: named, .. }) => assert_eq!(named, entry),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_entry_written_through_a_link_is_refused_where_it_matters_and_ignored_elsewhere() {
    let image = written_through(Tar::new().file("link/b", "2"));
    assert_touched(&image, "link", "link/b");
    assert_touched(&image, "real", "link/b");
    assert_touched(&image, "/", "link/b");
    assert_eq!(image.folder("beside").unwrap(), ["a=1"]);
    assert_eq!(image.file("real/a").unwrap(), "1");
    assert!(matches!(
        image.file("link/b"),
        Err(Error::WrittenThroughLink { .. })
    ));
    assert!(matches!(
        image.file("real/b"),
        Err(Error::WrittenThroughLink { .. })
    ));
}

#[test]
fn it_is_refused_too_where_only_another_link_leads_to_the_place() {
    let image = image([
        Tar::new()
            .file("real/a", "1")
            .symlink("link", "real")
            .symlink("other", "real")
            .symlink("ui/inside", "../real"),
        Tar::new().file("link/b", "2"),
    ]);
    assert_touched(&image, "other", "link/b");
    assert_touched(&image, "ui", "link/b");
}

#[test]
fn every_kind_of_entry_counts_as_written_through() {
    for upper in [
        Tar::new().folder("link/b/"),
        Tar::new().symlink("link/b", "a"),
        Tar::new().hard_link("link/b", "real/a"),
        Tar::new().special(b'6', "link/b"),
        Tar::new().file("link/.wh.b", ""),
    ] {
        assert_touched(&written_through(upper), "real", "link/b");
    }
}

#[test]
fn an_opaque_whiteout_behind_a_link_touches_the_whole_folder() {
    let image = written_through(Tar::new().file("link/.wh..wh..opq", ""));
    assert_touched(&image, "real", "link");
    assert!(matches!(
        image.file("real/a"),
        Err(Error::WrittenThroughLink { .. })
    ));
    assert_eq!(image.folder("beside").unwrap(), ["a=1"]);
}

#[test]
fn what_would_replace_a_folder_above_a_selection_is_refused_too() {
    let image = image([
        Tar::new().file("app/ui/a", "1").symlink("link", "/"),
        Tar::new().file("link/app", "2"),
    ]);
    assert_touched(&image, "app/ui", "link/app");
}

#[test]
fn behind_a_circle_of_links_the_written_path_counts() {
    let image = image([Tar::new()
        .symlink("circle", "circle")
        .file("circle/a", "1")
        .file("beside/a", "1")]);
    let select = |path| image.select(&[selection(path, "", SelectionKind::Either)]);
    assert!(matches!(select("circle"), Err(Error::WrittenThroughLink { .. })));
    assert!(matches!(
        select("circle/a"),
        Err(Error::WrittenThroughLink { .. })
    ));
    assert!(select("beside").is_ok());
}

#[test]
fn what_is_written_through_a_link_to_nothing_would_stand_where_it_leads() {
    let image = image([Tar::new()
        .symlink("link", "not/yet")
        .file("link/a", "1")
        .file("not/other", "1")]);
    assert_touched(&image, "not", "link/a");
}

#[test]
fn a_link_that_a_whiteout_hid_is_written_through_no_more() {
    let image = written_through(Tar::new().file(".wh.link", "").file("link/b", "2"));
    assert_eq!(image.folder("link").unwrap(), ["b=2"]);
    assert_eq!(image.folder("real").unwrap(), ["a=1"]);
}

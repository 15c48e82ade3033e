//! From paths to files.

use archive::{Error, SelectionKind, Special};

use crate::builder::Tar;
use crate::fixture::{image, selection};

#[test]
fn files_and_folders_go_where_they_are_wanted_sorted_by_destination() {
    let image = image([Tar::new()
        .file("www/index.html", "page")
        .file("www/js/a.js", "code")
        .executable("bin/tool", "tool", 0o100)
        .file("icon.svg", "icon")]);
    let selected = image
        .select(&[
            selection("www", "ui/dashboard", SelectionKind::Folder),
            selection("icon.svg", "icon.svg", SelectionKind::File),
            selection("bin/tool", "host/bin/tool", SelectionKind::Either),
        ])
        .unwrap();
    let files: Vec<_> = selected
        .files
        .iter()
        .map(|file| (file.destination.as_str(), file.executable, file.size))
        .collect();
    assert_eq!(
        files,
        [
            ("host/bin/tool", true, 4),
            ("icon.svg", false, 4),
            ("ui/dashboard/index.html", false, 4),
            ("ui/dashboard/js/a.js", false, 4),
        ]
    );
    assert!(selected.warnings.is_empty());
}

#[test]
fn one_of_the_execute_bits_is_enough_and_all_other_bits_are_dropped() {
    for (mode, executable) in [
        (0o100, true),
        (0o010, true),
        (0o001, true),
        (0o4755, true),
        (0o7666, false),
        (0o644, false),
    ] {
        let image = image([Tar::new().executable("a", "", mode)]);
        let selected = image.select(&[selection("a", "a", SelectionKind::File)]).unwrap();
        assert_eq!(selected.files[0].executable, executable, "{mode:o}");
    }
}

#[test]
fn a_path_that_is_missing_or_of_the_other_kind_is_named() {
    let image = image([Tar::new().file("ui/a", "1")]);
    let select = |path, kind| image.select(&[selection(path, "x", kind)]).unwrap_err();
    assert!(matches!(select("gone", SelectionKind::Either), Error::Missing { path } if path == "gone"));
    assert!(matches!(
        select("ui/a/b", SelectionKind::Either),
        Error::Missing { .. }
    ));
    assert!(matches!(select("ui", SelectionKind::File), Error::NotAFile { path } if path == "ui"));
    assert!(matches!(select("ui/a", SelectionKind::Folder), Error::NotAFolder { path } if path == "ui/a"));
}

#[test]
fn an_empty_folder_gives_nothing_and_no_error() {
    let image = image([Tar::new().folder("ui/").folder("ui/deep/")]);
    assert_eq!(image.folder("ui").unwrap(), [""; 0]);
}

#[test]
fn what_is_neither_file_nor_folder_is_refused_by_name_inside_a_folder_and_behind_a_link() {
    for (kind, special) in [
        (b'3', Special::CharacterDevice),
        (b'4', Special::BlockDevice),
        (b'6', Special::Fifo),
    ] {
        let image = image([Tar::new()
            .special(kind, "dev/odd")
            .symlink("ui/link", "/dev/odd")
            .hard_link("app/link", "dev/odd")]);
        for folder in ["dev", "ui", "app"] {
            assert!(
                matches!(image.folder(folder), Err(Error::Special { kind, .. }) if kind == special),
                "{folder}"
            );
        }
        assert!(matches!(image.file("dev/odd"), Err(Error::Special { .. })));
    }
}

#[test]
fn one_content_in_one_place_may_be_selected_twice() {
    let image = image([Tar::new().file("host/a", "1").hard_link("host/same", "host/a")]);
    let selected = image
        .select(&[
            selection("host", "host", SelectionKind::Folder),
            selection("host/a", "host/a", SelectionKind::File),
            selection("host/same", "host/a", SelectionKind::File),
        ])
        .unwrap();
    assert_eq!(selected.files.len(), 2);
}

#[test]
fn two_contents_for_one_place_are_refused() {
    let image = image([Tar::new().file("a", "1").file("b", "2").file("c/d", "3")]);
    let both = |one: (&str, &str), other: (&str, &str)| {
        image.select(&[
            selection(one.0, one.1, SelectionKind::Either),
            selection(other.0, other.1, SelectionKind::Either),
        ])
    };
    for refused in [
        both(("a", "x"), ("b", "x")),
        both(("a", "x"), ("b", "x/y")),
        both(("b", "x/y"), ("a", "x")),
        both(("a", "x"), ("c", "x")),
        both(("c", "x"), ("a", "x/d")),
    ] {
        assert!(matches!(refused, Err(Error::Collision { .. })), "{refused:?}");
    }
    assert!(both(("c", "x"), ("a", "x/e")).is_ok());
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_other_systems_cannot_hold_are_fine_on_linux() {
    let image = image([Tar::new()
        .file("ui/nul", "1")
        .file("ui/A", "2")
        .file("ui/a", "3")
        .file("ui/back\\slash", "4")
        .symlink("ui/c:", "gone")]);
    assert_eq!(
        image.folder("ui").unwrap(),
        ["A=2", "a=3", "back\\slash=4", "nul=1"]
    );
    assert_eq!(image.left_out("ui").len(), 1);
}

#[test]
fn a_name_longer_than_any_system_holds_is_refused_only_when_selected() {
    let long = "n".repeat(256);
    let image = image([Tar::new()
        .pax(&[("path", &format!("odd/{long}"))])
        .file("a", "1")
        .file("ui/a", "2")]);
    assert_eq!(image.folder("ui").unwrap(), ["a=2"]);
    assert!(matches!(image.folder("odd"), Err(Error::FileName { .. })));
}

#[test]
fn messages_show_hostile_names_on_one_line() {
    let image = image([Tar::new().symlink("ui/a\n\u{1b}[31mb", "gone")]);
    let selected = image
        .select(&[selection("ui", "", SelectionKind::Folder)])
        .unwrap();
    let message = selected.warnings[0].to_string();
    assert!(!message.contains(['\n', '\u{1b}']), "{message:?}");
}

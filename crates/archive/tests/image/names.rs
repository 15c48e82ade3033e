//! Names of entries.

use archive::Error;

use crate::builder::Tar;
use crate::fixture::{image, read};

#[test]
fn absolute_names_are_relative_to_the_root_and_dots_mean_nothing() {
    let image = image([Tar::new()
        .file("/ui/a", "1")
        .file("./ui/./b", "2")
        .file("ui//c", "3")
        .file("x/../ui/d", "4")]);
    assert_eq!(
        image.folder("/").unwrap(),
        ["ui/a=1", "ui/b=2", "ui/c=3", "ui/d=4"]
    );
}

#[test]
fn a_name_that_leaves_the_root_is_refused_whatever_the_entry_is() {
    for kind in *b"0123456" {
        for name in ["../a", "ui/../../a", "/../a", ".."] {
            let tar = Tar::new().file("ui/a", "1").special(kind, name).close();
            let refused = read(&tar);
            assert!(
                matches!(refused, Err(Error::EntryName { entry: 1, .. })),
                "{name} as {}",
                char::from(kind)
            );
        }
    }
}

#[test]
fn a_name_with_a_nul_is_refused() {
    let pax = Tar::new().pax(&[("path", "a\0b")]).file("a", "").close();
    assert!(matches!(read(&pax), Err(Error::EntryName { .. })));
    let gnu = Tar::new().gnu_long(b'L', b"a\0b").file("a", "").close();
    assert!(matches!(read(&gnu), Err(Error::EntryName { .. })));
}

#[test]
fn long_names_are_read_in_every_form() {
    let long = format!("ui/{}/{}", "a".repeat(120), "b".repeat(120));
    let link = format!("ui/{}", "c".repeat(150));
    let mut ustar = crate::builder::header(b'0', "b".repeat(90).as_bytes(), b"", 1);
    let prefix = format!("ui/{}", "p".repeat(100));
    ustar.as_ustar_mut().unwrap().prefix[..prefix.len()].copy_from_slice(prefix.as_bytes());
    let image = image([Tar::new()
        .gnu_long(b'L', long.as_bytes())
        .file("cut", "gnu")
        .pax(&[("path", &link)])
        .file("cut", "pax")
        .pax(&[("path", "ui/link"), ("linkpath", &format!("/{link}"))])
        .symlink("cut", "cut")
        .gnu_long(b'K', format!("/{link}").as_bytes())
        .symlink("ui/other", "cut")
        .raw(&mut ustar, b"u")]);
    assert_eq!(image.file(&long).unwrap(), "gnu");
    assert_eq!(image.file(&link).unwrap(), "pax");
    assert_eq!(image.file("ui/link").unwrap(), "pax");
    assert_eq!(image.file("ui/other").unwrap(), "pax");
    assert_eq!(image.file(&format!("{prefix}/{}", "b".repeat(90))).unwrap(), "u");
}

#[test]
fn names_that_are_no_utf8_are_legal_until_they_are_selected() {
    let image = image([Tar::new()
        .entry(b'0', b"odd/\xff", b"", b"1")
        .entry(b'2', b"ui/link", b"../odd/\xff", b"")
        .file("ui/a", "2")]);
    assert_eq!(image.folder("ui").unwrap(), ["a=2", "link=1"]);
    assert!(matches!(image.folder("odd"), Err(Error::NotUtf8 { path }) if path == "odd/\u{fffd}"));
}

#[test]
fn a_name_with_a_slash_behind_it_is_a_folder_only_in_archives_without_that_type() {
    let image = image([Tar::new()
        .entry(b'\0', b"old/", b"", b"")
        .file("old/a", "1")
        .file("new/", "2")]);
    assert_eq!(image.folder("old").unwrap(), ["a=1"]);
    assert_eq!(image.file("new").unwrap(), "2");
}

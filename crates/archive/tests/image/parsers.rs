//! Archives that two parsers could read in two ways, and those that only look like it.

use archive::{Error, Special};
use tar::Header;

use crate::builder::{Tar, header};
use crate::fixture::{contents, image, read};

#[track_caller]
fn assert_disagreement(tar: &[u8]) {
    match read(tar) {
        Err(Error::ParsersDisagree { .. }) => {}
        Err(error) => panic!("{error}: {error:?}"),
        Ok((index, _)) => panic!("{index:?}"),
    }
}

/// CVE-2025-62518 and CVE-2026-33055: a PAX header says another size than the header behind it.
#[test]
fn the_size_in_a_pax_header_counts_and_hides_no_entry() {
    let smuggled = Tar::new().file("smuggled", "never").open();
    let mut plain = header(b'0', b"a", b"", 0);
    let tar = Tar::new()
        .pax(&[("size", &smuggled.len().to_string())])
        .raw(&mut plain, &smuggled)
        .file("b", "2")
        .close();
    let (index, kept) = read(&tar).unwrap();
    assert_eq!(index.len(), 2);
    assert_eq!(kept.0.len(), 2);
    assert_eq!(contents(&kept)[1], "2");
}

#[test]
fn a_pax_size_smaller_than_that_of_the_header_counts_too() {
    let mut claims_more = header(b'0', b"a", b"", 2048);
    let tar = Tar::new()
        .pax(&[("size", "1")])
        .raw(&mut claims_more, b"1")
        .file("b", "2")
        .close();
    let (_, kept) = read(&tar).unwrap();
    assert_eq!(contents(&kept), ["1", "2"]);
}

#[test]
fn a_name_in_two_extensions_is_refused() {
    let both = Tar::new()
        .gnu_long(b'L', b"from-gnu")
        .pax(&[("path", "from-pax")])
        .file("a", "1");
    assert_disagreement(&both.close());
    assert_disagreement(
        &Tar::new()
            .pax(&[("path", "b"), ("path", "c")])
            .file("a", "1")
            .close(),
    );
    let sizes = Tar::new().pax(&[("size", "1"), ("size", "2")]).file("a", "12");
    assert_disagreement(&sizes.close());
    let targets = Tar::new()
        .pax(&[("linkpath", "b"), ("linkpath", "c")])
        .symlink("a", "x");
    assert_disagreement(&targets.close());
}

#[test]
fn a_record_hidden_in_the_value_of_another_one_is_refused() {
    let tar = Tar::new().pax(&[("SCHILY.xattr.user.x", "y\n13 path=evil\nz")]);
    assert_disagreement(&tar.file("a", "1").close());
}

#[test]
fn binary_attributes_are_no_disagreement() {
    let tar = Tar::new().pax(&[
        ("SCHILY.xattr.security.capability", "\u{1}\0\0\u{2}\0\u{4}\n\0"),
        ("mtime", "-1.5"),
        ("path", "renamed"),
    ]);
    let image = image([tar.file("a", "1")]);
    assert_eq!(image.file("renamed").unwrap(), "1");
}

#[test]
fn an_entry_behind_a_single_closing_block_is_refused() {
    let mut tar = Tar::new().file("a", "1").open();
    tar.extend([0; 512]);
    let end = tar.len();
    tar.extend(Tar::new().file("hidden", "2").close());
    assert_disagreement(&tar);
    assert_disagreement(&tar[..end + 100]);
}

#[test]
fn what_stands_behind_both_closing_blocks_is_hashed_and_ignored() {
    let mut tar = Tar::new().file("a", "1").close();
    tar.extend(Tar::new().file("b", "2").open());
    tar.extend(b"not even a block");
    let (index, kept) = read(&tar).unwrap();
    assert_eq!(index.len(), 1);
    assert_eq!(index.uncompressed_size(), tar.len() as u64);
    assert_eq!(contents(&kept), ["1"]);
}

#[test]
fn an_archive_may_end_with_one_closing_block_or_none() {
    let open = Tar::new().file("a", "1").open();
    let mut one = open.clone();
    one.extend([0; 512]);
    for tar in [open, one] {
        assert_eq!(read(&tar).unwrap().0.len(), 1);
    }
}

#[test]
fn entries_that_are_no_files_and_claim_content_are_refused() {
    let hidden = Tar::new().file("hidden", "1").open();
    for kind in *b"123456" {
        let tar = Tar::new().entry(kind, b"a", b"b", &hidden).close();
        assert_disagreement(&tar);
    }
}

#[test]
fn global_headers_are_no_entries_and_change_none() {
    let tar = Tar::new()
        .global_pax(&[
            ("comment", "made by a version control"),
            ("path", "evil"),
            ("size", "9"),
        ])
        .file("a", "1")
        .global_pax(&[("comment", "at the end")]);
    let (index, kept) = read(&tar.clone().close()).unwrap();
    assert_eq!(index.len(), 1);
    assert_eq!(contents(&kept), ["1"]);
    assert_eq!(image([tar]).file("a").unwrap(), "1");
}

#[test]
fn unknown_types_are_indexed_and_refused_only_when_selected() {
    let image = image([Tar::new()
        .entry(b'V', b"label", b"", b"")
        .entry(b'Z', b"odd/z", b"", b"content")
        .file("ui/a", "1")]);
    assert_eq!(image.folder("ui").unwrap(), ["a=1"]);
    assert!(matches!(
        image.folder("odd"),
        Err(Error::Special {
            kind: Special::Unknown(b'Z'),
            ..
        })
    ));
}

/// A file with one hole in GNU's old form.
fn gnu_sparse(name: &str, extended: bool) -> Header {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkflag = [b'S'];
    header.set_mode(0o644);
    header.set_size(512);
    let gnu = header.as_gnu_mut().unwrap();
    gnu.sparse[0].offset.copy_from_slice(b"00000002000\0");
    gnu.sparse[0].numbytes.copy_from_slice(b"00000001000\0");
    gnu.realsize.copy_from_slice(b"00000003000\0");
    gnu.isextended = [u8::from(extended)];
    header
}

#[test]
fn sparse_files_are_indexed_and_refused_only_when_selected() {
    let image = image([Tar::new()
        .raw(&mut gnu_sparse("var/sparse", false), &[b'x'; 512])
        .file("ui/a", "1")]);
    assert_eq!(image.folder("ui").unwrap(), ["a=1"]);
    assert!(matches!(
        image.folder("var"),
        Err(Error::Special {
            kind: Special::Sparse,
            ..
        })
    ));
}

#[test]
fn sparse_files_with_more_headers_are_read_alike_by_both_parsers() {
    let image = image([Tar::new()
        .raw(&mut gnu_sparse("var/sparse", true), &[0; 512])
        .blocks(&[b'x'; 512])
        .file("ui/a", "1")]);
    assert_eq!(image.folder("ui").unwrap(), ["a=1"]);
}

#[test]
fn sparse_files_in_the_newer_form_are_read_in_two_ways_and_refused() {
    let tar = Tar::new()
        .pax(&[
            ("GNU.sparse.major", "1"),
            ("GNU.sparse.minor", "0"),
            ("GNU.sparse.name", "sparse"),
            ("GNU.sparse.realsize", "1536"),
        ])
        .file("GNUSparseFile.0/sparse", "0\n");
    assert_disagreement(&tar.close());
    let without_holes = Tar::new().pax(&[("GNU.sparse.map", "0,1"), ("GNU.sparse.size", "1")]);
    assert_disagreement(&without_holes.file("a", "1").close());
}

#[test]
fn more_than_a_mebibyte_of_headers_before_an_entry_is_refused_before_it_is_kept() {
    let value = "x".repeat(2 << 20);
    let pax = Tar::new().pax(&[("comment", &value)]).file("a", "1").close();
    assert!(matches!(read(&pax), Err(Error::HeaderTooLong { entry: 0, .. })));
    let name = Tar::new()
        .file("a", "1")
        .gnu_long(b'L', value.as_bytes())
        .file("a", "1");
    assert!(matches!(
        read(&name.close()),
        Err(Error::HeaderTooLong { entry: 1, .. })
    ));
    let mut block = [0; 512];
    block[504] = 1; // another one follows
    let sparse = (0..3000).fold(Tar::new().raw(&mut gnu_sparse("a", true), b""), |tar, _| {
        tar.blocks(&block)
    });
    assert!(matches!(read(&sparse.close()), Err(Error::HeaderTooLong { .. })));
}

#[test]
fn a_wrong_checksum_is_refused() {
    let mut tar = Tar::new().file("a", "1").file("b", "2").close();
    tar[1024] ^= 1;
    assert!(matches!(read(&tar), Err(Error::Archive { entry: 1, .. })));
}

#[test]
fn an_archive_that_ends_too_early_is_refused_wherever_that_is() {
    let whole = Tar::new().file("a", &"1".repeat(2000)).file("b", "2").open();
    for end in [1, 100, 511, 512, 700, 2400, 2512, 2559, 2561, 3000, 3073] {
        let cut = &whole[..end];
        let result = read(cut);
        assert!(matches!(result, Err(Error::Archive { .. })), "{end}");
    }
}

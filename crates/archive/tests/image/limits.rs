//! Every limit names itself, its value and its setting.

use archive::{Bound, Error, Limits, SelectionKind};

use crate::builder::Tar;
use crate::fixture::{image, read_as, selection, try_image};

#[track_caller]
fn assert_limit<T>(result: Result<T, Error>, bound: Bound, allowed: u64) {
    match result.err() {
        Some(error @ Error::Limit { .. }) => {
            assert!(error.to_string().contains(bound.setting()), "{error}");
            assert!(error.to_string().contains(&allowed.to_string()), "{error}");
            assert!(error.is_about_content());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_size_of_a_layer() {
    let tar = Tar::new().file("a", &"1".repeat(5000)).close();
    let limits = |layer_size| Limits {
        layer_size,
        ..Limits::default()
    };
    assert!(read_as(&tar, &tar, &limits(tar.len() as u64)).is_ok());
    let less = tar.len() as u64 - 1;
    assert_limit(read_as(&tar, &tar, &limits(less)), Bound::LayerSize, less);
}

#[test]
fn the_entries_of_a_layer_and_of_an_image() {
    let limits = Limits {
        entries: 3,
        ..Limits::default()
    };
    let four = Tar::new()
        .file("a", "")
        .file("a", "")
        .file("a", "")
        .file("a", "")
        .close();
    assert_limit(read_as(&four, &four, &limits), Bound::Entries, 3);
    let two = || Tar::new().file("a", "").file("b", "");
    assert!(try_image([two()], &limits).is_ok());
    assert_limit(try_image([two(), two()], &limits), Bound::Entries, 3);
}

#[test]
fn folders_that_names_imply_count_as_entries() {
    let limits = Limits {
        entries: 4,
        ..Limits::default()
    };
    assert!(try_image([Tar::new().file("a/b/c", "")], &limits).is_ok());
    assert_limit(
        try_image([Tar::new().file("a/b/c/d/e", "")], &limits),
        Bound::Entries,
        4,
    );
}

#[test]
fn the_bytes_of_names() {
    let limits = Limits {
        entries: 2,
        ..Limits::default()
    };
    let long = "n".repeat(90);
    let tar = |target: &str| Tar::new().gnu_long(b'K', target.as_bytes()).symlink(&long, "");
    let fits = tar(&"t".repeat(400)).close();
    assert!(read_as(&fits, &fits, &limits).is_ok());
    let passes = tar(&"t".repeat(500)).close();
    assert_limit(read_as(&passes, &passes, &limits), Bound::Names, 512);
    let half = || tar(&"t".repeat(200));
    assert_limit(try_image([half(), half()], &limits), Bound::Names, 512);
}

#[test]
fn where_entries_written_through_a_link_would_go_counts_as_names() {
    let deep = format!("d/{}", ["e"; 150].join("/"));
    let link = Tar::new().gnu_long(b'K', deep.as_bytes()).symlink("link", "");
    let tar = (0..9).fold(link, |tar, number| tar.file(&format!("link/{number}"), ""));
    let limits = Limits {
        entries: 10,
        ..Limits::default()
    };
    assert_limit(try_image([tar], &limits), Bound::Names, 2560);
}

#[test]
fn the_length_of_names_and_targets() {
    let limits = Limits {
        path_length: 120,
        ..Limits::default()
    };
    let read = |tar: Tar| {
        let bytes = tar.close();
        read_as(&bytes, &bytes, &limits)
    };
    let fits = "n".repeat(120);
    let passes = "n".repeat(121);
    assert!(read(Tar::new().gnu_long(b'L', fits.as_bytes()).file("a", "")).is_ok());
    assert!(read(Tar::new().pax(&[("linkpath", &fits)]).symlink("a", "")).is_ok());
    assert_limit(
        read(Tar::new().gnu_long(b'L', passes.as_bytes()).file("a", "")),
        Bound::PathLength,
        120,
    );
    assert_limit(
        read(Tar::new().pax(&[("linkpath", &passes)]).symlink("a", "")),
        Bound::PathLength,
        120,
    );
}

#[test]
fn the_length_of_paths_that_links_make() {
    // Each folder holds a link to the next one.
    let tar = (0..30).fold(Tar::new(), |tar, number| {
        tar.file(&format!("{number}/file"), "")
            .symlink(&format!("{number}/a-long-name"), &format!("/{}", number + 1))
    });
    let limits = Limits {
        path_length: 100,
        ..Limits::default()
    };
    let request = [selection("0", "", SelectionKind::Folder)];
    assert_limit(
        image([tar]).select_within(&request, &limits),
        Bound::PathLength,
        100,
    );
}

#[test]
fn the_size_of_a_selection_counts_what_links_repeat() {
    let image = image([Tar::new()
        .file("ui/a", &"1".repeat(1000))
        .symlink("ui/b", "a")
        .hard_link("ui/c", "ui/a")]);
    let request = [selection("ui", "ui", SelectionKind::Folder)];
    let limits = |payload_size| Limits {
        payload_size,
        ..Limits::default()
    };
    assert!(image.select_within(&request, &limits(3000)).is_ok());
    assert_limit(
        image.select_within(&request, &limits(2999)),
        Bound::PayloadSize,
        2999,
    );
    // The same file in the same place is one file.
    let twice = [request[0].clone(), request[0].clone()];
    assert!(image.select_within(&twice, &limits(3000)).is_ok());
}

#[test]
fn the_number_of_things_in_a_selection() {
    let image = image([Tar::new().file("ui/a/b", "1").symlink("ui/c", "nowhere")]);
    let request = [selection("ui", "ui", SelectionKind::Folder)];
    let limits = |payload_files| Limits {
        payload_files,
        ..Limits::default()
    };
    assert!(image.select_within(&request, &limits(4)).is_ok());
    assert_limit(image.select_within(&request, &limits(3)), Bound::PayloadFiles, 3);
}

#[test]
fn folders_of_links_to_folders_of_links_are_stopped() {
    let mut tar = Tar::new().folder("9/");
    for level in 0..9 {
        for link in 0..10 {
            tar = tar.symlink(&format!("{level}/{link}"), &format!("/{}", level + 1));
        }
    }
    let request = [selection("0", "", SelectionKind::Folder)];
    let limits = Limits::default();
    assert_limit(
        image([tar]).select(&request),
        Bound::PayloadFiles,
        limits.payload_files,
    );
}

//! Archives of images, as engines and other tools write them.

use std::fs;
use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};
use registry::{Content, Layout, Limits};
use tempfile::TempDir;

use crate::layer::mend_checksums;

/// The folder for all runs.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a temporary folder"));

/// A tar archive with a layout of OCI or in the older form of `docker save`, as it is and with checksums that are right.
pub fn image_archive(input: &[u8]) -> bool {
    let mut mended = input.to_vec();
    mend_checksums(&mut mended);
    let as_it_is = holds_image(input);
    as_it_is | (mended != input && holds_image(&mended))
}

/// Whether one of its images can be read up to its config, in one of the two forms.
fn holds_image(archive: &[u8]) -> bool {
    let path = path();
    fs::write(&path, archive).expect("a file can be written");
    let limits = limits();
    let layouts = [
        Layout::open_archive(&path, &limits),
        Layout::open_docker_archive(&path, &limits),
    ];
    let images = layouts.iter().flatten().map(|layout| images(layout, &limits));
    images.sum::<usize>() > 0
}

/// Low enough that every one of them is within reach of a small input.
fn limits() -> Limits {
    Limits {
        archive_size: 1 << 20,
        archive_entries: 64,
        index_entries: 8,
        layers: 8,
        manifest_size: 1 << 14,
        config_size: 1 << 14,
        ..Limits::default()
    }
}

fn images(layout: &Layout, limits: &Limits) -> usize {
    assert!(layout.entries().len() <= limits.index_entries);
    let whole = layout.entries().iter().filter(|entry| {
        let wanted = &entry.descriptor.digest;
        let Ok(document) = layout.document(wanted) else { return false };
        assert_eq!(document.digest, *wanted);
        let Content::Manifest(manifest) = document.content else { return false };
        assert!(manifest.layers.len() <= limits.layers);
        let Ok(config) = layout.config(&manifest) else { return false };
        assert_eq!(config.diff_ids.len(), manifest.layers.len());
        true
    });
    whole.count()
}

fn path() -> Utf8PathBuf {
    Utf8Path::from_path(FOLDER.path()).expect("a path in UTF-8").join("images.tar")
}

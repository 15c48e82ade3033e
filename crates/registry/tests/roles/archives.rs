//! Images inside of tar archives: layouts, and what `docker save` writes in its older form.

use std::io::Write as _;

use camino::Utf8Path;
use model::{Digest, Tag};
use outrigger_registry::{
    ArchiveWriter, BlobPrefix, Content, ErrorKind, Invalid, Layout, Limits, LocalRepository, Missing,
    Resolve as _, Selector, Wanted,
};
use serde_json::json;
use tar::{Builder, EntryType, Header};

use crate::holder::{Folder, Images, InMemory, copy, read, whale};

/// An archive with these files, in their order.
fn pack(path: &Utf8Path, files: &[(&str, &[u8])]) {
    let mut builder = Builder::new(std::fs::File::create(path).unwrap());
    for (name, bytes) in files {
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.finish().unwrap();
}

fn link(builder: &mut Builder<std::fs::File>, name: &str, target: &str) {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Symlink);
    header.set_size(0);
    builder.append_link(&mut header, name, target).unwrap();
}

async fn archive_of(images: &Images, path: &Utf8Path) {
    let source = InMemory::over(images.in_memory()).await;
    let archive = ArchiveWriter::begin(path).unwrap();
    for tag in ["1.0.0", "1.1.0"] {
        copy((&source.client, &source.id), (archive.layout(), &whale()), tag)
            .await
            .unwrap();
    }
    archive.finish().unwrap();
}

async fn holds_both(layout: Layout, images: &Images) {
    let local = LocalRepository::new(layout, &Wanted::default()).unwrap();
    for (tag, image) in [("1.0.0", &images.index), ("1.1.0", &images.single)] {
        let selector = Selector::Tag(tag.parse::<Tag>().unwrap());
        let document = local.document(&whale(), &selector).await.unwrap();
        assert_eq!(document.digest, *image.digest());
    }
    let document = local.layout().document(images.single.digest()).unwrap();
    let Content::Manifest(manifest) = document.content else {
        panic!("an index");
    };
    for layer in &manifest.layers {
        let stream = local
            .layout()
            .rest_of_blob(layer, BlobPrefix::none_of(layer))
            .unwrap();
        assert_eq!(read(stream).await.unwrap(), images.single.blobs()[&layer.digest]);
    }
}

#[tokio::test]
async fn a_layout_in_an_archive_is_read_as_one_in_a_folder() {
    let folder = Folder::new();
    let images = Images::new();
    let path = folder.join("whale.tar");
    archive_of(&images, &path).await;
    holds_both(Layout::open_archive(&path, &Limits::default()).unwrap(), &images).await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn an_archive_that_gzip_compressed_is_read_too_up_to_its_limit() {
    let folder = Folder::new();
    let images = Images::new();
    let path = folder.join("whale.tar");
    archive_of(&images, &path).await;
    let packed = folder.join("whale.tar.gz");
    let file = std::fs::File::create(&packed).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    encoder.write_all(&std::fs::read(&path).unwrap()).unwrap();
    encoder.finish().unwrap();
    holds_both(
        Layout::open_archive(&packed, &Limits::default()).unwrap(),
        &images,
    )
    .await;
    let small = Limits {
        archive_size: 10_000,
        ..Limits::default()
    };
    let error = Layout::open_archive(&packed, &small).unwrap_err();
    assert!(
        matches!(
            error.kind(),
            ErrorKind::TooLarge {
                setting: "limits.archive-size",
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn the_same_content_gives_the_same_archive() {
    let folder = Folder::new();
    let images = Images::new();
    let [first, second] = ["first.tar", "second.tar"].map(|name| folder.join(name));
    archive_of(&images, &first).await;
    archive_of(&images, &second).await;
    assert_eq!(std::fs::read(first).unwrap(), std::fs::read(second).unwrap());
}

#[test]
fn an_archive_that_is_given_up_leaves_the_file_before_it() {
    let folder = Folder::new();
    let path = folder.join("whale.tar");
    std::fs::write(&path, "before").unwrap();
    let archive = ArchiveWriter::begin(&path).unwrap();
    archive.layout().put(b"whale").unwrap();
    drop(archive);
    assert_eq!(std::fs::read(&path).unwrap(), b"before");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// What an engine saved before it kept images as registries do.
fn saved(path: &Utf8Path, tags: &serde_json::Value) -> (Digest, Vec<u8>) {
    let layer = b"as good as a layer".to_vec();
    let config = json!({
        "os": "linux", "architecture": "amd64",
        "config": {"Labels": {"org.opencontainers.image.title": "Whale"}},
        "rootfs": {"type": "layers", "diff_ids": [Digest::of(&layer).to_string(), Digest::of(&layer).to_string()]},
    });
    let config = config.to_string().into_bytes();
    let name = format!("{}.json", Digest::of(&config).hex());
    let list = json!([{"Config": name, "RepoTags": tags, "Layers": ["a/layer.tar", "b/layer.tar"]}]);
    let mut builder = Builder::new(std::fs::File::create(path).unwrap());
    for (name, bytes) in [
        (name.as_str(), config.as_slice()),
        ("a/layer.tar", layer.as_slice()),
        ("manifest.json", list.to_string().as_bytes()),
    ] {
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, bytes).unwrap();
    }
    // A layer that two images share is written once.
    link(&mut builder, "b/layer.tar", "../a/layer.tar");
    builder.finish().unwrap();
    (Digest::of(&config), layer)
}

#[tokio::test]
async fn a_saved_image_has_its_names_its_config_and_its_plain_layers() {
    let folder = Folder::new();
    let path = folder.join("whale.tar");
    let (config_digest, bytes) = saved(&path, &json!(["acme/whale:1.2.0", "acme/whale:latest"]));
    let layout = Layout::open_docker_archive(&path, &Limits::default()).unwrap();
    let names: Vec<_> = layout
        .entries()
        .iter()
        .map(|entry| entry.name.as_ref().unwrap().to_string())
        .collect();
    assert_eq!(
        names,
        ["docker.io/acme/whale:1.2.0", "docker.io/acme/whale:latest"]
    );
    let document = layout.document(&layout.entries()[0].descriptor.digest).unwrap();
    let Content::Manifest(manifest) = document.content else {
        panic!("an index");
    };
    assert_eq!(manifest.config.digest, config_digest);
    let config = layout.config(&manifest).unwrap();
    assert_eq!(config.labels["org.opencontainers.image.title"], "Whale");
    for layer in &manifest.layers {
        let stream = layout.rest_of_blob(layer, BlobPrefix::none_of(layer)).unwrap();
        assert_eq!(read(stream).await.unwrap(), bytes);
    }
}

#[test]
fn a_saved_image_without_a_name_has_none() {
    let folder = Folder::new();
    let path = folder.join("whale.tar");
    saved(&path, &json!(null));
    let layout = Layout::open_docker_archive(&path, &Limits::default()).unwrap();
    assert_eq!(layout.entries().len(), 1);
    assert_eq!(layout.entries()[0].name, None);
}

#[test]
fn what_is_no_archive_of_its_kind_says_so() {
    let folder = Folder::new();
    let path = folder.join("whale.tar");
    let missing = Missing::File;
    let limits = Limits::default();
    assert_eq!(
        *Layout::open_archive(&path, &limits).unwrap_err().kind(),
        ErrorKind::NotFound { missing }
    );
    std::fs::write(&path, vec![b'x'; 2000]).unwrap();
    let error = Layout::open_archive(&path, &limits).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Invalid(Invalid::Archive { .. })),
        "{error}"
    );
    pack(&path, &[("readme.txt", b"hello")]);
    let error = Layout::open_archive(&path, &limits).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Invalid(Invalid::NoLayout));
    let error = Layout::open_docker_archive(&path, &limits).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Invalid(Invalid::NoDockerArchive));
}

#[test]
fn a_saved_image_that_does_not_hold_together_is_refused() {
    let folder = Folder::new();
    let path = folder.join("whale.tar");
    let config = json!({"rootfs": {"diff_ids": [Digest::of(b"x").to_string()]}}).to_string();
    for list in [
        json!({"Config": "c.json"}),
        json!([{"Config": "../../../etc/passwd", "Layers": []}]),
        json!([{"Config": "missing.json", "Layers": []}]),
        json!([{"Config": "c.json", "Layers": []}]),
        json!([{"Config": "c.json", "Layers": ["missing.tar"]}]),
    ] {
        pack(
            &path,
            &[
                ("c.json", config.as_bytes()),
                ("manifest.json", list.to_string().as_bytes()),
            ],
        );
        let error = Layout::open_docker_archive(&path, &Limits::default()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{list}: {error}");
    }
}

#[test]
fn links_that_go_round_in_circles_lead_nowhere() {
    let folder = Folder::new();
    let path = folder.join("whale.tar");
    let mut builder = Builder::new(std::fs::File::create(&path).unwrap());
    link(&mut builder, "manifest.json", "other.json");
    link(&mut builder, "other.json", "manifest.json");
    builder.finish().unwrap();
    let error = Layout::open_docker_archive(&path, &Limits::default()).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Invalid(Invalid::NoDockerArchive));
}

#[test]
fn headers_and_entries_without_end_are_refused() {
    let folder = Folder::new();
    let path = folder.join("whale.tar");
    let mut builder = Builder::new(std::fs::File::create(&path).unwrap());
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::GNULongName);
    header.set_path("././@LongLink").unwrap();
    let name = vec![b'a'; 1 << 20];
    header.set_size(name.len() as u64);
    header.set_cksum();
    builder.append(&header, name.as_slice()).unwrap();
    builder.finish().unwrap();
    let error = Layout::open_archive(&path, &Limits::default()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Invalid(Invalid::Archive { .. })),
        "{error}"
    );

    let few = Limits {
        archive_entries: 2,
        ..Limits::default()
    };
    pack(&path, &[("a", b""), ("b", b""), ("c", b"")]);
    let error = Layout::open_archive(&path, &few).unwrap_err();
    assert!(
        matches!(
            error.kind(),
            ErrorKind::TooLarge {
                setting: "limits.archive-entries",
                ..
            }
        ),
        "{error}"
    );
}

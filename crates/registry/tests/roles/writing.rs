//! Layouts that are written: what is there when, and what is never there.

use std::io::Write as _;
use std::sync::Arc;

use model::{Digest, Tag};
use outrigger_registry::{
    Content, EntryName, ErrorKind, Invalid, Layout, LayoutWriter, Limits, Parcel, Push as _, Resolve as _,
};

use crate::holder::{Folder, Images, InMemory, copy, descriptor, layout_of, open, whale};

fn names(folder: &Folder) -> Vec<String> {
    let layout = Layout::open(folder.path(), &Limits::default()).unwrap();
    let entries = layout.entries().iter();
    entries
        .map(|entry| entry.name.as_ref().map(ToString::to_string).unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn what_is_written_is_named_by_repository_and_tag() {
    let folder = Folder::new();
    let images = Images::new();
    layout_of(&images, folder.path()).await;
    assert_eq!(
        names(&folder),
        [
            "registry.example/acme/whale:1.0.0",
            "registry.example/acme/whale:1.1.0"
        ]
    );
    let layout = Layout::open(folder.path(), &Limits::default()).unwrap();
    let document = layout.document(images.index.digest()).unwrap();
    assert!(matches!(document.content, Content::Index(entries) if entries.len() == 2));
}

#[tokio::test]
async fn a_name_leads_to_one_image_and_a_second_time_to_the_other() {
    let folder = Folder::new();
    let images = Images::new();
    layout_of(&images, folder.path()).await;
    let moved = InMemory::over(embedded::Registry::new()).await;
    moved.registry.push("acme/whale", "1.0.0", &images.single);
    let writer = LayoutWriter::open(folder.path()).unwrap();
    copy((&moved.client, &moved.id), (&writer, &whale()), "1.0.0")
        .await
        .unwrap();
    assert_eq!(names(&folder).len(), 2);
    let tag: Tag = "1.0.0".parse().unwrap();
    let digest = open(folder.path()).head(&whale(), &tag).await.unwrap();
    assert_eq!(digest, *images.single.digest());
}

#[test]
fn a_blob_stands_under_its_digest_once_it_is_finished() {
    let folder = Folder::new();
    let writer = LayoutWriter::open(folder.path()).unwrap();
    let mut blob = writer.blob().unwrap();
    blob.write_all(b"wha").unwrap();
    blob.write_all(b"le").unwrap();
    let stored = blob.finish().unwrap();
    assert_eq!((stored.digest, stored.size), (Digest::of(b"whale"), 5));
    let path = folder.join("blobs/sha256").join(Digest::of(b"whale").hex());
    assert_eq!(std::fs::read(path).unwrap(), b"whale");
}

#[test]
fn what_is_given_up_leaves_nothing() {
    let folder = Folder::new();
    let writer = LayoutWriter::open(folder.path()).unwrap();
    let mut blob = writer.blob().unwrap();
    blob.write_all(b"whale").unwrap();
    drop(blob);
    let mut left: Vec<_> = folder
        .path()
        .read_dir_utf8()
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_owned())
        .collect();
    left.sort();
    assert_eq!(left, Vec::<String>::new());
}

#[tokio::test]
async fn a_blob_that_does_not_come_as_promised_is_not_there() {
    let images = Images::new();
    let lying = embedded::Registry::new();
    let layer = images.single.layer_digests()[0].clone();
    let broken = images.single.clone().with_blob(&layer, "something else");
    lying.push("acme/whale", "1.1.0", &broken);
    let source = InMemory::over(lying).await;
    let folder = Folder::new();
    let writer = LayoutWriter::open(folder.path()).unwrap();
    let copied = copy((&source.client, &source.id), (&writer, &whale()), "1.1.0").await;
    assert!(matches!(copied.unwrap_err().kind(), ErrorKind::Invalid(_)));
    assert!(Layout::open(folder.path(), &Limits::default()).is_err());
    let path = folder.join("blobs/sha256").join(layer.hex());
    assert!(!path.exists());
}

#[tokio::test]
async fn what_is_there_is_known_to_be_there() {
    let folder = Folder::new();
    let images = Images::new();
    let holder = InMemory::over(images.in_memory()).await;
    let writer = LayoutWriter::open(folder.path()).unwrap();
    let layer = &images.single.layer_digests()[0];
    let blob = descriptor(&images.single.blobs()[layer]);
    assert!(!writer.has_blob(&whale(), &blob).await.unwrap());
    let parcel = Parcel {
        source: &holder.client,
        from: &holder.id,
        blob: &blob,
        mount: None,
        sent: Arc::new(|_| {}),
    };
    writer.push_blob(&whale(), &parcel).await.unwrap();
    assert!(writer.has_blob(&whale(), &blob).await.unwrap());
}

#[test]
fn a_folder_that_holds_something_else_is_left_as_it_is() {
    let folder = Folder::new();
    std::fs::write(folder.join("thesis.txt"), "years of work").unwrap();
    let error = LayoutWriter::open(folder.path()).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Invalid(Invalid::NoLayout));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_is_a_layout_from_its_first_name_on() {
    let folder = Folder::new();
    let path = folder.path().join("layout");
    let writer = LayoutWriter::open(&path).unwrap();
    assert!(!path.exists());
    writer.put(b"whale").unwrap();
    assert!(Layout::open(&path, &Limits::default()).is_err());
    // Whoever was interrupted there begins again.
    let writer = LayoutWriter::open(&path).unwrap();
    let stored = writer.put(br#"{"schemaVersion":2,"manifests":[]}"#).unwrap();
    let mut entry = descriptor(b"");
    (entry.digest, entry.size) = (stored.digest, stored.size);
    writer
        .name(&entry, &EntryName::Tag("1.0.0".parse().unwrap()))
        .unwrap();
    assert!(Layout::open(&path, &Limits::default()).is_ok());
}

#[test]
fn a_tag_alone_is_a_name_too() {
    let folder = Folder::new();
    let writer = LayoutWriter::open(folder.path()).unwrap();
    let stored = writer.put(br#"{"schemaVersion":2,"manifests":[]}"#).unwrap();
    let mut entry = descriptor(b"");
    (entry.digest, entry.size) = (stored.digest, stored.size);
    writer
        .name(&entry, &EntryName::Tag("1.0.0".parse().unwrap()))
        .unwrap();
    assert_eq!(names(&folder), ["1.0.0"]);
}

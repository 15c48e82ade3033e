//! Layouts that are broken, or made to do harm.

use camino::Utf8Path;
use model::Digest;
use outrigger_registry::{
    BlobPrefix, Content, Error, ErrorKind, ImageManifest, Invalid, Layout, Limits, Missing,
};
use serde_json::{Value, json};

use crate::holder::{Folder, Images, descriptor, layout_of, read};

fn open(folder: &Utf8Path) -> Result<Layout, Error> {
    Layout::open(folder, &Limits::default())
}

fn problem(folder: &Utf8Path) -> ErrorKind {
    open(folder).unwrap_err().kind().clone()
}

fn write(folder: &Utf8Path, name: &str, content: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// A layout whose list is this.
fn listing(folder: &Utf8Path, list: &Value) {
    write(folder, "oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    write(folder, "index.json", list.to_string());
}

/// The manifest of `1.1.0`, and its layout.
async fn single(folder: &Utf8Path) -> (Layout, ImageManifest) {
    let images = Images::new();
    layout_of(&images, folder).await;
    let layout = open(folder).unwrap();
    let document = layout.document(images.single.digest()).unwrap();
    match document.content {
        Content::Manifest(manifest) => (layout, manifest),
        Content::Index(_) => panic!("an index"),
    }
}

fn blob_path(folder: &Utf8Path, digest: &Digest) -> camino::Utf8PathBuf {
    folder.join("blobs/sha256").join(digest.hex())
}

#[test]
fn what_is_not_there_is_not_found_and_what_is_no_layout_says_so() {
    let folder = Folder::new();
    let missing = Missing::File;
    assert_eq!(problem(&folder.join("nowhere")), ErrorKind::NotFound { missing });
    assert_eq!(problem(folder.path()), ErrorKind::Invalid(Invalid::NoLayout));
    write(folder.path(), "oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    assert_eq!(problem(folder.path()), ErrorKind::Invalid(Invalid::NoLayout));
}

#[test]
fn an_error_says_where_it_was_and_what_it_was_about() {
    let folder = Folder::new();
    listing(folder.path(), &json!([]));
    let error = open(folder.path()).unwrap_err().to_string();
    let folder = folder.path();
    assert_eq!(
        error,
        format!(
            "cannot open oci:{folder} ({folder}/index.json): the list of the layout cannot be read: it is not a JSON object"
        )
    );
}

#[test]
fn a_layout_of_another_version_is_not_guessed_at() {
    let folder = Folder::new();
    listing(folder.path(), &json!({"manifests": []}));
    for mark in [r#"{"imageLayoutVersion":"2.0.0"}"#, "{}"] {
        write(folder.path(), "oci-layout", mark);
        assert!(matches!(
            problem(folder.path()),
            ErrorKind::Invalid(Invalid::LayoutVersion { .. })
        ));
    }
}

#[test]
fn a_list_ends_at_its_limits() {
    let folder = Folder::new();
    let entry = json!({"digest": Digest::of(b"x").to_string(), "size": 1});
    listing(folder.path(), &json!({"manifests": vec![entry; 1025]}));
    assert!(matches!(
        problem(folder.path()),
        ErrorKind::TooLarge {
            setting: "limits.index-entries",
            ..
        }
    ));
    write(folder.path(), "index.json", vec![b' '; (4 << 20) + 1]);
    assert!(matches!(
        problem(folder.path()),
        ErrorKind::TooLarge {
            setting: "limits.manifest-size",
            ..
        }
    ));
}

#[test]
fn a_list_is_no_image_and_leads_nowhere_else() {
    let folder = Folder::new();
    for list in [
        json!({"layers": [], "config": {"digest": Digest::of(b"x").to_string(), "size": 1}}),
        json!({"manifests": [], "layers": []}),
        json!({"manifests": [{"digest": "sha256:../../../../etc/passwd", "size": 1}]}),
        json!({"manifests": [{"digest": Digest::of(b"x").to_string(), "size": -1}]}),
    ] {
        listing(folder.path(), &list);
        assert!(matches!(problem(folder.path()), ErrorKind::Invalid(_)), "{list}");
    }
}

#[tokio::test]
async fn other_bytes_under_a_digest_are_refused() {
    let folder = Folder::new();
    let (layout, manifest) = single(folder.path()).await;
    let layer = &manifest.layers[0];
    let path = blob_path(folder.path(), &layer.digest);
    std::fs::write(&path, vec![0; usize::try_from(layer.size).unwrap()]).unwrap();
    let stream = layout.rest_of_blob(layer, BlobPrefix::none_of(layer)).unwrap();
    let error = read(stream).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Invalid(Invalid::WrongDigest { .. })),
        "{error}"
    );

    std::fs::write(&path, "short").unwrap();
    let error = layout
        .rest_of_blob(layer, BlobPrefix::none_of(layer))
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Invalid(Invalid::WrongSize { .. })),
        "{error}"
    );

    std::fs::write(blob_path(folder.path(), &manifest.config.digest), "{}").unwrap();
    assert!(matches!(
        layout.config(&manifest).unwrap_err().kind(),
        ErrorKind::Invalid(_)
    ));
    std::fs::write(blob_path(folder.path(), &manifest.digest), "{}").unwrap();
    let error = layout.document(&manifest.digest).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Invalid(Invalid::WrongDigest { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn what_the_documents_name_and_nobody_packed_is_told() {
    let folder = Folder::new();
    let (layout, manifest) = single(folder.path()).await;
    let layer = &manifest.layers[0];
    std::fs::remove_file(blob_path(folder.path(), &layer.digest)).unwrap();
    let error = layout
        .rest_of_blob(layer, BlobPrefix::none_of(layer))
        .unwrap_err();
    let digest = layer.digest.clone();
    assert_eq!(*error.kind(), ErrorKind::Invalid(Invalid::NotHeld { digest }));
}

#[cfg(unix)]
#[test]
fn nobody_waits_for_a_pipe_or_reads_a_device() {
    let folder = Folder::new();
    listing(folder.path(), &json!({"manifests": []}));
    let layout = open(folder.path()).unwrap();
    let blob = descriptor(b"whale");
    let path = blob_path(folder.path(), &blob.digest);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    for target in ["/dev/zero", "pipe"] {
        if target == "pipe" {
            let made = std::process::Command::new("mkfifo").arg(&path).status();
            assert!(made.unwrap().success());
        } else {
            std::os::unix::fs::symlink(target, &path).unwrap();
        }
        let error = layout
            .rest_of_blob(&blob, BlobPrefix::none_of(&blob))
            .unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::File { .. }),
            "{target}: {error}"
        );
        std::fs::remove_file(&path).unwrap();
    }
}

//! Blobs whose transfer breaks: they go on without a gap, and nothing is passed on twice.

use std::time::Duration;

use outrigger_registry::{BlobPrefix, ErrorKind, Invalid, Limits, NetworkProblem};
use testkit::Fault;

use crate::fixture::{invalid, kind};
use crate::scene::{Scene, brief};

fn from(start: usize) -> String {
    format!("bytes={start}-")
}

/// A request without a range.
fn all() -> String {
    "all".to_owned()
}

#[tokio::test]
async fn a_blob_goes_on_where_its_transfer_broke() {
    let scene = Scene::new().await;
    scene.faulty.times(2, "/blobs/", Fault::CutBody(40_000));
    let (bytes, ended) = scene.read().await;
    ended.unwrap();
    assert!(bytes == scene.layer());
    assert_eq!(scene.ranges(), [all(), from(40_000), from(80_000)]);
}

#[tokio::test]
async fn a_registry_without_ranges_sends_all_of_it_again_and_nothing_is_passed_on_twice() {
    let scene = Scene::new().await;
    scene
        .faulty
        .always("/blobs/", Fault::IgnoreRange)
        .times(1, "/blobs/", Fault::CutBody(40_000));
    let (bytes, ended) = scene.read().await;
    ended.unwrap();
    assert!(bytes == scene.layer());
    assert_eq!(scene.ranges(), [all(), from(40_000)]);
}

#[tokio::test]
async fn a_registry_that_answers_another_range_is_asked_for_the_whole() {
    let size = Scene::new().await.layer().len();
    let last = size - 1;
    for wrong in [
        format!("bytes 0-{last}/{size}"),
        format!("bytes 39999-{last}/{size}"),
        format!("bytes 40000-{}/{size}", last - 1),
        format!("bytes 40000-{last}/{}", size + 1),
        format!("bytes 40000-{last}/*"),
        format!("bytes=40000-{last}/{size}"),
        String::new(),
    ] {
        let scene = Scene::new().await;
        scene
            .faulty
            .times(1, "/blobs/", Fault::CutBody(40_000))
            .always("/blobs/", Fault::ContentRange(wrong.clone()));
        let (bytes, ended) = scene.read().await;
        ended.unwrap();
        assert!(bytes == scene.layer(), "{wrong}");
        assert_eq!(scene.ranges(), [all(), from(40_000), all()], "{wrong}");
    }
}

#[tokio::test]
async fn a_registry_that_refuses_every_range_is_asked_for_one_once() {
    let scene = Scene::new().await;
    scene
        .faulty
        .always("/blobs/", Fault::RefuseRange)
        .times(1, "/blobs/", Fault::CutBody(40_000));
    let (bytes, ended) = scene.read().await;
    ended.unwrap();
    assert!(bytes == scene.layer());
    assert_eq!(scene.ranges(), [all(), from(40_000), all()]);
}

#[tokio::test]
async fn a_beginning_that_comes_differently_the_second_time_ends_the_transfer() {
    let scene = Scene::new().await;
    let mut other = scene.layer();
    other[3] ^= 1;
    scene
        .faulty
        .always("/blobs/", Fault::IgnoreRange)
        .times(1, "/blobs/", Fault::CutBody(40_000))
        .after(1, "/blobs/", Fault::Body(other));
    let (bytes, ended) = scene.read().await;
    let error = ended.unwrap_err();
    assert_eq!(*invalid(&error), Invalid::ChangedContent, "{error}");
    assert!(bytes == scene.layer()[..40_000]);
    assert_eq!(scene.faulty.requests().len(), 2);
}

#[tokio::test]
async fn a_rest_of_other_bytes_is_found_out_at_the_end() {
    let scene = Scene::new().await;
    let size = scene.layer().len();
    scene.faulty.times(1, "/blobs/", Fault::CutBody(40_000)).after(
        1,
        "/blobs/",
        Fault::Body(vec![7; size - 40_000]),
    );
    let (_, ended) = scene.read().await;
    let error = ended.unwrap_err();
    assert!(matches!(invalid(&error), Invalid::WrongDigest { .. }), "{error}");
    assert_eq!(scene.ranges(), [all(), from(40_000)]);
}

#[tokio::test]
async fn a_rest_of_another_length_is_refused_before_its_first_byte() {
    let scene = Scene::new().await;
    scene
        .faulty
        .times(1, "/blobs/", Fault::CutBody(40_000))
        .after(1, "/blobs/", Fault::Body(vec![7; 100]));
    let (bytes, ended) = scene.read().await;
    let error = ended.unwrap_err();
    assert!(
        matches!(invalid(&error), Invalid::WrongSize { actual: 40_100, .. }),
        "{error}"
    );
    assert_eq!(bytes.len(), 40_000);
}

#[tokio::test]
async fn a_line_that_always_breaks_is_given_up_after_the_limit() {
    let scene = Scene::new().await;
    scene.faulty.always("/blobs/", Fault::CutBody(100));
    let (bytes, ended) = scene.read().await;
    let error = ended.unwrap_err();
    let broken = matches!(
        kind(&error),
        ErrorKind::Network {
            problem: NetworkProblem::Broken,
            ..
        }
    );
    assert!(broken, "{error}");
    assert!(bytes == scene.layer()[..400]);
    assert_eq!(scene.ranges(), [all(), from(100), from(200), from(300)]);
    let attempts: Vec<_> = scene
        .told()
        .iter()
        .map(|retry| (retry.attempt, retry.attempts))
        .collect();
    assert_eq!(attempts, [(1, 3), (2, 3), (3, 3)]);
}

#[tokio::test]
async fn a_line_that_falls_silent_is_taken_up_again_if_it_brought_something() {
    let limits = Limits {
        resumes: 1,
        ..brief()
    };
    let scene = Scene::with(limits).await;
    // Longer than the idle time before each byte: no transfer brings a thing.
    scene
        .faulty
        .always("/blobs/", Fault::SlowBody(Duration::from_secs(1)));
    let (bytes, ended) = scene.read().await;
    let error = ended.unwrap_err();
    let timeout = matches!(
        kind(&error),
        ErrorKind::Network {
            problem: NetworkProblem::Timeout,
            ..
        }
    );
    assert!(timeout, "{error}");
    assert!(bytes.is_empty());
    assert_eq!(scene.faulty.requests().len(), 1);

    scene.faulty.heal().times(1, "/blobs/", Fault::StallBody(40_000));
    scene.faulty.clear_requests();
    let (bytes, ended) = scene.read().await;
    ended.unwrap();
    assert!(bytes == scene.layer());
    assert_eq!(scene.ranges(), [all(), from(40_000)]);
}

#[tokio::test]
async fn a_blob_that_trickles_is_given_up() {
    let scene = Scene::new().await;
    scene
        .faulty
        .always("/blobs/", Fault::SlowBody(Duration::from_millis(20)));
    let (_, ended) = scene.read().await;
    let error = ended.unwrap_err();
    let slow = matches!(
        kind(&error),
        ErrorKind::Network {
            problem: NetworkProblem::Slow,
            ..
        }
    );
    assert!(slow, "{error}");
    assert!(error.to_string().contains("limits.blob-rate"), "{error}");
    assert_eq!(scene.faulty.requests().len(), 1);
}

#[tokio::test]
async fn only_what_lies_behind_a_prefix_is_asked_for() {
    let scene = Scene::new().await;
    let (layer, descriptor) = (scene.layer(), scene.descriptor());
    let mut prefix = BlobPrefix::none_of(&descriptor);
    prefix.push(&layer[..1000]).unwrap();
    prefix.push(&layer[1000..30_000]).unwrap();
    let (bytes, ended) = scene.read_behind(prefix).await;
    ended.unwrap();
    assert!(bytes == layer[30_000..]);
    assert_eq!(scene.ranges(), [from(30_000)]);
}

#[tokio::test]
async fn a_prefix_that_is_the_whole_blob_needs_no_request() {
    let scene = Scene::new().await;
    let mut prefix = BlobPrefix::none_of(&scene.descriptor());
    prefix.push(&scene.layer()).unwrap();
    assert!(prefix.push(b"more").is_err());
    let mut prefix = BlobPrefix::none_of(&scene.descriptor());
    prefix.push(&scene.layer()).unwrap();
    let (bytes, ended) = scene.read_behind(prefix).await;
    ended.unwrap();
    assert!(bytes.is_empty());
    assert!(scene.faulty.requests().is_empty());
}

#[tokio::test]
async fn a_prefix_is_not_trusted() {
    for (ranges, refused) in [(true, "its digest is"), (false, "with other content")] {
        let scene = Scene::new().await;
        if !ranges {
            scene.faulty.always("/blobs/", Fault::IgnoreRange);
        }
        let mut prefix = BlobPrefix::none_of(&scene.descriptor());
        prefix.push(&vec![7; 30_000]).unwrap();
        let (_, ended) = scene.read_behind(prefix).await;
        let error = ended.unwrap_err().to_string();
        assert!(error.contains(refused), "{error}");
        assert_eq!(scene.faulty.requests().len(), 1);
    }
}

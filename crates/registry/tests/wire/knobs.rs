//! Every fault of the test registry, with what it costs: requests and time are bounded.

use std::time::{Duration, Instant};

use model::Digest;
use outrigger_registry::{ErrorKind, Invalid, Limits, NetworkProblem, Resolve as _, Selector, Tags as _};
use testkit::{Fault, RetryAfter};

use crate::fixture::{Image, invalid, kind, tag};
use crate::scene::{Scene, brief};
use crate::server::{Server, ok};

const TAGS: &str = "/tags/list";

fn network(problem: NetworkProblem) -> impl Fn(&ErrorKind) -> bool {
    move |kind| matches!(kind, ErrorKind::Network { problem: found, .. } if *found == problem)
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_kept_in_both_its_forms_and_told() {
    let second = Some(Duration::from_secs(1));
    let limited = ErrorKind::RateLimited { after: second };
    let unavailable = ErrorKind::Server {
        status: 503,
        after: second,
        said: None,
    };
    for (fault, cause) in [
        (Fault::TooManyRequests(RetryAfter::Seconds(1)), &limited),
        (Fault::TooManyRequests(RetryAfter::Date(1)), &limited),
        (Fault::Unavailable(RetryAfter::Seconds(1)), &unavailable),
        (Fault::Unavailable(RetryAfter::Date(1)), &unavailable),
    ] {
        let scene = Scene::new().await;
        scene.faulty.times(1, TAGS, fault);
        let start = Instant::now();
        scene.client.tags(&scene.id).await.unwrap();
        assert!(start.elapsed() >= Duration::from_secs(1));
        assert_eq!(scene.faulty.requests().len(), 2);
        let told = scene.told();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].endpoint.as_deref(), Some(scene.faulty.authority()));
        assert_eq!(told[0].pause, Duration::from_secs(1));
        assert_eq!((told[0].attempt, told[0].attempts), (1, 2));
        assert_eq!(told[0].cause, *cause);
    }
}

#[tokio::test]
async fn a_pause_that_is_too_long_or_not_said_is_reported_at_once() {
    for (fault, cause) in [
        (
            Fault::TooManyRequests(RetryAfter::Seconds(6)),
            "the registry limits how often it may be asked; again in 6 seconds",
        ),
        (
            Fault::TooManyRequests(RetryAfter::Date(59)),
            "the registry limits how often it may be asked; again in 59 seconds",
        ),
        (
            Fault::TooManyRequests(RetryAfter::Unsaid),
            "the registry limits how often it may be asked",
        ),
        (
            Fault::Unavailable(RetryAfter::Seconds(6)),
            "the registry answers 503; again in 6 seconds",
        ),
        (
            Fault::Unavailable(RetryAfter::Date(59)),
            "the registry answers 503; again in 59 seconds",
        ),
    ] {
        let scene = Scene::new().await;
        scene.faulty.always(TAGS, fault);
        let error = scene.client.tags(&scene.id).await.unwrap_err();
        assert_eq!(kind(&error).to_string(), cause);
        assert_eq!(scene.faulty.requests().len(), 1);
        assert!(scene.told().is_empty());
    }
}

#[tokio::test]
async fn what_fails_for_a_moment_is_asked_again_and_what_keeps_failing_is_left() {
    for fault in [
        Fault::Unavailable(RetryAfter::Unsaid),
        Fault::Status("500 Internal Server Error"),
        Fault::HangUp,
        Fault::CutBody(3),
    ] {
        let scene = Scene::new().await;
        scene.faulty.times(2, TAGS, fault.clone());
        scene.client.tags(&scene.id).await.unwrap();
        assert_eq!(scene.faulty.requests().len(), 3, "{fault:?}");

        let scene = Scene::new().await;
        scene.faulty.always("", fault.clone());
        for asked in 1..=3 {
            match asked {
                1 => drop(scene.client.tags(&scene.id).await.unwrap_err()),
                2 => drop(
                    scene
                        .client
                        .document(&scene.id, &Selector::Tag(tag()))
                        .await
                        .unwrap_err(),
                ),
                _ if matches!(fault, Fault::CutBody(_)) => continue, // a HEAD has no body
                _ => drop(scene.client.head(&scene.id, &tag()).await.unwrap_err()),
            }
            assert_eq!(scene.faulty.requests().len(), 3 * asked, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn retries_end_with_their_time_however_many_are_left() {
    let limits = Limits {
        retries: 100,
        retry_time: Duration::from_millis(900),
        ..brief()
    };
    let scene = Scene::with(limits).await;
    scene
        .faulty
        .always(TAGS, Fault::Status("503 Service Unavailable"));
    let start = Instant::now();
    scene.client.tags(&scene.id).await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    // The shortest pauses are 0.2, 0.4 and 0.8 s.
    assert!((2..=3).contains(&scene.faulty.requests().len()));
}

#[tokio::test]
async fn bodies_without_end_end_by_a_limit() {
    let limits = Limits {
        page_size: 10_000,
        manifest_size: 10_000,
        ..brief()
    };
    let scene = Scene::with(limits).await;
    scene.faulty.always("", Fault::EndlessBody);
    let error = scene.client.tags(&scene.id).await.unwrap_err();
    assert!(
        matches!(
            kind(&error),
            ErrorKind::TooLarge {
                setting: "limits.page-size",
                ..
            }
        ),
        "{error}"
    );
    let error = scene
        .client
        .document(&scene.id, &Selector::Tag(tag()))
        .await
        .unwrap_err();
    assert!(
        matches!(
            kind(&error),
            ErrorKind::TooLarge {
                setting: "limits.manifest-size",
                ..
            }
        ),
        "{error}"
    );
    let (bytes, ended) = scene.read().await;
    assert!(matches!(invalid(&ended.unwrap_err()), Invalid::WrongSize { .. }));
    assert!(bytes.len() <= scene.layer().len());
    assert_eq!(scene.faulty.requests().len(), 3);
}

#[tokio::test]
async fn a_document_that_trickles_ends_by_its_time() {
    let scene = Scene::new().await;
    scene
        .faulty
        .always("", Fault::SlowBody(Duration::from_millis(20)));
    let start = Instant::now();
    let error = scene
        .client
        .document(&scene.id, &Selector::Tag(tag()))
        .await
        .unwrap_err();
    assert!(network(NetworkProblem::Timeout)(kind(&error)), "{error}");
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(scene.faulty.requests().len(), 1);
}

#[tokio::test]
async fn a_list_without_end_is_left_after_the_limit_of_pages() {
    let scene = Scene::new().await;
    scene.faulty.always(TAGS, Fault::EndlessLink);
    let error = scene.client.tags(&scene.id).await.unwrap_err();
    assert!(
        matches!(
            kind(&error),
            ErrorKind::TooLarge {
                setting: "limits.pages",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(scene.faulty.requests().len(), 5);
}

#[tokio::test]
async fn a_list_that_goes_on_at_another_host_is_refused_without_asking_there() {
    let elsewhere = Server::start(|_| ok(r#"{"tags":["9.9.9"]}"#)).await;
    let scene = Scene::new().await;
    let target = elsewhere.url("/v2/acme/whale/tags/list?last=1");
    scene
        .faulty
        .always(TAGS, Fault::LinkTo(target.replace("127.0.0.1", "localhost")));
    let error = scene.client.tags(&scene.id).await.unwrap_err();
    assert!(
        matches!(invalid(&error), Invalid::PageElsewhere { .. }),
        "{error}"
    );
    assert_eq!((scene.faulty.requests().len(), elsewhere.count()), (1, 0));
}

#[tokio::test]
async fn every_page_of_an_odd_list_is_read() {
    let tags: Vec<String> = (0..12).map(|minor| format!("1.{minor}.0")).collect();
    for (page, requests) in [(1000, 1), (5, 3), (4, 3)] {
        let scene = Scene::new().await;
        scene.faulty.always(
            TAGS,
            Fault::Listing {
                tags: tags.clone(),
                page,
            },
        );
        let read = scene.client.tags(&scene.id).await.unwrap();
        let read: Vec<_> = read.iter().map(ToString::to_string).collect();
        assert_eq!(read, tags);
        assert_eq!(scene.faulty.requests().len(), requests);
    }
}

#[tokio::test]
async fn a_redirect_is_followed_with_the_range_that_is_still_wanted() {
    let layer = Scene::new().await.layer();
    let kept = layer.clone();
    let store = Server::start(move |request| match request.headers.get("range") {
        None => ok(kept.clone()),
        Some(range) => {
            assert_eq!(range, "bytes=40000-");
            let stated = format!("bytes 40000-{}/{}", kept.len() - 1, kept.len());
            crate::server::reply(206, &[("content-range", &stated)], &kept[40_000..])
        }
    })
    .await;
    let cut = testkit::FaultyRegistry::in_front_of(&store.authority);
    cut.times(1, "/blob", Fault::CutBody(40_000));
    let scene = Scene::new().await;
    let target = format!("http://{}/blob?X-Amz-Signature=s3cr3t", cut.authority());
    scene.faulty.always("/blobs/", Fault::RedirectTo(target));
    let (bytes, ended) = scene.read().await;
    ended.unwrap();
    assert!(bytes == layer);
    // Each transfer is asked for at the registry, which signs a new address.
    assert_eq!((scene.faulty.requests().len(), cut.requests().len()), (2, 2));
    let told = format!("{:?}", scene.told());
    assert!(!told.contains("s3cr3t"), "{told}");
}

#[tokio::test]
async fn redirects_and_challenges_that_go_round_are_left() {
    let scene = Scene::new().await;
    scene.faulty.always("", Fault::RedirectLoop);
    let error = scene.client.tags(&scene.id).await.unwrap_err();
    assert!(matches!(invalid(&error), Invalid::Redirect { .. }), "{error}");
    assert_eq!(scene.faulty.requests().len(), 6);

    let realm = Server::start(|_| ok(r#"{"token":"s3cr3t"}"#)).await;
    let scene = Scene::new().await;
    let challenge = format!("Bearer realm=\"{}\",service=\"whales\"", realm.url("/token"));
    scene.faulty.always("", Fault::Challenge(challenge));
    let error = scene.client.tags(&scene.id).await.unwrap_err();
    assert!(
        matches!(kind(&error), ErrorKind::HiddenOrMissing { .. }),
        "{error}"
    );
    assert_eq!((scene.faulty.requests().len(), realm.count()), (2, 1));
}

#[tokio::test]
async fn a_tag_that_answers_differently_the_second_time_is_another_digest_and_no_error() {
    let scene = Scene::new().await;
    let other = embedded::Image::builder().label("other", "one").build();
    scene.honest.push("acme/whale", "2.0.0", &other);
    let to = "/manifests/2.0.0".to_owned();
    let from = "/manifests/1.0.0";
    scene.faulty.after(1, from, Fault::ServeInstead { from, to });
    let first = scene.client.head(&scene.id, &tag()).await.unwrap();
    let second = scene
        .client
        .document(&scene.id, &Selector::Tag(tag()))
        .await
        .unwrap();
    assert_eq!((&first, &second.digest), (scene.image.digest(), other.digest()));
    // By its digest nothing else is taken.
    let from = "/manifests/sha256";
    let to = format!("/manifests/2.0.0?{from}");
    scene.faulty.always(from, Fault::ServeInstead { from, to });
    let error = scene
        .client
        .document(&scene.id, &Selector::Digest(first))
        .await
        .unwrap_err();
    assert!(matches!(invalid(&error), Invalid::WrongDigest { .. }), "{error}");
}

#[tokio::test]
async fn a_length_that_is_wrong_is_found_out() {
    let scene = Scene::new().await;
    scene.faulty.always("/blobs/", Fault::ContentLength(10));
    let (bytes, ended) = scene.read().await;
    assert!(matches!(
        invalid(&ended.unwrap_err()),
        Invalid::WrongSize { actual: 10, .. }
    ));
    assert!(bytes.is_empty());

    // A page that promises more than comes is a line that broke, time and again.
    scene.faulty.heal().always(TAGS, Fault::ContentLength(1000));
    scene.faulty.clear_requests();
    let error = scene.client.tags(&scene.id).await.unwrap_err();
    assert!(network(NetworkProblem::Broken)(kind(&error)), "{error}");
    assert_eq!(scene.faulty.requests().len(), 3);
}

#[tokio::test]
async fn a_digest_header_that_is_wrong_is_found_out() {
    let scene = Scene::new().await;
    let wrong = Digest::of(&Image::new().manifest).to_string();
    let fault = Fault::Header("docker-content-digest", wrong);
    scene.faulty.always("/manifests/", fault);
    let error = scene
        .client
        .document(&scene.id, &Selector::Tag(tag()))
        .await
        .unwrap_err();
    assert!(
        matches!(invalid(&error), Invalid::WrongDigestHeader { .. }),
        "{error}"
    );
    assert_eq!(scene.faulty.requests().len(), 1);
}

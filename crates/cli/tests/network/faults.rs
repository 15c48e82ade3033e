//! Each fault of a registry: what the user reads, how it ends, and what it costs at most.

use std::time::{Duration, Instant};

use embedded::Image;
use testkit::{Fault, RetryAfter};

use crate::scene::{Scene, whale};

/// An install costs five requests where nothing goes wrong: tags, manifest, config, two layers.
const PLAIN: usize = 5;

#[test]
fn what_passes_is_waited_for_and_told() {
    let scene = Scene::new();
    let authority = scene.faulty.authority().to_owned();
    let config = scene.whale.config_digest().unwrap().to_string();
    scene
        .faulty
        .times(1, "/tags/list", Fault::TooManyRequests(RetryAfter::Seconds(1)))
        .times(1, "/manifests/", Fault::TooManyRequests(RetryAfter::Date(1)))
        .times(1, &config, Fault::Status("503 Service Unavailable"))
        .times(1, &scene.layer(), Fault::HangUp);
    let output = scene.install().ok();
    for told in [
        format!(
            "waiting 1.0 s for {authority} (retry 1 of 2): the registry limits how often it may be asked; again in 1 seconds"
        ),
        format!("s for {authority} (retry 1 of 2): the registry answers 503"),
        format!("s for {authority} (retry 1 of 2): the connection broke: "),
    ] {
        assert!(output.stderr.contains(&told), "{told}\n{}", output.stderr);
    }
    assert_eq!(scene.faulty.requests().len(), PLAIN + 4);

    let scene = Scene::new();
    scene.faulty.times(1, "/tags/list", Fault::HangUp);
    let output = scene.run("install acme/whale --force --format json").ok();
    assert!(!output.stderr.contains("waiting"), "{}", output.stderr);
}

/// A fault, where it is met, how the install ends, what is said, and how many requests it takes at most.
struct Case {
    fault: Fault,
    path: &'static str,
    code: i32,
    says: &'static str,
    requests: usize,
}

fn case(path: &'static str, fault: Fault, code: i32, says: &'static str, requests: usize) -> Case {
    Case {
        fault,
        path,
        code,
        says,
        requests,
    }
}

/// Trouble on the way.
fn silent_and_broken() -> Vec<Case> {
    vec![
        case(
            "",
            Fault::TooManyRequests(RetryAfter::Seconds(3600)),
            5,
            "again in 3600 seconds",
            1,
        ),
        case(
            "",
            Fault::TooManyRequests(RetryAfter::Seconds(1)),
            5,
            "limits how often",
            3,
        ),
        case(
            "",
            Fault::TooManyRequests(RetryAfter::Unsaid),
            5,
            "limits how often",
            1,
        ),
        case(
            "",
            Fault::Status("500 Internal Server Error"),
            5,
            "answers 500",
            3,
        ),
        case("", Fault::HangUp, 5, "the connection broke", 3),
        case("/manifests/", Fault::CutBody(10), 5, "the connection broke", 4),
        case("/blobs/", Fault::CutBody(10), 5, "the connection broke", 12),
        case(
            "",
            Fault::SlowBody(Duration::from_millis(200)),
            5,
            "limits.document-time",
            1,
        ),
        case(
            "/blobs/",
            Fault::SlowBody(Duration::from_millis(5)),
            5,
            "too slow",
            5,
        ),
        case("", Fault::StallBody(1), 5, "no answer in time", 1),
    ]
}

/// Answers that are wrong, or do not end.
fn wrong_and_endless() -> Vec<Case> {
    let tags: Vec<String> = vec!["1.0.0".to_owned(), "0.9.0".to_owned()];
    vec![
        case("", Fault::EndlessBody, 6, "limits.page-size", 1),
        case("/manifests/", Fault::EndlessBody, 6, "limits.manifest-size", 3),
        case("/tags/list", Fault::EndlessLink, 6, "limits.pages", 5),
        case(
            "/tags/list",
            Fault::LinkTo("http://cdn.example/v2/x?last=1".to_owned()),
            6,
            "cdn.example",
            1,
        ),
        case(
            "",
            Fault::RedirectTo("http://cdn.example/x?y=s3cr3t".to_owned()),
            6,
            "cdn.example",
            1,
        ),
        case("", Fault::RedirectLoop, 6, "limits.redirects", 6),
        case(
            "",
            Fault::Challenge("Basic realm=\"x\"".to_owned()),
            5,
            "needs a login",
            1,
        ),
        case(
            "/tags/list",
            Fault::Listing { tags, page: 1 },
            0,
            "Installed",
            PLAIN + 1,
        ),
        case("/blobs/", Fault::ContentLength(1), 6, "were promised", 5),
        case(
            "/manifests/",
            Fault::Header("docker-content-digest", format!("sha256:{:064}", 0)),
            6,
            "the registry says that its digest",
            3,
        ),
        case("/blobs/", Fault::Body(vec![7; 9]), 6, "were promised", 5),
    ]
}

#[test]
fn what_does_not_pass_ends_within_its_requests_and_its_time() {
    silent_and_broken().into_iter().for_each(check);
}

#[test]
fn what_is_wrong_or_endless_ends_within_its_requests_and_its_time() {
    wrong_and_endless().into_iter().for_each(check);
}

fn check(case: Case) {
    let Case {
        fault,
        path,
        code,
        says,
        requests,
    } = case;
    let scene = Scene::new();
    if path == "/blobs/" {
        // The config passes: these are about layers.
        let config = scene.whale.config_digest().unwrap().to_string();
        for layer in scene.whale.layer_digests() {
            assert_ne!(layer.to_string(), config);
            scene.faulty.always(&layer.to_string(), fault.clone());
        }
    } else {
        scene.faulty.always(path, fault.clone());
    }
    let start = Instant::now();
    let output = scene.install().fails_with(code);
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(said.contains(says), "{fault:?}: {said}");
    assert!(!said.contains("s3cr3t"), "{said}");
    let asked = scene.faulty.requests().len();
    assert!(asked <= requests, "{fault:?}: {asked} requests\n{said}");
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "{fault:?}: {:?}",
        start.elapsed()
    );
}

#[test]
fn the_oldest_first_and_short_pages_change_nothing_about_the_choice() {
    let scene = Scene::new();
    let tags: Vec<String> = (0..10).map(|minor| format!("1.{minor}.0")).collect();
    for tag in &tags {
        scene.honest.push("acme/whale", tag, &whale(tag));
    }
    scene
        .faulty
        .always("/tags/list", Fault::Listing { tags, page: 3 });
    let output = scene.install().ok();
    assert!(output.stdout.contains("1.9.0"), "{}", output.stdout);
    assert_eq!(scene.faulty.count("/tags/list"), 4);
}

#[test]
fn a_tag_that_moves_within_an_operation_is_resolved_once() {
    let scene = Scene::new();
    let other = Image::builder()
        .label("org.opencontainers.image.title", "Shark")
        .build();
    scene.honest.push("acme/whale", "evil", &other);
    let (from, to) = ("/manifests/1.0.0", "/manifests/evil".to_owned());
    scene.faulty.after(1, from, Fault::ServeInstead { from, to });
    scene.install().ok();
    assert_eq!(scene.faulty.count(from), 1);
    let listed = scene.run("ls --format json").ok().json();
    assert_eq!(
        listed["extensions"][0]["digest"],
        scene.whale.digest().to_string()
    );
}

//! Registries that fail: one of several, for a while, or in the middle.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use testkit::tree;

use crate::scene::{API, Scene, broken, extension, findings, outrigger, whale};

/// A server on a free port that gives every request the same answer. Its thread ends with the test's process.
struct Stubborn {
    authority: String,
    answered: Arc<AtomicUsize>,
}

impl Stubborn {
    /// `answer` is a status line with more header lines, such as `500 Internal Server Error`.
    fn new(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let answered = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&answered);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                while lines
                    .next()
                    .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
                {}
                count.fetch_add(1, Ordering::SeqCst);
                let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                let _ = (&stream).write_all(answer.as_bytes()); // the client may have left
            }
        });
        Self { authority, answered }
    }

    fn answered(&self) -> usize {
        self.answered.load(Ordering::SeqCst)
    }
}

#[test]
#[ignore = "needs docker-registry"]
fn where_the_first_endpoint_fails_the_next_is_asked() {
    for answer in [
        "401 Unauthorized",
        "403 Forbidden",
        "404 Not Found",
        "500 Internal Server Error",
        "503 Service Unavailable",
    ] {
        let first = Stubborn::new(answer);
        let scene = Scene::new();
        scene.push("1.0.0");
        scene.outrigger.config(&format!(
            "[host]\nplatform = \"linux/amd64\"\n[registry.\"docker.io\"]\nendpoint = [\"http://{}\", \"http://{}\"]\n",
            first.authority,
            scene.registry.authority()
        ));
        scene.run("install acme/whale --force").ok();
        assert!(first.answered() > 0, "{answer}");
    }
}

#[test]
fn each_failure_of_a_registry_is_told_apart() {
    let mut told = Vec::new();
    for answer in [
        "401 Unauthorized",
        "403 Forbidden",
        "500 Internal Server Error",
        "429 Too Many Requests\r\nRetry-After: 3600",
    ] {
        let registry = Stubborn::new(answer);
        let outrigger = outrigger();
        outrigger.config("[limits]\nretries = 0\n");
        let reference = format!("{}/acme/whale", registry.authority);
        let output = outrigger
            .run(["install", &reference, "--force", "-q"])
            .fails_with(5);
        told.push(output.stderr);
    }
    shown!(told.concat(), @"
    error: cannot list the tags of 127.0.0.1:[port]/acme/whale (http://127.0.0.1:[port]/v2/acme/whale/tags/list): it does not exist or needs a login (no login could be had: it asks for a login of the kind ``, which is not known here)
      help: if it is private, log in with `docker login 127.0.0.1:[port]`
    error: cannot list the tags of 127.0.0.1:[port]/acme/whale (http://127.0.0.1:[port]/v2/acme/whale/tags/list): it does not exist or needs a login (none was sent, because the registry asked for none)
      help: if it is private, log in with `docker login 127.0.0.1:[port]`
    error: cannot list the tags of 127.0.0.1:[port]/acme/whale (http://127.0.0.1:[port]/v2/acme/whale/tags/list): the registry answers 500
      help: try again later
    error: cannot list the tags of 127.0.0.1:[port]/acme/whale (http://127.0.0.1:[port]/v2/acme/whale/tags/list): the registry limits how often it may be asked; again in 3600 seconds
      help: try again later
    ");
}

#[test]
fn a_registry_that_wants_rest_is_left_alone_until_its_time() {
    let registry = Stubborn::new("429 Too Many Requests\r\nRetry-After: 3600");
    let outrigger = outrigger();
    outrigger.config("[policy]\nallow-list = \"allow.txt\"\n");
    let repositories: Vec<_> = (0..40)
        .map(|number| format!("{}/acme/whale{number}", registry.authority))
        .collect();
    outrigger.allow(&repositories.join("\n"));
    let first = outrigger.run(["scan", "--format", "json"]).fails_with(5).json();
    let asked = registry.answered();
    assert!((1..40).contains(&asked), "{asked}");
    let all = findings(&first);
    assert_eq!(
        all.lines()
            .filter(|line| line.starts_with("unreachable") && line.ends_with("(rate-limited)"))
            .count(),
        40,
        "{all}"
    );
    outrigger.run(["scan"]).fails_with(5);
    assert_eq!(registry.answered(), asked, "the time has not come");
}

#[test]
#[ignore = "needs docker-registry"]
fn an_update_that_fails_leaves_the_installed_release_as_it_is() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    let extensions = scene.outrigger.home().join("extensions");
    let before = (tree(&extensions), scene.installed());
    let image = whale("1.1.0").build();
    scene.push_image("acme/whale", "1.1.0", &image);
    scene
        .registry
        .delete_blob("acme/whale", &image.layer_digests()[1]);
    let output = scene.run("update acme/whale --force");
    assert_ne!(output.code, 0);
    shown!(output.stderr, @"
    error: cannot read a blob of docker.io/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): the repository has no such tag or digest
      help: the registry has lost a part of this release: another release may be whole, or its author can push it again
    ");
    assert_eq!((tree(&extensions), scene.installed()), before);
    // The author pushes it again, whole this time.
    scene.push_image("acme/whale", "1.1.0", &image);
    scene.run("update acme/whale --force").ok();
    assert_eq!(scene.version(), "1.1.0");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_metadata_that_names_what_the_image_lacks_leaves_nothing_behind() {
    use embedded::image::Layer;
    let scene = Scene::new();
    let metadata = r#"{"icon":"absent.svg"}"#;
    let image = whale("1.0.0")
        .layer(Layer::new().file("metadata.json", metadata, 0o644))
        .build();
    scene.push_image("acme/whale", "1.0.0", &image);
    shown!(scene.run("install acme/whale --force").fails_with(6).stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: docker.io/acme/whale: the metadata names `/absent.svg`, which the image lacks
      help: only the extension's author can mend this
    ");
    assert_eq!(scene.run("ls -q").ok().stdout, "");
    let left = tree(&scene.outrigger.home());
    assert!(
        left.files()
            .iter()
            .all(|file| !file.starts_with("extensions") && !file.contains("staging")),
        "{left}"
    );
}

#[test]
#[ignore = "needs docker-registry"]
fn one_of_several_that_fails_stops_no_other() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push_image("acme/other", "1.0.0", &extension("Other", "1.0.0").build());
    scene.run("install acme/whale acme/other --force").ok();
    let broken = whale("1.1.0").build();
    scene.push_image("acme/whale", "1.1.0", &broken);
    scene
        .registry
        .delete_blob("acme/whale", &broken.layer_digests()[1]);
    scene.push_image("acme/other", "1.1.0", &extension("Other", "1.1.0").build());
    let output = scene.run("update --all --force --format json");
    assert_ne!(output.code, 0);
    assert_eq!(output.json()["results"][0]["id"], "docker.io/acme/other");
    assert_eq!(output.error_json()["error"]["reference"], "docker.io/acme/whale");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_dead_registry_is_a_finding_and_the_rest_goes_on() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.allow("127.0.0.1:1/acme/dead\nacme/whale\nacme/missing");
    shown!(scene.scan(), @"
    unreachable 127.0.0.1:1/acme/dead - -> - (network)
    unreachable docker.io/acme/missing - -> - (not-found)
    new-extension docker.io/acme/whale - -> 1.0.0
    ");
    shown!(scene.run("scan").ok().stdout, @"
    FINDING        ID                      INSTALLED  VERSION
    unreachable    127.0.0.1:1/acme/dead   -          -
    unreachable    docker.io/acme/missing  -          -
    new-extension  docker.io/acme/whale    -          1.0.0

    cannot list the tags of 127.0.0.1:1/acme/dead (http://127.0.0.1:1/v2/acme/dead/tags/list): the connection was refused: Connection refused (os error 111)
    cannot list the tags of docker.io/acme/missing (http://127.0.0.1:[port]/v2/acme/missing/tags/list): there is no such repository
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_broken_release_is_a_finding_and_the_one_below_it_is_offered() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.push("1.1.0");
    scene.push_image("acme/whale", "1.2.0", &broken("1.2.0"));
    let incomplete = whale("1.3.0").label(API, ">= 0.2").build();
    scene.push_image("acme/whale", "1.3.0", &incomplete);
    scene
        .registry
        .delete_blob("acme/whale", incomplete.config_digest().unwrap());
    shown!(scene.scan(), @"
    update-available docker.io/acme/whale 1.0.0 -> 1.1.0
    unreachable docker.io/acme/whale 1.0.0 -> 1.3.0 (not-found)
    unreachable docker.io/acme/whale 1.0.0 -> 1.2.0 (invalid)
    ");
    let output = scene.run("update acme/whale --force").ok();
    shown!(output.stdout, @"Updated docker.io/acme/whale from 1.0.0 to 1.1.0");
    shown!(output.stderr, @"
    warning: docker.io/acme/whale:1.3.0 is passed over: cannot read the config of docker.io/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): the repository has no such tag or digest
    warning: docker.io/acme/whale:1.2.0 is passed over: cannot read the config of docker.io/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): the image config cannot be read: it is not a JSON object
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_registry_that_wants_a_login_is_a_finding() {
    let scene = Scene::new();
    scene.push("1.0.0");
    let private = Scene::with_login("bob", "secret");
    private.push("1.0.0");
    let registry = private.registry.authority();
    scene.allow(&format!("acme/whale\n{registry}/acme/whale"));
    shown!(scene.scan().replace(registry, "[private]"), @"
    unreachable [private]/acme/whale - -> - (login)
    new-extension docker.io/acme/whale - -> 1.0.0
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_scan_in_which_every_repository_failed_fails() {
    let scene = Scene::new();
    scene.allow("127.0.0.1:1/acme/dead\nacme/missing");
    shown!(scene.run("scan").fails_with(5).stderr, @"
    waiting [duration] for 127.0.0.1:1 (retry 1 of 2): the connection was refused: Connection refused (os error 111)
    waiting [duration] for 127.0.0.1:1 (retry 2 of 2): the connection was refused: Connection refused (os error 111)
    error: no repository could be reached
      help: look at the reasons above; `outrigger config show` shows the endpoints
    ");
    let output = scene.run("scan --format json").fails_with(5);
    assert_eq!(output.error_json()["error"]["code"], "unreachable");
    scene.allow("acme/missing");
    scene.run("scan").fails_with(5);
    scene.allow("");
    scene.run("scan").ok();
}

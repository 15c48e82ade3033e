//! `push`: what travels, under which names, and what is never overwritten.

use camino::Utf8PathBuf;
use embedded::Image;
use embedded::image::Layer;
use model::Digest;
use testkit::{Engine, RealRegistry, skopeo};

use crate::scene::{Scene, whale};

/// The author's own registry, in which releases are made, and a layout of each.
struct Author {
    scene: Scene,
    workshop: RealRegistry,
}

impl Author {
    fn new() -> Self {
        Self {
            scene: Scene::new(),
            workshop: RealRegistry::start().unwrap(),
        }
    }

    /// An image layout with this image, as another program writes it.
    fn layout(&self, name: &str, image: &Image) -> Utf8PathBuf {
        self.workshop.push(name, "built", image);
        let layout = self.scene.outrigger.surroundings().join(name);
        let from = format!("docker://{}/{name}:built", self.workshop.authority());
        skopeo::copy_between(&from, &format!("oci:{layout}")).unwrap();
        layout
    }

    fn whale(&self, version: &str) -> (Utf8PathBuf, Digest) {
        let image = for_two_platforms(version, version);
        (
            self.layout(&format!("whale-{version}"), &image),
            image.digest().clone(),
        )
    }
}

/// The whale for two platforms, whose user interface says `words`.
fn for_two_platforms(version: &str, words: &str) -> Image {
    let platforms = ["linux/amd64", "linux/arm64"];
    Image::index(platforms.map(|platform| {
        let page = Layer::new().file("ui/index.html", words.to_owned(), 0o644);
        let image = whale("base")
            .label("version", version)
            .platform(platform)
            .layer(page);
        (platform, image.build())
    }))
}

#[test]
#[ignore = "needs docker-registry and skopeo"]
fn what_is_pushed_installs_with_the_digest_that_it_was_built_with() {
    let author = Author::new();
    let scene = &author.scene;
    let (layout, digest) = author.whale("1.2.0");
    let pushed = scene.run(&format!("push oci:{layout} acme/whale:1.2.0")).ok();
    assert_eq!(
        pushed.stdout,
        format!("Pushed docker.io/acme/whale:1.2.0 {digest}\n")
    );
    scene.run("install acme/whale --force").ok();
    assert_eq!(scene.installed()["digest"], digest.to_string());
    let again = scene.run(&format!("push oci:{layout} acme/whale:1.2.0")).ok();
    assert_eq!(again.stdout, "docker.io/acme/whale:1.2.0 is there already.\n");
}

#[test]
#[ignore = "needs docker-registry, docker.io and skopeo"]
fn an_engine_pulls_what_was_pushed() {
    let author = Author::new();
    let (layout, _) = author.whale("1.2.0");
    let target = format!("{}/acme/whale:1.2.0", author.workshop.authority());
    author.scene.run(&format!("push oci:{layout} {target}")).ok();
    let engine = Engine::shared().unwrap();
    engine.run(&["pull", "--quiet", &target]).unwrap();
    engine.run(&["rmi", &target]).unwrap();
}

#[test]
#[ignore = "needs docker-registry and skopeo"]
fn of_a_release_that_differs_in_one_file_only_that_layer_travels() {
    let author = Author::new();
    let scene = &author.scene;
    let first = author.layout("first", &for_two_platforms("1", "whales pass by"));
    let second = for_two_platforms("1", "whales and dolphins pass by");
    let second_layout = author.layout("second", &second);
    scene.run(&format!("push oci:{first} acme/whale:1.0.0")).ok();
    scene.registry.clear_requests();
    scene
        .run(&format!("push oci:{second_layout} acme/whale:1.1.0"))
        .ok();
    let mut asked: Vec<_> = scene
        .registry
        .requests()
        .iter()
        .map(|request| {
            let path = request.path.split('?').next().unwrap();
            let what = ["/blobs/uploads/", "/blobs/", "/manifests/"]
                .into_iter()
                .find(|part| path.contains(part))
                .unwrap_or(path);
            format!("{} {what} {}", request.method, request.status)
        })
        .collect();
    asked.sort();
    asked.dedup_by(|next, before| {
        // `line × n`
        let (line, count) = before
            .rsplit_once(" x")
            .map_or((before.as_str(), 1), |(line, count)| {
                (line, count.parse().unwrap())
            });
        let is_same = line == next;
        if is_same {
            *before = format!("{line} x{}", count + 1);
        }
        is_same
    });
    // The new layer is the same for both platforms; each has a config and a manifest of its own.
    insta::assert_snapshot!(asked.join("\n"), @r"
    HEAD /blobs/ 200 x2
    HEAD /blobs/ 404 x3
    HEAD /manifests/ 404 x3
    POST /blobs/uploads/ 202 x3
    PUT /blobs/uploads/ 201 x3
    PUT /manifests/ 201 x3
    ");
}

#[test]
#[ignore = "needs docker-registry and skopeo"]
fn a_version_that_is_published_stays_what_it_is() {
    let author = Author::new();
    let scene = &author.scene;
    let (first, was) = author.whale("1.2.0");
    let other = author.layout("other", &for_two_platforms("1.2.0", "another"));
    scene
        .run(&format!("push oci:{first} acme/whale:1.2.0 acme/whale:latest"))
        .ok();
    scene.registry.clear_requests();
    // The other destination would do; but nothing is half-released.
    let refused = scene
        .run(&format!("push oci:{other} acme/whale:latest acme/whale:1.2.0"))
        .fails_with(3);
    assert_eq!(
        refused.stderr,
        format!(
            "error: docker.io/acme/whale:1.2.0: this version is published already, as {was}\n  help: publish it under a new version; `--move-tag` takes this one away from those who have it\n"
        )
    );
    assert!(
        scene
            .registry
            .requests()
            .iter()
            .all(|request| request.method == "HEAD")
    );
    scene.run(&format!("push oci:{other} acme/whale:latest")).ok();
    let moved = scene
        .run(&format!("push oci:{other} acme/whale:1.2.0 --move-tag"))
        .ok();
    assert!(
        moved.stdout.starts_with("Moved docker.io/acme/whale:1.2.0"),
        "{}",
        moved.stdout
    );
}

#[test]
#[ignore = "needs docker-registry and skopeo"]
fn floating_names_follow_the_newest_release_and_no_older_one() {
    let author = Author::new();
    let scene = &author.scene;
    let names = |output: &str| -> Vec<String> {
        let words = output.lines().filter_map(|line| line.split_whitespace().nth(1));
        words
            .map(|name| name.rsplit(':').next().unwrap().to_owned())
            .collect()
    };
    for (version, pushed) in [
        ("1.2.0", &["1.2.0", "1.2", "1", "latest"][..]),
        ("1.1.9", &["1.1.9", "1.1"]),
        ("1.3.0-beta.1", &["1.3.0-beta.1"]),
        ("1.3.0", &["1.3.0", "1.3", "1", "latest"]),
    ] {
        let (layout, _) = author.whale(version);
        let output = scene
            .run(&format!("push oci:{layout} acme/whale:{version} --floating"))
            .ok();
        assert_eq!(names(&output.stdout), pushed, "{version}");
    }
}

#[test]
#[ignore = "needs docker-registry and skopeo"]
fn a_dry_run_tells_and_sends_nothing() {
    let author = Author::new();
    let scene = &author.scene;
    let (layout, digest) = author.whale("1.2.0");
    scene.registry.clear_requests();
    let told = scene
        .run(&format!(
            "push oci:{layout} acme/whale:1.2.0 --floating --dry-run"
        ))
        .ok();
    assert_eq!(
        told.stdout.lines().next(),
        Some(format!("Would push docker.io/acme/whale:1.2.0 {digest}").as_str())
    );
    let requests = scene.registry.requests();
    assert!(
        requests
            .iter()
            .all(|request| matches!(request.method.as_str(), "GET" | "HEAD"))
    );
    scene.run("show acme/whale").fails_with(4);
}

#[test]
#[ignore = "needs docker-registry and skopeo"]
fn a_second_repository_takes_the_blobs_from_the_first() {
    let author = Author::new();
    let scene = &author.scene;
    let (layout, digest) = author.whale("1.2.0");
    scene
        .run(&format!("push oci:{layout} acme/whale:1.2.0 acme/copy:1.2.0"))
        .ok();
    let requests = scene.registry.requests();
    let brought = |repository: &str| {
        let path = format!("/v2/acme/{repository}/blobs/uploads/");
        let of = requests.iter().filter(|request| request.path.starts_with(&path));
        of.filter(|request| request.method == "PUT").count()
    };
    assert!(brought("whale") > 0);
    assert_eq!(brought("copy"), 0);
    scene.run("install acme/copy --force").ok();
    assert_eq!(scene.installed()["digest"], digest.to_string());
}

#[test]
#[ignore = "needs docker-registry"]
fn what_is_in_one_registry_is_pushed_to_another() {
    let author = Author::new();
    let scene = &author.scene;
    let digest = scene.push_image("acme/whale", "1.2.0", &for_two_platforms("1.2.0", "whales"));
    let target = format!("{}/corp/whale:1.2.0", author.workshop.authority());
    scene.run(&format!("push acme/whale:1.2.0 {target}")).ok();
    scene.run(&format!("install {target} --force")).ok();
    assert_eq!(scene.installed()["digest"], digest.to_string());
}

#[test]
#[ignore = "needs docker-registry and skopeo"]
fn what_is_wanted_has_to_be_said() {
    let author = Author::new();
    let scene = &author.scene;
    let (layout, _) = author.whale("1.2.0");
    let refused = scene.run(&format!("push oci:{layout} acme/whale")).fails_with(2);
    insta::assert_snapshot!(refused.stderr, @r"
    error: no tag is said for docker.io/acme/whale
      help: say which release it is: `docker.io/acme/whale:1.2.0`
    ");
    scene
        .run(&format!("push oci:{layout}:9.9.9 acme/whale:1.2.0"))
        .fails_with(4);
    scene.run("push oci:/nowhere acme/whale:1.2.0").fails_with(4);
    scene.run("push acme/whale acme/copy:1.0.0").fails_with(2);
    scene
        .run(&format!("push oci:{layout} 127.0.0.1:1/acme/whale:1.2.0"))
        .fails_with(5);
}

//! Which release is taken: by order, policy, host and name (contract, "Versions").

use testkit::Output;

use crate::scene::{API, Scene, broken, whale};

/// What `install acme/whale` installs where these tags are published, each with an image of its own; under this configuration.
#[track_caller]
fn chosen(tags: &[&str], toml: &str) -> String {
    let scene = Scene::new();
    scene.config(toml);
    for tag in tags {
        scene.push(tag);
    }
    scene.run("install acme/whale --force").ok();
    scene.version()
}

/// How `install acme/whale` ends where these tags are published.
fn refused(tags: &[&str], toml: &str) -> (Output, Scene) {
    let scene = Scene::new();
    scene.config(toml);
    for tag in tags {
        scene.push(tag);
    }
    (scene.run("install acme/whale --force"), scene)
}

#[test]
#[ignore = "needs docker-registry"]
fn the_newest_release_is_by_numbers_however_it_is_written() {
    assert_eq!(chosen(&["1.9.0", "1.10.0", "1.2.0"], ""), "1.10.0");
    assert_eq!(chosen(&["1.9.0", "v1.10.0"], ""), "v1.10.0");
    assert_eq!(chosen(&["1.9.0", "v.2.0"], ""), "v.2.0");
    assert_eq!(chosen(&["v1.2.0", "1.2.0"], ""), "1.2.0");
    assert_eq!(chosen(&["1.2.3", "1.2.3.4"], ""), "1.2.3.4");
    assert_eq!(chosen(&["2025.12.01", "2026.01.02"], ""), "2026.01.02");
    assert_eq!(chosen(&["1.2.3_build.5", "1.2.2"], ""), "1.2.3_build.5");
    assert_eq!(
        chosen(&["1.0.0", "99999999999999999999.0.0"], ""),
        "99999999999999999999.0.0"
    );
}

#[test]
#[ignore = "needs docker-registry"]
fn a_tag_that_is_no_version_is_never_newest() {
    assert_eq!(
        chosen(&["1.0.0", "latest", "dev", "2", "9.9.9.9.9", "stable-2.0.0"], ""),
        "1.0.0"
    );
}

#[test]
#[ignore = "needs docker-registry"]
fn a_pre_release_is_taken_only_where_configured() {
    let tags = ["1.0.0", "1.1.0-rc.2", "1.1.0-rc.10"];
    assert_eq!(chosen(&tags, ""), "1.0.0");
    assert_eq!(chosen(&tags, "[policy]\npre-releases = true\n"), "1.1.0-rc.10");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_pre_release_goes_on_to_later_ones_of_its_numbers_and_to_the_release() {
    let scene = Scene::new();
    scene.push("1.1.0-rc.1");
    scene.run("install acme/whale:1.1.0-rc.1 --force").ok();
    scene.push("1.1.0-rc.2");
    scene.push("1.2.0-rc.1");
    scene.run("update acme/whale --force").ok();
    assert_eq!(scene.version(), "1.1.0-rc.2");
    scene.push("1.1.0");
    scene.run("update acme/whale --force").ok();
    assert_eq!(scene.version(), "1.1.0");
    scene.run("update acme/whale --force").ok();
    assert_eq!(scene.version(), "1.1.0");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_floating_name_is_never_offered_beside_its_release() {
    let scene = Scene::new();
    let image = whale("1.2.0").build();
    scene.push_image("acme/whale", "1.2.0", &image);
    scene.push_image("acme/whale", "1.2", &image);
    scene.run("install acme/whale --force").ok();
    assert_eq!(scene.version(), "1.2.0");
    let newer = whale("1.3.1").build();
    scene.push_image("acme/whale", "1.3.1", &newer);
    scene.push_image("acme/whale", "1.4", &newer);
    assert_eq!(
        scene.scan(),
        "update-available docker.io/acme/whale 1.2.0 -> 1.3.1"
    );
    scene.push("1.5");
    assert_eq!(scene.scan(), "update-available docker.io/acme/whale 1.2.0 -> 1.5");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_platform_prefix_is_for_hosts_of_that_system_only() {
    let tags = [
        "1.2.0",
        "windows-1.2.0",
        "darwin-1.3.0",
        "mac-1.1.0",
        "linux-1.1.0",
    ];
    let on = |platform: &str| chosen(&tags, &format!("[host]\nplatform = \"{platform}\"\n"));
    assert_eq!(on("windows/amd64"), "windows-1.2.0");
    assert_eq!(on("darwin/amd64"), "darwin-1.3.0");
    assert_eq!(on("linux/amd64"), "1.2.0");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_release_for_another_system_is_refused_also_by_its_name() {
    let scene = Scene::new();
    scene.push("windows-1.2.0");
    shown!(scene.run("install acme/whale:windows-1.2.0 --force").fails_with(3).stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: docker.io/acme/whale:windows-1.2.0: its tag says that it is for windows only; this host is linux
    ");
    scene.config("[host]\nplatform = \"windows/amd64\"\n");
    scene.run("install acme/whale:windows-1.2.0 --force").ok();
}

#[test]
#[ignore = "needs docker-registry"]
fn where_no_tag_is_a_version_latest_is_installed_and_nothing_else() {
    assert_eq!(chosen(&["latest", "dev"], ""), "latest");
    let (output, _scene) = refused(&["dev", "stable"], "");
    shown!(output.fails_with(4).stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: docker.io/acme/whale has no tag that is a version, and no tag `latest`
      help: releases are tags such as `1.2.0`; install another tag by its name: `outrigger install docker.io/acme/whale:TAG`
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn latest_is_no_way_around_releases_that_do_not_fit() {
    let scene = Scene::new();
    scene.push_needing("2.0.0", ">= 9");
    scene.push("latest");
    shown!(scene.run("install acme/whale --force").fails_with(3).stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: docker.io/acme/whale:2.0.0: it needs Extension API `>= 9`; this desktop offers 0.4.2
      help: `outrigger show REF --all-versions` shows which releases fit this desktop
    ");
    let error = scene
        .run("install acme/whale --force --format json")
        .fails_with(3)
        .error_json();
    assert_eq!(error["error"]["code"], "api-version");
    scene.run("install acme/whale:latest --force").ok();
    assert_eq!(scene.version(), "latest");
}

#[test]
#[ignore = "needs docker-registry"]
fn where_only_pre_releases_are_published_none_is_taken_unasked() {
    let (output, scene) = refused(&["1.0.0-rc.1", "latest"], "");
    shown!(output.fails_with(3).stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: docker.io/acme/whale has only pre-releases, and this desktop does not take them unasked
      help: install one by its tag, or set `policy.pre-releases = true`
    ");
    scene.run("install acme/whale:1.0.0-rc.1 --force").ok();
}

#[test]
#[ignore = "needs docker-registry"]
fn a_release_that_cannot_be_looked_at_is_passed_over_unless_it_is_all_that_there_is() {
    let scene = Scene::new();
    scene.push_image("acme/whale", "1.1.0", &broken("1.1.0"));
    scene.push("latest");
    let output = scene.run("install acme/whale --force").fails_with(6);
    shown!(output.stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: cannot read the config of docker.io/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): the image config cannot be read: it is not a JSON object
    ");
    scene.push("1.0.0");
    let output = scene.run("install acme/whale --force").ok();
    assert_eq!(scene.version(), "1.0.0");
    shown!(output.stderr, @"
    warning: no allow-list is configured: every repository may be installed
    warning: docker.io/acme/whale:1.1.0 is passed over: cannot read the config of docker.io/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): the image config cannot be read: it is not a JSON object
    docker.io/acme/whale:1.0.0 will be able to do this:
      low     Shows the tab `Whale`
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_tag_or_digest_is_installed_exactly() {
    let scene = Scene::new();
    let first = scene.push("1.0.0");
    let second = scene.push("1.1.0");
    scene.push("dev");
    scene.run("install acme/whale:1.0.0 --force").ok();
    assert_eq!(scene.version(), "1.0.0");
    scene.run(&format!("install acme/whale@{second} --force")).ok();
    assert_eq!(scene.installed()["digest"], second.to_string());
    scene.run("install acme/whale:dev --force").ok();
    assert_eq!(scene.version(), "dev");
    scene
        .run(&format!("install acme/whale:1.0.0@{first} --force"))
        .ok();
    assert_eq!(scene.installed()["digest"], first.to_string());
    assert_eq!(scene.version(), "1.0.0");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_tag_beside_the_digest_of_another_is_refused() {
    let scene = Scene::new();
    let first = scene.push("1.0.0");
    scene.push("1.1.0");
    let output = scene.run(&format!("install acme/whale:1.1.0@{first} --force"));
    shown!(output.fails_with(6).stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: docker.io/acme/whale:1.1.0@sha256:[digest]: the tag points to sha256:[digest], not to sha256:[digest]
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn what_is_not_there_is_not_found() {
    let scene = Scene::new();
    let digest = scene.push("1.0.0");
    let absent = digest.to_string().chars().rev().take(64).collect::<String>();
    for reference in [
        "acme/whale:9.9.9",
        "acme/nobody",
        "acme/nobody:1.0.0",
        &format!("acme/whale@sha256:{absent}"),
    ] {
        let error = scene
            .run(&format!("install {reference} --force --format json"))
            .fails_with(4)
            .error_json();
        assert_eq!(error["error"]["code"], "not-found", "{reference}");
    }
    shown!(scene.run("install acme/whale:9.9.9 --force").stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: cannot read the manifest of docker.io/acme/whale:9.9.9 (http://127.0.0.1:[port]/v2/acme/whale/manifests/9.9.9): the repository has no such tag or digest
      help: check the spelling; `outrigger search` shows what is offered
    ");
    shown!(scene.run("install acme/nobody --force").stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: cannot list the tags of docker.io/acme/nobody (http://127.0.0.1:[port]/v2/acme/nobody/tags/list): there is no such repository
      help: check the spelling; `outrigger search` shows what is offered
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn another_release_is_switched_to_forward_and_back() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push("1.1.0");
    scene.run("install acme/whale:1.1.0 --force").ok();
    shown!(scene.run("install acme/whale:1.0.0 --force").ok().stdout, @"Switched docker.io/acme/whale from 1.1.0 to 1.0.0");
    assert_eq!(scene.version(), "1.0.0");
    shown!(scene.run("install acme/whale --force").ok().stdout, @"Switched docker.io/acme/whale from 1.0.0 to 1.1.0");
    shown!(scene.run("install acme/whale --force").ok().stdout, @"docker.io/acme/whale 1.1.0 is installed already.");
}

#[test]
#[ignore = "needs docker-registry"]
fn the_manifest_of_the_hosts_platform_is_chosen_out_of_an_index() {
    use embedded::Image;
    let of = |platform: &str| whale(platform).platform(platform).build();
    let index = Image::index([
        ("linux/amd64", of("linux/amd64")),
        ("linux/arm64", of("linux/arm64")),
    ])
    .with_attestation();
    for (platform, architecture) in [
        ("linux/amd64", 0),
        ("linux/arm64", 2),
        ("darwin/arm64", 2),
        ("windows/amd64", 0),
    ] {
        let scene = Scene::new();
        scene.config(&format!("[host]\nplatform = \"{platform}\"\n"));
        scene.push_image("acme/whale", "1.0.0", &index);
        scene.run("install acme/whale --force").ok();
        let installed = scene.installed();
        assert_eq!(installed["digest"], index.digest().to_string(), "{platform}");
        assert_eq!(
            installed["manifest"],
            index.images()[architecture].digest().to_string(),
            "{platform}"
        );
    }
}

#[test]
#[ignore = "needs docker-registry"]
fn where_no_platform_fits_those_that_there_are_are_named() {
    use embedded::Image;
    let scene = Scene::new();
    let of = |platform: &str| whale(platform).platform(platform).build();
    let index = Image::index([
        ("linux/arm64", of("linux/arm64")),
        ("linux/s390x", of("linux/s390x")),
    ])
    .with_attestation();
    scene.push_image("acme/whale", "1.0.0", &index);
    shown!(scene.run("install acme/whale --force").fails_with(3).stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: docker.io/acme/whale:1.0.0: it is published for linux/arm64, linux/s390x; this host needs linux/amd64
    ");
    let error = scene
        .run("install acme/whale:1.0.0 --force --format json")
        .fails_with(3)
        .error_json();
    assert_eq!(error["error"]["code"], "platform");
    scene.push_image("acme/whale", "0.9.0", &whale("0.9.0").build());
    scene.run("install acme/whale --force").ok();
    assert_eq!(scene.version(), "0.9.0");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_bare_api_version_is_a_minimum_or_exact_as_configured() {
    let install = |api: &str, toml: &str| {
        let scene = Scene::new();
        scene.config(toml);
        scene.push_needing("1.0.0", api);
        scene.run("install acme/whale --force").code
    };
    assert_eq!(install("0.3.4", ""), 0);
    assert_eq!(install("0.3.4", "[policy]\nbare-api-version = \"exact\"\n"), 3);
    assert_eq!(install("0.4.2", "[policy]\nbare-api-version = \"exact\"\n"), 0);
    assert_eq!(
        install(
            "9.0.0",
            "[host]\nplatform = \"linux/amd64\"\napi-version = \"9.1\"\n"
        ),
        0
    );
}

#[test]
#[ignore = "needs docker-registry"]
fn an_api_requirement_that_cannot_be_read_is_refused_and_a_missing_one_is_not() {
    let scene = Scene::new();
    scene.push_image("acme/whale", "1.0.0", &whale("1.0.0").label(API, "").build());
    let output = scene.run("install acme/whale --force").ok();
    shown!(output.stderr, @"
    warning: no allow-list is configured: every repository may be installed
    warning: docker.io/acme/whale 1.0.0: its labels do not say which Extension API it needs
    docker.io/acme/whale:1.0.0 will be able to do this:
      low     Shows the tab `Whale`
    ");
    scene.push_needing("2.0.0", "the newest");
    shown!(scene.run("install acme/whale:2.0.0 --force").fails_with(3).stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: docker.io/acme/whale:2.0.0: the Extension API requirement `the newest` cannot be understood
    ");
}

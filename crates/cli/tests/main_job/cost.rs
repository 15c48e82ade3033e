//! What is asked of the registry, by its own access log: judging costs no layer, and nothing is asked or fetched twice.

use crate::scene::{API, Scene, extension, whale};

#[test]
#[ignore = "needs docker-registry"]
fn an_install_fetches_the_layers_and_is_the_control_for_all_that_does_not() {
    let scene = Scene::new();
    scene.push("1.0.0");
    insta::assert_snapshot!(scene.asked_by("install acme/whale --force", 0), @"
    GET acme/whale/blobs/[config of 1.0.0]
    GET acme/whale/blobs/[layer 0 of 1.0.0]
    GET acme/whale/blobs/[layer 1 of 1.0.0]
    GET acme/whale/manifests/1.0.0
    GET acme/whale/tags/list
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn judging_reads_manifest_and_config_and_no_layer() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push_needing("2.0.0", ">= 9");
    scene.allow("acme/whale");
    insta::assert_snapshot!(scene.asked_by("show acme/whale --all-versions", 0), @"
    GET acme/whale/blobs/[config of 1.0.0]
    GET acme/whale/blobs/[config of 2.0.0]
    GET acme/whale/manifests/1.0.0
    GET acme/whale/manifests/2.0.0
    GET acme/whale/tags/list
    ");
    insta::assert_snapshot!(scene.asked_by("install acme/whale:2.0.0 --force", 3), @"HEAD acme/whale/manifests/2.0.0");
    insta::assert_snapshot!(scene.asked_by("scan", 0), @"GET acme/whale/tags/list");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_refused_install_reads_manifest_and_config_and_no_layer() {
    let scene = Scene::new();
    scene.push_needing("2.0.0", ">= 9");
    insta::assert_snapshot!(scene.asked_by("install acme/whale --force", 3), @"
    GET acme/whale/blobs/[config of 2.0.0]
    GET acme/whale/manifests/2.0.0
    GET acme/whale/tags/list
    ");
    scene.push_image(
        "acme/arm",
        "1.0.0",
        &whale("1.0.0").platform("linux/arm64").build(),
    );
    insta::assert_snapshot!(scene.asked_by("install acme/arm --force", 3), @"
    GET acme/arm/blobs/[config of 1.0.0]
    GET acme/arm/manifests/1.0.0
    GET acme/arm/tags/list
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_blocked_update_reads_manifest_and_config_and_no_layer() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.push_needing("2.0.0", ">= 9");
    insta::assert_snapshot!(scene.asked_by("update acme/whale --force", 3), @"
    GET acme/whale/blobs/[config of 2.0.0]
    GET acme/whale/manifests/2.0.0
    GET acme/whale/tags/list
    HEAD acme/whale/manifests/1.0.0
    ");
    insta::assert_snapshot!(scene.asked_by("update acme/whale --to 2.0.0 --force", 3), @"HEAD acme/whale/manifests/2.0.0");
    assert_eq!(scene.version(), "1.0.0");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_question_that_nobody_can_answer_costs_no_layer() {
    let scene = Scene::new();
    scene.push("1.0.0");
    insta::assert_snapshot!(scene.asked_by("install acme/whale", 2), @"
    GET acme/whale/blobs/[config of 1.0.0]
    GET acme/whale/manifests/1.0.0
    GET acme/whale/tags/list
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_repository_that_is_not_allowed_is_not_asked_at_all() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.allow("acme/other");
    for line in [
        "install acme/whale --force",
        "install acme/whale:1.0.0 --force",
        "scan acme/whale",
    ] {
        assert_eq!(scene.asked_by(line, 3), "", "{line}");
    }
    scene.allow("acme/whale");
    scene.run("install acme/whale --force").ok();
    scene.push("1.1.0");
    scene.allow("acme/other:^1");
    for line in ["update acme/whale --force", "update acme/whale:1.1.0 --force"] {
        assert_eq!(scene.asked_by(line, 3), "", "{line}");
    }
    assert!(!scene.asked_by("scan", 0).contains("acme/whale"));
    assert_eq!(scene.asked_by("update --all --force", 3), "");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_release_that_is_not_allowed_costs_no_layer() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push("2.0.0");
    scene.allow("acme/whale:^1");
    insta::assert_snapshot!(scene.asked_by("install acme/whale:2.0.0 --force", 3), @"
    GET acme/whale/blobs/[config of 2.0.0]
    GET acme/whale/manifests/2.0.0
    ");
    scene.run("install acme/whale --force").ok();
    assert_eq!(scene.version(), "1.0.0");
    insta::assert_snapshot!(scene.asked_by("update acme/whale --to 2.0.0 --force", 3), @"HEAD acme/whale/manifests/2.0.0");
    insta::assert_snapshot!(scene.asked_by("update acme/whale --force", 3), @"
    GET acme/whale/tags/list
    HEAD acme/whale/manifests/1.0.0
    HEAD acme/whale/manifests/2.0.0
    ");
    insta::assert_snapshot!(scene.asked_by("scan", 0), @"
    GET acme/whale/tags/list
    HEAD acme/whale/manifests/1.0.0
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn an_unchanged_repository_costs_a_scan_one_request_and_an_installed_one_two() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push_needing("2.0.0", ">= 9");
    scene.push_image("acme/other", "1.0.0", &extension("Other", "1.0.0").build());
    scene.allow("acme/whale\nacme/other");
    scene.run("install acme/whale --force").ok();
    scene.run("scan").ok();
    insta::assert_snapshot!(scene.asked_by("scan", 0), @"
    GET acme/other/tags/list
    GET acme/whale/tags/list
    HEAD acme/whale/manifests/1.0.0
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn the_facts_of_a_digest_are_asked_for_once() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.allow("acme/whale\nacme/copy");
    insta::assert_snapshot!(scene.asked_by("scan", 0), @"
    GET acme/copy/tags/list 404
    GET acme/whale/blobs/[config of 1.0.0]
    GET acme/whale/manifests/1.0.0
    GET acme/whale/tags/list
    ");
    scene.push_image("acme/whale", "1.0.1", &whale("1.0.0").build());
    insta::assert_snapshot!(scene.asked_by("scan", 0), @"
    GET acme/copy/tags/list 404
    GET acme/whale/manifests/1.0.1
    GET acme/whale/tags/list
    ");
    scene.push_image("acme/copy", "5.0.0", &whale("1.0.0").build());
    insta::assert_snapshot!(scene.asked_by("scan acme/copy", 0), @"
    GET acme/copy/manifests/5.0.0
    GET acme/copy/tags/list
    ");
    insta::assert_snapshot!(scene.asked_by("show acme/whale", 0), @"
    GET acme/whale/tags/list
    HEAD acme/whale/manifests/1.0.0
    HEAD acme/whale/manifests/1.0.1
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn an_update_fetches_only_the_layers_that_are_not_here() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.push("1.1.0");
    scene.run("scan").ok();
    insta::assert_snapshot!(scene.asked_by("update acme/whale --force", 0), @"
    GET acme/whale/blobs/[layer 1 of 1.1.0]
    GET acme/whale/tags/list
    HEAD acme/whale/manifests/1.1.0
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_base_layer_that_another_extension_brought_is_not_fetched_again() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push_image("acme/other", "1.0.0", &extension("Other", "1.0.0").build());
    scene.run("install acme/whale --force").ok();
    let asked = scene.asked_by("install acme/other --force", 0);
    assert!(!asked.contains("layer 0"), "{asked}");
    assert!(asked.contains("layer 1"), "{asked}");
}

#[test]
#[ignore = "needs docker-registry"]
fn the_digest_that_is_installed_already_is_not_fetched_again() {
    let scene = Scene::new();
    let digest = scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    let before = scene.installed();
    for line in [
        "install acme/whale",
        "install acme/whale:1.0.0",
        &format!("install acme/whale@{digest}"),
    ] {
        let asked = scene.asked_by(line, 0);
        assert!(!asked.contains("layer"), "{line}:\n{asked}");
        assert!(!asked.is_empty() || line.contains('@'), "{line}");
        assert_eq!(scene.installed()["digest"], before["digest"]);
        assert_eq!(scene.installed()["installedAt"], before["installedAt"]);
    }
}

#[test]
#[ignore = "needs docker-registry"]
fn nothing_is_asked_where_the_answer_lies_here() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.push_image(
        "acme/whale",
        "1.1.0",
        &whale("1.1.0").label(API, ">= 0.4").build(),
    );
    scene.run("scan").ok();
    for line in [
        "ls",
        "outdated",
        "search",
        "allow ls",
        "config show",
        "version",
        "hold acme/whale",
        "unhold acme/whale",
        "rm acme/whale",
    ] {
        assert_eq!(scene.asked_by(line, 0), "", "{line}");
    }
}

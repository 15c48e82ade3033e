//! What a scan finds, and what it is said to have found (contract, tables of findings, "Scan").

use crate::scene::{API, Scene, extension, findings, whale};

#[test]
#[ignore = "needs docker-registry"]
fn the_newest_release_that_fits_is_an_update_and_a_newer_one_that_does_not_is_blocked() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    assert_eq!(scene.scan(), "");
    scene.push("1.1.0");
    scene.push("1.2.0");
    scene.push_needing("2.0.0", ">= 8");
    scene.push_needing("3.0.0", ">= 9");
    shown!(scene.run("scan").ok().stdout, @"
    FINDING           ID                    INSTALLED  VERSION
    update-available  docker.io/acme/whale  1.0.0      1.2.0
    update-blocked    docker.io/acme/whale  1.0.0      3.0.0

    docker.io/acme/whale 3.0.0: it needs Extension API `>= 9`; this desktop offers 0.4.2
    ");
    shown!(scene.outdated(), @"
    update-available docker.io/acme/whale 1.0.0 -> 1.2.0
    update-blocked docker.io/acme/whale 1.0.0 -> 3.0.0 (api-version)
    ");
    shown!(scene.run("ls").ok().stdout, @"
    ID                    PROVIDER  VERSION  UI            VM  HOST  STATUS
    docker.io/acme/whale  Acme      1.0.0    1 tab(Whale)  -   -     update: 1.2.0
    ");
    let update = scene.installed()["update"].clone();
    assert_eq!(update["version"], "1.2.0");
    scene.run("update acme/whale --force").ok();
    assert_eq!(
        scene.outdated(),
        "",
        "what was found of 1.0.0 says nothing of 1.2.0"
    );
    assert!(scene.installed()["update"].is_null());
}

#[test]
#[ignore = "needs docker-registry"]
fn a_finding_in_json_says_everything_and_null_where_there_is_nothing() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    let newer = scene.push("1.1.0");
    let blocked = scene.push_needing("2.0.0", ">= 9");
    let document = scene.run("scan --format json").ok().json();
    assert_eq!(
        document["findings"],
        serde_json::json!([
            {
                "kind": "update-available", "id": "docker.io/acme/whale", "installed": "1.0.0", "version": "1.1.0",
                "digest": newer.to_string(), "reasons": [],
            },
            {
                "kind": "update-blocked", "id": "docker.io/acme/whale", "installed": "1.0.0", "version": "2.0.0",
                "digest": blocked.to_string(),
                "reasons": [{ "code": "api-version", "message": "it needs Extension API `>= 9`; this desktop offers 0.4.2" }],
            },
        ])
    );
    scene.run("rm acme/whale").ok();
    scene.allow("acme/whale\nacme/missing");
    let document = scene.run("scan --format json").ok().json();
    let [missing, blocked, new] = document["findings"].as_array().unwrap().as_slice() else {
        panic!("{document}");
    };
    assert!(
        missing["version"].is_null() && missing["digest"].is_null(),
        "{document}"
    );
    assert_eq!(
        (&blocked["kind"], &new["kind"]),
        (&"update-blocked".into(), &"new-extension".into())
    );
    assert!(new["installed"].is_null(), "{document}");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_blocked_release_is_told_with_every_reason() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.push_needing("2.0.0", ">= 9");
    scene.allow("acme/whale:<2");
    scene.run("hold acme/whale").ok();
    shown!(scene.scan(), @"update-blocked docker.io/acme/whale 1.0.0 -> 2.0.0 (held, not-allowed, api-version)");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_pre_release_alone_is_no_reason_to_report() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.push("1.1.0-rc.1");
    assert_eq!(scene.scan(), "");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_held_extension_is_told_what_is_there_and_not_moved() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.run("hold acme/whale").ok();
    scene.push("1.1.0");
    assert_eq!(
        scene.scan(),
        "update-blocked docker.io/acme/whale 1.0.0 -> 1.1.0 (held)"
    );
    for line in [
        "update acme/whale --force",
        "update acme/whale --to 1.1.0 --force",
        "install acme/whale:1.1.0 --force",
    ] {
        let error = scene
            .run(&format!("{line} --format json"))
            .fails_with(3)
            .error_json();
        assert_eq!(error["error"]["code"], "held", "{line}");
    }
    scene.run("update --all --force").ok();
    assert_eq!(scene.version(), "1.0.0");
    assert_eq!(scene.installed()["held"], true);
    scene.run("install acme/whale:1.0.0").ok();
    scene.run("unhold acme/whale").ok();
    assert_eq!(
        scene.scan(),
        "update-available docker.io/acme/whale 1.0.0 -> 1.1.0"
    );
    scene.run("update acme/whale --force").ok();
    assert_eq!(scene.version(), "1.1.0");
}

#[test]
#[ignore = "needs docker-registry"]
fn what_was_held_or_forbidden_since_the_scan_is_no_update() {
    let scene = Scene::new();
    scene.allow("acme/whale");
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.push("1.1.0");
    scene.scan();
    assert_eq!(scene.installed()["update"]["version"], "1.1.0");
    scene.run("hold acme/whale").ok();
    shown!(scene.outdated(), @"update-blocked docker.io/acme/whale 1.0.0 -> 1.1.0 (held)");
    assert!(scene.installed()["update"].is_null());
    scene.run("unhold acme/whale").ok();
    shown!(scene.outdated(), @"update-available docker.io/acme/whale 1.0.0 -> 1.1.0");
    scene.allow("acme/whale:1.0.0");
    shown!(scene.outdated(), @"update-blocked docker.io/acme/whale 1.0.0 -> 1.1.0 (not-allowed)");
    assert!(scene.installed()["update"].is_null());
    assert_eq!(scene.installed()["allowed"], true);
    scene.allow("acme/other");
    assert_eq!(scene.installed()["allowed"], false);
    shown!(scene.run("ls").ok().stdout, @"
    ID                    PROVIDER  VERSION  UI            VM  HOST  STATUS
    docker.io/acme/whale  Acme      1.0.0    1 tab(Whale)  -   -     no longer allowed
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn what_is_installed_and_up_to_date_is_still_found_by_its_words() {
    let scene = Scene::new();
    scene.allow("acme/whale");
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.scan();
    shown!(scene.run("search whale").ok().stdout, @"
    ID                    TITLE  VENDOR  VERSION  INSTALLED
    docker.io/acme/whale  Whale  Acme    1.0.0    1.0.0
    ");
    // Also where all that is newer does not fit.
    scene.push_needing("2.0.0", ">= 9");
    scene.scan();
    shown!(scene.run("search").ok().stdout, @"
    ID                    TITLE  VENDOR  VERSION  INSTALLED
    docker.io/acme/whale  Whale  Acme    1.0.0    1.0.0
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn what_the_allow_list_names_and_is_not_installed_is_a_new_extension() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push_image(
        "acme/other",
        "9.0.0",
        &extension("Other", "9.0.0").label(API, ">= 9").build(),
    );
    scene.allow("acme/whale\nacme/other");
    shown!(scene.scan(), @"
    update-blocked docker.io/acme/other - -> 9.0.0 (api-version)
    new-extension docker.io/acme/whale - -> 1.0.0
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_registry_that_is_allowed_whole_is_asked_what_it_has() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push_image("else/where", "2.0.0", &extension("Where", "2.0.0").build());
    let registry = scene.registry.authority().to_owned();
    let found = |lines: &str| scene.allow(lines).scan().replace(&registry, "[registry]");
    shown!(found(&format!("{registry}/")), @"
    new-extension [registry]/acme/whale - -> 1.0.0
    new-extension [registry]/else/where - -> 2.0.0
    ");
    shown!(found(&format!("{registry}/acme/")), @"new-extension [registry]/acme/whale - -> 1.0.0");
    shown!(found("docker.io/"), @"
    new-extension docker.io/acme/whale - -> 1.0.0
    new-extension docker.io/else/where - -> 2.0.0
    ");
    shown!(found("acme/"), @"new-extension docker.io/acme/whale - -> 1.0.0");
    scene
        .run(&format!("install {registry}/acme/whale --force"))
        .fails_with(3);
    scene.run("install acme/whale --force").ok();
}

#[test]
#[ignore = "needs docker-registry"]
fn a_tag_that_was_pushed_anew_has_moved() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    let moved = scene.push_needing("1.0.0", ">= 0.4");
    assert_eq!(scene.scan(), "tag-moved docker.io/acme/whale 1.0.0 -> 1.0.0");
    let document = scene.run("scan --format json").ok().json();
    assert_eq!(document["findings"][0]["digest"], moved.to_string());
    scene.run("install acme/whale:1.0.0 --force").ok();
    assert_eq!(scene.installed()["digest"], moved.to_string());
    assert_eq!(scene.scan(), "");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_tag_that_was_taken_away_is_gone() {
    let scene = Scene::new();
    let digest = scene.push("1.0.0");
    scene.push("1.1.0");
    scene.run("install acme/whale:1.0.0 --force").ok();
    scene.registry.delete_manifest("acme/whale", &digest);
    shown!(scene.scan(), @"
    update-available docker.io/acme/whale 1.0.0 -> 1.1.0
    tag-gone docker.io/acme/whale 1.0.0 -> 1.0.0
    ");
    assert_eq!(scene.version(), "1.0.0");
}

#[test]
#[ignore = "needs docker-registry"]
fn what_is_installed_and_no_longer_allowed_is_told_and_kept() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.allow("acme/other");
    shown!(scene.scan(), @"
    unreachable docker.io/acme/other - -> - (not-found)
    not-allowed docker.io/acme/whale 1.0.0 -> - (not-allowed)
    ");
    scene.allow("acme/whale:^2");
    shown!(scene.scan(), @"not-allowed docker.io/acme/whale 1.0.0 -> - (not-allowed)");
    assert_eq!(scene.version(), "1.0.0");
    shown!(scene.run("scan").ok().stdout, @"
    FINDING      ID                    INSTALLED  VERSION
    not-allowed  docker.io/acme/whale  1.0.0      -

    docker.io/acme/whale: it is installed, and the allow-list no longer admits it
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn exit_code_10_says_that_an_update_is_there() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.run("scan --exit-code").ok();
    scene.push_needing("2.0.0", ">= 9");
    scene.run("scan --exit-code").ok();
    scene.push("1.1.0");
    scene.run("scan").ok();
    scene.run("scan --exit-code").fails_with(10);
    let document = scene.run("scan --exit-code --format json").fails_with(10);
    assert!(findings(&document.json()).starts_with("update-available"));
    assert_eq!(document.stderr, "");
    scene.run("hold acme/whale").ok();
    scene.run("scan --exit-code").ok();
}

#[test]
#[ignore = "needs docker-registry"]
fn a_release_younger_than_the_minimum_age_is_not_offered() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.config("[policy]\nminimum-age = \"7d\"\n");
    scene.run("scan").ok();
    // The image claims to be from January; this home saw it appear just now.
    scene.push("1.1.0");
    shown!(scene.scan(), @"update-blocked docker.io/acme/whale 1.0.0 -> 1.1.0 (minimum-age)");
    let error = scene
        .run("update acme/whale --force --format json")
        .fails_with(3)
        .error_json();
    assert_eq!(error["error"]["code"], "minimum-age");
    scene.config("[policy]\nminimum-age = \"0d\"\n");
    assert_eq!(
        scene.scan(),
        "update-available docker.io/acme/whale 1.0.0 -> 1.1.0"
    );
}

#[test]
#[ignore = "needs docker-registry"]
fn without_a_history_the_age_is_that_of_the_image_and_said_so() {
    let scene = Scene::new();
    scene.config("[policy]\nminimum-age = \"7d\"\n");
    scene.push("1.0.0");
    let young = whale("1.1.0").created("2999-01-01T00:00:00Z").build();
    scene.push_image("acme/whale", "1.1.0", &young);
    let output = scene.run("install acme/whale --force").ok();
    assert_eq!(scene.version(), "1.0.0");
    shown!(output.stderr, @"
    warning: no allow-list is configured: every repository may be installed
    warning: docker.io/acme/whale 1.0.0: its age is counted from the date in its image, not from when it was first seen
    docker.io/acme/whale:1.0.0 will be able to do this:
      low     Shows the tab `Whale`
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_scan_of_some_leaves_what_is_known_of_the_others() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push_image("acme/other", "1.0.0", &extension("Other", "1.0.0").build());
    scene.run("install acme/whale acme/other --force").ok();
    scene.push("1.1.0");
    scene.push_image("acme/other", "1.1.0", &extension("Other", "1.1.0").build());
    scene.run("scan").ok();
    scene.push("1.2.0");
    assert_eq!(
        findings(&scene.run("scan acme/whale --format json").ok().json()),
        "update-available docker.io/acme/whale 1.0.0 -> 1.2.0"
    );
    shown!(scene.outdated(), @"
    update-available docker.io/acme/other 1.0.0 -> 1.1.0
    update-available docker.io/acme/whale 1.0.0 -> 1.2.0
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn somebody_who_does_something_else_is_reminded_of_updates_once_a_day() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.push("1.1.0");
    scene.run("scan").ok();
    scene.run("ls").ok();
    assert_eq!(scene.run("history --quiet").ok().stderr, "");
    assert_eq!(scene.run("history --format json").ok().stderr, "");
    shown!(scene.run("history").ok().stderr, @"An update waits: docker.io/acme/whale 1.1.0. See `outrigger outdated`.");
    assert_eq!(scene.run("history").ok().stderr, "", "a second reminder");
    let note = scene.outrigger.home().join("reminded.json");
    std::fs::write(&note, "\"2026-01-01T00:00:00Z\"\n").unwrap();
    scene.run("update acme/whale --force").ok();
    assert_eq!(scene.run("history").ok().stderr, "", "nothing waits any more");
}

//! The allow-list, and `outrigger allow` (contract, "The allow-list").

use crate::scene::{Scene, outrigger};

/// The exit code of `allow test` under these patterns.
fn decided(lines: &str, reference: &str) -> i32 {
    let outrigger = outrigger();
    outrigger
        .config("[policy]\nallow-list = \"allow.txt\"\n")
        .allow(lines);
    outrigger.run(["allow", "test", reference]).code
}

#[test]
fn each_form_of_a_pattern_admits_what_the_contract_says() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let pinned = format!("acme/whale@{digest}");
    for (pattern, reference, code) in [
        ("acme/whale", "acme/whale", 0),
        ("acme/whale", "docker.io/acme/whale:1.2.0", 0),
        ("acme/whale", "acme/whale2", 3),
        ("acme/whale", "quay.example/acme/whale", 3),
        ("docker.io/acme/whale", "acme/whale", 0),
        ("acme/whale:1.2.0", "acme/whale:1.2.0", 0),
        ("acme/whale:1.2.0", "acme/whale:1.2.1", 3),
        ("acme/whale:^1.2", "acme/whale:1.9.0", 0),
        ("acme/whale:^1.2", "acme/whale:v1.9.0", 0),
        ("acme/whale:^1.2", "acme/whale:2.0.0", 3),
        ("acme/whale:^1.2", "acme/whale:1.1.9", 3),
        ("acme/whale:~1.2.3", "acme/whale:1.2.9", 0),
        ("acme/whale:~1.2.3", "acme/whale:1.3.0", 3),
        ("acme/whale:>1.2", "acme/whale:2.0.0", 0),
        ("acme/whale:<1.2", "acme/whale:1.1.0", 0),
        ("acme/whale:<1.2", "acme/whale:1.2.0", 3),
        ("acme/whale:=1.2.0", "acme/whale:1.2.0", 0),
        ("acme/whale:=1.2.0", "acme/whale:1.2.1", 3),
        ("acme/whale:*", "acme/whale:1.2.0", 0),
        (&pinned, &pinned, 0),
        (&pinned, "acme/whale:1.2.0", 3),
        ("acme/", "acme/seal:1.0.0", 0),
        ("acme/", "acmes/seal", 3),
        ("registry.example/acme/", "registry.example/acme/whale", 0),
        ("registry.example/acme/", "acme/whale", 3),
        ("registry.example/", "registry.example/any/thing/deep", 0),
        ("registry.example/", "registry.example.evil/any", 3),
        ("localhost:5000/", "localhost:5000/whale", 0),
        ("localhost:5000/", "localhost:5001/whale", 3),
        ("docker.io/", "whale", 0),
        ("# all of acme\n\nacme/ # but why\n", "acme/whale", 0),
        ("", "acme/whale", 3),
        ("acme/", "Acme/Whale", 2),
    ] {
        assert_eq!(decided(pattern, reference), code, "{pattern} and {reference}");
    }
}

#[test]
fn the_pattern_that_decides_is_told() {
    let outrigger = outrigger();
    shown!(outrigger.run(["allow", "test", "acme/whale"]).ok().stdout, @"docker.io/acme/whale is allowed: no allow-list is configured.");
    outrigger
        .config("[policy]\nallow-list = \"allow.txt\"\n")
        .allow("acme/whale:^1\nacme/\n");
    shown!(outrigger.run(["allow", "test", "acme/whale:1.2.0"]).ok().stdout, @"docker.io/acme/whale:1.2.0 is allowed by `docker.io/acme/whale:^1`.");
    shown!(outrigger.run(["allow", "test", "acme/whale:2.0.0"]).ok().stdout, @"docker.io/acme/whale:2.0.0 is allowed by `docker.io/acme/`.");
    let denied = outrigger
        .run(["allow", "test", "else/where", "--format", "json"])
        .fails_with(3);
    assert_eq!(denied.json()["allowed"], false);
    assert!(denied.json()["pattern"].is_null());
    shown!(outrigger.run(["allow", "test", "else/where"]).fails_with(3).stdout, @"docker.io/else/where is denied: no pattern admits it.");
    shown!(outrigger.run(["allow", "test", "else/Where"]).fails_with(2).stderr, @"error: `else/Where` is not a legal reference: a repository is written in lower case");
}

#[test]
fn a_list_begins_only_when_asked_for_and_grows_and_shrinks() {
    let outrigger = outrigger();
    shown!(outrigger.run(["allow", "ls"]).ok().stderr, @"No allow-list is configured: every repository may be installed.");
    shown!(outrigger.run(["allow", "add", "acme/whale"]).fails_with(2).stderr, @"
    error: no allow-list is configured, so that everything may be installed
      help: pass `--create` to begin one: from then on only what it admits may be installed
    ");
    assert!(!outrigger.home().join("config.toml").exists());
    let created = outrigger.run(["allow", "add", "acme/whale", "--create"]).ok();
    shown!(created.stdout, @"Added `docker.io/acme/whale` to [temp]/home/allow.txt");
    shown!(created.stderr, @"[temp]/home/config.toml now names the allow-list [temp]/home/allow.txt: only what it admits may be installed.");
    outrigger.run(["allow", "add", "quay.example/"]).ok();
    shown!(outrigger.run(["allow", "add", "acme/whale"]).ok().stdout, @"[temp]/home/allow.txt has `docker.io/acme/whale` already.");
    shown!(outrigger.run(["allow", "ls"]).ok().stdout, @"
    docker.io/acme/whale
    quay.example/
    ");
    assert_eq!(
        outrigger.run(["allow", "ls", "--format", "json"]).ok().json()["patterns"],
        serde_json::json!(["docker.io/acme/whale", "quay.example/"])
    );
    shown!(outrigger.run(["allow", "rm", "acme/whale"]).ok().stdout, @"Removed `docker.io/acme/whale` from [temp]/home/allow.txt");
    shown!(outrigger.run(["allow", "rm", "acme/whale"]).fails_with(4).stderr, @"
    error: [temp]/home/allow.txt has no pattern `docker.io/acme/whale`
      help: `outrigger allow ls` shows the patterns
    ");
    outrigger.run(["allow", "rm", "quay.example/"]).ok();
    shown!(outrigger.run(["allow", "ls"]).ok().stderr, @"The allow-list is empty: nothing may be installed.");
    outrigger.run(["allow", "test", "acme/whale"]).fails_with(3);
}

#[test]
fn a_malformed_pattern_is_refused_and_changes_nothing() {
    let outrigger = outrigger();
    outrigger
        .config("[policy]\nallow-list = \"allow.txt\"\n")
        .allow("# ours\nacme/\n");
    shown!(outrigger.run(["allow", "add", "acme/whale:^x"]).fails_with(2).stderr, @"error: `acme/whale:^x` is not a pattern of an allow-list: its range of releases cannot be understood");
    shown!(outrigger.run(["allow", "add", "Acme/Whale"]).fails_with(2).stderr, @"error: `Acme/Whale` is not a pattern of an allow-list: a repository is written in lower case");
    assert_eq!(
        fs_err::read_to_string(outrigger.home().join("allow.txt")).unwrap(),
        "# ours\nacme/\n"
    );
}

#[test]
fn comments_stay_where_a_pattern_is_added_or_removed() {
    let outrigger = outrigger();
    outrigger
        .config("[policy]\nallow-list = \"allow.txt\"\n")
        .allow("# ours\nacme/ # all of it\nelse/where\n");
    outrigger.run(["allow", "add", "new/one"]).ok();
    outrigger.run(["allow", "rm", "else/where"]).ok();
    shown!(fs_err::read_to_string(outrigger.home().join("allow.txt")).unwrap(), @"
    # ours
    acme/ # all of it
    docker.io/new/one
    ");
}

#[test]
fn a_line_that_does_not_parse_stops_everything_with_its_number() {
    let outrigger = outrigger();
    outrigger
        .config("[policy]\nallow-list = \"allow.txt\"\n")
        .allow("acme/whale\n\nnot a pattern\n");
    shown!(outrigger.run(["ls"]).fails_with(2).stderr, @"error: [temp]/home/allow.txt, line 3: `not a pattern` is not a pattern of an allow-list: `not a pattern` cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`");
    for line in [
        "install acme/whale -f",
        "scan",
        "update --all",
        "allow ls",
        "rm acme/whale",
        "show acme/whale",
    ] {
        let error = outrigger
            .run(line.split(' ').chain(["--format", "json"]))
            .fails_with(2)
            .error_json();
        assert_eq!(error["error"]["code"], "allow-list", "{line}");
        assert!(
            error["error"]["message"]
                .as_str()
                .unwrap()
                .contains("allow.txt, line 3"),
            "{error}"
        );
    }
}

#[test]
fn a_configured_list_that_is_missing_stops_everything() {
    let outrigger = outrigger();
    outrigger.config("[policy]\nallow-list = \"allow.txt\"\n");
    shown!(outrigger.run(["scan"]).fails_with(2).stderr, @"error: the allow-list [temp]/home/allow.txt does not exist");
    outrigger.run(["install", "acme/whale", "-f"]).fails_with(2);
    outrigger.run(["ls"]).fails_with(2);
}

#[test]
fn a_list_may_lie_anywhere() {
    let outrigger = outrigger();
    let elsewhere = outrigger.surroundings().join("lists");
    fs_err::create_dir_all(&elsewhere).unwrap();
    fs_err::write(elsewhere.join("ours.txt"), "acme/\n").unwrap();
    outrigger.config(&format!("[policy]\nallow-list = \"{elsewhere}/ours.txt\"\n"));
    outrigger.run(["allow", "test", "acme/whale"]).ok();
    fs_err::write(
        elsewhere.join("config.toml"),
        "[policy]\nallow-list = \"ours.txt\"\n",
    )
    .unwrap();
    let config = elsewhere.join("config.toml");
    outrigger
        .run(["allow", "test", "else/where", "--config", config.as_str()])
        .fails_with(3);
}

#[test]
#[ignore = "needs docker-registry"]
fn an_install_says_where_everything_is_allowed_and_where_something_is_not() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push("2.0.0");
    shown!(scene.run("install acme/whale:1.0.0 --force").ok().stderr, @"
    warning: no allow-list is configured: every repository may be installed
    docker.io/acme/whale:1.0.0 will be able to do this:
      low     Shows the tab `Whale`
    ");
    scene.run("rm acme/whale").ok();
    scene.allow("acme/whale:^1");
    shown!(scene.run("install acme/whale --force").ok().stderr, @"
    docker.io/acme/whale:1.0.0 will be able to do this:
      low     Shows the tab `Whale`
    ");
    assert_eq!(scene.version(), "1.0.0");
    shown!(scene.run("install acme/whale:2.0.0 --force").fails_with(3).stderr, @"
    error: the allow-list does not admit docker.io/acme/whale:2.0.0
      help: `outrigger allow ls` shows what is allowed; who looks after this desktop can add to it
    ");
    shown!(scene.run("install acme/seal --force").fails_with(3).stderr, @"
    error: the allow-list does not admit docker.io/acme/seal
      help: `outrigger allow ls` shows what is allowed; who looks after this desktop can add to it
    ");
    let error = scene
        .run("install acme/seal --force --format json")
        .fails_with(3)
        .error_json();
    assert_eq!(error["error"]["code"], "not-allowed");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_pinned_digest_admits_that_digest_by_any_name_and_nothing_else() {
    let scene = Scene::new();
    let digest = scene.push("1.0.0");
    scene.allow(&format!("acme/whale@{digest}"));
    scene.run("install acme/whale:1.0.0 --force").ok();
    scene.run(&format!("install acme/whale@{digest}")).ok();
    scene.push("1.1.0");
    scene.run("install acme/whale:1.1.0 --force").fails_with(3);
    assert_eq!(
        scene.scan(),
        "update-blocked docker.io/acme/whale 1.0.0 -> 1.1.0 (not-allowed)"
    );
}

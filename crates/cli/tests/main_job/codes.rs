//! What scripts rely on in every command: exit codes, streams, one JSON document (contract, first part).

use serde_json::json;
use testkit::Output;

use crate::scene::{Scene, extension, keys, outrigger, whale};

#[test]
#[ignore = "needs docker-registry"]
fn all_arguments_are_tried_and_the_highest_code_wins() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push_needing("2.0.0", ">= 9");
    scene.push_image("acme/last", "1.0.0", &extension("Last", "1.0.0").build());
    let arguments =
        "acme/whale:2.0.0 acme/missing 127.0.0.1:1/acme/dead acme/Whale acme/whale:1.0.0 acme/last";
    let output = scene.run(&format!("install {arguments} --force")).fails_with(5);
    shown!(output.stdout, @"
    Installed docker.io/acme/whale 1.0.0
    Installed docker.io/acme/last 1.0.0
    ");
    shown!(output.stderr, @r#"
    warning: no allow-list is configured: every repository may be installed
    error: docker.io/acme/whale:2.0.0: it needs Extension API `>= 9`; this desktop offers 0.4.2
      help: `outrigger show REF --all-versions` shows which releases fit this desktop
    waiting [duration] for 127.0.0.1:1 (retry 1 of 2): the connection was refused: Connection refused (os error 111)
    waiting [duration] for 127.0.0.1:1 (retry 2 of 2): the connection was refused: Connection refused (os error 111)
    error: cannot list the tags of docker.io/acme/missing (http://127.0.0.1:[port]/v2/acme/missing/tags/list): there is no such repository
      help: check the spelling; `outrigger search` shows what is offered
    error: `acme/Whale` is not a legal reference: a repository is written in lower case
    docker.io/acme/whale:1.0.0 will be able to do this:
      low     Shows the tab `Whale`
    docker.io/acme/last:1.0.0 will be able to do this:
      low     Shows the tab `Last`
    error: cannot list the tags of 127.0.0.1:1/acme/dead (http://127.0.0.1:1/v2/acme/dead/tags/list): the connection was refused: Connection refused (os error 111)
      help: check the address and your network; a mirror is set with `endpoint` under `[registry."127.0.0.1:1"]`, a proxy with HTTPS_PROXY
    "#);
    assert_eq!(
        scene.run("ls -q").ok().stdout,
        "docker.io/acme/last\ndocker.io/acme/whale\n"
    );
    scene
        .run("install acme/Whale acme/whale:2.0.0 --force")
        .fails_with(3);
    scene
        .run("install acme/missing acme/whale:2.0.0 --force")
        .fails_with(4);
    scene.run("update acme/none acme/whale --force").fails_with(4);
    scene.run("hold acme/none acme/whale").fails_with(4);
    let output = scene
        .run("rm acme/none acme/whale acme/last --format json")
        .fails_with(4);
    assert_eq!(output.error_json()["error"]["code"], "not-installed");
    assert_eq!(scene.run("ls -q").ok().stdout, "");
}

#[test]
#[ignore = "needs docker-registry"]
fn results_are_one_document_on_stdout_and_failures_one_on_stderr() {
    let scene = Scene::new();
    scene.push("1.0.0");
    let silent = |line: &str| {
        let output = scene.run(&format!("{line} --format json")).ok();
        assert_eq!(output.stderr, "", "{line}");
        output.json()
    };
    let installed = silent("install acme/whale --force");
    assert_eq!(
        installed["results"][0],
        json!({ "id": "docker.io/acme/whale", "version": "1.0.0", "outcome": "installed", "from": null })
    );
    assert_eq!(silent("install acme/whale")["results"][0]["outcome"], "unchanged");
    scene.push("1.1.0");
    silent("scan");
    silent("outdated");
    silent("search");
    silent("show acme/whale");
    silent("config show");
    silent("version");
    silent("allow ls");
    silent("allow test acme/whale");
    silent("hold acme/whale");
    silent("unhold acme/whale");
    assert_eq!(
        silent("update acme/whale --force")["results"][0],
        json!({ "id": "docker.io/acme/whale", "version": "1.1.0", "outcome": "switched", "from": "1.0.0" })
    );
    silent("update --all");
    silent("rm acme/whale");
    silent("ls");
}

#[test]
#[ignore = "needs docker-registry"]
fn each_failure_has_its_code_and_says_where_it_was() {
    let scene = Scene::new();
    scene.push_needing("2.0.0", ">= 9");
    scene.push_image(
        "acme/arm",
        "1.0.0",
        &whale("1.0.0").platform("linux/arm64").build(),
    );
    scene.push_image(
        "acme/plain",
        "1.0.0",
        &embedded::Image::builder()
            .layer(embedded::image::Layer::new().file("a", "b", 0o644))
            .build(),
    );
    let failed = |line: &str, code: i32| {
        let output = scene.run(&format!("{line} --format json")).fails_with(code);
        let document = output.error_json();
        assert_eq!(keys(&document), ["error"], "{line}");
        let error = &document["error"];
        assert_eq!(
            keys(error),
            ["code", "message", "phase", "reference", "help"],
            "{line}"
        );
        assert!(!error["message"].as_str().unwrap().is_empty(), "{line}");
        let text = |key: &str| error[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", text("code"), text("phase"), text("reference"))
    };
    shown!(failed("install acme/Whale --force", 2), @"usage usage acme/Whale");
    shown!(failed("install acme/whale --force", 3), @"api-version policy docker.io/acme/whale:2.0.0");
    shown!(failed("install acme/arm --force", 3), @"platform policy docker.io/acme/arm:1.0.0");
    shown!(failed("install acme/missing --force", 4), @"not-found resolve docker.io/acme/missing");
    shown!(failed("install 127.0.0.1:1/acme/whale --force", 5), @"network resolve 127.0.0.1:1/acme/whale");
    shown!(failed("install acme/plain --force", 6), @"no-metadata unpack docker.io/acme/plain");
    shown!(failed("install acme/plain --force --offline", 5), @"offline resolve docker.io/acme/plain");
    shown!(failed("install acme/plain", 2), @"nobody-to-ask consent docker.io/acme/plain");
    shown!(failed("update acme/whale", 4), @"not-installed store docker.io/acme/whale");
    shown!(failed("rm acme/whale", 4), @"not-installed store docker.io/acme/whale");
    shown!(failed("hold acme/whale", 4), @"not-installed store docker.io/acme/whale");
    shown!(failed("allow rm acme/whale", 4), @"not-found usage -");
    shown!(failed("install", 2), @"usage usage -");
    shown!(failed("frobnicate", 2), @"usage usage -");
    shown!(failed("update", 2), @"usage usage -");
    shown!(failed("update acme/whale --all", 2), @"usage usage -");
    shown!(failed("update acme/whale:1.0.0 --to 1.1.0", 2), @"usage usage -");
    shown!(failed("update acme/whale --to not/a/tag", 2), @"usage usage -");
}

#[test]
fn malformed_references_are_wrong_usage() {
    let outrigger = outrigger();
    let upper = format!("acme/whale@sha256:{}", "A".repeat(64));
    let unknown = format!("acme/whale@sha1:{}", "a".repeat(40));
    let short = "acme/whale@sha256:abc".to_owned();
    let long = format!("acme/whale:{}", "a".repeat(129));
    let mut told = Vec::new();
    for reference in [
        "",
        "acme/Whale",
        "acme//whale",
        "acme/whale:",
        "acme/whale:.1",
        "acme/whale:a b",
        "https://acme/whale",
        &upper,
        &unknown,
        &short,
        &long,
    ] {
        let output = outrigger.run(["install", reference, "--force"]).fails_with(2);
        outrigger.run(["show", reference]).fails_with(2);
        outrigger.run(["rm", reference]).fails_with(2);
        told.push(output.stderr);
    }
    shown!(told.concat(), @"
    error: `` is not a legal reference: `` cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`
    error: `acme/Whale` is not a legal reference: a repository is written in lower case
    error: `acme//whale` is not a legal reference: `` cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`
    error: `acme/whale:` is not a legal reference: a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`
    error: `acme/whale:.1` is not a legal reference: a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`
    error: `acme/whale:a b` is not a legal reference: a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`
    error: `https://acme/whale` is not a legal reference: `https:` is not the address of a registry
    error: `acme/whale@sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA` is not a legal reference: `sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA` is not a digest: its digits are in upper case
    error: `acme/whale@sha1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` is not a legal reference: `sha1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` is not a digest: its algorithm is not sha256 or sha512
    error: `acme/whale@sha256:abc` is not a legal reference: `sha256:abc` is not a digest: it has the wrong number of digits for its algorithm
    error: acme/whale:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: `acme/whale:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…` is not a legal reference: a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`
    ");
    assert!(!outrigger.home().join("extensions").exists());
}

#[test]
#[ignore = "needs docker-registry"]
fn a_question_that_nobody_can_answer_is_wrong_usage_and_changes_nothing() {
    let scene = Scene::new();
    scene.push("1.0.0");
    shown!(scene.run("install acme/whale").fails_with(2).stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: docker.io/acme/whale: this needs a yes, and there is no terminal to ask on; nothing was changed
      help: pass `--force` to install without the question
    ");
    assert_eq!(scene.run("ls -q").ok().stdout, "");
}

#[test]
#[ignore = "needs docker-registry"]
fn quiet_says_ids_and_nothing_else() {
    let scene = Scene::new();
    scene.push("1.0.0");
    let quiet = |line: &str| {
        let output = scene.run(&format!("{line} -q")).ok();
        assert_eq!(output.stderr, "", "{line}");
        output.stdout
    };
    let id = "docker.io/acme/whale\n";
    assert_eq!(quiet("install acme/whale --force"), id);
    assert_eq!(quiet("ls"), id);
    scene.push("1.1.0");
    assert_eq!(quiet("scan"), id);
    assert_eq!(quiet("outdated"), id);
    assert_eq!(quiet("search whale"), id);
    assert_eq!(quiet("update acme/whale"), id);
    assert_eq!(quiet("rm acme/whale"), id);
}

#[test]
#[ignore = "needs docker-registry"]
fn offline_asks_no_registry_and_still_tells_what_is_here() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.run("install acme/whale --force").ok();
    scene.push("1.1.0");
    scene.run("scan").ok();
    for line in [
        "install acme/other --force",
        "scan",
        "update acme/whale",
        "show acme/whale",
    ] {
        assert_eq!(scene.asked_by(&format!("{line} --offline"), 5), "", "{line}");
    }
    shown!(scene.run("show acme/whale --offline").stderr, @"
    error: cannot list the tags of docker.io/acme/whale: nothing is asked of a registry while offline
      help: leave out `--offline`
    ");
    for line in ["ls", "outdated", "search", "rm acme/whale"] {
        scene.run(&format!("{line} --offline")).ok();
    }
}

#[test]
#[ignore = "needs docker-registry"]
fn a_home_folder_that_cannot_be_written_changes_nothing() {
    let scene = Scene::new();
    scene.push("1.0.0");
    let file = scene.outrigger.surroundings().join("file");
    fs_err::write(&file, "").unwrap();
    let config = scene.outrigger.home().join("config.toml");
    let mut command = scene.outrigger.command();
    command.args([
        "install",
        "acme/whale",
        "--force",
        "--home",
        file.as_str(),
        "--config",
        config.as_str(),
    ]);
    let output = Output::of(&mut command).fails_with(1);
    shown!(output.stderr, @"error: cannot open the file [temp]/file/format.json: Not a directory (os error 20)");
    assert_eq!(fs_err::read_to_string(&file).unwrap(), "");
}

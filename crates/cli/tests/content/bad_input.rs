//! What users, operators and registries get wrong: a clear error with its exit code, and nothing changed.

use std::process::Command;

use insta::assert_snapshot;
use testkit::{Fault, FaultyRegistry, Output};

use crate::fixture::{REPOSITORY, Scene, pages, whale};

/// Has each of these references refused as wrong usage, and answers what is said.
#[track_caller]
fn malformed(scene: &Scene, references: &[&str]) -> String {
    scene.registry.clear_requests();
    let said = references.iter().map(|reference| {
        scene.refuses_all_of(
            2,
            &[&["show", "--", reference], &["install", "-f", "--", reference]],
        )
    });
    let said = said.collect();
    assert_eq!(scene.registry.requests(), [], "nothing is asked for");
    said
}

#[test]
fn malformed_references_are_wrong_usage() {
    let scene = Scene::with_whale();
    let said = malformed(
        &scene,
        &[
            "",
            " acme/whale",
            "Acme/Whale",
            "acme//whale",
            "acme/whale/",
            "/acme/whale",
            "acme/whale@",
            "acme/../whale",
            "https://docker.io/acme/whale",
            "acme/wh ale",
            "acme/wh\u{1b}[31male",
            "localhost:99999/acme/whale",
            &format!("acme/{}", "w".repeat(300)),
        ],
    );
    assert_snapshot!(said, @r"
    error: `` is not a legal reference: `` cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`
    error: acme/whale: `acme/whale` is not a legal reference: `acme` cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`
    error: `Acme/Whale` is not a legal reference: a repository is written in lower case
    error: `acme//whale` is not a legal reference: `` cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`
    error: `acme/whale/` is not a legal reference: `` cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`
    error: `/acme/whale` is not a legal reference: `` cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`
    error: `acme/whale@` is not a legal reference: `` is not a digest: it has no colon
    error: `acme/../whale` is not a legal reference: `..` cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`
    error: `https://docker.io/acme/whale` is not a legal reference: `https:` is not the address of a registry
    error: `acme/wh ale` is not a legal reference: `wh ale` cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`
    error: acme/wh\u{1b}[31male: `acme/wh\u{1b}[31male` is not a legal reference: `wh\u{1b}[31male` cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`
    error: `localhost:[port]/acme/whale` is not a legal reference: `localhost:[port]` is not the address of a registry
    error: acme/wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww: `acme/wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww…` is not a legal reference: it is longer than 255 characters
    ");
}

#[test]
fn illegal_tags_are_wrong_usage() {
    let scene = Scene::with_whale();
    let said = malformed(
        &scene,
        &[
            "acme/whale:",
            "acme/whale:-1.0",
            "acme/whale:.1",
            "acme/whale:1.0.0+build",
            "acme/whale:1 0",
            &format!("acme/whale:{}", "1".repeat(129)),
        ],
    );
    assert_snapshot!(said, @"
    error: `acme/whale:` is not a legal reference: a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`
    error: `acme/whale:-1.0` is not a legal reference: a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`
    error: `acme/whale:.1` is not a legal reference: a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`
    error: `acme/whale:1.0.0+build` is not a legal reference: a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`
    error: `acme/whale:1 0` is not a legal reference: a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`
    error: acme/whale:111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111: `acme/whale:1111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111…` is not a legal reference: a tag is 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`
    ");
}

#[test]
fn digests_in_upper_case_or_of_unknown_algorithms_are_wrong_usage() {
    let scene = Scene::with_whale();
    let said = malformed(
        &scene,
        &[
            &format!("acme/whale@sha256:{}", "A".repeat(64)),
            &format!("acme/whale@SHA256:{}", "a".repeat(64)),
            &format!("acme/whale@sha256:{}", "a".repeat(63)),
            "acme/whale@md5:d41d8cd98f00b204e9800998ecf8427e",
            "acme/whale@sha256",
            &format!("acme/whale:1.0.0@sha256:{}", "g".repeat(64)),
        ],
    );
    assert_snapshot!(said, @"
    error: `acme/whale@sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA` is not a legal reference: `sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA` is not a digest: its digits are in upper case
    error: `acme/whale@SHA256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` is not a legal reference: `SHA256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` is not a digest: its algorithm is not sha256 or sha512
    error: `acme/whale@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` is not a legal reference: `sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` is not a digest: it has the wrong number of digits for its algorithm
    error: `acme/whale@md5:d41d8cd98f00b204e9800998ecf8427e` is not a legal reference: `md5:d41d8cd98f00b204e9800998ecf8427e` is not a digest: its algorithm is not sha256 or sha512
    error: `acme/whale@sha256` is not a legal reference: `sha256` is not a digest: it has no colon
    error: `acme/whale:1.0.0@sha256:gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg` is not a legal reference: `sha256:gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg` is not a digest: it holds something other than hexadecimal digits
    ");
}

#[test]
fn a_registry_that_nobody_answers_for_cannot_be_reached() {
    let scene = Scene::with_whale();
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let dead = format!("127.0.0.1:{port}/acme/whale:1.0.0");
    scene
        .outrigger
        .allow(&format!("127.0.0.1:{port}/\n{}/", scene.authority()));
    assert_snapshot!(scene.refuses_all_of(5, &[&["install", "-f", &dead]]), @r#"
    waiting [duration] for 127.0.0.1:[port] (retry 1 of 2): the connection was refused: Connection refused (os error 111)
    waiting [duration] for 127.0.0.1:[port] (retry 2 of 2): the connection was refused: Connection refused (os error 111)
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:1.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/1.0.0): the connection was refused: Connection refused (os error 111)
      help: check the address and your network; a mirror is set with `endpoint` under `[registry."127.0.0.1:[port]"]`, a proxy with HTTPS_PROXY
    "#);
}

#[test]
fn what_the_registry_lacks_is_not_found() {
    let scene = Scene::with_whale();
    let id = scene.id();
    let elsewhere = format!("{}/acme/nothing", scene.authority());
    let said = [
        format!("{id}:9.9.9"),
        format!("{id}@sha256:{}", "a".repeat(64)),
        elsewhere.clone(),
        format!("{elsewhere}:1.0.0"),
    ]
    .map(|reference| scene.refuses_all_of(4, &[&["install", "-f", &reference]]));
    assert_snapshot!(said.join(""), @"
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:9.9.9 (http://127.0.0.1:[port]/v2/acme/whale/manifests/9.9.9): the repository has no such tag or digest
      help: check the spelling; `outrigger search` shows what is offered
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/manifests/sha256:[digest]): the repository has no such tag or digest
      help: check the spelling; `outrigger search` shows what is offered
    error: cannot list the tags of 127.0.0.1:[port]/acme/nothing (http://127.0.0.1:[port]/v2/acme/nothing/tags/list): there is no such repository
      help: check the spelling; `outrigger search` shows what is offered
    error: cannot read the manifest of 127.0.0.1:[port]/acme/nothing:1.0.0 (http://127.0.0.1:[port]/v2/acme/nothing/manifests/1.0.0): there is no such repository
      help: check the spelling; `outrigger search` shows what is offered
    ");
}

#[test]
fn a_refused_login_says_which_one_was_tried() {
    let scene = Scene::with_whale();
    let mut said = Vec::new();
    for (status, challenge, has_login) in [
        ("401 Unauthorized", true, false),
        ("401 Unauthorized", true, true),
        ("403 Forbidden", true, false),
        ("403 Forbidden", true, true),
        ("403 Forbidden", false, true),
    ] {
        let liar = FaultyRegistry::in_front_of(&scene.authority());
        let body = br#"{"errors": [{"code": "DENIED", "message": "requested access is denied"}]}"#;
        liar.always("", Fault::Status(status));
        liar.always("", Fault::Body(body.to_vec()));
        if challenge {
            let wanted = "Basic realm=\"whales\"".to_owned();
            liar.always("", Fault::Header("www-authenticate", wanted));
        }
        scene.outrigger.allow(&format!("{}/", liar.authority()));
        if has_login {
            scene.outrigger.login(liar.authority(), "bob", "secret-password");
        } else {
            scene.outrigger.docker_config(&serde_json::json!({}));
        }
        let reference = format!("{}/{REPOSITORY}:1.0.0", liar.authority());
        let refused = scene.refuses_all_of(5, &[&["install", "-f", &reference]]);
        assert!(!refused.contains("secret-password"), "{refused}");
        said.push(format!(
            "{status}, challenge: {challenge}, login: {has_login}\n{refused}"
        ));
    }
    assert_snapshot!(said.concat(), @"
    401 Unauthorized, challenge: true, login: false
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:1.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/1.0.0): it does not exist or needs a login (no login was found for it)
      help: if it is private, log in with `docker login 127.0.0.1:[port]`
    401 Unauthorized, challenge: true, login: true
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:1.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/1.0.0): the login was refused (auths entry `127.0.0.1:[port]` of [temp]/docker/config.json)
      help: if it is private, log in with `docker login 127.0.0.1:[port]`
    403 Forbidden, challenge: true, login: false
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:1.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/1.0.0): it does not exist or needs a login (no login was found for it)
      help: if it is private, log in with `docker login 127.0.0.1:[port]`
    403 Forbidden, challenge: true, login: true
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:1.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/1.0.0): it does not exist or needs a login (auths entry `127.0.0.1:[port]` of [temp]/docker/config.json)
      help: if it is private, log in with `docker login 127.0.0.1:[port]`
    403 Forbidden, challenge: false, login: true
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:1.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/1.0.0): it does not exist or needs a login (none was sent, because the registry asked for none)
      help: if it is private, log in with `docker login 127.0.0.1:[port]`
    ");
}

#[test]
fn a_requirement_that_cannot_be_parsed_is_refused_and_quoted() {
    let scene = Scene::with_whale();
    let api = "com.docker.desktop.extension.api.version";
    let mut said = String::new();
    for requirement in [
        "newest",
        ">= ",
        "1.2.3.4.5",
        ">= 0.3 || < 0.1",
        "^^1",
        "\u{1b}[31m0.3",
    ] {
        said += &scene.refuses(3, &pages().label(api, requirement).build());
    }
    assert_snapshot!(said, @r"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the Extension API requirement `newest` cannot be understood
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the Extension API requirement `>=` cannot be understood
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the Extension API requirement `1.2.3.4.5` cannot be understood
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the Extension API requirement `>= 0.3 || < 0.1` cannot be understood
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the Extension API requirement `^^1` cannot be understood
    error: 127.0.0.1:[port]/acme/whale:2.0.0: the Extension API requirement `\u{1b}[31m0.3` cannot be understood
    ");
}

#[test]
fn an_unknown_key_of_the_configuration_is_pointed_at() {
    let scene = Scene::with_whale();
    scene.configure("linux/amd64", "[polcy]\n");
    let id = scene.id();
    // `ls` reads no setting that could be wrong, and says so all the same.
    let said = scene.outrigger.run(["install", "-f", &id]).fails_with(2).stderr;
    assert_snapshot!(said, @"error: [temp]/home/config.toml:5:2: unknown key `polcy`; did you mean `policy`?");
    scene.configure("linux/amd64", "[limits]\npayload_size = 7\n");
    let said = scene.outrigger.run(["update", "-f", &id]).fails_with(2).stderr;
    assert_snapshot!(said, @"error: [temp]/home/config.toml:6:1: unknown key `limits.payload_size`; did you mean `payload-size`?");
    scene.configure("linux/amd64", "");
    assert_eq!(scene.listed()["version"], "1.0.0");
}

#[test]
fn a_home_that_cannot_be_a_folder_is_told() {
    let scene = Scene::new();
    scene.push("1.0.0", &whale().build());
    let file = scene.outrigger.surroundings().join("file");
    fs_err::write(&file, "").unwrap();
    let reference = format!("{}:1.0.0", scene.id());
    let said = [file.clone(), file.join("home")].map(|home| {
        let arguments = ["--home", home.as_str(), "install", "-f", &reference];
        scene.outrigger.run(arguments).fails_with(2).stderr
    });
    assert_snapshot!(said.join(""), @"
    error: cannot open the file [temp]/file/config.toml: Not a directory (os error 20)
    error: cannot open the file [temp]/file/home/config.toml: Not a directory (os error 20)
    ");
    assert_eq!(fs_err::read_to_string(&file).unwrap(), "");
}

#[test]
fn a_disk_that_takes_no_more_leaves_the_installed_release() {
    // A limit on the size of files stands for a full disk: writing beyond it fails in the same way.
    let scene = Scene::with_whale();
    let ballast: String = (0..40_000)
        .map(|number| model::Digest::of(format!("{number}").as_bytes()).hex().to_owned())
        .collect();
    let layer = embedded::image::Layer::new().file("ui/ballast.js", ballast, 0o644);
    scene.push("1.1.0", &whale().layer(layer).build());
    let before = testkit::tree(&scene.folder());
    let binary = scene.outrigger.command();
    let mut limited = Command::new("/bin/sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$0\" \"$@\""]);
    limited
        .arg(binary.get_program())
        .args(["update", "-f", &scene.id()]);
    limited.env_clear().current_dir(scene.outrigger.surroundings());
    limited.envs(binary.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = Output::of(&mut limited).fails_with(1);
    assert_snapshot!(output.stderr, @"
    error: 127.0.0.1:[port]/acme/whale: a file of the layer could not be stored
      because: cannot write the file [temp]/home/staging/[name]/content/1-0: File too large (os error 27)
    ");
    assert_eq!(scene.listed()["version"], "1.0.0");
    assert_eq!(before, testkit::tree(&scene.folder()));
    scene.outrigger.run(["update", "-f", &scene.id()]).ok();
    assert_eq!(scene.listed()["version"], "1.1.0");
}

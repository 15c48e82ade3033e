//! Logins out of Docker's configuration, and what is said where none fits (contract, exit code 5).

use serde_json::json;
use testkit::{Output, Outrigger};

use crate::scene::{Scene, whale};

/// A registry for bob alone, with a whale in it. Named by its own address: credentials belong to that.
fn private() -> (Scene, String) {
    let scene = Scene::with_login("bob", "secret");
    scene.push("1.0.0");
    let whale = format!("{}/acme/whale", scene.registry.authority());
    (scene, whale)
}

/// Writes a credential helper that knows one login, and puts it in the `PATH` of the command that is given back.
fn with_helper(outrigger: &Outrigger, name: &str, authority: &str, line: &str) -> Output {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = outrigger.surroundings().join("bin");
    fs_err::create_dir_all(&folder).unwrap();
    let program = folder.join(format!("docker-credential-{name}"));
    let script = format!(
        "#!/bin/sh\nread server\necho \"$1 $server\" >> {folder}/asked\n\
         [ \"$server\" = \"{authority}\" ] && echo '{{\"ServerURL\":\"{authority}\",\"Username\":\"bob\",\"Secret\":\"secret\"}}' && exit 0\n\
         echo 'credentials not found in native keychain'; exit 1\n"
    );
    fs_err::write(&program, script).unwrap();
    fs_err::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = outrigger.command();
    command.env("PATH", format!("{folder}:/usr/bin:/bin"));
    command.args(line.split_whitespace());
    Output::of(&mut command)
}

#[test]
#[ignore = "needs docker-registry"]
fn a_login_of_docker_login_is_used() {
    let (scene, whale) = private();
    scene.outrigger.login(scene.registry.authority(), "bob", "secret");
    scene.run(&format!("install {whale} --force")).ok();
    scene.push("1.1.0");
    assert_eq!(scene.run("scan --exit-code").code, 10);
    scene.run("update --all --force").ok();
    assert_eq!(scene.version(), "1.1.0");
}

#[test]
#[ignore = "needs docker-registry"]
fn a_credential_helper_of_the_registry_is_asked() {
    let (scene, whale) = private();
    let authority = scene.registry.authority();
    scene
        .outrigger
        .docker_config(&json!({ "credHelpers": { authority: "harbour" } }));
    with_helper(
        &scene.outrigger,
        "harbour",
        authority,
        &format!("install {whale} --force"),
    )
    .ok();
    let asked = fs_err::read_to_string(scene.outrigger.surroundings().join("bin/asked")).unwrap();
    assert_eq!(asked, format!("get {authority}\n"), "one run asks once");
}

#[test]
#[ignore = "needs docker-registry"]
fn the_credentials_store_is_asked() {
    let (scene, whale) = private();
    let authority = scene.registry.authority();
    scene
        .outrigger
        .docker_config(&json!({ "credsStore": "chest", "auths": { authority: {} } }));
    with_helper(
        &scene.outrigger,
        "chest",
        authority,
        &format!("install {whale} --force"),
    )
    .ok();
}

#[test]
#[ignore = "needs docker-registry"]
fn a_store_that_knows_no_login_leaves_an_open_registry_open() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.outrigger.docker_config(&json!({ "credsStore": "chest" }));
    with_helper(
        &scene.outrigger,
        "chest",
        "elsewhere",
        "install acme/whale --force",
    )
    .ok();
}

#[test]
#[ignore = "needs docker-registry"]
fn a_login_that_is_refused_is_named_by_where_it_comes_from() {
    let (scene, whale) = private();
    scene.outrigger.login(scene.registry.authority(), "bob", "wrong");
    let output = scene.run(&format!("install {whale} --force")).fails_with(5);
    shown!(output.stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: cannot list the tags of 127.0.0.1:[port]/acme/whale (http://127.0.0.1:[port]/v2/acme/whale/tags/list): the login was refused (auths entry `127.0.0.1:[port]` of [temp]/docker/config.json)
      help: if it is private, log in with `docker login 127.0.0.1:[port]`
    ");
    let error = scene
        .run(&format!("install {whale} --force --format json"))
        .fails_with(5)
        .error_json();
    assert_eq!(error["error"]["code"], "login");
    for secret in ["wrong", "Ym9iOndyb25n"] {
        assert!(!output.stderr.contains(secret) && !error.to_string().contains(secret));
    }
}

#[test]
#[ignore = "needs docker-registry"]
fn without_a_login_nobody_can_say_whether_it_exists() {
    let (scene, whale) = private();
    shown!(scene.run(&format!("install {whale} --force")).fails_with(5).stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: cannot list the tags of 127.0.0.1:[port]/acme/whale (http://127.0.0.1:[port]/v2/acme/whale/tags/list): it does not exist or needs a login (no login was found for it)
      help: if it is private, log in with `docker login 127.0.0.1:[port]`
    ");
    shown!(scene.run(&format!("show {whale}:1.0.0")).fails_with(5).stderr, @"
    error: 127.0.0.1:[port]/acme/whale:1.0.0: cannot list the tags of 127.0.0.1:[port]/acme/whale (http://127.0.0.1:[port]/v2/acme/whale/tags/list): it does not exist or needs a login (no login was found for it)
      help: if it is private, log in with `docker login 127.0.0.1:[port]`
    ");
    assert!(!scene.outrigger.home().join("extensions").exists());
}

#[test]
#[ignore = "needs docker-registry"]
fn a_helper_that_is_missing_is_named() {
    let (scene, whale) = private();
    let authority = scene.registry.authority();
    scene
        .outrigger
        .docker_config(&json!({ "credHelpers": { authority: "absent" } }));
    shown!(scene.run(&format!("install {whale} --force")).fails_with(5).stderr, @"
    warning: no allow-list is configured: every repository may be installed
    error: cannot list the tags of 127.0.0.1:[port]/acme/whale (http://127.0.0.1:[port]/v2/acme/whale/tags/list): it does not exist or needs a login (no login could be had: credential helper `absent`: it cannot be run)
      help: if it is private, log in with `docker login 127.0.0.1:[port]`
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn the_login_of_one_registry_is_never_shown_to_another() {
    let (scene, _) = private();
    let other = Scene::with_login("bob", "secret");
    other.push_image("acme/whale", "1.0.0", &whale("1.0.0").build());
    scene.outrigger.login(scene.registry.authority(), "bob", "secret");
    // The same user and password would open the other; it is not tried.
    let line = format!("install {}/acme/whale --force", other.registry.authority());
    scene.run(&line).fails_with(5);
    // Nor is the login for Docker Hub, where another registry stands in for it.
    scene
        .outrigger
        .login("https://index.docker.io/v1/", "bob", "secret");
    scene.run("install acme/whale --force").fails_with(5);
    scene.outrigger.login(scene.registry.authority(), "bob", "secret");
    scene.run("install acme/whale --force").ok();
}

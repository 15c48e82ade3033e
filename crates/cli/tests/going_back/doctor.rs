use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::process::Command;

use camino::Utf8Path;
use serde_json::{Value, json};
use testkit::{Fault, FaultyRegistry, Output, RetryAfter};

use crate::scene::{NAME, Scene};

/// Releases that are installed in a home that only its owner can enter, as the program itself would have made it.
fn installed(versions: &[&str]) -> Scene {
    let scene = Scene::installed(versions);
    set_mode(&scene, 0o700);
    scene
}

fn set_mode(scene: &Scene, mode: u32) {
    fs::set_permissions(scene.outrigger.home(), fs::Permissions::from_mode(mode)).unwrap();
}

/// The checks that are not as they should be, each with its help.
fn complaints(output: &Output) -> String {
    let document = output.json();
    let checks = document["checks"].as_array().unwrap().iter();
    let wrong = checks.filter(|check| check["verdict"] != "ok");
    let lines = wrong.map(|check| {
        let text = |key: &str| check[key].as_str().unwrap_or("-").to_owned();
        format!(
            "{} {}: {}\n  {}\n",
            text("verdict"),
            text("check"),
            text("message"),
            text("help")
        )
    });
    lines.collect()
}

/// What `doctor` complains of; the exit code says whether a problem is among it.
fn found(scene: &Scene, more: &str, code: i32) -> String {
    complaints(
        &scene
            .run(&format!("doctor --format json {more}"))
            .fails_with(code),
    )
}

/// A credential helper for the registry; what is run then finds it.
fn with_helper(scene: &Scene, script: &str) -> Output {
    let folder = scene.outrigger.surroundings().join("bin");
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join("docker-credential-harbour");
    fs::write(&program, format!("#!/bin/sh\nread server\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    scene
        .outrigger
        .docker_config(&json!({ "credHelpers": { scene.authority(): "harbour" } }));
    let mut command = scene.outrigger.command();
    command.env("PATH", format!("{folder}:/usr/bin:/bin"));
    command.args(["doctor", "--format", "json"]);
    Output::of(&mut command)
}

fn check<'a>(document: &'a Value, name: &str) -> &'a Value {
    let checks = document["checks"].as_array().unwrap();
    checks.iter().find(|check| check["check"] == name).unwrap()
}

#[test]
fn where_everything_is_as_it_should_be_each_check_says_so() {
    let scene = installed(&["1.0.0", "1.1.0"]);
    let before = testkit::tree(&scene.outrigger.home());
    let printed = scene.run("doctor").ok();
    let sizes = regex::Regex::new(r"\b\d+(\.\d+)? ([kMGT]?B) are free").unwrap();
    let shown = format!("{}{}", printed.stdout, printed.stderr);
    shown!(sizes.replace(&shown, "[size] are free"), @"
    CHECK          VERDICT  MESSAGE
    home-folder    ok       [temp]/home can be read and written
    permissions    ok       only its owner can enter it (mode 0700)
    free-space     ok       [size] are free where the home folder is
    configuration  ok       [temp]/home/config.toml can be understood
    allow-list     ok       [temp]/home/allow.txt has 1 pattern
    registry       ok       docker.io answers at http://127.0.0.1:[port], without a login
    credentials    ok       Docker's configuration keeps no login for these registries
    clock          ok       it agrees with that of the registries
    activations    ok       1 extension is installed
    generations    ok       2 generations are there
    garbage        ok       there is nothing to free
    blob-cache     ok       layers of 2.6 kB are kept, and at most 2.1 GB
    Everything is as it should be.
    ");
    assert_eq!(testkit::tree(&scene.outrigger.home()), before, "it only looks");
    assert_eq!(found(&scene, "", 0), "");
    assert_eq!(scene.says("doctor -q", 0), "");
}

#[test]
fn a_home_that_is_not_there_yet_can_be_made() {
    let scene = installed(&[]);
    let home = scene.outrigger.surroundings().join("some/where");
    let document = scene
        .run(&format!("doctor --format json --home {home}"))
        .ok()
        .json();
    let message = check(&document, "home-folder")["message"].as_str().unwrap();
    assert_eq!(message, format!("{home} is not there yet, and can be made"));
    assert!(!home.exists());
    fs::write(scene.outrigger.surroundings().join("some"), "").unwrap();
    shown!(found(&scene, &format!("--home {home}"), 1), @"
    problem home-folder: cannot open the file [temp]/some/where/format.json: Not a directory (os error 20)
      mend that, or name another folder with `--home` or OUTRIGGER_HOME
    problem configuration: cannot open the file [temp]/some/where/config.toml: Not a directory (os error 20)
      mend it: no other command works until then, and what is told here rests on defaults
    warning allow-list: which one it is is not known, because the configuration is broken
      mend the configuration
    ");
}

#[test]
fn a_read_only_home_is_a_problem_and_hides_nothing() {
    let scene = installed(&["1.0.0"]);
    let home = scene.outrigger.home();
    let script = format!("mount --bind {home} {home}; mount -o remount,bind,ro {home}; \"$@\"");
    let plain = scene.outrigger.command();
    let mut shell = Command::new("unshare");
    if Utf8Path::new("/proc/self").metadata().unwrap().uid() != 0 {
        shell.arg("--map-root-user");
    }
    shell.args(["--mount", "sh", "-euc", &script, "sh"]);
    shell
        .arg(plain.get_program())
        .args(["doctor", "--format", "json"]);
    shell.env_clear().current_dir(scene.outrigger.surroundings());
    shell.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = Output::of(&mut shell).fails_with(1);
    shown!(complaints(&output), @"
    problem home-folder: cannot write to [temp]/home: Read-only file system (os error 30)
      mend that, or name another folder with `--home` or OUTRIGGER_HOME
    ");
    assert_eq!(
        check(&output.json(), "activations")["message"],
        "1 extension is installed"
    );
    assert_eq!(output.error_json()["error"]["message"], "there is 1 problem");
}

#[test]
fn a_home_that_others_can_enter_is_told_with_the_mode_that_helps() {
    let scene = installed(&["1.0.0"]);
    set_mode(&scene, 0o755);
    shown!(found(&scene, "", 0), @"
    warning permissions: other users can look into it (mode 0755)
      `chmod 700 [temp]/home`
    ");
    set_mode(&scene, 0o777);
    shown!(found(&scene, "", 1), @"
    problem permissions: other users can change what is installed (mode 0777)
      `chmod 700 [temp]/home`
    ");
}

#[test]
fn a_broken_configuration_is_told_with_its_line_and_no_registry_is_asked_at_an_address_that_may_be_wrong() {
    let scene = installed(&["1.0.0"]);
    scene.configure("[policy2]\nx = 1\n");
    shown!(found(&scene, "", 1), @"
    problem configuration: [temp]/home/config.toml:7:2: unknown key `policy2`; did you mean `policy`?
      mend it: no other command works until then, and what is told here rests on defaults
    warning allow-list: which one it is is not known, because the configuration is broken
      mend the configuration
    warning registry: docker.io was not asked, because the broken configuration may name another address
      mend the configuration
    ");
    scene.configure("[limits]\nretires = 1\n");
    shown!(scene.says("doctor -q", 1), @"
    CHECK          VERDICT  MESSAGE
    configuration  problem  [temp]/home/config.toml:8:1: unknown key `limits.retires`; did you mean `retries`?
                            help: mend it: no other command works until then, and what is told here rests on defaults
    allow-list     warning  which one it is is not known, because the configuration is broken
                            help: mend the configuration
    registry       warning  docker.io was not asked, because the broken configuration may name another address
                            help: mend the configuration
    error: there is 1 problem
    ");
    scene.configure("realm = \"not a host\"\n");
    shown!(found(&scene, "", 1), @"
    problem configuration: cannot read the settings of docker.io: `realm = `not a host`` is not a host with an optional port
      mend it: no other command works until then, and what is told here rests on defaults
    warning allow-list: which one it is is not known, because the configuration is broken
      mend the configuration
    warning registry: docker.io was not asked, because the broken configuration may name another address
      mend the configuration
    ");
    let document = scene.run("doctor --format json").fails_with(1).json();
    assert_eq!(
        check(&document, "generations")["message"],
        "1 generation is there"
    );
}

#[test]
fn a_broken_allow_list_leaves_the_rest_of_the_configuration_in_force() {
    let scene = installed(&["1.0.0"]);
    scene.outrigger.allow("acme/\n*what*\n");
    shown!(found(&scene, "", 1), @"
    problem allow-list: [temp]/home/allow.txt, line 2: `*what*` is not a pattern of an allow-list: `*what*` cannot be part of a repository: letters and digits, joined by one `.`, one or two `_`, or `-`
      mend it, or what `policy.allow-list` names: no other command works until then
    ");
    fs::remove_file(scene.outrigger.home().join("allow.txt")).unwrap();
    shown!(found(&scene, "", 1), @"
    problem allow-list: the allow-list [temp]/home/allow.txt does not exist
      mend it, or what `policy.allow-list` names: no other command works until then
    ");
    scene.outrigger.allow("");
    shown!(found(&scene, "", 0), @"
    warning allow-list: [temp]/home/allow.txt is empty, which admits nothing
      `outrigger allow add PATTERN` adds to it
    ");
}

#[test]
fn a_registry_that_does_not_answer_is_a_problem() {
    let mut scene = installed(&["1.0.0"]);
    let authority = scene.authority();
    scene.unplug();
    scene.configure_at(&authority, "");
    shown!(found(&scene, "", 1), @r#"
    problem registry: cannot use docker.io (http://127.0.0.1:[port]/v2/): the connection was refused: Connection refused (os error 111)
      check the address and your network; a mirror is set with `endpoint` under `[registry."docker.io"]`, a proxy with HTTPS_PROXY
    "#);
}

#[test]
fn a_server_that_is_no_registry_is_told_so() {
    let scene = installed(&["1.0.0"]);
    let server = FaultyRegistry::in_front_of(&scene.authority());
    scene.configure_at(server.authority(), "");
    server.always("/v2/", Fault::Status("404 Not Found"));
    shown!(found(&scene, "", 1), @r#"
    problem registry: cannot use docker.io (http://127.0.0.1:[port]/v2/): the registry answers 404
      check the address, or `endpoint` under `[registry."docker.io"]`: no registry seems to be there
    "#);
    server.heal();
    server.always("/v2/", Fault::TooManyRequests(RetryAfter::Seconds(90)));
    server.clear_requests();
    shown!(found(&scene, "", 0), @"
    warning registry: cannot use docker.io (http://127.0.0.1:[port]/v2/): the registry limits how often it may be asked; again in 90 seconds
      try again later
    ");
    assert_eq!(server.count("/v2/"), 1, "it is not asked again");
}

#[test]
fn a_registry_that_lets_nobody_in_without_a_login_is_a_warning() {
    let scene = installed(&["1.0.0"]);
    let server = FaultyRegistry::in_front_of(&scene.authority());
    scene.configure_at(server.authority(), "");
    server.always("/v2/", Fault::Challenge("Basic realm=\"x\"".to_owned()));
    shown!(found(&scene, "", 0), @"
    warning registry: docker.io answers, and lets nobody in without a login
      if it is private, log in with `docker login 127.0.0.1:[port]`
    ");
    scene.outrigger.login(server.authority(), "bob", "hunter2");
    let output = scene.run("doctor --format json").fails_with(1);
    shown!(complaints(&output), @"
    problem registry: cannot use docker.io (http://127.0.0.1:[port]/v2/): the login was refused (auths entry `127.0.0.1:[port]` of [temp]/docker/config.json)
      if it is private, log in with `docker login 127.0.0.1:[port]`
    ");
    assert!(!format!("{output:?}").contains("hunter2"));
}

#[test]
fn a_helper_that_answers_is_named_and_its_secret_is_not() {
    let scene = installed(&["1.0.0"]);
    let output = with_helper(
        &scene,
        r#"echo '{"ServerURL":"x","Username":"bob","Secret":"hunter2"}'"#,
    )
    .ok();
    let document = output.json();
    let message = check(&document, "credentials")["message"].as_str().unwrap();
    assert_eq!(message, "docker.io has a login: credential helper `harbour`");
    assert!(!format!("{output:?}").contains("hunter2"));
}

#[test]
fn a_helper_that_fails_or_hangs_is_a_warning_where_the_registry_needs_no_login() {
    let scene = installed(&["1.0.0"]);
    shown!(complaints(&with_helper(&scene, "echo the chest is locked; exit 1").ok()), @"
    warning credentials: docker.io: credential helper `harbour`: the chest is locked
      try the helper as `docker pull` would, or log in again with `docker login`
    ");
    scene.configure("[limits]\nhelper-time = \"1s\"\n");
    shown!(complaints(&with_helper(&scene, "exec sleep 20").ok()), @"
    warning credentials: docker.io: the credential helper did not answer within `limits.helper-time`
      try the helper as `docker pull` would, or log in again with `docker login`
    ");
}

#[test]
fn a_helper_that_fails_is_a_problem_where_the_registry_needs_a_login() {
    let scene = installed(&["1.0.0"]);
    let server = FaultyRegistry::in_front_of(&scene.authority());
    server.always("/v2/", Fault::Challenge("Basic realm=\"x\"".to_owned()));
    scene.configure_at(server.authority(), "");
    scene
        .outrigger
        .docker_config(&json!({ "credsStore": "outrigger-test-missing" }));
    shown!(found(&scene, "", 1), @"
    warning registry: docker.io answers, and lets nobody in without a login
      if it is private, log in with `docker login 127.0.0.1:[port]`
    problem credentials: docker.io: credential store `outrigger-test-missing`: it cannot be run
      try the helper as `docker pull` would, or log in again with `docker login`
    ");
}

#[test]
fn a_clock_that_differs_from_the_registrys_is_a_warning() {
    let scene = installed(&["1.0.0"]);
    let server = FaultyRegistry::in_front_of(&scene.authority());
    server.always(
        "/v2/",
        Fault::Header("date", "Wed, 21 Oct 2015 07:28:00 GMT".to_owned()),
    );
    scene.configure_at(server.authority(), "");
    let days = regex::Regex::new(r"\b\d{3,} d\b").unwrap();
    shown!(days.replace(&found(&scene, "", 0), "[many] d"), @"
    warning clock: it is [many] d ahead of that of the registries
      set the clock of this machine, or let the network set it
    ");
    server.heal();
    server.always(
        "/v2/",
        Fault::Header("date", "Fri, 21 Oct 2135 07:28:00 GMT".to_owned()),
    );
    shown!(days.replace(&found(&scene, "", 0), "[many] d"), @"
    warning clock: it is [many] d behind that of the registries
      set the clock of this machine, or let the network set it
    ");
}

#[test]
fn what_was_installed_in_the_future_says_that_a_clock_was_wrong() {
    let scene = installed(&["1.0.0"]);
    let activation = fs::read_to_string(scene.activation()).unwrap();
    let time = regex::Regex::new(r#""installedAt":\s*"[^"]*""#).unwrap();
    let later = time.replace(&activation, r#""installedAt":"2135-01-01T00:00:00Z""#);
    assert_ne!(later, activation);
    fs::write(scene.activation(), later.as_bytes()).unwrap();
    let complaint = found(&scene, "--offline", 0);
    assert!(
        complaint.starts_with("warning clock: by this clock, something was installed "),
        "{complaint}"
    );
}

#[test]
fn what_cannot_be_told_and_what_is_not_there_is_told_each_by_each() {
    let scene = installed(&["1.0.0", "1.1.0"]);
    let generations = scene.outrigger.home().join("extensions").join(NAME);
    let current = scene.extension()["path"].as_str().unwrap().to_owned();
    for generation in generations.read_dir_utf8().unwrap() {
        fs::remove_file(generation.unwrap().path().join("metadata.json")).unwrap();
    }
    shown!(found(&scene, "", 1), @"
    problem generations: files of docker.io/acme/whale 1.1.0, which is in use, are missing
      `outrigger verify docker.io/acme/whale --repair` fetches them again
    warning generations: files of docker.io/acme/whale 1.0.0, which is kept to go back to, are missing
      `outrigger verify docker.io/acme/whale --repair` fetches them again
    ");
    assert!(Utf8Path::new(&current).exists());
    fs::write(scene.activation(), "rotten").unwrap();
    shown!(found(&scene, "", 1), @"
    problem activations: [temp]/home/activations/docker.io+acme+whale.json cannot be understood: expected value at line 1 column 1
      `outrigger rm docker.io/acme/whale` removes it, and it can be installed again
    ");
    scene.run("rm acme/whale").ok();
    assert_eq!(found(&scene, "", 0), "");
}

#[test]
fn much_garbage_is_a_warning_and_some_is_none() {
    let scene = installed(&["1.0.0"]);
    let litter = scene
        .outrigger
        .home()
        .join(format!("extensions/{NAME}/sha256-0-linux"));
    fs::create_dir_all(&litter).unwrap();
    let file = fs::File::create(litter.join("file")).unwrap();
    file.set_len(1000).unwrap();
    let document = scene.run("doctor --format json").ok().json();
    assert_eq!(check(&document, "garbage")["message"], "1.0 kB can be freed");
    file.set_len(200_000_000).unwrap();
    shown!(found(&scene, "", 0), @"
    warning garbage: 200 MB can be freed
      `outrigger gc` frees it
    ");
    scene.run("gc").ok();
    assert_eq!(found(&scene, "", 0), "");
}

#[test]
fn offline_nobody_is_asked_and_that_is_said() {
    let scene = installed(&["1.0.0"]);
    scene.registry.clear_requests();
    let document = scene.run("doctor --offline --format json").ok().json();
    assert!(scene.registry.requests().is_empty());
    assert_eq!(
        check(&document, "registry")["message"],
        "docker.io was not asked, because of `--offline`"
    );
    assert_eq!(
        check(&document, "credentials")["message"],
        "not looked for, because of `--offline`"
    );
}

#[test]
fn a_home_of_a_later_program_is_told_and_the_rest_goes_on() {
    let scene = installed(&["1.0.0"]);
    let format = scene.outrigger.home().join("format.json");
    fs::write(&format, r#"{"format":1,"readOnly":["chunks"]}"#).unwrap();
    shown!(found(&scene, "", 0), @"
    warning home-folder: the home folder [temp]/home can only be read by this program, because it uses chunks; use the newer program
      update this program
    ");
    fs::write(&format, r#"{"format":9}"#).unwrap();
    shown!(found(&scene, "", 1), @"
    problem home-folder: the home folder [temp]/home has format 9, and this program knows formats up to 1; use the newer program
      mend that, or name another folder with `--home` or OUTRIGGER_HOME
    ");
}

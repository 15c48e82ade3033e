//! `outrigger demo`: the whole story in one process.

use testkit::tree;

use crate::scene::outrigger;

#[test]
#[ignore = "needs root and util-linux"]
fn the_demo_needs_not_even_the_loopback_device() {
    let outrigger = outrigger();
    let mut command = std::process::Command::new("unshare");
    command
        .arg("--net")
        .arg(outrigger.command().get_program())
        .arg("demo");
    testkit::Output::of(&mut command).ok();
}

#[test]
fn the_demo_tells_the_whole_story_and_leaves_nothing() {
    let outrigger = outrigger();
    let mut command = outrigger.command();
    let temporary = outrigger.surroundings().join("tmp");
    fs_err::create_dir(&temporary).unwrap();
    command.arg("demo").env("TMPDIR", &temporary);
    let output = testkit::Output::of(&mut command).ok();
    let order = [
        "outrigger allow add acme/porthole --create",
        "outrigger scan",
        "outrigger install acme/porthole",
        "Installed docker.io/acme/porthole 1.0.0",
        "outrigger scan",
        "update-available",
        "update-blocked",
        "it needs Extension API `>= 9.0`",
        "outrigger update acme/porthole",
        "Updated docker.io/acme/porthole from 1.0.0 to 1.1.0",
        "metadata.json",
    ];
    let mut rest = output.stdout.as_str();
    for step in order {
        let at = rest
            .find(step)
            .unwrap_or_else(|| panic!("`{step}` is missing or out of order in\n{}", output.stdout));
        rest = &rest[at..];
    }
    assert!(tree(&temporary).is_empty(), "{}", tree(&temporary));
    assert!(
        !outrigger.home().exists(),
        "the demo has a home folder of its own"
    );
}

#[test]
fn the_demo_can_leave_its_home_folder_to_look_around() {
    let outrigger = outrigger();
    let temporary = outrigger.surroundings().join("tmp");
    fs_err::create_dir(&temporary).unwrap();
    let mut command = outrigger.command();
    command.args(["demo", "--keep"]).env("TMPDIR", &temporary);
    let output = testkit::Output::of(&mut command).ok();
    let left = tree(&temporary);
    let config = left
        .files()
        .into_iter()
        .find(|file| file.ends_with("home/config.toml"))
        .unwrap();
    let home = temporary.join(config.strip_suffix("/config.toml").unwrap());
    assert!(output.stdout.contains(home.as_str()), "{}", output.stdout);
    shown!(outrigger.run(["ls", "--home", home.as_str()]).ok().stdout, @"
    ID                       PROVIDER       VERSION  UI               VM           HOST      STATUS
    docker.io/acme/porthole  Acme Shipyard  1.1.0    1 tab(Porthole)  Not started  1 binary  ok
    ");
}

#[test]
fn the_demo_is_one_document_in_json() {
    let output = outrigger().run(["demo", "--format", "json"]).ok();
    assert!(output.json().is_object());
    assert_eq!(output.stderr, "");
}

#[test]
#[cfg(unix)]
fn the_demo_can_show_the_marketplace_and_what_is_done_there_is_real() {
    let outrigger = outrigger();
    let temporary = outrigger.surroundings().join("tmp");
    fs_err::create_dir(&temporary).unwrap();
    let mut command = outrigger.command();
    command.args(["demo", "--serve", "--format", "json"]);
    let service = testkit::Service::of(command.env("TMPDIR", &temporary));

    let opened = service.stranger("GET", &service.link()).now().gives(200);
    let cookie = opened.header("set-cookie").unwrap().split(';').next().unwrap();
    let page = service
        .stranger("GET", "/")
        .with("cookie", cookie)
        .with("accept", "text/html")
        .now()
        .gives(200);
    for shown in ["Porthole", "Knots", "Lighthouse Beam", "Ballast", "Dry Dock"] {
        assert!(page.body.contains(shown), "`{shown}` is not in\n{}", page.body);
    }
    let listed = || {
        let extensions = service.get("/v1/extensions?state=installed")["extensions"].clone();
        let of = |one: &serde_json::Value| {
            format!("{} {}", one["id"], one["installed"]["version"]).replace('"', "")
        };
        extensions.as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(
        listed(),
        ["docker.io/acme/knots 0.3.2", "docker.io/acme/porthole 1.0.0"]
    );
    service.carry_out(&serde_json::json!({ "kind": "update", "extension": "acme/porthole", "accept": true }));
    assert_eq!(listed()[1], "docker.io/acme/porthole 1.1.0");

    let (code, _) = service.end();
    assert_eq!(code, Some(0));
    assert!(tree(&temporary).is_empty(), "{}", tree(&temporary));
    assert!(
        !outrigger.home().exists(),
        "the demo has a home folder of its own"
    );
}

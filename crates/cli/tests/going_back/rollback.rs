use crate::scene::{NAME, Scene};

#[test]
fn a_rollback_goes_to_the_one_before_without_network() {
    let mut scene = Scene::installed(&["1.0.0", "1.1.0", "1.2.0"]);
    scene.unplug();
    shown!(scene.says("rollback acme/whale", 0), @"
    Rolled back docker.io/acme/whale from 1.2.0 to 1.1.0
    No update takes 1.2.0 again, unless it is named: `outrigger install docker.io/acme/whale:1.2.0`.
    ");
    assert_eq!(
        (scene.version(), scene.page()),
        ("1.1.0".to_owned(), "1.1.0".to_owned())
    );
    shown!(scene.says("rollback acme/whale", 0), @"
    Rolled back docker.io/acme/whale from 1.1.0 to 1.0.0
    No update takes 1.1.0 again, unless it is named: `outrigger install docker.io/acme/whale:1.1.0`.
    ");
    assert_eq!(scene.page(), "1.0.0");
    shown!(scene.says("rollback acme/whale", 4), @"
    error: docker.io/acme/whale: there is no earlier generation to go back to; kept besides the current one: 1.1.0, 1.2.0
      help: `outrigger install EXT:TAG` fetches a release that is not kept; `store.generations` says how many are
    ");
    assert_eq!(scene.page(), "1.0.0");
}

#[test]
fn a_rollback_goes_to_a_generation_that_is_named() {
    let scene = Scene::installed(&["1.0.0", "1.1.0", "1.2.0"]);
    let digest = scene.extension()["digest"].as_str().unwrap().to_owned();
    shown!(scene.says("rollback acme/whale --to 1.0.0", 0), @"
    Rolled back docker.io/acme/whale from 1.2.0 to 1.0.0
    No update takes 1.2.0 again, unless it is named: `outrigger install docker.io/acme/whale:1.2.0`.
    ");
    shown!(scene.says("rollback acme/whale:1.0.0", 0), @"docker.io/acme/whale 1.0.0 is installed already.");
    // Back to what was left: that ends its being left, and nothing is said of updates.
    shown!(scene.says(&format!("rollback acme/whale --to {digest}"), 0), @"Rolled back docker.io/acme/whale from 1.0.0 to 1.2.0");
    assert_eq!(scene.page(), "1.2.0");
    shown!(scene.says("rollback acme/whale --to 0.9.0", 4), @"
    error: docker.io/acme/whale: no generation of 0.9.0 is kept; kept besides the current one: 1.0.0, 1.1.0
      help: `outrigger install EXT:TAG` fetches a release that is not kept; `store.generations` says how many are
    ");
    shown!(scene.says("rollback acme/whale:1.0.0 --to 1.1.0", 2), @"error: docker.io/acme/whale:1.0.0 and `--to` name two generations");
    shown!(scene.says("rollback acme/otter", 4), @"
    error: docker.io/acme/otter is not installed
      help: `outrigger ls` shows what is installed
    ");
}

#[test]
fn no_update_takes_again_what_a_rollback_has_left() {
    let scene = Scene::installed(&["1.0.0", "1.1.0"]);
    scene.run("rollback acme/whale").ok();
    shown!(scene.says("update --all", 0), @"
    docker.io/acme/whale 1.0.0 is installed already.
    warning: docker.io/acme/whale:1.1.0 is not taken: it was left by a rollback, and is taken again only where it is named
    ");
    shown!(scene.says("update acme/whale", 3), @"
    error: docker.io/acme/whale:1.1.0: it was left by a rollback, and is taken again only where it is named
      help: `outrigger update EXT --to TAG` takes it again
    ");
    shown!(scene.says("install acme/whale --force", 0), @"
    docker.io/acme/whale 1.0.0 is installed already.
    warning: docker.io/acme/whale:1.1.0 is not taken: it was left by a rollback, and is taken again only where it is named
    ");
    shown!(scene.says("scan", 0), @"
    FINDING         ID                    INSTALLED  VERSION
    update-blocked  docker.io/acme/whale  1.0.0      1.1.0

    docker.io/acme/whale 1.1.0: it was left by a rollback, and is taken again only where it is named
    ");
    shown!(scene.says("outdated", 0), @"
    FINDING         ID                    INSTALLED  VERSION
    update-blocked  docker.io/acme/whale  1.0.0      1.1.0

    docker.io/acme/whale 1.1.0: it was left by a rollback, and is taken again only where it is named
    ");
    assert_eq!(scene.version(), "1.0.0");
    // A newer one is offered again, and what was left stays left.
    scene.push("1.2.0");
    shown!(scene.says("update acme/whale", 0), @"Updated docker.io/acme/whale from 1.0.0 to 1.2.0");
    scene.run("rollback acme/whale").ok();
    assert_eq!(scene.version(), "1.0.0");
    assert_eq!(scene.run("update acme/whale").code, 3);
}

#[test]
fn what_the_last_scan_offered_is_no_offer_once_it_was_left() {
    let scene = Scene::installed(&["1.0.0"]);
    scene.push("1.1.0");
    scene.run("scan").ok();
    scene.run("update acme/whale").ok();
    scene.run("rollback acme/whale").ok();
    shown!(scene.says("outdated", 0), @"
    FINDING         ID                    INSTALLED  VERSION
    update-blocked  docker.io/acme/whale  1.0.0      1.1.0

    docker.io/acme/whale 1.1.0: it was left by a rollback, and is taken again only where it is named
    ");
    shown!(scene.says("ls", 0), @"
    ID                    PROVIDER  VERSION  UI            VM  HOST      STATUS
    docker.io/acme/whale  Acme      1.0.0    1 tab(Whale)  -   1 binary  ok
    ");
}

#[test]
fn naming_a_release_that_was_left_takes_it_again() {
    for line in [
        "update acme/whale --to 1.1.0",
        "update acme/whale:1.1.0",
        "install acme/whale:1.1.0 --force",
        "rollback acme/whale --to 1.1.0",
    ] {
        let scene = Scene::installed(&["1.0.0", "1.1.0"]);
        scene.run("rollback acme/whale").ok();
        scene.run(line).ok();
        assert_eq!(scene.version(), "1.1.0", "{line}");
        // It is no longer left: after another way down an update takes it.
        scene.run("install acme/whale:1.0.0 --force").ok();
        scene.run("update acme/whale").ok();
        assert_eq!(scene.version(), "1.1.0", "{line}");
    }
}

#[test]
fn what_the_allow_list_no_longer_admits_is_not_gone_back_to() {
    let scene = Scene::installed(&["1.0.0", "1.1.0"]);
    scene.outrigger.allow("acme/whale:^1.1\n");
    shown!(scene.says("rollback acme/whale", 3), @"
    error: the allow-list does not admit docker.io/acme/whale:1.0.0
      help: `outrigger allow ls` shows what is allowed; who looks after this desktop can add to it
    ");
    assert_eq!(scene.version(), "1.1.0");
}

#[test]
fn what_the_host_can_no_longer_run_is_not_gone_back_to() {
    let scene = Scene::installed(&["1.0.0", "1.1.0"]);
    let config = std::fs::read_to_string(scene.outrigger.home().join("config.toml")).unwrap();
    scene
        .outrigger
        .config(&config.replace("[host]", "[host]\napi-version = \"0.2.0\""));
    shown!(scene.says("rollback acme/whale", 3), @"
    error: docker.io/acme/whale:1.0.0: it needs Extension API `>= 0.3.0`; this desktop offers 0.2.0
      help: `outrigger show REF --all-versions` shows which releases fit this desktop
    ");
    scene
        .outrigger
        .config(&config.replace("linux/amd64", "darwin/amd64"));
    shown!(scene.says("rollback acme/whale", 3), @"error: docker.io/acme/whale:1.0.0: its files are those for linux; this host is darwin");
}

#[test]
fn a_held_extension_goes_back_and_stays_held() {
    let scene = Scene::installed(&["1.0.0", "1.1.0"]);
    scene.run("hold acme/whale").ok();
    scene.run("rollback acme/whale").ok();
    assert_eq!(scene.version(), "1.0.0");
    assert_eq!(scene.extension()["held"], true);
}

#[test]
fn a_generation_whose_files_are_gone_is_not_gone_back_to() {
    let scene = Scene::installed(&["1.0.0", "1.1.0"]);
    let generations = scene.outrigger.home().join("extensions").join(NAME);
    let current = scene.extension()["path"].as_str().unwrap().to_owned();
    for entry in generations.read_dir_utf8().unwrap() {
        let path = entry.unwrap().into_path();
        if path != current {
            std::fs::remove_file(path.join("metadata.json")).unwrap();
        }
    }
    shown!(scene.says("rollback acme/whale", 6), @"
    error: docker.io/acme/whale:1.0.0: its files in [temp]/home/extensions/docker.io+acme+whale/sha256-[digest]-linux are not all there
      help: `outrigger verify docker.io/acme/whale --repair` fetches its files again
    ");
    assert_eq!(scene.version(), "1.1.0");
}

#[test]
fn as_many_generations_are_kept_as_are_configured() {
    for (more, kept) in [
        ("", 3),
        ("[store]\ngenerations = 0", 1),
        ("[store]\ngenerations = 4", 5),
    ] {
        let scene = Scene::installed(&[]);
        scene.configure(more);
        for version in ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0"] {
            scene.push(version);
            scene.run("install -f acme/whale").ok();
        }
        let generations = scene.outrigger.home().join("extensions").join(NAME);
        assert_eq!(generations.read_dir_utf8().unwrap().count(), kept, "{more}");
    }
    let scene = Scene::installed(&[]);
    scene.configure("[store]\ngenerations = 101");
    shown!(scene.says("ls", 2), @"error: [temp]/home/config.toml:8:15: `store.generations`: keep at most 100 generations");
}

#[test]
fn programs_read_what_a_rollback_came_to() {
    let scene = Scene::installed(&["1.0.0", "1.1.0"]);
    shown!(scene.says("rollback acme/whale --format json", 0), @r#"
    {
      "results": [
        {
          "id": "docker.io/acme/whale",
          "version": "1.0.0",
          "outcome": "switched",
          "from": "1.1.0"
        }
      ],
      "warnings": []
    }
    "#);
    let failed = scene.run("rollback acme/whale --format json").fails_with(4);
    assert_eq!(failed.error_json()["error"]["code"], "no-generation");
}

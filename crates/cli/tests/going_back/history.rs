use std::fs;

use crate::scene::{NAME, Scene};

/// The history as lines of `number<parent kind from -> to outcome`.
fn told(scene: &Scene, line: &str) -> String {
    let document = scene.run(line).ok().json();
    let version = |release: &serde_json::Value| release["version"].as_str().unwrap_or("-").to_owned();
    let lines = document["operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|operation| {
            format!(
                "{}<{} {} {} -> {} {} {}",
                operation["number"],
                operation["parent"],
                operation["kind"].as_str().unwrap(),
                version(&operation["from"]),
                version(&operation["to"]),
                operation["outcome"].as_str().unwrap(),
                operation["code"].as_str().unwrap_or_default(),
            )
        });
    lines.collect::<Vec<_>>().join("\n")
}

const JSON: &str = "history acme/whale --format json";

#[test]
fn every_change_and_every_failure_is_told_with_what_it_was_about() {
    let scene = Scene::installed(&["1.0.0", "1.1.0"]);
    scene.run("install acme/whale:1.1.0 --force").ok(); // nothing to do is nothing to tell
    scene.run("hold acme/whale").ok();
    scene.push("1.2.0");
    scene.run("update acme/whale").fails_with(3);
    scene.run("unhold acme/whale").ok();
    scene.run("update acme/whale").ok();
    scene.run("rollback acme/whale").ok();
    scene.run("rollback acme/whale --to 0.1.0").fails_with(4);
    scene.run("rm acme/whale").ok();
    scene.run("install acme/whale:1.0.0 --force").ok();
    shown!(told(&scene, JSON), @"
    8<7 install - -> 1.0.0 done 
    7<6 remove 1.1.0 -> - done 
    null<6 rollback 1.1.0 -> - failed no-generation
    6<5 rollback 1.2.0 -> 1.1.0 done 
    5<4 update 1.1.0 -> 1.2.0 done 
    4<3 unhold 1.1.0 -> 1.1.0 done 
    null<3 update 1.1.0 -> - failed held
    3<2 hold 1.1.0 -> 1.1.0 done 
    2<1 install 1.0.0 -> 1.1.0 done 
    1<null install - -> 1.0.0 done
    ");
    shown!(scene.says("history", 0), @"
    TIME              ID                    OPERATION  FROM   TO     OUTCOME                TOOK
    [time]  docker.io/acme/whale  install    -      1.0.0  done                   [duration]
    [time]  docker.io/acme/whale  remove     1.1.0  -      done                   [duration]
    [time]  docker.io/acme/whale  rollback   1.1.0  -      failed: no-generation  [duration]
    [time]  docker.io/acme/whale  rollback   1.2.0  1.1.0  done                   [duration]
    [time]  docker.io/acme/whale  update     1.1.0  1.2.0  done                   [duration]
    [time]  docker.io/acme/whale  unhold     1.1.0  1.1.0  done                   [duration]
    [time]  docker.io/acme/whale  update     1.1.0  -      failed: held           [duration]
    [time]  docker.io/acme/whale  hold       1.1.0  1.1.0  done                   [duration]
    [time]  docker.io/acme/whale  install    1.0.0  1.1.0  done                   [duration]
    [time]  docker.io/acme/whale  install    -      1.0.0  done                   [duration]
    ");
}

#[test]
fn history_outlives_the_extension() {
    let scene = Scene::installed(&["1.0.0"]);
    scene.run("rm acme/whale").ok();
    shown!(told(&scene, JSON), @"
    2<1 remove 1.0.0 -> - done 
    1<null install - -> 1.0.0 done
    ");
    shown!(scene.says("history acme/otter", 0), @"Nothing was done yet.");
}

#[test]
fn a_name_that_was_never_installed_leaves_no_history() {
    let scene = Scene::installed(&[]);
    for line in [
        "install acme/wahle --force",
        "install evil/squid --force",
        "update acme/whale",
        "rm acme/whale",
        "rollback acme/whale",
    ] {
        assert_ne!(scene.run(line).code, 0, "{line}");
    }
    assert!(!scene.outrigger.home().join("operations").exists());
}

#[test]
fn a_change_that_was_only_written_down_is_not_told() {
    let scene = Scene::installed(&["1.0.0", "1.1.0"]);
    let folder = scene.outrigger.home().join("operations").join(NAME);
    let before = told(&scene, JSON);
    // As a crash leaves it between the operation and the activation.
    let third = fs::read_to_string(folder.join("2.json"))
        .unwrap()
        .replace("\"number\":2", "\"number\":3");
    fs::write(folder.join("3.json"), &third).unwrap();
    assert_eq!(told(&scene, JSON), before);
    // The next change takes its place.
    scene.run("hold acme/whale").ok();
    shown!(told(&scene, JSON), @"
    3<2 hold 1.1.0 -> 1.1.0 done 
    2<1 install 1.0.0 -> 1.1.0 done 
    1<null install - -> 1.0.0 done
    ");
}

#[test]
fn an_install_that_was_only_written_down_is_not_told() {
    let scene = Scene::installed(&["1.0.0"]);
    fs::remove_file(scene.activation()).unwrap();
    assert_eq!(told(&scene, JSON), "");
    // The same after a removal.
    scene.run("install acme/whale --force").ok();
    scene.run("rm acme/whale").ok();
    let removed = told(&scene, JSON);
    scene.run("install acme/whale --force").ok();
    fs::remove_file(scene.activation()).unwrap();
    assert_eq!(told(&scene, JSON), removed);
    shown!(removed, @"
    2<1 remove 1.0.0 -> - done 
    1<null install - -> 1.0.0 done
    ");
}

#[test]
fn a_damaged_file_hides_nothing_else() {
    let scene = Scene::installed(&["1.0.0", "1.1.0", "1.2.0"]);
    let folder = scene.outrigger.home().join("operations").join(NAME);
    fs::write(folder.join("2.json"), "rotten").unwrap();
    fs::write(folder.join("note.txt"), "not ours").unwrap();
    fs::create_dir(folder.join("failed-x.json")).unwrap();
    shown!(told(&scene, JSON), @"
    3<2 install 1.1.0 -> 1.2.0 done 
    1<null install - -> 1.0.0 done
    ");
    let document = scene.run(JSON).ok().json();
    assert_eq!(document["problems"].as_array().unwrap().len(), 2, "{document}");
    scene.run("rollback acme/whale").ok();
    fs::write(scene.activation(), "rotten").unwrap();
    shown!(told(&scene, JSON), @"
    4<3 rollback 1.2.0 -> 1.1.0 done 
    3<2 install 1.1.0 -> 1.2.0 done 
    1<null install - -> 1.0.0 done
    ");
}

#[test]
fn the_history_of_an_extension_is_bounded() {
    let scene = Scene::installed(&["1.0.0"]);
    let folder = scene.outrigger.home().join("operations").join(NAME);
    let first = fs::read_to_string(folder.join("1.json")).unwrap();
    let activation = fs::read_to_string(scene.activation()).unwrap();
    for number in 1..=300 {
        let change = first.replace("\"number\":1", &format!("\"number\":{number}"));
        fs::write(folder.join(format!("{number}.json")), change).unwrap();
        fs::write(folder.join(format!("failed-{number}-1.json")), &first).unwrap();
    }
    fs::write(
        scene.activation(),
        activation.replace("\"operation\":1", "\"operation\":300"),
    )
    .unwrap();
    scene.run("hold acme/whale").ok();
    let names: Vec<_> = folder
        .read_dir_utf8()
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_owned())
        .collect();
    assert_eq!(
        names.iter().filter(|name| name.starts_with("failed")).count(),
        100
    );
    assert_eq!(names.len(), 300);
    assert!(names.contains(&"301.json".to_owned()) && !names.contains(&"101.json".to_owned()));
}

//! Bundles: releases in one file, for machines without a network.

use camino::Utf8PathBuf;
use embedded::Image;
use testkit::{Outrigger, Podman, skopeo};

use crate::scene::{Scene, extension, outrigger, whale};

/// A registry with a whale for two platforms and an orca for one, and the bundle that will be made.
fn scene() -> (Scene, Utf8PathBuf) {
    let scene = Scene::new();
    let platforms = ["linux/amd64", "linux/arm64"];
    for version in ["1.1.0", "1.2.0"] {
        let image =
            Image::index(platforms.map(|platform| (platform, whale(version).platform(platform).build())));
        scene.push_image("acme/whale", version, &image);
    }
    scene.push_image("acme/orca", "0.9.0", &extension("Orca", "0.9.0").build());
    let file = scene.outrigger.surroundings().join("fleet.tar");
    (scene, file)
}

/// A machine that reaches nobody.
fn island(platform: &str, more: &str) -> Outrigger {
    let island = outrigger();
    island.config(&format!(
        "{more}\n[host]\nplatform = \"{platform}\"\n[registry.\"docker.io\"]\nendpoint = \"http://127.0.0.1:1\"\n"
    ));
    island
}

fn listed(outrigger: &Outrigger) -> Vec<(String, String, String)> {
    let listed = outrigger.run(["ls", "--format", "json"]).ok().json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let extensions = listed["extensions"].as_array().unwrap().iter();
    extensions
        .map(|installed| {
            (
                text(&installed["id"]),
                text(&installed["version"]),
                text(&installed["digest"]),
            )
        })
        .collect()
}

#[test]
#[ignore = "needs docker-registry"]
fn a_bundle_installs_without_network_what_the_registry_would() {
    let (scene, file) = scene();
    let told = scene
        .run(&format!("bundle create {file} acme/whale acme/orca"))
        .ok();
    insta::assert_snapshot!(told.stdout, @r"
    ID                    VERSION  PLATFORMS    SIZE
    docker.io/acme/whale  1.2.0    linux/amd64  294 B
    docker.io/acme/orca   0.9.0    linux/amd64  293 B
    ");
    scene.run("install acme/whale acme/orca --force").ok();
    let island = island("linux/amd64", "");
    island
        .run(["--offline", "bundle", "install", file.as_str(), "--force"])
        .ok();
    assert_eq!(listed(&island), listed(&scene.outrigger));
    island.run(["verify"]).ok();
    let shown = island.run(["bundle", "show", file.as_str()]).ok();
    assert_eq!(shown.stdout, told.stdout);
}

#[test]
#[ignore = "needs docker-registry"]
fn only_the_platforms_that_were_asked_for_are_inside() {
    let (scene, file) = scene();
    scene
        .run(&format!(
            "bundle create {file} acme/whale:1.2.0 --platform linux/arm64"
        ))
        .ok();
    let shown = scene
        .run(&format!("bundle show {file} --format json"))
        .ok()
        .json();
    assert_eq!(
        shown["bundle"][0]["platforms"],
        serde_json::json!(["linux/arm64"])
    );
    let arm = island("linux/arm64", "");
    arm.run(["bundle", "install", file.as_str(), "--force"]).ok();
    let amd = island("linux/amd64", "");
    let failed = amd
        .run(["bundle", "install", file.as_str(), "--force"])
        .fails_with(6);
    assert!(
        failed.stderr.contains("it does not hold sha256:"),
        "{}",
        failed.stderr
    );
    scene
        .run(&format!(
            "bundle create {file} acme/whale --platform linux/riscv64"
        ))
        .fails_with(3);
}

#[test]
#[ignore = "needs docker-registry"]
fn policy_is_asked_as_if_the_registry_were_there() {
    let (scene, file) = scene();
    scene
        .run(&format!("bundle create {file} acme/whale acme/orca"))
        .ok();
    let island = island("linux/amd64", "[policy]\nallow-list = \"allow.txt\"");
    island.allow("acme/orca\n");
    island
        .run(["bundle", "install", file.as_str(), "--force"])
        .fails_with(3);
    let ids: Vec<_> = listed(&island).into_iter().map(|(id, _, _)| id).collect();
    assert_eq!(ids, ["docker.io/acme/orca"]);
    scene.allow("acme/orca\n");
    scene
        .run(&format!("bundle create {file} acme/whale"))
        .fails_with(3);
}

#[test]
#[ignore = "needs docker-registry"]
fn of_several_releases_the_newest_that_fits_is_installed_and_any_by_name() {
    let (scene, file) = scene();
    scene
        .run(&format!("bundle create {file} acme/whale:1.1.0 acme/whale:1.2.0"))
        .ok();
    let island = island("linux/amd64", "");
    island.run(["bundle", "install", file.as_str(), "--force"]).ok();
    assert_eq!(listed(&island)[0].1, "1.2.0");
    island
        .run(["bundle", "install", file.as_str(), "acme/whale:1.1.0", "--force"])
        .ok();
    assert_eq!(listed(&island)[0].1, "1.1.0");
    island
        .run(["bundle", "install", file.as_str(), "acme/orca", "--force"])
        .fails_with(4);
}

#[test]
#[ignore = "needs docker-registry"]
fn a_bundle_that_is_damaged_or_could_not_be_made_changes_nothing() {
    let (scene, file) = scene();
    scene.run(&format!("bundle create {file} acme/whale")).ok();
    let before = std::fs::read(&file).unwrap();
    scene
        .run(&format!("bundle create {file} acme/whale acme/nobody"))
        .fails_with(4);
    assert_eq!(std::fs::read(&file).unwrap(), before);

    let mut damaged = before;
    let middle = damaged.len() / 2;
    damaged.truncate(middle);
    std::fs::write(&file, damaged).unwrap();
    let island = island("linux/amd64", "");
    island
        .run(["bundle", "install", file.as_str(), "--force"])
        .fails_with(6);
    assert!(listed(&island).is_empty());
    island.run(["bundle", "show", "/nowhere.tar"]).fails_with(4);
}

#[test]
#[ignore = "needs docker-registry, podman and skopeo"]
fn other_programs_read_a_bundle() {
    let (scene, file) = scene();
    scene
        .run(&format!("bundle create {file} acme/orca:0.9.0 acme/whale:1.2.0"))
        .ok();
    let out = scene.outrigger.surroundings().join("out");
    let orca = format!("oci-archive:{file}:docker.io/acme/orca:0.9.0");
    skopeo::save(&orca, &format!("oci:{out}:0.9.0")).unwrap();
    let podman = Podman::new().unwrap();
    let loaded = podman.run(&["pull", "--quiet", &orca]).unwrap();
    assert!(!loaded.trim().is_empty());
}

//! Layers whose transfer ended early: the next process goes on where it ended.

use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use testkit::Fault;

use crate::scene::{BRIEF, Scene};

/// How many bytes came before the end.
const PART: usize = 100_000;

fn rest() -> Vec<Option<String>> {
    vec![Some(format!("bytes={PART}-"))]
}

/// The files in the cache of layers, with their lengths.
fn kept(scene: &Scene) -> Vec<(String, u64)> {
    let Ok(entries) = std::fs::read_dir(scene.outrigger.home().join("blobs")) else {
        return Vec::new();
    };
    let mut kept: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                entry.metadata().unwrap().len(),
            )
        })
        .collect();
    kept.sort();
    kept
}

#[test]
fn a_transfer_that_broke_goes_on_within_the_process() {
    let scene = Scene::new();
    scene.faulty.times(1, &scene.layer(), Fault::CutBody(PART));
    scene.install().ok();
    assert_eq!(scene.ranges(), [vec![None], rest()].concat());
}

#[test]
fn a_transfer_that_failed_goes_on_in_a_later_process() {
    let scene = Scene::new();
    scene.config(&BRIEF.replace("resumes = 2", "resumes = 0"));
    scene.faulty.times(1, &scene.layer(), Fault::CutBody(PART));
    scene.install().fails_with(5);
    scene.faulty.clear_requests();
    scene.install().ok();
    assert_eq!(scene.ranges(), rest());
    assert!(kept(&scene).iter().all(|(name, _)| !name.contains("partial")));
}

#[test]
fn what_a_killed_process_fetched_is_not_fetched_again() {
    let scene = Scene::new();
    scene.config("[limits]\nidle-time = \"60s\"\n");
    scene.faulty.times(1, &scene.layer(), Fault::StallBody(PART));
    let mut command = scene.outrigger.command();
    command.args(["install", "acme/whale", "--force"]);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while kept(&scene).iter().all(|(_, length)| *length != PART as u64) {
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", kept(&scene));
        sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    scene.faulty.clear_requests();
    scene.install().ok();
    assert_eq!(scene.ranges(), rest());
    assert!(kept(&scene).iter().all(|(name, _)| !name.contains("partial")));
}

#[test]
fn a_registry_without_ranges_is_compared_with_what_is_here() {
    let scene = Scene::new();
    scene.config(&BRIEF.replace("resumes = 2", "resumes = 0"));
    scene
        .faulty
        .always(&scene.layer(), Fault::IgnoreRange)
        .times(1, &scene.layer(), Fault::CutBody(PART));
    scene.install().fails_with(5);
    scene.install().ok();
}

#[test]
fn a_beginning_that_went_bad_or_was_a_lie_costs_one_more_transfer_and_nothing_else() {
    for ranges in [true, false] {
        let scene = Scene::new();
        let layer = scene.whale.layer_digests()[0].file_name();
        std::fs::create_dir_all(scene.outrigger.home()).unwrap();
        scene.run("install acme/whale --force").ok();
        scene.run("rm acme/whale").ok();
        let blobs = scene.outrigger.home().join("blobs");
        let mut bytes = std::fs::read(blobs.join(&layer)).unwrap();
        std::fs::remove_file(blobs.join(&layer)).unwrap();
        bytes.truncate(PART);
        bytes[PART / 2] ^= 1;
        std::fs::write(blobs.join(format!("{layer}.partial-lie")), bytes).unwrap();
        if !ranges {
            scene.faulty.always(&scene.layer(), Fault::IgnoreRange);
        }
        scene.faulty.clear_requests();
        scene.install().ok();
        assert!(scene.ranges().len() <= 2, "{:?}", scene.ranges());
        assert_eq!(scene.ranges().last(), Some(&None));
        assert_eq!(
            kept(&scene)[..]
                .iter()
                .filter(|(name, _)| name.contains("partial"))
                .count(),
            0
        );
        let size = scene.layer_size() as u64;
        assert!(kept(&scene).contains(&(layer, size)));
    }
}

#[test]
fn a_transfer_that_was_refused_leaves_nothing_to_go_on_with() {
    let scene = Scene::new();
    let size = scene.layer_size();
    scene.faulty.always(&scene.layer(), Fault::Body(vec![7; size]));
    scene.install().fails_with(6);
    let layer = scene.whale.layer_digests()[0].file_name();
    assert!(
        kept(&scene).iter().all(|(name, _)| !name.starts_with(&layer)),
        "{:?}",
        kept(&scene)
    );
}

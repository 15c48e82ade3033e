//! A disk that is full, one that is read-only, another one than that of temporary files, and clocks that lie.

use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

use camino::Utf8Path;
use testkit::{Folder, Output};

use crate::scene::{Scene, copy};
use crate::whole::versions;

/// A shell with mounts of its own, which go with it. `$1` is the binary; the rest of the line is its command.
fn shell(scene: &Scene, script: &str, command: &str) -> Command {
    let mut shell = Command::new("unshare");
    if !is_root() {
        shell.arg("--map-root-user");
    }
    let plain = scene.command(command);
    shell.args(["--mount", "sh", "-euc", script, "sh"]);
    shell.arg(plain.get_program()).args(plain.get_args());
    shell.env_clear().current_dir(scene.outrigger.surroundings());
    shell.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell
}

fn is_root() -> bool {
    Utf8Path::new("/proc/self").metadata().unwrap().uid() == 0
}

#[test]
fn a_disk_that_fills_up_at_any_point_of_an_update_leaves_the_old_release_and_says_so() {
    let scene = Scene::new();
    scene.run("install {}:1.0.0 --force").ok();
    let home = scene.outrigger.home();
    let (mut refused, mut updated) = (0, false);
    for kibibytes in (0..).step_by(12).take(100) {
        let after = Folder::new();
        // The size of a file system in memory counts whole pages, a page for each folder and file at least.
        let script = format!(
            "saved=$PWD/saved; cp -a {home} $saved; mount -t tmpfs -o mode=700 tmpfs {home}
             cp -a $saved/. {home}; rm -r $saved
             used=$(df --block-size=1K --output=used {home} | tail -1)
             mount -o remount,size=$((used + {kibibytes}))k {home}
             code=0; \"$@\" || code=$?
             cp -a {home} {}/home; exit $code",
            after.path()
        );
        let output = Output::of(&mut shell(&scene, &script, "update {} --to 1.1.0 --force"));
        let found = versions(&after.path().join("home"));
        if output.code == 0 {
            assert_eq!(found, ["1.1.0"]);
            updated = true;
            break;
        }
        assert_eq!(output.code, 1, "{}", output.stderr);
        assert!(
            output.stderr.contains("No space left on device"),
            "{}",
            output.stderr
        );
        assert_eq!(found, ["1.0.0"], "{kibibytes} KiB were free: {}", output.stderr);
        let staging = after.path().join("home/staging");
        assert_eq!(staging.read_dir_utf8().unwrap().count(), 0);
        refused += 1;
    }
    assert!(updated && refused >= 5, "{refused} sizes were too small");
}

#[test]
fn a_home_that_is_read_only_can_be_read_and_says_why_it_cannot_be_changed() {
    let scene = Scene::new();
    scene.run("install {}:1.0.0 --force").ok();
    let home = scene.outrigger.home();
    let script = format!("mount --bind {home} {home}; mount -o remount,bind,ro {home}; \"$@\"");
    let listed = Output::of(&mut shell(&scene, &script, "ls -q")).ok();
    assert_eq!(listed.stdout.trim(), scene.id("acme/whale"));
    for command in ["update {} --to 1.1.0 --force", "rm {}"] {
        let refused = Output::of(&mut shell(&scene, &script, command)).fails_with(1);
        assert!(
            refused.stderr.contains("Read-only file system"),
            "{}",
            refused.stderr
        );
        assert!(refused.stderr.contains(home.as_str()), "{}", refused.stderr);
    }
    assert_eq!(versions(&home), ["1.0.0"]);
}

#[test]
fn a_home_on_another_file_system_than_temporary_files_is_nothing_special() {
    let scene = Scene::new();
    let elsewhere = tempfile::tempdir_in("/dev/shm").unwrap();
    let home = Utf8Path::from_path(elsewhere.path()).unwrap().join("home");
    copy(&scene.outrigger.home(), &home);
    for temporary in [scene.outrigger.surroundings().as_str(), "/nowhere"] {
        if let Ok(folder) = Utf8Path::new(temporary).metadata() {
            assert_ne!(folder.dev(), home.metadata().unwrap().dev());
        }
        let run = |command: &str| {
            let mut prepared = scene.command(command);
            prepared.env("OUTRIGGER_HOME", &home).env("TMPDIR", temporary);
            Output::of(&mut prepared).ok()
        };
        run("install {}:1.0.0 --force");
        run("update {} --to 1.1.0 --force");
        assert_eq!(versions(&home), ["1.1.0"]);
        run("rm {}");
    }
}

#[test]
#[ignore = "needs faketime"]
fn whatever_the_clock_says_nothing_breaks_and_no_generation_is_lost() {
    let scene = Scene::new();
    let at = |time: &str, command: &str| {
        let plain = scene.command(command);
        let mut told = Command::new("/usr/bin/faketime");
        told.arg(time).arg(plain.get_program()).args(plain.get_args());
        told.env_clear().current_dir(scene.outrigger.surroundings());
        told.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Output::of(&mut told).ok()
    };
    let home = scene.outrigger.home();
    at("2099-12-31 23:59:59", "install {}:1.0.0 --force");
    at("1960-01-01 00:00:00", "update {} --to 1.1.0 --force");
    at("2026-01-01 00:00:00", "scan");
    at("2001-09-09 01:46:40", "update {} --to 1.2.0 --force");
    assert_eq!(versions(&home), ["1.2.0"]);
    let store = store::Store::open(&home).unwrap();
    let whale = store.installed().unwrap().installed.remove(0);
    let kept: Vec<_> = whale
        .previous
        .iter()
        .map(model::installed::Generation::version)
        .collect();
    assert_eq!(
        kept,
        ["1.1.0", "1.0.0"],
        "all three generations are here, in the order of the changes"
    );
    at("1960-01-01 00:00:00", "ls");
    at("2099-12-31 23:59:59", "rm {}");
    assert_eq!(versions(&home), [""; 0]);
}

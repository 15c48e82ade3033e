//! A kill at each call of the system that changes the disk: `strace` counts the calls of the binary as it is
//! shipped, and ends it before the one that is its turn. So every such call is a fail point, and the program
//! needs none of its own.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;

use camino::Utf8Path;

use crate::scene::{CHANGES, Change, Scene, Snapshot, kills};
use crate::strace::watched;
use crate::whole::versions;

/// The calls of the system that change names, modes, content, or what is durable.
const CALLS: [&str; 16] = [
    "mkdir",
    "mkdirat",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
    "chmod",
    "fchmod",
    "fsync",
    "fdatasync",
    "syncfs",
    "ftruncate",
    "write",
    "pwrite64",
];

/// How often each fail point was hit.
type Hits = BTreeMap<String, usize>;

#[test]
#[ignore = "needs strace"]
fn an_install_that_is_killed_at_any_change_of_the_disk_leaves_nothing_or_all() {
    kill_in(CHANGES[0], 25);
}

#[test]
#[ignore = "needs strace"]
fn an_update_that_is_killed_at_any_change_of_the_disk_leaves_the_old_or_the_new_release() {
    kill_in(CHANGES[1], 20);
}

#[test]
#[ignore = "needs strace"]
fn an_update_that_forgets_a_generation_can_be_killed_at_any_change_of_the_disk() {
    kill_in(CHANGES[2], 20);
}

#[test]
#[ignore = "needs strace"]
fn a_removal_that_is_killed_at_any_change_of_the_disk_leaves_all_or_nothing() {
    kill_in(CHANGES[3], 10);
}

/// Kills one change at each call in turn, as often as `percent` of all kills ask for, and at least at every
/// call once.
fn kill_in(change: Change, percent: usize) {
    let scene = Scene::new();
    let mut before = None;
    for earlier in CHANGES
        .iter()
        .take_while(|earlier| earlier.command != change.command)
    {
        scene.run(earlier.command).ok();
        before = earlier.leads_to;
    }
    let snapshot = Snapshot::of(&scene);
    let mut hits = Hits::new();
    let mut rounds = 0;
    while rounds == 0 || hits.values().sum::<usize>() < kills(percent) {
        for call in CALLS {
            for number in 1.. {
                snapshot.restore(&scene);
                let Some(point) = kill_at(&scene, change, call, number) else {
                    break; // it had no more of these calls to make
                };
                judge(&scene, change, before, &point);
                *hits.entry(point).or_default() += 1;
            }
        }
        rounds += 1;
    }
    for (point, times) in &hits {
        println!("{times:6} {point}");
    }
    println!("{:6} kills in `{}`", hits.values().sum::<usize>(), change.command);
}

/// Runs the change until one of its threads is about to make this call for the `number`th time, and kills
/// it. Answers at which call; nothing where it came to its end.
fn kill_at(scene: &Scene, change: Change, call: &str, number: usize) -> Option<String> {
    let options = [
        format!("--trace={call}"),
        format!("--inject={call}:signal=SIGKILL:when={number}"),
    ];
    let (output, log) = watched(scene, change.command, &options);
    if output.status.signal() != Some(9) {
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        return None;
    }
    Some(last_call(&log, &scene.outrigger.home()))
}

/// The call before which the program was ended, and in which areas of the home folder.
fn last_call(log: &str, home: &Utf8Path) -> String {
    let line = log.lines().rfind(|line| line.contains('(')).unwrap_or_default();
    let call = line.split_once('(').map_or("", |(before, _)| before);
    let call = call.rsplit(' ').next().unwrap_or_default();
    let marker = format!("{home}/");
    let areas = line.split(marker.as_str()).skip(1).map(|rest| {
        let area = rest.split(['/', '"', '>']).next().unwrap_or_default();
        area.split(".partial").next().unwrap_or_default().to_owned()
    });
    let mut areas: Vec<_> = areas.collect();
    areas.dedup();
    format!("{call} {}", areas.join(" to "))
}

/// Old or new; what was told lists it; and the next attempt does what this one did not.
fn judge(scene: &Scene, change: Change, before: Option<&str>, point: &str) {
    let home = scene.outrigger.home();
    let found = versions(&home).pop();
    let found = found.as_deref();
    assert!(
        found == before || found == change.leads_to,
        "after {point}: {found:?}"
    );
    let listed = scene.run("ls -q").ok();
    assert_eq!(
        listed.stdout.lines().count(),
        usize::from(found.is_some()),
        "after {point}"
    );
    let again = scene.run(change.command);
    let gone_already = found.is_none() && change.leads_to.is_none();
    assert_eq!(
        again.code,
        if gone_already { 4 } else { 0 },
        "after {point}: {}",
        again.stderr
    );
    assert_eq!(versions(&home).pop().as_deref(), change.leads_to, "after {point}");
    if found != change.leads_to {
        let left = home.join("staging").read_dir_utf8().unwrap().count();
        assert_eq!(left, 0, "after {point}: the next change cleans up");
    }
}

//! Kills at moments that nobody chose.

use std::time::{Duration, Instant};

use camino::Utf8Path;

use crate::scene::{CHANGES, Scene, kills};
use crate::whole::versions;

/// The state of a generator of numbers that look random (xorshift, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Each process begins where the one before it was killed, so that leavings pile up as they would.
#[test]
fn a_process_that_is_killed_at_any_moment_leaves_the_old_or_the_new_state() {
    let scene = Scene::new();
    let home = scene.outrigger.home();
    let mut numbers = Numbers(0x5eed);
    let mut longest = Duration::from_millis(50);
    let (mut hits, mut missed) = (0, 0);
    let mut before = None;
    let wanted = kills(25);
    'all: loop {
        for change in CHANGES {
            // Nothing is installed, so that a removal has nothing to do.
            if before.is_none() && change.leads_to.is_none() {
                continue;
            }
            let mut child = scene
                .command(change.command)
                .stderr(std::process::Stdio::null())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap();
            let began = first_write(&home, &mut child);
            let pause = numbers.below(u64::try_from(longest.as_micros()).unwrap());
            std::thread::sleep(Duration::from_micros(pause));
            child.kill().unwrap();
            if child.wait().unwrap().code().is_some() {
                missed += 1;
                longest = longest.min(began.elapsed()).max(Duration::from_millis(2));
            } else {
                hits += 1;
                longest = longest.max(began.elapsed() * 2).min(Duration::from_secs(2));
            }
            let found = versions(&home).pop();
            assert!(
                found == before || found.as_deref() == change.leads_to,
                "`{}` over {before:?} left {found:?}",
                change.command
            );
            before = found;
            if hits == wanted {
                break 'all;
            }
        }
    }
    println!("{hits} kills at random moments, and {missed} that came too late");
    scene.run("install {}:1.3.0 --force").ok();
    assert_eq!(versions(&home), ["1.3.0"]);
    assert_eq!(home.join("staging").read_dir_utf8().unwrap().count(), 0);
}

/// Waits until the process has begun to write: its staging folder is there.
fn first_write(home: &Utf8Path, child: &mut std::process::Child) -> Instant {
    let before: Vec<_> = staged(home);
    while staged(home) == before && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_micros(200));
    }
    Instant::now()
}

fn staged(home: &Utf8Path) -> Vec<String> {
    let entries = home
        .join("staging")
        .read_dir_utf8()
        .into_iter()
        .flatten()
        .flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_owned()).collect();
    names.sort();
    names
}

//! Several processes at once.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use testkit::Output;

use crate::scene::{Scene, release};
use crate::whole::versions;

const WORKERS: usize = 5;
const ROUNDS: usize = 8;

#[test]
fn processes_that_change_and_read_at_once_leave_a_legal_state_and_lose_nothing() {
    let scene = Scene::new();
    let [whale, squid, crab] = ["acme/whale", "acme/squid", "acme/crab"].map(|name| scene.id(name));
    let outrigger = &scene.outrigger;
    let run = |line: String| Output::of(outrigger.command().args(line.split(' ')));
    // Nobody touches the squid, and nobody removes the crab.
    run(format!("install {squid}:1.0.0 --force")).ok();
    run(format!("install {crab}:1.0.0 --force")).ok();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0_usize;
            while !done.load(Ordering::Relaxed) {
                let listed = run("ls -q".to_owned()).ok().stdout;
                assert!(listed.contains(&squid) && listed.contains(&crab), "{listed}");
                reads += 1;
            }
            reads
        });
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                let (run, whale, crab) = (&run, &whale, &crab);
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        let version = (worker + round) % 4;
                        let line = match (worker * 7 + round * 3) % 5 {
                            0 => format!("rm {whale}"),
                            1 => format!("update {whale} --to 1.{version}.0 --force"),
                            2 => format!("install {whale}:1.{version}.0 --force"),
                            _ => format!("install {crab}:1.{version}.0 --force"),
                        };
                        let output = run(line.clone());
                        // Another process may just have removed it.
                        let may_be_gone = !line.starts_with("install") && output.code == 4;
                        assert!(output.code == 0 || may_be_gone, "{line}: {}", output.stderr);
                    }
                })
            })
            .collect();
        let ended: Vec<_> = workers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Relaxed);
        assert!(ended.iter().all(Result::is_ok));
        assert!(reader.join().unwrap() > 0);
    });
    let found = versions(&outrigger.home());
    assert!((2..=3).contains(&found.len()), "{found:?}");
    assert_eq!(found[1], "1.0.0", "the squid: {found:?}");
    assert_eq!(
        outrigger.home().join("staging").read_dir_utf8().unwrap().count(),
        0
    );
    run(format!("install {whale}:1.3.0 --force")).ok();
    run(format!("rm {whale} {squid} {crab}")).ok();
    assert_eq!(versions(&outrigger.home()), [""; 0]);
}

#[test]
fn a_reader_does_not_wait_for_a_download_and_a_lock_dies_with_its_process() {
    let scene = Scene::new();
    scene.run("install {}:1.0.0 --force").ok();
    let layer = release("1.1.0").layer_digests()[1].to_string();
    let id = scene.id("acme/whale");
    let registry = id.strip_suffix("/acme/whale").unwrap();
    let gate = Gate::before(registry, layer);
    let behind_the_gate = format!(
        "[host]\nplatform = \"linux/amd64\"\n[registry.\"{registry}\"]\nendpoint = \"http://{}\"\n",
        gate.authority
    );
    scene.outrigger.config(&behind_the_gate);
    let mut downloading = spawn(&scene, "update {} --to 1.1.0 --force");
    wait_until(|| gate.is_asked());
    let listed = scene.run("ls -q").ok();
    assert_eq!(listed.stdout.trim(), scene.id("acme/whale"));
    assert!(
        downloading.try_wait().unwrap().is_none(),
        "it is still downloading"
    );
    // A second change waits for it, and goes on when it is killed.
    let mut waiting = spawn(&scene, "rm {}");
    thread::sleep(Duration::from_millis(300));
    assert!(waiting.try_wait().unwrap().is_none(), "it waits for the lock");
    downloading.kill().unwrap();
    downloading.wait().unwrap();
    assert!(waiting.wait().unwrap().success());
    assert_eq!(versions(&scene.outrigger.home()), [""; 0]);
}

fn spawn(scene: &Scene, command: &str) -> Child {
    let mut command = scene.command(command);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn wait_until(mut it_is_so: impl FnMut() -> bool) {
    while !it_is_so() {
        thread::sleep(Duration::from_millis(5));
    }
}

/// Passes everything on to a registry, and lets one layer wait for ever.
struct Gate {
    authority: String,
    asked: Arc<AtomicBool>,
}

impl Gate {
    fn before(registry: &str, layer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(AtomicBool::new(false));
        let (registry, layer) = (registry.to_owned(), Arc::new(layer));
        let told = Arc::clone(&asked);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(&registry).unwrap();
                let answers = (server.try_clone().unwrap(), client.try_clone().unwrap());
                thread::spawn(move || {
                    let (mut server, mut client) = answers;
                    let _ = std::io::copy(&mut server, &mut client);
                });
                let (layer, told) = (Arc::clone(&layer), Arc::clone(&told));
                thread::spawn(move || pass_on(client, server, &layer, &told));
            }
        });
        Self { authority, asked }
    }

    fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

fn pass_on(mut client: TcpStream, mut server: TcpStream, layer: &str, asked: &AtomicBool) {
    let mut piece = vec![0; 64 * 1024];
    while let Ok(size @ 1..) = client.read(&mut piece) {
        if String::from_utf8_lossy(&piece[..size]).contains(layer) {
            asked.store(true, Ordering::Relaxed);
            return thread::park();
        }
        if server.write_all(&piece[..size]).is_err() {
            return;
        }
    }
}

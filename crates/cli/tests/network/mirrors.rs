//! Mirrors: a list of endpoints, with an nginx over TLS before a real registry.

use testkit::{Authority, Nginx, RealRegistry};

use crate::scene::{Scene, whale};

#[test]
#[ignore = "needs docker-registry and nginx"]
fn the_first_mirror_that_answers_serves_everything() {
    let authority = Authority::new("Corp Root");
    let registry = RealRegistry::start().unwrap();
    for minor in 0..5 {
        registry.push("acme/whale", &format!("1.{minor}.0"), &whale("1.0.0"));
    }
    let identity = authority.issue("mirror", &["127.0.0.1"]);
    let nginx = Nginx::start(&identity, &[("/hub/", registry.authority())]).unwrap();
    let scene = Scene::new();
    scene.outrigger.config(&format!(
        "[host]\nplatform = \"linux/amd64\"\n[registry.\"docker.io\"]\nca = \"{}\"\n\
         endpoint = [\"https://127.0.0.1:1\", \"https://{}/hub\", \"http://{}\"]\n",
        authority.certificate(),
        nginx.authority(),
        scene.faulty.authority(),
    ));
    let output = scene.install().ok();
    assert!(output.stdout.contains("1.4.0"), "{}", output.stdout);
    assert!(scene.faulty.requests().is_empty());
    let log = nginx.log();
    assert!(
        log.iter()
            .any(|line| line.contains("GET /hub/v2/acme/whale/blobs/")),
        "{log:?}"
    );
    assert!(log.iter().all(|line| line.contains("HTTP/2.0")), "{log:?}");
    drop(registry);
    // The mirror has lost what stands behind it, and answers 502: the next one is asked.
    scene.run("rm acme/whale").ok();
    std::fs::remove_dir_all(scene.outrigger.home().join("blobs")).unwrap();
    let output = scene.install().ok();
    assert!(output.stdout.contains("1.0.0"), "{}", output.stdout);
    assert!(!scene.faulty.requests().is_empty());
}

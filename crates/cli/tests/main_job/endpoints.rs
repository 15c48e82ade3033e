//! What stands in for a registry (contract, "Configuration").

use embedded::Registry;

use crate::scene::{Scene, whale};

const DEAD: &str = "http://127.0.0.1:1";

/// Configures these endpoints for Docker Hub.
fn endpoints(scene: &Scene, list: &[&str]) {
    let list: Vec<_> = list.iter().map(|endpoint| format!("{endpoint:?}")).collect();
    scene.outrigger.config(&format!(
        "[host]\nplatform = \"linux/amd64\"\n[registry.\"docker.io\"]\nendpoint = [{}]\n",
        list.join(", ")
    ));
}

fn address(scene: &Scene) -> String {
    format!("http://{}", scene.registry.authority())
}

#[test]
#[ignore = "needs docker-registry"]
fn an_endpoint_takes_the_registrys_place_and_not_its_name() {
    let scene = Scene::new();
    scene.push("1.0.0");
    scene.push_image("library/seal", "1.0.0", &whale("1.0.0").build());
    scene
        .run("install acme/whale seal docker.io/acme/whale index.docker.io/acme/whale --force")
        .ok();
    shown!(scene.run("ls -q").ok().stdout, @"
    docker.io/acme/whale
    docker.io/library/seal
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn where_the_first_endpoint_is_dead_the_next_is_asked() {
    let scene = Scene::new();
    scene.push("1.0.0");
    endpoints(&scene, &[DEAD, &address(&scene)]);
    shown!(scene.asked_by("install acme/whale --force", 0), @"
    GET acme/whale/blobs/[config of 1.0.0]
    GET acme/whale/blobs/[layer 0 of 1.0.0]
    GET acme/whale/blobs/[layer 1 of 1.0.0]
    GET acme/whale/manifests/1.0.0
    GET acme/whale/tags/list
    ");
}

#[test]
#[ignore = "needs docker-registry"]
fn where_the_first_endpoint_has_it_the_next_is_not_asked() {
    let (first, second) = (Scene::new(), Scene::new());
    first.push("1.0.0");
    second.push("2.0.0");
    endpoints(&second, &[&address(&first), &address(&second)]);
    assert_eq!(second.asked_by("install acme/whale --force", 0), "");
    assert_eq!(second.version(), "1.0.0");
}

#[test]
#[ignore = "needs docker-registry"]
fn where_the_first_endpoint_does_not_have_it_the_next_is_asked() {
    let (mirror, scene) = (Scene::new(), Scene::new());
    scene.push("1.0.0");
    endpoints(&scene, &[&address(&mirror), &address(&scene)]);
    scene.run("install acme/whale --force").ok();
    assert!(
        mirror
            .registry
            .requests()
            .iter()
            .any(|request| request.status == 404)
    );
}

#[test]
#[ignore = "needs docker-registry"]
fn where_the_first_endpoint_wants_a_login_the_next_is_asked() {
    let (mirror, scene) = (Scene::with_login("bob", "secret"), Scene::new());
    scene.push("1.0.0");
    endpoints(&scene, &[&address(&mirror), &address(&scene)]);
    scene.run("install acme/whale --force").ok();
    assert!(
        mirror
            .registry
            .requests()
            .iter()
            .any(|request| request.status == 401)
    );
}

#[test]
#[ignore = "needs docker-registry"]
fn what_a_mirror_lacks_comes_from_the_next_endpoint() {
    let (mirror, scene) = (Scene::new(), Scene::new());
    let image = whale("1.0.0").build();
    mirror.push_image("acme/whale", "1.0.0", &image);
    scene.push_image("acme/whale", "1.0.0", &image);
    mirror
        .registry
        .delete_blob("acme/whale", &image.layer_digests()[1]);
    endpoints(&scene, &[&address(&mirror), &address(&scene)]);
    shown!(scene.asked_by("install acme/whale --force", 0), @"GET acme/whale/blobs/[layer 1 of 1.0.0]");
}

#[test]
#[ignore = "needs docker-registry"]
fn where_no_endpoint_answers_the_last_is_named() {
    let scene = Scene::new();
    endpoints(&scene, &[DEAD, "http://127.0.0.1:2"]);
    shown!(scene.run("install acme/whale --force").fails_with(5).stderr, @r#"
    warning: no allow-list is configured: every repository may be installed
    waiting [duration] for 127.0.0.1:2 (retry 1 of 2): the connection was refused: Connection refused (os error 111)
    waiting [duration] for 127.0.0.1:2 (retry 2 of 2): the connection was refused: Connection refused (os error 111)
    error: cannot list the tags of docker.io/acme/whale (http://127.0.0.1:2/v2/acme/whale/tags/list): the connection was refused: Connection refused (os error 111)
      help: check the address and your network; a mirror is set with `endpoint` under `[registry."docker.io"]`, a proxy with HTTPS_PROXY
    "#);
}

#[test]
fn an_endpoint_elsewhere_without_tls_must_be_asked_for() {
    let outrigger = crate::scene::outrigger();
    let config = "[registry.\"docker.io\"]\nendpoint = \"http://mirror.example\"\n";
    outrigger.config(config);
    shown!(outrigger.run(["show", "acme/whale"]).fails_with(2).stderr, @r#"error: [temp]/home/config.toml:2:12: `registry."docker.io".endpoint`: `http://mirror.example` is not the address of an endpoint: `http` is for loopback addresses; elsewhere it needs `insecure = true`"#);
    outrigger.config(&format!("{config}insecure = true\n"));
    outrigger.run(["ls"]).ok();
}

#[test]
fn loopback_is_spoken_to_over_http_without_being_told() {
    let registry = Registry::new();
    registry.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    let serving = testkit::serve(&registry);
    let outrigger = crate::scene::outrigger();
    outrigger.config("[host]\nplatform = \"linux/amd64\"\n");
    let port = serving.authority().rsplit(':').next().unwrap().to_owned();
    for host in ["127.0.0.1", "localhost"] {
        outrigger
            .run(["install", &format!("{host}:{port}/acme/whale"), "--force"])
            .ok();
    }
}

#[test]
#[ignore = "needs docker-registry"]
fn a_push_goes_to_the_registry_itself_which_is_the_last_endpoint() {
    let (mirror, scene) = (Scene::new(), Scene::new());
    let digest = scene.push_image("acme/workshop", "1.0.0", &whale("1.0.0").build());
    // What the mirror has says nothing about the registry.
    mirror.push_image("acme/whale", "1.0.0", &whale("another").build());
    endpoints(&scene, &[&address(&mirror), &address(&scene)]);
    mirror.registry.clear_requests();
    let source = format!("{}/acme/workshop:1.0.0", scene.registry.authority());
    scene.run(&format!("push {source} acme/whale:1.0.0")).ok();
    assert_eq!(mirror.registry.requests().len(), 0);
    endpoints(&scene, &[&address(&scene)]);
    scene.run("install acme/whale --force").ok();
    assert_eq!(scene.installed()["digest"], digest.to_string());
}

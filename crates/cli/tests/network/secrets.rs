//! Secrets that a test plants, and that nothing the binary says or writes may hold.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use testkit::{Fault, FaultyRegistry, Output};

use crate::scene::Scene;

const PASSWORD: &str = "hunter2-password";
const SIGNATURE: &str = "5191a7u2e";
const COOKIE: &str = "c00k1e";

/// All forms in which a secret could be seen.
fn forms() -> Vec<String> {
    let login = STANDARD.encode(format!("anna:{PASSWORD}"));
    vec![
        PASSWORD.to_owned(),
        login,
        SIGNATURE.to_owned(),
        COOKIE.to_owned(),
    ]
}

#[track_caller]
fn keeps_secrets(output: &Output) {
    for secret in forms() {
        for stream in [&output.stdout, &output.stderr] {
            assert!(!stream.contains(&secret), "{secret} in\n{stream}");
        }
    }
}

fn no_file_holds_secrets(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            no_file_holds_secrets(&path);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(
                forms().iter().all(|secret| !text.contains(secret)),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn no_secret_is_seen_however_much_is_said_and_whatever_goes_wrong() {
    let scene = Scene::new();
    let store = FaultyRegistry::in_front_of(scene.faulty.authority());
    let login = STANDARD.encode(format!("anna:{PASSWORD}"));
    scene
        .outrigger
        .docker_config(&json!({"auths": {scene.faulty.authority(): {"auth": login}}}));
    let presigned = |host: &str| {
        format!(
            "http://{host}/v2/acme/whale{}?X-Amz-Signature={SIGNATURE}",
            scene.layer()
        )
    };
    let sent_on = presigned(store.authority());
    let run = |line: &str, fault: Option<(&str, Fault)>| {
        scene.faulty.heal();
        if let Some((path, fault)) = fault {
            scene.faulty.always(path, fault);
        }
        let output = scene.run(line);
        keeps_secrets(&output);
        output.code
    };
    let layer = scene.layer();
    for (fault, code) in [
        (
            Fault::RedirectTo(format!("http://cdn.example/?sig={SIGNATURE}")),
            6,
        ),
        (
            Fault::RedirectTo(format!("http://anna:{PASSWORD}@{}/", store.authority())),
            6,
        ),
        (
            Fault::RedirectTo(format!("http://127.0.0.1:1/?sig={SIGNATURE}")),
            5,
        ),
        (Fault::RedirectTo(sent_on.clone()), 6),
        (
            Fault::Challenge(format!("Bearer realm=\"http://127.0.0.1:1/token?c={COOKIE}\"")),
            5,
        ),
        (
            Fault::Challenge(format!("Bearer realm=\"http://auth.example/token?c={COOKIE}\"")),
            5,
        ),
        (Fault::Challenge("Basic realm=\"x\"".to_owned()), 5),
        (Fault::HangUp, 5),
    ] {
        let said = format!("{fault:?}");
        assert_eq!(
            run("install acme/whale --force -vv", Some(("?", fault.clone()))),
            code,
            "{said}"
        );
        run(
            "install acme/whale --force -vv --format json",
            Some((&layer, fault.clone())),
        );
        run("scan -vv", Some(("/tags/list", fault.clone())));
        run("show acme/whale -vv", Some(("/manifests/", fault)));
    }
    no_file_holds_secrets(scene.outrigger.home().as_std_path());
}

#[test]
fn a_login_follows_no_redirect_and_no_foreign_layer() {
    let scene = Scene::new();
    let elsewhere = FaultyRegistry::in_front_of(scene.faulty.authority());
    scene.outrigger.login(scene.faulty.authority(), "anna", PASSWORD);
    let anna = format!("Basic {}", STANDARD.encode(format!("anna:{PASSWORD}")));
    // The first request is challenged; from then on the login comes unasked.
    scene
        .faulty
        .times(1, "/tags/list", Fault::Challenge("Basic realm=\"x\"".to_owned()));
    let target = format!("http://{}/v2/acme/whale{}", elsewhere.authority(), scene.layer());
    scene.faulty.times(1, &scene.layer(), Fault::RedirectTo(target));
    scene.install().ok();
    let asked = scene.faulty.requests();
    let to_registry = asked
        .iter()
        .filter(|asked| asked.authorization.as_deref() == Some(&anna));
    assert!(to_registry.count() >= 4);
    assert_eq!(elsewhere.requests().len(), 1);
    assert!(
        elsewhere
            .requests()
            .iter()
            .all(|asked| asked.authorization.is_none())
    );
}

#[test]
fn the_addresses_of_a_foreign_layer_are_not_asked() {
    let scene = Scene::new();
    let elsewhere = FaultyRegistry::in_front_of(scene.faulty.authority());
    scene.outrigger.login(elsewhere.authority(), "anna", PASSWORD);
    let url = format!("http://{}/v2/acme/whale{}", elsewhere.authority(), scene.layer());
    let foreign = scene.whale.clone().edit_document(|manifest| {
        let layer = &mut manifest["layers"][0];
        layer["mediaType"] = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip".into();
        layer["urls"] = json!([url]);
    });
    scene.honest.push("acme/whale", "1.0.0", &foreign);
    // Where the registry has it, it comes from there; where not, that is what is said.
    scene
        .faulty
        .always(&scene.layer(), Fault::Status("404 Not Found"));
    let output = scene.install().fails_with(4);
    assert!(
        output
            .stderr
            .contains("there is no such repository, tag or digest"),
        "{}",
        output.stderr
    );
    scene.faulty.heal();
    scene.install().ok();
    assert!(elsewhere.requests().is_empty());
}

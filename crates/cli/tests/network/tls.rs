//! Certificates: of an authority of one's own, and those that are refused, by name.

use testkit::{Authority, Identity, Nginx, RealRegistry};

use crate::scene::{Scene, whale};

/// `docker.io` at an address over TLS, with the authority's certificate trusted or not.
fn over_tls(scene: &Scene, address: &str, ca: Option<&Authority>) {
    let ca = ca.map_or_else(String::new, |ca| format!("ca = \"{}\"\n", ca.certificate()));
    scene.outrigger.config(&format!(
        "[host]\nplatform = \"linux/amd64\"\n[registry.\"docker.io\"]\nendpoint = \"{address}\"\n{ca}"
    ));
}

#[test]
#[ignore = "needs docker-registry"]
fn a_registry_with_a_certificate_of_its_own_authority_is_trusted_through_ca() {
    let authority = Authority::new("Corp Root");
    let registry = RealRegistry::start().unwrap();
    registry.push("acme/whale", "1.0.0", &whale("1.0.0"));
    let identity = authority.issue("registry", &["127.0.0.1"]);
    let twin = registry.over_tls(&identity).unwrap();
    let scene = Scene::new();
    over_tls(&scene, &format!("https://{}", twin.authority()), Some(&authority));
    let output = scene.install().ok();
    assert!(output.stdout.contains("1.0.0"), "{}", output.stdout);
    assert!(scene.faulty.requests().is_empty());
}

/// An nginx before the registry in memory, with a certificate.
fn nginx(scene: &Scene, identity: &Identity) -> Nginx {
    Nginx::start(identity, &[("/", scene.faulty.authority())]).unwrap()
}

#[test]
#[ignore = "needs nginx"]
fn a_certificate_that_nobody_vouches_for_is_named_with_the_setting_that_helps() {
    let scene = Scene::new();
    let authority = Authority::new("Corp Root");
    let nginx = nginx(&scene, &authority.issue("registry.corp", &["127.0.0.1"]));
    over_tls(&scene, &format!("https://{}", nginx.authority()), None);
    let output = scene.install().fails_with(5);
    for part in [
        "the certificate is not trusted: the certificate of `CN=registry.corp`, issued by `CN=Corp Root`, is not trusted",
        "`ca = \"FILE\"` under `[registry.\"docker.io\"]`",
    ] {
        assert!(output.stderr.contains(part), "{part}\n{}", output.stderr);
    }
    over_tls(
        &scene,
        &format!("https://{}", nginx.authority()),
        Some(&authority),
    );
    scene.install().ok();
}

#[test]
#[ignore = "needs nginx"]
fn a_certificate_for_another_host_or_another_time_is_named_with_its_fault() {
    let scene = Scene::new();
    let authority = Authority::new("Corp Root");
    for (identity, fault) in [
        (
            authority.issue("other", &["registry.corp.example"]),
            "the certificate of `CN=other`, issued by `CN=Corp Root`, is not for 127.0.0.1, but for",
        ),
        (
            authority.issue_expired("old", &["127.0.0.1"]),
            "the certificate of `CN=old`, issued by `CN=Corp Root`, has expired",
        ),
    ] {
        let nginx = nginx(&scene, &identity);
        over_tls(
            &scene,
            &format!("https://{}", nginx.authority()),
            Some(&authority),
        );
        let output = scene.install().fails_with(5);
        assert!(output.stderr.contains(fault), "{fault}\n{}", output.stderr);
    }
    assert!(scene.faulty.requests().is_empty());
}

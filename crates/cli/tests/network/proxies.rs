//! Proxies: by the environment, with exceptions.
//!
//! Loopback is never proxied. `0.0.0.0` leads to this machine as well, and is no loopback address by its name.

use testkit::{Authority, Nginx, Output, Tinyproxy};

use crate::scene::Scene;

struct Corporate {
    scene: Scene,
    proxy: Tinyproxy,
    nginx: Nginx,
    authority: Authority,
}

impl Corporate {
    fn new(login: Option<(&str, &str)>) -> Self {
        let scene = Scene::new();
        let authority = Authority::new("Corp Root");
        let identity = authority.issue("registry", &["0.0.0.0"]);
        let nginx = Nginx::start(&identity, &[("/", scene.faulty.authority())]).unwrap();
        let this = Self {
            proxy: Tinyproxy::start(login).unwrap(),
            scene,
            nginx,
            authority,
        };
        this.endpoint(&format!("https://{}", this.outside()));
        this
    }

    fn outside(&self) -> String {
        self.nginx.authority().replace("127.0.0.1", "0.0.0.0")
    }

    fn endpoint(&self, address: &str) {
        self.scene.outrigger.config(&format!(
            "[host]\nplatform = \"linux/amd64\"\n[registry.\"docker.io\"]\nendpoint = \"{address}\"\n\
             insecure = true\nca = \"{}\"\n",
            self.authority.certificate()
        ));
    }

    fn install(&self, variables: &[(&str, &str)]) -> Output {
        let mut command = self.scene.outrigger.command();
        command
            .args(["install", "acme/whale", "--force", "-vv"])
            .envs(variables.iter().copied());
        Output::of(&mut command)
    }
}

#[test]
#[ignore = "needs nginx and tinyproxy"]
fn https_goes_through_the_proxy_of_the_environment() {
    let corporate = Corporate::new(None);
    let proxy = format!("http://{}", corporate.proxy.authority());
    corporate.install(&[("HTTPS_PROXY", &proxy)]).ok();
    let asked = corporate.proxy.requests();
    assert!(!asked.is_empty());
    let connect = format!("CONNECT {}", corporate.outside());
    assert!(asked.iter().all(|line| line.contains(&connect)), "{asked:?}");
}

#[test]
#[ignore = "needs nginx and tinyproxy"]
fn http_goes_through_the_proxy_of_the_environment() {
    let corporate = Corporate::new(None);
    let registry = corporate.scene.faulty.authority().replace("127.0.0.1", "0.0.0.0");
    corporate.endpoint(&format!("http://{registry}"));
    let proxy = format!("http://{}", corporate.proxy.authority());
    corporate.install(&[("http_proxy", &proxy)]).ok();
    let asked = corporate.proxy.requests();
    assert!(
        asked
            .iter()
            .any(|line| line.contains(&format!("GET http://{registry}/v2/"))),
        "{asked:?}"
    );
}

#[test]
#[ignore = "needs nginx and tinyproxy"]
fn no_proxy_and_loopback_are_exceptions() {
    let corporate = Corporate::new(None);
    let proxy = format!("http://{}", corporate.proxy.authority());
    corporate
        .install(&[("HTTPS_PROXY", &proxy), ("NO_PROXY", "example.com,0.0.0.0")])
        .ok();
    corporate.scene.run("rm acme/whale").ok();
    corporate.endpoint(&format!("http://{}", corporate.scene.faulty.authority()));
    corporate
        .install(&[("HTTPS_PROXY", &proxy), ("HTTP_PROXY", &proxy)])
        .ok();
    assert_eq!(corporate.proxy.requests(), [""; 0]);
}

#[test]
#[ignore = "needs nginx and tinyproxy"]
fn a_proxy_that_fails_is_named_and_its_password_is_not() {
    let corporate = Corporate::new(Some(("anna", "hunter2")));
    let address = |login: &str, authority: &str| format!("http://{login}@{authority}");
    let good = address("anna:hunter2", corporate.proxy.authority());
    corporate.install(&[("HTTPS_PROXY", &good)]).ok();
    corporate.scene.run("rm acme/whale").ok();
    for (proxy, authority) in [
        (
            address("anna:s3cr3t", corporate.proxy.authority()),
            corporate.proxy.authority(),
        ),
        (address("anna:s3cr3t", "127.0.0.1:1"), "127.0.0.1:1"),
    ] {
        let output = corporate.install(&[("HTTPS_PROXY", &proxy)]).fails_with(5);
        let told = format!("through the proxy `{authority}`");
        assert!(output.stderr.contains(&told), "{}", output.stderr);
        assert!(!output.stderr.contains("s3cr3t"), "{}", output.stderr);
    }
}

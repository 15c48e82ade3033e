//! Pictures that labels name: fetched by the service when somebody wants to see them, from the public internet alone.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use testkit::{Answer, Authority, Folder, Service};

use crate::scene::{Scene, WHALE, whale};

/// An address of the public internet, which leads into the network of the test.
const PUBLIC: &str = "93.184.215.14";
/// The smallest thing that says of itself that it is a GIF of 16 by 16 pixels.
const GIF: &str = "GIF89a\u{10}\0\u{10}\0\0\0\0;";

/// A network of its own, in which a server with pictures stands at a public address, and names lead there, or not.
struct Network {
    name: String,
    server: Child,
    _pictures: Folder,
}

impl Network {
    fn new(authority: &Authority) -> Self {
        let name = format!("outrigger-{}", std::process::id());
        let hosts = Self::hosts(&name);
        fs_err::create_dir_all(hosts.parent().unwrap()).unwrap();
        let names =
            format!("{PUBLIC} pictures.example both.example\n127.0.0.1 inside.example both.example\n");
        fs_err::write(hosts, names).unwrap();
        let ip = |line: &str| {
            let status = Command::new("ip").args(line.split(' ')).status().unwrap();
            assert!(status.success(), "ip {line}");
        };
        ip(&format!("netns add {name}"));
        ip(&format!("-n {name} link set lo up"));
        ip(&format!("-n {name} address add {PUBLIC}/32 dev lo"));
        let pictures = Folder::new();
        let file = |name: &str, content: &[u8]| fs_err::write(pictures.path().join(name), content).unwrap();
        file("whale.gif", GIF.as_bytes());
        file("page.html", b"<script>alert(1)</script>");
        file("bomb.gif", b"GIF89a\xff\xff\xff\xff\0\0\0;");
        let identity = authority.issue(
            "pictures",
            &["pictures.example", "inside.example", "both.example"],
        );
        let server = Self::enter(&name, "openssl")
            .args(["s_server", "-quiet", "-WWW", "-accept", "443", "-cert"])
            .args([identity.certificate.as_str(), "-key", identity.key.as_str()])
            .current_dir(pictures.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            name,
            server,
            _pictures: pictures,
        }
    }

    /// What `ip netns exec` shows as `/etc/hosts` in the network.
    fn hosts(name: &str) -> Utf8PathBuf {
        Utf8Path::new("/etc/netns").join(name).join("hosts")
    }

    fn enter(name: &str, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", name, program]);
        command
    }

    /// The service in this network.
    fn serve(&self, scene: &Scene, authority: &Authority) -> Service {
        let ours = scene.outrigger.command();
        let mut command = Self::enter(&self.name, ours.get_program().to_str().unwrap());
        command.args(["serve", "--listen", "127.0.0.1:0", "--format", "json"]);
        command.env_clear();
        command.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("SSL_CERT_FILE", authority.certificate());
        Service::of(&mut command)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = Command::new("ip").args(["netns", "delete", &self.name]).status();
        if let Some(folder) = Self::hosts(&self.name).parent() {
            let _ = fs_err::remove_dir_all(folder);
        }
    }
}

/// The addresses of pictures in a page.
fn shown_in(page: &str) -> Vec<String> {
    let parts = page.split("<img src=\"/pictures/").skip(1);
    parts
        .map(|part| format!("/pictures/{}", part.split('"').next().unwrap()))
        .collect()
}

#[test]
#[ignore = "needs root, docker-registry, iproute2 and openssl"]
fn pictures_come_from_the_public_internet_and_only_when_they_are_wanted() {
    let scene = Scene::new();
    scene.configure("[limits]\nretries = 0\n");
    let addresses = [
        "https://pictures.example/whale.gif",
        "https://both.example/whale.gif",
        "https://inside.example/whale.gif",
        "https://pictures.example/page.html",
        "https://pictures.example/bomb.gif",
        "https://pictures.example/missing.gif",
        "https://169.254.169.254/latest/meta-data",
    ];
    let shots: Vec<_> = addresses
        .iter()
        .map(|url| serde_json::json!({ "alt": "A whale", "url": url }))
        .collect();
    let label = serde_json::Value::from(shots).to_string();
    let image = whale("1.0.0").label("com.docker.extension.screenshots", &label);
    scene.push("acme/whale", "1.0.0", &image.build());
    scene.outrigger.run(["scan"]).ok();
    let authority = Authority::new("pictures");
    let network = Network::new(&authority);
    let service = network.serve(&scene, &authority);
    let socket = scene.outrigger.home().join("service/socket");
    let get = |path: &str| service.stranger("GET", path).through(&socket);

    let page = get(&format!("/extensions/{WHALE}")).gives(200).body;
    assert!(
        page.contains("Show pictures") && shown_in(&page).is_empty(),
        "{page}"
    );
    let page = get(&format!("/extensions/{WHALE}?pictures=show")).gives(200).body;
    let shown = shown_in(&page);
    assert_eq!(
        shown.len(),
        addresses.len() - 1,
        "a private address is only linked to"
    );

    // The server may still be on its way.
    let first = (0..100)
        .map(|_| get(&shown[0]))
        .find(|answer: &Answer| {
            std::thread::sleep(Duration::from_millis(20));
            answer.status == 200
        })
        .expect("no picture came");
    assert_eq!(first.body, GIF);
    assert_eq!(first.header("content-type"), Some("image/gif"));
    assert_eq!(
        get(&shown[1]).gives(200).body,
        GIF,
        "of two addresses the public one"
    );
    for (position, reason) in [
        (2, "no address on the public internet"),
        (3, "is no PNG, JPEG, GIF or WebP"),
        (4, "more than 40 million pixels"),
        (5, "pictures.example"),
    ] {
        let refused = get(&shown[position]).gives(502).body;
        assert!(refused.contains(reason), "{refused}");
    }
    get("/pictures/0123456789abcdef0123456789abcdef").gives(404);
}

use proptest::prelude::*;

use super::*;

const WHALE: &str = r#"{
    "ui": {"dashboard-tab": {"title": "Whale", "root": "ui", "src": "index.html", "backend": {"socket": "whale.sock"}}},
    "vm": {"composefile": "docker-compose.yaml", "exposes": {"socket": "whale.sock"}},
    "host": {"binaries": [{"linux": ["/linux/kubectl", "/linux/helm"], "windows": ["/windows/kubectl.exe"]}]}
}"#;

fn metadata(text: &str) -> Metadata {
    Metadata::parse(text.as_bytes()).unwrap()
}

/// The permissions of an extension that has nothing but this compose file.
fn of_compose(compose: &str) -> Permissions {
    let metadata = metadata(r#"{"vm": {"composefile": "compose.yaml"}}"#);
    let (permissions, problem) = Permissions::of(&metadata, System::Linux, Some(compose.as_bytes()));
    assert_eq!(problem, None, "{compose}");
    permissions
}

/// The lines of one service `w` beyond its container.
fn of_service(settings: &str) -> Vec<String> {
    let settings = settings.replace('\n', "\n    ");
    let compose = format!("services:\n  w:\n    image: $DESKTOP_PLUGIN_IMAGE\n    {settings}\n");
    let shown = shown(&of_compose(&compose).lines());
    shown
        .lines()
        .filter(|line| !line.contains("Starts the container"))
        .map(str::to_owned)
        .collect()
}

fn shown(lines: &[PermissionLine]) -> String {
    let line = |line: &PermissionLine| format!("{:?}: {}", line.level, line.text);
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_whole_extension_is_told_gravest_first() {
    let compose = r#"
version: '3'
x-common: &common
  restart: unless-stopped
  environment: [A=1]
  volumes:
    - /var/run/docker.sock.raw:/var/run/docker.sock
services:
  whale:
    <<: *common
    image: ${DESKTOP_PLUGIN_IMAGE}
    healthcheck: {test: ["CMD", "true"], interval: 5s}
    ports: ["${PORT:-9000}:9000", 127.0.0.1:57080:80, "53:53/udp", 8080]
  db:
    image: acme/db:${VERSION:-16}
    network_mode: host
    pull_policy: always
    volumes: [data:/var/lib/db, ~/.kube:/root/.kube:ro]
volumes:
  data:
"#;
    let (permissions, problem) = Permissions::of(&metadata(WHALE), System::Linux, Some(compose.as_bytes()));
    assert_eq!(problem, None);
    assert_eq!(permissions.level(), Level::High);
    insta::assert_snapshot!(shown(&permissions.lines()), @"
    High: The container `db` reads `~/.kube` of the host
    High: The container `whale` controls the container engine, and with it the host, through `/var/run/docker.sock.raw`
    High: Runs `helm`, `kubectl` on this machine, with your rights
    Medium: The container `whale` opens a port on every address of this machine
    Medium: The container `whale` opens the port `${PORT:-9000}` on every address of this machine
    Medium: The container `whale` opens the port `53/udp` on every address of this machine
    Medium: The container `db` shares the host's network
    Low: Shows the tab `Whale`
    Low: Its pages talk to its containers through the socket `whale.sock`
    Low: Starts the container `db` from the image `acme/db:${VERSION:-16}`
    Low: Starts the container `whale` from its own image
    Low: The container `whale` opens the port `57080` on the address `127.0.0.1`
    ");
}

#[test]
fn only_binaries_of_this_system_are_told_and_many_share_a_line() {
    let lines = |text: &str, system| shown(&Permissions::of(&metadata(text), system, None).0.lines());
    assert!(lines(WHALE, System::Windows).contains("Runs `kubectl.exe` on this machine"));
    assert!(!lines(WHALE, System::Darwin).contains("Runs"));
    let many: Vec<_> = (0..299)
        .map(|number| format!("/windows/{number:03}.dll"))
        .collect();
    let many = serde_json::json!({"host": {"binaries": [{"windows": many}]}}).to_string();
    insta::assert_snapshot!(lines(&many, System::Windows), @"High: Runs `000.dll`, `001.dll`, `002.dll`, `003.dll`, `004.dll`, `005.dll`, `006.dll`, `007.dll` and 291 more on this machine, with your rights");
}

#[test]
fn an_image_without_compose_file_runs_one_container() {
    let of_image = |image: &str| {
        let metadata = metadata(&serde_json::json!({"vm": {"image": image}}).to_string());
        Permissions::of(&metadata, System::Linux, None)
    };
    let (own, problem) = of_image("${DESKTOP_PLUGIN_IMAGE}");
    assert_eq!(
        (shown(&own.lines()).as_str(), problem),
        ("Low: Starts the container `service` from its own image", None)
    );
    assert!(shown(&of_image("acme/whale:1").0.lines()).ends_with("from the image `acme/whale:1`"));
}

#[test]
fn each_demand_of_a_service_has_its_line() {
    for (settings, line) in [
        ("privileged: true", "High: The container `w` is privileged"),
        (
            "privileged: \"${P:-false}\"",
            "High: The container `w` is privileged",
        ),
        (
            "post_start: [{command: x, privileged: true}]",
            "High: The container `w` is privileged",
        ),
        ("pid: host", "High: The container `w` sees the host's processes"),
        (
            "network_mode: host",
            "Medium: The container `w` shares the host's network",
        ),
        (
            "network_mode: ${MODE}",
            "Medium: The container `w` shares the host's network",
        ),
        (
            "network_mode: container:other",
            "Medium: The container `w` joins the container `other`",
        ),
        (
            "volumes_from: ['container:other']",
            "Medium: The container `w` joins the container `other`",
        ),
        (
            "ipc: host",
            "Medium: The container `w` is not separated from the host in `ipc`",
        ),
        (
            "userns_mode: host",
            "Medium: The container `w` is not separated from the host in `userns_mode`",
        ),
        (
            "cap_add: [cap_sys_admin]",
            "High: The container `w` has the capability `SYS_ADMIN`",
        ),
        (
            "cap_add: [NET_ADMIN]",
            "Medium: The container `w` has the capability `NET_ADMIN`",
        ),
        (
            "devices: ['/dev/net/tun:/dev/net/tun']",
            "Medium: The container `w` uses the device `/dev/net/tun`",
        ),
        (
            "devices: [{source: /dev/kvm, target: /dev/kvm}]",
            "Medium: The container `w` uses the device `/dev/kvm`",
        ),
        ("gpus: all", "Medium: The container `w` uses the device `gpu`"),
        (
            "deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}",
            "the device `gpu`",
        ),
        (
            "security_opt: ['seccomp:unconfined']",
            "High: The container `w` runs with a protection changed or switched off",
        ),
        (
            "use_api_socket: true",
            "High: The container `w` controls the container engine",
        ),
        (
            "provider: {type: whale}",
            "High: Runs the program `whale` on this machine",
        ),
        (
            "extends: {file: other.yaml, service: x}",
            "High: Takes in a part of its compose file from `other.yaml`",
        ),
    ] {
        let found = of_service(settings);
        assert!(
            found.len() == 1 && found[0].contains(line),
            "{settings}: {found:?}"
        );
    }
    for settings in [
        "privileged: false",
        "network_mode: none",
        "pid: service:other",
        "security_opt: ['no-new-privileges:true']",
        "extends: {service: other}",
        "networks: {default: {aliases: [x]}}",
        "dns: !override [1.1.1.1]",
        "environment: {HOME: $HOME}",
    ] {
        assert_eq!(of_service(settings), Vec::<String>::new(), "{settings}");
    }
}

#[test]
fn mounts_are_told_in_the_short_and_the_long_form() {
    for (volume, line) in [
        (
            "/var/lib/docker:/x",
            "High: The container `w` reads and writes `/var/lib/docker` of the host",
        ),
        (
            "/opt/x:/x:z,ro",
            "Medium: The container `w` reads `/opt/x` of the host",
        ),
        (
            "~:/home",
            "High: The container `w` reads and writes `~` of the host",
        ),
        (
            "~/.ssh:/x:ro",
            "High: The container `w` reads `~/.ssh` of the host",
        ),
        (
            "./data:/x",
            "Low: The container `w` reads and writes `./data` in the extension's own folder",
        ),
        (
            "../data:/x",
            "High: The container `w` reads and writes `../data` of the host",
        ),
        (
            "${DATA:-/srv}:/x",
            "High: The container `w` reads and writes `${DATA:-/srv}` of the host",
        ),
        (
            "C:\\data:/x",
            "High: The container `w` reads and writes `C:\\data` of the host",
        ),
        (
            "c:/data:/x:ro",
            "Medium: The container `w` reads `c:/data` of the host",
        ),
        (
            "/var/run/docker.sock.raw:/var/run/docker.sock",
            "High: The container `w` controls the container engine",
        ),
        (
            "${SOCK:-/var/run/docker.sock}:/s",
            "High: The container `w` controls the container engine",
        ),
        (
            "//./pipe/docker_engine://./pipe/docker_engine",
            "High: The container `w` controls the container engine",
        ),
        (
            "/run/host-services/backend.sock:/b",
            "High: The container `w` controls the container engine",
        ),
        (
            "{type: bind, source: /opt, target: /x, read_only: true}",
            "Medium: The container `w` reads `/opt`",
        ),
        (
            "{type: npipe, source: '\\\\.\\pipe\\docker_engine', target: x}",
            "controls the container engine",
        ),
        (
            "{source: /opt, target: /x}",
            "High: The container `w` reads and writes `/opt`",
        ),
    ] {
        let volume = if volume.starts_with('{') {
            volume.to_owned()
        } else {
            format!("'{volume}'")
        };
        let found = of_service(&format!("volumes: [{volume}]"));
        assert!(found.len() == 1 && found[0].contains(line), "{volume}: {found:?}");
    }
    for volume in [
        "data:/x",
        "/x",
        "{type: volume, source: data, target: /x}",
        "{type: tmpfs, target: /x}",
        "/run/guest-services:/run/guest-services",
    ] {
        assert_eq!(
            of_service(&format!("volumes: [{volume}]")),
            Vec::<String>::new(),
            "{volume}"
        );
    }
}

#[test]
fn what_hides_behind_a_name_is_found() {
    let compose = r"
services:
  w:
    image: acme/whale
    volumes: [harmless:/x]
    networks: [inner]
    secrets: [key, {source: other}]
volumes:
  harmless: {driver: local, driver_opts: {type: none, o: bind, device: /etc}}
  unused: {driver_opts: {device: /srv}}
networks:
  inner: {external: true, name: host}
secrets:
  key: {file: /root/.ssh/id_rsa}
  other: {environment: X}
";
    insta::assert_snapshot!(shown(&of_compose(compose).lines()), @"
    High: The container `w` reads and writes `/etc` of the host
    High: The container `w` reads `/root/.ssh/id_rsa` of the host
    Medium: The container `w` shares the host's network
    Low: Starts the container `w` from the image `acme/whale`
    ");
    for networks in [
        "default: {name: host}",
        "default: {driver: host}",
        "default: {external: {name: host}}",
        "default: {name: '${NETWORK:-mine}'}",
    ] {
        let compose = format!("services: {{w: {{image: x}}}}\nnetworks: {{{networks}}}");
        assert!(
            shown(&of_compose(&compose).lines()).contains("the host's network"),
            "{networks}"
        );
    }
    let by_key =
        of_compose("services: {w: {image: x, networks: [host]}}\nnetworks: {host: {external: true}}");
    assert!(shown(&by_key.lines()).contains("the host's network"));
    let own = of_compose("services: {w: {image: x, networks: [host]}}\nnetworks: {host: {}}");
    assert_eq!(
        own.level(),
        Level::Low,
        "a network of its own, whatever it is called"
    );
    let included = of_compose("include: [a.yaml, {path: [b.yaml, 'oci://acme/c']}]\nservices: {}\n");
    assert_eq!((included.iter().count(), included.level()), (3, Level::High));
}

#[test]
fn ports_say_where_they_open() {
    for (port, line) in [
        (
            "9000:80",
            "Medium: The container `w` opens the port `9000` on every address of this machine",
        ),
        (
            "'9000-9010:80-90/udp'",
            "the port `9000-9010/udp` on every address",
        ),
        ("8080", "opens a port on every address"),
        (
            "'127.0.0.1:9000:80'",
            "Low: The container `w` opens the port `9000` on the address `127.0.0.1`",
        ),
        (
            "'127.0.0.1::80'",
            "Low: The container `w` opens a port on the address `127.0.0.1`",
        ),
        (
            "'[::1]:9000:80'",
            "Low: The container `w` opens the port `9000` on the address `[::1]`",
        ),
        (
            "'::1:9000:80'",
            "Low: The container `w` opens the port `9000` on the address `::1`",
        ),
        (
            "'0.0.0.0:9000:80'",
            "Medium: The container `w` opens the port `9000` on the address `0.0.0.0`",
        ),
        (
            "'${ADDRESS:-127.0.0.1}:${PORT:-1}:80'",
            "Medium: The container `w` opens the port `${PORT:-1}` on the address `${ADDRESS:-127.0.0.1}`",
        ),
        (
            "{target: 80, published: 9000, host_ip: 127.0.0.1}",
            "Low: The container `w` opens the port `9000`",
        ),
        ("{target: 80}", "opens a port on every address"),
    ] {
        let found = of_service(&format!("ports: [{port}]"));
        assert!(found.len() == 1 && found[0].contains(line), "{port}: {found:?}");
    }
}

#[test]
fn a_compose_file_that_cannot_be_read_is_the_worst_and_no_error() {
    let aliases = |level: usize| vec![format!("*a{level}"); 10].join(",");
    let levels = (1..9).map(|level| format!("a{level}: &a{level} [{}]\n", aliases(level - 1)));
    let bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned() + &levels.collect::<String>();
    let long = format!("services: {{w: {{image: '{}'}}}}", "x".repeat(2000));
    let many = format!(
        "services: {{w: {{image: x, ports: [{}]}}}}",
        (1..3000)
            .map(|port| format!("'{port}:1'"))
            .collect::<Vec<_>>()
            .join(",")
    );
    let metadata = metadata(r#"{"vm": {"composefile": "compose.yaml"}}"#);
    for text in [
        "services: [",
        "services: []",
        "services: {w: x}",
        "- services",
        "services: {w: {ports: {}}}",
        "services: {w: {volumes: [[x]]}}",
        "services: {w: {image: x, image: y}}",
        "services: {w: {image: x}}\n---\nservices: {v: {privileged: true}}\n",
        "\u{0}\u{1}",
        "- x: &x [*x]",
        &bomb,
        &long,
        &many,
        &"[".repeat(10_000),
        &" ".repeat(MAX_COMPOSE + 1),
    ] {
        let (permissions, problem) = Permissions::of(&metadata, System::Linux, Some(text.as_bytes()));
        let start = text.chars().take(60).collect::<String>();
        assert!(problem.is_some(), "{start}");
        assert_eq!(
            permissions.iter().collect::<Vec<_>>(),
            [&Permission::UnknownContainers],
            "{start}"
        );
        assert_eq!(permissions.level(), Level::High);
    }
    let (_, problem) = Permissions::of(&metadata, System::Linux, None);
    assert_eq!(problem, Some(ComposeParse::Absent));
}

#[test]
fn an_update_asks_for_what_the_installed_release_does_not_have() {
    let service =
        |settings: &str| of_compose(&format!("services: {{w: {{image: 'acme/whale:1', {settings}}}}}"));
    let beyond = |wanted: &Permissions, installed: &Permissions| shown(&wanted.beyond(installed));
    let plain = service("");
    for (wanted, line) in [
        (service("privileged: true"), "is privileged"),
        (service("volumes: ['/opt:/x:ro']"), "reads `/opt`"),
        (service("ports: ['9000:80']"), "opens the port `9000`"),
        (
            of_compose("services: {w: {image: 'acme/squid:1'}}"),
            "the image `acme/squid:1`",
        ),
    ] {
        assert!(beyond(&wanted, &plain).contains(line), "{line}");
        assert_eq!(
            beyond(&plain, &wanted).lines().count(),
            usize::from(line.contains("squid")),
            "{line}"
        );
        assert_eq!(beyond(&wanted, &wanted), "");
    }
    let moved = of_compose("services: {renamed: {image: 'docker.io/acme/whale:2', privileged: true}}");
    assert_eq!(
        beyond(&moved, &service("privileged: true")),
        "",
        "another tag and name of the same"
    );
    let (reads, writes) = (
        service("volumes: ['/opt:/x:ro']"),
        service("volumes: ['/opt:/x']"),
    );
    assert_eq!(beyond(&reads, &writes), "");
    assert!(beyond(&writes, &reads).contains("reads and writes `/opt`"));
    let (local, open) = (service("ports: ['127.0.0.1:9:9']"), service("ports: ['9:9']"));
    assert_eq!(beyond(&local, &open), "");
    assert!(beyond(&open, &local).contains("every address"));

    let whale = Permissions::of(&metadata(WHALE), System::Linux, Some(b"{}")).0;
    let fewer = Permissions::of(
        &metadata(
            &WHALE
                .replace("\"/linux/helm\"", "")
                .replace("\"/linux/kubectl\", ", "\"/linux/kubectl\""),
        ),
        System::Linux,
        Some(b"{}"),
    )
    .0;
    assert_eq!(
        beyond(&whale, &fewer),
        "High: Runs `helm` on this machine, with your rights"
    );
    assert_eq!(
        beyond(&fewer, &Permissions::default()),
        "High: Runs `kubectl` on this machine, with your rights",
        "a tab and its own socket are no right"
    );

    let unknown = Permissions::of(&metadata(WHALE), System::Linux, None).0;
    assert!(
        beyond(&unknown, &unknown).contains("not looked at"),
        "nobody can say that it is the same"
    );
    assert!(!beyond(&plain, &unknown).is_empty());
}

#[test]
fn a_record_of_permissions_is_a_list_that_says_what_each_is() {
    let permissions = Permissions::of(
        &metadata(r#"{"host": {"binaries": [{"linux": "/kubectl"}]}}"#),
        System::Linux,
        None,
    )
    .0;
    let stored = serde_json::to_string(&permissions).unwrap();
    assert_eq!(stored, r#"[{"kind":"host-binary","name":"kubectl"}]"#);
    assert_eq!(serde_json::from_str::<Permissions>(&stored).unwrap(), permissions);
}

proptest! {
    #[test]
    fn no_compose_file_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let metadata = metadata(WHALE);
        let _ = Permissions::of(&metadata, System::Linux, Some(&bytes));
    }

    #[test]
    fn no_short_form_makes_it_panic(text in "[a-zC:/.~\\\\${}\\[\\]0-9-]{0,20}") {
        let compose = serde_json::json!({"services": {"w": {"image": "x", "volumes": [text], "ports": [text], "devices": [text]}}});
        let (permissions, problem) = Permissions::of(&metadata(WHALE), System::Linux, Some(compose.to_string().as_bytes()));
        prop_assert_eq!(problem, None);
        let opens_port = |permission: &Permission| matches!(permission, Permission::Port { .. });
        prop_assert!(permissions.iter().any(opens_port));
    }
}

mod outside;

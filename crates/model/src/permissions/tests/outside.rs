//! What leads out of the extension's own containers, folders, networks and volumes.

use super::*;

/// A document of one service `w` with these settings, and what stands beside `services`.
fn of_document(settings: &str, top: &str) -> String {
    let compose = format!("services: {{w: {{image: x, {settings}}}}}\n{top}");
    let shown = shown(&of_compose(&compose).lines());
    let lines = shown
        .lines()
        .filter(|line| !line.contains("Starts the container"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_variable_in_a_name_hides_nothing_that_is_declared() {
    let volumes = "volumes: {vv: {driver_opts: {type: none, o: bind, device: /}}, data: {}}";
    for name in ["vv", "${V:-vv}", "v${V:-v}"] {
        let long = of_document(
            &format!("volumes: [{{type: volume, source: '{name}', target: /h}}]"),
            volumes,
        );
        assert!(
            long.contains("High: The container `w` reads and writes `/` of the host"),
            "{name}: {long}"
        );
        let short = of_document(&format!("volumes: ['{name}:/h:ro']"), volumes);
        assert!(short.starts_with("High: "), "{name}: {short}");
    }
    let networks = "networks: {inner: {external: true, name: host}}";
    let secrets = "secrets: {key: {file: /root/.ssh/id_rsa}}";
    for (settings, top, line) in [
        ("networks: ['${N:-inner}']", networks, "shares the host's network"),
        (
            "secrets: ['${S:-key}']",
            secrets,
            "High: The container `w` reads `/root/.ssh/id_rsa`",
        ),
        (
            "secrets: [{source: '${S:-key}'}]",
            secrets,
            "High: The container `w` reads `/root/.ssh/id_rsa`",
        ),
        (
            "volumes: ['${X:-/:/h}']",
            "",
            "High: The container `w` reads and writes `${X:-/:/h}`",
        ),
        (
            "volumes: ['C:${X:-/:/h}']",
            "",
            "High: The container `w` reads and writes `C:${X:-/:/h}`",
        ),
        (
            "volumes: ['./${X:-../..}:/h:ro']",
            "",
            "High: The container `w` reads `./${X:-../..}`",
        ),
        (
            "volumes_from: ['${X:-container:other}']",
            "",
            "joins the container `${X:-container:other}`",
        ),
        (
            "cap_add: ['${X:-ALL}']",
            "",
            "High: The container `w` has the capability",
        ),
    ] {
        let found = of_document(settings, top);
        assert!(found.contains(line), "{settings}: {found}");
    }
}

#[test]
fn reading_is_grave_where_everything_or_its_secrets_are() {
    for (level, sources) in [
        (
            "High",
            "/ /. /opt/.. ~ ~/ $HOME ${HOME} /home /home/ann /Users/ann/ /root C:\\ c:/Users/ann /etc /etc/shadow
             /etc/../etc//sudoers /etc/ssh/key /root/.ssh ~/.ssh ~/.docker/config.json $HOME/.kube /home/ann/.aws
             C:\\Users\\ann\\.azure ~/Library/Keychains C:\\Users\\ann\\AppData /proc /proc/1/root /var/lib/docker
             /var/lib/docker/volumes/other /private/etc/sudoers ../data ./a/../../b ${X} ${X:-/opt} /opt/${X}",
        ),
        (
            "Medium",
            "/opt /opt/x ~/Documents $HOME/Documents /home/ann/work c:/data /etc/localtime /etc/hosts /usr/share/x /sys",
        ),
        ("Low", ". ./ ./data ./.env ./a/../b"),
    ] {
        for source in sources.split_whitespace() {
            let found = of_document(&format!("volumes: ['{source}:/x:ro']"), "");
            let whose = if level == "Low" {
                "in the extension's own folder"
            } else {
                "of the host"
            };
            let line = format!("{level}: The container `w` reads `{source}` {whose}");
            assert!(found.lines().any(|found| found == line), "{source}: {found}");
        }
    }
}

#[test]
fn a_folder_that_holds_the_engines_socket_is_the_socket_even_if_it_is_only_read() {
    for source in [
        "/",
        "/var",
        "/var/",
        "/run",
        "/var/run",
        "/var//run/.",
        "/private/var/run",
        "/run/user/1000",
        "/run/containerd",
        "/var/run/podman",
    ] {
        let found = of_document(&format!("volumes: ['{source}:/x:ro']"), "");
        let line = format!(
            "High: The container `w` controls the container engine, and with it the host, through `{source}`"
        );
        assert!(found.contains(&line), "{source}: {found}");
        assert!(
            found.contains(&format!("reads `{source}` of the host")),
            "{source}: {found}"
        );
    }
    for source in [
        "/run/guest-services",
        "/run/lock",
        "/var/log",
        "/var/runner",
        "./run",
    ] {
        let found = of_document(&format!("volumes: ['{source}:/x:ro']"), "");
        assert!(!found.contains("engine"), "{source}: {found}");
    }
}

#[test]
fn volumes_and_networks_of_others_are_told() {
    let top = r"
volumes:
  theirs: {external: true, name: other_data}
  old: {external: {name: older_data}}
  key: {external: true}
  named: {name: shared}
  remote: {driver_opts: {type: nfs, o: 'addr=10.0.0.1', device: ':/data'}}
  memory: {driver_opts: {type: tmpfs, device: tmpfs}}
  disguised: {driver_opts: {type: tmpfs, o: bind, device: /opt}}
  beside: {driver_opts: {type: none, o: bind, device: ./data}}
  astray: {driver_opts: {type: none, o: 'bind,rw', device: ./etc}}
  renamed: {name: theirs, driver_opts: {type: tmpfs, device: tmpfs}}
  own: {}
networks:
  theirs: {external: true, name: other_default}
  old: {external: {name: older_default}}
  key: {external: true}
  lan: {driver: macvlan, driver_opts: {parent: eth0}}
  flat: {driver: ipvlan}
  own: {driver: bridge, internal: true}
";
    let settings = "volumes: ['theirs:/a:ro', 'old:/b', 'key:/c', {type: volume, source: named, target: /d}, 'remote:/e', \
        'memory:/f', 'disguised:/g', 'beside:/h', 'astray:/i', 'own:/j', 'renamed:/k'], networks: [theirs, old, key, lan, flat, own]";
    insta::assert_snapshot!(of_document(settings, top), @"
    High: The container `w` reads and writes `/./etc` of the host
    High: The container `w` reads and writes `/opt` of the host
    Medium: The container `w` is in the network `key`, which others may be in too
    Medium: The container `w` is in the network `older_default`, which others may be in too
    Medium: The container `w` is in the network `other_default`, which others may be in too
    Medium: The container `w` is a machine of its own in the network around this one (`ipvlan`)
    Medium: The container `w` is a machine of its own in the network around this one (`macvlan`)
    Medium: The container `w` reads and writes the volume `:/data`, which others may use too
    Medium: The container `w` reads and writes the volume `key`, which others may use too
    Medium: The container `w` reads and writes the volume `older_data`, which others may use too
    Medium: The container `w` reads the volume `other_data`, which others may use too
    Medium: The container `w` reads and writes the volume `shared`, which others may use too
    Medium: The container `w` reads and writes the volume `theirs`, which others may use too
    Low: The container `w` reads and writes `./data` in the extension's own folder
    ");
    for (mode, line) in [
        (
            "other_default",
            "Medium: The container `w` is in the network `other_default`, which others may be in too",
        ),
        ("bridge", ""),
        ("none", ""),
        ("service:v", ""),
    ] {
        assert_eq!(
            of_document(&format!("network_mode: '{mode}'"), ""),
            line,
            "{mode}"
        );
    }
}

#[test]
fn files_that_compose_itself_reads_are_told_where_they_are_not_its_own() {
    for (settings, lines) in [
        (
            "env_file: /etc/secret.env",
            "High: The container `w` reads `/etc/secret.env` of the host",
        ),
        (
            "env_file: [.env, a/b.env, /opt/x.env]",
            "Medium: The container `w` reads `/opt/x.env` of the host",
        ),
        (
            "env_file: [{path: ~/.aws/credentials, required: false}]",
            "High: The container `w` reads `~/.aws/credentials` of the host",
        ),
        (
            "env_file: '${FILE}'",
            "High: The container `w` reads `${FILE}` of the host",
        ),
        (
            "label_file: ../labels",
            "High: The container `w` reads `../labels` of the host",
        ),
        (
            "build: /opt/x",
            "Medium: The container `w` reads `/opt/x` of the host",
        ),
        (
            "build: {context: /root, additional_contexts: {other: /etc}}",
            "High: The container `w` reads `/etc` of the host\nHigh: The container `w` reads `/root` of the host",
        ),
        (
            "build: {context: ., additional_contexts: ['other=/opt']}",
            "Medium: The container `w` reads `/opt` of the host",
        ),
        ("build: .", ""),
        ("build: {context: ./image, dockerfile: x}", ""),
        ("build: 'https://example.com/whale.git'", ""),
        (
            "build: {privileged: true}",
            "High: The container `w` is privileged: it can do everything on the host",
        ),
    ] {
        assert_eq!(of_document(settings, ""), lines, "{settings}");
    }
    let secret = of_document("secrets: [key]", "secrets: {key: {file: key.pem}}");
    assert_eq!(
        secret,
        "Low: The container `w` reads `./key.pem` in the extension's own folder"
    );
}

#[test]
fn what_changes_the_engines_protections_is_told() {
    for option in [
        "label:disable",
        "label=type:spc_t",
        "seccomp=./mine.json",
        "apparmor:unconfined",
        "systempaths=unconfined",
        "${X}",
    ] {
        let found = of_document(&format!("security_opt: ['{option}']"), "");
        let line =
            format!("High: The container `w` runs with a protection changed or switched off (`{option}`)");
        assert_eq!(found, line);
    }
    assert_eq!(
        of_document("security_opt: [label:disable]", "").lines().count(),
        1
    );
    for option in [
        "no-new-privileges",
        "no-new-privileges:true",
        "no-new-privileges=true",
        "seccomp=builtin",
    ] {
        assert_eq!(
            of_document(&format!("security_opt: ['{option}']"), ""),
            "",
            "{option}"
        );
    }
    assert_eq!(
        of_document("runtime: nvidia", ""),
        "Medium: The container `w` is run by `nvidia` in place of the engine's usual runtime"
    );
    assert_eq!(of_document("runtime: runc", ""), "");
}

#[test]
fn a_service_is_said_to_be_built_only_if_it_is() {
    let compose = "services: {base: {image: acme/base}, w: {extends: {service: base}}, v: {extends: base, image: acme/v},
        u: {extends: {file: other.yaml, service: x}}, t: {provider: {type: whale}}, s: {build: .}}";
    insta::assert_snapshot!(shown(&of_compose(compose).lines()), @"
    High: Runs the program `whale` on this machine for the service `t`
    High: Takes in a part of its compose file from `other.yaml`, which was not looked at
    Low: Starts the container `base` from the image `acme/base`
    Low: Starts the container `v` from the image `acme/v`
    Low: Starts the container `s` from an image that is built on this machine
    Low: Starts the container `u` with the settings of the service `x`
    Low: Starts the container `w` with the settings of the service `base`
    ");
}

#[test]
fn a_folder_of_host_binaries_is_told_by_what_it_holds() {
    let metadata = metadata(r#"{"host": {"binaries": [{"linux": ["/bin", "/tools/kubectl"]}]}}"#);
    let (listed, _) = Permissions::of(&metadata, System::Linux, None);
    let binary = |path: &str| HostBinary {
        name: path.rsplit('/').next().unwrap().to_owned(),
        path: path.to_owned(),
    };
    let placed = ["host/bin/helm", "host/bin/more/helm", "host/tools/kubectl"].map(binary);
    let permissions = listed.with_host_binaries(&placed);
    assert_eq!(
        shown(&permissions.lines()),
        "High: Runs `helm`, `kubectl` on this machine, with your rights"
    );
}

#[test]
fn less_of_anothers_volume_is_no_news_and_more_is() {
    let of_mode = |mode: &str| {
        of_compose(&format!(
            "services: {{w: {{image: x, volumes: ['data:/a:{mode}']}}}}\nvolumes: {{data: {{external: true}}}}"
        ))
    };
    let (reads, writes) = (of_mode("ro"), of_mode("rw"));
    assert_eq!(reads.beyond(&writes), []);
    assert_eq!(
        shown(&writes.beyond(&reads)),
        "Medium: The container `w` reads and writes the volume `data`, which others may use too"
    );
}

//! The configuration file, and `config show` (contract, "Configuration").

use serde_json::json;
use testkit::Output;

use crate::scene::outrigger;

#[test]
fn an_unknown_key_is_pointed_at() {
    let outrigger = outrigger();
    outrigger.config("[policy]\npre-release = true\n");
    shown!(outrigger.run(["ls"]).fails_with(2).stderr, @"error: [temp]/home/config.toml:2:1: unknown key `policy.pre-release`; did you mean `pre-releases`?");
    let error = outrigger
        .run(["ls", "--format", "json"])
        .fails_with(2)
        .error_json();
    assert_eq!(error["error"]["code"], "configuration");
    outrigger.config("# nothing\n\n[polcy]\n");
    shown!(outrigger.run(["install", "acme/whale", "-f"]).fails_with(2).stderr, @"error: [temp]/home/config.toml:3:2: unknown key `polcy`; did you mean `policy`?");
    outrigger.config("[registry.\"docker.io\"]\nendpont = \"x\"\n");
    shown!(outrigger.run(["ls"]).fails_with(2).stderr, @r#"error: [temp]/home/config.toml:2:1: unknown key `registry."docker.io".endpont`; did you mean `endpoint`?"#);
}

#[test]
fn a_value_that_means_nothing_is_pointed_at() {
    let outrigger = outrigger();
    let mut told = Vec::new();
    for toml in [
        "[policy]\npre-releases = \"yes\"\n",
        "[policy]\nminimum-age = \"7 days\"\n",
        "[policy]\nbare-api-version = \"maximum\"\n",
        "[host]\nplatform = \"plan9/amd64\"\n",
        "[host]\napi-version = \"new\"\n",
        "[scan]\nevery = \"0m\"\n",
        "[policy\n",
        "[limits]\nlayer-size = -1\n",
        "[registry.\"docker.io\"]\nendpoint = \"ftp://x\"\n",
    ] {
        outrigger.config(toml);
        told.push(outrigger.run(["scan"]).fails_with(2).stderr);
    }
    for setting in ["realm = \"a/b\"", "ca = \"missing.pem\""] {
        outrigger.config(&format!(
            "[registry.\"127.0.0.1:1\"]\nendpoint = \"https://127.0.0.1:1\"\n{setting}\n"
        ));
        told.push(
            outrigger
                .run(["show", "127.0.0.1:1/acme/whale"])
                .fails_with(2)
                .stderr,
        );
    }
    shown!(told.concat(), @r#"
    error: [temp]/home/config.toml:2:16: `policy.pre-releases` must be true or false, and this is string
    error: [temp]/home/config.toml:2:15: `policy.minimum-age`: write a time as a number and a unit, `m`, `h`, `d` or `w`, such as `12h`
    error: [temp]/home/config.toml:2:20: `policy.bare-api-version`: write `minimum` or `exact`
    error: [temp]/home/config.toml:2:12: `host.platform`: `plan9` is not a platform: write system/architecture, such as `linux/amd64`, `windows/amd64` or `darwin/arm64`
    error: [temp]/home/config.toml:2:15: `host.api-version`: `new` is not a version of the Extension API: write one to three numbers, such as `0.4.2`
    error: [temp]/home/config.toml:2:9: `scan.every`: scan at most once a minute
    error: [temp]/home/config.toml:1:8: this is not valid TOML: unclosed table, expected `]`
    error: [temp]/home/config.toml:2:14: `limits.layer-size`: it is negative
    error: [temp]/home/config.toml:2:12: `registry."docker.io".endpoint`: `ftp://x` is not the address of an endpoint: its scheme is neither `https` nor `http`
    error: cannot read the settings of 127.0.0.1:1: `realm = `a/b`` is not a host with an optional port
    error: cannot list the tags of 127.0.0.1:1/acme/whale: certificates of `ca = "[temp]/home/missing.pem"`: failed to open file `[temp]/home/missing.pem`: No such file or directory (os error 2)
    "#);
}

#[test]
fn every_setting_is_shown_with_its_value_and_where_it_comes_from() {
    let outrigger = outrigger();
    outrigger.config("[host]\nplatform = \"linux/amd64\"\n");
    let shown = outrigger.run(["config", "show"]).ok().stdout;
    insta::assert_snapshot!(shown.replace(outrigger.surroundings().as_str(), "[here]"), @"
    home folder    [here]/home
    configuration  [here]/home/config.toml

    SETTING                  VALUE           FROM
    host.api-version         0.4.2           default
    host.platform            linux/amd64     [here]/home/config.toml:2:12
    policy.allow-list        -               default
    policy.pre-releases      false           default
    policy.minimum-age       0d              default
    policy.bare-api-version  minimum         default
    scan.every               12h             default
    scan.first               2m              default
    updates.automatic        off             default
    notices.show             desktop         default
    notices.webhook          -               default
    notices.command          -               default
    notices.quiet            -               default
    notices.mute             -               default
    service.listen           127.0.0.1:7811  default
    store.generations        2               default
    limits.archive-entries   100000          default
    limits.archive-size      16GiB           default
    limits.blob-cache        2GiB            default
    limits.blob-rate         1KiB            default
    limits.config-size       4MiB            default
    limits.entries           1000000         default
    limits.error-body        64KiB           default
    limits.index-entries     1024            default
    limits.layer-size        16GiB           default
    limits.layers            512             default
    limits.manifest-size     4MiB            default
    limits.metadata-entries  4096            default
    limits.metadata-nesting  32              default
    limits.metadata-size     1MiB            default
    limits.page-size         4MiB            default
    limits.pages             1000            default
    limits.path-length       4096            default
    limits.payload-files     200000          default
    limits.payload-size      8GiB            default
    limits.ratio             1200            default
    limits.redirects         5               default
    limits.repositories      100000          default
    limits.resumes           10              default
    limits.retries           2               default
    limits.tags              100000          default
    limits.token-size        64KiB           default
    limits.zstd-window       32MiB           default
    limits.connect-time      10s             default
    limits.document-time     60s             default
    limits.helper-time       10s             default
    limits.idle-time         30s             default
    limits.retry-after       5s              default
    limits.retry-time        30s             default
    ");
    outrigger
        .config(
            "[host]\napi-version = \"0.5\"\nplatform = \"windows/amd64\"\n\n[policy]\nallow-list = \"allow.txt\"\n\
             pre-releases = true\nminimum-age = \"3d\"\nbare-api-version = \"exact\"\n\n[scan]\nevery = \"30m\"\n\n\
             [updates]\nautomatic = \"patch\"\n[updates.extension]\n\"acme/whale\" = \"all\"\n\n\
             [registry.\"docker.io\"]\nendpoint = [\"http://127.0.0.1:5000\", \"https://mirror.example\"]\n\n\
             [registry.\"registry.corp.example:8443\"]\nca = \"corp.pem\"\nrealm = \"auth.example\"\n",
        )
        .allow("");
    fs_err::copy(
        "/etc/ssl/certs/ca-certificates.crt",
        outrigger.home().join("corp.pem"),
    )
    .ok();
    let document = outrigger.run(["config", "show", "--format", "json"]).ok().json();
    let set: Vec<_> = document["settings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|setting| setting["origin"] != "default")
        .map(|setting| {
            let text = |key: &str| setting[key].as_str().unwrap_or("-").to_owned();
            format!("{} = {} from {}", text("key"), text("value"), text("origin"))
        })
        .collect();
    shown!(set.join("\n"), @r#"
    host.api-version = 0.5 from [temp]/home/config.toml:2:15
    host.platform = windows/amd64 from [temp]/home/config.toml:3:12
    policy.allow-list = allow.txt from [temp]/home/config.toml:6:14
    policy.pre-releases = true from [temp]/home/config.toml:7:16
    policy.minimum-age = 3d from [temp]/home/config.toml:8:15
    policy.bare-api-version = exact from [temp]/home/config.toml:9:20
    scan.every = 30m from [temp]/home/config.toml:12:9
    updates.automatic = patch from [temp]/home/config.toml:15:13
    updates.extension."acme/whale" = all from [temp]/home/config.toml:17:16
    registry."docker.io".endpoint = http://127.0.0.1:[port], https://mirror.example from [temp]/home/config.toml:20:12
    registry."registry.corp.example:8443".ca = corp.pem from [temp]/home/config.toml:23:6
    registry."registry.corp.example:8443".realm = auth.example from [temp]/home/config.toml:24:9
    "#);
    assert_eq!(document["home"], json!(outrigger.home()));
}

#[test]
fn a_configuration_that_is_named_must_be_there() {
    let outrigger = outrigger();
    let elsewhere = outrigger.surroundings().join("other.toml");
    shown!(outrigger.run(["ls", "--config", elsewhere.as_str()]).fails_with(2).stderr, @"error: the configuration [temp]/other.toml does not exist");
    fs_err::write(&elsewhere, "[host]\napi-version = \"7.0\"\n").unwrap();
    let version = outrigger.run(["version", "--config", elsewhere.as_str()]).ok();
    assert!(version.stdout.contains("7.0"), "{}", version.stdout);
    let mut command = outrigger.command();
    command.env("OUTRIGGER_CONFIG", &elsewhere).arg("version");
    assert_eq!(Output::of(&mut command).ok().stdout, version.stdout);
}

#[test]
fn the_home_folder_is_where_flag_or_variable_say_or_the_platform() {
    let outrigger = outrigger();
    let home = |command: &mut std::process::Command| {
        command.args(["config", "show", "--format", "json"]);
        let document = Output::of(command).ok().json();
        document["home"]
            .as_str()
            .unwrap()
            .replace(outrigger.surroundings().as_str(), "[here]")
    };
    assert_eq!(home(&mut outrigger.command()), "[here]/home");
    assert_eq!(
        home(outrigger.command().args(["--home", "other"])),
        "[here]/other"
    );
    let mut command = outrigger.command();
    command.env_remove("OUTRIGGER_HOME");
    assert_eq!(home(&mut command), "[here]/.local/share/outrigger");
}

//! The configuration and the allow-list as files.

use camino::Utf8PathBuf;
use jiff::SignedDuration;
use model::api_version::BareApiVersion;
use model::automatic::{Level, Levels};
use store::allow_list_file::{self, AllowListFileError};
use store::configuration::{self, ConfigurationError, Origin, Settings};

use crate::support::Home;

fn home_with(configuration: &str) -> Home {
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    std::fs::write(home.path().join("config.toml"), configuration).unwrap();
    home
}

fn load(home: &Home) -> Result<Settings, ConfigurationError> {
    Settings::load(None, &home.path())
}

fn error_of(configuration: &str) -> String {
    let home = home_with(configuration);
    let error = load(&home).unwrap_err().to_string();
    error.replace(home.path().as_str(), "HOME")
}

#[test]
fn without_a_file_everything_has_its_default() {
    let home = Home::new();
    let settings = load(&home).unwrap();
    assert_eq!(settings.host.api_version.to_string(), "0.4.2");
    assert_eq!(settings.scan_every, SignedDuration::from_hours(12));
    assert_eq!(settings.policy, model::policy::Policy::default());
    assert_eq!(settings.updates, Levels::default());
    assert_eq!(settings.updates.usual, Level::Off);
    assert!(settings.registries.is_empty() && settings.allow_list_file.is_none());
    assert!(settings.notices.is_shown && settings.notices.webhook.is_none());
    assert!(settings.notices.command.is_empty() && settings.notices.muted.is_empty());
    assert!(
        settings
            .entries()
            .iter()
            .all(|entry| entry.origin == Origin::Default)
    );
    let shown = |key: &str| {
        let entry = settings.entries().iter().find(|entry| entry.key == key).unwrap();
        entry.value.clone()
    };
    assert_eq!(shown("policy.minimum-age").as_deref(), Some("0d"));
    assert_eq!(shown("policy.bare-api-version").as_deref(), Some("minimum"));
    assert_eq!(shown("scan.every").as_deref(), Some("12h"));
    assert_eq!(shown("updates.automatic").as_deref(), Some("off"));
    assert_eq!(shown("host.api-version").as_deref(), Some("0.4.2"));
    assert_eq!(shown("policy.allow-list"), None);
    assert!(!home.path().exists());
}

#[test]
fn a_file_that_was_named_must_exist() {
    let home = Home::new();
    let named = home.path().join("other.toml");
    let error = Settings::load(Some(&named), &home.path()).unwrap_err();
    assert!(
        matches!(&error, ConfigurationError::Missing { path } if *path == named),
        "{error}"
    );
}

#[test]
fn an_empty_path_names_no_file() {
    let home = home_with("");
    let error = Settings::load(Some("".into()), &home.path()).unwrap_err();
    assert!(matches!(error, ConfigurationError::EmptyPath), "{error}");
}

#[test]
fn every_setting_of_the_contract_is_read() {
    let home = home_with(
        r#"
[host]
api-version = "0.3"
platform = "windows/amd64"
[policy]
allow-list = "allow.txt"
pre-releases = true
minimum-age = "3d"
bare-api-version = "exact"
[scan]
every = "90m"
[updates]
automatic = "minor"
[updates.extension]
"acme/porthole" = "off"
"registry.corp.example:8443/whale" = "all"
[notices]
show = "off"
webhook = "https://hooks.example/services/hunter2"
command = ["notify-all", "--urgent"]
quiet = "22:00-7:00"
mute = ["acme/porthole", "docker.io/acme/tide"]
[registry."docker.io"]
endpoint = "http://127.0.0.1:5000"
[registry."registry.corp.example:8443"]
endpoint = ["https://one.example", "https://two.example"]
insecure = true
ca = "corp.pem"
realm = "auth.example"
[limits]
layer-size = "16GiB"
ratio = 1200
connect-time = "5s"
"#,
    );
    std::fs::write(home.path().join("allow.txt"), "acme/\n").unwrap();
    let settings = load(&home).unwrap();
    assert_eq!(settings.host.platform.to_string(), "windows/amd64");
    assert_eq!(settings.host.api_version.to_string(), "0.3.0");
    assert!(settings.policy.pre_releases);
    assert_eq!(settings.policy.minimum_age, SignedDuration::from_hours(72));
    assert_eq!(settings.policy.bare_api_version, BareApiVersion::Exact);
    assert_eq!(settings.policy.allow_list.unwrap().patterns().len(), 1);
    assert_eq!(settings.allow_list_file.unwrap(), home.path().join("allow.txt"));
    assert_eq!(settings.scan_every, SignedDuration::from_mins(90));
    let level_of = |id: &str| settings.updates.of(&id.parse().unwrap());
    assert_eq!(level_of("docker.io/acme/porthole"), Level::Off);
    assert_eq!(level_of("registry.corp.example:8443/whale"), Level::All);
    assert_eq!(level_of("acme/whale"), Level::Minor);
    let notices = &settings.notices;
    assert!(!notices.is_shown);
    let webhook = notices.webhook.as_ref().unwrap().expose();
    assert_eq!(webhook, "https://hooks.example/services/hunter2");
    assert_eq!(notices.command, ["notify-all", "--urgent"]);
    assert_eq!(notices.quiet.unwrap().to_string(), "22:00-07:00");
    let muted: Vec<_> = notices.muted.iter().map(ToString::to_string).collect();
    assert_eq!(muted, ["docker.io/acme/porthole", "docker.io/acme/tide"]);
    let docker = &settings.registries["docker.io"];
    assert_eq!(docker.endpoints, ["http://127.0.0.1:5000"]);
    assert!(!docker.insecure && docker.ca.is_none() && docker.realm.is_none());
    let corp = &settings.registries["registry.corp.example:8443"];
    assert_eq!(corp.endpoints, ["https://one.example", "https://two.example"]);
    assert_eq!(corp.ca.as_deref(), Some(home.path().join("corp.pem").as_path()));
    assert!(corp.insecure);
    assert_eq!(corp.realm.as_deref(), Some("auth.example"));
    assert_eq!(settings.limits.layer_size, Some(16 << 30));
    assert_eq!(settings.limits.ratio, Some(1200));
    assert_eq!(settings.limits.connect_time, Some(SignedDuration::from_secs(5)));
    assert_eq!(settings.limits.layers, None);
}

#[test]
fn each_setting_says_where_it_comes_from() {
    let home = home_with(
        "[scan]\n  every = \"1d\"\n[registry.\"docker.io\"]\nendpoint = [\"https://a\", \"https://b\"]\n\
         [updates.extension]\n\"acme/whale\" = \"patch\"\n",
    );
    let settings = load(&home).unwrap();
    let place_of = |key: &str| {
        let entry = settings.entries().iter().find(|entry| entry.key == key).unwrap();
        match &entry.origin {
            Origin::File(at) => (entry.value.clone().unwrap(), at.line, at.column),
            Origin::Default => panic!("{key} stands in the file"),
        }
    };
    assert_eq!(place_of("scan.every"), ("1d".to_owned(), 2, 11));
    assert_eq!(
        place_of("registry.\"docker.io\".endpoint"),
        ("https://a, https://b".to_owned(), 4, 12)
    );
    assert_eq!(
        place_of("updates.extension.\"acme/whale\""),
        ("patch".to_owned(), 6, 16)
    );
}

#[test]
fn the_address_of_a_webhook_is_not_shown() {
    let home = home_with("[notices]\nwebhook = \"https://hooks.example/services/hunter2\"\n");
    let settings = load(&home).unwrap();
    let mut entries = settings.entries().iter();
    let shown = entries.find(|entry| entry.key == "notices.webhook").unwrap();
    assert_eq!(shown.value.as_deref(), Some("https://hooks.example/…"));
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn an_unknown_key_is_pointed_at() {
    assert_eq!(
        error_of("[policy]\nminimum-agee = \"3d\"\n"),
        "HOME/config.toml:2:1: unknown key `policy.minimum-agee`; did you mean `minimum-age`?"
    );
    assert_eq!(
        error_of("\n[polcy]\n"),
        "HOME/config.toml:2:2: unknown key `polcy`; did you mean `policy`?"
    );
    assert_eq!(
        error_of("[scan]\n  xyz = 1\n"),
        "HOME/config.toml:2:3: unknown key `scan.xyz`"
    );
    assert_eq!(
        error_of("colour = true"),
        "HOME/config.toml:1:1: unknown key `colour`"
    );
    assert_eq!(
        error_of("[registry.\"docker.io\"]\nendpoints = \"x\"\n"),
        "HOME/config.toml:2:1: unknown key `registry.\"docker.io\".endpoints`; did you mean `endpoint`?"
    );
    assert!(error_of("[limits]\nlayer-sizes = 1").contains("did you mean `layer-size`?"));
}

#[test]
fn a_wrong_value_is_pointed_at() {
    for (configuration, words) in [
        (
            "[scan]\nevery = 12",
            "2:9: `scan.every` must be a text, and this is integer",
        ),
        ("[scan]\nevery = \"12\"", "2:9: `scan.every`: write a time"),
        ("[scan]\nevery = \"1s\"", "at most once a minute"),
        (
            "[updates]\nautomatic = \"major\"",
            "2:13: `updates.automatic`: write `off`, `patch`, `minor` or `all`",
        ),
        (
            "[updates]\nautomatic = true",
            "`updates.automatic` must be a text",
        ),
        ("[updates]\nextension = \"all\"", "must be a table"),
        (
            "[updates.extension]\n\"acme/whale:1.2\" = \"all\"",
            "2:20: `updates.extension.acme/whale:1.2`: ",
        ),
        (
            "[updates.extension]\n\"acme/whale\" = \"some\"",
            "`updates.extension.acme/whale`: write `off`, `patch`",
        ),
        (
            "[updates.extension]\n\"acme/whale\" = \"all\"\n\"docker.io/acme/whale\" = \"off\"",
            "3:26: `updates.extension.docker.io/acme/whale`: docker.io/acme/whale has a level already",
        ),
        ("scan = 3", "1:8: `scan` must be a table"),
        ("[policy]\npre-releases = \"yes\"", "must be true or false"),
        (
            "[policy]\nbare-api-version = \"max\"",
            "write `minimum` or `exact`",
        ),
        ("[policy]\nallow-list = \"\"", "the path is empty"),
        ("[host]\napi-version = \"new\"", "2:15: `host.api-version`"),
        ("[host]\nplatform = \"plan9/amd64\"", "2:12: `host.platform`"),
        ("[host]\nplatform = \"linux\"", "2:12: `host.platform`"),
        ("[notices]\nshow = \"loud\"", "write `desktop` or `off`"),
        (
            "[notices]\nquiet = \"22-7\"",
            "2:9: `notices.quiet`: write two times",
        ),
        ("[notices]\nquiet = \"07:00-07:00\"", "they begin when they end"),
        ("[notices]\ncommand = []", "the list is empty"),
        ("[notices]\ncommand = \"\"", "the name of the program is empty"),
        ("[notices]\nmute = [\"acme/\"]", "2:8: `notices.mute`: `acme/`"),
        ("[notices]\nwebhook = 1", "`notices.webhook` must be a text"),
        ("[limits]\nlayers = -1", "it is negative"),
        ("[limits]\nlayers = \"many\"", "write an amount"),
        ("[limits]\nidle-time = 3", "`limits.idle-time` must be a text"),
        ("[registry]\n\"docker.io\" = 1", "must be a table"),
        ("[registry.\"docker.io\"]\nendpoint = []", "the list is empty"),
        (
            "[registry.\"docker.io\"]\nendpoint = [1]",
            "a text or a list of texts",
        ),
        (
            "[registry.\"https://docker.io\"]\n",
            "not the address of a registry",
        ),
        ("[registry.\"index.docker.io\"]\n", "write `docker.io`"),
        ("[registry.acme]\n", "not the address of a registry"),
        ("[scan\n", "HOME/config.toml:1:6: this is not valid TOML"),
        (
            "[scan]\nevery = \"1d\"\nevery = \"2d\"\n",
            "HOME/config.toml:3:1: this is not valid TOML",
        ),
    ] {
        let error = error_of(configuration);
        assert!(error.contains(words), "{configuration:?}: {error}");
        assert!(error.starts_with("HOME/config.toml:"), "{error}");
    }
}

#[test]
fn a_configured_allow_list_must_exist_and_be_understood() {
    let home = home_with("[policy]\nallow-list = \"allow.txt\"\n");
    let error = load(&home).unwrap_err();
    assert!(
        matches!(
            error,
            ConfigurationError::AllowList(AllowListFileError::Missing { .. })
        ),
        "{error}"
    );
    std::fs::write(home.path().join("allow.txt"), "acme/whale\n\nnot a pattern\n").unwrap();
    let error = load(&home).unwrap_err().to_string();
    assert!(error.contains("allow.txt") && error.contains("line 3"), "{error}");
}

#[test]
fn naming_an_allow_list_keeps_the_rest_of_the_configuration() {
    let text = "# mine\n[policy] # rules\npre-releases = true # yes\n\n[scan]\nevery = \"1d\"\n";
    let home = home_with(text);
    let file = home.path().join("config.toml");
    configuration::set_allow_list(&file, "allow.txt".into()).unwrap();
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "# mine\n[policy] # rules\npre-releases = true # yes\nallow-list = \"allow.txt\"\n\n[scan]\nevery = \"1d\"\n"
    );
}

#[test]
fn naming_an_allow_list_works_whatever_the_configuration_holds() {
    let home = Home::new();
    let file = home.path().join("config.toml");
    configuration::set_allow_list(&file, "allow.txt".into()).unwrap();
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "[policy]\nallow-list = \"allow.txt\"\n"
    );
    for configuration in [
        "policy = { pre-releases = true }\n",
        "policy.pre-releases = true\n",
        "[scan]\nevery = \"1d\"",
    ] {
        std::fs::write(&file, configuration).unwrap();
        configuration::set_allow_list(&file, "allow.txt".into()).unwrap();
        std::fs::write(home.path().join("allow.txt"), "").unwrap();
        assert!(
            load(&home).unwrap().policy.allow_list.is_some(),
            "{configuration}"
        );
    }
    std::fs::write(&file, "policy = 3").unwrap();
    assert!(matches!(
        configuration::set_allow_list(&file, "allow.txt".into()),
        Err(ConfigurationError::WrongType { .. })
    ));
}

fn list_with(text: &str) -> (Home, Utf8PathBuf) {
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    let path = home.path().join("allow.txt");
    std::fs::write(&path, text).unwrap();
    (home, path)
}

#[test]
fn patterns_come_and_go_while_comments_and_order_stay() {
    let (_home, path) = list_with("# ours\nacme/whale # the whale\n\n  docker.io/acme/squid\nacme/");
    let text = || std::fs::read_to_string(&path).unwrap();
    assert!(allow_list_file::add(&path, &"acme/crab:^1.2".parse().unwrap()).unwrap());
    assert_eq!(
        text(),
        "# ours\nacme/whale # the whale\n\n  docker.io/acme/squid\nacme/\ndocker.io/acme/crab:^1.2\n"
    );
    assert!(allow_list_file::remove(&path, &"acme/squid".parse().unwrap()).unwrap());
    assert!(allow_list_file::remove(&path, &"docker.io/acme/whale".parse().unwrap()).unwrap());
    assert_eq!(text(), "# ours\n\nacme/\ndocker.io/acme/crab:^1.2\n");
}

#[test]
fn what_would_change_nothing_writes_nothing() {
    let (_home, path) = list_with("acme/whale\n");
    let before = path.metadata().unwrap().modified().unwrap();
    assert!(!allow_list_file::add(&path, &"docker.io/acme/whale".parse().unwrap()).unwrap());
    assert!(!allow_list_file::remove(&path, &"acme/squid".parse().unwrap()).unwrap());
    assert_eq!(path.metadata().unwrap().modified().unwrap(), before);
}

#[test]
fn a_list_that_cannot_be_understood_is_not_changed() {
    let (_home, path) = list_with("acme/whale\nnot a pattern\n");
    for result in [
        allow_list_file::add(&path, &"acme/squid".parse().unwrap()),
        allow_list_file::remove(&path, &"acme/whale".parse().unwrap()),
    ] {
        assert!(matches!(result, Err(AllowListFileError::Line { .. })));
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "acme/whale\nnot a pattern\n"
    );
}

#[test]
fn a_list_is_created_once() {
    let home = Home::new();
    let path = home.path().join("allow.txt");
    allow_list_file::create(&path).unwrap();
    assert!(allow_list_file::load(&path).unwrap().patterns().is_empty());
    assert!(matches!(
        allow_list_file::create(&path),
        Err(AllowListFileError::Exists { .. })
    ));
}

#[cfg(unix)]
#[test]
fn a_list_behind_a_link_is_changed_where_it_lies_and_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt as _;
    let (home, path) = list_with("acme/whale\n");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let link = home.path().join("link.txt");
    std::os::unix::fs::symlink("allow.txt", &link).unwrap();
    allow_list_file::add(&link, &"acme/squid".parse().unwrap()).unwrap();
    assert!(link.is_symlink());
    assert_eq!(allow_list_file::load(&path).unwrap().patterns().len(), 2);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
}

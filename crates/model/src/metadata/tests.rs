use proptest::prelude::*;

use super::*;
use crate::platform::System;

fn parse(text: &str) -> Metadata {
    Metadata::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn refusal(text: &str) -> String {
    match Metadata::parse(text.as_bytes()) {
        Ok(metadata) => panic!("{text} gives {metadata:?}"),
        Err(error) => error.to_string(),
    }
}

fn path(text: &str) -> ImagePath {
    ImagePath::parse(text).unwrap()
}

fn warnings(metadata: &Metadata) -> Vec<String> {
    metadata.warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn the_form_of_today_is_read_completely() {
    let metadata = parse(
        r#"{
            "icon": "/img/whale.svg",
            "ui": {"dashboard-tab": {
                "title": "Whale", "root": "/ui", "src": "index.html?v1.0#top",
                "backend": {"socket": "Whale.sock", "tcp": "9000"}
            }},
            "vm": {"composefile": "/compose/compose.yaml", "exposes": {"socket": "whale.sock"}},
            "host": {"binaries": [
                {"linux": [{"path": "/linux/whale"}, {"path": "/shared/"}], "darwin": [{"path": "darwin/whale"}]},
                {"linux": [{"path": "/shared"}, {"path": "/data/whale.properties"}]}
            ], "x-rd-install": {"linux": ["whale"]}},
            "something-new": [1, 2]
        }"#,
    );
    assert_eq!(metadata.icon, Some(path("img/whale.svg")));
    let tab = Tab {
        name: "dashboard-tab".to_owned(),
        title: Some("Whale".to_owned()),
        root: path("ui"),
        src: path("index.html"),
        address: "index.html?v1.0#top".to_owned(),
        socket: Some("Whale.sock".to_owned()),
    };
    assert_eq!(metadata.tabs, [tab]);
    let vm = Vm {
        image: None,
        compose_file: Some(path("compose/compose.yaml")),
        socket: Some("whale.sock".to_owned()),
    };
    assert_eq!(metadata.vm, Some(vm));
    let linux = [path("linux/whale"), path("shared"), path("data/whale.properties")];
    assert_eq!(metadata.host.of(System::Linux), linux);
    assert_eq!(metadata.host.of(System::Darwin), [path("darwin/whale")]);
    assert_eq!(metadata.host.of(System::Windows), []);
    assert_eq!(metadata.warnings(), []);
}

#[test]
fn every_section_is_optional_and_null_is_absent() {
    for text in [
        "{}",
        "\u{feff}{}",
        r#"{"icon": null, "ui": null, "vm": null, "host": null}"#,
        r#"{"icon": "", "ui": {}, "host": {}}"#,
        r#"{"ui": {"dashboard-tab": null}, "host": {"binaries": null}}"#,
        r#"{"host": {"binaries": [{"linux": null, "windows": []}]}}"#,
    ] {
        assert_eq!(parse(text), Metadata::default(), "{text}");
    }
}

#[test]
fn the_forms_of_2021_are_read() {
    for (form, expected) in [
        (r#""/darwin/whale""#, "darwin/whale"),
        (r#"{"path": "/darwin/whale"}"#, "darwin/whale"),
        (r#"["/darwin/whale"]"#, "darwin/whale"),
    ] {
        let metadata = parse(&format!(r#"{{"host": {{"binaries": [{{"darwin": {form}}}]}}}}"#));
        assert_eq!(metadata.host.of(System::Darwin), [path(expected)], "{form}");
        assert_eq!(metadata.warnings(), [], "{form}");
    }
    let first = parse(r#"{"desktop-plugin-version": "1.0", "desktop-plugin-name": "Whale\nwatch"}"#);
    assert_eq!(first.name.as_deref(), Some("Whale watch"));
    assert_eq!(
        warnings(&first),
        ["metadata.json: `desktop-plugin-version` is obsolete and ignored"]
    );
    let second = parse(r#"{"name": "Whale", "provider": "Acme", "desktop-plugin-name": "Older"}"#);
    assert_eq!(
        (second.name.as_deref(), second.provider.as_deref()),
        (Some("Whale"), Some("Acme"))
    );
    assert_eq!(second.warnings(), []);
    assert_eq!(parse(r#"{"name": 1, "provider": {}}"#), Metadata::default());
}

#[test]
fn what_2021_said_and_nobody_does_any_more_is_ignored_with_a_warning() {
    let metadata = parse(
        r#"{
            "vm": {"image": "acme/whale", "isolation": "docekrd",
                   "exposes": {"socket": "w.sock", "host-socket": "h.sock", "named-pipe": "\\\\.\\pipe\\w"}},
            "host": {"binaries": [{"windows": [
                {"command": "setup.ps1", "args": []},
                {"assetsPath": "/windows", "script": "setup.ps1"},
                {"path": "/windows", "install": {"command": "setup.ps1", "requiresAdmin": true}}
            ]}]}
        }"#,
    );
    assert_eq!(metadata.host.of(System::Windows), [path("windows")]);
    assert_eq!(
        warnings(&metadata),
        [
            "metadata.json: `vm.exposes.host-socket` is obsolete and ignored",
            "metadata.json: `vm.exposes.named-pipe` is obsolete and ignored",
            "metadata.json: `vm.isolation` is obsolete and ignored",
            "metadata.json: `host.binaries[0].windows[0]` brings no file and is ignored",
            "metadata.json: `host.binaries[0].windows[1]` brings no file and is ignored",
            "metadata.json: `host.binaries[0].windows[2].install` is obsolete and ignored",
        ]
    );
}

#[test]
fn what_is_odd_is_accepted_with_a_warning() {
    for (text, warning) in [
        (r#"{"vm": {}}"#, "names neither"),
        (
            r#"{"vm": {"image": "a", "composefile": "b"}}"#,
            "the compose file counts",
        ),
        (
            r#"{"vm": {"image": "a", "exposes": {"socket": "../x"}}}"#,
            "`vm.exposes.socket` is not a plain file name",
        ),
        (
            r#"{"ui": {"dashboard-tab": {"root": "ui"}}}"#,
            "index.html is taken",
        ),
        (
            r#"{"ui": {"dashboard-tab": {"root": "ui", "src": "?v=1"}}}"#,
            "index.html is taken",
        ),
        (r#"{"ui": {"other-place": "?"}}"#, "`ui.other-place` is not a tab"),
    ] {
        let found = warnings(&parse(text));
        assert!(
            found.len() == 1 && found[0].contains(warning),
            "{text}: {found:?}"
        );
    }
    let tab = &parse(r#"{"ui": {"dashboard-tab": {"root": "/", "src": "/?v=1"}}}"#).tabs[0];
    assert_eq!(
        (tab.src.as_str(), tab.address.as_str()),
        ("index.html", "index.html?v=1")
    );
    assert!(tab.root.is_root());
}

#[test]
fn a_refusal_says_where_what_is_there_and_what_must_be() {
    for (text, message) in [
        ("", "not JSON"),
        ("{\"icon\": \"a\",}", "not JSON"),
        ("{\"icon\": \"\u{0}\"}", "not JSON"),
        ("[]", "`(root)` is a list, and must be an object"),
        (r#"{"icon": 1}"#, "`icon` is a number, and must be a text"),
        (r#"{"ui": []}"#, "`ui` is a list, and must be an object"),
        (
            r#"{"ui": {"dashboard-tab": "x"}}"#,
            "`ui.dashboard-tab` is a text, and must be an object",
        ),
        (
            r#"{"ui": {"dashboard-tab": {"src": "x"}}}"#,
            "`ui.dashboard-tab.root` is missing",
        ),
        (
            r#"{"ui": {"dashboard-tab": {"root": true}}}"#,
            "`ui.dashboard-tab.root` is a boolean",
        ),
        (
            r#"{"ui": {"dashboard-tab": {"root": "../ui"}}}"#,
            "`ui.dashboard-tab.root`: `../ui` is not a plain path",
        ),
        (
            r#"{"ui": {"dashboard-tab": {"root": "u", "src": "../x"}}}"#,
            "`ui.dashboard-tab.src`: `../x`",
        ),
        (
            r#"{"ui": {"dashboard-tab": {"root": "u", "backend": "x"}}}"#,
            "`ui.dashboard-tab.backend` is a text",
        ),
        (r#"{"vm": "x"}"#, "`vm` is a text, and must be an object"),
        (r#"{"vm": {"composefile": "a\\b"}}"#, "backslash"),
        (
            r#"{"vm": {"composefile": "/"}}"#,
            "`vm.composefile` names the root of the image",
        ),
        (r#"{"icon": "."}"#, "`icon` names the root of the image"),
        (
            r#"{"host": {"binaries": {}}}"#,
            "`host.binaries` is an object, and must be a list",
        ),
        (
            r#"{"host": {"binaries": ["x"]}}"#,
            "`host.binaries[0]` is a text, and must be an object",
        ),
        (
            r#"{"host": {"binaries": [{"linux": [7]}]}}"#,
            "`host.binaries[0].linux[0]` is a number",
        ),
        (
            r#"{"host": {"binaries": [{"linux": [{}]}]}}"#,
            "`host.binaries[0].linux[0].path` is missing",
        ),
        (r#"{"host": {"binaries": [{"linux": "/a\u0000b"}]}}"#, "NUL"),
        (
            r#"{"host": {"binaries": [{"linux": "C:/whale"}]}}"#,
            "drive letter",
        ),
        (
            r#"{"host": {"binaries": [{"windows": "/"}]}}"#,
            "names the root of the image",
        ),
    ] {
        let found = refusal(text);
        assert!(found.contains(message), "{text}: {found}");
    }
}

#[test]
fn the_name_of_a_tab_must_be_able_to_be_a_folder() {
    for name in [
        "..",
        ".",
        "",
        "a/b",
        "/a",
        "a\\\\b",
        "\\u0000",
        "a\\nb",
        "C:",
        &"a".repeat(256),
    ] {
        let found = refusal(&format!(r#"{{"ui": {{"{name}": {{"root": "ui"}}}}}}"#));
        assert!(found.contains("not a plain file name"), "{name}: {found}");
    }
}

#[test]
fn every_limit_is_named_with_its_setting() {
    let nested = |levels: usize| {
        format!(
            r#"{{"x":{}"[{{\"["{}}}"#,
            "[".repeat(levels - 1),
            "]".repeat(levels - 1)
        )
    };
    let limits = MetadataLimits {
        entries: 2,
        ..MetadataLimits::default()
    };
    parse(&nested(32)); // brackets in texts do not count
    for (text, setting) in [
        (nested(33), "limits.metadata-nesting"),
        (nested(100_000), "limits.metadata-nesting"),
        (" ".repeat(MAX_METADATA) + "{}", "limits.metadata-size"),
        (
            r#"{"host": {"binaries": [{"linux": ["a", "b"]}, {"linux": "c"}]}}"#.to_owned(),
            "limits.metadata-entries",
        ),
        (
            r#"{"ui": {"a": {}, "b": {}, "c": {}}}"#.to_owned(),
            "limits.metadata-entries",
        ),
    ] {
        let error = Metadata::parse_within(text.as_bytes(), &limits)
            .unwrap_err()
            .to_string();
        assert!(error.contains(setting), "{error}");
    }
    let within = parse(&(" ".repeat(MAX_METADATA - 2) + "{}"));
    assert_eq!(within, Metadata::default());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Metadata::parse(&bytes);
    }

    #[test]
    fn whatever_is_accepted_stays_inside_the_image(
        root in "[./a\\\\\u{0}]{1,6}", src in "[./a?#\\\\]{0,6}", binary in "[./a:C]{1,6}"
    ) {
        let text = serde_json::json!({
            "ui": {"dashboard-tab": {"root": root, "src": src}},
            "host": {"binaries": [{"linux": [{"path": binary}]}]},
        });
        if let Ok(metadata) = Metadata::parse(text.to_string().as_bytes()) {
            let tab = &metadata.tabs[0];
            for path in [&tab.root, &tab.src, &metadata.host.of(System::Linux)[0]] {
                prop_assert!(!path.as_str().starts_with('/'));
                prop_assert!(path.as_str().split('/').all(|part| !matches!(part, ".." | ".")));
            }
        }
    }
}

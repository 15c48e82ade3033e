//! Each rule with facts that break it, and with facts that do not.

use std::collections::{BTreeMap, BTreeSet};

use model::labels::names;
use model::{ImagePath, Platform};

use super::*;
use crate::files::Oddities;
use crate::inspect::{
    Binary, Content, FileFacts, Format, Icon, ImageFacts, LabelSource, LabelValue, MetadataFacts,
};
use crate::text::SourceText;

const METADATA: &str = r#"{
  "icon": "icon.svg",
  "ui": { "dashboard-tab": { "title": "Whales", "root": "/ui", "src": "index.html" } },
  "vm": { "composefile": "compose.yaml" },
  "host": { "binaries": [{ "linux": [{ "path": "/linux/whale" }] }] }
}"#;

/// A release of which no rule complains.
fn good() -> Inspected {
    let labels = [
        (names::TITLE, "Whale Watch"),
        (names::DESCRIPTION, "Watches whales"),
        (names::VENDOR, "Acme"),
        (names::API_VERSION, ">= 0.3.0"),
        (names::ICON, "https://acme.example/icon.svg"),
        (
            names::SCREENSHOTS,
            r#"[{"alt":"a","url":"https://acme.example/1.png"}]"#,
        ),
        (names::DETAILED_DESCRIPTION, "<p>Watches <b>whales</b></p>"),
        (names::PUBLISHER_URL, "https://acme.example"),
        (names::CHANGELOG, "More whales"),
        (names::CATEGORIES, "utility-tools"),
    ];
    let labels: BTreeMap<_, _> = labels
        .map(|(label, value)| (label.to_owned(), value.to_owned()))
        .into();
    Inspected {
        subject: "whale".to_owned(),
        metadata: Some(MetadataFacts::read("metadata.json", METADATA.as_bytes())),
        labels: Some(LabelSource::of_image(&labels)),
        compose: Some(SourceText::yaml(
            "compose.yaml",
            "services:\n  web:\n    image: acme/whale\n",
        )),
        images: ["amd64", "arm64"].map(image).into(),
        tag: Some("1.2.0".parse().unwrap()),
        is_published_form: true,
        ..Inspected::default()
    }
}

fn image(architecture: &str) -> ImageFacts {
    let content = |path: &str| match path {
        "icon.svg" => Content::Icon(Some(Icon {
            size: Some((48.0, 48.0)),
            foreign: Vec::new(),
        })),
        "ui/index.html" => page("<script src=main.js></script>"),
        "linux/whale" => program(Format::Elf, architecture),
        _ => Content::Unseen,
    };
    let files = [
        "compose.yaml",
        "icon.svg",
        "linux/whale",
        "metadata.json",
        "ui/index.html",
    ];
    let facts = |path: &str| FileFacts {
        size: 100,
        executable: Some(true),
        content: content(path),
    };
    ImageFacts {
        platform: Some(Platform::new("linux", architecture, None)),
        files: files
            .map(|path| (ImagePath::parse(path).unwrap(), facts(path)))
            .into(),
        is_complete: true,
        ..ImageFacts::default()
    }
}

fn page(html: &str) -> Content {
    Content::Page(SourceText::plain("ui/index.html", html))
}

fn program(format: Format, architecture: &str) -> Content {
    let architectures = vec![crate::inspect::Architecture(architecture.to_owned())];
    Content::Binary(Binary::Program {
        format,
        architectures,
    })
}

fn with_metadata(text: &str) -> Inspected {
    Inspected {
        metadata: Some(MetadataFacts::read("metadata.json", text.as_bytes())),
        ..good()
    }
}

fn with_label(label: &str, value: &str) -> Inspected {
    let mut inspected = good();
    let labels = inspected.labels.as_mut().unwrap();
    labels
        .values
        .insert(label.to_owned(), LabelValue::Known(value.to_owned()));
    inspected
}

fn without_label(label: &str) -> Inspected {
    let mut inspected = good();
    inspected.labels.as_mut().unwrap().values.remove(label);
    inspected
}

fn with_file(path: &str, content: Content) -> Inspected {
    let mut inspected = good();
    let file = FileFacts {
        size: 100,
        executable: Some(true),
        content,
    };
    for image in &mut inspected.images {
        image.files.insert(ImagePath::parse(path).unwrap(), file.clone());
    }
    inspected
}

fn with_compose(text: &str) -> Inspected {
    Inspected {
        compose: Some(SourceText::yaml("compose.yaml", text)),
        ..good()
    }
}

fn with_tag(tag: &str) -> Inspected {
    Inspected {
        tag: Some(tag.parse().unwrap()),
        ..good()
    }
}

fn changed(change: impl FnOnce(&mut Inspected)) -> Inspected {
    let mut inspected = good();
    change(&mut inspected);
    inspected
}

fn codes(inspected: Inspected) -> BTreeSet<&'static str> {
    judge(inspected)
        .diagnostics
        .iter()
        .map(|found| found.rule.code)
        .collect()
}

/// For each rule, facts that break it.
fn bad() -> Vec<(&'static str, Inspected)> {
    let all = [bad_metadata(), bad_labels(), bad_files(), bad_releases()];
    all.into_iter().flatten().collect()
}

fn bad_metadata() -> Vec<(&'static str, Inspected)> {
    let tab =
        |rest: &str| format!(r#"{{"icon":"icon.svg","ui":{{"dashboard-tab":{{"root":"/ui",{rest}}}}}}}"#);
    vec![
        ("metadata-missing", changed(|it| it.metadata = None)),
        ("metadata-invalid", with_metadata("{,}")),
        ("metadata-invalid", with_metadata(&tab(r#""src":"../x""#))),
        ("metadata-unknown-key", with_metadata(r#"{"version":"1"}"#)),
        (
            "metadata-ignored-key",
            with_metadata(&tab(r#""src":"index.html","titel":"x""#)),
        ),
        ("metadata-obsolete", with_metadata(r#"{"name":"x"}"#)),
        (
            "metadata-obsolete",
            with_metadata(r#"{"vm":{"image":"x","isolation":"dockerd"}}"#),
        ),
        ("metadata-unclear", with_metadata(&tab(r#""title":"x""#))),
        ("metadata-empty", with_metadata("{}")),
        ("tab-title", with_metadata(&tab(r#""src":"index.html""#))),
        ("icon-missing", with_metadata(r#"{"vm":{"image":"x"}}"#)),
    ]
}

fn bad_labels() -> Vec<(&'static str, Inspected)> {
    vec![
        ("label-required", without_label(names::TITLE)),
        ("label-required", with_label(names::API_VERSION, " ")),
        ("label-recommended", without_label(names::CHANGELOG)),
        ("label-recommended", with_label(names::VENDOR, "")),
        (
            "label-not-a-list",
            with_label(names::SCREENSHOTS, "https://a.example/1.png"),
        ),
        ("label-not-a-list", with_label(names::ADDITIONAL_URLS, "{}")),
        ("label-odd", with_label(names::SCREENSHOTS, r#"[{"alt":"x"}]"#)),
        ("label-unknown", with_label("com.docker.extension.category", "x")),
        ("label-address", with_label(names::ICON, "icon.svg")),
        ("label-html", with_label(names::CHANGELOG, "<p onclick=x>y")),
        ("label-html", with_label(names::CHANGELOG, "<iframe>")),
        (
            "label-inherited",
            with_label("org.opencontainers.image.version", "24.16.0"),
        ),
        (
            "labels-old-dialect",
            changed(|it| {
                let values = &mut it.labels.as_mut().unwrap().values;
                values.remove(names::VENDOR);
                values.insert(
                    names::PLUGIN_VENDOR.to_owned(),
                    LabelValue::Known("Acme".to_owned()),
                );
            }),
        ),
        ("labels-unseen", changed(|it| it.labels = None)),
        ("title-word", with_label(names::TITLE, "Whale Extension")),
        ("category-unknown", with_label(names::CATEGORIES, "whales")),
        ("api-version-invalid", with_label(names::API_VERSION, "new")),
        ("api-version-bare", with_label(names::API_VERSION, "0.3.4")),
    ]
}

fn bad_files() -> Vec<(&'static str, Inspected)> {
    vec![
        (
            "file-missing",
            changed(|it| {
                it.images[1]
                    .files
                    .remove(&ImagePath::parse("linux/whale").unwrap());
            }),
        ),
        ("file-name", with_file("ui/con.js", Content::Unseen)),
        ("file-name", with_file("ui/Index.html", Content::Unseen)),
        (
            "file-name",
            changed(|it| {
                it.oddities.bad_names = vec![("ui/a\\b".to_owned(), "x".to_owned())];
            }),
        ),
        (
            "file-link",
            changed(|it| {
                it.oddities = Oddities {
                    links_outside: vec!["ui/x".to_owned()],
                    ..Oddities::default()
                };
            }),
        ),
        (
            "binary-format",
            with_file("linux/whale", program(Format::Pe, "amd64")),
        ),
        (
            "binary-architecture",
            with_file("linux/whale", program(Format::Elf, "amd64")),
        ),
        (
            "binary-not-executable",
            changed(|it| {
                let file = it.images[0]
                    .files
                    .get_mut(&ImagePath::parse("linux/whale").unwrap())
                    .unwrap();
                file.executable = Some(false);
            }),
        ),
        ("icon-unreadable", with_file("icon.svg", Content::Icon(None))),
        (
            "icon-size",
            with_file(
                "icon.svg",
                Content::Icon(Some(Icon {
                    size: Some((16.0, 16.0)),
                    foreign: Vec::new(),
                })),
            ),
        ),
        (
            "icon-foreign",
            with_file(
                "icon.svg",
                Content::Icon(Some(Icon {
                    size: None,
                    foreign: vec!["<script>".to_owned()],
                })),
            ),
        ),
        (
            "page-absolute-path",
            with_file("ui/index.html", page("<link href=/x.css>")),
        ),
    ]
}

fn bad_releases() -> Vec<(&'static str, Inspected)> {
    vec![
        ("compose-invalid", with_compose("services: [")),
        ("compose-invalid", with_compose("services:\n  web: 1\n")),
        (
            "compose-demands",
            with_compose("services:\n  web:\n    image: x\n    privileged: true\n"),
        ),
        ("size", changed(|it| it.images[0].download = Some(10))),
        (
            "layers-repeat",
            changed(|it| it.images[0].repeated = [(ImagePath::parse("a").unwrap(), 2)].into()),
        ),
        ("tag-not-a-version", with_tag("latest")),
        ("tag-not-semver", with_tag("v1.2")),
        ("platform-missing", changed(|it| it.images.truncate(1))),
    ]
}

#[test]
fn a_good_release_has_no_findings() {
    let report = judge(good());
    assert!(report.diagnostics.is_empty(), "{:#?}", report.diagnostics);
}

#[test]
fn each_rule_finds_what_breaks_it() {
    for (code, inspected) in bad() {
        let found = codes(inspected);
        assert!(found.contains(code), "{code} is not among {found:?}");
    }
}

#[test]
fn no_rule_is_without_an_example() {
    let known: BTreeSet<_> = all().map(|rule| rule.code).collect();
    let shown: BTreeSet<_> = bad().into_iter().map(|(code, _)| code).collect();
    assert_eq!(shown, known);
}

#[test]
fn strictness_raises_warnings_and_no_notes() {
    let report = judge(with_label(names::API_VERSION, "0.3.4")).strict();
    assert_eq!(report.count(Severity::Error), 1);
    let report = judge(changed(|it| it.labels = None)).strict();
    assert_eq!(report.count(Severity::Error), 0);
}

#[test]
fn what_holds_for_every_platform_is_said_once() {
    let report = judge(with_file("ui/index.html", page("<link href=/x.css>")));
    let platforms: Vec<_> = report.diagnostics.iter().map(|found| &found.platform).collect();
    assert_eq!(platforms, [&None]);
    let report = judge(with_file("linux/whale", program(Format::Elf, "amd64")));
    let platform = report.diagnostics[0].platform.as_ref().map(ToString::to_string);
    assert_eq!(platform.as_deref(), Some("linux/arm64"));
}

#[test]
fn a_release_for_one_system_needs_only_the_files_of_that_system() {
    let text = METADATA.replace("\"linux\"", "\"windows\"");
    let mut inspected = with_metadata(&text);
    for image in &mut inspected.images {
        image.files.remove(&ImagePath::parse("linux/whale").unwrap());
    }
    assert!(codes(inspected).contains("file-missing"));
    let mut inspected = Inspected {
        tag: Some("darwin-1.2.0".parse().unwrap()),
        ..with_metadata(&text)
    };
    inspected.images.truncate(1);
    inspected.images[0]
        .files
        .remove(&ImagePath::parse("linux/whale").unwrap());
    assert_eq!(codes(inspected), BTreeSet::new());
}

#[test]
fn macos_and_windows_translate_programs_and_linux_does_not() {
    for (system, format, clean) in [
        ("darwin", Format::MachO, true),
        ("windows", Format::Pe, true),
        ("linux", Format::Elf, false),
    ] {
        let text = METADATA.replace("\"linux\"", &format!("\"{system}\""));
        let mut inspected = with_metadata(&text);
        for image in &mut inspected.images {
            let file = image
                .files
                .get_mut(&ImagePath::parse("linux/whale").unwrap())
                .unwrap();
            file.content = program(format, "amd64");
        }
        assert_eq!(codes(inspected).is_empty(), clean, "{system}");
    }
}

#[test]
fn foreign_text_does_not_make_endless_findings() {
    let list: Vec<String> = (0..2000).map(|number| format!("\"k{number}\":1")).collect();
    let report = judge(with_metadata(&format!("{{{}}}", list.join(","))));
    assert!(report.diagnostics.len() < 200, "{}", report.diagnostics.len());
}

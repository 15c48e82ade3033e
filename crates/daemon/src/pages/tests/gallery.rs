//! Every page with every kind of content, held against what all pages promise. `OUTRIGGER_GALLERY=DIR` writes them into
//! a folder, to be looked at in a browser.

use std::collections::BTreeSet;

use maud::Markup;
use model::AllowList;
use model::permissions::{Level, PermissionLine};
use store::configuration;

use super::fixture::{self, now};
use super::html::{attribute, elements};
use crate::pages::assets::ASSETS;
use crate::pages::markup::{self, Frame, Place, page};
use crate::pages::view::activity::ActivityPage;
use crate::pages::view::card::{Blocked, cards};
use crate::pages::view::extension::{ExtensionPage, Known};
use crate::pages::view::installed::InstalledPage;
use crate::pages::view::job::{Bar, Job, Question, State};
use crate::pages::view::marketplace::{LastScan, Marketplace};
use crate::pages::view::query::Query;
use crate::pages::view::settings::SettingsPage;

fn framed(place: Place, title: &str, content: &Markup) -> String {
    let assets = &*ASSETS;
    let frame = Frame {
        title: title.to_owned(),
        place: Some(place),
        updates: 1,
        scripts: vec![&assets.search, &assets.jobs],
        ..Frame::default()
    };
    page(&frame, content).into_string()
}

fn shelf(hits: Vec<desktop::Hit>, query: Query, scan: Option<LastScan>) -> String {
    let (_, listing, outdated) = fixture::few();
    let offered = hits.len();
    let view = Marketplace::new(query, cards(hits, &listing, Some(&outdated)), offered, scan);
    framed(
        Place::Marketplace,
        "Marketplace",
        &markup::marketplace(&view, &[]),
    )
}

fn scanned() -> LastScan {
    LastScan {
        ended: Some("2 hours ago".to_owned()),
        unreachable: 1,
    }
}

fn of(id: &str) -> String {
    let (hits, listing, outdated) = fixture::few();
    let id = fixture::id(id);
    let details = fixture::details();
    let blocked = Blocked::of(Some(&outdated));
    let known = Known {
        id: &id,
        listed: listing.extensions.iter().find(|listed| listed.installed.id == id),
        hit: hits.iter().find(|hit| hit.id == id),
        blocked: &blocked,
    };
    let asked = if details.id == id {
        Ok(&details)
    } else {
        Err("registry.example: the connection was refused")
    };
    let view = ExtensionPage::new(&known, asked, now());
    framed(
        Place::Marketplace,
        &view.face.title,
        &markup::extension(&view, &[]),
    )
}

fn bar(label: &str, value: u64, max: u64, words: &str) -> Bar {
    Bar {
        label: label.to_owned(),
        value,
        max,
        words: words.to_owned(),
    }
}

fn job(id: &str, state: State) -> Job {
    Job {
        id: id.to_owned(),
        title: "Install docker.io/acme/porthole 1.2.0".to_owned(),
        about: Some(fixture::id("acme/porthole")),
        state,
        whole: Some(bar("All layers", 5_200_000, 12_300_000, "5.2 of 12.3 MB")),
        parts: vec![
            bar("Layer 1", 100, 100, "here already"),
            bar("Layer 2", 40, 100, "4.1 of 10.2 MB"),
            bar("Layer 3", 0, 100, "waits"),
        ],
        notes: vec!["`registry.example` asks to wait 2 s".to_owned()],
    }
}

fn jobs() -> Vec<Job> {
    let lines = vec![
        PermissionLine {
            level: Level::High,
            text: "Runs `porthole` on this machine, with your rights".to_owned(),
        },
        PermissionLine {
            level: Level::Low,
            text: "Shows a tab `Porthole`".to_owned(),
        },
    ];
    let states = [
        State::Running {
            step: "Reading layers".to_owned(),
        },
        State::Asking(Question {
            lines,
            is_more: false,
        }),
        State::Done {
            sentence: "Installed 1.2.0.".to_owned(),
        },
        State::Failed {
            message: "`registry.example` could not be reached".to_owned(),
            help: Some("Try `outrigger doctor`.".to_owned()),
        },
        State::Cancelled,
    ];
    let numbered = (1..).zip(states);
    numbered
        .map(|(number, state)| job(&number.to_string(), state))
        .collect()
}

fn settings() -> SettingsPage {
    let folder = camino::Utf8Path::new("/nowhere/ada/.local/share/outrigger");
    let mut configured = configuration::Settings::load(None, folder).unwrap();
    let list = AllowList::parse("acme/\nghcr.io/lighthouse/beam:>=2\nlocalhost:5000/\n").unwrap();
    configured.policy.allow_list = Some(list.clone());
    configured.allow_list_file = Some(folder.join("allow-list"));
    SettingsPage::new(&configured, |key| {
        key.ends_with("size").then(|| "4MiB".to_owned())
    })
    .with_test("acme/whale:1.2.0", Some(&list))
    .with_notice_test(fixture::outcomes())
}

fn gallery() -> Vec<(&'static str, String)> {
    let (hits, listing, outdated) = fixture::few();
    let nothing = desktop::Listing {
        extensions: Vec::new(),
        broken: Vec::new(),
    };
    let all_jobs = jobs();
    let operations = fixture::operations();
    let activity =
        ActivityPage::new(operations.iter(), Vec::new(), now()).with_notices(&fixture::sent(), now());
    let idle = ActivityPage::new([].iter(), Vec::new(), now());
    let searched = Query {
        text: "nothing like this".to_owned(),
        ..Query::default()
    };
    let installed = |listing| InstalledPage::new(listing, Some(&outdated), now());
    vec![
        ("marketplace-0", shelf(Vec::new(), Query::default(), None)),
        (
            "marketplace-none",
            shelf(Vec::new(), Query::default(), Some(scanned())),
        ),
        ("marketplace-3", shelf(hits, Query::default(), Some(scanned()))),
        (
            "marketplace-1000",
            shelf(fixture::many(1000), Query::default(), Some(scanned())),
        ),
        ("marketplace-nothing-found", {
            let view = Marketplace::new(searched, Vec::new(), 1000, Some(scanned()));
            framed(
                Place::Marketplace,
                "Marketplace",
                &markup::marketplace(&view, &[]),
            )
        }),
        ("extension-installed", of("acme/porthole")),
        ("extension-unfit", of("localhost:5000/harbour/master")),
        ("extension-offered", of("ghcr.io/lighthouse/beam")),
        ("extension-unknown", of("acme/never-seen")),
        (
            "installed-0",
            framed(
                Place::Installed,
                "Installed",
                &markup::installed(&installed(&nothing), &[]),
            ),
        ),
        (
            "installed-3",
            framed(
                Place::Installed,
                "Installed",
                &markup::installed(&installed(&listing), &[]),
            ),
        ),
        (
            "activity-0",
            framed(Place::Activity, "Activity", &markup::activity(&idle, &[])),
        ),
        (
            "activity-3",
            framed(
                Place::Activity,
                "Activity",
                &markup::activity(&activity, &all_jobs),
            ),
        ),
        (
            "settings",
            framed(Place::Settings, "Settings", &markup::settings(&settings())),
        ),
        (
            "job",
            framed(Place::Activity, "Install", &markup::job(&jobs()[0])),
        ),
        (
            "problem",
            framed(
                Place::Marketplace,
                "That did not work",
                &markup::problem("`acme/whale` is not there", Some("Look at the name.")),
            ),
        ),
    ]
}

#[test]
fn all_pages_can_be_written_down() {
    let pages = gallery();
    let Some(folder) = std::env::var_os("OUTRIGGER_GALLERY").map(std::path::PathBuf::from) else {
        return;
    };
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    for (name, page) in &pages {
        std::fs::write(folder.join(format!("{name}.html")), page).unwrap();
    }
    let assets = &*ASSETS;
    for asset in [
        &assets.style,
        &assets.icon,
        &assets.theme,
        &assets.search,
        &assets.jobs,
        &assets.live,
    ] {
        std::fs::write(folder.join("assets").join(&asset.name), asset.content).unwrap();
    }
}

#[test]
fn no_page_holds_a_script_or_a_style_or_loads_from_elsewhere() {
    for (name, page) in gallery() {
        for element in elements(&page) {
            let tag = &*element.name;
            assert!(
                !matches!(tag, "style" | "iframe" | "object" | "embed" | "base"),
                "{name}: {tag}"
            );
            if tag == "script" {
                let source = attribute(&element, "src").unwrap_or_default();
                assert!(source.starts_with("/assets/"), "{name}: a script of its own");
            }
            for attribute in &element.attrs {
                let (key, value) = (&*attribute.name.local, &*attribute.value);
                assert!(key != "style" && !key.starts_with("on"), "{name}: {tag} {key}");
                let loads =
                    matches!(key, "src" | "srcset" | "data" | "action") || (key == "href" && tag == "link");
                assert!(
                    !loads || value.starts_with('/') && !value.starts_with("//"),
                    "{name}: {key}={value}"
                );
                if key == "href" && tag == "a" {
                    let is_ours =
                        value.starts_with('/') && !value.starts_with("//") || value.starts_with('#');
                    assert!(is_ours || value.starts_with("https://"), "{name}: {value}");
                }
            }
        }
    }
}

#[test]
fn every_page_can_be_used_by_ear_and_by_keyboard() {
    for (name, page) in gallery() {
        let elements = elements(&page);
        let count = |tag: &str| elements.iter().filter(|element| &*element.name == tag).count();
        assert_eq!(
            (count("main"), count("title"), count("footer")),
            (1, 1, 1),
            "{name}"
        );
        assert!(count("h1") >= 1, "{name} has no heading");
        let ids: Vec<_> = elements
            .iter()
            .filter_map(|element| attribute(element, "id"))
            .collect();
        let known: BTreeSet<_> = ids.iter().collect();
        assert_eq!(known.len(), ids.len(), "{name} has an id twice: {ids:?}");
        for element in &elements {
            for reference in ["for", "aria-labelledby"] {
                if let Some(target) = attribute(element, reference) {
                    assert!(known.contains(&target), "{name}: nothing is {target}");
                }
            }
            if &*element.name == "img" {
                assert!(
                    attribute(element, "alt").is_some(),
                    "{name}: a picture without a text"
                );
            }
            let order = attribute(element, "tabindex");
            assert!(
                matches!(order, None | Some("-1")),
                "{name} changes the order of the keyboard"
            );
            let is_form = &*element.name == "form";
            assert!(
                !is_form || matches!(attribute(element, "method"), Some("get" | "post")),
                "{name}"
            );
        }
        assert_eq!(attribute(&elements[0], "lang"), Some("en"), "{name}");
    }
}

#[test]
fn the_marketplace_stays_small_however_much_is_on_offer() {
    let size = |number| shelf(fixture::many(number), Query::default(), Some(scanned())).len();
    let (some, many) = (size(1000), size(10_000));
    assert!(some < 80_000, "{some} bytes");
    assert!(many < some + 2000, "{some} bytes for 1000, {many} for 10,000");
}

#[test]
fn the_same_view_reads_the_same() {
    let (_, listing, outdated) = fixture::few();
    let view = InstalledPage::new(&listing, Some(&outdated), now());
    let lines = markup::installed(&view, &[]).into_string().replace("><", ">\n<");
    insta::assert_snapshot!("installed", lines);
    insta::assert_snapshot!(
        "extension",
        of("acme/porthole")
            .replace("><", ">\n<")
            .split_once("<main")
            .unwrap()
            .1
    );
}

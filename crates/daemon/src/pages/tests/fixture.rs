//! What the use cases would say: a home with nothing, with three extensions, with many.

use std::collections::BTreeMap;

use desktop::{Described, Details, Hit, Listed, Listing, Outdated, ReleaseLine};
use jiff::{SignedDuration, Timestamp};
use model::findings::{Finding, FindingKind};
use model::installed::{Generation, Installed};
use model::notices::{Change, Notice};
use model::operation::{Operation, OperationFailure, OperationKind, ReleaseName};
use model::payload::HostBinary;
use model::permissions::{Permission, Permissions};
use model::platform::System;
use model::verdict::{Reason, ReasonCode};
use model::{Digest, ExtensionId, Labels};

use crate::notices::{Outcome, Sent, Way};

pub(super) fn now() -> Timestamp {
    "2026-06-10T12:00:00Z".parse().unwrap()
}

pub(super) fn id(text: &str) -> ExtensionId {
    text.parse().unwrap()
}

fn change(name: &str, title: &str, from: &str, to: &str) -> Change {
    Change {
        id: id(name),
        title: title.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
    }
}

/// What came of three ways, of which one failed.
pub(super) fn outcomes() -> Vec<Outcome> {
    let failed = Some("https://hooks.example answers 500".to_owned());
    let ways = [(Way::Desktop, None), (Way::Webhook, failed), (Way::Command, None)];
    ways.map(|(way, problem)| Outcome { way, problem }).into()
}

/// Notices of every kind, the newest first; one got out on no way.
pub(super) fn sent() -> Vec<Sent> {
    let porthole = || change("acme/porthole", "Port<b>hole", "1.2.0", "1.3.0");
    let tide = || change("acme/tide-tables", "Tide Tables", "0.9.1", "1.0.0");
    let notices = [
        Notice::of_available(vec![porthole()]),
        Notice::of_available(vec![porthole(), tide()]),
        Notice::of_updated(vec![porthole()]),
        Notice::of_updated(vec![porthole(), tide()]),
    ];
    let hours = [1, 13, 25, 90];
    let sent = notices.into_iter().flatten().zip(hours);
    sent.map(|(notice, hours)| {
        let outcomes = if hours == 13 { Vec::new() } else { outcomes() };
        Sent::new(now() - SignedDuration::from_hours(hours), notice, &outcomes)
    })
    .collect()
}

pub(super) fn labels(pairs: &[(&str, &str)]) -> Labels {
    let owned = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Labels::read(&owned.collect::<BTreeMap<_, _>>())
}

pub(super) const TITLE: &str = "org.opencontainers.image.title";
pub(super) const VENDOR: &str = "org.opencontainers.image.vendor";
pub(super) const DESCRIPTION: &str = "org.opencontainers.image.description";
pub(super) const CATEGORIES: &str = "com.docker.extension.categories";
pub(super) const DETAILS: &str = "com.docker.extension.detailed-description";
pub(super) const CHANGELOG: &str = "com.docker.extension.changelog";
pub(super) const PUBLISHER: &str = "com.docker.extension.publisher-url";
pub(super) const LINKS: &str = "com.docker.extension.additional-urls";
pub(super) const SCREENSHOTS: &str = "com.docker.extension.screenshots";

pub(super) fn hit(name: &str, version: Option<&str>, labels: Labels) -> Hit {
    Hit {
        id: id(name),
        version: version.map(str::to_owned),
        labels,
        installed: None,
    }
}

pub(super) fn generation(version: &str, title: &str, age: SignedDuration) -> Generation {
    let permissions: Vec<Permission> = vec![
        Permission::Tab {
            title: title.to_owned(),
        },
        Permission::Container {
            service: "web".to_owned(),
            image: Some("acme/porthole-web:1".to_owned()),
        },
        Permission::HostNetwork {
            service: "web".to_owned(),
        },
        Permission::HostBinary {
            name: "porthole".to_owned(),
        },
    ];
    let permissions = serde_json::from_value::<Permissions>(serde_json::json!(permissions)).unwrap();
    Generation {
        tag: Some(version.parse().unwrap()),
        digest: Digest::of(version.as_bytes()),
        manifest: Digest::of(format!("manifest {version}").as_bytes()),
        system: System::Linux,
        title: title.to_owned(),
        vendor: Some("Acme Shipyard".to_owned()),
        api_version: Some(">= 0.3.0".to_owned()),
        tabs: vec![title.to_owned()],
        backend: true,
        binaries: vec![HostBinary {
            name: "porthole".to_owned(),
            path: "linux/porthole".to_owned(),
        }],
        permissions,
        payload: Digest::of(b"payload"),
        size: 3_400_000,
        layers: Vec::new(),
        installed_at: now() - age,
        automatic: false,
    }
}

pub(super) fn listed(name: &str, title: &str, version: &str) -> Listed {
    let current = generation(version, title, SignedDuration::from_hours(30));
    Listed {
        installed: Installed::new(id(name), current),
        path: format!("/home/ada/.local/share/outrigger/extensions/{title}/sha256-0123").into(),
        is_damaged: false,
        is_allowed: true,
        update: None,
    }
}

pub(super) fn finding(kind: FindingKind, name: &str, version: &str, reasons: Vec<Reason>) -> Finding {
    Finding {
        kind,
        id: id(name),
        installed: None,
        version: Some(version.to_owned()),
        digest: Some(Digest::of(version.as_bytes())),
        reasons,
    }
}

pub(super) fn needs_newer_api() -> Reason {
    let message = "it needs Extension API `>= 9.0`; this desktop offers 0.4.2";
    Reason {
        code: ReasonCode::ApiVersion,
        message: message.to_owned(),
    }
}

/// Three extensions: one with an update, one that is held, one that is only offered; and one that cannot run.
pub(super) fn few() -> (Vec<Hit>, Listing, Outdated) {
    let porthole = &[
        (TITLE, "Porthole"),
        (VENDOR, "Acme Shipyard"),
        (DESCRIPTION, "See your containers pass by, and what they carry"),
        (CATEGORIES, "container-orchestration,utility-tools"),
    ];
    let hits = vec![
        hit("acme/porthole", Some("1.2.0"), labels(porthole)),
        hit(
            "acme/tide-tables",
            Some("0.9.1"),
            labels(&[
                (TITLE, "Tide Tables"),
                (VENDOR, "Acme Shipyard"),
                (DESCRIPTION, "When volumes rise and fall, drawn as a calendar"),
                (CATEGORIES, "database"),
            ]),
        ),
        hit(
            "ghcr.io/lighthouse/beam",
            Some("2.4.0"),
            labels(&[
                (TITLE, "Lighthouse Beam"),
                (VENDOR, "Lighthouse Keepers"),
                (
                    DESCRIPTION,
                    "Shines on open ports and says who listens behind them",
                ),
                (CATEGORIES, "networking,security"),
            ]),
        ),
        hit(
            "localhost:5000/harbour/master",
            None,
            labels(&[
                (TITLE, "Harbour Master"),
                (DESCRIPTION, "Assigns berths to stacks"),
                (CATEGORIES, "container-orchestration"),
            ]),
        ),
    ];
    let mut porthole = listed("acme/porthole", "Porthole", "1.1.0");
    porthole.installed.current.automatic = true;
    porthole.installed.previous = vec![generation(
        "1.0.0",
        "Porthole",
        SignedDuration::from_hours(24 * 90),
    )];
    porthole.update = Some(finding(
        FindingKind::UpdateAvailable,
        "acme/porthole",
        "1.2.0",
        Vec::new(),
    ));
    let mut tides = listed("acme/tide-tables", "Tide Tables", "0.9.1");
    tides.installed.held = true;
    let mut gone = listed("quay.io/old/anchor", "Anchor", "3.0.0");
    gone.is_allowed = false;
    let listing = Listing {
        extensions: vec![porthole, tides, gone],
        broken: Vec::new(),
    };
    let blocked = FindingKind::UpdateBlocked;
    let outdated = Outdated {
        finished_at: now() - SignedDuration::from_hours(2),
        findings: vec![
            finding(FindingKind::UpdateAvailable, "acme/porthole", "1.2.0", Vec::new()),
            finding(blocked, "acme/porthole", "2.0.0", vec![needs_newer_api()]),
            finding(
                blocked,
                "localhost:5000/harbour/master",
                "1.0.0",
                vec![needs_newer_api()],
            ),
        ],
        unreachable: 1,
        unfinished: 0,
    };
    (hits, listing, outdated)
}

/// So many extensions, with names that differ.
pub(super) fn many(number: usize) -> Vec<Hit> {
    const FIRST: [&str; 12] = [
        "Harbor", "Tide", "Compass", "Beacon", "Sextant", "Ballast", "Rigging", "Chart", "Anchor", "Current",
        "Keel", "Gale",
    ];
    const SECOND: [&str; 10] = [
        "Watch",
        "Ledger",
        "Explorer",
        "Bridge",
        "Inspector",
        "Vault",
        "Runner",
        "Studio",
        "Mirror",
        "Signals",
    ];
    const PURPOSE: [&str; 6] = [
        "Browse and query your databases from the desktop",
        "Scan images for known weaknesses before they sail",
        "Follow the logs of all containers in one place, with filters that remember what you looked at last",
        "Spin up a local Kubernetes cluster",
        "Test API endpoints against running stacks",
        "Back up volumes and bring them home again",
    ];
    const CATEGORY: [&str; 6] = [
        "database",
        "security",
        "utility-tools",
        "kubernetes",
        "testing-tools",
        "cloud-deployment",
    ];
    let one = |index: usize| {
        let title = format!("{} {}", FIRST[index % 12], SECOND[index / 12 % 10]);
        let title = if index < 120 {
            title
        } else {
            format!("{title} {}", index / 120 + 1)
        };
        let kind = index * 7 % 6;
        let version =
            (!index.is_multiple_of(17)).then(|| format!("{}.{}.{}", index % 4, index % 9, index % 5));
        let name = format!("fleet{}/extension-{index}", index % 23);
        let labels = labels(&[
            (TITLE, &title),
            (VENDOR, &format!("Fleet {}", index % 23)),
            (DESCRIPTION, PURPOSE[kind]),
            (CATEGORIES, CATEGORY[kind]),
        ]);
        hit(&name, version.as_deref(), labels)
    };
    (0..number).map(one).collect()
}

/// An extension in full.
pub(super) fn details() -> Details {
    let line = |tag: &str, reasons: Vec<Reason>, is_offered, notes: &[&str]| ReleaseLine {
        tag: tag.parse().unwrap(),
        digest: Some(Digest::of(tag.as_bytes())),
        reasons,
        is_offered,
        notes: notes.iter().map(|note| (*note).to_owned()).collect(),
    };
    Details {
        id: id("acme/porthole"),
        release: Described {
            tag: Some("1.2.0".parse().unwrap()),
            digest: Digest::of(b"1.2.0"),
            platforms: vec!["linux/amd64".parse().unwrap(), "linux/arm64".parse().unwrap()],
            labels: labels(&[
                (TITLE, "Porthole"),
                (VENDOR, "Acme Shipyard"),
                (DESCRIPTION, "See your containers pass by, and what they carry"),
                ("com.docker.desktop.extension.api.version", ">= 0.3.0"),
                (CATEGORIES, "container-orchestration,utility-tools"),
                (
                    DETAILS,
                    "<h1>A window on the harbour</h1><p>Porthole shows every container that is under way, <b>what it carries</b> and where it is bound.</p><ul><li>Live view of all containers</li><li>One look at mounts, ports and networks</li><li>Keyboard all the way</li></ul><p>Read <a href=\"https://porthole.example/docs\">the handbook</a> for more.</p>",
                ),
                (
                    CHANGELOG,
                    "Containers that left port stay in view for a minute.\n\nThe log follows by itself.",
                ),
                (PUBLISHER, "https://acme.example"),
                (
                    LINKS,
                    r#"[{"title":"Handbook","url":"https://porthole.example/docs"},{"title":"Terms","url":"http://porthole.example/terms"},{"title":"Help","url":"javascript:alert(1)"}]"#,
                ),
                (
                    SCREENSHOTS,
                    r#"[{"alt":"The deck at night","url":"https://porthole.example/deck.png"},{"url":"https://porthole.example/log.png"}]"#,
                ),
            ]),
            download_size: Some(12_345_678),
            created: Some(now() - SignedDuration::from_hours(24 * 9)),
            reasons: Vec::new(),
        },
        releases: vec![
            line("2.0.0", vec![needs_newer_api()], true, &[]),
            line("1.3.0-rc.1", Vec::new(), false, &[]),
            line("1.2.0", Vec::new(), true, &[]),
            line(
                "1.1.0",
                Vec::new(),
                true,
                &["its labels do not say which Extension API it needs"],
            ),
        ],
        more: 7,
        installed: Some("1.1.0".to_owned()),
        permissions: None,
        cost: desktop::Cost::default(),
    }
}

/// Operations of three days, one of which failed.
pub(super) fn operations() -> Vec<Operation> {
    let release = |version: &str| {
        Some(ReleaseName {
            tag: Some(version.parse().unwrap()),
            digest: Digest::of(version.as_bytes()),
        })
    };
    let operation = |kind, name: &str, from: Option<&str>, to: Option<&str>, hours: i64| Operation {
        id: id(name),
        kind,
        from: from.and_then(release),
        to: to.and_then(release),
        started_at: now() - SignedDuration::from_hours(hours),
        duration_ms: 1840,
        failure: None,
        automatic: false,
    };
    let failed = Operation {
        failure: Some(OperationFailure {
            code: "network".to_owned(),
            message: "`registry.example` could not be reached: connection refused".to_owned(),
        }),
        ..operation(
            OperationKind::Update,
            "ghcr.io/lighthouse/beam",
            Some("2.3.0"),
            None,
            3,
        )
    };
    let automatic = Operation {
        automatic: true,
        ..operation(
            OperationKind::Update,
            "acme/porthole",
            Some("1.0.0"),
            Some("1.1.0"),
            1,
        )
    };
    vec![
        automatic,
        failed,
        operation(
            OperationKind::Rollback,
            "acme/tide-tables",
            Some("1.0.0"),
            Some("0.9.1"),
            26,
        ),
        operation(
            OperationKind::Hold,
            "acme/tide-tables",
            Some("0.9.1"),
            Some("0.9.1"),
            27,
        ),
        operation(
            OperationKind::Install,
            "acme/porthole",
            None,
            Some("1.0.0"),
            24 * 60,
        ),
        operation(
            OperationKind::Remove,
            "quay.io/old/buoy",
            Some("0.1.0"),
            None,
            24 * 61,
        ),
    ]
}

//! A hub that lets only so many manifests be read.

use std::sync::{Arc, Mutex};

use desktop::{Desktop, ScanReport};
use embedded::image::{Image, Layer};
use model::ExtensionId;
use model::event::Event;
use model::findings::FindingKind;
use model::verdict::ReasonCode;
use testkit::Hub;

use crate::fixture::{Fixture, LONG_AGO, desktop_at, june, whale};

/// The repositories `acme/one`, `acme/two` … of a hub, and what a desktop is told while it scans them.
struct Office {
    fixture: Fixture,
    hub: Hub,
    warnings: Arc<Mutex<Vec<Event>>>,
}

impl Office {
    async fn new(limit: u64) -> Self {
        let fixture = Fixture::new().await;
        std::fs::create_dir_all(fixture.home()).unwrap();
        Self {
            hub: Hub::limiting(&fixture.authority(), limit),
            fixture,
            warnings: Arc::default(),
        }
    }

    fn id(&self, name: &str) -> ExtensionId {
        ExtensionId::new(self.hub.authority(), &format!("acme/{name}")).unwrap()
    }

    fn push(&self, name: &str, tag: &str) {
        let image = whale(&format!("{name} {tag}"), LONG_AGO);
        self.fixture.registry.push(&format!("acme/{name}"), tag, &image);
    }

    /// A release for a later desktop than this one.
    fn push_unfit(&self, name: &str, tag: &str) {
        let image = Image::builder()
            .label("org.opencontainers.image.title", &format!("{name} {tag}"))
            .label("com.docker.desktop.extension.api.version", ">= 9")
            .layer(Layer::new().file("metadata.json", "{}", 0o644))
            .build();
        self.fixture.registry.push(&format!("acme/{name}"), tag, &image);
    }

    fn desktop(&self, names: &[&str]) -> Desktop {
        let allowed: Vec<_> = names.iter().map(|name| self.id(name).to_string()).collect();
        let events = Arc::clone(&self.warnings);
        desktop_at(&self.fixture.home(), &allowed.join("\n"), june, |_| {}, events)
    }

    async fn scan(&self, names: &[&str]) -> ScanReport {
        self.desktop(names).scan(&[]).await.unwrap()
    }

    /// What was read of manifests since the last call, without what stands before the repository.
    fn manifests_read(&self) -> Vec<String> {
        let asked = self.hub.take_asked();
        let mut read: Vec<_> = asked
            .iter()
            .filter_map(|exchange| exchange.request.strip_prefix("GET /v2/acme/"))
            .filter(|path| path.contains("/manifests/"))
            .map(|path| path.replace("/manifests/", ":"))
            .collect();
        read.sort();
        read
    }

    fn warned(&self) -> Vec<String> {
        let events = std::mem::take(&mut *self.warnings.lock().unwrap());
        let warning = |event| match event {
            Event::Warned { message } => Some(message.replace(self.hub.authority(), "hub")),
            _ => None,
        };
        events.into_iter().filter_map(warning).collect()
    }
}

fn names(ids: &[ExtensionId]) -> Vec<&str> {
    ids.iter()
        .map(|id| id.repository().trim_start_matches("acme/"))
        .collect()
}

const TEN: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

#[tokio::test]
async fn a_scan_leaves_a_reserve_and_the_next_one_goes_on_where_it_ended() {
    let office = Office::new(12).await;
    for name in TEN {
        office.push(name, "1.0.0");
    }
    let report = office.scan(&TEN).await;
    assert_eq!(office.manifests_read().len(), 7);
    assert_eq!(office.hub.left(), 5, "two looks are left to whoever asks by hand");
    assert_eq!(names(&report.unfinished), ["h", "i", "j"]);
    let kinds: Vec<_> = report.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::NewExtension; 7], "nothing is out of reach");
    assert_eq!((report.failed, report.check_reached().is_ok()), (0, true));
    assert_eq!(
        office.warned(),
        [
            "hub: 5 of 12 manifest reads in 6 hours are left: 3 repositories wait for the next scan, which begins there"
        ]
    );
    assert_eq!(report.cost.usage.manifest_reads, 7);
    assert_eq!(report.cost.left[0].1.left, 5);
    let outdated = office.desktop(&TEN).outdated().unwrap().unwrap();
    assert_eq!((outdated.unfinished, outdated.unreachable), (3, 0));

    // Six hours later there are new releases everywhere, and again not enough reads for all.
    office.hub.refill(12);
    for name in TEN {
        office.push(name, "1.1.0");
    }
    office.scan(&TEN).await;
    let read = office.manifests_read();
    for name in ["h", "i", "j"] {
        assert!(read.contains(&format!("{name}:1.1.0")), "{read:?}");
    }
    assert_eq!(read.len(), 7);
}

#[tokio::test]
async fn a_repository_with_many_unfit_releases_does_not_use_up_what_the_others_need() {
    let office = Office::new(14).await;
    for minor in 0..9 {
        office.push_unfit("a", &format!("1.{minor}.0"));
    }
    for name in ["b", "c", "d"] {
        office.push(name, "1.0.0");
    }
    let report = office.scan(&["a", "b", "c", "d"]).await;
    assert_eq!(names(&report.unfinished), ["a"]);
    let read = office.manifests_read();
    assert_eq!(read.iter().filter(|read| !read.starts_with('a')).count(), 3);
    assert!(read.contains(&"a:1.8.0".to_owned()), "the newest first: {read:?}");

    office.hub.refill(14);
    let report = office.scan(&["a", "b", "c", "d"]).await;
    let then = office.manifests_read();
    assert!(
        then.iter().all(|again| !read.contains(again)),
        "{read:?} {then:?}"
    );
    assert_eq!(names(&report.unfinished), [""; 0]);
    assert_eq!(report.findings.last().unwrap().kind, FindingKind::NewExtension);
}

#[tokio::test]
async fn what_is_asked_for_by_hand_gets_the_reserve() {
    let office = Office::new(6).await;
    for name in TEN {
        office.push(name, "1.0.0");
    }
    office.scan(&TEN).await;
    let left = office.hub.left();
    assert!((4..6).contains(&left), "{left}");
    let last = office.id("j");
    let report = office
        .desktop(&TEN)
        .scan(std::slice::from_ref(&last))
        .await
        .unwrap();
    assert_eq!(report.findings[0].kind, FindingKind::NewExtension);
    let details = office.desktop(&TEN).show(&last.into(), false).await.unwrap();
    assert_eq!(
        details.cost.usage.manifest_reads, 0,
        "its facts are known, so that it is only resolved"
    );
    assert_eq!(office.hub.left(), left - 1);
}

#[tokio::test]
async fn a_hub_with_nothing_left_stops_nobody_else() {
    let office = Office::new(0).await;
    let other = Fixture::new().await;
    for name in ["a", "b"] {
        office.push(name, "1.0.0");
    }
    other
        .registry
        .push("acme/whale", "1.0.0", &whale("other", LONG_AGO));
    let allowed = [office.id("a"), office.id("b"), other.id()].map(|id| id.to_string());
    let desktop = desktop_at(
        &office.fixture.home(),
        &allowed.join("\n"),
        june,
        |_| {},
        Arc::clone(&office.warnings),
    );
    let report = desktop.scan(&[]).await.unwrap();
    let found = |id: &ExtensionId| report.findings.iter().find(|finding| finding.id == *id);
    assert_eq!(found(&other.id()).unwrap().kind, FindingKind::NewExtension);
    let refused = found(&office.id("a")).unwrap();
    assert_eq!(refused.kind, FindingKind::Unreachable);
    assert_eq!(refused.reasons[0].code, ReasonCode::RateLimited);
    assert_eq!(found(&office.id("b")), None, "it was listed, and waits");
    assert_eq!(names(&report.unfinished), ["b"]);
    assert_eq!(office.manifests_read(), ["a:1.0.0"], "one 429 is enough");
}

#[tokio::test]
async fn a_digest_that_many_repositories_share_is_looked_at_once() {
    let office = Office::new(1000).await;
    let image = whale("the same", LONG_AGO);
    for name in TEN {
        office
            .fixture
            .registry
            .push(&format!("acme/{name}"), "1.0.0", &image);
    }
    office.scan(&TEN).await;
    let asked = office.hub.take_asked();
    let configs = asked
        .iter()
        .filter(|exchange| exchange.request.contains("/blobs/"));
    assert_eq!(configs.count(), 1);
}

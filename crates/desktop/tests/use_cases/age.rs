use jiff::SignedDuration;
use model::Policy;
use model::findings::FindingKind;
use model::verdict::ReasonCode;

use crate::fixture::{Fixture, LONG_AGO, a_week_later, june, the_next_day, whale};

fn patient(policy: &mut Policy) {
    policy.minimum_age = SignedDuration::from_hours(72);
}

#[tokio::test]
async fn a_release_that_appears_waits_for_its_age_whatever_date_its_image_claims() {
    let fixture = Fixture::new().await;
    fixture
        .registry
        .push(crate::fixture::WHALE, "1.0.0", &whale("one", LONG_AGO));
    let first = fixture.desktop(june, patient).scan(&[]).await.unwrap();
    assert_eq!(
        first.findings[0].kind,
        FindingKind::NewExtension,
        "it was there before us, and is old by its own date"
    );

    fixture
        .registry
        .push(crate::fixture::WHALE, "1.1.0", &whale("two", LONG_AGO));
    let young = fixture.desktop(the_next_day, patient).scan(&[]).await.unwrap();
    let blocked = young
        .findings
        .iter()
        .find(|finding| finding.kind == FindingKind::UpdateBlocked)
        .unwrap();
    assert_eq!(blocked.version.as_deref(), Some("1.1.0"));
    assert_eq!(blocked.reasons[0].code, ReasonCode::MinimumAge);

    let old = fixture.desktop(a_week_later, patient).scan(&[]).await.unwrap();
    assert_eq!(old.findings.len(), 1);
    assert_eq!(old.findings[0].version.as_deref(), Some("1.1.0"));
}

#[tokio::test]
async fn a_tag_that_moves_counts_as_new_again() {
    let fixture = Fixture::new().await;
    fixture
        .registry
        .push(crate::fixture::WHALE, "1.0.0", &whale("one", LONG_AGO));
    fixture.desktop(june, patient).scan(&[]).await.unwrap();
    fixture
        .registry
        .push(crate::fixture::WHALE, "1.0.0", &whale("another", LONG_AGO));
    let desktop = fixture.desktop(the_next_day, patient);
    let refused = desktop
        .install(&fixture.reference(""), &desktop::Consent::Given(&|_| {}))
        .await
        .unwrap_err();
    assert_eq!(refused.code().as_str(), "minimum-age", "{refused}");
}

#[tokio::test]
async fn an_install_relies_on_where_the_tag_points_now_and_not_on_what_a_scan_remembers() {
    let fixture = Fixture::new().await;
    fixture
        .registry
        .push(crate::fixture::WHALE, "1.0.0", &whale("one", LONG_AGO));
    let desktop = fixture.plain_desktop();
    desktop.scan(&[]).await.unwrap();
    let now = fixture
        .registry
        .push(crate::fixture::WHALE, "1.0.0", &whale("another", LONG_AGO));
    fixture.install("").await;
    let installed = desktop.store().find(&fixture.id()).unwrap().unwrap();
    assert_eq!(installed.current.digest, now);
}

#[tokio::test]
async fn a_release_that_was_refused_and_is_mended_under_its_tag_is_seen() {
    let fixture = Fixture::new().await;
    fixture
        .registry
        .push(crate::fixture::WHALE, "1.0.0", &whale("one", LONG_AGO));
    fixture.install("").await;
    let broken = embedded::image::Image::builder()
        .label("com.docker.desktop.extension.api.version", ">= 9")
        .build();
    fixture.registry.push(crate::fixture::WHALE, "2.0.0", &broken);
    let desktop = fixture.plain_desktop();
    desktop.scan(&[]).await.unwrap();
    fixture
        .registry
        .push(crate::fixture::WHALE, "2.0.0", &whale("mended", LONG_AGO));
    let consent = desktop::Consent::Given(&|_| {});
    let update = desktop
        .update(&fixture.id(), &desktop::Selection::Newest, &consent)
        .await
        .unwrap();
    assert_eq!(update.version, "2.0.0");
}

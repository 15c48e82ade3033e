use std::sync::atomic::{AtomicUsize, Ordering};

use desktop::{Consent, Kind, Outcome, Question, Selection};
use model::event::Event;

use crate::fixture::{Fixture, LONG_AGO, WHALE, whale, whale_with};

const MORE: &str = r#"{"ui":{"dashboard-tab":{"title":"Whale","root":"ui","src":"index.html"}},
    "host":{"binaries":[{"linux":[{"path":"/ui/index.html"}]}]}}"#;

#[tokio::test]
async fn a_question_that_nobody_can_answer_ends_before_any_layer_is_fetched() {
    let fixture = Fixture::new().await;
    let image = whale("one", LONG_AGO);
    fixture.registry.push(WHALE, "1.0.0", &image);
    let desktop = fixture.plain_desktop();
    let error = desktop
        .install(&fixture.reference(""), &Consent::NobodyToAsk)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
    assert_eq!(fixture.layer_requests(&[&image]), 0);
    fixture.install("").await;
    assert_eq!(
        fixture.layer_requests(&[&image]),
        2,
        "the control: an install does fetch them"
    );
}

#[tokio::test]
async fn a_no_changes_nothing() {
    let fixture = Fixture::new().await;
    fixture.registry.push(WHALE, "1.0.0", &whale("one", LONG_AGO));
    let desktop = fixture.plain_desktop();
    let no = |_: &Question<'_>| false;
    let error = desktop
        .install(&fixture.reference(""), &Consent::Ask(&no))
        .await
        .unwrap_err();
    assert_eq!(error.code().as_str(), "declined");
    assert!(desktop.list().unwrap().extensions.is_empty());
    assert!(!fixture.home().join("extensions").exists());
}

#[tokio::test]
async fn an_update_asks_only_where_the_release_is_able_to_do_more() {
    let fixture = Fixture::new().await;
    fixture.registry.push(WHALE, "1.0.0", &whale("one", LONG_AGO));
    fixture.install("").await;
    let desktop = fixture.plain_desktop();
    let asked = AtomicUsize::new(0);
    let yes = |question: &Question<'_>| {
        asked.fetch_add(1, Ordering::Relaxed);
        let new = question.permissions.beyond(question.agreed.unwrap());
        assert_eq!(new.len(), 1, "{new:?}");
        true
    };

    fixture.registry.push(WHALE, "1.1.0", &whale("two", LONG_AGO));
    let update = desktop
        .update(&fixture.id(), &Selection::Newest, &Consent::NobodyToAsk)
        .await
        .unwrap();
    assert_eq!(
        update.outcome,
        Outcome::Switched {
            from: "1.0.0".to_owned()
        }
    );

    fixture
        .registry
        .push(WHALE, "1.2.0", &whale_with("three", LONG_AGO, MORE));
    let refused = desktop
        .update(&fixture.id(), &Selection::Newest, &Consent::NobodyToAsk)
        .await
        .unwrap_err();
    assert_eq!(refused.code().as_str(), "nobody-to-ask");
    assert_eq!(
        desktop
            .store()
            .find(&fixture.id())
            .unwrap()
            .unwrap()
            .current
            .version(),
        "1.1.0"
    );

    desktop
        .update(&fixture.id(), &Selection::Newest, &Consent::Ask(&yes))
        .await
        .unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn events_tell_an_install_in_order() {
    let fixture = Fixture::new().await;
    fixture.registry.push(WHALE, "1.0.0", &whale("one", LONG_AGO));
    fixture.install("").await;
    let events = fixture.events.lock().unwrap();
    let words: Vec<_> = events
        .iter()
        .map(|event| match event {
            Event::Resolved { .. } => "resolved",
            Event::Planned(plan) => {
                assert_eq!(plan.layers.len(), 2);
                assert!(plan.download_size() > 0);
                "planned"
            }
            Event::LayerStarted { .. } => "started",
            Event::LayerProgressed { .. } => "progressed",
            Event::LayerFinished { .. } => "finished",
            Event::Switched { .. } => "switched",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(words[..2], ["resolved", "planned"]);
    assert_eq!(words.last(), Some(&"switched"));
    assert_eq!(words.iter().filter(|word| **word == "started").count(), 2);
    assert_eq!(words.iter().filter(|word| **word == "finished").count(), 2);
}

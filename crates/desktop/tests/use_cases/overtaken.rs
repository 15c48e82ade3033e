//! Another process changes the extension while this one waits for its turn.

use std::time::Duration;

use desktop::{Consent, Outcome, Selection};
use embedded::image::Image;
use model::installed::Installed;

use crate::fixture::{Fixture, LONG_AGO, WHALE, whale};

/// Installs 1.0.0, begins `work` while another process holds the extension's lock, changes things under that lock, and
/// gives what `work` came to.
async fn while_waiting<T: Send + 'static>(
    fixture: &Fixture,
    work: impl Future<Output = T> + Send + 'static,
    change: impl FnOnce(store::Transaction, Installed),
) -> T {
    let store = store::Store::open(&fixture.home()).unwrap();
    let transaction = store.begin(&fixture.id(), || {}).unwrap();
    let installed = transaction.current().unwrap().unwrap();
    let working = tokio::spawn(work);
    tokio::time::sleep(Duration::from_millis(300)).await;
    change(transaction, installed);
    working.await.unwrap()
}

async fn two_releases(fixture: &Fixture) -> [Image; 2] {
    let images = [whale("one", LONG_AGO), whale("two", LONG_AGO)];
    fixture.registry.push(WHALE, "1.0.0", &images[0]);
    fixture.install("").await;
    images
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_does_not_bring_back_what_was_removed() {
    let fixture = Fixture::new().await;
    let [_, newer] = two_releases(&fixture).await;
    fixture.registry.push(WHALE, "1.1.0", &newer);
    let (desktop, id) = (fixture.plain_desktop(), fixture.id());
    let update = async move {
        desktop
            .update(&id, &Selection::Newest, &Consent::Given(&|_| {}))
            .await
    };
    let result = while_waiting(&fixture, update, |transaction, _| transaction.remove().unwrap()).await;
    assert_eq!(result.unwrap_err().code().as_str(), "not-installed");
    assert!(fixture.plain_desktop().list().unwrap().extensions.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_came_meanwhile_counts() {
    let fixture = Fixture::new().await;
    let [first, newer] = two_releases(&fixture).await;
    fixture.registry.push(WHALE, "1.1.0", &newer);
    // The same payload under another name: a rename, which needs no fetching.
    fixture.registry.push(WHALE, "1.0.1", &first);
    for tag in ["1.1.0", "1.0.1"] {
        let (desktop, reference) = (fixture.plain_desktop(), fixture.reference(tag));
        let install = async move { desktop.install(&reference, &Consent::Given(&|_| {})).await };
        let result = while_waiting(&fixture, install, |transaction, mut installed| {
            installed.held = true;
            transaction.set(&installed).unwrap();
        })
        .await;
        assert_eq!(result.unwrap_err().code().as_str(), "held");
        let reference = fixture.reference("");
        fixture.plain_desktop().set_held(&reference, false).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_is_never_written_over_another_payload() {
    let fixture = Fixture::new().await;
    let [first, newer] = two_releases(&fixture).await;
    let digest = fixture.registry.push(WHALE, "1.1.0", &newer);
    fixture.install("1.1.0").await;
    fixture.install("1.0.0").await;
    fixture.registry.push(WHALE, "1.0.1", &first);
    let (desktop, reference) = (fixture.plain_desktop(), fixture.reference("1.0.1"));
    let install = async move { desktop.install(&reference, &Consent::Given(&|_| {})).await };
    let result = while_waiting(&fixture, install, |transaction, installed| {
        let newer = installed.previous[0].clone();
        assert_eq!(newer.digest, digest);
        transaction.set(&installed.switched_to(newer)).unwrap();
    })
    .await;
    assert_eq!(
        result.unwrap().outcome,
        Outcome::Switched {
            from: "1.1.0".to_owned()
        }
    );
    let desktop = fixture.plain_desktop();
    let installed = desktop.store().find(&fixture.id()).unwrap().unwrap();
    let folder = desktop
        .store()
        .generation_folder(&fixture.id(), &installed.current);
    let page = std::fs::read_to_string(folder.join("ui/dashboard-tab/index.html")).unwrap();
    assert_eq!(
        (installed.current.version().as_str(), page.as_str()),
        ("1.0.1", "one")
    );
}

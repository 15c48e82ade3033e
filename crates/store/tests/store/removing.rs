//! Removing, also what is broken.

use crate::support::{Home, install, names, whale};

#[test]
fn an_extension_goes_with_everything_and_others_stay() {
    let home = Home::new();
    let store = home.store();
    install(&store, &whale(), "1.0.0");
    install(&store, &whale(), "1.1.0");
    let squid = "acme/squid".parse().unwrap();
    install(&store, &squid, "1.0.0");
    store.begin(&whale(), || {}).unwrap().remove().unwrap();
    assert!(store.find(&whale()).unwrap().is_none());
    for folder in ["extensions", "records"] {
        assert_eq!(names(&home.path().join(folder)), ["docker.io+acme+squid"]);
    }
    assert_eq!(
        names(&home.path().join("activations")),
        ["docker.io+acme+squid.json"]
    );
    assert_eq!(names(&home.path().join("staging")), [""; 0]);
}

#[test]
fn a_broken_activation_hides_no_other_and_can_be_removed() {
    let home = Home::new();
    let store = home.store();
    install(&store, &whale(), "1.0.0");
    let squid = "acme/squid".parse().unwrap();
    install(&store, &squid, "1.0.0");
    let activation = home.path().join("activations/docker.io+acme+whale.json");
    for content in [
        "",
        "{",
        "{\"format\":1}",
        "{\"format\":99,\"installed\":{}}",
        "[]",
    ] {
        std::fs::write(&activation, content).unwrap();
        let listing = store.installed().unwrap();
        assert_eq!(listing.installed.len(), 1);
        assert_eq!(listing.broken[0].path, activation);
        assert!(
            listing.broken[0]
                .problem
                .to_string()
                .contains(activation.as_str())
        );
        assert!(store.find(&whale()).is_err());
    }
    store.begin(&whale(), || {}).unwrap().remove().unwrap();
    assert!(store.installed().unwrap().broken.is_empty());
    assert_eq!(names(&home.path().join("extensions")), ["docker.io+acme+squid"]);
}

#[test]
fn an_activation_under_the_name_of_another_extension_is_broken() {
    let home = Home::new();
    let store = home.store();
    install(&store, &whale(), "1.0.0");
    let activations = home.path().join("activations");
    std::fs::copy(
        activations.join("docker.io+acme+whale.json"),
        activations.join("docker.io+acme+squid.json"),
    )
    .unwrap();
    let listing = store.installed().unwrap();
    assert_eq!((listing.installed.len(), listing.broken.len()), (1, 1));
    assert!(
        listing.broken[0]
            .problem
            .to_string()
            .contains("it names docker.io/acme/whale")
    );
}

#[test]
fn a_broken_activation_can_be_installed_over() {
    let home = Home::new();
    let store = home.store();
    install(&store, &whale(), "1.0.0");
    std::fs::write(home.path().join("activations/docker.io+acme+whale.json"), "{").unwrap();
    let transaction = store.begin(&whale(), || {}).unwrap();
    let payload = crate::support::prepare(&transaction, "1.1.0");
    let installed = crate::support::switched(&whale(), None, crate::support::generation("1.1.0", &payload));
    transaction.commit(payload, &installed).unwrap();
    assert_eq!(store.find(&whale()).unwrap(), Some(installed));
}

#[test]
fn missing_generations_and_records_do_not_keep_an_extension_here() {
    for lost in [
        "extensions",
        "records",
        "extensions/docker.io+acme+whale",
        "records/docker.io+acme+whale",
    ] {
        let home = Home::new();
        let store = home.store();
        install(&store, &whale(), "1.0.0");
        std::fs::remove_dir_all(home.path().join(lost)).unwrap();
        store.begin(&whale(), || {}).unwrap().remove().unwrap();
        assert!(store.find(&whale()).unwrap().is_none(), "{lost}");
    }
}

#[test]
fn removing_what_is_not_there_is_no_failure() {
    let home = Home::new();
    let store = home.store();
    store.begin(&whale(), || {}).unwrap().remove().unwrap();
    assert!(store.installed().unwrap().installed.is_empty());
}

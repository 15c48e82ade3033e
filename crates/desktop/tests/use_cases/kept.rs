use embedded::image::{Image, Layer};
use model::Reference;

use crate::fixture::{Fixture, LONG_AGO, WHALE, whale};

async fn remove(fixture: &Fixture) {
    let reference = Reference::from(fixture.id());
    assert!(fixture.plain_desktop().remove(&reference).await.unwrap());
}

#[tokio::test]
async fn a_layer_that_was_fetched_once_is_not_fetched_again() {
    let fixture = Fixture::new().await;
    let (first, second) = (whale("one", LONG_AGO), whale("two", LONG_AGO));
    fixture.registry.push(WHALE, "1.0.0", &first);
    fixture.registry.push(WHALE, "1.1.0", &second);
    fixture.install("1.0.0").await;
    fixture.registry.clear_requests();
    fixture.install("1.1.0").await;
    assert_eq!(
        fixture.layer_requests(&[&first, &second]),
        1,
        "the shared layer is here"
    );
    remove(&fixture).await;
    fixture.registry.clear_requests();
    fixture.install("1.0.0").await;
    assert_eq!(fixture.layer_requests(&[&first, &second]), 0);
}

#[tokio::test]
async fn a_kept_layer_that_went_bad_is_fetched_again() {
    let fixture = Fixture::new().await;
    let image = whale("one", LONG_AGO);
    fixture.registry.push(WHALE, "1.0.0", &image);
    fixture.install("").await;
    remove(&fixture).await;
    for layer in image.layer_digests() {
        std::fs::write(fixture.home().join("blobs").join(layer.file_name()), "rotten").unwrap();
    }
    fixture.registry.clear_requests();
    fixture.install("").await;
    assert_eq!(fixture.layer_requests(&[&image]), 2);
}

#[tokio::test]
async fn what_the_metadata_could_not_foresee_is_read_again_without_network() {
    let fixture = Fixture::new().await;
    // The page is a link out of the UI folder, into a layer that was read before anybody knew.
    let image = Image::builder()
        .layer(Layer::new().file("elsewhere/page.html", "far away", 0o644))
        .layer(
            Layer::new()
                .file(
                    "metadata.json",
                    r#"{"ui":{"dashboard-tab":{"title":"W","root":"ui","src":"index.html"}}}"#,
                    0o644,
                )
                .symlink("ui/index.html", "../elsewhere/page.html"),
        )
        .build();
    fixture.registry.push(WHALE, "1.0.0", &image);
    fixture.install("").await;
    assert_eq!(fixture.layer_requests(&[&image]), 2, "each layer once");
    let desktop = fixture.plain_desktop();
    let installed = desktop.store().find(&fixture.id()).unwrap().unwrap();
    let folder = desktop
        .store()
        .generation_folder(&fixture.id(), &installed.current);
    assert_eq!(
        std::fs::read_to_string(folder.join("ui/dashboard-tab/index.html")).unwrap(),
        "far away"
    );
}

#[tokio::test]
async fn small_layers_are_searched_from_the_smallest_so_that_the_others_are_read_once() {
    // Nothing is kept, so that what is read again is fetched again.
    let long = (0..2000).map(|line| line.to_string()).collect();
    for (page, requests) in [(long, 2), (String::new(), 3)] {
        let fixture = Fixture::new().await;
        std::fs::create_dir(fixture.home()).unwrap();
        let configuration = fixture.home().join("config.toml");
        std::fs::write(configuration, "[limits]\nblob-cache = 0\n").unwrap();
        let metadata = r#"{"ui":{"dashboard-tab":{"title":"W","root":"ui","src":"index.html"}}}"#;
        let image = Image::builder()
            .layer(Layer::new().file("ui/index.html", page, 0o644))
            .layer(Layer::new().file("metadata.json", metadata, 0o644))
            .build();
        fixture.registry.push(WHALE, "1.0.0", &image);
        fixture.install("").await;
        assert_eq!(fixture.layer_requests(&[&image]), requests);
    }
}

#[tokio::test]
async fn a_generation_whose_folder_is_gone_is_installed_again() {
    let fixture = Fixture::new().await;
    fixture.registry.push(WHALE, "1.0.0", &whale("one", LONG_AGO));
    fixture.install("").await;
    let path = fixture.plain_desktop().list().unwrap().extensions.remove(0).path;
    std::fs::remove_dir_all(&path).unwrap();
    assert!(fixture.plain_desktop().list().unwrap().extensions[0].is_damaged);
    fixture.install("").await;
    assert!(path.join("metadata.json").exists());
}

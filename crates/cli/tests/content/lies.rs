//! Registries that serve other content than they promise, and lists without end.

use embedded::Image;
use embedded::image::Layer;
use insta::assert_snapshot;
use model::Digest;
use serde_json::{Value, json};
use testkit::{Fault, FaultyRegistry};

use crate::fixture::{REPOSITORY, Scene, pages, whale};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Has each image refused as content that is not what it should be, and answers what is said.
#[track_caller]
fn refusals(scene: &Scene, images: impl IntoIterator<Item = Image>) -> String {
    images.into_iter().map(|image| scene.refuses(6, &image)).collect()
}

/// The extension with a manifest that was changed.
fn edited(change: impl FnOnce(&mut Value)) -> Image {
    pages().build().edit_document(change)
}

/// The extension with a config that was changed.
fn configured(change: impl FnOnce(&mut Value)) -> Image {
    pages().build_with(change)
}

#[test]
fn a_layer_with_other_bytes_is_refused() {
    let scene = Scene::with_whale();
    let image = pages().build();
    let layer = image.layer_digests()[0].clone();
    let bytes = image.blobs()[&layer].to_vec();
    let mut flipped = bytes.clone();
    flipped[40] ^= 1;
    let other = pages().layer(Layer::new()).build();
    let other = other.blobs()[&other.layer_digests()[1]].to_vec();
    let shorter = bytes[..bytes.len() - 1].to_vec();
    let longer = [bytes.as_slice(), b"\0"].concat();
    let said = refusals(
        &scene,
        [flipped, other, shorter, longer, Vec::new()].map(|bytes| image.clone().with_blob(&layer, bytes)),
    );
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read a blob of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): its digest is sha256:[digest], not sha256:[digest]
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read a blob of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): it has 30 bytes, and 186 were promised
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read a blob of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): it has 185 bytes, and 186 were promised
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read a blob of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): it is longer than the 186 bytes that were promised
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read a blob of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): it has 0 bytes, and 186 were promised
    ");
}

#[test]
fn a_layer_of_another_size_than_the_manifest_says_is_refused() {
    let scene = Scene::with_whale();
    let sizes = [json!(1), json!(1 << 30), json!(0)];
    let said = refusals(
        &scene,
        sizes.map(|size| edited(|manifest| manifest["layers"][0]["size"] = size)),
    );
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read a blob of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): it is longer than the 1 bytes that were promised
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read a blob of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): it has 186 bytes, and 1073741824 were promised
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read a blob of 127.0.0.1:[port]/acme/whale@sha256:[digest]: its digest is sha256:[digest], not sha256:[digest]
    ");
}

#[test]
fn a_layer_that_unpacks_to_something_else_is_refused() {
    let scene = Scene::with_whale();
    let image = configured(|config| config["rootfs"]["diff_ids"][0] = json!(Digest::of(b"else").to_string()));
    assert_snapshot!(refusals(&scene, [image]), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: layer 0 unpacks to sha256:[digest], and the image promises sha256:[digest]
      help: only the extension's author can mend this
    ");
}

#[test]
fn a_config_with_other_bytes_is_refused() {
    let scene = Scene::with_whale();
    let image = pages().build();
    let config = image.config_digest().unwrap().clone();
    let other = String::from_utf8(image.blobs()[&config].to_vec()).unwrap();
    let lies = [other.replace("Whale", "Shark"), "{}".to_owned()];
    let said = refusals(&scene, lies.map(|bytes| image.clone().with_blob(&config, bytes)));
    assert_snapshot!(said, @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): its digest is sha256:[digest], not sha256:[digest]
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): it has 2 bytes, and 342 were promised
    ");
}

#[test]
fn a_document_that_is_no_manifest_is_refused() {
    let scene = Scene::with_whale();
    let documents = [
        "",
        "<html><body>Sign in</body></html>",
        "{\"schemaVersion\": 2",
        "[2, null, null, {}, []]",
        "null",
        "{\"schemaVersion\": 2}",
        "{\"schemaVersion\": 1, \"fsLayers\": []}",
        "{\"schemaVersion\": 2, \"layers\": []}",
        "{\"schemaVersion\": 2, \"config\": {}, \"layers\": []}",
    ];
    let said = refusals(
        &scene,
        documents.map(|text| pages().build().with_document(MANIFEST, text)),
    );
    assert_snapshot!(said, @"
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): the manifest cannot be read: EOF while parsing a value at line 1 column 0
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): the manifest cannot be read: it is not a JSON object
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): the manifest cannot be read: EOF while parsing an object at line 1 column 19
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): the manifest cannot be read: it is not a JSON object
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): the manifest cannot be read: it is not a JSON object
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): it has neither `manifests` nor `layers`, so it is no image and no index
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): it is a manifest of schema 1, which is no longer read; push the image again with a current tool
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): the manifest cannot be read: it has no `config`
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): the manifest cannot be read: missing field `digest` at line 1 column 33
    ");
}

#[test]
fn a_manifest_of_a_hundred_megabytes_is_left_at_the_limit() {
    let scene = Scene::with_whale();
    let huge = vec![b' '; 100 << 20];
    assert_snapshot!(refusals(&scene, [pages().build().with_document(MANIFEST, huge)]), @"
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): the manifest is over the limit of 4194304 (`limits.manifest-size`)
      help: if you trust its author, raise `limits.manifest-size` in the configuration
    ");
}

#[test]
fn a_document_with_manifests_and_layers_is_refused() {
    let scene = Scene::with_whale();
    let both = [MANIFEST, INDEX].map(|media_type| {
        let image = edited(|manifest| manifest["manifests"] = json!([]));
        let bytes = image.document().bytes().clone();
        image.with_document(media_type, bytes)
    });
    assert_snapshot!(refusals(&scene, both), @"
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): it has both `manifests` and `layers`, so it is no image and no index
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): it has both `manifests` and `layers`, so it is no image and no index
    ");
}

#[test]
fn media_types_that_contradict_each_other_or_the_content_are_refused() {
    let scene = Scene::with_whale();
    let bytes = pages().build().document().bytes().clone();
    let header = pages().build().with_document(INDEX, bytes);
    let own = edited(|manifest| manifest["mediaType"] = json!(INDEX));
    let docker = edited(|manifest| {
        manifest["mediaType"] = json!("application/vnd.docker.distribution.manifest.v2+json");
    });
    let bytes = docker.document().bytes().clone();
    assert_snapshot!(refusals(&scene, [header, own, docker.with_document(MANIFEST, bytes)]), @"
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): it is called `application/vnd.oci.image.index.v1+json`, but it is `application/vnd.oci.image.manifest.v1+json`
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): it is called `application/vnd.oci.image.manifest.v1+json`, but it is `application/vnd.oci.image.index.v1+json`
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): it is called `application/vnd.oci.image.manifest.v1+json`, but it is `application/vnd.docker.distribution.manifest.v2+json`
    ");
}

#[test]
fn digests_that_are_none_are_refused_before_they_name_anything() {
    let scene = Scene::with_whale();
    let digests = [
        "",
        "sha256:",
        "sha256:../../../../etc/passwd",
        &format!("sha256:{}", "A".repeat(64)),
        &format!("sha256:{}", "a".repeat(63)),
        "md5:d41d8cd98f00b204e9800998ecf8427e",
    ];
    let images = digests.map(|digest| edited(|manifest| manifest["layers"][0]["digest"] = json!(digest)));
    assert_snapshot!(refusals(&scene, images), @"
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): layers[0].digest: `` is not a digest: it has no colon
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): layers[0].digest: `sha256:` is not a digest: it has the wrong number of digits for its algorithm
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): layers[0].digest: `sha256:../../../../etc/passwd` is not a digest: it holds something other than hexadecimal digits
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): layers[0].digest: `sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA` is not a digest: its digits are in upper case
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): layers[0].digest: `sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` is not a digest: it has the wrong number of digits for its algorithm
    error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:2.0.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/2.0.0): layers[0].digest: `md5:d41d8cd98f00b204e9800998ecf8427e` is not a digest: its algorithm is not sha256 or sha512
    ");
    let images = digests.map(|digest| edited(|manifest| manifest["config"]["digest"] = json!(digest)));
    refusals(&scene, images);
    let images = digests.map(|digest| configured(|config| config["rootfs"]["diff_ids"][0] = json!(digest)));
    refusals(&scene, images);
}

#[test]
fn labels_of_a_wrong_type_are_refused() {
    let scene = Scene::with_whale();
    let labels = [
        json!("title"),
        json!(["title"]),
        json!({ "org.opencontainers.image.title": 7 }),
        json!({ "unrelated": { "a": "b" } }),
    ];
    let images = labels.map(|labels| configured(|config| config["config"]["Labels"] = labels));
    assert_snapshot!(refusals(&scene, images), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): its labels are not a table of texts
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): its labels are not a table of texts
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): its label `org.opencontainers.image.title` is not a text
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): its label `unrelated` is not a text
    ");
}

#[test]
fn a_config_that_is_none_is_refused() {
    let scene = Scene::with_whale();
    let image = pages().build();
    let with_config = |bytes: &[u8]| {
        let digest = Digest::of(bytes);
        image
            .clone()
            .edit_document(|manifest| {
                manifest["config"]["digest"] = json!(digest.to_string());
                manifest["config"]["size"] = json!(bytes.len());
            })
            .with_blob(&digest, bytes.to_vec())
    };
    let configs: [&[u8]; 5] = [b"", b"not JSON", b"[]", b"{}", b"\xff\xfe"];
    assert_snapshot!(refusals(&scene, configs.map(with_config)), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): the image config cannot be read: EOF while parsing a value at line 1 column 0
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): the image config cannot be read: it is not a JSON object
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): the image config cannot be read: it is not a JSON object
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): its config (`application/vnd.oci.image.config.v1+json`) is not that of an image
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): the image config cannot be read: it is not a JSON object
    ");
}

#[test]
fn a_manifest_and_a_config_that_count_layers_differently_are_refused() {
    let scene = Scene::with_whale();
    let fewer = configured(|config| config["rootfs"]["diff_ids"] = json!([]));
    let more = configured(|config| {
        let first = config["rootfs"]["diff_ids"][0].clone();
        config["rootfs"]["diff_ids"] = json!([first, first]);
    });
    assert_snapshot!(refusals(&scene, [fewer, more]), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): its manifest lists 1 layers, its config 0
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read the config of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): its manifest lists 1 layers, its config 2
    ");
}

#[test]
fn layers_are_never_fetched_from_where_a_manifest_says() {
    // CVE-2020-15157: `urls` of a foreign layer, to which logins were sent.
    let scene = Scene::with_whale();
    let stranger = FaultyRegistry::in_front_of(&scene.authority());
    let url = format!("http://{}/layer", stranger.authority());
    let image = pages().build();
    let missing = Digest::of(b"elsewhere");
    let foreign = image.edit_document(|manifest| {
        manifest["layers"][0]["urls"] = json!([url]);
        manifest["layers"][0]["digest"] = json!(missing.to_string());
        manifest["layers"][0]["mediaType"] =
            json!("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip");
    });
    assert_snapshot!(scene.refuses(4, &foreign), @"
    error: 127.0.0.1:[port]/acme/whale:2.0.0: cannot read a blob of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): the repository has no such tag or digest
      help: the registry has lost a part of this release: another release may be whole, or its author can push it again
    ");
    assert_eq!(stranger.requests(), []);
}

#[test]
fn one_broken_release_is_passed_over_and_the_rest_goes_on() {
    let scene = Scene::with_whale();
    scene.push("1.1.0", &whale().label("example", "1.1.0").build());
    scene.push("1.2.0", &pages().build().with_document(MANIFEST, "<html>"));
    let update = scene.outrigger.run(["update", "-f", &scene.id()]).ok();
    assert_snapshot!(update.stderr, @"warning: 127.0.0.1:[port]/acme/whale:1.2.0 is passed over: cannot read the manifest of 127.0.0.1:[port]/acme/whale:1.2.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/1.2.0): the manifest cannot be read: it is not a JSON object");
    assert_eq!(scene.listed()["version"], "1.1.0");
    let scan = scene.outrigger.run(["scan", "--format", "json"]).ok().json();
    let finding = &scan["findings"][0];
    let told = ["kind", "version"].map(|key| finding[key].clone());
    assert_eq!(told, ["unreachable", "1.2.0"]);
    assert_eq!(finding["reasons"][0]["code"], "invalid");
}

#[test]
fn a_repository_without_tags_has_no_release() {
    let scene = Scene::with_whale();
    scene.registry.push("acme/empty", "1.0.0", &pages().build());
    scene.registry.delete_tag("acme/empty", "1.0.0");
    let empty = format!("{}/acme/empty", scene.authority());
    assert_snapshot!(scene.refuses_all_of(4, &[&["install", "-f", &empty]]), @"
    error: 127.0.0.1:[port]/acme/empty has no tag that is a version, and no tag `latest`
      help: releases are tags such as `1.2.0`; install another tag by its name: `outrigger install 127.0.0.1:[port]/acme/empty:TAG`
    ");
}

#[test]
fn illegal_tags_in_a_list_are_no_releases() {
    let scene = Scene::with_whale();
    for tag in [
        "9.0.0+build",
        "../../9.0.0",
        "9.0.0 ",
        "\u{1b}[31m9.0.0",
        "-9.0.0",
        "9.0.0\n",
        "",
        &"9".repeat(200),
        "９.0.0",
    ] {
        scene.push(tag, &pages().build());
    }
    scene.push("1.1.0", &whale().label("example", "1.1.0").build());
    scene.outrigger.run(["update", "-f", &scene.id()]).ok();
    assert_eq!(scene.listed()["version"], "1.1.0");
    let shown = scene
        .outrigger
        .run(["show", &scene.id(), "--all-versions", "--format", "json"])
        .ok();
    let releases = shown.json()["releases"].clone();
    let releases: Vec<_> = releases
        .as_array()
        .unwrap()
        .iter()
        .map(|release| release["version"].clone())
        .collect();
    assert_eq!(releases, ["1.1.0", "1.0.0"]);
}

/// The same registry with faults, in whose place the desktop asks this one from now on; the id of what is installed stays the same.
fn lying(scene: &Scene, more: &str) -> FaultyRegistry {
    let liar = FaultyRegistry::in_front_of(&scene.authority());
    let endpoint = format!(
        "[registry.\"{}\"]\nendpoint = \"http://{}\"\n{more}",
        scene.authority(),
        liar.authority()
    );
    scene.configure("linux/amd64", &endpoint);
    liar
}

/// Has an update refused, and answers what is said.
#[track_caller]
fn update_fails(scene: &Scene, code: i32) -> String {
    scene.refuses_all_of(code, &[&["update", "-f", &scene.id()]])
}

/// The whale in release 1.1.0 with one more layer, which is answered with its bytes.
fn push_with_layer(scene: &Scene, layer: Layer) -> (Digest, Vec<u8>) {
    let image = whale().label("example", "1.1.0").layer(layer).build();
    scene.push("1.1.0", &image);
    let digest = image.layer_digests()[1].clone();
    let bytes = image.blobs()[&digest].to_vec();
    (digest, bytes)
}

const TAGS: &str = "/tags/list";

#[test]
fn an_honest_liar_is_no_trouble() {
    let scene = Scene::with_whale();
    scene.push("1.1.0", &whale().label("example", "1.1.0").build());
    let liar = lying(&scene, "");
    scene.outrigger.run(["update", "-f", &scene.id()]).ok();
    assert_eq!(scene.listed()["version"], "1.1.0");
    assert!(!liar.requests().is_empty());
}

#[test]
fn a_list_that_leads_to_ever_more_pages_ends() {
    let scene = Scene::with_whale();
    let liar = lying(&scene, "[limits]\npages = 20\n");
    liar.always(TAGS, Fault::EndlessLink);
    let said = update_fails(&scene, 6);
    assert_eq!(liar.count(TAGS), 2 * 20, "once for JSON, and once in words");
    assert_snapshot!(said, @"
    error: cannot list the tags of 127.0.0.1:[port]/acme/whale: the number of its pages is over the limit of 20 (`limits.pages`)
      help: if you trust its author, raise `limits.pages` in the configuration
    ");
}

#[test]
fn a_list_that_goes_round_in_circles_is_refused() {
    let scene = Scene::with_whale();
    let next = format!("/v2/{REPOSITORY}/tags/list?last=b");
    let liar = lying(&scene, "");
    liar.always(TAGS, Fault::LinkTo(next));
    let said = update_fails(&scene, 6);
    assert_snapshot!(said, @"error: cannot list the tags of 127.0.0.1:[port]/acme/whale (http://127.0.0.1:[port]/v2/acme/whale/tags/list): the pages of the list go round in circles");
}

#[test]
fn a_list_that_goes_on_elsewhere_is_refused() {
    let scene = Scene::with_whale();
    let stranger = FaultyRegistry::in_front_of(&scene.authority());
    // The same machine under another name: for a client, another host.
    let elsewhere = stranger.authority().replace("127.0.0.1", "localhost");
    let liar = lying(&scene, "");
    let next = format!("http://{elsewhere}/v2/acme/whale/tags/list?last=b");
    liar.always(TAGS, Fault::LinkTo(next));
    let said = update_fails(&scene, 6);
    assert_eq!(stranger.requests(), []);
    assert_snapshot!(said, @"error: cannot list the tags of 127.0.0.1:[port]/acme/whale (http://127.0.0.1:[port]/v2/acme/whale/tags/list): the next page of the list is said to be at `http://localhost:[port]/v2/acme/whale/tags/list`; pages are only taken from where the list is");
}

#[test]
fn a_list_that_is_none_is_refused() {
    for body in [
        "",
        "<html>",
        "[]",
        r#"{"tags": "1.0.0"}"#,
        r#"{"tags": [1]}"#,
        "{\"tags\": [",
    ] {
        let scene = Scene::with_whale();
        let liar = lying(&scene, "");
        liar.always(TAGS, Fault::Body(body.into()));
        update_fails(&scene, 6);
    }
}

#[test]
fn a_list_of_nothing_at_all_is_an_empty_one() {
    for body in [r#"{"name": "acme/whale", "tags": null}"#, r#"{"tags": []}"#] {
        let scene = Scene::with_whale();
        let liar = FaultyRegistry::in_front_of(&scene.authority());
        liar.always(TAGS, Fault::Body(body.into()));
        let id = format!("{}/{REPOSITORY}", liar.authority());
        scene.outrigger.allow(&format!("{}/", liar.authority()));
        scene.outrigger.run(["install", "-f", &id]).fails_with(4);
    }
}

#[test]
fn a_layer_that_breaks_off_each_time_is_an_unreachable_registry() {
    let scene = Scene::with_whale();
    let ballast = Layer::new().file("usr/ballast", "ballast".repeat(1000), 0o644);
    let (layer, bytes) = push_with_layer(&scene, ballast);
    let liar = lying(&scene, "[limits]\nresumes = 2\n");
    liar.always(layer.hex(), Fault::CutBody(bytes.len() / 2));
    liar.always(layer.hex(), Fault::IgnoreRange);
    let said = update_fails(&scene, 5);
    assert_snapshot!(said, @r#"
    waiting [duration] for 127.0.0.1:[port] (retry 1 of 2): the connection broke: end of file before message length reached
    waiting [duration] for 127.0.0.1:[port] (retry 2 of 2): the connection broke: end of file before message length reached
    error: cannot read a blob of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): the connection broke: end of file before message length reached
      help: check the address and your network; a mirror is set with `endpoint` under `[registry."127.0.0.1:[port]"]`, a proxy with HTTPS_PROXY
    "#);
}

#[test]
fn a_layer_that_ends_early_without_a_word_of_its_length_is_refused() {
    let scene = Scene::with_whale();
    let (layer, mut bytes) = push_with_layer(&scene, Layer::new().file("a", "a", 0o644));
    bytes.truncate(bytes.len() / 2);
    let liar = lying(&scene, "");
    liar.always(layer.hex(), Fault::Body(bytes));
    liar.always(layer.hex(), Fault::Unsized);
    let said = update_fails(&scene, 6);
    assert_snapshot!(said, @"error: cannot read a blob of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): it has 40 bytes, and 80 were promised");
}

#[test]
fn a_layer_without_end_is_left_where_it_should_have_ended() {
    let scene = Scene::with_whale();
    let (layer, _) = push_with_layer(&scene, Layer::new().file("a", "a", 0o644));
    let liar = lying(&scene, "");
    liar.always(layer.hex(), Fault::EndlessBody);
    let said = update_fails(&scene, 6);
    assert_snapshot!(said, @"error: cannot read a blob of 127.0.0.1:[port]/acme/whale@sha256:[digest] (http://127.0.0.1:[port]/v2/acme/whale/blobs/sha256:[digest]): it is longer than the 80 bytes that were promised");
}

#[test]
fn a_digest_in_a_header_must_be_that_of_the_body() {
    let scene = Scene::with_whale();
    scene.push("1.1.0", &whale().label("example", "1.1.0").build());
    let stated = Digest::of(b"else").to_string();
    let liar = lying(&scene, "");
    liar.always("/manifests/1.1.0", Fault::Header("docker-content-digest", stated));
    let said = update_fails(&scene, 6);
    assert_snapshot!(said, @"error: cannot read the manifest of 127.0.0.1:[port]/acme/whale:1.1.0 (http://127.0.0.1:[port]/v2/acme/whale/manifests/1.1.0): the registry says that its digest is sha256:[digest], but the digest of its content is sha256:[digest]");
}

#[test]
fn a_tag_that_answers_differently_each_time_does_not_get_two_releases_mixed() {
    // Resolved once; from then on everything is asked for by digest.
    let scene = Scene::with_whale();
    let good = whale().label("example", "1.1.0").build();
    scene.push("1.1.0", &good);
    scene.push("evil", &pages().build());
    let liar = lying(&scene, "");
    let (from, to) = ("/manifests/1.1.0", "/manifests/evil".to_owned());
    liar.after(1, from, Fault::ServeInstead { from, to });
    scene.outrigger.run(["update", "-f", &scene.id()]).ok();
    assert_eq!(scene.listed()["digest"], good.digest().to_string());
}

#[test]
fn an_update_to_the_newest_release_fails_over_its_layer_and_the_old_one_stays() {
    let scene = Scene::with_whale();
    let image = whale()
        .label("example", "1.1.0")
        .layer(Layer::new().file("a", "a", 0o644))
        .build();
    let layer = image.layer_digests()[1].clone();
    scene.push("1.1.0", &image.clone().with_blob(&layer, "rotten"));
    scene.refuses_all_of(6, &[&["update", "-f", &scene.id()], &["update", "-f", "--all"]]);
    // Nothing of the failure is remembered: once the registry is repaired, the release is taken.
    scene.push("1.1.0", &image);
    scene.outrigger.run(["update", "-f", "--all"]).ok();
    assert_eq!(scene.listed()["version"], "1.1.0");
}

#[test]
fn nothing_is_kept_that_was_not_verified() {
    let scene = Scene::with_whale();
    let image = pages().build();
    let layer = image.layer_digests()[0].clone();
    scene.refuses(6, &image.with_blob(&layer, "rotten"));
    let lying = configured(|config| config["rootfs"]["diff_ids"][0] = json!(Digest::of(b"else").to_string()));
    scene.refuses(6, &lying);
    let blobs = scene.outrigger.home().join("blobs");
    let kept = testkit::tree(&blobs);
    assert!(!kept.is_empty(), "the layer of the installed release");
    for file in kept.files() {
        let found = Digest::of(&fs_err::read(blobs.join(file)).unwrap());
        assert!(file.contains(found.hex()), "{file} holds {found}");
    }
}

//! Pushing over a line that breaks.

use embedded::image::Layer;
use embedded::{Image, Registry};
use testkit::{Fault, FaultyRegistry, Output, Outrigger, RealRegistry, Serving, serve};

use crate::scene::BRIEF;

/// How many bytes get through before the line breaks.
const BREAK: usize = 1_000_000;

/// A release with one layer of noise, in a registry that stands in for Docker Hub, and another registry behind a line that breaks again
/// and again.
struct Scene {
    image: Image,
    line: FaultyRegistry,
    outrigger: Outrigger,
    _serving: Serving,
}

impl Scene {
    /// `target` is host and port of the registry that is pushed to.
    fn new(target: &str) -> Self {
        let image = noise();
        let registry = Registry::new();
        registry.push("acme/whale", "1.0.0", &image);
        let serving = serve(&registry);
        let outrigger = Outrigger::new(env!("CARGO_BIN_EXE_outrigger"));
        outrigger.config(&format!(
            "{}[registry.\"docker.io\"]\nendpoint = \"http://{}\"\n",
            BRIEF.replace("resumes = 2", "resumes = 4"),
            serving.authority()
        ));
        let line = FaultyRegistry::in_front_of(target);
        Self {
            image,
            line,
            outrigger,
            _serving: serving,
        }
    }

    fn push(&self) -> Output {
        let target = format!("{}/tools/whale:1.0.0", self.line.authority());
        self.outrigger.run(["push", "acme/whale:1.0.0", &target])
    }

    /// Of each stream of the layer the byte that it began with.
    fn begins(&self) -> Vec<usize> {
        let asked = self.line.requests().into_iter();
        let streams = asked.filter(|asked| asked.method == "PATCH");
        streams
            .map(|asked| match asked.content_range {
                None => 0,
                Some(range) => range.split('-').next().unwrap().parse().unwrap(),
            })
            .collect()
    }

    /// How many uploads were begun.
    fn uploads(&self) -> usize {
        let asked = self.line.requests().into_iter();
        asked.filter(|asked| asked.method == "POST").count()
    }
}

/// An image of one layer over 2.5 MB, which is too large for one request.
fn noise() -> Image {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let noise: Vec<u8> = (0..2_500_000).map(|_| next()).collect();
    Image::builder()
        .layer(Layer::new().file("noise", noise, 0o644))
        .build()
}

#[test]
fn an_upload_that_breaks_goes_on_with_what_the_registry_does_not_have() {
    let registry = Registry::new();
    let serving = serve(&registry);
    let scene = Scene::new(&serving.authority());
    scene.line.always("/blobs/uploads/", Fault::BreakUpload(BREAK));
    scene.push().ok();
    assert_eq!(scene.begins(), [0, BREAK, 2 * BREAK]);
    // One for the layer and one for the config.
    assert_eq!(scene.uploads(), 2);
    let reference = format!("{}/tools/whale:1.0.0", serving.authority());
    let shown = scene
        .outrigger
        .run(["show", &reference, "--format", "json"])
        .ok()
        .json();
    assert_eq!(shown["digest"], scene.image.digest().to_string());
}

/// docker-registry gives up an upload whose line broke.
#[test]
#[ignore = "needs docker-registry"]
fn an_upload_that_the_registry_lost_begins_anew() {
    let registry = RealRegistry::start().unwrap();
    let scene = Scene::new(registry.authority());
    // The first four requests: each of the two blobs is announced, and then brought.
    scene.line.times(4, "/blobs/uploads/", Fault::BreakUpload(BREAK));
    scene.push().ok();
    assert_eq!(scene.begins(), [0, 0]);
    assert_eq!(scene.uploads(), 3);
    let reference = format!("{}/tools/whale:1.0.0", registry.authority());
    scene.outrigger.run(["show", &reference]).ok();
}

#[test]
fn a_line_that_never_holds_is_given_up_and_nothing_has_a_name() {
    let registry = Registry::new();
    let serving = serve(&registry);
    let scene = Scene::new(&serving.authority());
    scene.line.always("/blobs/uploads/", Fault::HangUp);
    scene.push().fails_with(5);
    let reference = format!("{}/tools/whale:1.0.0", serving.authority());
    scene.outrigger.run(["show", &reference]).fails_with(4);
}

#[test]
fn a_list_of_tags_that_cannot_be_read_ends_a_push_before_anything_is_sent() {
    let registry = Registry::new();
    registry.push("tools/whale", "0.9.0", &noise());
    let serving = serve(&registry);
    let scene = Scene::new(&serving.authority());
    scene.line.always("/tags/list", Fault::Body(b"whales".to_vec()));
    let target = format!("{}/tools/whale:1.0.0", scene.line.authority());
    let push = ["push", "acme/whale:1.0.0", &target, "--floating"];
    scene.outrigger.run(push).fails_with(6);
    let asked = scene.line.requests();
    assert!(
        asked
            .iter()
            .all(|asked| ["GET", "HEAD"].contains(&asked.method.as_str())),
        "{asked:?}"
    );
}

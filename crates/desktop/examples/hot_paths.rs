//! The hot paths, each alone: `hot_paths NAME` prepares its input and walks the path once, in a function that a profiler finds by its
//! name. `cargo xtask bench instructions` counts what it executes there.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a program for developers: whatever fails here is a mistake in it"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{self, Read};
use std::process::ExitCode;

use archive::{ContentKey, LayerSource, Limits, Sink, Want};
use camino::Utf8Path;
use embedded::image::{Image, Layer};
use jiff::Timestamp;
use model::choice::Walk;
use model::installed::{Generation, Installed};
use model::metadata::Metadata;
use model::payload::PayloadPlan;
use model::permissions::Permissions;
use model::{AllowList, Digest, ExtensionId, Host, ImagePath, Labels, Platform, Policy, System, Tag};
use store::Store;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("layer") => layer(),
        Some("tags") => tags(),
        Some("allow-list") => allow_list(),
        Some("labels") => labels(),
        Some("payload") => payload(),
        Some("activations") => activations(),
        _ => {
            eprintln!("usage: hot_paths layer | tags | allow-list | labels | payload | activations");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// What files are made of.
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvw";

/// What is counted. Never inlined, since it is found by its name.
#[inline(never)]
fn measured<T>(path: impl FnOnce() -> T) {
    black_box(path());
}

/// Reads a gzip layer of 1000 files, 8 MB, of which half are wanted.
fn layer() {
    let content = |number: usize| {
        (0..8000)
            .map(|at| LETTERS[(at * at + number) % LETTERS.len()])
            .collect::<Vec<_>>()
    };
    let layer = (0..1000).fold(Layer::new(), |layer, number| {
        let folder = if number % 2 == 0 { "ui" } else { "backend" };
        layer.file(format!("{folder}/assets/{number}.js"), content(number), 0o644)
    });
    let image = Image::builder().layer(layer.clone()).build();
    let packed = &image.blobs()[&image.layer_digests()[0]];
    let plain = Image::builder()
        .layer(layer.compression(embedded::image::Compression::None))
        .build();
    let source = LayerSource {
        layer: 0,
        diff_id: &plain.layer_digests()[0],
        compressed_size: packed.len() as u64,
    };
    let want = Want::Below(vec![ImagePath::parse("ui").expect("a path")]);
    measured(|| {
        archive::read_layer(packed.as_ref(), &source, &want, &Limits::default(), &mut Drain).expect("a layer")
    });
}

/// Reads what it is given, and keeps nothing.
struct Drain;

impl Sink for Drain {
    fn store(&mut self, _key: ContentKey, _size: u64, content: &mut dyn Read) -> io::Result<()> {
        io::copy(content, &mut io::sink()).map(drop)
    }
}

/// Chooses among 10,000 tags.
fn tags() {
    let tags: Vec<Tag> = (0..10_000)
        .map(|number| {
            format!("{}.{}.{}", number / 1000, number / 10 % 100, number % 10)
                .parse()
                .expect("a tag")
        })
        .collect();
    let (id, host, policy) = (id("acme/harbour"), host(), Policy::default());
    measured(|| {
        let walk = Walk::new(&id, &tags, None, (&host, &policy), Timestamp::UNIX_EPOCH);
        walk.next(&BTreeMap::new())
    });
}

/// Looks for 1000 references in a list of 500 patterns.
fn allow_list() {
    let patterns: Vec<_> = (0..500)
        .map(|number| format!("acme/extension-{number}:^1.{number}"))
        .collect();
    let list = AllowList::parse(&patterns.join("\n")).expect("an allow-list");
    let references: Vec<_> = (0..1000)
        .map(|number| {
            format!("acme/extension-{number}:1.{number}.0")
                .parse()
                .expect("a reference")
        })
        .collect();
    measured(|| {
        references
            .iter()
            .filter(|reference| list.decide(reference).is_some())
            .count()
    });
}

/// Reads the labels of one release 1000 times.
fn labels() {
    let labels = [
        ("org.opencontainers.image.title", "Harbour"),
        ("org.opencontainers.image.description", "Everything about ships"),
        ("org.opencontainers.image.vendor", "Acme"),
        ("com.docker.desktop.extension.api.version", ">= 0.3.0"),
        (
            "com.docker.desktop.extension.icon",
            "https://example.com/icon.svg",
        ),
        (
            "com.docker.extension.detailed-description",
            "<h1>Ships</h1><p>All of them.</p>",
        ),
        ("com.docker.extension.publisher-url", "https://example.com"),
        ("com.docker.extension.changelog", "<ul><li>Faster</li></ul>"),
        ("com.docker.extension.categories", "utility-tools,networking"),
        ("maintainer", "somebody else"),
    ];
    let raw: BTreeMap<_, _> = labels
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    measured(|| {
        (0..1000)
            .map(|_| Labels::read(black_box(&raw)).known().len())
            .sum::<usize>()
    });
}

/// Plans the payload of metadata with 100 binaries, 100 times.
fn payload() {
    let binary = |number: usize| {
        format!(
            r#"{{"linux":[{{"path":"/linux/tool-{number}"}}],"darwin":[{{"path":"/darwin/tool-{number}"}}]}}"#
        )
    };
    let binaries: Vec<_> = (0..100).map(binary).collect();
    let text = format!(
        r#"{{"icon":"icon.svg","ui":{{"dashboard-tab":{{"title":"Harbour","root":"/ui","src":"index.html"}}}},"host":{{"binaries":[{}]}}}}"#,
        binaries.join(",")
    );
    let metadata = Metadata::parse(text.as_bytes()).expect("metadata");
    measured(|| {
        (0..100)
            .map(|_| {
                PayloadPlan::new(black_box(&metadata), System::Linux)
                    .entries
                    .len()
            })
            .sum::<usize>()
    });
}

/// Lists 100 installed extensions.
fn activations() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = Utf8Path::from_path(folder.path())
        .expect("a path of text")
        .join("home");
    let store = Store::open(&home).expect("a home folder");
    for number in 0..100 {
        let id = id(&format!("acme/extension-{number}"));
        let transaction = store.begin(&id, || {}).expect("a transaction");
        // An install would have made it.
        std::fs::create_dir_all(home.join("activations")).expect("a folder");
        transaction.set(&installed(id)).expect("an activation");
    }
    measured(|| store.installed().expect("a listing"));
}

fn installed(id: ExtensionId) -> Installed {
    let digest = Digest::of(id.to_string().as_bytes());
    let current = Generation {
        tag: Some("1.0.0".parse().expect("a tag")),
        digest: digest.clone(),
        manifest: digest.clone(),
        system: System::Linux,
        title: "Harbour".to_owned(),
        vendor: Some("Acme".to_owned()),
        api_version: None,
        tabs: vec!["Harbour".to_owned()],
        backend: false,
        binaries: Vec::new(),
        permissions: Permissions::default(),
        payload: digest,
        size: 1,
        layers: Vec::new(),
        installed_at: Timestamp::UNIX_EPOCH,
        automatic: false,
    };
    Installed {
        id,
        current,
        previous: Vec::new(),
        held: false,
        left: Vec::new(),
        operation: None,
    }
}

fn id(text: &str) -> ExtensionId {
    text.parse().expect("an id")
}

fn host() -> Host {
    let platform: Platform = "linux/amd64".parse().expect("a platform");
    Host::new("0.4.2".parse().expect("a version"), platform).expect("a host")
}

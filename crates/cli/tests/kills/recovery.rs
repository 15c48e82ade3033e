//! What the next change does about what an earlier one left, and what it costs.

use crate::scene::{Scene, copy};
use crate::strace::watched;
use crate::whole::versions;

/// A loss of power may leave a layer with its name and half its content, or with zeros.
#[test]
fn layers_in_the_cache_that_were_torn_are_noticed_and_fetched_again() {
    let scene = Scene::new();
    scene.run("install {}:1.0.0 --force").ok();
    scene.run("rm {}").ok();
    let home = scene.outrigger.home();
    let blobs = || {
        home.join("blobs")
            .read_dir_utf8()
            .unwrap()
            .map(|blob| blob.unwrap().into_path())
    };
    assert!(blobs().count() >= 2);
    for (number, blob) in blobs().enumerate() {
        let content = std::fs::read(&blob).unwrap();
        let torn = if number % 2 == 0 {
            content[..content.len() / 2].to_vec()
        } else {
            vec![0; content.len()]
        };
        std::fs::write(&blob, torn).unwrap();
    }
    scene.run("install {}:1.0.0 --force").ok();
    assert_eq!(versions(&home), ["1.0.0"]);
    // What was not needed again may still be torn; whatever is read is verified.
    let whole = blobs().filter(|blob| {
        let content = std::fs::read(blob).unwrap();
        model::Digest::of(&content).file_name() == blob.file_name().unwrap()
    });
    assert!(whole.count() >= 2, "the layers were fetched again");
}

#[test]
fn a_home_of_a_later_program_is_refused_or_only_read_in_plain_words() {
    let scene = Scene::new();
    scene.run("install {}:1.0.0 --force").ok();
    let format = scene.outrigger.home().join("format.json");
    let with = |content: &str, command: &str| {
        std::fs::write(&format, content).unwrap();
        scene.run(command)
    };
    let newer = with("{\"format\":2}", "ls").fails_with(1).stderr;
    assert!(
        newer.contains("format 2") && newer.contains("use the newer program"),
        "{newer}"
    );
    let unknown = with("{\"format\":1,\"incompatible\":[\"packs\"]}", "ls")
        .fails_with(1)
        .stderr;
    assert!(
        unknown.contains("packs") && unknown.contains("use the newer program"),
        "{unknown}"
    );
    let read_only = "{\"format\":1,\"readOnly\":[\"packs\"]}";
    assert_eq!(
        with(read_only, "ls -q").ok().stdout.trim(),
        scene.id("acme/whale")
    );
    let refused = with(read_only, "rm {}").fails_with(1).stderr;
    assert!(
        refused.contains("only be read") && refused.contains("packs"),
        "{refused}"
    );
    with("{\"format\":1,\"compatible\":[\"packs\"]}", "rm {}").ok();
    assert_eq!(versions(&scene.outrigger.home()), [""; 0]);
}

#[test]
#[ignore = "needs strace"]
fn what_is_installed_costs_a_change_of_another_extension_nothing() {
    let alone = files_touched(0);
    let among_many = files_touched(40);
    assert!(
        among_many < alone + 10,
        "{alone} calls with files beside no other extension, {among_many} beside forty"
    );
}

/// How many calls with paths a change makes, beside so many other extensions, where a dead process left
/// something to clean up.
fn files_touched(others: usize) -> usize {
    let scene = Scene::new();
    let home = scene.outrigger.home();
    let squid = scene.id("acme/squid");
    scene
        .outrigger
        .run(["install", &format!("{squid}:1.0.0"), "--force"])
        .ok();
    let activations = home.join("activations");
    let file = activations
        .read_dir_utf8()
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .into_path();
    let name = file.file_stem().unwrap().to_owned();
    let activation = std::fs::read_to_string(&file).unwrap();
    for number in 0..others {
        let copied = format!("{name}{number}");
        let content = activation.replace(&squid, &format!("{squid}{number}"));
        std::fs::write(activations.join(format!("{copied}.json")), content).unwrap();
        for folder in ["extensions", "records"] {
            copy(&home.join(folder).join(&name), &home.join(folder).join(&copied));
        }
    }
    scene.run("install {}:1.0.0 --force").ok();
    std::fs::create_dir_all(home.join("staging/abandoned/content")).unwrap();
    let (output, calls) = watched(&scene, "rm {}", &["--trace=%file".to_owned()]);
    assert!(output.status.success());
    assert!(!home.join("staging/abandoned").exists());
    assert_eq!(versions(&home).len(), others + 1);
    calls.lines().count()
}

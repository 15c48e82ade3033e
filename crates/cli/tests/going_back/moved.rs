use crate::scene::Scene;

/// The whale 1.0.0 is installed, and then pushed again.
fn moved() -> Scene {
    let scene = Scene::installed(&["1.0.0"]);
    scene.push_saying("1.0.0", "another page");
    scene
}

#[test]
fn an_update_tells_that_a_tag_moved_and_does_not_follow_it() {
    let scene = moved();
    shown!(scene.says("update acme/whale", 0), @"
    docker.io/acme/whale 1.0.0 is installed already.
    warning: the tag docker.io/acme/whale:1.0.0 has moved: it points to sha256:[digest] now, and sha256:[digest] is installed; nothing was changed, `outrigger update docker.io/acme/whale --accept-moved` takes what it points to
    ");
    shown!(scene.says("update --all", 0), @"
    docker.io/acme/whale 1.0.0 is installed already.
    warning: the tag docker.io/acme/whale:1.0.0 has moved: it points to sha256:[digest] now, and sha256:[digest] is installed; nothing was changed, `outrigger update docker.io/acme/whale --accept-moved` takes what it points to
    ");
    shown!(scene.says("update acme/whale --to 1.0.0", 0), @"
    docker.io/acme/whale 1.0.0 is installed already.
    warning: the tag docker.io/acme/whale:1.0.0 has moved: it points to sha256:[digest] now, and sha256:[digest] is installed; nothing was changed, `outrigger update docker.io/acme/whale --accept-moved` takes what it points to
    ");
    shown!(scene.says("install acme/whale --force", 0), @"
    docker.io/acme/whale 1.0.0 is installed already.
    warning: the tag docker.io/acme/whale:1.0.0 has moved: it points to sha256:[digest] now, and sha256:[digest] is installed; nothing was changed, `outrigger update docker.io/acme/whale --accept-moved` takes what it points to
    ");
    assert_eq!(scene.page(), "1.0.0");
    shown!(scene.says("scan", 0), @"
    FINDING    ID                    INSTALLED  VERSION
    tag-moved  docker.io/acme/whale  1.0.0      1.0.0
    ");
}

#[test]
fn a_moved_tag_is_taken_where_somebody_says_so() {
    let scene = moved();
    let before = scene.extension()["digest"].clone();
    shown!(scene.says("update acme/whale --accept-moved", 0), @"Installed docker.io/acme/whale 1.0.0 anew");
    assert_eq!(scene.page(), "another page");
    shown!(scene.says("update acme/whale --accept-moved", 0), @"docker.io/acme/whale 1.0.0 is installed already.");
    let history = scene.run("history acme/whale --format json").ok().json();
    let last = &history["operations"][0];
    assert_eq!(last["from"]["digest"], before);
    assert_eq!(last["to"]["digest"], scene.extension()["digest"]);
    assert_eq!(last["kind"], "update");
    // What it was before is kept, and a rollback goes there.
    scene.run("rollback acme/whale").ok();
    assert_eq!(scene.page(), "1.0.0");
}

#[test]
fn installing_the_tag_by_its_name_takes_it_and_says_that_it_moved() {
    let scene = moved();
    shown!(scene.says("install acme/whale:1.0.0 --force", 0), @"
    Installed docker.io/acme/whale 1.0.0 anew
    warning: the tag docker.io/acme/whale:1.0.0 has moved: it points to sha256:[digest] now, and sha256:[digest] is installed; it was asked for, and is taken
    docker.io/acme/whale:1.0.0 will be able to do this:
      high    Runs `whale` on this machine, with your rights
      low     Shows the tab `Whale`
    ");
    assert_eq!(scene.page(), "another page");
}

#[test]
fn a_hold_also_holds_against_a_tag_that_moved() {
    let scene = moved();
    scene.run("hold acme/whale").ok();
    shown!(scene.says("update acme/whale --accept-moved", 3), @"
    error: docker.io/acme/whale: it is held, so that nothing moves it to 1.0.0
      help: `outrigger unhold` lets it move again
    ");
    assert_eq!(scene.page(), "1.0.0");
}

#[test]
fn accepting_a_moved_tag_names_no_other() {
    let scene = moved();
    shown!(scene.says("update acme/whale:1.1.0 --accept-moved", 2), @"error: acme/whale:1.1.0: `--accept-moved` takes the installed tag, whichever it is, not `1.1.0`");
    assert_eq!(scene.run("update acme/whale --to 1.1.0 --accept-moved").code, 2);
}

#[test]
fn where_a_newer_release_is_taken_the_old_tag_does_not_matter() {
    let scene = moved();
    scene.push("1.1.0");
    shown!(scene.says("update acme/whale", 0), @"Updated docker.io/acme/whale from 1.0.0 to 1.1.0");
}

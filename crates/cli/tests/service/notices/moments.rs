//! When the user is told, and when not.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use testkit::Mailbox;

use super::{TITLE, nothing_more_comes, scan, sent, serve_with, wait_for, waiting};

#[test]
#[ignore = "needs docker-registry"]
fn what_is_muted_is_not_told() {
    let mailbox = Mailbox::answering(200);
    let hook = mailbox.address("/");
    let scene = waiting(&format!("webhook = \"{hook}\"\nmute = \"acme/whale\""));
    let service = scene.serve();
    scan(&service);
    nothing_more_comes();
    assert_eq!((sent(&service).len(), mailbox.letters().len()), (0, 0));
}

#[test]
#[ignore = "needs docker-registry"]
#[expect(
    clippy::disallowed_methods,
    reason = "the service goes by the clock of this machine"
)]
fn in_quiet_hours_nobody_is_told_and_at_their_end_it_is() {
    // The hours that end at the next full minute that is at least five seconds away.
    let minute = |after| {
        let time = Timestamp::now() + SignedDuration::from_secs(after);
        time.to_string()[11..16].to_owned()
    };
    let mailbox = Mailbox::answering(200);
    let hook = mailbox.address("/");
    let scene = waiting(&format!("webhook = \"{hook}\""));
    let quiet = format!("{}-{}", minute(-3600), minute(65));
    scene.configure(&format!("[notices]\nwebhook = \"{hook}\"\nquiet = \"{quiet}\"\n"));
    let service = serve_with(&scene, "TZ", "UTC");
    scan(&service);
    nothing_more_comes();
    assert_eq!((sent(&service).len(), mailbox.letters().len()), (0, 0));
    let start = Instant::now();
    while mailbox.letters().is_empty() {
        assert!(
            start.elapsed() < Duration::from_secs(100),
            "nothing was told at {quiet}"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(wait_for(&service, 1)[0]["title"], TITLE);
}

#[test]
#[ignore = "needs docker-registry"]
fn what_a_scan_of_the_command_line_found_before_is_told_at_the_start() {
    let mailbox = Mailbox::answering(200);
    let hook = mailbox.address("/");
    let scene = waiting(&format!("show = \"off\"\nwebhook = \"{hook}\""));
    scene.outrigger.run(["scan"]);
    let _service = scene.serve();
    assert_eq!(mailbox.wait_for(1)[0].content["title"], TITLE);
}

#[test]
#[ignore = "needs docker-registry"]
fn a_scan_of_the_command_line_beside_the_service_is_noticed() {
    let mailbox = Mailbox::answering(200);
    let hook = mailbox.address("/");
    let scene = waiting(&format!("show = \"off\"\nwebhook = \"{hook}\""));
    let _service = scene.serve();
    nothing_more_comes();
    assert_eq!(mailbox.letters(), []);
    scene.outrigger.run(["scan"]);
    assert_eq!(mailbox.wait_for(1)[0].content["title"], TITLE);
}

//! The ways out that need no desktop.

use serde_json::{Value, json};
use testkit::{Mailbox, Service};

use super::{TITLE, nothing_more_comes, scan, sent, wait_for, waiting};
use crate::scene::outrigger;

#[test]
#[ignore = "needs docker-registry"]
fn a_webhook_and_a_command_get_the_notice_and_one_that_fails_keeps_nothing_up() {
    let mailbox = Mailbox::answering(204);
    let hook = mailbox.address("/services/hunter2?token=hunter2");
    let scene = waiting(&format!(
        "show = \"off\"\nwebhook = \"{hook}\"\ncommand = [\"/bin/sh\", \"-c\", \"cat > told.json; exit 1\"]"
    ));
    let service = scene.serve();
    scan(&service);
    let letters = mailbox.wait_for(1);
    assert_eq!(letters[0].path, "/services/hunter2?token=hunter2");
    let letter = &letters[0].content;
    assert_eq!(
        (&letter["kind"], &letter["title"]),
        (&json!("available"), &json!(TITLE))
    );
    let update =
        json!({ "extension": "docker.io/acme/whale", "title": "Whale", "from": "1.1.0", "to": "1.2.0" });
    assert_eq!(letter["updates"], json!([update]));
    assert_eq!(wait_for(&service, 1)[0]["ways"], json!(["webhook"]));
    let told = fs_err::read_to_string(scene.outrigger.home().join("told.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap(), *letter);
    scan(&service);
    nothing_more_comes();
    assert_eq!(mailbox.letters().len(), 1);
}

#[test]
fn a_test_says_what_came_of_each_way() {
    let mailbox = Mailbox::answering(500);
    let hook = mailbox.address("/services/hunter2");
    let outrigger = outrigger();
    outrigger.config(&format!(
        "[notices]\nwebhook = \"{hook}\"\ncommand = \"true\"\nquiet = \"00:00-23:59\"\n"
    ));
    let service = Service::start(&outrigger, &[]);
    let answer = service.post("/v1/notices/test", &json!({})).gives(200);
    let origin = mailbox.address("");
    let expected = json!({ "ways": [
        { "way": "desktop", "problem": "there is no desktop to show it on" },
        { "way": "webhook", "problem": format!("{origin} answers 500") },
        { "way": "command", "problem": null },
    ]});
    assert_eq!(answer.json(), expected);
    assert_eq!(mailbox.letters()[0].content["kind"], "test");
    assert_eq!(sent(&service), Vec::<Value>::new());

    // The button of the page does the same.
    let form = service.ask("POST", "/notices/test");
    let form = form.with("content-type", "application/x-www-form-urlencoded");
    let told = form.body(Vec::new()).now().gives(303);
    let path = told.header("location").unwrap().to_owned();
    let page = service
        .ask("GET", path.split('#').next().unwrap())
        .now()
        .gives(200)
        .body;
    for words in ["Send a test notice", "Not sent by webhook", "Sent by command"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("hunter2"), "{page}");
}

#[test]
fn a_webhook_that_is_no_address_stops_commands_and_is_not_repeated() {
    let outrigger = outrigger();
    outrigger.config("[notices]\nwebhook = \"http://hooks.example/services/hunter2\"\n");
    for command in [&["ls"][..], &["config", "show"]] {
        let output = outrigger.run(command.iter().copied()).fails_with(2);
        assert!(
            output.stderr.contains("config.toml:2:11: `notices.webhook`"),
            "{output:?}"
        );
        assert!(!output.stderr.contains("hunter2"), "{output:?}");
    }
    outrigger.config("[notices]\nwebhook = \"https://hooks.example/services/hunter2\"\n");
    let shown = outrigger.run(["config", "show"]).ok().stdout;
    assert!(
        shown.contains("https://hooks.example/…") && !shown.contains("hunter2"),
        "{shown}"
    );
}

//! What is written for each manager, with paths that nobody would choose.

use super::{Launch, launchd, systemd, task_scheduler};
use crate::error::Error;

fn launch() -> Launch {
    Launch {
        program: "/opt/out rigger/100%/outrigger".into(),
        arguments: [
            "--home",
            "/home/an \"n\"/$HOME/50% \\o/ é\n<&>",
            "serve",
            "--listen",
            "127.0.0.1:7900",
        ]
        .map(str::to_owned)
        .into(),
        listen: "127.0.0.1:7900".parse().unwrap(),
        beyond_loopback: false,
    }
}

#[test]
fn systemd_gets_a_service_that_says_when_it_is_ready() {
    insta::assert_snapshot!(systemd::service(&launch()).unwrap());
}

#[test]
fn systemd_gets_a_socket_for_the_same_address() {
    insta::assert_snapshot!(systemd::socket(&launch()));
}

#[test]
fn a_program_that_systemd_cannot_start_is_refused() {
    for name in ["out\"rigger", "out'rigger", "out\\rigger", "out\nrigger"] {
        let launch = Launch {
            program: format!("/opt/{name}").into(),
            ..launch()
        };
        let refused = systemd::service(&launch);
        assert!(matches!(refused, Err(Error::Unstartable { .. })), "{name}");
    }
}

#[test]
fn launchd_gets_an_agent() {
    let agent = launchd::agent(&launch());
    insta::assert_snapshot!(agent);
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..roxmltree::ParsingOptions::default()
    };
    let document = roxmltree::Document::parse_with_options(&agent, options).unwrap();
    let array = document
        .descendants()
        .find(|node| node.has_tag_name("array"))
        .unwrap();
    let words = array.children().filter(|node| node.has_tag_name("string"));
    let words: Vec<_> = words.map(|node| node.text().unwrap()).collect();
    assert_eq!(words[0], launch().program);
    assert_eq!(words[1..], launch().arguments);
}

#[test]
fn the_task_scheduler_gets_a_task_of_this_user() {
    let task = task_scheduler::task(&launch(), "HARBOUR\\ann <&>");
    insta::assert_snapshot!(task);
    let document = roxmltree::Document::parse(&task).unwrap();
    let users = document.descendants().filter(|node| {
        node.has_tag_name(("http://schemas.microsoft.com/windows/2004/02/mit/task", "UserId"))
    });
    let users: Vec<_> = users.map(|node| node.text().unwrap()).collect();
    assert_eq!(users, ["HARBOUR\\ann <&>"; 2]);
}

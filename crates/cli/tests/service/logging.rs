//! The log of the service: what it tells, and what it never does.

use std::process::Stdio;

use serde_json::{Value, json};
use testkit::Service;

use crate::scene::{Scene, outrigger, whale};

/// Starts the service with its log in a file, does something with it, ends it, and gives the log.
fn logged(
    outrigger: &testkit::Outrigger,
    filter: Option<&str>,
    arguments: &[&str],
    visit: impl FnOnce(&Service),
) -> String {
    let file = outrigger.surroundings().join("log");
    let mut command = outrigger.command();
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--format", "json"])
        .args(arguments);
    if let Some(filter) = filter {
        command.env("OUTRIGGER_LOG", filter);
    }
    command.stderr(Stdio::from(std::fs::File::create(&file).unwrap()));
    let service = Service::of(&mut command);
    visit(&service);
    assert_eq!(service.end().0, Some(0));
    fs_err::read_to_string(file).unwrap()
}

#[test]
#[ignore = "needs docker-registry"]
fn requests_that_change_something_and_their_jobs_are_told_as_objects_with_their_numbers() {
    let scene = Scene::new();
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    let mut job = String::new();
    let log = logged(&scene.outrigger, None, &["--log-format", "json"], |service| {
        service.get("/v1/extensions");
        let order = json!({ "kind": "install", "reference": "acme/whale", "accept": true });
        job = service.carry_out(&order)["id"].as_str().unwrap().to_owned();
    });
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let about = |message: &str| {
        let found = lines.iter().find(|line| line["message"] == message);
        found.unwrap_or_else(|| panic!("`{message}` is not in\n{log}"))
    };
    let begins = about("a job begins");
    assert_eq!(begins["job"], job);
    assert_eq!(begins["extension"], "docker.io/acme/whale");
    let answered = about("answered");
    assert_eq!(
        (&answered["method"], &answered["path"], &answered["status"]),
        (&json!("POST"), &json!("/v1/jobs"), &json!(202))
    );
    assert_eq!(
        answered["span"]["id"], begins["span"]["id"],
        "the job was begun by this request"
    );
    assert_eq!(about("a job has ended")["state"], "Done");
    let told = lines.iter().filter(|line| line["message"] == "answered").count();
    assert_eq!(told, 1, "what only looks is not told:\n{log}");
}

#[test]
fn no_level_of_the_log_tells_a_secret() {
    let outrigger = outrigger();
    let mut secrets = Vec::new();
    let log = logged(&outrigger, Some("trace"), &["--log-format", "text"], |service| {
        let opened = service.stranger("GET", &service.link()).now().gives(200);
        let cookie = opened
            .header("set-cookie")
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        service
            .stranger("GET", "/v1/health")
            .with("cookie", &cookie)
            .now()
            .gives(200);
        service.ask("GET", "/v1/health").now().gives(200);
        let key = service.link().split_once("key=").unwrap().1.to_owned();
        let session = cookie.split_once('=').unwrap().1.to_owned();
        secrets.extend([service.token().to_owned(), key, session]);
        let made = outrigger.run(["serve", "--link"]).ok().stdout;
        secrets.push(made.trim().split_once("key=").unwrap().1.to_owned());
    });
    assert!(log.contains("path=\"/open\"") || log.contains("/open"), "{log}");
    for secret in secrets {
        assert!(
            secret.len() >= 32 && !log.contains(&secret),
            "`{secret}` is in\n{log}"
        );
    }
}

#[test]
fn without_being_asked_it_logs_nothing_about_requests() {
    let log = logged(&outrigger(), None, &[], |service| {
        service.stranger("GET", "/v1/health").now().gives(401);
    });
    assert_eq!(log, "");
}

//! The API and its description, held against each other by schemathesis: hundreds of requests that its author did not think of.

use std::process::Command;

use testkit::{Service, fetched};

use crate::scene::{Scene, whale};

/// Requests for each address, besides those that go to the limits of each parameter.
const EXAMPLES: &str = "5";

/// `GET /v1/events` never ends. What asks a registry says 502 where that cannot be asked.
const CONFIGURATION: &str = r#"
[[operations]]
include-path = "/v1/events"
enabled = false

[[operations]]
include-path = "/v1/extensions/{id}/releases"
checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 502]
"#;

#[test]
#[ignore = "needs docker-registry, schemathesis"]
fn every_answer_is_one_that_the_description_promises() {
    let scene = Scene::new();
    scene.push("acme/whale", "1.0.0", &whale("1.0.0").build());
    scene.push("acme/squid", "0.1.0", &whale("1.0.0").build());
    scene.outrigger.run(["install", "--force", "acme/whale"]).ok();
    scene.push("acme/whale", "1.1.0", &whale("1.1.0").build());
    scene.outrigger.run(["scan"]).ok();
    // Made-up references name made-up hosts: none of them is to be asked.
    let service = Service::start(&scene.outrigger, &["--offline"]);

    let folder = testkit::Folder::new().file("schemathesis.toml", CONFIGURATION);
    let mut command = Command::new(fetched::schemathesis().unwrap());
    command.arg("--config-file=schemathesis.toml").arg("run");
    command.arg(format!("http://{}/v1/openapi.json", service.authority()));
    command.args(["--header", &format!("Authorization: Bearer {}", service.token())]);
    // Which texts are references, patterns and numbers of jobs is more than a schema can say.
    command.args(["--exclude-checks", "positive_data_acceptance"]);
    command.args(["--phases", "coverage,fuzzing", "--max-examples", EXAMPLES]);
    // The same requests every time.
    command.args(["--seed", "1", "--generation-database", "none", "--no-shrink"]);
    command.args(["--continue-on-failure", "--request-timeout", "20"]);
    let output = command.current_dir(folder.path()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}{error}");
    // It was really asked, and no request has harmed what is installed.
    let metrics = service.ask("GET", "/v1/metrics").now().gives(200).body;
    assert!(refusals(&metrics) > 100, "{metrics}\n{told}");
    assert_eq!(
        service.get("/v1/extensions?state=installed")["extensions"][0]["id"],
        "docker.io/acme/whale"
    );
}

/// How many requests the service has refused.
fn refusals(metrics: &str) -> usize {
    let mut lines = metrics.lines().filter(|line| line.contains("4xx"));
    let line = lines
        .next()
        .unwrap_or_else(|| panic!("no count of refusals in {metrics}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

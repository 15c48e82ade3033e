//! The workflows of the recipes release: their steps are run as a runner does, against a registry that wants a login.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;
use testkit::{Folder, Output, RealRegistry};

use crate::page::{Item, Page};

/// The workflow under a heading of the page.
fn workflow(heading: &str) -> Value {
    let page = Page::of_book("recipes.md");
    let items = page.items().into_iter();
    let mut below = items.skip_while(|item| *item != Item::Heading(heading.to_owned()));
    let block = below.find_map(|item| match item {
        Item::Block(block) if block.language == "yaml" => Some(block),
        _ => None,
    });
    serde_saphyr::from_str(&page.text[block.unwrap().content]).unwrap()
}

/// A checkout of an extension, and the machine that runs its job.
struct Runner {
    registry: RealRegistry,
    checkout: Folder,
    home: Folder,
    variables: BTreeMap<String, String>,
}

impl Runner {
    fn new(variables: &[(&str, &str)]) -> Self {
        let runner = Self {
            registry: RealRegistry::start_with_login("ann", "secret").unwrap(),
            checkout: Folder::new(),
            home: Folder::new(),
            variables: BTreeMap::new(),
        };
        let known = variables.iter().map(|(name, value)| {
            let value = value.replace("REGISTRY", runner.registry.authority());
            ((*name).to_owned(), value)
        });
        let variables = known.collect();
        let runner = Self { variables, ..runner };
        runner.run("outrigger init . --template ui --title Whales --vendor Acme");
        runner.run("git init --quiet && git add .");
        runner.run("git -c user.name=Ann -c user.email=ann@acme.example commit --quiet --message First");
        runner
    }

    /// Runs a script as both services do. The program is the one of this build: what would install it is left out.
    fn run(&self, script: &str) -> Output {
        let lines: Vec<_> = script
            .lines()
            .filter(|line| !line.starts_with("cargo install "))
            .collect();
        let binary = camino::Utf8Path::new(env!("CARGO_BIN_EXE_outrigger"));
        let path = format!(
            "{}:{}",
            binary.parent().unwrap(),
            std::env::var("PATH").unwrap_or_default()
        );
        let mut command = Command::new("/bin/bash");
        command
            .args(["-e", "-c", &lines.join("\n")])
            .current_dir(self.checkout.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.home.path())
            .envs(&self.variables);
        Output::of(&mut command).ok()
    }

    /// Whether a desktop with the same login can install what was released, by its name and by the newest.
    fn is_released(&self, repository: &str) {
        let reference = format!("{}/{repository}", self.registry.authority());
        self.run(&format!("outrigger install {reference}:1.2.0 --force"));
        self.run(&format!("outrigger show {reference}:latest"));
    }
}

#[test]
#[ignore = "needs docker-registry and git"]
fn the_workflow_for_github_releases() {
    let mut runner = Runner::new(&[
        ("GITHUB_REF_NAME", "v1.2.0"),
        ("GITHUB_ACTOR", "ann"),
        ("GITHUB_REPOSITORY", "Acme/whales"),
    ]);
    let workflow = workflow("GitHub Actions");
    assert_eq!(workflow["env"]["REGISTRY"], "ghcr.io");
    let authority = runner.registry.authority().to_owned();
    runner.variables.insert("REGISTRY".to_owned(), authority);
    for step in workflow["jobs"]["release"]["steps"].as_array().unwrap() {
        let variables = step["env"].as_object().into_iter().flatten();
        for (name, value) in variables {
            assert_eq!(value, "${{ secrets.GITHUB_TOKEN }}");
            runner.variables.insert(name.clone(), "secret".to_owned());
        }
        if let Some(script) = step["run"].as_str() {
            runner.run(script);
        }
    }
    runner.is_released("acme/whales");
}

#[test]
#[ignore = "needs docker-registry and git"]
fn the_job_for_gitlab_releases() {
    let runner = Runner::new(&[
        ("CI_COMMIT_TAG", "v1.2.0"),
        ("CI_REGISTRY", "REGISTRY"),
        ("CI_REGISTRY_IMAGE", "REGISTRY/acme/whales"),
        ("CI_REGISTRY_USER", "ann"),
        ("CI_REGISTRY_PASSWORD", "secret"),
    ]);
    let workflow = workflow("GitLab CI");
    let steps = workflow["release"]["script"].as_array().unwrap().iter();
    let script: Vec<_> = steps.map(|step| step.as_str().unwrap()).collect();
    runner.run(&script.join("\n"));
    runner.is_released("acme/whales");
}

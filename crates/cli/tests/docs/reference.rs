//! The lists of the reference are those of the code.

use std::collections::BTreeSet;

use desktop::{Code, Kind, Phase};
use model::findings::FindingKind;
use regex::Regex;
use testkit::Outrigger;

use crate::page::{Item, Page, root};

const ERRORS: &str = "reference/errors.md";

fn outrigger() -> Outrigger {
    Outrigger::new(env!("CARGO_BIN_EXE_outrigger"))
}

fn first_column(page: &Page, heading: &str) -> Vec<String> {
    page.table(heading)
        .into_iter()
        .map(|mut row| row.remove(0))
        .collect()
}

#[test]
fn every_error_code_has_an_entry_with_its_exit_code() {
    let documented: Vec<_> = Page::of_book(ERRORS)
        .table("code")
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    let exit = |code: &Code| match code.kind() {
        Kind::Failed => "1",
        Kind::Usage => "2",
        Kind::Refused => "3",
        Kind::NotFound => "4",
        Kind::Unreachable => "5",
        Kind::Invalid => "6",
    };
    let known: Vec<_> = Code::ALL
        .iter()
        .map(|code| (code.as_str().to_owned(), exit(code).to_owned()))
        .collect();
    assert_eq!(documented, known);
}

#[test]
fn every_problem_of_the_service_has_an_entry_with_its_status() {
    let known: Vec<_> = daemon::ServiceCode::ALL
        .iter()
        .map(|code| (code.as_str().to_owned(), code.number().to_string()))
        .collect();
    let documented: Vec<_> = Page::of_book("reference/api.md")
        .table("problem")
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    assert_eq!(documented, known);
}

#[test]
fn every_address_of_the_service_has_an_entry_with_its_methods() {
    let described: serde_json::Value = serde_json::from_str(&daemon::openapi()).unwrap();
    let known: Vec<_> = described["paths"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(path, methods)| {
            let methods = methods
                .as_object()
                .unwrap()
                .keys()
                .map(|method| method.to_uppercase());
            let mut methods: Vec<_> = methods.collect();
            methods.sort();
            (path.clone(), methods.join(" "))
        })
        .collect();
    let documented: Vec<_> = Page::of_book("reference/api.md")
        .table("address")
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    assert_eq!(documented, known);
}

#[test]
fn every_phase_has_an_entry() {
    let known: Vec<_> = Phase::ALL.iter().map(|phase| phase.as_str()).collect();
    assert_eq!(first_column(&Page::of_book(ERRORS), "phase"), known);
}

#[test]
fn every_rule_has_an_entry_and_a_page() {
    let documented = Page::of_book("rules.md").table("rule");
    let known: Vec<_> = ::author::rules()
        .map(|rule| {
            vec![
                rule.code.to_owned(),
                rule.severity.as_str().to_owned(),
                rule.why.replace('`', ""),
            ]
        })
        .collect();
    assert_eq!(documented, known);
    for rule in ::author::rules() {
        let page = Page::of_book(&format!("rules/{}.md", rule.code));
        let heading = format!(
            "# {}\n\nSeverity: {}. Why: {}.",
            rule.code,
            rule.severity.as_str(),
            rule.why
        );
        assert!(page.text.starts_with(&heading), "{}", page.path);
    }
}

#[test]
fn every_exit_code_has_an_entry() {
    let source = fs_err::read_to_string(root().join("crates/cli/src/exit.rs")).unwrap();
    let known: Vec<_> = Regex::new(r"(?m)^    [A-Z]\w+ = (\d+),$")
        .unwrap()
        .captures_iter(&source)
        .map(|found| found[1].to_owned())
        .collect();
    assert_eq!(known.len(), 8);
    assert_eq!(first_column(&Page::of_book(ERRORS), "exit"), known);
}

#[test]
fn every_kind_of_finding_has_an_entry() {
    use FindingKind::{
        NewExtension, NotAllowed, TagGone, TagMoved, Unreachable, UpdateAvailable, UpdateBlocked,
    };
    let kinds = [
        UpdateAvailable,
        UpdateBlocked,
        NewExtension,
        TagMoved,
        TagGone,
        NotAllowed,
        Unreachable,
    ];
    // A new kind does not compile here: add it above too.
    for kind in kinds {
        match kind {
            UpdateAvailable | UpdateBlocked | NewExtension | TagMoved | TagGone | NotAllowed
            | Unreachable => {}
        }
    }
    let known: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(first_column(&Page::of_book("reference/json.md"), "kind"), known);
}

#[test]
fn every_setting_has_an_entry_with_its_default() {
    let outrigger = outrigger();
    outrigger.config("[registry.\"docker.io\"]\n[updates.extension]\n\"acme/whale\" = \"off\"\n");
    let shown = outrigger.run(["config", "show", "--format", "json"]).ok().json();
    let known: Vec<_> = shown["settings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|setting| {
            let key = setting["key"].as_str().unwrap();
            let key = key
                .replace("docker.io", "NAME")
                .replace("acme/whale", "REPOSITORY");
            let default = setting["value"].as_str().unwrap_or("-");
            let default = match key.as_str() {
                "host.platform" => "this machine",
                key if key.ends_with("\"REPOSITORY\"") => "-",
                _ => default,
            };
            (key, default.to_owned())
        })
        .collect();
    let documented: Vec<_> = Page::of_book("reference/configuration.md")
        .table("key")
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    assert_eq!(documented, known);
}

#[test]
fn every_variable_of_the_environment_has_an_entry() {
    let variable = Regex::new(r#""(OUTRIGGER_[A-Z_]+)""#).unwrap();
    let mut known = BTreeSet::new();
    for room in [
        "cli", "author", "daemon", "desktop", "store", "registry", "archive", "model", "embedded",
    ] {
        let mut folders = vec![root().join("crates").join(room).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir_utf8().unwrap() {
                let path = entry.unwrap().into_path();
                if path.is_dir() {
                    // What tests are told is nothing that a user sets.
                    folders.extend((path.file_name() != Some("tests")).then_some(path));
                } else {
                    let source = fs_err::read_to_string(&path).unwrap();
                    known.extend(variable.captures_iter(&source).map(|found| found[1].to_owned()));
                }
            }
        }
    }
    assert!(known.contains("OUTRIGGER_HOME"), "{known:?}");
    let documented = first_column(&Page::of_book("reference/configuration.md"), "variable");
    let documented: BTreeSet<_> = documented
        .into_iter()
        .filter(|name| name.starts_with("OUTRIGGER_"))
        .collect();
    assert_eq!(documented, known);
}

/// The names below `Commands:` in a command's help.
fn commands_below(command: &[&str]) -> Vec<String> {
    let arguments = command.iter().copied().chain(["--help"]);
    let help = outrigger().run(arguments).ok().stdout;
    let listed = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "));
    // What is indented further goes on with the line above.
    listed
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| Some(line.split_whitespace().next()?.to_owned()))
        .collect()
}

/// The examples are compared with what is printed by the test of all examples; here, that none is missing.
#[test]
fn the_help_of_every_command_is_shown() {
    let mut known = vec!["$ outrigger --help".to_owned()];
    for command in commands_below(&[]) {
        known.push(format!("$ outrigger {command} --help"));
        let below = commands_below(&[&command]);
        known.extend(
            below
                .iter()
                .map(|name| format!("$ outrigger {command} {name} --help")),
        );
    }
    assert!(
        known.contains(&"$ outrigger allow test --help".to_owned()),
        "{known:?}"
    );
    let page = Page::of_book("reference/commands.md");
    let shown: Vec<_> = page
        .items()
        .into_iter()
        .filter_map(|item| match item {
            Item::Block(block) => page.text[block.content].lines().next().map(str::to_owned),
            _ => None,
        })
        .collect();
    assert_eq!(shown, known);
}

//! `outrigger init` and `outrigger build`: from an empty folder to an installed extension, without engine and registry.

use testkit::{Folder, Output, Outrigger};

use crate::folders::run_in;

fn begun(template: &str) -> Folder {
    let folder = Folder::new();
    run_in(
        &folder,
        &format!("init whale --template {template} --title Whale_Watch --vendor Acme"),
    )
    .ok();
    folder
}

fn outrigger_in(outrigger: &Outrigger, folder: &Folder, arguments: &str) -> Output {
    let mut command = outrigger.command();
    command
        .current_dir(folder.path())
        .args(arguments.split_whitespace());
    Output::of(&mut command)
}

#[test]
fn what_each_template_writes_is_valid_and_installs() {
    for template in ["ui", "backend", "host"] {
        let folder = begun(template);
        let validated = run_in(&folder, "validate whale --strict").ok();
        assert_eq!(validated.stdout, "", "{template}");
        let outrigger = Outrigger::new(env!("CARGO_BIN_EXE_outrigger"));
        outrigger.config("[host]\nplatform = \"linux/amd64\"\n");
        outrigger_in(&outrigger, &folder, "build whale -o oci:layout").ok();
        outrigger_in(&outrigger, &folder, "install oci:layout --force").ok();
        let listed = outrigger.run(["ls", "--format", "json"]).ok().json();
        assert_eq!(
            listed["extensions"][0]["id"], "docker.io/acme/whale-watch",
            "{template}"
        );
        assert_eq!(listed["extensions"][0]["version"], "0.1.0");
    }
}

#[test]
fn the_files_are_listed_and_what_is_there_is_left_alone() {
    let folder = Folder::new();
    let output = run_in(&folder, "init whale --template host --vendor Acme").ok();
    shown!(output.stdout, @"
    whale/icon.svg
    whale/ui/index.html
    whale/ui/style.css
    whale/metadata.json
    whale/ui/main.js
    whale/host/linux/hello
    whale/host/darwin/hello
    whale/host/windows/hello.cmd
    whale/outrigger.toml
    ");
    shown!(output.stderr, @"
    Begun in whale
    Next: outrigger validate whale
    ");
    let again = run_in(&folder, "init whale --template ui --vendor Acme").fails_with(1);
    shown!(again.stderr, @"error: whale/icon.svg is there already");
}

#[test]
fn without_a_terminal_what_has_no_default_is_asked_for_by_its_flag() {
    let empty = run_in(&Folder::new(), "init whale --vendor=").fails_with(2);
    shown!(empty.stderr, @"error: the vendor is empty");
    shown!(run_in(&Folder::new(), "init whale").fails_with(2).stderr, @"
    error: nobody can be asked for the vendor: there is no terminal
      help: give it with `--vendor`
    ");
}

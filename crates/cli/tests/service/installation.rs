//! `outrigger serve --install`: what is written, and that systemd can work with it.

use std::process::Command;

use camino::Utf8PathBuf;
use testkit::{Output, Outrigger};

use crate::scene::outrigger;

const COMMENT: &str = "# Outrigger has written this file";

/// The binary with the configuration of systemd in its surroundings.
fn serve(outrigger: &Outrigger, arguments: &[&str]) -> Output {
    let mut command = outrigger.command();
    command.env("XDG_CONFIG_HOME", outrigger.surroundings().join("config"));
    Output::of(command.arg("serve").args(arguments))
}

fn unit(outrigger: &Outrigger, name: &str) -> Utf8PathBuf {
    let folder = outrigger.surroundings().join("config/systemd/user");
    folder.join(name)
}

#[test]
fn an_installation_writes_units_and_starts_nothing() {
    let outrigger = outrigger();
    let written = serve(&outrigger, &["--install", "--listen", "127.0.0.1:7900"]).ok();
    for name in ["outrigger.service", "outrigger.socket"] {
        let path = unit(&outrigger, name);
        assert!(written.stdout.contains(path.as_str()), "{}", written.stdout);
        assert!(fs_err::read_to_string(path).unwrap().starts_with(COMMENT));
    }
    assert!(
        written
            .stdout
            .contains("systemctl --user enable --now outrigger.service")
    );
    let service = fs_err::read_to_string(unit(&outrigger, "outrigger.service")).unwrap();
    let home = outrigger.home();
    let words = format!("\"--home\" \"{home}\" \"serve\" \"--listen\" \"127.0.0.1:7900\"");
    assert!(service.contains(&words), "{service}");
    let socket = fs_err::read_to_string(unit(&outrigger, "outrigger.socket")).unwrap();
    assert!(socket.contains("ListenStream=127.0.0.1:7900"), "{socket}");
    assert!(!outrigger.home().exists());
}

#[test]
fn an_installation_replaces_the_one_before_and_its_removal_leaves_nothing() {
    let outrigger = outrigger();
    serve(&outrigger, &["--install", "--listen", "127.0.0.1:7900"]).ok();
    serve(&outrigger, &["--install", "--format", "json"]).ok();
    let service = fs_err::read_to_string(unit(&outrigger, "outrigger.service")).unwrap();
    assert!(!service.contains("7900"), "{service}");
    let wants = unit(&outrigger, "default.target.wants");
    fs_err::create_dir(&wants).unwrap();
    let link = wants.join("outrigger.service");
    fs_err::os::unix::fs::symlink(unit(&outrigger, "outrigger.service"), &link).unwrap();

    let removed = serve(&outrigger, &["--uninstall", "--format", "json"])
        .ok()
        .json();
    assert_eq!(removed["files"].as_array().unwrap().len(), 2);
    assert!(!unit(&outrigger, "outrigger.service").exists());
    assert!(!link.is_symlink());
    let nothing = serve(&outrigger, &["--uninstall"]).fails_with(4);
    assert!(nothing.stderr.contains("--install"), "{}", nothing.stderr);
}

#[test]
fn a_unit_that_somebody_else_wrote_is_neither_replaced_nor_removed() {
    let outrigger = outrigger();
    let path = unit(&outrigger, "outrigger.socket");
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(&path, "[Socket]\n").unwrap();
    for arguments in [["--install"], ["--uninstall"]] {
        let refused = serve(&outrigger, &arguments).fails_with(1);
        assert!(refused.stderr.contains(path.as_str()), "{}", refused.stderr);
    }
    assert_eq!(fs_err::read_to_string(&path).unwrap(), "[Socket]\n");
    assert!(!unit(&outrigger, "outrigger.service").exists(), "all or nothing");
}

#[test]
fn what_could_not_be_started_is_not_installed() {
    let outrigger = outrigger();
    serve(&outrigger, &["--install", "--listen", "127.0.0.1:0"]).fails_with(2);
    serve(&outrigger, &["--install", "--listen", "0.0.0.0:7900"]).fails_with(2);
    assert!(!unit(&outrigger, "outrigger.service").exists());
}

#[test]
#[ignore = "needs systemd"]
fn systemd_finds_nothing_wrong_with_the_units() {
    let outrigger = outrigger();
    serve(&outrigger, &["--install"]).ok();
    let mut verify = Command::new("systemd-analyze");
    verify.args(["verify", "--user"]);
    verify.arg(unit(&outrigger, "outrigger.service"));
    verify.arg(unit(&outrigger, "outrigger.socket"));
    let verified = Output::of(verify.env("XDG_RUNTIME_DIR", outrigger.surroundings())).ok();
    assert_eq!(verified.stdout + &verified.stderr, "");
}

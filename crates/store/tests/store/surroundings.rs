//! The home folder of a user, and what the environment says of it.

use std::process::{Command, Stdio};

use store::default_home;

/// Tells a process that was started with another environment to print its default home.
const ASKED: &str = "OUTRIGGER_TEST_DEFAULT_HOME";
const THIS_TEST: &str = "surroundings::the_default_home_is_below_an_absolute_home_directory_or_refused";

/// What `default_home` answers in a process with this environment.
fn default_home_with(home_directory: &str, data_directory: Option<&str>) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "--nocapture", THIS_TEST])
        .env(ASKED, "1")
        .env("HOME", home_directory)
        .stderr(Stdio::null());
    match data_directory {
        Some(folder) => command.env("XDG_DATA_HOME", folder),
        None => command.env_remove("XDG_DATA_HOME"),
    };
    let printed = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let answer = printed.lines().find_map(|line| line.split_once("answer: "));
    answer.unwrap().1.to_owned()
}

#[test]
fn the_default_home_is_below_an_absolute_home_directory_or_refused() {
    if std::env::var_os(ASKED).is_some() {
        let answer = default_home().map_or_else(|error| error.to_string(), camino::Utf8PathBuf::into_string);
        println!("answer: {answer}");
        return;
    }
    assert_eq!(
        default_home_with("/home/ada", None),
        "/home/ada/.local/share/outrigger"
    );
    assert_eq!(default_home_with("/home/ada", Some("/data")), "/data/outrigger");
    assert_eq!(default_home_with("rel", Some("/data")), "/data/outrigger");
    for (home_directory, home) in [
        ("rel", "rel/.local/share/outrigger"),
        (".", "./.local/share/outrigger"),
    ] {
        assert_eq!(
            default_home_with(home_directory, None),
            format!(
                "the home folder would be {home}, which is not an absolute path; set HOME to one, or name a folder with --home or OUTRIGGER_HOME"
            )
        );
    }
}

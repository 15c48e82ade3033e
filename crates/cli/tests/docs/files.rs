//! Blocks that show a file are read by whoever would read that file.

use jiff::Timestamp;
use model::AllowList;
use store::configuration;
use testkit::Folder;

/// Checks the content of a block that is no console.
pub(crate) fn check(language: &str, content: &str) -> Result<(), String> {
    match language {
        "toml" => check_configuration(content),
        "toml,build" => check_build_file(content),
        "allow-list" => match AllowList::parse(content) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        },
        "json" => match serde_json::from_str::<serde_json::Value>(content) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("no JSON: {error}")),
        },
        // Read by people only: drawings and formats, and what the author's test builds.
        "" | "text" | "dockerfile" | "html" | "rust" | "yaml" | "make"
            if !content.contains("\n$ ") && !content.starts_with("$ ") =>
        {
            Ok(())
        }
        other => Err(format!("a block of `{other}` is checked by nobody")),
    }
}

/// A build file, beside metadata that names nothing of its own.
fn check_build_file(content: &str) -> Result<(), String> {
    let folder = Folder::new()
        .file("metadata.json", "{}")
        .file("outrigger.toml", content);
    match ::author::validate_path(folder.path()) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// A whole configuration, or a part of one.
fn check_configuration(content: &str) -> Result<(), String> {
    let folder = Folder::new().file("allow.txt", "").file("config.toml", content);
    let file = folder.path().join("config.toml");
    let configured =
        configuration::Settings::load(Some(&file), folder.path()).map_err(|error| error.to_string())?;
    desktop::Settings::new(&configured, || Timestamp::UNIX_EPOCH).map_err(|error| error.to_string())?;
    Ok(())
}

#[test]
fn what_no_reader_would_take_is_found() {
    for (language, content) in [
        ("toml", "[policy]\nminimum-ages = \"3d\"\n"),
        (
            "toml",
            "[registry.\"a.example\"]\nendpoint = \"http://b.example\"\n",
        ),
        ("toml,build", "label = 1\n"),
        ("allow-list", "acme//whale\n"),
        ("json", "{"),
        ("text", "a\n$ outrigger ls\n"),
        ("sh", "outrigger ls\n"),
    ] {
        assert!(check(language, content).is_err(), "{language}: {content}");
    }
    for (language, content) in [
        ("toml", "[policy]\nallow-list = \"allow.txt\"\n"),
        ("allow-list", "acme/whale:^1.2 # a comment\n"),
        ("json", "{}"),
        ("text", "a\n"),
    ] {
        assert_eq!(check(language, content), Ok(()), "{language}: {content}");
    }
}

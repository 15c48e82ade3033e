//! `outrigger serve --install` and `--uninstall`

use std::net::SocketAddr;

use camino::Utf8PathBuf;
use daemon::{Launch, Way};
use serde_json::json;

use crate::arguments::Serve;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::Output;
use crate::output::failure::Failure;

pub(super) fn install(
    context: &Context,
    output: &Output,
    wanted: &Serve,
    listen: SocketAddr,
) -> Result<Exit, Failure> {
    if listen.port() == 0 {
        let problem = "a service that starts by itself needs a port that stays the same: port 0 is any";
        return Err(Failure::usage(problem.to_owned()));
    }
    let installed = daemon::install(&Launch {
        program: program()?,
        arguments: arguments(context, wanted),
        listen,
        beyond_loopback: wanted.beyond_loopback,
    })?;
    if !installed.is_tested {
        output
            .note("Nobody has tried this on a system of this kind yet: look at the file before you use it.");
    }
    if output.is_json() {
        let way = |way: &Way| json!({ "when": way.when, "commands": way.commands });
        let ways: Vec<_> = installed.ways.iter().map(way).collect();
        output.json(&json!({ "files": installed.files, "ways": ways }));
        return Ok(Exit::Done);
    }
    list(output, "Wrote", &installed.files);
    for way in &installed.ways {
        output.line(&format!("To run the service {}:", way.when));
        commands(output, &way.commands);
    }
    Ok(Exit::Done)
}

pub(super) fn uninstall(output: &Output) -> Result<Exit, Failure> {
    let removed = daemon::uninstall()?;
    if output.is_json() {
        output.json(&json!({ "files": removed.files, "commands": removed.commands }));
        return Ok(Exit::Done);
    }
    list(output, "Removed", &removed.files);
    output.line("To end the service that may still run:");
    commands(output, &removed.commands);
    Ok(Exit::Done)
}

fn list(output: &Output, verb: &str, files: &[Utf8PathBuf]) {
    for file in files {
        output.line(&format!("{verb} {file}"));
    }
}

fn commands(output: &Output, commands: &[String]) {
    for command in commands {
        output.line(&format!("  {command}"));
    }
}

/// This program.
fn program() -> Result<Utf8PathBuf, Failure> {
    let unknown =
        |problem: String| Failure::failed(format!("the path of this program is not known: {problem}"));
    let path = std::env::current_exe().map_err(|error| unknown(error.to_string()))?;
    Utf8PathBuf::from_path_buf(path).map_err(|path| unknown(format!("{} is not UTF-8", path.display())))
}

/// What this run was told, with absolute paths: a service is started elsewhere, and with other variables.
fn arguments(context: &Context, wanted: &Serve) -> Vec<String> {
    let use_cases = context.use_cases();
    let mut arguments = vec!["--home".to_owned(), use_cases.home.into_string()];
    if let Some(configuration) = use_cases.configuration {
        let configuration = camino::absolute_utf8(&configuration).unwrap_or(configuration);
        arguments.extend(["--config".to_owned(), configuration.into_string()]);
    }
    if use_cases.offline {
        arguments.push("--offline".to_owned());
    }
    arguments.push("serve".to_owned());
    if let Some(listen) = wanted.listen {
        arguments.extend(["--listen".to_owned(), listen.to_string()]);
    }
    if wanted.beyond_loopback {
        arguments.push("--beyond-loopback".to_owned());
    }
    arguments
}

//! The binary `outrigger`: arguments in; tables, progress bars, JSON and exit codes out.
//!
//! This room knows words on a screen. No decision lives here: commands call use cases of `desktop` and show what comes
//! back.

mod arguments;
mod commands;
mod context;
mod exit;
mod log;
mod output;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::output::Output;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error).into(),
    };
    let output = Output::new(&arguments.global);
    log::begin(&arguments);
    let result = commands::run(arguments.command, &arguments.global, &output);
    output.conclude(result).into()
}

/// What clap says is help, a version, or a wrong usage; the latter as JSON where JSON was asked for.
fn usage(error: &clap::Error) -> Exit {
    if error.use_stderr() && wants_json() {
        // The message goes on until the usage, which is for people.
        let message = error.to_string();
        let lines = message
            .lines()
            .take_while(|line| !line.starts_with("Usage:"))
            .map(str::trim);
        let message = lines
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        let message = message.trim_start_matches("error: ").to_owned();
        output::failure::Failure::usage(message).print_json();
    } else {
        // A closed pipe is the reader's choice.
        let _ = error.print();
    }
    if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Done
    }
}

/// Whether JSON was asked for, in arguments that clap could not read. They may hold anything, also what is not UTF-8.
fn wants_json() -> bool {
    let arguments: Vec<_> = std::env::args_os().collect();
    arguments
        .windows(2)
        .any(|pair| pair[0] == "--format" && pair[1] == "json")
        || arguments.iter().any(|argument| argument == "--format=json")
}

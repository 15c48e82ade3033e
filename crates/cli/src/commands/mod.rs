//! One file for each command: read the arguments, call a use case, show what comes back.

mod allow;
mod build;
mod bundle;
mod config;
mod demo;
mod dev;
mod doctor;
mod gc;
mod history;
mod hold;
mod init;
mod install;
mod ls;
mod outcome;
mod packaging;
mod push;
mod reminder;
mod remove;
mod rollback;
mod scan;
mod search;
mod serve;
mod show;
mod source;
mod update;
mod validate;
mod verify;
mod version;

use crate::arguments::{Allow, Bundle, Command, Config, Format, Global};
use crate::context::Context;
use crate::exit::Exit;
use crate::output::Output;
use crate::output::failure::Failure;

/// Runs one command.
pub(crate) fn run(command: Command, global: &Global, output: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Completion { shell } => return packaging::completion(shell),
        Command::Man => return packaging::man(),
        Command::Demo(wanted) => return demo::run(&wanted, output),
        Command::Doctor => return doctor::run(global, output),
        Command::Init(wanted) => return init::run(&wanted, output),
        Command::Validate { what, strict } => return validate::run(&what, strict, global, output),
        _ => {}
    }
    if matches!(global.format, Format::Sarif | Format::Github) {
        return Err(Failure::usage(
            "only `validate` has findings to print in this format".to_owned(),
        ));
    }
    let context = Context::load(global)?;
    let reminds = reminder::belongs_to(&command);
    let exit = run_in(&context, command, output)?;
    if reminds {
        reminder::say(&context, output);
    }
    Ok(exit)
}

/// Runs a command of those that need a configuration.
fn run_in(context: &Context, command: Command, output: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Install {
            references,
            taken_for,
            force,
        } => install::run(context, output, &references, taken_for.as_deref(), force),
        Command::Dev { folder, force } => dev::run(context, output, &folder, force),
        Command::Build(wanted) => build::run(context, output, &wanted),
        Command::Ls => ls::run(context, output),
        Command::Scan {
            extensions,
            exit_code,
        } => scan::run(context, output, &extensions, exit_code),
        Command::Outdated => scan::outdated(context, output),
        Command::Update {
            extensions,
            all,
            to,
            accept_moved,
            force,
        } => {
            let wanted = update::Wanted {
                extensions: &extensions,
                all,
                to: to.as_deref(),
                accept_moved,
                force,
            };
            update::run(context, output, &wanted)
        }
        Command::Rollback { extension, to } => rollback::run(context, output, &extension, to.as_deref()),
        Command::History { extension } => history::run(context, output, extension.as_deref()),
        Command::Verify { extension, repair } => verify::run(context, output, extension.as_deref(), repair),
        Command::Gc { dry_run } => gc::run(context, output, dry_run),
        Command::Hold { extensions } => hold::run(context, output, &extensions, true),
        Command::Unhold { extensions } => hold::run(context, output, &extensions, false),
        Command::Rm { extensions } => remove::run(context, output, &extensions),
        Command::Show {
            reference,
            taken_for,
            all_versions,
        } => show::run(context, output, &reference, taken_for.as_deref(), all_versions),
        Command::Push {
            source,
            destinations,
            floating,
            move_tag,
            dry_run,
        } => {
            let publishing = desktop::Publishing { floating, move_tag };
            let order = push::Order {
                source,
                destinations,
                publishing,
                dry_run,
            };
            push::run(context, output, &order)
        }
        Command::Bundle(Bundle::Create {
            file,
            references,
            platforms,
        }) => bundle::create(context, output, &file, (&references, &platforms)),
        Command::Bundle(Bundle::Install {
            file,
            extensions,
            force,
        }) => bundle::install(context, output, (&file, &extensions), force),
        Command::Bundle(Bundle::Show { file }) => bundle::show(context, output, &file),
        Command::Search { text } => search::run(context, output, &text.join(" ")),
        Command::Allow(Allow::Ls) => Ok(allow::list(context, output)),
        Command::Allow(Allow::Add { pattern, create }) => allow::add(context, output, &pattern, create),
        Command::Allow(Allow::Rm { pattern }) => allow::remove(context, output, &pattern),
        Command::Allow(Allow::Test { reference }) => allow::test(context, output, &reference),
        Command::Config(Config::Show) => config::show(context, output),
        Command::Serve(wanted) => serve::run(context, output, &wanted),
        Command::Version => Ok(version::run(context, output)),
        Command::Completion { .. }
        | Command::Man
        | Command::Demo(_)
        | Command::Doctor
        | Command::Init(_)
        | Command::Validate { .. } => Ok(Exit::Done),
    }
}

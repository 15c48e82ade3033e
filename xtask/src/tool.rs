//! The programs that xtask starts.

use std::process::Command;

use anyhow::Context as _;

/// Cargo, as the one that runs us.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a command with our standard output and error, after printing it as a developer would type it.
///
/// Returns whether it succeeded; fails where it cannot be started at all.
pub(crate) fn succeeds(command: &mut Command) -> anyhow::Result<bool> {
    eprintln!("$ {}", spelled(command));
    let status = command
        .status()
        .with_context(|| format!("cannot start `{}`", command.get_program().display()))?;
    Ok(status.success())
}

/// The command line as a developer would type it: the program without its folder, then the arguments.
pub(crate) fn spelled(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_spelled_without_the_folder_of_its_program() {
        let mut command = Command::new("/opt/rust/bin/cargo");
        command.args(["fmt", "--all"]);
        assert_eq!(spelled(&command), "cargo fmt --all");
    }
}

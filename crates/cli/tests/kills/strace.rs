//! The binary as it is shipped, with every call of the system watched from outside.

use std::process::{Command, Output};

use crate::scene::Scene;

/// Runs a command about the whale under `strace`, with these options that say which calls are looked at and
/// what happens to them. Answers how it ended, and the calls, a line for each.
pub(crate) fn watched(scene: &Scene, command: &str, options: &[String]) -> (Output, String) {
    let log = scene.outrigger.surroundings().join("strace.log");
    let plain = scene.command(command);
    let mut command = Command::new("/usr/bin/strace");
    command.args(["--follow-forks", "-qq", "--decode-fds=path", "--signal=none"]);
    command.args(["--output", log.as_str()]).args(options);
    command.arg(plain.get_program()).args(plain.get_args());
    command.env_clear().current_dir(scene.outrigger.surroundings());
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.output().unwrap();
    (output, std::fs::read_to_string(log).unwrap())
}

//! Runs the binary in surroundings that hold nothing but what the test put there.

use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use crate::folder::{Folder, write};

/// What the system itself needs, and where compilers leave coverage; nothing else of the environment reaches the binary.
const PASSED_ON: [&str; 7] = [
    "PATH",
    "SystemRoot",
    "SystemDrive",
    "TEMP",
    "TMP",
    "TMPDIR",
    "LLVM_PROFILE_FILE",
];

/// The binary with a home folder and a Docker configuration of its own, both empty at first.
#[derive(Debug)]
pub struct Outrigger {
    binary: Utf8PathBuf,
    surroundings: Folder,
}

impl Outrigger {
    /// Takes the path that `env!("CARGO_BIN_EXE_outrigger")` gives in a test of the binary's crate.
    pub fn new(binary: &str) -> Self {
        let surroundings = Folder::new();
        write(&surroundings.path().join("docker/config.json"), b"{}");
        Self {
            binary: binary.into(),
            surroundings,
        }
    }

    /// The home folder; it does not exist before the binary or [`Outrigger::config`] makes it.
    pub fn home(&self) -> Utf8PathBuf {
        self.surroundings.path().join("home")
    }

    /// Writes `config.toml` in the home folder.
    pub fn config(&self, toml: &str) -> &Self {
        write(&self.home().join("config.toml"), toml.as_bytes());
        self
    }

    /// Writes `allow.txt` in the home folder, beside the configuration; that must name it.
    pub fn allow(&self, lines: &str) -> &Self {
        write(&self.home().join("allow.txt"), lines.as_bytes());
        self
    }

    /// Replaces Docker's `config.json`, where logins and credential helpers are named.
    pub fn docker_config(&self, config: &Value) -> &Self {
        let path = self.surroundings.path().join("docker/config.json");
        write(&path, config.to_string().as_bytes());
        self
    }

    /// Makes this the only login that Docker's configuration holds, as `docker login` writes it.
    pub fn login(&self, authority: &str, user: &str, password: &str) -> &Self {
        let login = STANDARD.encode(format!("{user}:{password}"));
        self.docker_config(&json!({ "auths": { authority: { "auth": login } } }))
    }

    /// Runs it to its end, without a terminal.
    ///
    /// # Panics
    ///
    /// Where it cannot be run, was ended by a signal, or printed something that is not UTF-8.
    #[track_caller]
    pub fn run<'argument>(&self, arguments: impl IntoIterator<Item = &'argument str>) -> Output {
        let mut command = self.command();
        command.args(arguments);
        Output::of(&mut command)
    }

    /// The binary in these surroundings, for what [`Outrigger::run`] cannot do: other variables, another folder, a kill.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .stdin(Stdio::null())
            .current_dir(self.surroundings.path())
            .env_clear();
        for name in PASSED_ON {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("HOME", self.surroundings.path());
        command.env("OUTRIGGER_HOME", self.home());
        command.env("DOCKER_CONFIG", self.surroundings.path().join("docker"));
        command.env("NO_COLOR", "1");
        command
    }

    /// The folder in which it runs: home folder and Docker's configuration lie here, and nothing else of ours.
    pub fn surroundings(&self) -> &Utf8Path {
        self.surroundings.path()
    }
}

/// What the binary said, and how it ended.
#[derive(Debug, Clone)]
pub struct Output {
    /// The exit code.
    pub code: i32,
    /// Everything on standard output.
    pub stdout: String,
    /// Everything on standard error.
    pub stderr: String,
    command: String,
}

impl Output {
    /// Runs a command, usually one of [`Outrigger::command`], to its end.
    ///
    /// # Panics
    ///
    /// As [`Outrigger::run`] does.
    #[track_caller]
    pub fn of(command: &mut Command) -> Self {
        let arguments: Vec<_> = command
            .get_args()
            .map(|argument| argument.to_string_lossy())
            .collect();
        let line = format!("outrigger {}", arguments.join(" "));
        let output = command
            .output()
            .unwrap_or_else(|error| panic!("cannot run `{line}`: {error}"));
        let text = |bytes| match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => panic!("`{line}` printed what is not UTF-8: {error}"),
        };
        let Some(code) = output.status.code() else {
            panic!("`{line}` was ended by a signal: {}", output.status);
        };
        Self {
            code,
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            command: line,
        }
    }

    /// Asserts that it succeeded.
    ///
    /// # Panics
    ///
    /// With both streams where it did not.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "often the assertion is all that a test wants"
    )]
    pub fn ok(self) -> Self {
        self.fails_with(0)
    }

    /// Asserts that it ended with this exit code.
    ///
    /// # Panics
    ///
    /// With both streams where it ended with another.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "often the assertion is all that a test wants"
    )]
    pub fn fails_with(self, code: i32) -> Self {
        assert!(
            self.code == code,
            "expected exit code {code} from {}",
            self.describe()
        );
        self
    }

    /// The one JSON document on standard output.
    ///
    /// # Panics
    ///
    /// Where there is none, or more than one.
    #[track_caller]
    pub fn json(&self) -> Value {
        self.parse(&self.stdout)
    }

    /// The one JSON document on standard error, as a failed command prints it with `--format json`.
    ///
    /// # Panics
    ///
    /// Where there is none, or more than one.
    #[track_caller]
    pub fn error_json(&self) -> Value {
        self.parse(&self.stderr)
    }

    #[track_caller]
    fn parse(&self, text: &str) -> Value {
        match serde_json::from_str(text) {
            Ok(value) => value,
            Err(error) => panic!("expected one JSON document ({error}) from {}", self.describe()),
        }
    }

    fn describe(&self) -> String {
        let Self {
            code,
            stdout,
            stderr,
            command,
        } = self;
        format!("`{command}`\n--- exit code {code}\n--- stdout\n{stdout}--- stderr\n{stderr}")
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    /// The shell in the binary's place.
    fn shell(script: &str) -> Output {
        Outrigger::new("/bin/sh").run(["-c", script])
    }

    #[test]
    fn only_what_the_test_says_reaches_the_binary() {
        let outrigger = Outrigger::new("/usr/bin/env");
        let output = outrigger.run([]).ok();
        let mut names: Vec<&str> = output
            .stdout
            .lines()
            .filter_map(|line| line.split('=').next())
            .collect();
        names.retain(|name| !PASSED_ON.contains(name));
        names.sort_unstable();
        assert_eq!(names, ["DOCKER_CONFIG", "HOME", "NO_COLOR", "OUTRIGGER_HOME"]);
        assert!(
            output
                .stdout
                .contains(&format!("OUTRIGGER_HOME={}\n", outrigger.home()))
        );
    }

    #[test]
    fn code_and_streams_are_kept_apart() {
        let output = shell(r#"echo '{"a":1}'; echo '{"error":{}}' >&2; exit 6"#).fails_with(6);
        assert_eq!(output.json(), json!({ "a": 1 }));
        assert_eq!(output.error_json(), json!({ "error": {} }));
    }

    #[test]
    fn a_wrong_expectation_shows_both_streams() {
        let output = shell("echo out; echo err >&2; exit 1");
        let panic = catch_unwind(|| output.ok()).unwrap_err();
        let message = panic.downcast_ref::<String>().unwrap();
        for text in ["outrigger -c", "exit code 1", "out\n", "err\n"] {
            assert!(message.contains(text), "{message}");
        }
    }

    #[test]
    fn two_documents_are_not_one() {
        let output = shell("echo '{} {}'");
        assert!(catch_unwind(|| output.json()).is_err());
    }

    #[test]
    fn files_are_written_where_the_binary_looks() {
        let outrigger = Outrigger::new("/bin/sh");
        assert!(!outrigger.home().exists());
        outrigger
            .config("[policy]")
            .allow("acme/")
            .login("127.0.0.1:5000", "bob", "secret");
        let script = "cat $OUTRIGGER_HOME/config.toml $OUTRIGGER_HOME/allow.txt $DOCKER_CONFIG/config.json";
        let output = outrigger.run(["-c", script]).ok();
        assert_eq!(
            output.stdout,
            r#"[policy]acme/{"auths":{"127.0.0.1:5000":{"auth":"Ym9iOnNlY3JldA=="}}}"#
        );
    }
}

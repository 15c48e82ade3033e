//! A program that gets each notice on its standard input.

use std::process::Stdio;
use std::time::Duration;

use camino::Utf8Path;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

/// How long the program may run; then it is killed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs a program with these arguments, without a shell, in `folder`; it gets `json` and the end of it on standard input.
pub(super) async fn run(
    program: &str,
    arguments: &[String],
    folder: &Utf8Path,
    json: &[u8],
) -> Result<(), String> {
    run_within(PATIENCE, program, arguments, folder, json).await
}

async fn run_within(
    patience: Duration,
    program: &str,
    arguments: &[String],
    folder: &Utf8Path,
    json: &[u8],
) -> Result<(), String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    // So that what it starts can be killed with it.
    #[cfg(unix)]
    command.process_group(0);
    let mut running = command
        .spawn()
        .map(Running)
        .map_err(|error| format!("cannot run `{program}`: {error}"))?;
    match tokio::time::timeout(patience, running.feed(json)).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("`{program}` ended with {status}")),
        Ok(Err(error)) => Err(format!("cannot wait for `{program}`: {error}")),
        Err(_) => {
            let seconds = patience.as_secs();
            Err(format!(
                "`{program}` did not end within {seconds} seconds and was killed"
            ))
        }
    }
}

/// A program that has not ended: it is killed where nobody waits for it any more, be it that it takes too long or that the
/// service stops.
struct Running(Child);

impl Running {
    async fn feed(&mut self, json: &[u8]) -> std::io::Result<std::process::ExitStatus> {
        if let Some(mut input) = self.0.stdin.take() {
            // A program that does not read is no failure: its status says whether it is content.
            let _ = input.write_all(json).await;
        }
        self.0.wait().await
    }
}

impl Drop for Running {
    /// Kills also what it has started. Of one that has ended nothing is killed: it may have left something behind on purpose.
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self
            .0
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL); // it may have ended
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::time::Instant;

    use super::*;

    async fn shell(script: &str, folder: &Utf8Path) -> Result<(), String> {
        let arguments = ["-c".to_owned(), script.to_owned()];
        run_within(
            Duration::from_secs(1),
            "/bin/sh",
            &arguments,
            folder,
            b"{\"a\":1}",
        )
        .await
    }

    fn folder() -> (tempfile::TempDir, camino::Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_path_buf().try_into().unwrap();
        (folder, path)
    }

    #[tokio::test]
    async fn the_program_gets_the_notice_and_its_end() {
        let (_folder, path) = folder();
        shell("cat > told", &path).await.unwrap();
        assert_eq!(std::fs::read_to_string(path.join("told")).unwrap(), "{\"a\":1}");
    }

    #[tokio::test]
    async fn a_program_that_does_not_read_may_be_content() {
        let (_folder, path) = folder();
        shell("exec <&-; true", &path).await.unwrap();
    }

    #[tokio::test]
    async fn a_program_that_fails_or_is_missing_is_told() {
        let (_folder, path) = folder();
        let failed = shell("exit 3", &path).await.unwrap_err();
        assert_eq!(failed, "`/bin/sh` ended with exit status: 3");
        let missing = run("/nowhere/tell", &[], &path, b"").await.unwrap_err();
        assert!(missing.starts_with("cannot run `/nowhere/tell`: "), "{missing}");
    }

    #[tokio::test]
    async fn a_program_that_does_not_end_is_killed_with_what_it_started() {
        let (_folder, path) = folder();
        let start = Instant::now();
        let script = "(sleep 2; echo still here > late) & sleep 60";
        let late = shell(script, &path).await.unwrap_err();
        assert_eq!(late, "`/bin/sh` did not end within 1 seconds and was killed");
        assert!(start.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert!(!path.join("late").exists());
    }

    #[tokio::test]
    async fn a_program_that_nobody_waits_for_any_more_is_killed_with_what_it_started() {
        let (_folder, path) = folder();
        let script = "(touch begun; sleep 1; echo still here > late) & sleep 60";
        let arguments = ["-c".to_owned(), script.to_owned()];
        let waiting = run("/bin/sh", &arguments, &path, b"");
        let begun = async {
            while !path.join("begun").exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            ended = waiting => panic!("it ended: {ended:?}"),
            () = begun => {}
        }
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert!(!path.join("late").exists());
    }
}

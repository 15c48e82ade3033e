//! Running a command on a terminal, and reading the screen that it leaves.

use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::process::{Command, Stdio};

use crate::session::QUESTION;

const ROWS: NonZero<u16> = NonZero::new(100).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(120).unwrap();

/// Runs a line on a terminal of its own, and gives each question the answer that stands behind it in `shown`.
///
/// `script` (util-linux, on every Debian) makes the terminal.
pub(crate) fn run(shell: impl Fn(&str) -> Command, line: &str, shown: &str) -> (String, i32) {
    assert!(!line.contains('\''), "{line}");
    let on_screen = format!("stty rows {ROWS} cols {COLUMNS}; exec {line}");
    let mut script = shell(&format!(
        "exec script --quiet --return --command '{on_screen}' /dev/null"
    ))
    .env("TERM", "xterm")
    .stdin(Stdio::piped())
    .stdout(Stdio::piped())
    .spawn()
    .unwrap();
    let mut keyboard = script.stdin.take().unwrap();
    let mut output = script.stdout.take().unwrap();
    let mut answers = shown.lines().filter_map(|line| {
        let question = QUESTION.find(line)?;
        Some(line[question.end()..].trim())
    });
    let mut screen = vt100::Parser::new(ROWS, COLUMNS, 0);
    let mut seen = Vec::new();
    let mut asked = 0;
    let mut buffer = [0; 4096];
    // A terminal whose program has ended reads as an error on Linux.
    while let Ok(count @ 1..) = output.read(&mut buffer) {
        screen.process(&buffer[..count]);
        seen.extend_from_slice(&buffer[..count]);
        let questions = QUESTION.find_iter(&String::from_utf8_lossy(&seen)).count();
        while asked < questions {
            let answer = answers.next().unwrap_or_default();
            writeln!(keyboard, "{answer}").unwrap();
            asked += 1;
        }
    }
    drop(keyboard);
    let code = script.wait().unwrap().code().unwrap();
    (screen.screen().contents(), code)
}

//! Opening the link in a browser, where somebody sits at this very machine.

use std::io::{self, IsTerminal as _};
use std::process::{Command, Stdio};

use crate::output::Output;

/// Whether a person at this machine sees what is printed: then a browser is opened for them. On a server, over SSH, under a service
/// manager and in a pipe it never is.
pub(super) fn is_wanted(output: &Output) -> bool {
    let is_terminal = io::stdout().is_terminal() && io::stderr().is_terminal();
    is_terminal && !output.is_json() && !output.is_quiet() && !is_set("SSH_CONNECTION") && has_screen()
}

fn has_screen() -> bool {
    cfg!(any(target_os = "macos", windows)) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// Has the system open the link in the browser that the user prefers.
///
/// # Errors
///
/// Where the system's program for it cannot be started. What becomes of it then nobody waits for.
pub(super) fn open(link: &str) -> io::Result<()> {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut command = Command::new("rundll32");
        command.arg("url.dll,FileProtocolHandler");
        command
    } else {
        Command::new("xdg-open")
    };
    command
        .arg(link)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // The browser may be started by it, and must not end with the Ctrl-C that ends the service.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn()?;
    std::thread::spawn(move || child.wait());
    Ok(())
}

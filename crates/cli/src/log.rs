//! What the program tells of its work, on standard error. Nothing of it is stable.

use tracing_subscriber::EnvFilter;

use crate::arguments::{Arguments, Command, Global, LogFormat};

/// The variable that says what is told, in the form of `RUST_LOG`.
const VARIABLE: &str = "OUTRIGGER_LOG";

/// What the log of the service holds unless the variable says it: what changes something, and what went wrong.
const SERVICE: &str = "warn,outrigger=info";

/// Begins to tell what `OUTRIGGER_LOG`, `-v` and `--log-format` ask for.
pub(crate) fn begin(arguments: &Arguments) {
    let format = match &arguments.command {
        Command::Serve(serve) => serve.log_format.or_else(for_journal),
        _ => None,
    };
    let default = format.map_or_else(|| for_people(&arguments.global), |_| SERVICE);
    let filter = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new(default));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false);
    match format {
        Some(LogFormat::Json) => log.json().flatten_event(true).with_span_list(false).init(),
        // The journal has a time for each line already.
        Some(LogFormat::Text) if !is_journal() => log.init(),
        Some(LogFormat::Text) => log.without_time().init(),
        None => log.without_time().with_target(false).init(),
    }
}

fn for_people(global: &Global) -> &'static str {
    match (global.is_json(), global.verbose) {
        (true, _) => "off",
        (false, 0) => "error",
        (false, 1) => "warn",
        (false, _) => "debug",
    }
}

/// A service whose standard error is the journal has a log there without being told.
fn for_journal() -> Option<LogFormat> {
    is_journal().then_some(LogFormat::Text)
}

/// Whether standard error leads to the journal of systemd, which says by device and number which file that is. The variable alone says
/// little: whatever such a service starts inherits it.
#[cfg(target_os = "linux")]
fn is_journal() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(found) = std::fs::metadata("/proc/self/fd/2") else {
        return false;
    };
    std::env::var("JOURNAL_STREAM").is_ok_and(|stream| stream == format!("{}:{}", found.dev(), found.ino()))
}

#[cfg(not(target_os = "linux"))]
fn is_journal() -> bool {
    false
}

//! `outrigger serve`

mod browser;
mod installation;

use std::time::Duration;

use daemon::{Options, Started};
use serde_json::json;

use crate::arguments::Serve;
use crate::context::{Context, runtime, wait};
use crate::exit::Exit;
use crate::output::Output;
use crate::output::failure::Failure;

/// How long threads that unpack may take to notice that nobody wants their work any more.
const FAREWELL: Duration = Duration::from_secs(2);

pub(super) fn run(context: &Context, output: &Output, wanted: &Serve) -> Result<Exit, Failure> {
    if wanted.link {
        return link(context, output);
    }
    let listen = wanted.listen.unwrap_or(context.configured.service_listen);
    if wanted.install {
        return installation::install(context, output, wanted, listen);
    }
    if wanted.uninstall {
        return installation::uninstall(output);
    }
    let options = Options {
        use_cases: context.use_cases(),
        listen,
        beyond_loopback: wanted.beyond_loopback,
        // No thread was started yet.
        handed: daemon::Handed::take()?,
    };
    let runtime = runtime()?;
    let served = runtime.block_on(daemon::run(options, |started| {
        tell(output, started);
        if !wanted.no_open && browser::is_wanted(output) {
            open(output, started);
        }
    }));
    // What was cut off has changed nothing, and what it wrote the next change removes.
    runtime.shutdown_timeout(FAREWELL);
    served?;
    Ok(Exit::Done)
}

fn link(context: &Context, output: &Output) -> Result<Exit, Failure> {
    let link = wait(daemon::new_link(&context.use_cases()))??;
    if output.is_json() {
        output.json(&json!({ "link": link }));
    } else {
        output.line(&link);
    }
    Ok(Exit::Done)
}

/// The link that is printed stays good: the browser gets one of its own.
fn open(output: &Output, started: &Started) {
    if let Err(error) = browser::open(&started.browser_link) {
        output.note(&format!("No browser was opened: {error}."));
    }
}

fn tell(output: &Output, started: &Started) {
    for warning in &started.warnings {
        output.note(warning);
    }
    let address = format!("http://{}", started.address);
    if output.is_json() {
        output.json(&json!({ "http": address, "socket": started.socket, "link": started.link }));
        return;
    }
    output.line(&format!("Outrigger listens at {address}."));
    output.note(&format!("Open it with {} (once).", started.link));
    output.note("Ctrl-C ends it.");
}

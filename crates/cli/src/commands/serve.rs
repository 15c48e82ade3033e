//! `outrigger serve`

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
        let link = wait(daemon::new_link(&context.use_cases()))??;
        if output.is_json() {
            output.json(&json!({ "link": link }));
        } else {
            output.line(&link);
        }
        return Ok(Exit::Done);
    }
    let options = Options {
        use_cases: context.use_cases(),
        listen: wanted.listen.unwrap_or(daemon::DEFAULT_ADDRESS),
        beyond_loopback: wanted.beyond_loopback,
    };
    let runtime = runtime()?;
    let served = runtime.block_on(daemon::run(options, |started| tell(output, started)));
    // What was cut off has changed nothing, and what it wrote the next change removes.
    runtime.shutdown_timeout(FAREWELL);
    served?;
    Ok(Exit::Done)
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

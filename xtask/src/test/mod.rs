//! `cargo xtask test`: every test, on real registries, engines and tools.

mod fetched;
mod ignored;
mod interrupt;
mod run_folder;
mod runner;

use anyhow::{Context as _, bail};
use testkit::Engine;

use crate::parts;
use interrupt::Interrupt;
use run_folder::RunFolder;
use runner::Run;

/// Makes sure of the real parts, starts one Docker Engine for the whole run where none answers, and runs every test.
///
/// The engine is put away when this returns, also where the tests fail or the developer stops them. Fails where a test
/// fails and where no test ran.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let interrupt = Interrupt::watch()?;
    parts::ensure(&parts::FOR_TESTS.iter().collect::<Vec<_>>(), ignored::needing)?;
    // Before the engine, so that it goes after it.
    let folder = RunFolder::create()?;
    let engine = Engine::find_or_start().context("no Docker Engine for the tests")?;
    println!("Docker Engine for the tests: {}", engine.host());
    let run = Run {
        arguments,
        engine: engine.host(),
        folder: folder.path(),
        interrupt: &interrupt,
    };
    let outcome = prepare(&run).and_then(|()| run.everything());
    if interrupt.happened() {
        bail!("stopped before the end");
    }
    outcome
}

/// Compiles, and meanwhile fetches what is not here: one waits for the processor, the other one for the network.
fn prepare(run: &Run<'_>) -> anyhow::Result<()> {
    let (built, fetched) = std::thread::scope(|scope| {
        let fetching = scope.spawn(|| fetched::ensure(run.interrupt));
        let built = run.build();
        let fetched = fetching.join();
        (built, fetched)
    });
    built?;
    match fetched {
        Ok(fetched) => fetched,
        Err(_) => bail!("fetching what the tests need has panicked"),
    }
}

//! Scans that nobody asked for: when is decided in `model::schedule`, here it is waited for.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use model::schedule::{ScanLog, Timing};
use store::{ServiceFile, ServiceRoom};

use crate::alarm;
use crate::jobs::{Asking, Order, State};
use crate::problem::Problem;
use crate::service::Service;
use crate::use_cases::UseCases;

/// How long it waits before it looks again where the configuration cannot be read, or somebody else scans.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// Scans whenever it is due, until the service stops. Offline it does nothing at all.
pub(crate) async fn run(service: &Arc<Service>, room: &ServiceRoom) {
    if service.use_cases().offline {
        return;
    }
    let mut stop = service.stop();
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = go_on(service, room) => {}
    }
}

async fn go_on(service: &Arc<Service>, room: &ServiceRoom) {
    let clock = service.use_cases().clock;
    let started_at = clock();
    let spread = spread();
    let mut log: ScanLog = room
        .document(ServiceFile::Schedule)
        .inspect_err(|error| tracing::warn!(%error, "earlier scans are forgotten"))
        .ok()
        .flatten()
        .unwrap_or_default();
    loop {
        let now = clock();
        let due = match settings(service).await {
            Ok((every, first, scanned_at)) => {
                log = log.beside(scanned_at);
                let timing = Timing {
                    every,
                    first,
                    started_at,
                    spread,
                };
                timing.due(log, now)
            }
            Err(problem) => {
                tracing::warn!(%problem, "no scan is planned");
                later(now)
            }
        };
        if due > now {
            tracing::debug!(%due, "the next scan");
            alarm::until(due, now).await;
            continue;
        }
        match scan(service).await {
            Ok(is_reached) => {
                log = log.after(is_reached, clock());
                if let Err(error) = room.write_document(ServiceFile::Schedule, &log) {
                    tracing::warn!(%error, "this scan will be forgotten");
                }
            }
            Err(problem) => {
                tracing::debug!(%problem, "a scan is put off");
                let now = clock();
                alarm::until(later(now), now).await;
            }
        }
    }
}

/// How often to scan, how long after the start, and when the last scan ended, whoever made it.
async fn settings(service: &Service) -> Result<(SignedDuration, SignedDuration, Option<Timestamp>), Problem> {
    let read = |use_cases: &UseCases| {
        let configured = use_cases.configured()?;
        let found = use_cases.open(Arc::new(|_| {}))?.found();
        Ok((
            configured.scan_every,
            configured.scan_first,
            found.map(|found| found.finished_at),
        ))
    };
    service.with_files(read).await
}

/// Scans everything. Says whether something was reached; a scan that somebody cancelled counts as one that did.
async fn scan(service: &Service) -> Result<bool, Problem> {
    let job = service.jobs().start(Order::Scan(Vec::new()), Asking::Nobody)?;
    Ok(service.ended(job.id).await? != State::Failed)
}

fn later(now: Timestamp) -> Timestamp {
    // Times end before the year 10000.
    now.checked_add(LOOK_AGAIN).unwrap_or(Timestamp::MAX)
}

/// What this run draws, in thousandths. Without randomness machines are not spread, which is no failure.
fn spread() -> u16 {
    let mut bytes = [0; 2];
    let drawn = getrandom::fill(&mut bytes).map(|()| u16::from_le_bytes(bytes) % 1000);
    drawn.unwrap_or_default()
}

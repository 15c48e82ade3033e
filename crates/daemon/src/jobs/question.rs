//! Asking whoever started a job, while what was fetched lies ready and nothing has changed yet.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

/// How long a job waits for an answer. It holds its extension's lock meanwhile.
const PATIENCE: Duration = Duration::from_secs(600);

/// Where the answer goes.
pub(super) type Answer = SyncSender<bool>;

/// A place for one answer.
pub(super) fn place() -> (Answer, Receiver<bool>) {
    sync_channel(1)
}

/// Waits for the answer. No answer in time, or nobody left who could give one, is a no.
pub(super) fn wait(answer: &Receiver<bool>) -> bool {
    // The use cases ask from within a task; its thread's other tasks go on elsewhere.
    tokio::task::block_in_place(|| answer.recv_timeout(PATIENCE).unwrap_or(false))
}

//! What the log says of jobs.

use super::order::Order;
use super::{JobId, State};
use crate::problem::ProblemDocument;

pub(super) fn begins(id: JobId, order: &Order) {
    let extension = order.subject().map(tracing::field::display);
    tracing::info!(job = %id, kind = order.kind(), extension, "a job begins");
}

pub(super) fn ended(id: JobId, state: State, problem: Option<&ProblemDocument>) {
    let code = problem.map(|problem| problem.code);
    let detail = problem.map(|problem| tracing::field::debug(&problem.detail));
    tracing::info!(job = %id, ?state, code, detail, "a job has ended");
}

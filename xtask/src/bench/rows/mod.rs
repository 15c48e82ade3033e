//! The rows of the table, in its order.

mod extension;
mod flushing;
mod install;
mod instructions;
mod link;
mod memory;
mod pipeline;
mod update;

use super::row::Row;

/// Every row.
pub(crate) const ALL: &[Row] = &[
    install::ROW,
    flushing::ROW,
    link::ROW,
    update::ROW,
    memory::ROW,
    instructions::ROW,
];

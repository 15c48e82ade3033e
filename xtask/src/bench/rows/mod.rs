//! The rows of the table, in its order.

mod build;
mod dev;
mod extension;
mod flushing;
mod install;
mod instructions;
mod link;
mod ls;
mod many;
mod memory;
mod pipeline;
mod push;
mod rollback;
mod scan;
mod start;
mod update;
mod validate;
mod verify;
mod workshop;

use super::row::Row;

/// Every row.
pub(crate) const ALL: &[Row] = &[
    install::ROW,
    flushing::ROW,
    link::ROW,
    update::ROW,
    build::ROW,
    validate::ROW,
    dev::ROW,
    push::ROW,
    memory::ROW,
    scan::ROW,
    ls::ROW,
    start::ROW,
    rollback::ROW,
    verify::ROW,
    instructions::ROW,
];

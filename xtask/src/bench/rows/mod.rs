//! The rows of the table, in its order.

mod binary;
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
mod notice;
mod paint;
mod pipeline;
mod process;
mod push;
mod requests;
mod rollback;
mod scan;
mod serve_idle;
mod serve_memory;
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
    serve_memory::ROW,
    serve_idle::ROW,
    requests::ROW,
    paint::ROW,
    notice::ROW,
    binary::ROW,
];

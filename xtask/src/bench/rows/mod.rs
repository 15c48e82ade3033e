//! The rows of the table, in its order.

mod extension;
mod flushing;
mod install;
mod pipeline;

use super::row::Row;

/// Every row.
pub(crate) const ALL: &[Row] = &[install::ROW, flushing::ROW];

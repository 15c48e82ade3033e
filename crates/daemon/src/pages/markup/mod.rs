//! The views as HTML. Everything foreign is escaped by `maud`; what is not is written here, or comes from `rich_text`.

mod activity;
mod extension;
mod installed;
mod job;
mod layout;
mod marketplace;
mod notices;
mod parts;
mod problem;
mod settings;

pub(super) use activity::activity;
pub(super) use extension::extension;
pub(super) use installed::installed;
pub(super) use job::{job, progress};
pub(super) use layout::{Frame, Place, Theme, page};
pub(super) use marketplace::marketplace;
pub(super) use problem::problem;
pub(super) use settings::settings;

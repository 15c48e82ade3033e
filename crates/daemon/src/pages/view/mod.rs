//! What the pages say, as plain values made from what the use cases know.
//!
//! Nothing here knows HTML, and everything takes the time as an argument, so that a page is tested by its words.

pub(super) mod activity;
pub(super) mod card;
pub(super) mod extension;
pub(super) mod installed;
pub(super) mod job;
pub(super) mod mark;
pub(super) mod marketplace;
pub(super) mod notices;
pub(super) mod progress;
pub(super) mod query;
pub(super) mod settings;
pub(super) mod words;

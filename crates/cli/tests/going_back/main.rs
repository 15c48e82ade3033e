//! Going back, history, and keeping what is installed whole: through the binary, against the registry in memory.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

/// Compares what a user sees with an inline snapshot, without what differs from run to run.
macro_rules! shown {
    ($text:expr, @$snapshot:literal) => {
        insta::with_settings!({ filters => testkit::filters() }, {
            insta::assert_snapshot!($text, @$snapshot)
        })
    };
}

mod collecting;
mod doctor;
mod history;
mod moved;
mod removing;
mod rollback;
mod scene;
mod verifying;

//! The author's side through the binary: looking at an extension before it is released.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

/// Compares what a user sees with an inline snapshot, without what differs from run to run.
macro_rules! shown {
    ($text:expr, @$snapshot:literal) => {
        insta::with_settings!({ filters => testkit::filters() }, {
            insta::assert_snapshot!($text, @$snapshot)
        })
    };
}

mod beginning;
mod building;
#[cfg(unix)]
mod developing;
mod folders;
mod references;
mod validating;

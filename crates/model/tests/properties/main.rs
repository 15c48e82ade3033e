//! What holds for every input, as far as chance finds them.
//!
//! Each of these sentences is a promise to somebody else: to a user that an update never goes back, to a script that what
//! is printed can be read again, to a terminal that a label is one line.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may panic as tests may"
)]

extern crate outrigger_model as model;

mod any;
mod choice;
mod labels;
mod spellings;
mod versions;

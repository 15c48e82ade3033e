//! The documents are held to the program: every example in them is run, every list compared with the code.
//!
//! `OUTRIGGER_UPDATE_DOCS=1 cargo test -p outrigger-cli --test docs` writes what commands print now into the pages; look at the
//! difference before you commit it.
// The examples are lines of a shell on Linux, and show what Linux desktops get.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod author;
mod book;
mod examples;
mod expected;
mod files;
mod page;
mod recipes;
mod reference;
mod session;
mod terminal;
mod world;

//! Statements about images: archives made byte by byte, read, merged and selected from.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

extern crate outrigger_archive as archive;

mod builder;
mod compression;
mod fixture;
mod limits;
mod links;
mod merging;
mod names;
mod parsers;
mod random;
mod reading;
mod selecting;
mod unpacker;
mod writing;

//! Images as authors make them, images as attackers make them, and registries that lie about both: what the binary says and
//! does about each.
//!
//! The registry is the embedded one, so nothing but this package is needed.

// Modes, owners and names are asserted as Unix has them.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod attacks;
mod bad_input;
mod fixture;
mod hostile_archives;
mod hostile_links;
mod hostile_metadata;
mod hostile_names;
mod labels;
mod layers;
mod lies;
mod limits;
mod metadata;
mod payload;
mod platforms;
mod shapes;

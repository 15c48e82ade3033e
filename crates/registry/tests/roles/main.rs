//! What every holder of images does, whatever it is: the same statements over a registry in memory, a real registry, and
//! an image layout.

#![expect(clippy::unwrap_used, reason = "a helper that fails, fails its test")]

mod archives;
mod holder;
mod hostile;
mod pushing;
mod reading;
mod writing;

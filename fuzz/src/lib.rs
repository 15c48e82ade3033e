//! What the targets do with an input.
//!
//! Each function runs one reader of foreign input, holds what it accepts against a promise of the house, and returns whether
//! it accepted it. An input that none accepts proves little, so the seeds of every target are held against that: the first
//! accepted input of a process is told, and `cargo xtask fuzz` fails where running the seeds tells nothing.

#![forbid(unsafe_code)]

pub mod extension;
pub mod home;
pub mod images;
pub mod layer;
pub mod names;
pub mod wire;

#[doc(hidden)]
pub use libfuzzer_sys;

/// Makes a program of libFuzzer of one of the functions here.
#[macro_export]
macro_rules! target {
    ($run:path) => {
        $crate::libfuzzer_sys::fuzz_target!(|input: &[u8]| $crate::tell($run(input)));
    };
}

/// Tells, once in a process, that an input was accepted.
pub fn tell(is_accepted: bool) {
    static TOLD: std::sync::Once = std::sync::Once::new();
    if is_accepted {
        TOLD.call_once(|| eprintln!("accepted: an input reached the end"));
    }
}

/// The parts of an input that stands for several texts, which NUL divides. What lacks is empty.
fn parts<const N: usize>(input: &[u8]) -> [&[u8]; N] {
    let mut parts = input.splitn(N, |byte| *byte == 0);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

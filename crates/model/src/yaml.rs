//! Reading YAML of others within bounds.

use serde::de::DeserializeOwned;
use serde_saphyr::options::NonFiniteFloatPolicy;

/// The most values in a document, aliases included: against files that multiply when they are read.
const MAX_NODES: usize = 50_000;
/// The most aliases, and the most merged mappings (`<<`), each of which repeats what was read before.
const MAX_ALIASES: usize = 1_000;

/// Reads one YAML document, or one of JSON, which is YAML. Bounds for its size are the caller's.
///
/// # Errors
///
/// What is no YAML, has more than 50 000 values or 1 000 aliases, or is not of the shape of `T`. The error says at which line
/// and column, where its reader can tell.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_saphyr::Error> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: MAX_NODES,
            max_aliases: MAX_ALIASES,
            max_merge_keys: MAX_ALIASES,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_NODES,
        },
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    serde_saphyr::from_slice_with_options(bytes, options)
}

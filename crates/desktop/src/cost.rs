//! What a use case cost the registries that it asked.

use std::collections::BTreeSet;

use model::quota::{Quota, Standing};
use registry::Usage;

use crate::Desktop;

/// What was asked, and what the registries say is left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cost {
    /// Requests, manifest reads and bytes.
    pub usage: Usage,
    /// What is left of the limit of each registry that stated one, by its name.
    pub left: Vec<(String, Quota)>,
}

impl Desktop {
    /// What was asked since `before`, and what is left at those `registries` that limit it.
    pub(crate) fn cost_since<'a>(
        &self,
        before: Usage,
        registries: impl IntoIterator<Item = &'a str>,
    ) -> Cost {
        let registries: BTreeSet<_> = registries.into_iter().collect();
        let quota = |registry: &str| match self.registry.standing(registry) {
            Standing::Limited(quota) => Some((registry.to_owned(), quota)),
            Standing::Unknown | Standing::Unlimited => None,
        };
        Cost {
            usage: self.registry.usage() - before,
            left: registries.into_iter().filter_map(quota).collect(),
        }
    }
}

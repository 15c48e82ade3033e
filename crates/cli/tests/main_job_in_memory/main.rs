//! The main job once more, against another implementation of the registry: the one in memory. What both answer alike is no habit of
//! one of them.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

/// Compares what a user sees with an inline snapshot, without what differs from run to run.
macro_rules! shown {
    ($text:expr, @$snapshot:literal) => {
        insta::with_settings!({ filters => testkit::filters() }, {
            insta::assert_snapshot!($text, @$snapshot)
        })
    };
}

#[path = "../main_job/allow_list.rs"]
mod allow_list;
#[path = "../main_job/cache.rs"]
mod cache;
#[path = "../main_job/codes.rs"]
mod codes;
#[path = "../main_job/commands.rs"]
mod commands;
#[path = "../main_job/cost.rs"]
mod cost;
#[path = "../main_job/endpoints.rs"]
mod endpoints;
#[path = "../main_job/faults.rs"]
mod faults;
#[path = "../main_job/findings.rs"]
mod findings;
#[path = "../main_job/registry.rs"]
mod registry;
#[path = "../main_job/releases.rs"]
mod releases;
#[path = "../main_job/scene.rs"]
mod scene;
#[path = "../main_job/show.rs"]
mod show;

use embedded::Image;
use model::Digest;
use testkit::Serving;

use crate::registry::{Asked, Registry};

/// The registry that a scene stands on.
fn start() -> Box<dyn Registry> {
    Box::new(InMemory::start())
}

/// The registry in memory, served.
struct InMemory {
    registry: embedded::Registry,
    authority: String,
    _serving: Serving,
}

impl InMemory {
    /// Serves an empty one.
    fn start() -> Self {
        let registry = embedded::Registry::new();
        let serving = testkit::serve(&registry);
        Self {
            registry,
            authority: serving.authority(),
            _serving: serving,
        }
    }
}

impl Registry for InMemory {
    fn authority(&self) -> &str {
        &self.authority
    }

    fn push(&self, repository: &str, tag: &str, image: &Image) -> Digest {
        self.registry.push(repository, tag, image)
    }

    fn delete_manifest(&self, repository: &str, digest: &Digest) {
        assert!(self.registry.delete_manifest(repository, digest));
    }

    fn delete_blob(&self, repository: &str, digest: &Digest) {
        assert!(self.registry.delete_blob(repository, digest));
    }

    fn requests(&self) -> Vec<Asked> {
        let asked = |request: embedded::Request| Asked {
            method: request.method,
            path: request.path,
            status: request.status,
        };
        self.registry.requests().into_iter().map(asked).collect()
    }

    fn clear_requests(&self) {
        self.registry.clear_requests();
    }
}

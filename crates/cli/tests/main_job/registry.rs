//! What the main job needs of a registry, so that it can be tested against more than one.

use embedded::Image;
use model::Digest;
use testkit::RealRegistry;

/// A registry, whoever wrote it.
pub(crate) trait Registry {
    /// Host and port as they stand in a reference.
    fn authority(&self) -> &str;

    /// Publishes an image, and answers what the tag points to now.
    fn push(&self, repository: &str, tag: &str, image: &Image) -> Digest;

    /// Takes a manifest away, and with it every tag that points to it.
    fn delete_manifest(&self, repository: &str, digest: &Digest);

    /// Takes a blob away from a repository, so that what names it is broken.
    fn delete_blob(&self, repository: &str, digest: &Digest);

    /// The requests that were answered since they were cleared, oldest first.
    fn requests(&self) -> Vec<Asked>;

    /// Forgets the requests so far.
    fn clear_requests(&self);
}

/// A request that was answered.
pub(crate) struct Asked {
    pub(crate) method: String,
    /// The path with its query.
    pub(crate) path: String,
    pub(crate) status: u16,
}

impl Asked {
    /// Whether it asked for a blob: a config or a layer.
    pub(crate) fn is_for_blob(&self) -> bool {
        self.path.contains("/blobs/sha256:")
    }
}

impl Registry for RealRegistry {
    fn authority(&self) -> &str {
        self.authority()
    }

    fn push(&self, repository: &str, tag: &str, image: &Image) -> Digest {
        self.push(repository, tag, image)
    }

    fn delete_manifest(&self, repository: &str, digest: &Digest) {
        self.delete_manifest(repository, digest);
    }

    fn delete_blob(&self, repository: &str, digest: &Digest) {
        self.delete_blob(repository, digest);
    }

    fn requests(&self) -> Vec<Asked> {
        let asked = |request: testkit::Request| Asked {
            method: request.method,
            path: request.path,
            status: request.status,
        };
        self.requests().into_iter().map(asked).collect()
    }

    fn clear_requests(&self) {
        self.clear_requests();
    }
}

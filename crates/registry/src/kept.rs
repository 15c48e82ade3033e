//! Documents that a caller kept, read again: verified as if they had just come from their registry.

use bytes::Bytes;
use model::Digest;

use crate::error::ErrorKind;
use crate::verify::{Verifier, check_digest};
use crate::{Content, ImageConfig, ImageManifest, Invalid, Limits, config, document};

impl ImageManifest {
    /// The manifest with this digest, from its bytes.
    ///
    /// # Errors
    ///
    /// Where the bytes do not have the digest, or are an index or no document within the limits.
    pub fn verify(digest: Digest, bytes: Bytes, limits: &Limits) -> Result<Self, ErrorKind> {
        check_digest(&digest, &bytes)?;
        match document::parse(digest, bytes, None, limits)?.content {
            Content::Manifest(manifest) => Ok(manifest),
            Content::Index(_) => Err(ErrorKind::Invalid(Invalid::Json {
                what: "the manifest",
                problem: "it is an index".to_owned(),
            })),
        }
    }
}

impl ImageConfig {
    /// The config of `manifest`, from its bytes.
    ///
    /// # Errors
    ///
    /// Where the bytes do not have the digest and size that the manifest states, or are no config of it.
    pub fn verify(bytes: Bytes, manifest: &ImageManifest) -> Result<Self, Invalid> {
        let mut verifier = Verifier::new(&manifest.config);
        verifier.update(&bytes)?;
        verifier.finish()?;
        config::parse(bytes, manifest)
    }
}

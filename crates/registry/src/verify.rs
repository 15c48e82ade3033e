//! Checking bytes against the digest and the size that were asked for, as they come.

use model::digest::Hasher;
use model::{Algorithm, Digest};

use crate::{Descriptor, Invalid};

/// The digest of `bytes` by `algorithm`.
pub(crate) fn digest_of(algorithm: Algorithm, bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(bytes);
    hasher.finish()
}

/// Fails unless `bytes` have the digest `expected`.
pub(crate) fn check_digest(expected: &Digest, bytes: &[u8]) -> Result<(), Invalid> {
    same(expected, digest_of(expected.algorithm(), bytes))
}

pub(crate) fn same(expected: &Digest, actual: Digest) -> Result<(), Invalid> {
    if *expected == actual {
        Ok(())
    } else {
        Err(Invalid::WrongDigest {
            expected: expected.clone(),
            actual,
        })
    }
}

/// Takes a blob piece by piece and knows at its end whether it was the right one.
pub(crate) struct Verifier {
    expected: Digest,
    size: u64,
    seen: u64,
    hasher: Hasher,
}

impl Verifier {
    pub(crate) fn new(descriptor: &Descriptor) -> Self {
        Self {
            expected: descriptor.digest.clone(),
            size: descriptor.size,
            seen: 0,
            hasher: Hasher::new(descriptor.digest.algorithm()),
        }
    }

    /// The bytes of the whole blob.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The bytes that were taken so far.
    pub(crate) fn seen(&self) -> u64 {
        self.seen
    }

    pub(crate) fn has_all(&self) -> bool {
        self.seen == self.size
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.expected.algorithm()
    }

    /// The digest of what was taken so far.
    pub(crate) fn digest_so_far(&self) -> Digest {
        self.hasher.clone().finish()
    }

    /// Takes the next piece; fails as soon as there is one byte too many.
    pub(crate) fn update(&mut self, bytes: &[u8]) -> Result<(), Invalid> {
        self.seen = self.seen.saturating_add(bytes.len() as u64);
        if self.seen > self.size {
            return Err(self.wrong_size());
        }
        self.hasher.update(bytes);
        Ok(())
    }

    /// Fails unless all the bytes came, and they are the right ones.
    pub(crate) fn finish(self) -> Result<(), Invalid> {
        if self.seen != self.size {
            return Err(self.wrong_size());
        }
        same(&self.expected, self.hasher.finish())
    }

    fn wrong_size(&self) -> Invalid {
        Invalid::WrongSize {
            expected: self.size,
            actual: self.seen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verifier(digest: Digest, size: u64) -> Verifier {
        Verifier::new(&Descriptor {
            media_type: String::new(),
            digest,
            size,
            platform: None,
        })
    }

    fn feed(mut verifier: Verifier, pieces: &[&[u8]]) -> Result<(), Invalid> {
        for piece in pieces {
            verifier.update(piece)?;
        }
        verifier.finish()
    }

    #[test]
    fn the_right_bytes_pass_in_any_pieces() {
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            let digest = digest_of(algorithm, b"whale");
            assert_eq!(feed(verifier(digest.clone(), 5), &[b"whale"]), Ok(()));
            assert_eq!(feed(verifier(digest, 5), &[b"wh", b"", b"ale"]), Ok(()));
        }
    }

    #[test]
    fn other_bytes_fewer_and_more_do_not() {
        let digest = Digest::of(b"whale");
        let other = feed(verifier(digest.clone(), 5), &[b"shark"]);
        assert!(matches!(other, Err(Invalid::WrongDigest { .. })));
        for (pieces, actual) in [(&[b"whal".as_slice()][..], 4), (&[b"whale", b"s"], 6), (&[], 0)] {
            let size = feed(verifier(digest.clone(), 5), pieces);
            assert_eq!(size, Err(Invalid::WrongSize { expected: 5, actual }));
        }
    }

    #[test]
    fn nothing_is_hashed_beyond_the_stated_size() {
        let mut verifier = verifier(Digest::of(b"whale"), 5);
        assert!(verifier.update(b"whalewhale").is_err());
    }
}

//! Digests of content, `algorithm:hex`, as in the OCI image specification ("Digests").

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256, Sha512};
use thiserror::Error;

/// The hash algorithms that the OCI image specification registers and this program computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// SHA-256: 32 bytes, 64 hexadecimal digits. What every registry serves.
    Sha256,
    /// SHA-512: 64 bytes, 128 hexadecimal digits. Legal, rare.
    Sha512,
}

impl Algorithm {
    /// The name as it stands before the colon.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    fn hex_length(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }
}

/// A checked digest: a known algorithm and the right number of lower-case hexadecimal digits.
///
/// Because nothing else can be held by this type, a digest may be used as part of a path or a URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest {
    algorithm: Algorithm,
    hex: String,
}

impl Digest {
    /// Computes the SHA-256 digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_raw(Algorithm::Sha256, &Sha256::digest(bytes))
    }

    /// `raw` is the output of a hasher of `algorithm`, so that its length is right.
    fn from_raw(algorithm: Algorithm, raw: &[u8]) -> Self {
        use fmt::Write as _;
        let mut hex = String::with_capacity(raw.len() * 2);
        for byte in raw {
            let _ = write!(hex, "{byte:02x}"); // writing to a string cannot fail
        }
        Self { algorithm, hex }
    }

    /// The algorithm that made it.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The hexadecimal digits behind the colon, in lower case.
    pub fn hex(&self) -> &str {
        &self.hex
    }

    /// The first twelve hexadecimal digits, for people.
    pub fn short(&self) -> &str {
        &self.hex[..12]
    }

    /// `algorithm-hex`: the digest as a name that every file system can hold.
    pub fn file_name(&self) -> String {
        [self.algorithm.name(), "-", &self.hex].concat()
    }
}

/// A digest in the making: bytes in as they come, the digest out at the end.
#[derive(Debug, Clone)]
pub struct Hasher(State);

#[derive(Debug, Clone)]
enum State {
    Sha256(Box<Sha256>),
    Sha512(Box<Sha512>),
}

impl Hasher {
    /// Begins a digest by `algorithm`.
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Sha256 => State::Sha256(Box::default()),
            Algorithm::Sha512 => State::Sha512(Box::default()),
        })
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha256(hasher) => hasher.update(bytes),
            State::Sha512(hasher) => hasher.update(bytes),
        }
    }

    /// The digest of everything that was taken.
    pub fn finish(self) -> Digest {
        match self.0 {
            State::Sha256(hasher) => Digest::from_raw(Algorithm::Sha256, &hasher.finalize()),
            State::Sha512(hasher) => Digest::from_raw(Algorithm::Sha512, &hasher.finalize()),
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.algorithm.name(), self.hex)
    }
}

impl FromStr for Digest {
    type Err = DigestParse;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |problem| DigestParse {
            text: crate::text::quote(text),
            problem,
        };
        let (name, hex) = text.split_once(':').ok_or_else(|| fail("it has no colon"))?;
        let algorithm = match name {
            "sha256" => Algorithm::Sha256,
            "sha512" => Algorithm::Sha512,
            _ => return Err(fail("its algorithm is not sha256 or sha512")),
        };
        // Every byte, also behind one that does not do: so several are looked at in one step.
        let is_hex = |hex: bool, byte| hex & matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if !hex.bytes().fold(true, is_hex) {
            let is_upper = hex.bytes().any(|byte| byte.is_ascii_uppercase());
            return Err(fail(if is_upper {
                "its digits are in upper case"
            } else {
                "it holds something other than hexadecimal digits"
            }));
        }
        if hex.len() != algorithm.hex_length() {
            return Err(fail("it has the wrong number of digits for its algorithm"));
        }
        Ok(Self {
            algorithm,
            hex: hex.to_owned(),
        })
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestParse;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

/// A text that is not a digest this program can check.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text} is not a digest: {problem}")]
pub struct DigestParse {
    text: String,
    problem: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_an_algorithm_and_lower_case_digits() {
        let digest: Digest = format!("sha256:{}", "0a".repeat(32)).parse().unwrap();
        assert_eq!(digest.to_string(), format!("sha256:{}", "0a".repeat(32)));
        assert_eq!(digest.file_name(), format!("sha256-{}", "0a".repeat(32)));
        assert_eq!(digest.short(), "0a0a0a0a0a0a");
    }

    #[test]
    fn what_could_leave_a_folder_or_lie_about_itself_is_refused() {
        for text in [
            String::new(),
            "sha256".to_owned(),
            "sha256:".to_owned(),
            "sha256:../../etc/passwd".to_owned(),
            format!("sha256:{}", "0A".repeat(32)),
            format!("sha256:{}", "0a".repeat(31)),
            format!("SHA256:{}", "0a".repeat(32)),
            format!("md5:{}", "0a".repeat(16)),
            format!("sha512:{}", "0a".repeat(32)),
        ] {
            assert!(text.parse::<Digest>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_digest_of_nothing_is_the_published_one() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b"").to_string(), empty);
    }
}

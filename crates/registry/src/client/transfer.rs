//! One answer with a blob, or with the rest of one.

use std::time::{Duration, Instant};

use bytes::{Buf as _, Bytes};
use model::Digest;
use model::digest::Hasher;
use reqwest::StatusCode;
use reqwest::header::CONTENT_RANGE;
use url::Url;

use crate::Invalid;
use crate::error::{ErrorKind, Fault, NetworkProblem};
use crate::limits::Rate;
use crate::verify::{Verifier, same};
use crate::wire::{Answer, header, in_words};

/// A transfer that brings the bytes behind those that are here.
pub(super) struct Transfer {
    answer: Answer,
    /// What the server sends although it is here.
    known: Option<Known>,
    pace: Pace,
    has_brought_something: bool,
}

impl Transfer {
    /// Looks whether `answer` begins and ends where it has to, for whoever has what `verifier` has seen.
    ///
    /// # Errors
    ///
    /// [`Invalid::WrongRange`] and [`Invalid::WrongSize`]: a stated length that is wrong settles it before the first byte.
    pub(super) fn new(answer: Answer, verifier: &Verifier) -> Result<Self, Fault> {
        let is_rest = answer.response.status() == StatusCode::PARTIAL_CONTENT;
        let start = if is_rest { verifier.seen() } else { 0 };
        let at = |invalid: Invalid| Fault::at(&answer.url, invalid);
        if is_rest {
            let stated = header(answer.response.headers(), CONTENT_RANGE.as_str()).unwrap_or_default();
            let asked = format!("bytes {start}-{}/{}", verifier.size() - 1, verifier.size());
            if stated != asked {
                let stated = stated.to_owned();
                return Err(at(Invalid::WrongRange { asked, stated }));
            }
        }
        let stated = answer.response.content_length();
        let end = stated.map(|length| start.saturating_add(length));
        if let Some(actual) = end.filter(|end| *end != verifier.size()) {
            let expected = verifier.size();
            return Err(at(Invalid::WrongSize { expected, actual }));
        }
        Ok(Self {
            known: Known::between(start, verifier),
            answer,
            pace: Pace::default(),
            has_brought_something: false,
        })
    }

    /// The next bytes behind those that are here; `None` at the end.
    ///
    /// # Errors
    ///
    /// `Network` where the line breaks or is slower than `least`, [`Invalid::ChangedContent`] where the server sends
    /// other bytes than before, [`Invalid::WrongSize`] where it ends within them.
    pub(super) async fn next(&mut self, least: Rate) -> Result<Option<Bytes>, Fault> {
        loop {
            let piece = self.receive(least).await.map_err(|kind| self.at(kind))?;
            let (Some(bytes), Some(known)) = (&piece, &mut self.known) else {
                return match &self.known {
                    Some(known) => Err(self.at(known.too_short())),
                    None => Ok(piece),
                };
            };
            let rest = known.compare(bytes.clone());
            let rest = rest.map_err(|invalid| self.at(invalid))?;
            if let Some(rest) = rest {
                self.known = None;
                return Ok(Some(rest));
            }
        }
    }

    async fn receive(&mut self, least: Rate) -> Result<Option<Bytes>, ErrorKind> {
        let start = Instant::now();
        let piece = self.answer.response.chunk().await.map_err(in_words)?;
        self.has_brought_something |= piece.is_some();
        let length = piece.as_ref().map_or(0, Bytes::len);
        // What the other side of this program needs for the bytes before is not the server's time.
        self.pace.add(start.elapsed(), length as u64, least)?;
        Ok(piece)
    }

    pub(super) fn has_brought_something(&self) -> bool {
        self.has_brought_something
    }

    pub(super) fn url(&self) -> &Url {
        &self.answer.url
    }

    fn at(&self, kind: impl Into<ErrorKind>) -> Fault {
        Fault::at(self.url(), kind)
    }
}

/// Bytes that were passed on already and come again.
struct Known {
    left: u64,
    hasher: Hasher,
    expected: Digest,
    size: u64,
}

impl Known {
    fn between(start: u64, verifier: &Verifier) -> Option<Self> {
        let left = verifier.seen() - start;
        (left > 0).then(|| Self {
            left,
            hasher: Hasher::new(verifier.algorithm()),
            expected: verifier.digest_so_far(),
            size: verifier.size(),
        })
    }

    /// Takes what is known out of `bytes`; what is left behind the last of it, once that was the same as before.
    fn compare(&mut self, mut bytes: Bytes) -> Result<Option<Bytes>, Invalid> {
        let count = bytes.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.hasher.update(&bytes[..count]);
        bytes.advance(count);
        self.left -= count as u64;
        if self.left > 0 {
            return Ok(None);
        }
        same(&self.expected, self.hasher.clone().finish()).map_err(|_| Invalid::ChangedContent)?;
        Ok(Some(bytes))
    }

    fn too_short(&self) -> Invalid {
        Invalid::WrongSize {
            expected: self.size,
            actual: self.size - self.left,
        }
    }
}

/// How many bytes came in how much time of waiting for them.
#[derive(Default)]
struct Pace {
    waited: Duration,
    bytes: u64,
}

impl Pace {
    fn add(&mut self, waited: Duration, bytes: u64, least: Rate) -> Result<(), ErrorKind> {
        self.waited += waited;
        self.bytes = self.bytes.saturating_add(bytes);
        if self.waited < least.over {
            return Ok(());
        }
        if self.bytes < least.bytes {
            return Err(ErrorKind::Network {
                problem: NetworkProblem::Slow,
                cause: format!(
                    "{} bytes came in {} seconds (`limits.blob-rate`)",
                    self.bytes,
                    self.waited.as_secs()
                ),
            });
        }
        *self = Self::default();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_judged_over_a_whole_span() {
        let least = Rate {
            bytes: 100,
            over: Duration::from_secs(10),
        };
        let second = Duration::from_secs(1);
        let mut steady = Pace::default();
        for _ in 0..100 {
            steady.add(second, 10, least).unwrap();
        }
        let mut pausing = Pace::default();
        for _ in 0..9 {
            pausing.add(second, 0, least).unwrap();
        }
        pausing.add(second, 100, least).unwrap();
        let mut slow = Pace::default();
        let judged: Vec<_> = (0..10).map(|_| slow.add(second, 9, least).is_ok()).collect();
        assert_eq!(
            judged,
            [true, true, true, true, true, true, true, true, true, false]
        );
    }
}

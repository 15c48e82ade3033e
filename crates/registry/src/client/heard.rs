//! What a registry said of its limit, in answers that may overtake each other.

use std::sync::{Mutex, MutexGuard, PoisonError};

use model::quota::Standing;

/// What the answers so far say is left.
#[derive(Debug, Default)]
pub(super) struct Heard(Mutex<Answers>);

#[derive(Debug, Default)]
struct Answers {
    standing: Standing,
    count: u64,
}

impl Heard {
    /// How many answers spoke of it. Whoever asks remembers it for [`note`](Self::note).
    pub(super) fn count(&self) -> u64 {
        self.answers().count
    }

    pub(super) fn standing(&self) -> Standing {
        self.answers().standing
    }

    /// Keeps what an answer says, whose request was sent when so many answers had been heard.
    ///
    /// Among requests that were under way at the same time the answer that comes last may have been given first. So it may say
    /// that less is left, and not that more is.
    pub(super) fn note(&self, said: Standing, asked_at: u64) {
        let mut answers = self.answers();
        let is_overtaken = asked_at < answers.count;
        answers.count += 1;
        answers.standing = match (answers.standing, said) {
            (Standing::Limited(before), Standing::Limited(now)) if is_overtaken && before.left < now.left => {
                Standing::Limited(before)
            }
            _ => said,
        };
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        // Each use leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use model::quota::Quota;

    use super::*;

    fn left(left: u64) -> Standing {
        Standing::Limited(Quota {
            left,
            limit: Some(12),
            window: None,
            resets_in: None,
        })
    }

    #[test]
    fn of_answers_that_overtake_each_other_the_one_that_leaves_less_counts() {
        let heard = Heard::default();
        let asked_at = heard.count();
        heard.note(left(8), asked_at);
        heard.note(left(10), asked_at);
        assert_eq!(heard.standing(), left(8));
        heard.note(left(7), asked_at);
        assert_eq!(heard.standing(), left(7));
    }

    #[test]
    fn a_later_question_may_be_told_that_more_is_left_again() {
        let heard = Heard::default();
        heard.note(left(0), heard.count());
        heard.note(left(12), heard.count());
        assert_eq!(heard.standing(), left(12));
        heard.note(Standing::Unlimited, heard.count());
        assert_eq!(heard.standing(), Standing::Unlimited);
    }
}

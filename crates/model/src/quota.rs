//! How much a registry still lets be asked, and how a pass shares it out.
//!
//! Large hubs count the manifests that are read (`GET`, not `HEAD`) from one address, which a whole office may share. So a
//! pass over many repositories takes only a part of what is left, gives every repository its turn, and leaves the
//! rest of its work to the next pass.

use std::fmt;
use std::time::Duration;

/// What a registry says of the limit on manifest reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// It was not asked for a manifest yet.
    #[default]
    Unknown,
    /// It answered and spoke of no limit.
    Unlimited,
    /// It answered with what is left.
    Limited(Quota),
}

/// What is left of a limit, as the last answer said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many reads are left.
    pub left: u64,
    /// How many there are in a window, if that was said; never less than `left`.
    pub limit: Option<u64>,
    /// How long a window is.
    pub window: Option<Duration>,
    /// How long it takes until more is left.
    pub resets_in: Option<Duration>,
}

/// How many manifests a look at a release reads at the most: the index and that of the host's platform.
const READS_OF_A_LOOK: u64 = 2;
/// The part of a limit that a pass leaves for what is asked for by hand: a fifth.
const RESERVED_PART: u64 = 5;
/// The least that it leaves: two looks.
const LEAST_RESERVED: u64 = 2 * READS_OF_A_LOOK;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A pass over everything, which may go on another time.
    Pass,
    /// Somebody named what is asked for, and waits for it.
    ByHand,
}

impl Quota {
    /// How many releases may be looked at now.
    ///
    /// A pass leaves a fifth of the limit, and at least two looks, to what is asked for by hand.
    pub fn looks(&self, purpose: Purpose) -> usize {
        let reserved = match purpose {
            Purpose::Pass => self
                .limit
                .map_or(0, |limit| limit.div_ceil(RESERVED_PART))
                .max(LEAST_RESERVED),
            Purpose::ByHand => 0,
        };
        let looks = self.left.saturating_sub(reserved) / READS_OF_A_LOOK;
        usize::try_from(looks).unwrap_or(usize::MAX)
    }
}

impl fmt::Display for Quota {
    /// `76 of 100 manifest reads in 6 hours are left`
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.left)?;
        if let Some(limit) = self.limit {
            write!(formatter, " of {limit}")?;
        }
        formatter.write_str(" manifest reads")?;
        if let Some(window) = self.window {
            write!(formatter, " in {}", words(window))?;
        }
        formatter.write_str(" are left")?;
        match self.resets_in {
            Some(reset) => write!(formatter, ", and more in {}", words(reset)),
            None => Ok(()),
        }
    }
}

/// A time for people, in the largest unit that says it exactly.
fn words(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 7200 && seconds % 3600 == 0 => format!("{} hours", seconds / 3600),
        seconds if seconds >= 120 && seconds % 60 == 0 => format!("{} minutes", seconds / 60),
        1 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}

/// The next repositories of one registry that may look at their newest unknown release: positions in `looks`, which holds
/// how often each of those that wait has looked in this pass, in the order in which they have a claim.
///
/// Who looked least comes first, so that a repository with many unfit releases does not use up what the others need. A
/// registry that was not heard of is asked once, to learn what it says. None: the rest waits for another pass.
pub fn next_round(standing: Standing, purpose: Purpose, looks: &[u32]) -> Vec<usize> {
    let allowed = match standing {
        Standing::Unknown => 1,
        Standing::Unlimited => looks.len(),
        Standing::Limited(quota) => quota.looks(purpose),
    };
    let mut order: Vec<usize> = (0..looks.len()).collect();
    order.sort_by_key(|position| looks[*position]); // stable: equals keep their order
    order.truncate(allowed);
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quota(left: u64, limit: Option<u64>) -> Quota {
        Quota {
            left,
            limit,
            window: None,
            resets_in: None,
        }
    }

    #[test]
    fn a_pass_leaves_a_fifth_to_what_is_asked_for_by_hand() {
        for (left, limit, pass, by_hand) in [
            (100, Some(100), 40, 50),
            (60, Some(100), 20, 30),
            (22, Some(100), 1, 11),
            (21, Some(100), 0, 10),
            (1, Some(100), 0, 0),
            (0, Some(100), 0, 0),
            (10, Some(10), 3, 5),
            (6, Some(6), 1, 3),
            (4, Some(4), 0, 2),
            (10, None, 3, 5),
            (u64::MAX, None, usize::MAX / 2 - 2, usize::MAX / 2),
            (u64::MAX, Some(u64::MAX), usize::MAX / 5 * 2, usize::MAX / 2),
        ] {
            let quota = quota(left, limit);
            assert_eq!(quota.looks(Purpose::Pass), pass, "{quota:?}");
            assert_eq!(quota.looks(Purpose::ByHand), by_hand, "{quota:?}");
        }
    }

    #[test]
    fn what_is_left_is_told_in_words() {
        let told = |quota: Quota| quota.to_string();
        assert_eq!(told(quota(3, None)), "3 manifest reads are left");
        let hub = Quota {
            window: Some(Duration::from_secs(21_600)),
            ..quota(76, Some(100))
        };
        assert_eq!(told(hub), "76 of 100 manifest reads in 6 hours are left");
        let draft = Quota {
            resets_in: Some(Duration::from_secs(90)),
            ..quota(0, Some(10))
        };
        assert_eq!(
            told(draft),
            "0 of 10 manifest reads are left, and more in 90 seconds"
        );
    }

    #[test]
    fn what_is_left_goes_round() {
        let limited = |left| Standing::Limited(quota(left, Some(10)));
        for (standing, looks, round) in [
            // Nobody knows what it allows: one finds out.
            (Standing::Unknown, vec![0, 0, 0], vec![0]),
            (Standing::Unknown, vec![], vec![]),
            (Standing::Unlimited, vec![2, 0, 1], vec![1, 2, 0]),
            // Enough for all, for some in their order, for those who had least, for nobody.
            (limited(10), vec![0, 0, 0], vec![0, 1, 2]),
            (limited(9), vec![0, 0, 0], vec![0, 1]),
            (limited(6), vec![1, 0, 0], vec![1]),
            (limited(8), vec![1, 1, 0], vec![2, 0]),
            (limited(5), vec![0], vec![]),
        ] {
            let next = next_round(standing, Purpose::Pass, &looks);
            assert_eq!(next, round, "{standing:?} {looks:?}");
        }
    }

    proptest! {
        #[test]
        fn nobody_looks_twice_while_another_waits_for_the_first(
            limit in 4_u64..200,
            needs in prop::collection::vec(1_u32..5, 0..40),
        ) {
            let mut left = limit;
            let mut had = vec![0; needs.len()];
            loop {
                let waiting: Vec<usize> = (0..needs.len()).filter(|at| had[*at] < needs[*at]).collect();
                let looks: Vec<u32> = waiting.iter().map(|at| had[*at]).collect();
                let round = next_round(Standing::Limited(quota(left, Some(limit))), Purpose::Pass, &looks);
                if round.is_empty() {
                    break;
                }
                for position in round {
                    had[waiting[position]] += 1;
                    left -= READS_OF_A_LOOK;
                }
            }
            prop_assert!(left >= limit.div_ceil(RESERVED_PART).max(LEAST_RESERVED).min(limit));
            let least = (0..needs.len()).filter(|at| had[*at] < needs[*at]).map(|at| had[at]).min();
            if let Some(least) = least {
                prop_assert!(had.iter().all(|had| *had <= least + 1), "{had:?} of {needs:?}");
            }
        }
    }
}

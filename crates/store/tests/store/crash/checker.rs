//! Replays a trace step by step, and judges what a loss of power after each step may leave.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::image::Image;
use super::model::World;
use super::scenario::home;
use super::states::{Numbers, lost_names, many_faults, single_faults};
use super::trace::{Step, Trace};
use super::verdict::{Outcome, recover};
use super::workshop::Workshop;

/// A moment of a run: a disk, and what may be installed if the power is lost now.
pub(crate) struct Moment {
    world: World,
    allowed: Vec<Outcome>,
    /// Whether a flush comes next, or nothing any more.
    pub(crate) before_flush: bool,
    /// For whoever reads of a violation.
    when: String,
}

impl Trace {
    /// Every moment from after the first step to after the last. Then nothing but the new state is left to be
    /// found; until then the old one is legal too.
    pub(crate) fn moments(&self) -> Vec<Moment> {
        self.replay(self.steps.iter())
    }

    /// The moments of a program that left out one step, from then on.
    pub(crate) fn moments_without(&self, left_out: usize) -> Vec<Moment> {
        let others = self
            .steps
            .iter()
            .enumerate()
            .filter(|(number, _)| *number != left_out);
        let mut moments = self.replay(others.map(|(_, step)| step));
        // If it was the last step, the moment before it is the last one now.
        moments.drain(..left_out.min(moments.len().saturating_sub(1)));
        moments
    }

    fn replay<'a>(&'a self, steps: impl Iterator<Item = &'a Step>) -> Vec<Moment> {
        let mut world = self.beginning.clone();
        let mut moments: Vec<Moment> = Vec::new();
        for (number, step) in steps.enumerate() {
            if let Some(earlier) = moments.last_mut() {
                earlier.before_flush = step.flush().is_some();
            }
            world.apply(step);
            moments.push(Moment {
                world: world.clone(),
                allowed: self.allowed.clone(),
                before_flush: true,
                when: format!("{}, after step {number}, {step:.300?}", self.name),
            });
        }
        if let (Some(last), Some(new)) = (moments.last_mut(), self.allowed.last()) {
            last.allowed = vec![new.clone()];
        }
        moments
    }
}

/// Judges states, each distinct one once, and counts them.
pub(crate) struct Checker {
    workshop: Workshop,
    judged: Mutex<HashMap<u64, Result<Outcome, String>>>,
}

impl Checker {
    pub(crate) fn new(workshop: Workshop) -> Self {
        Self {
            workshop,
            judged: Mutex::default(),
        }
    }

    /// The number of distinct states.
    pub(crate) fn distinct(&self) -> usize {
        self.judged().len()
    }

    /// Judges the states in which only names are lost: all that can be, each alone, all but one.
    pub(crate) fn check_lost_names(&self, moment: &Moment) -> Result<(), String> {
        lost_names(&moment.world, &mut |image| self.judge(moment, &image))
    }

    /// Judges every state with a single fault.
    pub(crate) fn check_single_faults(&self, moment: &Moment) -> Result<(), String> {
        single_faults(&moment.world, &mut |image| self.judge(moment, &image))
    }

    /// Judges one state with many faults.
    pub(crate) fn check_many_faults(&self, moment: &Moment, numbers: &mut Numbers) -> Result<(), String> {
        self.judge(moment, &many_faults(&moment.world, numbers))
    }

    fn judge(&self, moment: &Moment, image: &Image) -> Result<(), String> {
        let fingerprint = image.fingerprint();
        let known = self.judged().get(&fingerprint).cloned();
        let outcome = known.unwrap_or_else(|| {
            let outcome = self.workshop.on(image, |root| recover(&home(root)));
            self.judged().insert(fingerprint, outcome.clone());
            outcome
        });
        let problem = match outcome {
            Ok(found) if moment.allowed.iter().any(|allowed| found.is_as_good_as(allowed)) => {
                return Ok(());
            }
            Ok(found) => format!("neither the old nor the new state but {}", found.told()),
            Err(problem) => problem,
        };
        let files: Vec<_> = image.entries.keys().map(String::as_str).collect();
        Err(format!("{}: {problem}\n  {}", moment.when, files.join("\n  ")))
    }

    fn judged(&self) -> MutexGuard<'_, HashMap<u64, Result<Outcome, String>>> {
        self.judged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! A disk that refuses: each operation of each change fails once, or from then on.

use std::io::ErrorKind;

use super::scenario::{ALL, home};
use super::trace::{Failure, Step};
use super::verdict::recover;
use super::workshop::Workshop;

#[test]
fn whichever_operation_fails_the_state_is_old_or_new_and_the_next_attempt_succeeds() {
    let workshop = Workshop::new();
    for scenario in ALL {
        let trace = scenario.trace(&workshop);
        let before = trace.beginning.image();
        for at in 0..trace.steps.len() {
            for (lasting, kind) in [(false, ErrorKind::Other), (true, ErrorKind::StorageFull)] {
                let failure = Failure { at, lasting, kind };
                workshop.on(&before, |root| {
                    let (_, result) = scenario.fail(root, failure);
                    let found = recover(&home(root)).unwrap_or_else(|problem| {
                        panic!(
                            "{}, {failure:?} at {:?}: {problem}",
                            scenario.name, trace.steps[at]
                        )
                    });
                    // After a success nothing but the new state is left to be found.
                    let allowed = &trace.allowed[usize::from(result.is_ok())..];
                    assert!(
                        allowed.iter().any(|allowed| found.is_as_good_as(allowed)),
                        "{}, {failure:?}: {}",
                        scenario.name,
                        found.told()
                    );
                    scenario.repeat(root).unwrap();
                    recover(&home(root)).unwrap();
                });
            }
        }
    }
}

/// The system forgets what it could not write, so that the second flush of the same file succeeds and says
/// nothing (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020).
#[test]
fn after_a_failed_flush_nothing_is_flushed_again_and_nothing_is_activated() {
    let workshop = Workshop::new();
    for scenario in ALL {
        let trace = scenario.trace(&workshop);
        for (at, step) in trace
            .steps
            .iter()
            .enumerate()
            .filter(|(_, step)| step.flush().is_some())
        {
            let failure = Failure {
                at,
                lasting: false,
                kind: ErrorKind::Other,
            };
            workshop.on(&trace.beginning.image(), |root| {
                let (steps, result) = scenario.fail(root, failure);
                assert!(result.is_err(), "{}: {step:?}", scenario.name);
                for later in &steps[at + 1..] {
                    assert_eq!(later.flush(), None, "{}: {step:?}", scenario.name);
                    let activates =
                        matches!(later, Step::Rename(_, to) if to.starts_with("data/home/activations"));
                    assert!(!activates, "{}: {step:?}", scenario.name);
                }
            });
        }
    }
}

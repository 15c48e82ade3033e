//! Loss of power and kills at every moment of a change, by a model of the disk.
//!
//! Each change is run once by the real store on a real folder, and every operation written down. The model
//! then says what may be on the disk if the power is lost after each step: everything that was flushed, and any
//! legal part of the rest. Each such state becomes a folder, which the real store opens. It must find the old
//! state or the new one, with every file of every generation as recorded.

#![expect(
    clippy::print_stdout,
    reason = "how many states were looked at is a result, which docs/reliability.md quotes"
)]

mod checker;
mod failing;
mod image;
mod model;
mod scenario;
mod states;
mod trace;
mod verdict;
mod workshop;

use std::collections::BTreeMap;

use self::checker::Checker;
use self::scenario::{
    ACCEPT_MOVED, AFTER_KILLS, ALL, COLLECTION, FIRST_INSTALL, GARBAGE_COLLECTION, HOLD, REMOVAL, REPAIR,
    REPEATED_INSTALL, ROLLBACK, SECOND_INSTALL, Scenario, UPDATE,
};
use self::states::Numbers;
use self::trace::{Step, Trace};
use self::workshop::Workshop;

/// Says how many distinct states to look at, over all changes; `cargo xtask crash` sets it.
const STATES_VARIABLE: &str = "OUTRIGGER_CRASH_STATES";
/// How many that are where nobody asks for more.
const STATES: usize = 10_000;

#[test]
fn the_observer_sees_every_change_of_the_disk() {
    let workshop = Workshop::new();
    for trace in ALL.iter().map(|scenario| scenario.trace(&workshop)) {
        let mut world = trace.beginning;
        for step in &trace.steps {
            world.apply(step);
        }
        assert_eq!(world.image(), trace.after, "{}", trace.name);
    }
}

// Four tests, so that they run side by side. Their homes begin so differently that no state is counted twice.

#[test]
fn after_a_loss_of_power_in_an_install_it_is_whole_or_was_not_begun() {
    check_losses_of_power(&[FIRST_INSTALL, SECOND_INSTALL], 50);
}

#[test]
fn after_a_loss_of_power_in_a_change_the_old_or_the_new_state_is_found_whole() {
    check_losses_of_power(&[UPDATE, ACCEPT_MOVED, ROLLBACK, HOLD, REMOVAL], 25);
}

#[test]
fn after_a_loss_of_power_in_a_repair_the_generation_is_mended_or_as_it_was() {
    check_losses_of_power(&[REPAIR], 10);
}

#[test]
fn after_a_loss_of_power_among_the_leavings_of_dead_processes_too() {
    check_losses_of_power(&[REPEATED_INSTALL, COLLECTION, GARBAGE_COLLECTION], 15);
}

/// Looks at `percent` of all states that are wanted.
fn check_losses_of_power(scenarios: &[Scenario], percent: usize) {
    let workshop = Workshop::new();
    let traces = scenarios.iter().map(|scenario| scenario.trace(&workshop));
    let moments: Vec<_> = traces.flat_map(|trace| trace.moments()).collect();
    let wanted = std::env::var(STATES_VARIABLE).map_or(STATES, |text| text.parse().unwrap());
    let wanted = wanted * percent / 100;
    let checker = Checker::new(workshop);
    for moment in &moments {
        checker.check_lost_names(moment).unwrap();
    }
    let mut numbers = Numbers(0);
    // After so many states that were known already a moment is left alone.
    let patience = wanted / 50;
    let mut fruitful: Vec<_> = moments.iter().map(|moment| (moment, 0)).collect();
    while checker.distinct() < wanted {
        for (moment, in_vain) in &mut fruitful {
            let before = checker.distinct();
            checker.check_many_faults(moment, &mut numbers).unwrap();
            let is_new = checker.distinct() > before;
            *in_vain = if is_new { 0 } else { *in_vain + 1 };
        }
        // Where little is at stake there are few states, and soon all of them are known.
        fruitful.retain(|(_, in_vain)| *in_vain < patience);
        assert!(
            !fruitful.is_empty(),
            "there are only {} states",
            checker.distinct()
        );
    }
    println!(
        "{} distinct states at {} moments",
        checker.distinct(),
        moments.len()
    );
}

#[test]
fn after_a_kill_in_the_first_install_the_next_change_survives_a_loss_of_power() {
    check_kills(&FIRST_INSTALL);
}

#[test]
fn after_a_kill_in_an_update_the_next_change_survives_a_loss_of_power() {
    check_kills(&UPDATE);
}

#[test]
fn after_a_kill_in_a_removal_the_next_change_survives_a_loss_of_power() {
    check_kills(&REMOVAL);
}

fn check_kills(killed: &Scenario) {
    let workshop = Workshop::new();
    let traces: Vec<_> = AFTER_KILLS
        .iter()
        .flat_map(|next| killed.traces_after_kills(&workshop, next))
        .collect();
    let checker = Checker::new(workshop);
    let mut numbers = Numbers(0);
    for trace in &traces {
        for moment in trace.moments() {
            // Before a flush most is at stake; elsewhere samples will do.
            if moment.before_flush {
                checker.check_lost_names(&moment).unwrap();
            }
            checker.check_many_faults(&moment, &mut numbers).unwrap();
        }
    }
    println!(
        "{} distinct states after {} kills",
        checker.distinct(),
        traces.len()
    );
}

/// One that is not needed would only cost time, and one that is needed and never missed is not proved.
#[test]
fn each_flush_that_is_left_out_lets_a_crash_break_something() {
    let workshop = Workshop::new();
    let mut traces: Vec<_> = ALL.iter().map(|scenario| scenario.trace(&workshop)).collect();
    for killed in [FIRST_INSTALL, REMOVAL] {
        traces.extend(
            AFTER_KILLS
                .iter()
                .flat_map(|next| killed.traces_after_kills(&workshop, next)),
        );
    }
    let mut places: BTreeMap<String, Vec<(&Trace, usize)>> = BTreeMap::new();
    for trace in &traces {
        for (number, place) in trace.flushes() {
            places.entry(place).or_default().push((trace, number));
        }
    }
    let checker = Checker::new(workshop);
    let breaks = |trace: &Trace, number: usize| {
        // Who does not flush names loses names, and most of them just before the next flush.
        let names_alone = matches!(trace.steps[number], Step::FlushFolder(_));
        trace.moments_without(number).iter().find_map(|moment| {
            let outcome = match (names_alone, moment.before_flush) {
                (true, true) => checker.check_lost_names(moment),
                (true, false) => Ok(()),
                (false, _) => checker.check_single_faults(moment),
            };
            outcome.err()
        })
    };
    let mut unneeded = Vec::new();
    for (place, flushes) in places {
        match flushes.iter().find_map(|(trace, number)| breaks(trace, *number)) {
            Some(broken) => println!("{place}: {}", broken.lines().next().unwrap_or_default()),
            None => unneeded.push(place),
        }
    }
    assert_eq!(unneeded, [""; 0]);
}

//! The states that a loss of power may leave, of all that it may leave: first each fault alone, then many at
//! once.

use super::image::Image;
use super::model::{Tear, World};

/// With at most so many changes of names, every legal choice of them is looked at.
const EXHAUSTIVE: usize = 6;

/// Numbers that look random and are the same in every run (splitmix64, Steele et al., OOPSLA 2014).
#[derive(Debug)]
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap_or_default()
    }

    /// True in `percent` of a hundred cases.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// Only names are lost: all that can be, each alone, all but one. Ends early where `visit` fails.
pub(crate) fn lost_names<E>(world: &World, visit: &mut dyn FnMut(Image) -> Result<(), E>) -> Result<(), E> {
    for names in choices_of_names(world) {
        visit(world.crashed(&names).image(&|_| (Tear::Whole, true)))?;
    }
    Ok(())
}

/// Each fault alone: names as above; then one file torn in each way, and all files torn in one way. A torn
/// file has lost its mode as well.
pub(crate) fn single_faults<E>(
    world: &World,
    visit: &mut dyn FnMut(Image) -> Result<(), E>,
) -> Result<(), E> {
    lost_names(world, visit)?;
    for names in choices_of_names(world) {
        let survivor = world.crashed(&names);
        for tear in Tear::ALL {
            visit(survivor.image(&|_| (tear, tear == Tear::Whole)))?;
            for torn in 0..survivor.unflushed() {
                let one = |file| {
                    if file == torn {
                        (tear, false)
                    } else {
                        (Tear::Whole, true)
                    }
                };
                visit(survivor.image(&one))?;
            }
        }
    }
    Ok(())
}

fn choices_of_names(world: &World) -> Vec<Vec<bool>> {
    let count = world.pending();
    let mut choices = Vec::new();
    if count <= EXHAUSTIVE {
        for bits in 0..1_usize << count {
            choices.push((0..count).map(|number| bits >> number & 1 == 1).collect());
        }
    } else {
        choices.push(vec![true; count]);
        choices.push(vec![false; count]);
        for one in 0..count {
            choices.push((0..count).map(|number| number == one).collect());
            choices.push(without(world, one));
        }
    }
    for choice in &mut choices {
        world.close(choice);
    }
    choices.sort_unstable();
    choices.dedup();
    choices
}

/// Everything but one change and what follows it.
fn without(world: &World, one: usize) -> Vec<bool> {
    let mut kept = vec![false; world.pending()];
    for number in 0..kept.len() {
        let mut with_causes = vec![false; kept.len()];
        with_causes[number] = true;
        world.close(&mut with_causes);
        kept[number] = !with_causes[one];
    }
    kept
}

/// One state with any number of faults.
pub(crate) fn many_faults(world: &World, numbers: &mut Numbers) -> Image {
    let percent = [5, 30, 70, 95][numbers.below(4)];
    let mut names: Vec<_> = (0..world.pending()).map(|_| numbers.chance(percent)).collect();
    world.close(&mut names);
    let survivor = world.crashed(&names);
    let percent = [10, 50, 90][numbers.below(3)];
    let fates: Vec<_> = (0..survivor.unflushed())
        .map(|_| {
            let torn = numbers.chance(percent);
            let tear = if torn {
                Tear::ALL[numbers.below(5)]
            } else {
                Tear::Whole
            };
            (tear, !torn || numbers.chance(50))
        })
        .collect();
    survivor.image(&|file| fates[file])
}

//! The order of a scan: first what costs no manifest read, for all repositories; then looks at releases, in rounds in
//! which the repositories of a registry share what it lets be read.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use model::ExtensionId;
use model::event::Event;
use model::facts::Visit;
use model::installed::Installed;
use model::quota::{Purpose, Standing, next_round};

use super::visit::{Done, Stage, Waiting};
use crate::Desktop;
use crate::resting::Silences;

/// How many repositories are visited side by side.
const AT_ONCE: usize = 16;

/// One pass over repositories.
pub(super) struct Pass<'a> {
    pub(super) desktop: &'a Desktop,
    pub(super) installed: &'a [Installed],
    pub(super) silences: Silences,
    purpose: Purpose,
}

/// Repositories in the order in which they have a claim, by their position in it.
type Queue<'a> = BTreeMap<usize, Waiting<'a>>;

impl<'a> Pass<'a> {
    pub(super) fn new(desktop: &'a Desktop, installed: &'a [Installed], purpose: Purpose) -> Self {
        Self {
            desktop,
            installed,
            silences: Silences::default(),
            purpose,
        }
    }

    /// Visits repositories, those first that come first.
    pub(super) async fn visit_all(&self, ids: &'a [ExtensionId]) -> Vec<Visit> {
        let mut registries: BTreeMap<&str, Queue<'_>> = BTreeMap::new();
        let mut done = Vec::new();
        // Collected, for a stream that holds the closure cannot be sent to another thread.
        let visits = ids.iter().enumerate();
        let visits: Vec<_> = visits
            .map(|(position, id)| async move { (position, self.begin(id).await) })
            .collect();
        let mut stages = stream::iter(visits).buffer_unordered(AT_ONCE);
        while let Some((position, stage)) = stages.next().await {
            match stage {
                Stage::Done(visit) => done.push(self.told(visit)),
                Stage::Waiting(waiting) => {
                    let queue = registries.entry(waiting.listed.id.registry()).or_default();
                    queue.insert(position, waiting);
                }
            }
        }
        self.remember(&done);
        let rounds: Vec<_> = registries
            .into_iter()
            .map(|(registry, queue)| self.take_turns(registry, queue))
            .collect();
        done.extend(join_all(rounds).await.into_iter().flatten());
        done.into_iter().map(|done| done.visit).collect()
    }

    /// Round after round, until nobody waits or the registry has to be left alone.
    async fn take_turns(&self, registry: &str, mut queue: Queue<'a>) -> Vec<Done> {
        let mut done = Vec::new();
        loop {
            let round = self.next_round(registry, &mut queue);
            if round.is_empty() {
                break;
            }
            let looks: Vec<_> = round
                .into_iter()
                .map(|(position, waiting)| async move { (position, self.look(waiting).await) })
                .collect();
            let mut looks = stream::iter(looks).buffer_unordered(AT_ONCE);
            let finished = done.len();
            while let Some((position, stage)) = looks.next().await {
                match stage {
                    Stage::Done(visit) => done.push(self.told(visit)),
                    Stage::Waiting(waiting) => {
                        queue.insert(position, waiting);
                    }
                }
            }
            self.remember(&done[finished..]);
        }
        if !queue.is_empty() {
            self.tell_left(registry, queue.len());
        }
        let left: Vec<_> = queue
            .into_values()
            .map(|waiting| self.told(self.leave(waiting)))
            .collect();
        self.remember(&left);
        done.extend(left);
        done
    }

    /// Takes those from the queue whose turn it is.
    fn next_round(&self, registry: &str, queue: &mut Queue<'a>) -> Queue<'a> {
        if self.desktop.is_resting(registry, &self.silences).is_some() {
            return Queue::new();
        }
        let positions: Vec<usize> = queue.keys().copied().collect();
        let looks: Vec<u32> = queue.values().map(|waiting| waiting.looks).collect();
        let round = next_round(self.desktop.registry.standing(registry), self.purpose, &looks);
        let taken = round.into_iter().filter_map(|index| {
            let position = positions[index];
            Some((position, queue.remove(&position)?))
        });
        taken.collect()
    }

    fn tell_left(&self, registry: &str, count: usize) {
        let why = match self.desktop.registry.standing(registry) {
            Standing::Limited(quota) => format!("{registry}: {quota}"),
            Standing::Unknown | Standing::Unlimited => format!("{registry} is left alone for a while"),
        };
        let waiting = match count {
            1 => "1 repository waits".to_owned(),
            count => format!("{count} repositories wait"),
        };
        self.desktop
            .warn(format!("{why}: {waiting} for the next scan, which begins there"));
    }

    fn told(&self, done: Done) -> Done {
        let id = done.visit.id.clone();
        self.desktop.emit(Event::RepositoryScanned { id });
        done
    }

    fn remember(&self, done: &[Done]) {
        let memories = done
            .iter()
            .filter_map(|done| Some((&done.visit.id, done.memory.as_ref()?)));
        self.desktop.memory().remember_repositories(memories);
    }
}

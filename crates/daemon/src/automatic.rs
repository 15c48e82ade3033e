//! Updates that nobody asks for: after each scan, whatever it found is taken as far as the configuration lets the service go.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::ExtensionId;
use model::automatic::{Level, Refusals, Within};
use store::{ServiceFile, ServiceRoom};

use crate::events::{News, Next};
use crate::jobs::{Asking, Done, JobDocument, Order, State};
use crate::problem::Problem;
use crate::service::Service;
use crate::use_cases::UseCases;

/// One extension that the service updated by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AutomaticallyUpdated {
    /// The extension.
    pub(crate) id: ExtensionId,
    /// The version before, which can be gone back to.
    pub(crate) from: String,
    /// The version now.
    pub(crate) to: String,
}

/// Updates after each scan of this service, until it stops. Offline it does nothing at all.
pub(crate) async fn run(service: &Arc<Service>, room: &ServiceRoom) {
    if service.use_cases().offline {
        return;
    }
    let mut stop = service.stop();
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = go_on(service, room) => {}
    }
}

async fn go_on(service: &Arc<Service>, room: &ServiceRoom) {
    let mut mark = service.events().now();
    loop {
        let next = service.events().after(mark).await;
        let may_be_a_scan = match &next {
            Next::News(_, News::Job(job)) => is_scan(job),
            Next::News(_, News::Changed) => false,
            Next::Missed(_) => true,
        };
        let (Next::News(reached, _) | Next::Missed(reached)) = next;
        mark = reached;
        if may_be_a_scan {
            match update_waiting(service, room).await {
                Ok(updated) => told(&updated),
                Err(problem) => tracing::warn!(%problem, "no extension is updated by itself"),
            }
        }
    }
}

fn is_scan(job: &JobDocument) -> bool {
    job.kind == Order::Scan(Vec::new()).kind() && job.state == State::Done
}

/// Tells the user what was updated after one scan; an empty list is no news.
///
/// For now the log hears of it. Notices come here: one for all of them, each with the way back to `from`.
fn told(updated: &[AutomaticallyUpdated]) {
    for AutomaticallyUpdated { id, from, to } in updated {
        tracing::info!(extension = %id, from, to, "updated by itself");
    }
}

/// Takes what waits, one extension after the other. One that cannot be updated now is in nobody's way, and is tried again after the
/// next scan.
async fn update_waiting(
    service: &Arc<Service>,
    room: &ServiceRoom,
) -> Result<Vec<AutomaticallyUpdated>, Problem> {
    let Waiting { waiting, installed } = service.with_files(Waiting::read).await?;
    let mut updated = Vec::new();
    if waiting.is_empty() {
        return Ok(updated);
    }
    let mut refusals: Refusals = room
        .document(ServiceFile::Refused)
        .inspect_err(|error| tracing::warn!(%error, "what asked for more is looked at again"))
        .ok()
        .flatten()
        .unwrap_or_default();
    refusals.keep_only(|id| installed.contains(id));
    for (id, level) in waiting {
        match update(service, &id, level, &mut refusals).await {
            Ok(done) => updated.extend(done),
            Err(problem) => tracing::warn!(extension = %id, %problem, "it is not updated by itself now"),
        }
        if let Err(error) = room.write_document(ServiceFile::Refused, &refusals) {
            tracing::warn!(%error, "what asks for more will be looked at again");
        }
    }
    Ok(updated)
}

/// What may be updated, and what is installed at all.
struct Waiting {
    /// Extensions with an update that is not forbidden altogether, and how far each may go.
    waiting: Vec<(ExtensionId, Level)>,
    installed: BTreeSet<ExtensionId>,
}

impl Waiting {
    fn read(use_cases: &UseCases) -> Result<Self, Problem> {
        let levels = use_cases.configured()?.updates;
        let listed = use_cases.open(Arc::new(|_| {}))?.list_in_use()?.extensions;
        let may_go = |id: &ExtensionId| levels.of(id) != Level::Off;
        let with_update = listed.iter().filter(|listed| listed.update.is_some());
        Ok(Self {
            waiting: with_update
                .map(|listed| &listed.installed.id)
                .filter(|id| may_go(id))
                .map(|id| (id.clone(), levels.of(id)))
                .collect(),
            installed: listed.iter().map(|listed| listed.installed.id.clone()).collect(),
        })
    }
}

/// Updates one extension by a job, if there is a release that may be taken: otherwise no job tells that nothing was done.
async fn update(
    service: &Arc<Service>,
    id: &ExtensionId,
    level: Level,
    refusals: &mut Refusals,
) -> Result<Option<AutomaticallyUpdated>, Problem> {
    let within = Within {
        level,
        refusals: refusals.of(id),
    };
    let desktop = service.desktop().await?;
    if desktop.next_automatic_update(id, within).await?.is_none() {
        return Ok(None);
    }
    let order = Order::UpdateByItself(id.clone(), level, within.refusals.to_vec());
    let job = service.jobs().start(order, Asking::Nobody)?;
    service.ended(job.id).await?;
    let Some(Done::UpdatedByItself(update)) = service.jobs().result(job.id)? else {
        return Ok(None);
    };
    refusals.remember(id, update.refused);
    let installation = update.installation;
    Ok(installation.replaced().map(|from| AutomaticallyUpdated {
        id: id.clone(),
        from: from.to_owned(),
        to: installation.version.clone(),
    }))
}

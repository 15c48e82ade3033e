//! Updates that nobody asks for: after each scan, whatever it found is taken as far as the configuration lets the service go.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use model::ExtensionId;
use model::automatic::{Level, Refusals, Within};
use store::{ServiceFile, ServiceRoom};

use crate::events::{News, Next};
use crate::jobs::{Asking, Done, Order};
use crate::notices::{AutomaticallyUpdated, Left};
use crate::problem::Problem;
use crate::service::Service;
use crate::use_cases::UseCases;

/// Updates after each scan, also one of the command line, for ever. Offline it does nothing at all.
pub(crate) async fn run(service: &Arc<Service>, room: &ServiceRoom) {
    if service.use_cases().offline {
        return;
    }
    let mut mark = service.events().now();
    let mut worked_off = last_scan(service).await;
    loop {
        let next = service.events().after(mark).await;
        let is_change = matches!(next, Next::Missed(_) | Next::News(_, News::Changed));
        let (Next::News(reached, _) | Next::Missed(reached)) = next;
        mark = reached;
        if !is_change {
            continue;
        }
        let scanned_at = last_scan(service).await;
        if scanned_at == worked_off {
            continue;
        }
        worked_off = scanned_at;
        match update_waiting(service, room).await {
            Ok((updated, left)) => service.notices().after_automatic_updates(updated, left),
            Err(problem) => tracing::warn!(%problem, "no extension is updated by itself"),
        }
    }
}

/// When the last scan ended, whoever made it; nothing also where that cannot be told now.
async fn last_scan(service: &Service) -> Option<Timestamp> {
    let found = service.read(|desktop| Ok(desktop.found())).await;
    found.ok().flatten().map(|found| found.finished_at)
}

/// Takes what waits, one extension after the other. One that cannot be updated now is in nobody's way, and is tried again after the
/// next scan.
async fn update_waiting(
    service: &Arc<Service>,
    room: &ServiceRoom,
) -> Result<(Vec<AutomaticallyUpdated>, Left), Problem> {
    let Waiting { waiting, installed } = service.with_files(Waiting::read).await?;
    let (mut updated, mut left) = (Vec::new(), Left::new());
    if waiting.is_empty() {
        return Ok((updated, left));
    }
    let mut refusals: Refusals = room
        .document(ServiceFile::Refused)
        .inspect_err(|error| tracing::warn!(%error, "what asked for more is looked at again"))
        .ok()
        .flatten()
        .unwrap_or_default();
    refusals.keep_only(|id| installed.contains(id));
    for (id, level, newest) in waiting {
        match update(service, &id, level, &mut refusals).await {
            Ok(Some(done)) => {
                tracing::info!(extension = %done.id, done.from, done.to, "updated by itself");
                updated.push(done);
            }
            Ok(None) => drop(left.insert(id, newest)),
            // Somebody works on it, say: the next scan comes back to it, and nothing is to be told yet.
            Err(problem) => tracing::warn!(extension = %id, %problem, "it is not updated by itself now"),
        }
        if let Err(error) = room.write_document(ServiceFile::Refused, &refusals) {
            tracing::warn!(%error, "what asks for more will be looked at again");
        }
    }
    Ok((updated, left))
}

/// What may be updated, and what is installed at all.
struct Waiting {
    /// Extensions with an update that is not forbidden altogether, how far each may go, and the newest version there is.
    waiting: Vec<(ExtensionId, Level, String)>,
    installed: BTreeSet<ExtensionId>,
}

impl Waiting {
    fn read(use_cases: &UseCases) -> Result<Self, Problem> {
        let levels = use_cases.configured()?.updates;
        let listed = use_cases.open(Arc::new(|_| {}))?.list_in_use()?.extensions;
        let waiting = listed.iter().filter_map(|listed| {
            let (id, newest) = (&listed.installed.id, listed.update.as_ref()?.version.clone()?);
            let level = levels.of(id);
            (level != Level::Off).then(|| (id.clone(), level, newest))
        });
        Ok(Self {
            waiting: waiting.collect(),
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

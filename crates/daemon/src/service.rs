//! What all requests share.

use std::net::SocketAddr;
use std::sync::Arc;

use desktop::Desktop;
use store::{ServiceRoom, Store};
use tokio::sync::watch;

use crate::events::{Events, Next};
use crate::http::{Keys, RequestNumbers};
use crate::jobs::{JobId, Jobs, State};
use crate::metrics::Metrics;
use crate::notices::Notices;
use crate::problem::Problem;
use crate::use_cases::UseCases;

/// What the handlers of requests are given.
pub(crate) type Shared = Arc<Service>;

/// The service of one home folder.
#[derive(Debug)]
pub(crate) struct Service {
    use_cases: UseCases,
    store: Store,
    keys: Keys,
    address: SocketAddr,
    jobs: Arc<Jobs>,
    events: Arc<Events>,
    metrics: Arc<Metrics>,
    notices: Notices,
    lists: crate::api::Lists,
    pictures: crate::pages::Pictures,
    numbers: RequestNumbers,
    stop: watch::Receiver<bool>,
}

impl Service {
    pub(crate) fn new(
        (use_cases, store): (UseCases, Store),
        room: Arc<ServiceRoom>,
        keys: Keys,
        address: SocketAddr,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let events = Arc::new(Events::new((use_cases.clock)()));
        let metrics = Arc::new(Metrics::default());
        let jobs = Jobs::new(use_cases.clone(), Arc::clone(&events), Arc::clone(&metrics));
        let notices = Notices::new(use_cases.clone(), room, Arc::clone(&events));
        Self {
            use_cases,
            store,
            keys,
            address,
            jobs: Arc::new(jobs),
            events,
            metrics,
            notices,
            lists: crate::api::Lists::default(),
            pictures: crate::pages::Pictures::default(),
            numbers: RequestNumbers::default(),
            stop,
        }
    }

    /// How use cases are opened, and with what.
    pub(crate) fn use_cases(&self) -> &UseCases {
        &self.use_cases
    }

    /// The home folder.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Long work.
    pub(crate) fn jobs(&self) -> &Arc<Jobs> {
        &self.jobs
    }

    /// What happens.
    pub(crate) fn events(&self) -> &Arc<Events> {
        &self.events
    }

    /// What is counted.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What the user is told.
    pub(crate) fn notices(&self) -> &Notices {
        &self.notices
    }

    /// Who may come in.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Where the service listens on TCP.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The lists that were made for earlier requests.
    pub(crate) fn lists(&self) -> &crate::api::Lists {
        &self.lists
    }

    /// The pictures that pages offered.
    pub(crate) fn pictures(&self) -> &crate::pages::Pictures {
        &self.pictures
    }

    /// The numbers of requests, for the log.
    pub(crate) fn numbers(&self) -> &RequestNumbers {
        &self.numbers
    }

    /// Becomes true when the service stops.
    pub(crate) fn stop(&self) -> watch::Receiver<bool> {
        self.stop.clone()
    }

    /// Waits until a job has ended, and says how.
    pub(crate) async fn ended(&self, job: JobId) -> Result<State, Problem> {
        let mut mark = self.events.now();
        loop {
            let state = self.jobs.get(job)?.state;
            if state.is_final() {
                return Ok(state);
            }
            let (Next::News(next, _) | Next::Missed(next)) = self.events.after(mark).await;
            mark = next;
        }
    }

    /// The use cases with the configuration of now, reporting to nobody: for what asks registries.
    pub(crate) async fn desktop(&self) -> Result<Desktop, Problem> {
        let use_cases = self.use_cases.clone();
        blocking(move || use_cases.open(Arc::new(|_| {}))).await
    }

    /// Asks the use cases something that reads the disk, away from the threads that serve.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Desktop) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let use_cases = self.use_cases.clone();
        blocking(move || question(&use_cases.open(Arc::new(|_| {}))?)).await
    }

    /// Does something with files, away from the threads that serve.
    pub(crate) async fn with_files<T: Send + 'static>(
        &self,
        work: impl FnOnce(&UseCases) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let use_cases = self.use_cases.clone();
        blocking(move || work(&use_cases)).await
    }
}

/// Runs what may block, away from the threads that serve.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(Problem::interrupted(&error)))
}

//! What all requests share.

use std::sync::Arc;

use desktop::Desktop;

use crate::problem::Problem;
use crate::use_cases::UseCases;

/// What the handlers of requests are given.
pub(crate) type Shared = Arc<Service>;

/// The service of one home folder.
#[derive(Debug)]
pub struct Service {
    use_cases: UseCases,
}

impl Service {
    /// A service over a home folder. Opens nothing.
    pub fn new(use_cases: UseCases) -> Self {
        Self { use_cases }
    }

    /// The use cases with the configuration of now, reporting to nobody: for what only looks.
    #[allow(dead_code)]
    pub(crate) async fn desktop(&self) -> Result<Desktop, Problem> {
        let use_cases = self.use_cases.clone();
        blocking(move || use_cases.open(Arc::new(|_| {}))).await
    }

    /// Asks the use cases something that reads the disk, away from the threads that serve.
    #[allow(dead_code)]
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Desktop) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let use_cases = self.use_cases.clone();
        blocking(move || question(&use_cases.open(Arc::new(|_| {}))?)).await
    }
}

/// Runs what may block, away from the threads that serve.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(Problem::interrupted(&error)))
}

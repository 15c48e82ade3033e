//! How the use cases are opened: each time with what is configured now.
//!
//! A job of the service is what a run of the command line is: it reads configuration and allow-list when it begins, and
//! has a listener of its own. So what somebody writes into these files is in force from the next request on, and no event needs
//! to be told apart from those of another job. What both share is the home folder, which has its locks.

use camino::Utf8PathBuf;
use desktop::{Clock, Desktop, Listener};
use store::{Store, configuration};

use crate::problem::Problem;

/// The home folder and the configuration that the service works with.
#[derive(Debug, Clone)]
pub struct UseCases {
    /// The home folder, as an absolute path.
    pub home: Utf8PathBuf,
    /// The configuration that was asked for by name; without one it is `config.toml` in the home folder.
    pub configuration: Option<Utf8PathBuf>,
    /// Whether no registry may be asked anything.
    pub offline: bool,
    /// The time.
    pub clock: Clock,
}

impl UseCases {
    /// The use cases with the configuration of now, reporting to `listener`. Reads files: call it where blocking is allowed.
    pub(crate) fn open(&self, listener: Listener) -> Result<Desktop, Problem> {
        let mut settings = desktop::Settings::new(&self.configured()?, self.clock)?;
        settings.registry.offline = self.offline;
        Ok(Desktop::new(settings, Store::open(&self.home)?, listener)?)
    }

    /// The files of the user's that decide what is shown: the configuration, and the allow-list that it names.
    pub(crate) fn files(&self) -> Result<Vec<Utf8PathBuf>, Problem> {
        let configured = self.configured()?;
        Ok([Some(configured.file), configured.allow_list_file]
            .into_iter()
            .flatten()
            .collect())
    }

    /// What is configured now.
    pub(crate) fn configured(&self) -> Result<configuration::Settings, Problem> {
        Ok(configuration::Settings::load(
            self.configuration.as_deref(),
            &self.home,
        )?)
    }
}

//! From the global arguments to the rooms below.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use desktop::{Desktop, Doctor, Listener};
use jiff::Timestamp;
use model::Reference;
use store::Store;
use store::configuration;

use crate::arguments::Global;
use crate::output::failure::Failure;

/// Where this run works, and what is configured there.
pub(crate) struct Context {
    pub(crate) home: Utf8PathBuf,
    pub(crate) configured: configuration::Settings,
    /// Whether the configuration was asked for by name, so that it has to be there.
    is_named: bool,
    offline: bool,
}

impl Context {
    /// Reads the configuration.
    pub(crate) fn load(global: &Global) -> Result<Self, Failure> {
        let home = home(global)?;
        let configured = configuration::Settings::load(named_configuration(global), &home)?;
        Ok(Self {
            home,
            configured,
            is_named: named_configuration(global).is_some(),
            offline: global.offline,
        })
    }

    /// The settings of the use cases.
    pub(crate) fn settings(&self) -> Result<desktop::Settings, Failure> {
        let mut settings = desktop::Settings::new(&self.configured, now)?;
        settings.registry.offline = self.offline;
        Ok(settings)
    }

    /// What the service works with: it reads the configuration anew for each request.
    pub(crate) fn use_cases(&self) -> daemon::UseCases {
        daemon::UseCases {
            home: self.home.clone(),
            configuration: Some(self.configured.file.clone()).filter(|_| self.is_named),
            offline: self.offline,
            clock: now,
        }
    }

    /// The use cases, reporting to `listener`.
    pub(crate) fn desktop(&self, listener: Listener) -> Result<Desktop, Failure> {
        Ok(Desktop::new(
            self.settings()?,
            Store::open(&self.home)?,
            listener,
        )?)
    }

    /// The use cases for what nothing is reported of.
    pub(crate) fn silent_desktop(&self) -> Result<Desktop, Failure> {
        self.desktop(Arc::new(|_| {}))
    }
}

/// The home folder of this run.
fn home(global: &Global) -> Result<Utf8PathBuf, Failure> {
    match set(global.home.as_ref()) {
        Some(home) => camino::absolute_utf8(home).map_err(|error| Failure::usage(format!("{home}: {error}"))),
        None => store::default_home().map_err(|error| Failure::usage(error.to_string())),
    }
}

/// The configuration that was asked for by name.
fn named_configuration(global: &Global) -> Option<&Utf8Path> {
    set(global.config.as_ref())
}

/// A variable that is set to nothing is not set.
fn set(path: Option<&Utf8PathBuf>) -> Option<&Utf8Path> {
    path.map(Utf8PathBuf::as_path)
        .filter(|path| !path.as_str().is_empty())
}

/// Who looks at the surroundings of this run, whatever is broken there.
pub(crate) fn doctor(global: &Global) -> Result<Doctor, Failure> {
    Ok(Doctor {
        home: home(global)?,
        configuration: named_configuration(global).map(Utf8Path::to_owned),
        offline: global.offline,
        clock: now,
    })
}

/// The one place where the clock is read; everywhere else time is an argument.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Runs what waits for the network.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    Ok(runtime()?.block_on(work))
}

/// The threads that wait for the network.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("threads cannot be started: {error}")))
}

/// Reads a reference; a malformed one is wrong usage.
pub(crate) fn reference(text: &str) -> Result<Reference, Failure> {
    text.parse()
        .map_err(|error: model::reference::ReferenceParse| Failure::usage(error.to_string()).about(text))
}

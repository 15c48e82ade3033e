//! The configuration file (contract `cli.md`, "Configuration"): TOML in, typed values out.

mod allow_list;
mod error;
mod limits;
mod notices;
mod reader;
mod registries;
mod source;
mod updates;
mod values;

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::SignedDuration;
use model::Platform;
use model::api_version::{ApiVersion, BareApiVersion};
use model::automatic::Levels;
use model::host::Host;
use model::installed::KEPT_GENERATIONS;
use model::policy::Policy;
use model::schedule::FIRST;

pub use self::allow_list::{begin_allow_list, set_allow_list};
pub use self::error::{ConfigurationError, Position};
pub use self::limits::LimitSettings;
pub use self::notices::{NoticeSettings, Webhook};
use self::reader::{Found, Section};
use self::registries::Registries;
pub use self::registries::RegistryEntry;
use self::source::Source;
use self::values::{Amount, Time};
use crate::allow_list_file::{self, AllowListFileError};
use crate::user_file;

/// The name of the configuration in the home folder, used where no other file is named.
pub const FILE_NAME: &str = "config.toml";

/// How often a service scans where nothing is configured.
const EVERY: SignedDuration = SignedDuration::from_hours(12);

/// Where the service listens where nothing is configured: always the same, so that a page can be bookmarked; below the ports that
/// systems hand out.
const LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 7811));

/// The most generations that can be kept besides the current one.
const MOST_GENERATIONS: usize = 100;

/// Everything that is configured, with defaults for the rest.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The file that was read, or would be if it existed.
    pub file: Utf8PathBuf,
    /// What this desktop declares of itself.
    pub host: Host,
    /// What may be installed.
    pub policy: Policy,
    /// The file that `policy.allow_list` was read from, if one is configured.
    pub allow_list_file: Option<Utf8PathBuf>,
    /// How often a service scans.
    pub scan_every: SignedDuration,
    /// How long after its start a service scans for the first time, at the earliest.
    pub scan_first: SignedDuration,
    /// How far a service updates what is installed by itself.
    pub updates: Levels,
    /// Whom a service tells of updates, and how.
    pub notices: NoticeSettings,
    /// Where a service listens. Port 0: any that is free.
    pub service_listen: SocketAddr,
    /// How many generations of an extension are kept besides the current one.
    pub generations: usize,
    /// Settings of single registries, by normalised name (`docker.io`, `localhost:5000`).
    pub registries: std::collections::BTreeMap<String, RegistryEntry>,
    /// Limits that differ from their defaults.
    pub limits: LimitSettings,
    entries: Vec<SettingEntry>,
}

/// One setting for `config show`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingEntry {
    /// The key with its tables, such as `policy.minimum-age`.
    pub key: String,
    /// The value as written, or the default; `None` where there is none, or where another room knows it (a
    /// limit's).
    pub value: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is not set.
    Default,
    /// It stands here.
    File(Position),
}

impl Settings {
    /// Reads the configuration `explicit`, or else `config.toml` in `home`, which need not exist.
    ///
    /// # Errors
    ///
    /// When `explicit` is empty; when a file that was named, or the allow-list that the configuration names, is
    /// missing; at the first key or value that cannot be understood, with its line and column.
    pub fn load(explicit: Option<&Utf8Path>, home: &Utf8Path) -> Result<Self, ConfigurationError> {
        let mut settings = Self::load_without_allow_list(explicit, home)?;
        settings.load_allow_list()?;
        Ok(settings)
    }

    /// Reads the configuration as [`load`](Self::load) does, but not the allow-list that it names: what is configured
    /// admits everything until [`load_allow_list`](Self::load_allow_list).
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load), but for the allow-list.
    pub fn load_without_allow_list(
        explicit: Option<&Utf8Path>,
        home: &Utf8Path,
    ) -> Result<Self, ConfigurationError> {
        if explicit.is_some_and(|path| path.as_str().is_empty()) {
            return Err(ConfigurationError::EmptyPath);
        }
        let path = explicit.map_or_else(|| home.join(FILE_NAME), Utf8Path::to_owned);
        match user_file::read(&path)? {
            Some(text) => Self::parse(&path, &text),
            None if explicit.is_some() => Err(ConfigurationError::Missing { path }),
            None => Self::parse(&path, ""),
        }
    }

    /// Reads the allow-list that the configuration names, if it names one.
    ///
    /// # Errors
    ///
    /// When it is missing, or at its first line that is no pattern.
    pub fn load_allow_list(&mut self) -> Result<(), AllowListFileError> {
        let list = self.allow_list_file.as_deref();
        self.policy.allow_list = list.map(allow_list_file::load).transpose()?;
        Ok(())
    }

    /// Every setting with its value and where it comes from, in the order of the documentation.
    pub fn entries(&self) -> &[SettingEntry] {
        &self.entries
    }

    /// The complaint that the value of `key` means nothing, with the place where it stands: for whoever can tell
    /// only further up. Nothing where the file does not set it.
    pub fn illegal(&self, key: &str, problem: impl std::fmt::Display) -> Option<ConfigurationError> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        match &entry.origin {
            Origin::Default => None,
            Origin::File(at) => Some(ConfigurationError::IllegalValue {
                at: at.clone(),
                key: key.to_owned(),
                problem: problem.to_string(),
            }),
        }
    }

    fn parse(path: &Utf8Path, text: &str) -> Result<Self, ConfigurationError> {
        let source = Source::new(path, text);
        let document = source.parse()?;
        let mut root = Section::root(source, &document);
        let mut entries = Vec::new();

        let mut section = root.section("host")?;
        let host = read_host(&mut section)?;
        entries.extend(section.finish()?);

        let mut section = root.section("policy")?;
        let allow_list_file = section.optional("allow-list", Found::path)?;
        let policy = read_policy(&mut section)?;
        entries.extend(section.finish()?);

        let mut section = root.section("scan")?;
        let Time(scan_every) =
            section.setting("every", Time(EVERY), |time| Some(time.to_string()), read_interval)?;
        let Time(scan_first) = section.parsed("first", Time(FIRST))?;
        entries.extend(section.finish()?);

        let (updates, of_updates) = updates::read(root.section("updates")?)?;
        entries.extend(of_updates);
        let (notices, of_notices) = notices::read(root.section("notices")?)?;
        entries.extend(of_notices);

        let mut section = root.section("service")?;
        let shown = |address: &SocketAddr| Some(address.to_string());
        let service_listen = section.setting("listen", LISTEN, shown, read_address)?;
        entries.extend(section.finish()?);

        let mut section = root.section("store")?;
        let generations = section.setting(
            "generations",
            KEPT_GENERATIONS,
            |kept| Some(kept.to_string()),
            read_generations,
        )?;
        entries.extend(section.finish()?);

        let (registries, of_registries): (Registries, _) = registries::read(&root.section("registry")?)?;
        entries.extend(of_registries);

        let mut section = root.section("limits")?;
        let limits = LimitSettings::read(&mut section)?;
        entries.extend(section.finish()?);

        root.finish()?;
        Ok(Self {
            file: path.to_owned(),
            host,
            policy,
            allow_list_file,
            scan_every,
            scan_first,
            updates,
            notices,
            service_listen,
            generations,
            registries,
            limits,
            entries,
        })
    }
}

fn read_host(section: &mut Section<'_>) -> Result<Host, ConfigurationError> {
    let api_version: ApiVersion = section.parsed("api-version", ApiVersion::default())?;
    let machine = Platform::new(std::env::consts::OS, std::env::consts::ARCH, None);
    let with = |platform| Host::new(api_version.clone(), platform);
    let configured = |found: &Found<'_>| {
        let host = with(found.parse()?).map_err(|problem| found.illegal(problem))?;
        Ok(Some(host))
    };
    let shown = machine.to_string();
    let host = section.setting("platform", None, |_| Some(shown), configured)?;
    host.map_or_else(|| with(machine).map_err(ConfigurationError::ThisMachine), Ok)
}

/// All but the list, which is a file of its own.
fn read_policy(section: &mut Section<'_>) -> Result<Policy, ConfigurationError> {
    let zero = Time(SignedDuration::ZERO);
    Ok(Policy {
        pre_releases: section.switch("pre-releases")?,
        minimum_age: section.parsed("minimum-age", zero)?.0,
        bare_api_version: section.setting(
            "bare-api-version",
            BareApiVersion::Minimum,
            |_| Some("minimum".to_owned()),
            |found| match found.text()? {
                "minimum" => Ok(BareApiVersion::Minimum),
                "exact" => Ok(BareApiVersion::Exact),
                _ => Err(found.illegal("write `minimum` or `exact`")),
            },
        )?,
        allow_list: None,
    })
}

/// Each costs as much disk as the current one.
fn read_generations(found: &Found<'_>) -> Result<usize, ConfigurationError> {
    let Amount(number) = found.number_or("a whole number")?;
    match usize::try_from(number) {
        Ok(number) if number <= MOST_GENERATIONS => Ok(number),
        _ => Err(found.illegal(format!("keep at most {MOST_GENERATIONS} generations"))),
    }
}

/// Names would have to be looked up, and could come to lead elsewhere.
fn read_address(found: &Found<'_>) -> Result<SocketAddr, ConfigurationError> {
    let address = found.text()?.parse();
    address.map_err(|_| found.illegal("write an address by number, with a port, such as `127.0.0.1:7811`"))
}

/// A service that scans without pause would be thrown out by every registry.
fn read_interval(found: &Found<'_>) -> Result<Time, ConfigurationError> {
    let time: Time = found.parse()?;
    if time.0 < SignedDuration::from_mins(1) {
        return Err(found.illegal("scan at most once a minute"));
    }
    Ok(time)
}

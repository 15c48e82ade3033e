//! The command line (contract `cli.md`): one definition, from which help, completions and man pages are made.

use camino::Utf8PathBuf;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

/// Finds, installs and updates desktop extensions from any OCI registry.
#[derive(Debug, Parser)]
#[command(
    name = "outrigger",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
// Below the command's own options, and without the values of variables: help reads the same wherever it is printed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The folder in which everything is kept
    #[arg(
        long,
        global = true,
        env = "OUTRIGGER_HOME",
        hide_env_values = true,
        value_name = "DIR"
    )]
    pub(crate) home: Option<Utf8PathBuf>,
    /// The configuration [default: config.toml in the home folder]
    #[arg(
        long,
        global = true,
        env = "OUTRIGGER_CONFIG",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub(crate) config: Option<Utf8PathBuf>,
    /// Tables for people, or one JSON document for programs
    #[arg(long, global = true, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Say less: only ids, no notes
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more; twice: also what goes on inside
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Ask no registry anything
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// No colours (`NO_COLOR` is honoured too)
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
}

impl Global {
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }
}

/// How results are printed.
// The values carry no documentation: it would make help three times as long, and the option says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Table,
    Json,
    /// Findings in the form that code scanners share; only `validate` has any.
    #[value(hide = true)]
    Sarif,
    /// Findings as annotations of a workflow on GitHub; only `validate` has any.
    #[value(hide = true)]
    Github,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Install extensions: the newest release that fits, or the one with this tag or digest
    Install {
        /// What to install: a repository, or one release of it by :TAG or @DIGEST; or oci:DIR, oci-archive:FILE,
        /// docker-archive:FILE (each with :NAME), docker-daemon:REF
        #[arg(required = true, value_name = "REF")]
        references: Vec<String>,
        /// Take what a file holds for this extension and release, whatever the file says
        #[arg(long = "as", value_name = "REF")]
        taken_for: Option<String>,
        /// Do not ask
        #[arg(short, long)]
        force: bool,
    },
    /// List what is installed
    #[command(visible_alias = "list")]
    Ls,
    /// Look for updates and new extensions now
    Scan {
        /// Only these
        #[arg(value_name = "EXT")]
        extensions: Vec<String>,
        /// Exit with 10 if an update is available
        #[arg(long)]
        exit_code: bool,
    },
    /// Show the updates that the last scan found, without network
    Outdated,
    /// Update to the newest release that fits, or to one tag
    Update {
        /// What to update; EXT:TAG is EXT with --to TAG
        #[arg(value_name = "EXT", required_unless_present = "all", conflicts_with = "all")]
        extensions: Vec<String>,
        /// Everything that is installed
        #[arg(long)]
        all: bool,
        /// To this tag
        #[arg(long, value_name = "TAG", conflicts_with = "all")]
        to: Option<String>,
        /// To what the installed tag points to now, if somebody has pushed it again
        #[arg(long, conflicts_with = "to")]
        accept_moved: bool,
        /// Do not ask, even if the new release is able to do more
        #[arg(short, long)]
        force: bool,
    },
    /// Go back to an earlier release that is still on disk, without network
    Rollback {
        /// What to go back with; EXT:TAG is EXT with --to TAG
        #[arg(value_name = "EXT")]
        extension: String,
        /// To the generation with this tag or digest [default: the one before]
        #[arg(long, value_name = "TAG")]
        to: Option<String>,
    },
    /// Let no update move an extension
    Hold {
        /// What to hold
        #[arg(required = true, value_name = "EXT")]
        extensions: Vec<String>,
    },
    /// Let updates move an extension again
    Unhold {
        /// What to let go
        #[arg(required = true, value_name = "EXT")]
        extensions: Vec<String>,
    },
    /// Remove extensions with all their generations
    #[command(visible_aliases = ["remove", "uninstall"])]
    Rm {
        /// What to remove
        #[arg(required = true, value_name = "EXT")]
        extensions: Vec<String>,
    },
    /// Tell what was done when, from what to what, and how it ended
    History {
        /// Only this one, also if it is gone
        #[arg(value_name = "EXT")]
        extension: Option<String>,
    },
    /// Compare every file of what is installed with what was installed
    Verify {
        /// Only this one
        #[arg(value_name = "EXT")]
        extension: Option<String>,
        /// Fetch again what is not the same
        #[arg(long)]
        repair: bool,
    },
    /// Free what nothing references
    Gc {
        /// Only tell what could be freed
        #[arg(long)]
        dry_run: bool,
    },
    /// Look at the surroundings: home folder, configuration, registries, logins, clock
    Doctor,
    /// Tell everything about an extension and its releases, without fetching a layer
    Show {
        /// What to show; also oci:DIR, oci-archive:FILE, docker-archive:FILE (each with :NAME), docker-daemon:REF
        #[arg(value_name = "REF")]
        reference: String,
        /// Take what a file holds for this extension and release, whatever the file says
        #[arg(long = "as", value_name = "REF")]
        taken_for: Option<String>,
        /// Judge every release, not only the newest few
        #[arg(long)]
        all_versions: bool,
    },
    /// Search what the allow-list offers, as the last scan saw it
    Search {
        /// Words that must all occur
        #[arg(value_name = "TEXT")]
        text: Vec<String>,
    },
    /// Publish a release: its platforms first, its tags last; nothing is sent twice
    Push {
        /// Where it is: oci:DIR, oci-archive:FILE, docker-archive:FILE (each with :NAME), docker-daemon:REF, or a REF in
        /// a registry
        #[arg(value_name = "SOURCE")]
        source: String,
        /// Under which names; without a tag, under the one that the source has
        #[arg(required = true, value_name = "REF")]
        destinations: Vec<String>,
        /// Also as 1.2, 1 and latest of 1.2.0, each where nothing newer has that name
        #[arg(long)]
        floating: bool,
        /// Let a version that is published already become this release
        #[arg(long)]
        move_tag: bool,
        /// Only tell what would be done
        #[arg(long)]
        dry_run: bool,
    },
    /// Put releases into one file, for machines without a network
    #[command(subcommand)]
    Bundle(Bundle),
    /// Look at and change the allow-list
    #[command(subcommand)]
    Allow(Allow),
    /// Look at the configuration
    #[command(subcommand)]
    Config(Config),
    /// Begin an extension: a folder that validates and builds as it is
    Init(Init),
    /// Look at an extension before it is released: its metadata, labels, files and pages
    ///
    /// Besides table and json, `--format` takes sarif (for code scanners) and github (for workflows there).
    Validate {
        /// A folder with a metadata.json, such a file, a reference, or oci:DIR, oci-archive:FILE, docker-archive:FILE,
        /// docker-daemon:REF
        #[arg(value_name = "PATH|REF")]
        what: String,
        /// Take warnings for errors
        #[arg(long)]
        strict: bool,
    },
    /// Build an extension's images, without a container engine
    ///
    /// The same folder gives the same digests on every machine. `SOURCE_DATE_EPOCH` sets the time in the images.
    Build(Build),
    /// Build and install an extension, and do so again at each change of its files
    Dev {
        /// The folder with metadata.json and outrigger.toml
        #[arg(value_name = "DIR")]
        folder: String,
        /// Do not ask
        #[arg(short, long)]
        force: bool,
    },
    /// Run the desktop service: an HTTP API and pages, for this user on this machine
    Serve(Serve),
    /// Tell the whole story on a registry inside this program, without network
    Demo(Demo),
    /// Print the versions of this program and of the Extension API that it offers
    Version,
    /// Print the completions for a shell
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

/// How the service runs.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
pub(crate) struct Serve {
    /// Where it listens; port 0 is any that is free [default: 127.0.0.1:7811]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<std::net::SocketAddr>,
    /// Listen also where other machines reach it: who has the token may do everything
    #[arg(long)]
    pub(crate) beyond_loopback: bool,
    /// Log requests and jobs on standard error, as text or as an object of JSON a line
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
    /// Do not open a browser; none is opened either where nobody would see it
    #[arg(long)]
    pub(crate) no_open: bool,
    /// Only print a new link to the service that runs already
    #[arg(long, conflicts_with_all = ["listen", "beyond_loopback"])]
    pub(crate) link: bool,
    /// Only write what lets the system start the service, with these options, at each login
    #[arg(long, conflicts_with = "link")]
    pub(crate) install: bool,
    /// Only take away what --install has written
    #[arg(long, conflicts_with_all = ["listen", "beyond_loopback", "link", "install"])]
    pub(crate) uninstall: bool,
}

/// How the log of the service is written.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// What the demo shows, and what it leaves.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Open the pages of the service on the demo's extensions
    #[arg(long)]
    pub(crate) serve: bool,
    /// Leave the home folder, to look around
    #[arg(long)]
    pub(crate) keep: bool,
}

/// What an extension begins with. What is not given is asked for on a terminal.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder; files that are there already are left alone
    #[arg(value_name = "DIR")]
    pub(crate) folder: String,
    /// A page, a page with a backend in a container, or a page with a program on the user's machine
    #[arg(long, value_enum)]
    pub(crate) template: Option<Kind>,
    /// The name that users see [default: the folder's]
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// One sentence about it
    #[arg(long)]
    pub(crate) description: Option<String>,
    /// Who provides it
    #[arg(long)]
    pub(crate) vendor: Option<String>,
    /// The vendor's page
    #[arg(long, value_name = "URL")]
    pub(crate) publisher_url: Option<String>,
}

/// What is built, and how.
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The folder with metadata.json and outrigger.toml
    #[arg(value_name = "DIR")]
    pub(crate) folder: String,
    /// Where the images go: oci:FOLDER or oci-archive:FILE
    #[arg(short, long, value_name = "WHERE")]
    pub(crate) output: String,
    /// The tag [default: the version in outrigger.toml]
    #[arg(long)]
    pub(crate) tag: Option<String>,
    /// How layers are packed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) compression: Packing,
    /// Set the labels of 2021 beside those of today
    #[arg(long)]
    pub(crate) plugin_labels: bool,
}

/// How layers are packed.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Packing {
    #[default]
    Gzip,
    Zstd,
}

/// The templates of `init`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Kind {
    Ui,
    Backend,
    Host,
}

/// Commands about the allow-list.
#[derive(Debug, Subcommand)]
pub(crate) enum Allow {
    /// List its patterns
    Ls,
    /// Add a pattern
    Add {
        /// acme/whale, acme/whale:1.2.0, acme/whale:^1.2, acme/whale@sha256:…, acme/, registry.example/
        pattern: String,
        /// Begin an allow-list where none is configured: from then on only what it admits may be installed
        #[arg(long)]
        create: bool,
    },
    /// Remove a pattern
    Rm {
        /// The pattern as `ls` prints it
        pattern: String,
    },
    /// Say whether a reference is allowed, and by which pattern
    Test {
        /// The reference
        #[arg(value_name = "REF")]
        reference: String,
    },
}

/// Commands about bundles.
#[derive(Debug, Subcommand)]
pub(crate) enum Bundle {
    /// Write releases into a file: of each REF what an install would take
    Create {
        /// The file
        file: Utf8PathBuf,
        /// What is to be in it
        #[arg(required = true, value_name = "REF")]
        references: Vec<String>,
        /// For this platform, such as linux/arm64; may be given several times [default: this desktop's]
        #[arg(long = "platform", value_name = "PLATFORM")]
        platforms: Vec<String>,
    },
    /// Install what a file holds, without network
    Install {
        /// The file
        file: Utf8PathBuf,
        /// Only these
        #[arg(value_name = "EXT")]
        extensions: Vec<String>,
        /// Do not ask
        #[arg(short, long)]
        force: bool,
    },
    /// Tell what a file holds
    Show {
        /// The file
        file: Utf8PathBuf,
    },
}

/// Commands about the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Show every setting with its value and where it comes from
    Show,
}

//! What a store did to the disk, written down as it happened.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use store::{Observer, Operation};

use super::image::Image;
use super::model::World;
use super::verdict::Outcome;

/// One operation, with paths below the folder in which everything happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Create(Utf8PathBuf),
    Append(Utf8PathBuf, Vec<u8>),
    Copy(Utf8PathBuf, Utf8PathBuf),
    SetMode(Utf8PathBuf, bool),
    MakeFolder(Utf8PathBuf),
    Rename(Utf8PathBuf, Utf8PathBuf),
    Exchange(Utf8PathBuf, Utf8PathBuf),
    RemoveFile(Utf8PathBuf),
    RemoveFolder(Utf8PathBuf),
    RemoveTree(Utf8PathBuf),
    FlushFile(Utf8PathBuf),
    FlushFolder(Utf8PathBuf),
    FlushTree(Utf8PathBuf),
}

/// Stands for every folder around the one that is looked at.
const ABOVE: &str = "..";

impl Step {
    fn of(operation: Operation<'_>, root: &Utf8Path) -> Self {
        // A flush above the root is nothing to the model: what is there is durable.
        let below = |path: &Utf8Path| {
            if root != path && root.starts_with(path) {
                return Utf8PathBuf::from(ABOVE);
            }
            path.strip_prefix(root).unwrap().to_owned()
        };
        match operation {
            Operation::Create { path } => Self::Create(below(path)),
            Operation::Append { path, bytes } => Self::Append(below(path), bytes.to_vec()),
            Operation::Copy { from, to } => Self::Copy(below(from), below(to)),
            Operation::SetMode { path, executable } => Self::SetMode(below(path), executable),
            Operation::MakeFolder { path } => Self::MakeFolder(below(path)),
            Operation::Rename { from, to } => Self::Rename(below(from), below(to)),
            Operation::Exchange { one, other } => Self::Exchange(below(one), below(other)),
            Operation::RemoveFile { path } => Self::RemoveFile(below(path)),
            Operation::RemoveFolder { path } => Self::RemoveFolder(below(path)),
            Operation::RemoveTree { path } => Self::RemoveTree(below(path)),
            Operation::FlushFile { path } => Self::FlushFile(below(path)),
            Operation::FlushFolder { path } => Self::FlushFolder(below(path)),
            Operation::FlushTree { path } => Self::FlushTree(below(path)),
            other => panic!("the checker has no rule for {other:?}"),
        }
    }

    /// Whether it is the first step of staging.
    fn stages(&self) -> bool {
        matches!(self, Self::MakeFolder(path) if path.as_str().contains("/staging/"))
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Create(_) => "after a creation",
            Self::Append(..) | Self::Copy(..) => "after a write",
            Self::SetMode(..) => "after a change of mode",
            Self::MakeFolder(_) => "after a new folder",
            Self::Rename(..) => "after a rename",
            Self::Exchange(..) => "after an exchange",
            Self::RemoveFile(_) | Self::RemoveFolder(_) | Self::RemoveTree(_) => "after a removal",
            Self::FlushFile(_) | Self::FlushFolder(_) | Self::FlushTree(_) => "after a flush",
        }
    }

    /// Where the product flushes, if it does: the same words for the same place in the code, whichever
    /// extension, generation and staging folder it is about.
    pub(crate) fn flush(&self) -> Option<String> {
        let (kind, path) = match self {
            Self::FlushFile(path) => ("content of", path),
            Self::FlushFolder(path) => ("names in", path),
            Self::FlushTree(path) => ("everything below", path),
            _ => return None,
        };
        if path == ABOVE {
            return None;
        }
        let mut parts: Vec<_> = path.components().map(|part| part.as_str()).collect();
        match parts.get_mut(2..) {
            Some([area, name, ..]) if *area == "staging" => *name = "*",
            Some([_, name]) => *name = "*",
            _ => {}
        }
        let place = if parts.is_empty() { "." } else { &parts.join("/") };
        Some(format!("{kind} {place}"))
    }
}

/// What happened in one run.
pub(crate) struct Trace {
    pub(crate) name: String,
    /// The disk before.
    pub(crate) beginning: World,
    /// Every operation.
    pub(crate) steps: Vec<Step>,
    /// The disk after.
    pub(crate) after: Image,
    /// What may be found installed while it runs. The last one is what must be found when it has ended.
    pub(crate) allowed: Vec<Outcome>,
}

impl Trace {
    /// The place of each flush among the steps, and which flush of the product it is: of what, and after what.
    pub(crate) fn flushes(&self) -> Vec<(usize, String)> {
        let mut after = None;
        let mut flushes = Vec::new();
        for (number, step) in self.steps.iter().enumerate() {
            if let Some(place) = step.flush() {
                let when = after.unwrap_or("before anything is staged");
                flushes.push((number, format!("{place}, {when}")));
            } else if after.is_some() || step.stages() {
                after = Some(step.kind());
            }
        }
        flushes
    }
}

/// Writes down every operation, and lets one of them fail where it is told to.
#[derive(Debug)]
pub(crate) struct Recorder {
    root: Utf8PathBuf,
    failure: Option<Failure>,
    steps: Mutex<Vec<Step>>,
}

/// Which operations fail, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failure {
    /// The first operation that fails, counted from 0.
    pub(crate) at: usize,
    /// Whether every later one fails too.
    pub(crate) lasting: bool,
    pub(crate) kind: io::ErrorKind,
}

impl Recorder {
    /// `root` is the folder around everything that is written.
    pub(crate) fn new(root: &Utf8Path, failure: Option<Failure>) -> Arc<Self> {
        Arc::new(Self {
            root: root.to_owned(),
            failure,
            steps: Mutex::default(),
        })
    }

    /// What was recorded so far. The step that failed is in it.
    pub(crate) fn steps(&self) -> Vec<Step> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Observer for Recorder {
    fn before(&self, operation: Operation<'_>) -> io::Result<()> {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let number = steps.len();
        steps.push(Step::of(operation, &self.root));
        match self.failure {
            Some(failure) if number == failure.at || (failure.lasting && number > failure.at) => {
                Err(failure.kind.into())
            }
            _ => Ok(()),
        }
    }
}

//! The changes that are recorded, and the homes in which they begin.

use std::error::Error;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use model::installed::Generation;
use model::operation::{Operation, OperationKind};
use model::{Digest, ExtensionId};
use store::{Payload, Placement, Store, Transaction};

use super::image::Image;
use super::model::World;
use super::trace::{Failure, Recorder, Step, Trace};
use super::verdict::{Outcome, outcome, recover};
use super::workshop::Workshop;
use crate::support::{generation, install, switched, whale};

/// A change of a home folder, as a user orders it.
#[derive(Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// Makes the home folder in which it begins.
    begin: fn(&Store),
    /// The change itself. It is the same whatever the outcome of changes before it.
    change: fn(&Store) -> Result<(), Box<dyn Error>>,
}

pub(crate) const FIRST_INSTALL: Scenario = Scenario {
    name: "the first install, in a home that does not exist",
    begin: |_| {},
    change: |store| update(store, "1.0.0"),
};
pub(crate) const UPDATE: Scenario = Scenario {
    name: "an update that forgets the oldest generation",
    begin: three_generations,
    change: |store| update(store, "1.3.0"),
};
pub(crate) const ROLLBACK: Scenario = Scenario {
    name: "a rollback",
    begin: three_generations,
    change: roll_back,
};
pub(crate) const REMOVAL: Scenario = Scenario {
    name: "a removal",
    begin: three_generations,
    change: remove,
};

pub(crate) const SECOND_INSTALL: Scenario = Scenario {
    name: "an install beside another extension",
    begin: bystander,
    change: |store| update(store, "1.0.0"),
};
pub(crate) const HOLD: Scenario = Scenario {
    name: "a hold",
    begin: three_generations,
    change: hold,
};
pub(crate) const REPEATED_INSTALL: Scenario = Scenario {
    name: "an install where half a generation and a staging folder lie already",
    begin: leftovers,
    change: |store| update(store, "1.3.0"),
};
pub(crate) const COLLECTION: Scenario = Scenario {
    name: "a collection of what a dead process left",
    begin: leftovers,
    change: |store| Ok(store.begin(&whale(), || {}).map(drop)?),
};
pub(crate) const ACCEPT_MOVED: Scenario = Scenario {
    name: "an update to what the installed tag points to now",
    begin: three_generations,
    change: accept_moved,
};
pub(crate) const REPAIR: Scenario = Scenario {
    name: "a repair of the generation in use",
    begin: damaged,
    change: repair,
};
pub(crate) const GARBAGE_COLLECTION: Scenario = Scenario {
    name: "a collection of all garbage",
    begin: garbage,
    change: |store| Ok(store.collect(&store.blobs()).map(drop)?),
};

/// Every change that the store knows.
pub(crate) const ALL: [Scenario; 11] = [
    FIRST_INSTALL,
    SECOND_INSTALL,
    UPDATE,
    ROLLBACK,
    HOLD,
    REMOVAL,
    REPEATED_INSTALL,
    COLLECTION,
    ACCEPT_MOVED,
    REPAIR,
    GARBAGE_COLLECTION,
];

/// What is done next after a process was killed.
pub(crate) const AFTER_KILLS: [Scenario; 2] = [UPDATE, REMOVAL];

impl Scenario {
    /// The disk on which it begins.
    pub(crate) fn beginning(&self, workshop: &Workshop) -> Image {
        workshop.on(&Image::default(), |root| {
            (self.begin)(&Store::open(&home(root)).unwrap());
            Image::load(root)
        })
    }

    /// Runs it from its beginning, and writes down what happens.
    pub(crate) fn trace(&self, workshop: &Workshop) -> Trace {
        let beginning = World::durable(&self.beginning(workshop));
        self.trace_from(workshop, self.name.to_owned(), beginning, Vec::new())
    }

    /// Lets a process die in this change before each of its flushes, and runs `next` on what it left, of
    /// which a later loss of power may still take a part.
    pub(crate) fn traces_after_kills(&self, workshop: &Workshop, next: &Self) -> Vec<Trace> {
        let whole = self.trace(workshop);
        let mut world = whole.beginning.clone();
        let mut traces = Vec::new();
        for (number, step) in whole.steps.iter().enumerate() {
            if step.flush().is_some() {
                let name = format!(
                    "{}, after a kill in {} before step {number}",
                    next.name, self.name
                );
                traces.push(next.trace_from(workshop, name, world.clone(), whole.allowed.clone()));
            }
            world.apply(step);
        }
        traces
    }

    fn trace_from(
        &self,
        workshop: &Workshop,
        name: String,
        beginning: World,
        allowed: Vec<Outcome>,
    ) -> Trace {
        workshop.on(&beginning.image(), |root| {
            let old = outcome(&Store::open(&home(root)).unwrap()).unwrap();
            let recorder = Recorder::new(root, None);
            let store = Store::open(&home(root)).unwrap().observed(recorder.clone());
            (self.change)(&store).unwrap();
            drop(store);
            let after = Image::load(root);
            Trace {
                name,
                beginning,
                steps: recorder.steps(),
                after,
                allowed: allowed
                    .into_iter()
                    .chain([old, recover(&home(root)).unwrap()])
                    .collect(),
            }
        })
    }

    /// Runs it on this disk while operations fail. Answers what was tried and how it ended.
    pub(crate) fn fail(&self, root: &Utf8Path, failure: Failure) -> (Vec<Step>, Result<(), Box<dyn Error>>) {
        let recorder = Recorder::new(root, Some(failure));
        let store = Store::open(&home(root)).unwrap().observed(recorder.clone());
        let result = (self.change)(&store);
        (recorder.steps(), result)
    }

    /// Runs it on this disk.
    pub(crate) fn repeat(&self, root: &Utf8Path) -> Result<(), Box<dyn Error>> {
        (self.change)(&Store::open(&home(root))?)
    }
}

/// The home folder. What is above it exists and is durable.
pub(crate) fn home(root: &Utf8Path) -> Utf8PathBuf {
    root.join("data/home")
}

fn bystander(store: &Store) {
    install(store, &"acme/squid".parse().unwrap(), "1.0.0");
}

fn three_generations(store: &Store) {
    bystander(store);
    for tag in ["1.0.0", "1.1.0", "1.2.0"] {
        update(store, tag).unwrap();
    }
}

/// As after a kill while generation 1.3.0 was being removed by one process, and staged by another.
fn leftovers(store: &Store) {
    bystander(store);
    for tag in ["1.3.0", "1.0.0", "1.1.0", "1.2.0"] {
        update(store, tag).unwrap();
    }
    let unnamed =
        store
            .home()
            .join("extensions/docker.io+acme+whale")
            .join(model::installed::generation_folder(
                &Digest::of(b"manifest 1.3.0"),
                model::System::Linux,
            ));
    std::fs::create_dir_all(unnamed.join("ui/app")).unwrap();
    std::fs::write(unnamed.join("ui/app/index.html"), "1.").unwrap();
    let staging = store.home().join("staging/abandoned/content");
    std::fs::create_dir_all(&staging).unwrap();
    std::fs::write(staging.join("0-1"), "1.3").unwrap();
    std::fs::write(store.home().join("staging/abandoned/lock"), "").unwrap();
}

/// As above, with what a removal that died left of an extension.
fn garbage(store: &Store) {
    leftovers(store);
    for area in ["extensions", "records"] {
        let folder = store.home().join(area).join("docker.io+acme+crab");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("unnamed.json"), "{}").unwrap();
    }
}

/// Something else has changed a file of the generation in use, removed one, and added one.
fn damaged(store: &Store) {
    three_generations(store);
    let current = store.find(&whale()).unwrap().unwrap().current;
    let folder = store.generation_folder(&whale(), &current);
    std::fs::write(folder.join("ui/index.html"), "another page").unwrap();
    std::fs::remove_file(folder.join("host/tool")).unwrap();
    std::fs::write(folder.join("ui/added"), "").unwrap();
}

/// Begins a change that history will tell of.
fn begin(store: &Store, id: &ExtensionId, kind: OperationKind) -> Result<Transaction, store::Error> {
    Ok(store.begin(id, || {})?.recorded_as(Operation {
        id: id.clone(),
        kind,
        from: None,
        to: None,
        started_at: Timestamp::UNIX_EPOCH,
        duration_ms: 0,
        failure: None,
        automatic: false,
    }))
}

fn update(store: &Store, tag: &str) -> Result<(), Box<dyn Error>> {
    let transaction = begin(store, &whale(), OperationKind::Update)?;
    let payload = assemble(&transaction, tag)?;
    let installed = switched(&whale(), transaction.current()?, generation(tag, &payload));
    transaction.commit(payload, &installed)?;
    Ok(())
}

/// The tag is that of the generation in use, and everything else is another.
fn accept_moved(store: &Store) -> Result<(), Box<dyn Error>> {
    let transaction = begin(store, &whale(), OperationKind::Update)?;
    let payload = assemble(&transaction, "1.2.0 as it is now")?;
    let moved = Generation {
        digest: Digest::of(b"index 1.2.0 as it is now"),
        manifest: Digest::of(b"manifest 1.2.0 as it is now"),
        ..generation("1.2.0", &payload)
    };
    let installed = switched(&whale(), transaction.current()?, moved);
    transaction.commit(payload, &installed)?;
    Ok(())
}

fn repair(store: &Store) -> Result<(), Box<dyn Error>> {
    let transaction = begin(store, &whale(), OperationKind::Repair)?;
    let Some(installed) = transaction.current()? else {
        return Ok(());
    };
    let payload = assemble(&transaction, &installed.current.version())?;
    let generation = installed.current.clone();
    Ok(transaction.restore(payload, &generation, &installed)?)
}

/// A payload with everything that there is in payloads: a file that is placed twice, one that may be executed,
/// one that was in no layer.
fn assemble(transaction: &Transaction, tag: &str) -> Result<Payload, Box<dyn Error>> {
    let staging = transaction.staging();
    staging.write((0, 1), &mut format!("page of {tag}").as_bytes())?;
    staging.write((0, 2), &mut format!("#!{tag}").as_bytes())?;
    let placements = [
        ("ui/app/index.html", 1, false),
        ("ui/index.html", 1, false),
        ("host/tool", 2, true),
    ];
    let placements = placements.map(|(destination, entry, executable)| Placement {
        destination: destination.to_owned(),
        key: (0, entry),
        executable,
    });
    let documents = vec![("metadata.json".to_owned(), b"{}".to_vec())];
    Ok(transaction.assemble(
        placements.to_vec(),
        documents,
        b"{\"manifest\":1}",
        b"{\"config\":1}",
    )?)
}

fn roll_back(store: &Store) -> Result<(), Box<dyn Error>> {
    let transaction = begin(store, &whale(), OperationKind::Rollback)?;
    let Some(current) = transaction.current()? else {
        return Ok(());
    };
    let Some(earlier) = current.previous.first().cloned() else {
        return Ok(());
    };
    Ok(transaction.set(&current.switched_to(earlier))?)
}

fn hold(store: &Store) -> Result<(), Box<dyn Error>> {
    let transaction = begin(store, &whale(), OperationKind::Hold)?;
    let Some(mut current) = transaction.current()? else {
        return Ok(());
    };
    current.held = true;
    Ok(transaction.set(&current)?)
}

fn remove(store: &Store) -> Result<(), Box<dyn Error>> {
    Ok(begin(store, &whale(), OperationKind::Remove)?.remove()?)
}

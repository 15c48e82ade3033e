//! The store of one home folder: what is installed, and the way to change it.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use etcetera::BaseStrategy as _;
use model::ExtensionId;
use model::in_use::InUse;
use model::installed::{Generation, Installed};

use crate::activation;
use crate::blobs::BlobCache;
use crate::disk::{Disk, Observer};
use crate::document;
use crate::error::Error;
use crate::facts::FactStore;
use crate::folder_name::id_of;
use crate::format::{self, Access, Format};
use crate::layout::Layout;
use crate::lock;
use crate::overview::Overview;
use crate::record::Record;
use crate::staging::{DeadStaging, Staging};
use crate::transaction::Transaction;

/// The home folder that is used where none is named: `outrigger` in the folder where the platform keeps a
/// user's data, such as `~/.local/share/outrigger`.
///
/// # Errors
///
/// [`Error::NoHomeDirectory`]; [`Error::RelativeHome`] and [`Error::PathNotText`] where that folder's path
/// is not absolute or not UTF-8.
pub fn default_home() -> Result<Utf8PathBuf, Error> {
    let strategy = etcetera::base_strategy::choose_native_strategy().map_err(|_| Error::NoHomeDirectory)?;
    let path = strategy.data_dir().join("outrigger");
    let path = Utf8PathBuf::from_path_buf(path).map_err(|path| Error::PathNotText {
        path: path.display().to_string(),
    })?;
    if path.is_absolute() {
        Ok(path)
    } else {
        Err(Error::RelativeHome { path })
    }
}

/// An open home folder.
#[derive(Debug, Clone)]
pub struct Store {
    disk: Disk,
    layout: Layout,
    access: Access,
}

/// What is installed, and what cannot be told.
#[derive(Debug)]
pub struct Listing<Extension = Installed> {
    /// The extensions, sorted by id.
    pub installed: Vec<Extension>,
    /// Activation files that could not be understood. They hide nothing else.
    pub broken: Vec<Broken>,
}

/// An activation file that could not be understood.
#[derive(Debug)]
pub struct Broken {
    /// The file.
    pub path: Utf8PathBuf,
    /// What is wrong.
    pub problem: Error,
}

impl Broken {
    /// What the files of its extension are called.
    pub fn name(&self) -> &str {
        self.path.file_stem().unwrap_or_default()
    }

    /// The extension, where that name tells it.
    pub fn id(&self) -> Option<ExtensionId> {
        id_of(self.name())
    }
}

impl Store {
    /// Opens a home folder. Creates nothing: one that is missing is an empty one.
    ///
    /// # Errors
    ///
    /// [`Error::NewerFormat`] and [`Error::UnknownFeatures`] where a later program wrote it in a way that
    /// this one would misread; [`Error::Disk`] where the path is something else than a folder, or cannot be
    /// read.
    pub fn open(home: &Utf8Path) -> Result<Self, Error> {
        let layout = Layout::new(home);
        let access = format::access(&layout)?;
        Ok(Self {
            disk: Disk::default(),
            layout,
            access,
        })
    }

    /// The same store, with somebody who watches every change of the disk that its transactions make.
    #[must_use]
    pub fn observed(self, observer: Arc<dyn Observer>) -> Self {
        Self {
            disk: Disk::observed(observer),
            ..self
        }
    }

    /// The home folder.
    pub fn home(&self) -> &Utf8Path {
        self.layout.home()
    }

    /// Refuses where a later program allows only reading.
    ///
    /// # Errors
    ///
    /// [`Error::ReadOnly`].
    pub fn check_writable(&self) -> Result<(), Error> {
        self.access.permit_writing(&self.layout)
    }

    pub(crate) fn disk(&self) -> &Disk {
        &self.disk
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    /// Everything that is installed. Reads one small file for each extension and takes no lock.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`] where the folder of activations is there and cannot be listed.
    pub fn installed(&self) -> Result<Listing, Error> {
        self.list(activation::read, |installed| &installed.id)
    }

    /// What is in use of everything that is installed. Looks once at each activation file and reads only those that have changed
    /// since somebody listed them; where these are many, it keeps for the next time what it has read.
    ///
    /// # Errors
    ///
    /// Those of [`installed`](Self::installed).
    pub fn in_use(&self) -> Result<Listing<InUse>, Error> {
        let mut overview = Overview::read(&self.layout);
        let listing = self.list(|path| overview.look(path), |in_use| &in_use.id)?;
        if self.access == Access::ReadWrite {
            overview.keep(&self.layout, &listing.installed);
        }
        Ok(listing)
    }

    fn list<Extension>(
        &self,
        mut read: impl FnMut(&Utf8Path) -> Result<Option<Extension>, Error>,
        id: impl Fn(&Extension) -> &ExtensionId,
    ) -> Result<Listing<Extension>, Error> {
        let mut listing = Listing {
            installed: Vec::new(),
            broken: Vec::new(),
        };
        let folder = self.layout.activations();
        for name in activations(&folder)? {
            let path = folder.join(name);
            match read(&path) {
                Ok(Some(extension)) => listing.installed.push(extension),
                Ok(None) => {} // removed since the folder was listed
                Err(problem) => listing.broken.push(Broken { path, problem }),
            }
        }
        listing.installed.sort_by(|one, two| id(one).cmp(id(two)));
        listing.broken.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(listing)
    }

    /// One extension, if it is installed.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] where its activation file cannot be understood.
    pub fn find(&self, id: &ExtensionId) -> Result<Option<Installed>, Error> {
        activation::find(&self.layout, id)
    }

    /// The folder of a generation.
    pub fn generation_folder(&self, id: &ExtensionId, generation: &Generation) -> Utf8PathBuf {
        self.layout.generations(id).join(generation.folder())
    }

    /// The folder of the generation that is in use.
    pub fn folder_in_use(&self, in_use: &InUse) -> Utf8PathBuf {
        let mut folder = self.layout.generations(&in_use.id);
        folder.push(in_use.folder());
        folder
    }

    /// Whether the folder of a generation is there: one look at the disk. What is in it is not looked at.
    pub fn has_generation(&self, id: &ExtensionId, generation: &Generation) -> bool {
        self.generation_folder(id, generation).is_dir()
    }

    /// Whether a generation has the two files that every generation has. Two looks at the disk, however large it is; whether
    /// every file is what it was is for [`verify`](Self::verify).
    pub fn seems_whole(&self, id: &ExtensionId, generation: &Generation) -> bool {
        let folder = self.generation_folder(id, generation);
        ["metadata.json", "labels.json"]
            .iter()
            .all(|name| folder.join(name).is_file())
    }

    /// What a generation was made from and which files it must hold, if that was recorded.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] where the record cannot be understood.
    pub fn record(&self, id: &ExtensionId, generation: &Generation) -> Result<Option<Record>, Error> {
        document::read_json(&self.layout.record(id, &generation.folder()))
    }

    /// Begins a change of one extension: makes the home folder where it is missing (for this user alone),
    /// waits until no other process changes the same extension, and removes what interrupted changes left.
    /// `waiting` is called before a wait, and only then, so that a user can be told; the wait may be as long
    /// as another process's download.
    ///
    /// A thread that holds a transaction of an extension and begins another of the same one waits for itself.
    ///
    /// # Errors
    ///
    /// [`Error::ReadOnly`] where a later program allows only reading, and [`Error::Disk`].
    pub fn begin(&self, id: &ExtensionId, waiting: impl FnOnce()) -> Result<Transaction, Error> {
        self.access.permit_writing(&self.layout)?;
        self.disk.make_home(self.home())?;
        self.disk.make_folder(&self.layout.locks())?;
        let lock = lock::extension(&self.disk, &self.layout, id, waiting)?;
        self.settle()?;
        let (staging, dead) = self.prepare()?;
        for dead in dead {
            dead.remove(&self.disk);
        }
        self.blobs().sweep();
        Ok(Transaction::new(self.layout.clone(), id.clone(), staging, lock))
    }

    /// The cache of compressed layers.
    pub fn blobs(&self) -> BlobCache {
        BlobCache::new(self.layout.clone(), self.access.clone())
    }

    /// What scans remembered.
    ///
    /// # Errors
    ///
    /// [`Error::Facts`] where the data base is there and cannot be opened now. One that is damaged or of
    /// another program counts as empty.
    pub fn facts(&self) -> Result<FactStore, Error> {
        FactStore::open(self.layout.clone(), self.access.clone())
    }

    /// Makes durable which activations there are. A process that was killed may have replaced or removed one and
    /// not come to its flush; whoever relies on what is read now must not find the old one after a loss of
    /// power.
    fn settle(&self) -> Result<(), Error> {
        let activations = self.layout.activations();
        if activations.is_dir() {
            self.disk.flush_folder(&activations)?;
        }
        Ok(())
    }

    /// What has to happen while nobody else creates or judges a staging folder.
    pub(crate) fn prepare(&self) -> Result<(Staging, Vec<DeadStaging>), Error> {
        let _commit = lock::commit(&self.disk, &self.layout)?;
        // Looked at again: a later program may have been at work since this store was opened.
        let found = Format::read(&self.layout)?;
        if let Some(format) = found.clone() {
            format.access(&self.layout)?.permit_writing(&self.layout)?;
        }
        let dead = DeadStaging::find(&self.layout);
        let staging = Staging::create(&self.disk, &self.layout)?;
        // A home says its format only after it is certain that it will be found; its own names become durable
        // with the first change.
        if found.is_none() {
            let path = self.layout.format();
            let content = document::to_json(&Format::new(), &path)?;
            let staged = staging.path().join("format.json");
            self.disk.flush_way_to(self.home())?;
            self.disk.write_durably(&staged, &content)?;
            self.disk.rename(&staged, &path)?;
        }
        Ok((staging, dead))
    }
}

/// The names of the activation files in `folder`, sorted.
fn activations(folder: &Utf8Path) -> Result<Vec<String>, Error> {
    let mut names = document::names_in(folder)?;
    names.retain(|name| Utf8Path::new(name).extension() == Some("json"));
    names.sort_unstable();
    Ok(names)
}

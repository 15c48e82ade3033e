//! From an image to a staged payload: what the metadata names, put where a generation has it.

use archive::SelectedFile;
use model::metadata::Metadata;
use model::payload::{HostBinary, PayloadPlan};
use model::permissions::Permissions;
use model::{Digest, ExtensionId, Labels};
use store::{Payload, Placement, Transaction};

use crate::Desktop;
use crate::contents::{Contents, key_of};
use crate::error::{Cause, Error};
use crate::look::Image;
use crate::words::Phase;

/// The most of a compose file that is read for permissions, in bytes; one more shows that it is too long.
const COMPOSE: u64 = model::permissions::MAX_COMPOSE as u64 + 1;

/// A payload that stands complete in staging, and what it says of itself.
#[derive(Debug)]
pub(crate) struct Staged {
    pub(crate) payload: Payload,
    pub(crate) metadata: Metadata,
    pub(crate) labels: Labels,
    pub(crate) binaries: Vec<HostBinary>,
    pub(crate) permissions: Permissions,
    pub(crate) layers: Vec<Digest>,
}

impl Desktop {
    /// Reads an image's layers and stages its payload in `transaction`. Nothing becomes visible.
    pub(crate) async fn stage(
        &self,
        id: &ExtensionId,
        image: &Image,
        transaction: &Transaction,
    ) -> Result<Staged, Error> {
        let contents = Contents::read(self, id, image, transaction.staging()).await?;
        let metadata_file = contents.metadata_file().await?;
        let metadata = self.parse_metadata(&metadata_file)?;
        let plan = PayloadPlan::new(&metadata, self.settings.host.system);
        let selected = contents.select(&plan).await?;
        self.assemble(
            (id, image),
            transaction,
            metadata,
            &plan,
            Files {
                selected,
                metadata_file,
            },
        )
    }

    pub(crate) fn parse_metadata(&self, bytes: &[u8]) -> Result<Metadata, Error> {
        Metadata::parse_within(bytes, &self.settings.metadata)
            .map_err(|error| Error::new(Phase::Unpack, Cause::Metadata(error)))
    }

    fn assemble(
        &self,
        (id, image): (&ExtensionId, &Image),
        transaction: &Transaction,
        metadata: Metadata,
        plan: &PayloadPlan,
        files: Files,
    ) -> Result<Staged, Error> {
        let labels = Labels::read(&image.config.labels);
        for warning in metadata.warnings() {
            self.warn(format!("{id}: {warning}"));
        }
        for warning in labels.warnings().iter().filter(|warning| warning.is_loss()) {
            self.warn(format!("{id}: {warning}"));
        }
        let compose = files.compose_file(&metadata);
        let compose = compose.and_then(|key| transaction.staging().read(key, COMPOSE).ok());
        let (permissions, problem) =
            Permissions::of(&metadata, self.settings.host.system, compose.as_deref());
        if let Some(problem) = problem {
            self.warn(format!("{id}: {problem}"));
        }
        let described = files
            .selected
            .iter()
            .map(|file| (file.destination.as_str(), file.executable));
        let binaries = plan.host_binaries(described);
        let permissions = permissions.with_host_binaries(&binaries);
        let documents = vec![
            ("metadata.json".to_owned(), files.metadata_file),
            ("labels.json".to_owned(), labels_document(&labels)),
        ];
        let placements = files.selected.into_iter().map(placement).collect();
        let payload =
            transaction.assemble(placements, documents, &image.manifest.bytes, &image.config.bytes)?;
        Ok(Staged {
            payload,
            metadata,
            labels,
            binaries,
            permissions,
            layers: image.layers().cloned().collect(),
        })
    }
}

/// What the payload consists of.
struct Files {
    selected: Vec<SelectedFile>,
    /// The bytes of the metadata, which stand in every generation.
    metadata_file: Vec<u8>,
}

impl Files {
    fn compose_file(&self, metadata: &Metadata) -> Option<(u32, u32)> {
        let path = metadata.vm.as_ref()?.compose_file.as_ref()?;
        let destination = format!("vm/{}", path.as_str());
        let file = self
            .selected
            .iter()
            .find(|file| file.destination == destination)?;
        Some(key_of(file.content))
    }
}

fn labels_document(labels: &Labels) -> Vec<u8> {
    // A map of texts to texts always serialises.
    let mut document = serde_json::to_vec_pretty(labels.known()).unwrap_or_default();
    document.push(b'\n');
    document
}

fn placement(file: SelectedFile) -> Placement {
    Placement {
        destination: file.destination,
        key: key_of(file.content),
        executable: file.executable,
    }
}

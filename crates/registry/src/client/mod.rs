//! The calls: tags, digests, documents, configs, blobs, repositories.

mod blob;
mod content;
mod heard;
mod list;
mod ping;
mod push;
mod shared;
mod transfer;
mod upload;

use std::fmt;
use std::sync::Arc;

use model::quota::Standing;
use model::{Digest, ExtensionId, Tag};

use crate::error::{Error, Fault, Misconfigured, Operation};
use crate::layout::LocalRepository;
use crate::roles::{Fetch, Resolve, Tags};
use crate::settings::Settings;
use crate::{
    BlobPrefix, BlobStream, Descriptor, Document, ImageConfig, ImageManifest, Login, Picture, PictureAddress,
    Undelivered, Unpictured, Usage, Webhook, login,
};
use blob::Source;
use list::List;
#[cfg(fuzzing)]
pub(crate) use list::entries;
use shared::Shared;

pub(crate) use blob::WireBlob;
pub use ping::Ping;

/// Asks registries. Clones share connections, tokens and what was learned about each endpoint.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// What stands in for one repository.
    local: Option<Arc<LocalRepository>>,
}

/// A manifest or an index of a repository: by the name that may move, or by the one that cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// What the tag points to now.
    Tag(Tag),
    /// Exactly this document.
    Digest(Digest),
}

impl Selector {
    /// As it stands at the end of a manifest's address.
    fn reference(&self) -> String {
        match self {
            Self::Tag(tag) => tag.to_string(),
            Self::Digest(digest) => digest.to_string(),
        }
    }

    fn subject(&self, id: &ExtensionId) -> String {
        match self {
            Self::Tag(tag) => format!("{id}:{tag}"),
            Self::Digest(digest) => format!("{id}@{digest}"),
        }
    }
}

impl Client {
    /// Checks the settings. Opens no connection and reads no file: certificates are read when a registry that needs
    /// them is first asked, so that a mistake there stops that registry only.
    ///
    /// # Errors
    ///
    /// `Configuration`, when a `realm` is not a host.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        for (registry, its) in &settings.registries {
            if let Some(realm) = its.realm.as_ref().filter(|realm| !login::is_address(realm)) {
                let fault = Fault::from(Misconfigured::Realm { realm: realm.clone() });
                return Err(Error::new(Operation::Settings, registry.clone(), registry, fault));
            }
        }
        Ok(Self {
            shared: Arc::new(Shared::new(settings)),
            local: None,
        })
    }

    /// The same client, which takes everything of one repository from `local` instead of its registry.
    #[must_use]
    pub fn with(&self, local: LocalRepository) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            local: Some(Arc::new(local)),
        }
    }

    fn local(&self, id: &ExtensionId) -> Option<&LocalRepository> {
        self.local.as_deref().filter(|local| local.id() == id)
    }

    /// How many requests were sent since the client was made, those to token servers and after redirects included.
    pub fn requests(&self) -> u64 {
        self.usage().requests
    }

    /// What was asked of all registries since the client was made.
    pub fn usage(&self) -> Usage {
        self.shared.wire().usage()
    }

    /// What a registry said last of how often its manifests may still be read.
    pub fn standing(&self, registry: &str) -> Standing {
        self.shared.standing(registry)
    }

    /// Says which repositories will be asked about, so that one token is asked for several of them where that can be had. It
    /// sends nothing itself.
    pub fn expect(&self, ids: &[ExtensionId]) {
        self.shared.expect(ids);
    }

    /// Asks a registry for nothing but to be let in, each of its endpoints once at most. What may pass is not waited for: this
    /// is to tell how things are now.
    pub async fn ping(&self, registry: &str) -> Result<Ping, Error> {
        let ping = ping::ping(&self.shared, registry).await;
        ping.map_err(|fault| Error::new(Operation::Ping, registry.to_owned(), registry, fault))
    }

    /// The logins that Docker's configuration keeps for the endpoints of a registry, in their order, whether they are needed or
    /// not. Runs the helpers that it names, each within `limits.helper-time`, and asks no registry.
    pub async fn logins(&self, registry: &str) -> Result<Vec<Login>, Error> {
        let logins = self.shared.logins(registry).await;
        logins.map_err(|fault| Error::new(Operation::Settings, registry.to_owned(), registry, fault))
    }

    /// Fetches a picture from an address that a stranger chose: only from the public internet, without a login, a proxy or
    /// another attempt.
    ///
    /// # Errors
    ///
    /// Where there is none, with the host and the reason.
    pub async fn picture(&self, address: &PictureAddress) -> Result<Picture, Unpictured> {
        if self.shared.is_offline() {
            let host = address.host();
            return Err(Unpictured::Offline { host });
        }
        address.fetch(self.shared.wire()).await
    }

    /// Posts JSON to an address that is no registry, once, and waits ten seconds at most. No redirect is followed.
    ///
    /// # Errors
    ///
    /// Where it was not delivered. The error says no more of the address than its host.
    pub async fn post(&self, webhook: &Webhook, json: Vec<u8>) -> Result<(), Undelivered> {
        if self.shared.is_offline() {
            let origin = webhook.to_string();
            return Err(Undelivered::Offline { origin });
        }
        webhook.post(self.shared.wire(), json.into()).await
    }

    /// All repositories of a registry, or `None` where it does not list them (most public ones). What is not a legal
    /// name is left out.
    pub async fn repositories(&self, registry: &str) -> Result<Option<Vec<ExtensionId>>, Error> {
        let list = List::of_repositories(registry, self.shared.limits());
        let read = |name: &str| ExtensionId::new(registry, name).ok();
        match list.read(&self.shared, read).await {
            Ok(repositories) => Ok(Some(repositories)),
            Err(fault) if list::is_not_offered(&fault.kind) => Ok(None),
            Err(fault) => {
                let subject = registry.to_owned();
                Err(Error::new(Operation::Repositories, subject, registry, fault))
            }
        }
    }
}

impl Tags for Client {
    /// In the registry's order.
    async fn tags(&self, id: &ExtensionId) -> Result<Vec<Tag>, Error> {
        if let Some(local) = self.local(id) {
            return local.tags(id).await;
        }
        let list = List::of_tags(id, self.shared.limits());
        let tags = list.read(&self.shared, |tag| tag.parse().ok()).await;
        tags.map_err(|fault| Error::new(Operation::Tags, id.to_string(), id.registry(), fault))
    }
}

impl Resolve for Client {
    /// Without its document where the registry says it in a header.
    async fn head(&self, id: &ExtensionId, tag: &Tag) -> Result<Digest, Error> {
        if let Some(local) = self.local(id) {
            return local.head(id, tag).await;
        }
        let what = Selector::Tag(tag.clone());
        let digest = content::digest(&self.shared, id, &what).await;
        digest.map_err(|fault| Error::new(Operation::Head, what.subject(id), id.registry(), fault))
    }

    async fn document(&self, id: &ExtensionId, what: &Selector) -> Result<Document, Error> {
        if let Some(local) = self.local(id) {
            return local.document(id, what).await;
        }
        let document = content::document(&self.shared, id, what).await;
        document.map_err(|fault| Error::new(Operation::Document, what.subject(id), id.registry(), fault))
    }
}

impl Fetch for Client {
    async fn config(&self, id: &ExtensionId, manifest: &ImageManifest) -> Result<ImageConfig, Error> {
        if let Some(local) = self.local(id) {
            return local.config(id, manifest).await;
        }
        let config = content::config(&self.shared, id, manifest).await;
        config.map_err(|fault| {
            let subject = format!("{id}@{}", manifest.digest);
            Error::new(Operation::Config, subject, id.registry(), fault)
        })
    }

    async fn rest_of_blob(
        &self,
        id: &ExtensionId,
        descriptor: &Descriptor,
        prefix: BlobPrefix,
    ) -> Result<BlobStream, Error> {
        if let Some(local) = self.local(id) {
            return local.rest_of_blob(id, descriptor, prefix).await;
        }
        let source = Source {
            shared: Arc::clone(&self.shared),
            id: id.clone(),
            descriptor: descriptor.clone(),
        };
        WireBlob::open(source, prefix).await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("usage", &self.usage())
            .finish_non_exhaustive()
    }
}

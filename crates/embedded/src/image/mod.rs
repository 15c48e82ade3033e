//! Images made on the spot: for one platform or several, as Docker, BuildKit or buildah would write them, and broken ones.
//!
//! Everything is deterministic: the same calls give the same digests.

mod attestation;
mod builder;
mod layer;
mod media_type;

use std::collections::BTreeMap;

use bytes::Bytes;
use model::Digest;
use serde_json::{Value, json};

pub use self::builder::ImageBuilder;
pub use self::layer::{Compression, Layer};
pub use self::media_type::MediaTypes;

/// An image with all its bytes: one manifest, or an index with the images below it.
#[derive(Debug, Clone)]
pub struct Image {
    platform: String,
    media_types: MediaTypes,
    document: Document,
    images: Vec<Image>,
    blobs: BTreeMap<Digest, Bytes>,
    config: Option<Digest>,
    layers: Vec<Digest>,
}

impl Image {
    /// Begins an image for one platform.
    pub fn builder() -> ImageBuilder {
        ImageBuilder::new()
    }

    /// An index of images, each under the platform that the index states for it (the config may say another one). A platform
    /// with empty text is left out. Docker's media type where all images are Docker's, else OCI's.
    pub fn index<'platform>(images: impl IntoIterator<Item = (&'platform str, Image)>) -> Self {
        let entries: Vec<Self> = images
            .into_iter()
            .map(|(platform, image)| Self {
                platform: platform.to_owned(),
                ..image
            })
            .collect();
        let docker = |image: &Self| image.media_types == MediaTypes::Docker;
        let media_types = if !entries.is_empty() && entries.iter().all(docker) {
            MediaTypes::Docker
        } else {
            MediaTypes::Oci
        };
        let descriptors: Vec<Value> = entries.iter().map(Self::descriptor).collect();
        Self::of_index(media_types, entries, &descriptors)
    }

    /// The same image as BuildKit publishes it: an index in which each image is followed by a manifest for the platform
    /// `unknown/unknown` that says how it was built.
    #[must_use]
    pub fn with_attestation(self) -> Self {
        let images = if self.images.is_empty() {
            vec![self]
        } else {
            self.images
        };
        let mut entries = Vec::new();
        let mut descriptors = Vec::new();
        for image in images {
            let (attestation, descriptor) = attestation::of(&image);
            descriptors.extend([image.descriptor(), descriptor]);
            entries.extend([image, attestation]);
        }
        Self::of_index(MediaTypes::Oci, entries, &descriptors)
    }

    fn of_index(media_types: MediaTypes, images: Vec<Self>, descriptors: &[Value]) -> Self {
        let media_type = media_types.index();
        let index = json!({ "schemaVersion": 2, "mediaType": media_type, "manifests": descriptors });
        Self {
            platform: String::new(),
            media_types,
            document: Document::of_json(media_type, &index),
            images,
            blobs: BTreeMap::new(),
            config: None,
            layers: Vec::new(),
        }
    }

    /// Serves other bytes under a digest, wrongly so, or adds a blob.
    #[must_use]
    pub fn with_blob(mut self, digest: &Digest, bytes: impl Into<Bytes>) -> Self {
        self.blobs.insert(digest.clone(), bytes.into());
        self
    }

    /// Replaces the manifest or index by any bytes; `media_type` is what the registry's `Content-Type` will say.
    #[must_use]
    pub fn with_document(mut self, media_type: &str, bytes: impl Into<Bytes>) -> Self {
        self.document = Document::new(media_type, bytes);
        self
    }

    /// Changes the JSON of the manifest or index; its digest follows.
    #[must_use]
    pub fn edit_document(mut self, change: impl FnOnce(&mut Value)) -> Self {
        let mut json = serde_json::from_slice(self.document.bytes()).unwrap_or_default();
        change(&mut json);
        self.document = Document::of_json(&self.document.media_type, &json);
        self
    }

    /// The digest of the manifest or index: what a tag points to.
    pub fn digest(&self) -> &Digest {
        self.document.digest()
    }

    /// The manifest or index.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The images that an index lists, attestations included, in its order; none for an image without index.
    pub fn images(&self) -> &[Image] {
        &self.images
    }

    /// The config's digest; an index has none.
    pub fn config_digest(&self) -> Option<&Digest> {
        self.config.as_ref()
    }

    /// The digests of the packed layers, lowest first; an index has none.
    pub fn layer_digests(&self) -> &[Digest] {
        &self.layers
    }

    /// The blobs of this image under the digests by which they are served, without those of images that an index lists.
    pub fn blobs(&self) -> &BTreeMap<Digest, Bytes> {
        &self.blobs
    }

    /// The entry of an index that names this image.
    fn descriptor(&self) -> Value {
        let mut descriptor = self.document.descriptor();
        if !self.platform.is_empty() {
            descriptor["platform"] = Value::Object(builder::platform_object(&self.platform));
        }
        descriptor
    }
}

/// A manifest or an index: bytes of a stated media type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    media_type: String,
    bytes: Bytes,
    digest: Digest,
}

impl Document {
    pub(crate) fn new(media_type: &str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self {
            media_type: media_type.to_owned(),
            digest: Digest::of(&bytes),
            bytes,
        }
    }

    fn of_json(media_type: &str, json: &Value) -> Self {
        Self::new(media_type, json.to_string())
    }

    /// What a registry states in `Content-Type`.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// The bytes that the digest is of.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The SHA-256 digest of the bytes.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    fn descriptor(&self) -> Value {
        json!({
            "mediaType": self.media_type,
            "digest": self.digest.to_string(),
            "size": self.bytes.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> ImageBuilder {
        Image::builder().layer(Layer::new().file("metadata.json", "{}", 0o644))
    }

    fn json_of(image: &Image) -> Value {
        serde_json::from_slice(image.document().bytes()).unwrap()
    }

    #[test]
    fn a_manifest_names_its_blobs_by_digest_and_size() {
        let image = small().label("a", "b").platform("linux/arm/v7").build();
        let manifest = json_of(&image);
        let config_digest = image.config_digest().unwrap();
        let config_bytes = &image.blobs()[config_digest];
        assert_eq!(manifest["config"]["digest"], config_digest.to_string());
        assert_eq!(manifest["config"]["size"], config_bytes.len());
        let layer = &image.layer_digests()[0];
        assert_eq!(manifest["layers"][0]["digest"], layer.to_string());
        assert_eq!(manifest["layers"][0]["size"], image.blobs()[layer].len());
        let config: Value = serde_json::from_slice(config_bytes).unwrap();
        assert_eq!(config["os"], "linux");
        assert_eq!(config["architecture"], "arm");
        assert_eq!(config["variant"], "v7");
        assert_eq!(config["config"]["Labels"]["a"], "b");
        assert_eq!(config["rootfs"]["diff_ids"].as_array().unwrap().len(), 1);
        for (digest, bytes) in image.blobs() {
            assert_eq!(*digest, Digest::of(bytes));
        }
    }

    #[test]
    fn the_same_calls_give_the_same_image() {
        assert_eq!(small().build().digest(), small().build().digest());
    }

    #[test]
    fn media_types_are_all_of_one_family() {
        let docker = small().media_types(MediaTypes::Docker).build();
        assert!(!String::from_utf8_lossy(docker.document().bytes()).contains(".oci."));
        let index = Image::index([("linux/amd64", docker)]);
        assert!(index.document().media_type().ends_with("manifest.list.v2+json"));
        let oci = Image::index([("linux/amd64", small().build())]);
        assert!(oci.document().media_type().ends_with("index.v1+json"));
    }

    #[test]
    fn an_index_states_its_own_platforms() {
        let image = small().build();
        let index = Image::index([("linux/arm64/v8", image.clone()), ("", image.clone())]);
        let json = json_of(&index);
        assert_eq!(json["manifests"][0]["digest"], image.digest().to_string());
        assert_eq!(
            json["manifests"][0]["platform"],
            json!({ "architecture": "arm64", "os": "linux", "variant": "v8" })
        );
        assert_eq!(json["manifests"][1].get("platform"), None);
        assert_eq!(index.images().len(), 2);
    }

    #[test]
    fn attestations_follow_their_images_under_an_unknown_platform() {
        let image = small().build();
        let digest = image.digest().to_string();
        let json = json_of(&image.with_attestation());
        let entries = json["manifests"].as_array().unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0]["digest"], digest);
        assert_eq!(
            entries[1]["platform"],
            json!({ "architecture": "unknown", "os": "unknown" })
        );
        assert_eq!(entries[1]["annotations"]["vnd.docker.reference.digest"], digest);
    }

    #[test]
    fn an_image_can_be_broken_in_chosen_places() {
        let lying = small().build_with(|config| config["rootfs"]["diff_ids"][0] = json!("sha256:0"));
        let config = &lying.blobs()[lying.config_digest().unwrap()];
        assert_eq!(
            json_of(&lying)["config"]["digest"],
            Digest::of(config).to_string()
        );

        let whole = small().build();
        let layer = whole.layer_digests()[0].clone();
        let cut = whole.clone().with_blob(&layer, "cut");
        assert_eq!(cut.blobs()[&layer], "cut");
        assert_eq!(cut.digest(), whole.digest());

        let both = whole
            .clone()
            .edit_document(|manifest| manifest["manifests"] = json!([]));
        assert_ne!(both.digest(), whole.digest());
        assert_eq!(*both.digest(), Digest::of(both.document().bytes()));

        let nonsense = whole.with_document("text/plain", "<html>");
        assert_eq!(nonsense.document().bytes(), "<html>");
    }
}

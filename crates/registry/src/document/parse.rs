//! Reading a document whose digest has been verified.

use bytes::Bytes;
use model::{Digest, Platform};
use serde::Deserialize;
use serde_json::Value;

use super::media_type::{self, Shape};
use super::{Content, Descriptor, Document, ImageManifest};
use crate::error::ErrorKind;
use crate::{Invalid, Limits, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDocument {
    schema_version: Option<i64>,
    media_type: Option<String>,
    manifests: Option<Vec<WireDescriptor>>,
    config: Option<WireDescriptor>,
    layers: Option<Vec<WireDescriptor>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDescriptor {
    media_type: Option<String>,
    digest: String,
    size: i64,
    platform: Option<WirePlatform>,
    #[serde(default)]
    annotations: Option<Annotations>,
}

/// What may be annotated at the entries of a list; what stands there is foreign text.
#[derive(Default, Deserialize)]
pub(crate) struct Annotations {
    #[serde(rename = "io.containerd.image.name")]
    image_name: Option<Value>,
    #[serde(rename = "org.opencontainers.image.ref.name")]
    ref_name: Option<Value>,
}

impl Annotations {
    pub(crate) fn image_name(&self) -> Option<&str> {
        self.image_name.as_ref()?.as_str()
    }

    pub(crate) fn ref_name(&self) -> Option<&str> {
        self.ref_name.as_ref()?.as_str()
    }
}

#[derive(Deserialize)]
struct WirePlatform {
    os: Option<String>,
    architecture: Option<String>,
    variant: Option<String>,
}

/// Reads a document whose digest has been verified. `content_type` is the answer's header, if there was one.
pub(crate) fn parse(
    digest: Digest,
    bytes: Bytes,
    content_type: Option<&str>,
    limits: &Limits,
) -> Result<Document, ErrorKind> {
    let wire: WireDocument = json::object("the manifest", &bytes)?;
    let shape = shape_of(&wire)?;
    let media_type = media_type::settle(content_type, wire.media_type.as_deref(), shape)?;
    let content = match shape {
        Shape::Index => Content::Index(descriptors("manifests", wire.manifests, &INDEX_ENTRIES, limits)?),
        Shape::Manifest => {
            let config = wire.config.ok_or_else(|| Invalid::Json {
                what: "the manifest",
                problem: "it has no `config`".to_owned(),
            })?;
            Content::Manifest(ImageManifest {
                digest: digest.clone(),
                bytes: bytes.clone(),
                config: config.check("config")?,
                layers: descriptors("layers", wire.layers, &LAYERS, limits)?,
            })
        }
    };
    Ok(Document {
        digest,
        bytes,
        media_type: media_type.to_owned(),
        content,
    })
}

/// Reads an index that has no digest, the list of a layout, with what is annotated at its entries.
pub(crate) fn parse_annotated(
    bytes: &Bytes,
    limits: &Limits,
) -> Result<Vec<(Descriptor, Annotations)>, ErrorKind> {
    let wire: WireDocument = json::object("the list of the layout", bytes)?;
    let shape = shape_of(&wire)?;
    media_type::settle(Some(media_type::OCI_INDEX), wire.media_type.as_deref(), shape)?;
    let mut wire = wire.manifests.unwrap_or_default();
    let annotations: Vec<_> = wire
        .iter_mut()
        .map(|entry| entry.annotations.take().unwrap_or_default())
        .collect();
    let entries = descriptors("manifests", Some(wire), &INDEX_ENTRIES, limits)?;
    Ok(entries.into_iter().zip(annotations).collect())
}

/// What the fields make of a document, whatever it calls itself.
fn shape_of(wire: &WireDocument) -> Result<Shape, Invalid> {
    if wire.schema_version == Some(1) {
        return Err(Invalid::SchemaOne);
    }
    match (&wire.manifests, &wire.layers) {
        (Some(_), Some(_)) => Err(Invalid::IndexAndImage),
        (Some(_), None) => Ok(Shape::Index),
        (None, Some(_)) => Ok(Shape::Manifest),
        (None, None) => Err(Invalid::NeitherIndexNorImage),
    }
}

/// A list in a document, with its bound.
struct Bound {
    limit: fn(&Limits) -> usize,
    what: &'static str,
    setting: &'static str,
}

const LAYERS: Bound = Bound {
    limit: |limits| limits.layers,
    what: "the number of its layers is",
    setting: "limits.layers",
};

const INDEX_ENTRIES: Bound = Bound {
    limit: |limits| limits.index_entries,
    what: "the number of its index's entries is",
    setting: "limits.index-entries",
};

fn descriptors(
    field: &str,
    wire: Option<Vec<WireDescriptor>>,
    bound: &Bound,
    limits: &Limits,
) -> Result<Vec<Descriptor>, ErrorKind> {
    let wire = wire.unwrap_or_default();
    let limit = (bound.limit)(limits);
    if wire.len() > limit {
        return Err(ErrorKind::TooLarge {
            what: bound.what,
            limit: limit as u64,
            setting: bound.setting,
        });
    }
    wire.into_iter()
        .enumerate()
        .map(|(index, entry)| Ok(entry.check(&format!("{field}[{index}]"))?))
        .collect()
}

impl WireDescriptor {
    fn check(self, place: &str) -> Result<Descriptor, Invalid> {
        let digest = self.digest.parse().map_err(|problem| Invalid::Digest {
            place: format!("{place}.digest"),
            problem,
        })?;
        let size = u64::try_from(self.size).map_err(|_| Invalid::NegativeSize {
            place: place.to_owned(),
            size: self.size,
        })?;
        Ok(Descriptor {
            media_type: self.media_type.unwrap_or_default(),
            digest,
            size,
            platform: self.platform.and_then(WirePlatform::normalised),
        })
    }
}

impl WirePlatform {
    fn normalised(self) -> Option<Platform> {
        let os = self.os.filter(|os| !os.is_empty())?;
        let architecture = self
            .architecture
            .filter(|architecture| !architecture.is_empty())?;
        Some(Platform::new(&os, &architecture, self.variant.as_deref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const OCI: &str = "application/vnd.oci.image.manifest.v1+json";
    const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
    const DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json";

    fn read(document: &Value, content_type: Option<&str>) -> Result<Content, ErrorKind> {
        let bytes = Bytes::from(document.to_string());
        parse(Digest::of(&bytes), bytes, content_type, &Limits::default()).map(|document| document.content)
    }

    fn descriptor(size: i64) -> Value {
        json!({"mediaType": "application/x", "digest": Digest::of(b"x").to_string(), "size": size, "urls": ["https://elsewhere.example/"]})
    }

    fn image(layers: usize) -> Value {
        json!({"schemaVersion": 2, "config": descriptor(1), "layers": vec![descriptor(1); layers], "annotations": null, "more": [{}]})
    }

    fn invalid(document: &Value, content_type: Option<&str>) -> Invalid {
        match read(document, content_type) {
            Err(ErrorKind::Invalid(invalid)) => invalid,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_image_is_read_whether_or_not_it_says_its_type() {
        let mut named = image(2);
        named["mediaType"] = json!(DOCKER);
        for (document, header) in [
            (image(2), None),
            (image(2), Some("application/json")),
            (image(2), Some(OCI)),
            (
                image(2),
                Some("Application/vnd.oci.image.manifest.v1+JSON; charset=utf-8"),
            ),
            (named.clone(), Some("text/plain")),
            (named, Some(DOCKER)),
        ] {
            let Ok(Content::Manifest(manifest)) = read(&document, header) else {
                panic!("{document}");
            };
            assert_eq!(manifest.layers.len(), 2);
        }
    }

    #[test]
    fn an_index_lists_platforms_and_tolerates_entries_without_one() {
        let mut entry = descriptor(7);
        entry["platform"] =
            json!({"os": "linux", "architecture": "arm64", "variant": "v8", "os.features": []});
        let document =
            json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry, descriptor(8)]});
        let Ok(Content::Index(entries)) = read(&document, Some(OCI_INDEX)) else {
            panic!("no index");
        };
        assert_eq!(entries[0].platform, Some(Platform::new("linux", "arm64", None)));
        assert_eq!((entries[1].size, &entries[1].platform), (8, &None));
    }

    #[test]
    fn a_document_is_one_thing_only() {
        let mut both = image(1);
        both["manifests"] = json!([]);
        assert_eq!(invalid(&both, None), Invalid::IndexAndImage);
        assert_eq!(
            invalid(&json!({"schemaVersion": 2}), None),
            Invalid::NeitherIndexNorImage
        );
        assert_eq!(
            invalid(&json!({"schemaVersion": 1, "fsLayers": []}), None),
            Invalid::SchemaOne
        );
        let prettyjws = "application/vnd.docker.distribution.manifest.v1+prettyjws";
        assert_eq!(invalid(&image(1), Some(prettyjws)), Invalid::SchemaOne);
    }

    #[test]
    fn known_types_must_not_contradict_each_other_or_the_content() {
        let mut named = image(1);
        named["mediaType"] = json!(OCI);
        for (document, header) in [
            (&named, Some(OCI_INDEX)),
            (&named, Some(DOCKER)),
            (&image(1), Some(OCI_INDEX)),
        ] {
            assert!(
                matches!(invalid(document, header), Invalid::MediaTypes { .. }),
                "{document}"
            );
        }
        named["mediaType"] = json!(OCI_INDEX);
        assert!(matches!(invalid(&named, None), Invalid::MediaTypes { .. }));
    }

    #[test]
    fn what_cannot_be_trusted_is_named_by_its_place() {
        let mut document = image(3);
        document["layers"][2]["size"] = json!(-5);
        assert_eq!(invalid(&document, None).to_string(), "layers[2] has the size -5");
        document["layers"][2] = json!({"digest": "sha256:../../etc/passwd", "size": 1});
        assert!(
            invalid(&document, None)
                .to_string()
                .starts_with("layers[2].digest: ")
        );
        document["layers"][2] = json!({"digest": Digest::of(b"").to_string(), "size": 1.5});
        assert!(matches!(invalid(&document, None), Invalid::Json { .. }));
        document["layers"][2] = json!({"digest": Digest::of(b"").to_string(), "size": u64::MAX});
        assert!(matches!(invalid(&document, None), Invalid::Json { .. }));
    }

    #[test]
    fn what_is_no_json_or_repeats_a_field_is_refused() {
        for text in [
            "",
            "{",
            "[]",
            "null",
            "<html></html>",
            r#"{"layers":[],"layers":[],"config":{}}"#,
            &"[".repeat(100_000),
        ] {
            let read = parse(
                Digest::of(text.as_bytes()),
                Bytes::from(text.to_owned()),
                None,
                &Limits::default(),
            );
            assert!(
                matches!(read, Err(ErrorKind::Invalid(Invalid::Json { .. }))),
                "{text:.40}"
            );
        }
    }

    #[test]
    fn lists_end_at_their_limits() {
        assert!(read(&image(512), None).is_ok());
        let Err(ErrorKind::TooLarge { limit, setting, .. }) = read(&image(513), None) else {
            panic!("no limit");
        };
        assert_eq!((limit, setting), (512, "limits.layers"));
        let index = json!({"manifests": vec![descriptor(1); 1025]});
        assert!(matches!(
            read(&index, None),
            Err(ErrorKind::TooLarge {
                setting: "limits.index-entries",
                ..
            })
        ));
    }
}

//! The two families of media types in which images come.

use super::Compression;

/// The media types of the documents of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MediaTypes {
    /// Those of the OCI image specification: BuildKit, buildah, podman.
    #[default]
    Oci,
    /// Those of Docker's image manifest version 2, schema 2: `docker push`.
    Docker,
}

impl MediaTypes {
    pub(super) fn index(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.index.v1+json",
            Self::Docker => "application/vnd.docker.distribution.manifest.list.v2+json",
        }
    }

    pub(super) fn manifest(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.manifest.v1+json",
            Self::Docker => "application/vnd.docker.distribution.manifest.v2+json",
        }
    }

    pub(super) fn config(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.config.v1+json",
            Self::Docker => "application/vnd.docker.container.image.v1+json",
        }
    }

    pub(super) fn layer(self, compression: Compression) -> &'static str {
        match (self, compression) {
            (Self::Oci, Compression::None) => "application/vnd.oci.image.layer.v1.tar",
            (Self::Oci, Compression::Gzip) => "application/vnd.oci.image.layer.v1.tar+gzip",
            (Self::Oci, Compression::Zstd | Compression::ZstdWindow(_)) => {
                "application/vnd.oci.image.layer.v1.tar+zstd"
            }
            (Self::Docker, Compression::None) => "application/vnd.docker.image.rootfs.diff.tar",
            (Self::Docker, Compression::Gzip) => "application/vnd.docker.image.rootfs.diff.tar.gzip",
            (Self::Docker, Compression::Zstd | Compression::ZstdWindow(_)) => {
                "application/vnd.docker.image.rootfs.diff.tar.zstd"
            }
        }
    }
}

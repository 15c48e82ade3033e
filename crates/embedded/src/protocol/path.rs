//! Which endpoint a path names.

use super::problem::{Code, Problem};

/// An endpoint; repository names hold slashes, which is why no router splits them.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Endpoint<'path> {
    Base,
    Catalog,
    Tags(&'path str),
    Manifest(&'path str, &'path str),
    Blob(&'path str, &'path str),
    Uploads(&'path str),
    Upload(&'path str, &'path str),
}

impl<'path> Endpoint<'path> {
    pub(super) fn parse(path: &'path str) -> Result<Self, Problem> {
        let endpoint =
            Self::split(path).ok_or_else(|| Problem::new(Code::NameUnknown, "there is no such endpoint"))?;
        match endpoint.repository() {
            Some(name) if model::ExtensionId::new("localhost", name).is_err() => Err(Problem::new(
                Code::NameInvalid,
                "the repository's name is not legal",
            )),
            _ => Ok(endpoint),
        }
    }

    fn split(path: &'path str) -> Option<Self> {
        let rest = path.strip_prefix("/v2")?;
        if rest.is_empty() || rest == "/" {
            return Some(Self::Base);
        }
        let rest = rest.strip_prefix('/')?;
        if rest == "_catalog" {
            return Some(Self::Catalog);
        }
        if let Some(repository) = rest.strip_suffix("/tags/list") {
            return Some(Self::Tags(repository));
        }
        let (head, last) = rest.rsplit_once('/')?;
        if let Some(repository) = head.strip_suffix("/blobs/uploads") {
            return Some(match last {
                "" => Self::Uploads(repository),
                upload => Self::Upload(repository, upload),
            });
        }
        if let Some(repository) = head.strip_suffix("/blobs") {
            return Some(match last {
                "uploads" => Self::Uploads(repository),
                digest => Self::Blob(repository, digest),
            });
        }
        let repository = head.strip_suffix("/manifests")?;
        Some(Self::Manifest(repository, last))
    }

    fn repository(&self) -> Option<&'path str> {
        match *self {
            Self::Base | Self::Catalog => None,
            Self::Tags(repository)
            | Self::Manifest(repository, _)
            | Self::Blob(repository, _)
            | Self::Uploads(repository)
            | Self::Upload(repository, _) => Some(repository),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_may_hold_slashes_and_the_words_of_the_protocol() {
        for (path, endpoint) in [
            ("/v2", Endpoint::Base),
            ("/v2/", Endpoint::Base),
            ("/v2/_catalog", Endpoint::Catalog),
            ("/v2/a/b/c/tags/list", Endpoint::Tags("a/b/c")),
            ("/v2/blobs/manifests/1.0", Endpoint::Manifest("blobs", "1.0")),
            ("/v2/a/b/blobs/sha256:00", Endpoint::Blob("a/b", "sha256:00")),
            ("/v2/a/b/blobs/uploads", Endpoint::Uploads("a/b")),
            ("/v2/a/b/blobs/uploads/", Endpoint::Uploads("a/b")),
            ("/v2/a/b/blobs/uploads/7", Endpoint::Upload("a/b", "7")),
        ] {
            assert_eq!(Endpoint::parse(path).unwrap(), endpoint, "{path}");
        }
    }

    #[test]
    fn what_is_no_endpoint_or_no_name_is_refused() {
        for path in [
            "/",
            "/v1/",
            "/v2x",
            "/v2/a",
            "/v2/A/tags/list",
            "/v2/a/../b/tags/list",
            "/v2//tags/list",
        ] {
            assert!(Endpoint::parse(path).is_err(), "{path}");
        }
    }
}

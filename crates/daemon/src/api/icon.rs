//! `GET /v1/extensions/{id}/icon`: the icon of what is installed.
//!
//! It is foreign: only kinds of pictures that browsers cannot run anything from are sent, by what the bytes are and not by what the
//! name says. Of SVG the kind that a browser shows as a picture, where its scripts do not run; opened by itself it is in a sandbox.

use std::io::Read as _;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use camino::Utf8Path;
use desktop::{Code, Desktop};
use model::ExtensionId;
use model::picture::{NoPicture, PictureKind};

use super::extension::not_installed;
use crate::http::Place;
use crate::problem::Problem;
use crate::service::Shared;

/// The largest icon that is sent, in bytes.
const LARGEST: u64 = 1 << 20;
/// Nothing of it may load or run anything, or be of the origin of the pages.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// The icon of what is installed.
#[utoipa::path(get, path = "/v1/extensions/{id}/icon", tag = "extensions",
    params(("id" = String, Path, description = "The id, percent-encoded")),
    responses((status = 200, description = "A picture: PNG, JPEG, GIF, WebP or SVG"),
        (status = 404, description = "Not installed, or without an icon that can be shown")))]
pub(super) async fn icon(
    State(service): State<Shared>,
    Place(id): Place<ExtensionId>,
) -> Result<Response, Problem> {
    let read = move |desktop: &Desktop| {
        let found = desktop.listed(&id)?.ok_or_else(|| not_installed(&id))?;
        find(&found.path).ok_or_else(|| {
            let detail = format!("{id} has no icon that can be shown");
            Problem::because(Code::NotFound, detail)
        })
    };
    let (kind, bytes) = service.read(read).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    Ok((headers, bytes).into_response())
}

/// The icon in a generation's folder: the file `icon` with a suffix.
pub(crate) fn find(folder: &Utf8Path) -> Option<(&'static str, Vec<u8>)> {
    let entries = folder.read_dir_utf8().ok()?;
    let icon = entries.flatten().find(|entry| {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        is_file && entry.path().file_stem() == Some("icon")
    })?;
    let mut bytes = Vec::new();
    let file = std::fs::File::open(icon.path()).ok()?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).ok()?;
    let is_small = u64::try_from(bytes.len()).is_ok_and(|size| size <= LARGEST);
    let kind = kind(&bytes).filter(|_| is_small)?;
    Some((kind, bytes))
}

/// What an icon is, by its bytes.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    match PictureKind::of_whole(bytes) {
        Ok(kind) => Some(kind.media_type()),
        Err(NoPicture::Other) => is_svg(bytes).then_some("image/svg+xml"),
        Err(_) => None,
    }
}

fn is_svg(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(4096)];
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    (text.starts_with("<svg") || text.starts_with("<?xml") || text.starts_with("<!--"))
        && text.contains("<svg")
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn drawings_are_told_from_pages() {
        assert_eq!(kind(b"<?xml version='1.0'?>\n<svg/>"), Some("image/svg+xml"));
        for page in [
            "<!doctype html><svg/>",
            "<html><svg/></html>",
            "<?xml version='1.0'?><html/>",
            "",
        ] {
            assert_eq!(kind(page.as_bytes()), None, "{page}");
        }
    }
}

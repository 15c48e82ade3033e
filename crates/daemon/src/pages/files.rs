//! Files that pages show: those of the program, and icons of what is installed.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use desktop::{Code, Desktop};
use maud::html;
use model::ExtensionId;

use super::answer::Answer;
use super::assets::ASSETS;
use super::view::mark::Mark;
use crate::api::icon::{POLICY, find};
use crate::http::Place;
use crate::problem::Problem;
use crate::service::Shared;

/// Their addresses change with their content.
const FOR_EVER: &str = "private, max-age=31536000, immutable";

/// This one's does not.
const FOR_A_DAY: &str = "private, max-age=86400";

/// A file of the program.
pub(super) async fn asset(Path(name): Path<String>) -> Answer {
    let Some(asset) = ASSETS.find(&name) else {
        return Err(Problem::because(Code::NotFound, "there is no such file"));
    };
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, FOR_EVER),
    ];
    Ok((headers, asset.content).into_response())
}

/// The picture in the browser's tab, for a browser that asks at the old address.
pub(super) async fn favicon() -> Answer {
    let icon = &ASSETS.icon;
    let headers = [
        (header::CONTENT_TYPE, icon.media_type),
        (header::CACHE_CONTROL, FOR_A_DAY),
    ];
    Ok((headers, icon.content).into_response())
}

/// The icon of an installed extension; its letters where it brings none that can be shown.
pub(super) async fn icon(State(service): State<Shared>, Place(id): Place<ExtensionId>) -> Answer {
    let read = move |desktop: &Desktop| {
        let found = desktop.listed(&id)?;
        let icon = found.as_ref().and_then(|listed| find(&listed.path));
        let title = found
            .map(|listed| listed.installed.current.title)
            .unwrap_or_default();
        Ok(icon.map_or_else(
            || drawn(&Mark::of(&id, &title)),
            |(kind, bytes)| picture(kind, bytes),
        ))
    };
    service.read(read).await
}

fn picture(kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, FOR_EVER),
    ];
    (headers, bytes).into_response()
}

fn drawn(mark: &Mark) -> Response {
    let hue = u32::from(mark.hue) * 30;
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" {
            rect width="48" height="48" fill={ "hsl(" (hue) ",46%,36%)" } {}
            text x="24" y="31" fill="#fff" font-family="sans-serif" font-weight="700" font-size="19" text-anchor="middle" { (mark.letters) }
        }
    };
    picture("image/svg+xml", svg.into_string().into_bytes())
}

//! The pages of the service, rendered on the server.
//!
//! In three steps, so that each can be tested alone: what the use cases know becomes a view (`view`, plain values: what
//! a page says), a view becomes HTML (`markup`, where everything foreign is escaped by construction), and the routes
//! (`reading`, `changing`) join both with the service. Texts of labels that hold HTML go through `rich_text`. Styles and
//! scripts are files in the binary (`assets`); no page holds a script or a style of its own, so that the policy of the
//! browser forbids all others. Every form works without scripts; these only spare a new page.

pub(crate) mod address;
mod answer;
mod assets;
mod changing;
mod files;
mod markup;
mod pictures;
mod reading;
mod rich_text;
mod stream;
mod view;

#[cfg(test)]
mod tests;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};

pub(crate) use pictures::Pictures;

use crate::problem::Problem;
use crate::service::Shared;

/// The pages, from `/` on, and what is told of addresses that nobody has.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route(address::MARKETPLACE, get(reading::marketplace))
        .route("/extensions/{id}", get(reading::extension))
        .route(address::INSTALLED, get(reading::installed))
        .route(address::ACTIVITY, get(reading::activity))
        .route(address::SETTINGS, get(reading::settings))
        .route("/jobs/{job}", get(reading::job))
        .route("/jobs/{job}/stream", get(stream::job))
        .route("/icons/{id}", get(files::icon))
        .route("/pictures/{name}", get(pictures::picture))
        .route("/assets/{name}", get(files::asset))
        .route(address::FAVICON, get(files::favicon))
        .route("/install", post(changing::install))
        .route("/update", post(changing::update))
        .route("/update-all", post(changing::update_all))
        .route("/rollback", post(changing::rollback))
        .route("/remove", post(changing::remove))
        .route("/hold", post(changing::hold))
        .route("/unhold", post(changing::unhold))
        .route("/scan", post(changing::scan))
        .route("/agree", post(changing::agree))
        .route("/cancel", post(changing::cancel))
        .route("/allow", post(changing::allow))
        .route("/disallow", post(changing::disallow))
        .route(address::TEST_NOTICE, post(changing::test_notice))
        .route("/theme", post(changing::theme))
        .fallback(async || Problem::no_such_address())
        .method_not_allowed_fallback(async || Problem::no_such_method())
        .layer(middleware::from_fn(answer::show_problems))
}

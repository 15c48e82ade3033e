//! `GET /v1/openapi.json`: the API as `OpenAPI` 3.1, made from the code.

use axum::Json;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::problem::ProblemDocument;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Outrigger",
        description = "The desktop service. Every failure is `application/problem+json` with the stable word in `code`.",
        license(name = "MIT OR Apache-2.0")
    ),
    paths(
        super::status::health,
        super::status::metrics,
        super::extensions::extensions,
        super::extensions::search,
        super::extension::extension,
        super::icon::icon,
        super::releases::releases,
        super::findings::findings,
        super::history::of_all,
        super::history::of_one,
        super::holds::hold,
        super::holds::unhold,
        super::jobs::all,
        super::jobs::start,
        super::jobs::one,
        super::jobs::cancel,
        super::jobs::answer,
        super::allow_list::list,
        super::allow_list::add,
        super::allow_list::remove,
        super::allow_list::test,
        super::events::events,
        super::links::new,
    ),
    components(schemas(ProblemDocument)),
    modifiers(&Token)
)]
struct Description;

/// That every address needs the token.
struct Token;

impl Modify for Token {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("token", scheme);
        let needed = utoipa::openapi::SecurityRequirement::new("token", [] as [&str; 0]);
        openapi.security = Some(vec![needed]);
    }
}

/// The API as `OpenAPI` 3.1, in JSON: what a running service tells at `/v1/openapi.json`.
pub fn openapi_text() -> String {
    // A description holds nothing that JSON cannot.
    Description::openapi().to_json().unwrap_or_default()
}

/// The description.
pub(super) async fn openapi() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}

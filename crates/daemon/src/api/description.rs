//! `GET /v1/openapi.json`: the API as `OpenAPI` 3.1, made from the code.

use axum::Json;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, Response};
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
        super::notices::sent,
        super::notices::test,
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
    components(schemas(ProblemDocument, super::extensions::Wanted)),
    modifiers(&Token, &Problems)
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

/// That every failure is a problem, also where an address says no more about it.
struct Problems;

impl Modify for Problems {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let problem = || Content::new(Some(Ref::from_schema_name("Problem")));
        let items = openapi.paths.paths.values_mut();
        let operations =
            items.flat_map(|item| [&mut item.get, &mut item.put, &mut item.post, &mut item.delete]);
        for operation in operations.flatten() {
            let told = &mut operation.responses.responses;
            let others = Response::new("Any other failure, such as a token that lacks (401)");
            told.insert("default".to_owned(), others.into());
            let failures = told
                .iter_mut()
                .filter(|(status, _)| !status.starts_with(['2', '3']));
            for (_, response) in failures {
                if let RefOr::T(response) = response {
                    let content = &mut response.content;
                    content.insert("application/problem+json".to_owned(), RefOr::T(problem()));
                }
            }
        }
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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::openapi_text;

    /// Every value of a key, wherever it stands.
    fn all<'a>(key: &str, within: &'a Value, found: &mut Vec<&'a Value>) {
        match within {
            Value::Object(fields) => {
                found.extend(fields.get(key));
                fields.values().for_each(|value| all(key, value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| all(key, value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_type_that_is_named_is_described() {
        let described: Value = serde_json::from_str(&openapi_text()).unwrap();
        let mut named = Vec::new();
        all("$ref", &described, &mut named);
        assert!(named.len() > 30);
        for name in named {
            let pointer = name.as_str().unwrap().trim_start_matches('#');
            assert!(described.pointer(pointer).is_some(), "{name}");
        }
    }
}

//! Lists of tags and of repositories, in pages.

use outrigger_registry::{Client, ErrorKind, Invalid, Limits, Settings, Tags as _};
use serde_json::json;

use crate::fixture::{client, id, invalid, kind, quick, settings};
use crate::server::{Seen, Server, ok, reply, status};

fn with_limits(limits: Limits) -> Client {
    Client::new(Settings { limits, ..settings() }).unwrap()
}

fn page(tags: &[String], next: Option<&str>) -> axum::response::Response {
    let body = json!({"name": "acme/whale", "tags": tags}).to_string();
    match next {
        Some(next) => reply(200, &[("link", &format!("<{next}>; rel=\"next\""))], body),
        None => ok(body),
    }
}

/// Ten pages of three tags each, with `next` as a registry writes it for page `n`.
fn ten_pages(request: &Seen, next: impl Fn(usize) -> String) -> axum::response::Response {
    let number = request.parameter("page").map_or(0, |page| page.parse().unwrap());
    let tags: Vec<_> = (0..3).map(|index| format!("1.{number}.{index}")).collect();
    let link = (number < 9).then(|| next(number + 1));
    page(&tags, link.as_deref())
}

#[tokio::test]
async fn all_pages_are_read_in_their_order() {
    let server =
        Server::start(|request| ten_pages(request, |page| format!("/v2/acme/whale/tags/list?page={page}")))
            .await;
    let client = client();
    let tags = client.tags(&id(&server)).await.unwrap();
    assert_eq!(tags.len(), 30);
    assert_eq!((tags[0].as_str(), tags[29].as_str()), ("1.0.0", "1.9.2"));
    assert_eq!(client.requests(), 10);
}

#[tokio::test]
async fn what_is_no_tag_is_left_out_and_what_repeats_counts_once() {
    let server = Server::start(|_| ok(r#"{"tags":["1.0.0","../../x","","1.0.0","latest","a b"]}"#)).await;
    let tags = client().tags(&id(&server)).await.unwrap();
    assert_eq!(
        tags.iter().map(model::Tag::as_str).collect::<Vec<_>>(),
        ["1.0.0", "latest"]
    );
}

#[tokio::test]
async fn an_empty_list_is_no_error() {
    for body in [r#"{"name":"acme/whale","tags":null}"#, r#"{"tags":[]}"#, "{}"] {
        let server = Server::start(move |_| ok(body)).await;
        assert!(client().tags(&id(&server)).await.unwrap().is_empty(), "{body}");
    }
}

#[tokio::test]
async fn a_list_that_is_no_list_is_refused() {
    for body in ["<html>", r#"{"tags":"1.0.0"}"#, r#"{"tags":[1]}"#] {
        let server = Server::start(move |_| ok(body)).await;
        let error = client().tags(&id(&server)).await.unwrap_err();
        assert!(matches!(invalid(&error), Invalid::Json { .. }), "{error}");
    }
}

#[tokio::test]
async fn no_page_is_taken_from_another_place() {
    let other = Server::start(|_| ok(r#"{"tags":["6.6.6"]}"#)).await;
    // Another name for this machine is another host.
    let elsewhere = other
        .url("/v2/acme/whale/tags/list?s3cr3t")
        .replace("127.0.0.1", "localhost");
    for next in [
        elsewhere,
        "/v2/acme/secret/tags/list?s3cr3t".to_owned(),
        "/x?s3cr3t".to_owned(),
    ] {
        let server = Server::start(move |_| page(&["1.0.0".to_owned()], Some(&next))).await;
        let error = client().tags(&id(&server)).await.unwrap_err();
        assert!(
            matches!(invalid(&error), Invalid::PageElsewhere { .. }),
            "{error}"
        );
        assert_eq!(server.count(), 1);
    }
    assert_eq!(other.count(), 0);
}

#[tokio::test]
async fn pages_that_go_round_in_circles_are_left() {
    let server = Server::start(|request| ten_pages(request, |page| format!("?page={}", page % 3))).await;
    let error = client().tags(&id(&server)).await.unwrap_err();
    assert_eq!(*invalid(&error), Invalid::PageLoop);
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn pages_and_tags_end_at_their_limits() {
    let endless = |request: &Seen| {
        let number: usize = request.parameter("page").map_or(0, |page| page.parse().unwrap());
        page(&[format!("1.0.{number}")], Some(&format!("?page={}", number + 1)))
    };
    let server = Server::start(endless).await;
    for (limits, expected) in [
        (Limits { pages: 7, ..quick() }, "limits.pages"),
        (Limits { tags: 5, ..quick() }, "limits.tags"),
        (
            Limits {
                page_size: 10,
                ..quick()
            },
            "limits.page-size",
        ),
    ] {
        let error = with_limits(limits).tags(&id(&server)).await.unwrap_err();
        let ErrorKind::TooLarge { setting, .. } = kind(&error) else {
            panic!("{error}");
        };
        assert_eq!(*setting, expected);
    }
    assert_eq!(server.count(), 7 + 6 + 1);
}

#[tokio::test]
async fn repositories_are_listed_where_the_registry_does_that() {
    let server = Server::start(|request| match request.parameter("last") {
        None => {
            let link = r#"</v2/_catalog?last=acme%2Fwhale>; rel="next""#;
            reply(
                200,
                &[("link", link)],
                r#"{"repositories":["acme/whale","Not/Legal"]}"#,
            )
        }
        Some(last) => ok(json!({"repositories": [format!("{last}2")]}).to_string()),
    })
    .await;
    let listed = client().repositories(&server.authority).await.unwrap().unwrap();
    let listed: Vec<_> = listed.iter().map(|id| id.repository().to_owned()).collect();
    assert_eq!(listed, ["acme/whale", "acme/whale2"]);
}

#[tokio::test]
async fn a_registry_that_lists_nothing_is_no_error_but_a_broken_one_is() {
    for code in [401, 403, 404, 405, 501] {
        let challenge = [("www-authenticate", "Basic realm=\"x\"")];
        let server = Server::start(move |_| reply(code, &challenge, "")).await;
        assert_eq!(
            client().repositories(&server.authority).await.unwrap(),
            None,
            "{code}"
        );
    }
    let server = Server::start(|_| status(500)).await;
    let error = client().repositories(&server.authority).await.unwrap_err();
    assert!(
        matches!(kind(&error), ErrorKind::Server { status: 500, .. }),
        "{error}"
    );
}

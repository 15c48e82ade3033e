//! Ways in for the targets in `fuzz`, compiled only by cargo-fuzz and no part of the API.
//!
//! What they reach is private, and from outside every input would cost an HTTP exchange: a few thousand runs in ten minutes in
//! place of millions. Each returns whether the input was accepted, and panics where a promise of this room is broken.

use bytes::Bytes;
use model::Digest;
use reqwest::Response;
use url::Url;

use crate::login::Login;
use crate::pages::Pages;
use crate::wire::{Envelope, refusal, retry_after};
use crate::{Content, ErrorKind, Limits, Missing, client, config, document, login};

/// A manifest or an index, and for a manifest the config that it names.
pub fn document(bytes: &[u8], content_type: Option<&str>, config_bytes: &[u8]) -> bool {
    let limits = Limits {
        layers: 8,
        index_entries: 8,
        ..Limits::default()
    };
    let digest = Digest::of(bytes);
    let read = document::parse(
        digest.clone(),
        Bytes::copy_from_slice(bytes),
        content_type,
        &limits,
    );
    let Ok(read) = read else { return false };
    assert_eq!((read.digest, read.bytes.as_ref()), (digest, bytes));
    match read.content {
        Content::Index(entries) => {
            assert!(entries.len() <= limits.index_entries);
            let platforms = entries.iter().filter_map(|entry| entry.platform.as_ref());
            platforms.for_each(assert_reads_back);
            !entries.is_empty()
        }
        Content::Manifest(manifest) => {
            assert!(manifest.layers.len() <= limits.layers);
            let config = config::parse(Bytes::copy_from_slice(config_bytes), &manifest);
            let Ok(config) = config else { return false };
            assert_eq!(config.diff_ids.len(), manifest.layers.len());
            assert_reads_back(&config.platform);
            true
        }
    }
}

fn assert_reads_back(platform: &model::Platform) {
    assert_eq!(platform.to_string().parse().as_ref(), Ok(platform));
}

/// A page of a list: its headers, one on a line, and its body.
pub fn list(head: &str, body: &[u8]) -> bool {
    let url = "https://r.example:8443/hub/v2/acme/whale/tags/list?n=1000";
    let url = Url::parse(url).expect("an address");
    let mut pages = Pages::starting_with("n=1000");
    let next = pages.after(&url, response(200, head).headers());
    if let Ok(Some(query)) = &next {
        let again = pages.after(&url, response(200, head).headers());
        assert!(again.is_err(), "{query} leads to itself");
    }
    let names = client::entries(body).unwrap_or_default();
    let is_name = |name: &String| {
        model::ExtensionId::new("r.example", name).is_ok() || name.parse::<model::Tag>().is_ok()
    };
    matches!(next, Ok(Some(_))) && names.iter().any(is_name)
}

/// What a registry that wants a login says, and the token server's answer.
pub fn login(endpoint: &str, head: &str, answer: &[u8]) -> bool {
    let Ok(endpoint) = Url::parse(endpoint) else {
        return false;
    };
    endpoint.has_host() && login::fuzzing::login(&endpoint, response(401, head).headers(), answer)
}

/// An answer that is no success.
pub fn refused(status: u16, head: &str, body: &[u8]) -> bool {
    let response = response(status, head);
    let after = retry_after(&response);
    let kind = refusal(response.status(), &Envelope::parse(body), after, &Login::None);
    let said = kind.to_string();
    assert!(!said.contains(char::is_control) && said.len() < 4096, "{said:?}");
    match kind {
        ErrorKind::RateLimited { after } => after.is_some(),
        ErrorKind::NotFound { missing } => missing != Missing::Unsaid,
        ErrorKind::Server { said, .. } => said.is_some(),
        _ => false,
    }
}

/// An answer with these headers; lines that are none are left out, as any HTTP library would refuse them.
fn response(status: u16, head: &str) -> Response {
    let mut response = http::Response::new(Vec::<u8>::new());
    if let Ok(status) = http::StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    for line in head.lines() {
        if let Some((name, value)) = line.split_once(':')
            && let Ok(name) = name.trim().parse::<http::HeaderName>()
            && let Ok(value) = http::HeaderValue::from_str(value.trim())
        {
            response.headers_mut().append(name, value);
        }
    }
    Response::from(response)
}

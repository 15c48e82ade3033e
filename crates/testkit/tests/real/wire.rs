//! The least of a client: one GET over a fresh connection.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

/// The status and the body of the answer to `GET <path>`, all manifest types accepted.
pub(crate) fn get(authority: &str, path: &str, more: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(authority).unwrap();
    let accept = [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]
    .join(", ");
    let request = format!("GET {path} HTTP/1.0\r\nHost: {authority}\r\nAccept: {accept}\r\n{more}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// A manifest or index by tag or digest.
pub(crate) fn manifest(authority: &str, repository: &str, reference: &str) -> Value {
    let (status, body) = get(authority, &format!("/v2/{repository}/manifests/{reference}"), "");
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

/// The media type of each layer of a manifest.
pub(crate) fn layer_types(manifest: &Value) -> Vec<&str> {
    let layers = manifest["layers"].as_array().unwrap();
    layers
        .iter()
        .map(|layer| layer["mediaType"].as_str().unwrap())
        .collect()
}

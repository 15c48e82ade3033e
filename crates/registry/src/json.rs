//! Reading JSON that must be an object.

use serde::Deserialize;

use crate::Invalid;

/// Reads `what`: `the manifest`, `the list of tags`.
///
/// serde's derived readers would also take a list, whose items they count off by position. No other tool does, so to all
/// others such a document is something else.
pub(crate) fn object<'bytes, T: Deserialize<'bytes>>(
    what: &'static str,
    bytes: &'bytes [u8],
) -> Result<T, Invalid> {
    let unreadable = |problem: String| Invalid::Json { what, problem };
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first.is_some_and(|first| *first != b'{') {
        return Err(unreadable("it is not a JSON object".to_owned()));
    }
    serde_json::from_slice(bytes).map_err(|error| unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Page {
        tags: Vec<String>,
    }

    fn read(text: &str) -> Result<Page, String> {
        object("the page", text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_in_place_of_an_object_is_none() {
        assert!(read("\n {\"tags\": []}").is_ok());
        for text in ["[[]]", "null", "<html>", "\u{feff}{\"tags\": []}"] {
            assert_eq!(
                read(text),
                Err("the page cannot be read: it is not a JSON object".to_owned()),
                "{text}"
            );
        }
        for text in ["", " ", "{", "{}", "{\"tags\": []} {}"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}

//! Rules about the pages of a tab.

use model::text::quote;

use super::findings::Findings;
use super::table;
use crate::inspect::{Content, Inspected, page};

/// The attributes through which a page loads something.
const LOADING: [&str; 5] = ["src", "href", "srcset", "poster", "data"];

pub(super) fn check(inspected: &Inspected, findings: &mut Findings) {
    for image in &inspected.images {
        for file in image.files.values() {
            let Content::Page(text) = &file.content else {
                continue;
            };
            let openings = page::openings(&text.text);
            // A base of its own turns every other path around.
            let has_base = openings.iter().any(|tag| tag.name == "base");
            for tag in openings.iter().filter(|_| !has_base) {
                for (name, value) in tag
                    .attributes
                    .iter()
                    .filter(|(name, _)| LOADING.contains(&name.as_str()))
                {
                    if is_absolute(tag.name.as_str(), value) {
                        findings
                            .add(
                                &table::PAGE_ABSOLUTE_PATH,
                                format!("<{}> loads {} from the root", tag.name, quote(&format!("{name}={value}"))),
                            )
                            .at(Some(text.line(tag.line)))
                            .on(image.platform.as_ref())
                            .help("write the path relative to the page; in Vite `base: \"./\"`, in Create React App `\"homepage\": \".\"`");
                    }
                }
            }
        }
    }
}

/// A path from the root, or a file's own address. What stands in a link to click on is the page's own business.
fn is_absolute(tag: &str, value: &str) -> bool {
    let value = value.trim();
    let from_root = value.starts_with('/') && !value.starts_with("//");
    let is_file = value
        .get(..5)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"));
    tag != "a" && (from_root || is_file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_loaded_from_the_root_of_a_file_system_is_absolute() {
        for (tag, value, expected) in [
            ("script", "/static/js/main.js", true),
            ("link", " /x.css", true),
            ("img", "file:///x.png", true),
            ("img", "FILE:x", true),
            ("script", "./main.js", false),
            ("script", "main.js", false),
            ("script", "//cdn.example/x.js", false),
            ("script", "https://cdn.example/x.js", false),
            ("a", "/somewhere", false),
            ("img", "", false),
        ] {
            assert_eq!(is_absolute(tag, value), expected, "{tag} {value}");
        }
    }
}

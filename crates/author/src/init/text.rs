//! Filling templates: each place says in which language it stands, so that no title breaks out of it.

use super::Beginning;

/// What stands for `{{name:language}}`.
pub(super) struct Filling(Vec<(&'static str, String)>);

impl Filling {
    pub(super) fn of(beginning: &Beginning) -> Self {
        let one_line = |text: &str| model::text::printable(text.trim(), model::labels::MAX_DESCRIPTION);
        let page = one_line(&beginning.publisher_url);
        Self(vec![
            ("title", one_line(&beginning.title)),
            ("description", one_line(&beginning.description)),
            ("vendor", one_line(&beginning.vendor)),
            (
                "detailed-description",
                format!("<p>{}</p>", html(&one_line(&beginning.description))),
            ),
            ("icon-address", format!("{}/icon.svg", page.trim_end_matches('/'))),
            ("publisher-url", page),
            ("socket", format!("{}.sock", slug(&beginning.title))),
            (
                "repository",
                format!("{}/{}", slug(&beginning.vendor), slug(&beginning.title)),
            ),
        ])
    }

    /// The template with every place filled, in one pass: what is filled in is not filled again.
    pub(super) fn fill(&self, template: &str) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("{{") {
            text.push_str(before);
            let filled = after
                .split_once("}}")
                .and_then(|(place, rest)| Some((self.place(place)?, rest)));
            if let Some((value, after)) = filled {
                text.push_str(&value);
                rest = after;
            } else {
                text.push_str("{{");
                rest = after;
            }
        }
        text + rest
    }

    fn place(&self, place: &str) -> Option<String> {
        let (name, language) = place.split_once(':')?;
        let (_, value) = self.0.iter().find(|(known, _)| *known == name)?;
        match language {
            "json" => Some(serde_json::Value::from(value.as_str()).to_string()),
            "toml" => Some(toml_edit::Value::from(value.as_str()).to_string()),
            "html" => Some(html(value)),
            _ => None,
        }
    }
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A title as a file name and as a part of a repository's name: small letters and digits joined by hyphens.
fn slug(title: &str) -> String {
    let words = title.to_lowercase();
    let words = words
        .split(|it: char| !it.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-");
    if slug.is_empty() {
        "extension".to_owned()
    } else {
        slug[..slug.len().min(60)].trim_end_matches('-').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_title_stays_inside_its_quotes() {
        let title = "\"</h1>\n'''{{vendor:toml}}{{vendor:json}}";
        let beginning = Beginning {
            template: super::super::Template::Ui,
            title: title.to_owned(),
            description: String::new(),
            vendor: "Acme".to_owned(),
            publisher_url: "https://acme.example/".to_owned(),
        };
        let fill = Filling::of(&beginning);
        let toml: toml_edit::DocumentMut = fill.fill("a = {{title:toml}}").parse().unwrap();
        assert!(toml["a"].as_str().unwrap().starts_with("\"</h1>"));
        let json: serde_json::Value = serde_json::from_str(&fill.fill("[{{title:json}}]")).unwrap();
        assert!(json[0].is_string());
        assert!(!fill.fill("{{title:html}}").contains('<'));
        assert_eq!(
            fill.fill("{{icon-address:html}}"),
            "https://acme.example/icon.svg"
        );
    }

    #[test]
    fn a_socket_is_named_after_the_title() {
        assert_eq!(slug("Whale  Watch! 2"), "whale-watch-2");
        assert_eq!(slug("鯨"), "extension");
    }
}

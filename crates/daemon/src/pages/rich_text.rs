//! The long texts of labels: plain text, an address, or hostile HTML.
//!
//! Two critical weaknesses of another desktop came from exactly these labels (CVE-2024-8695, CVE-2024-8696). So HTML goes through
//! `ammonia`, which parses it as a browser does and writes anew what is on a list: text, lists, tables and links to
//! `https`. Pictures, styles, forms, frames and everything that runs are left out, and so are the characters that turn
//! the direction of text, however they were written.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use maud::{Markup, PreEscaped, html};
use model::text::without_controls;

use super::address::linkable;

/// The longest text that is shown, in bytes; the rest is cut off. Against pages that no browser can show.
const LONGEST: usize = 64 * 1024;
/// The most tags of a text that is read as HTML; one with more is shown as it is written. Tags that are opened and never closed cost a
/// parser the square of their number, and a browser as much again.
const MOST_TAGS: usize = 2000;

/// The elements that a text may have. Their attributes are left out, but for where a link leads.
const ELEMENTS: [&str; 34] = [
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(ELEMENTS))
        .clean_content_tags(HashSet::from([
            "script", "style", "template", "svg", "math", "noscript", "title",
        ]))
        .tag_attributes([("a", HashSet::from(["href"]))].into())
        .url_schemes(HashSet::from(["https"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

/// The text of a label as HTML that is safe to stand in a page.
pub(super) fn rich_text(text: &str) -> Markup {
    let (text, is_cut) = cut(text.trim());
    html! {
        div.rich dir="auto" {
            (body(text))
            @if is_cut { p.quiet { "The text goes on; it is too long to be shown here." } }
        }
    }
}

fn body(text: &str) -> Markup {
    if let Some(address) = linkable(text) {
        return html! { p { a href=(address) rel="noopener noreferrer nofollow" { bdi { (address) } } } };
    }
    let tags = text.matches('<').count();
    if tags == 0 || tags > MOST_TAGS {
        return paragraphs(text);
    }
    PreEscaped(without_controls(&SANITISER.clean(text).to_string()))
}

/// Plain text: empty lines part paragraphs, and lines stay lines.
fn paragraphs(text: &str) -> Markup {
    let text = without_controls(&text.replace("\r\n", "\n"));
    html! {
        @for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
            p {
                @for (position, line) in paragraph.trim().lines().enumerate() {
                    @if position > 0 { br; }
                    (line)
                }
            }
        }
    }
}

/// As much as is shown, and whether there was more.
fn cut(text: &str) -> (&str, bool) {
    let mut end = LONGEST.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1; // 0 is one
    }
    (&text[..end], end < text.len())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn clean(text: &str) -> String {
        rich_text(text).into_string()
    }

    #[test]
    fn ordinary_html_keeps_its_form() {
        let text = "<h2>News</h2><p class=x style='color:red'>It is <b>faster</b>: <a href='https://acme.example/a?b=1' target=_top onclick='x()'>see</a></p>";
        assert_eq!(
            clean(text),
            "<div class=\"rich\" dir=\"auto\"><h2>News</h2><p>It is <b>faster</b>: <a href=\"https://acme.example/a?b=1\" rel=\"noopener noreferrer nofollow\">see</a></p></div>"
        );
    }

    #[test]
    fn plain_text_keeps_its_lines_and_an_address_becomes_a_link() {
        assert_eq!(
            clean("One & two\r\nthree\n\n\nfour"),
            "<div class=\"rich\" dir=\"auto\"><p>One &amp; two<br>three</p><p>four</p></div>"
        );
        assert!(clean("https://acme.example/changes").contains("<a href=\"https://acme.example/changes\""));
    }

    #[test]
    fn nothing_that_runs_or_loads_gets_through() {
        let attacks = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<img src='https://tracker.example/pixel.png'>",
            "<svg onload=alert(1)><script>alert(1)</script></svg>",
            "<svg><style><img src=x onerror=alert(1)></style></svg>",
            "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
            "<iframe src='javascript:alert(1)'></iframe>",
            "<object data='data:text/html,<script>alert(1)</script>'></object>",
            "<a href='javascript:alert(1)'>a</a>",
            "<a href='JaVaScRiPt&colon;alert(1)'>a</a>",
            "<a href=' &#14; javascript:alert(1)'>a</a>",
            "<a href='data:text/html,<script>alert(1)</script>'>a</a>",
            "<a href='//evil.example'>a</a>",
            "<a href='/remove'>a</a>",
            "<a href='http://evil.example'>a</a>",
            "<form action='/remove' method=post><button>OK</button></form>",
            "<input autofocus onfocus=alert(1)>",
            "<style>@import 'https://evil.example/x.css'</style>",
            "<link rel=stylesheet href='https://evil.example/x.css'>",
            "<meta http-equiv=refresh content='0;url=https://evil.example'>",
            "<base href='https://evil.example/'>",
            "<p id=main name=q data-job=/x>named</p>",
            "<video src=x onerror=alert(1)></video>",
            "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
            "</div></section></main><script>alert(1)</script>",
            "<!--><img src=x onerror=alert(1)>-->",
            "<template><script>alert(1)</script></template>",
        ];
        let forbidden = [
            "<script",
            "<img",
            "<svg",
            "<iframe",
            "<object",
            "<form",
            "<input",
            "<button",
            "<style",
            "<link",
            "<meta",
            "<base",
            "<video",
            "<template",
            "javascript:",
            "data:",
            "data-",
            " on",
            "id=",
            "href=\"/",
            "http:",
            "</main",
            "</section",
        ];
        for attack in attacks {
            let cleaned = clean(&format!("<p>before</p>{attack}"));
            for part in forbidden {
                assert!(!cleaned.contains(part), "{attack} leaves {part} in {cleaned}");
            }
            assert_eq!(
                cleaned.matches("<div").count(),
                cleaned.matches("</div").count(),
                "{cleaned}"
            );
        }
    }

    #[test]
    fn the_direction_of_text_stays_however_it_was_to_be_turned() {
        for text in [
            "a\u{202e}b",
            "<p>a\u{202e}b</p>",
            "<p>a&#x202e;b&#8294;</p>",
            "<p>a&#x200b;b</p>",
        ] {
            let cleaned = clean(text);
            assert!(
                !cleaned.contains(['\u{202e}', '\u{2066}', '\u{200b}']),
                "{cleaned:?}"
            );
            assert!(
                !cleaned.contains("202e") && !cleaned.contains("8238"),
                "{cleaned:?}"
            );
        }
    }

    #[test]
    fn long_deep_and_tangled_texts_are_bounded_in_size_and_time() {
        let hostile = [
            "<div>".repeat(52_000),
            "<b><i>".repeat(40_000),
            "<a><b><p>".repeat(20_000),
            "<table><tr><td>".repeat(20_000),
            "<p>".repeat(MOST_TAGS),
            "<b>".repeat(MOST_TAGS),
            "<a href='https://a.example'><b>".repeat(MOST_TAGS / 2),
            "&".repeat(256 * 1024),
            "w".repeat(256 * 1024),
            "é".repeat(128 * 1024),
        ];
        for text in hostile {
            let begun = Instant::now();
            let cleaned = clean(&text);
            let name = &text[..20];
            assert!(
                begun.elapsed() < Duration::from_secs(5),
                "{name} takes {:?}",
                begun.elapsed()
            );
            assert!(
                cleaned.len() <= 6 * LONGEST + 1000,
                "{name} becomes {} bytes",
                cleaned.len()
            );
        }
    }
}

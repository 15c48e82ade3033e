//! A page for what went wrong.

use maud::{Markup, html};

use super::parts;
use crate::pages::address;

/// The content of the page: what happened, and what helps.
pub(crate) fn problem(what: &str, help: Option<&str>) -> Markup {
    html! {
        div.wide.narrow {
            section.empty {
                h1 { "That did not work" }
                p { (parts::code_in(what)) }
                @if let Some(help) = help { p { (parts::code_in(help)) } }
                p { a.button href=(address::MARKETPLACE) { "To the marketplace" } }
            }
        }
    }
}

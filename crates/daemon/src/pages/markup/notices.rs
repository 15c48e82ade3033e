//! What the user was told, and the button that tries it.

use maud::{Markup, html};

use super::parts;
use crate::pages::address;
use crate::pages::view::notices::{NoticeLine, NoticesView, WayTested};
use crate::pages::view::words::count;

/// The notices of the page of what was done.
pub(super) fn notices(view: &NoticesView) -> Markup {
    html! {
        section.day aria-labelledby="notices" {
            h2 #notices { "Notices" }
            @if view.last.is_empty() {
                p.quiet { "You were told of nothing yet. When a scan finds updates, one notice sums them up." }
            } @else {
                (lines(&view.last))
            }
            @if !view.earlier.is_empty() {
                details {
                    summary { (count(view.earlier.len() as u64, "notice")) " before" }
                    (lines(&view.earlier))
                }
            }
        }
    }
}

fn lines(lines: &[NoticeLine]) -> Markup {
    html! { ol { @for line in lines { (self::line(line)) } } }
}

fn line(line: &NoticeLine) -> Markup {
    html! {
        li.entry.notice {
            div {
                p { strong { bdi { (line.title) } } }
                p.reason { bdi { (line.body) } }
                @if !line.extensions.is_empty() {
                    p { @for id in &line.extensions { a href=(address::extension(id)) { (parts::id(id)) } " " } }
                }
                p.quiet { time datetime=(line.exact) { (line.when) } " · " (line.ways) }
            }
        }
    }
}

/// The button that sends a notice to try the ways, and what came of it.
pub(super) fn test(tested: Option<&[WayTested]>) -> Markup {
    html! {
        form.line action=(address::TEST_NOTICE) method="post" {
            button { "Send a test notice" }
        }
        @match tested {
            None => {},
            Some([]) => p.answer.no role="status" { "No way is configured: nobody is told." },
            Some(ways) => { @for way in ways { (self::way(way)) } },
        }
    }
}

fn way(way: &WayTested) -> Markup {
    html! {
        @match &way.problem {
            None => p.answer.yes role="status" { "Sent by " (way.name) "." },
            Some(problem) => p.answer.no role="status" { "Not sent by " (way.name) ": " (parts::code_in(problem)) },
        }
    }
}

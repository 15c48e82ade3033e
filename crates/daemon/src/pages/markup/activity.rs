//! What was done.

use maud::{Markup, html};

use super::job::progress;
use super::{notices, parts};
use crate::pages::address;
use crate::pages::view::activity::{ActivityPage, Entry};
use crate::pages::view::job::Job;
use crate::pages::view::words::count;

/// The content of the page; `jobs` are those that run, or have just ended.
pub(crate) fn activity(view: &ActivityPage, jobs: &[Job]) -> Markup {
    html! {
        div.wide.narrow {
            header.title {
                div {
                    h1 { "Activity" }
                    p { "What you were told, every change on this machine, and every attempt that failed. A failed attempt changes nothing." }
                }
            }
            @for job in jobs { (progress(job)) }
            @for problem in &view.problems { p.note.warning { (parts::code_in(problem)) } }
            (notices::notices(&view.notices))
            @if view.days.is_empty() {
                section.empty {
                    h2 { "Calm water" }
                    p { "Nothing was done yet." }
                }
            }
            @for day in &view.days {
                section.day {
                    h2 { (day.name) }
                    ol { @for entry in &day.entries { (self::entry(entry)) } }
                }
            }
            @if view.more > 0 {
                p.quiet { "and " (count(view.more as u64, "change")) " before them; " code { "outrigger history" } " tells all." }
            }
        }
    }
}

fn entry(entry: &Entry) -> Markup {
    let kind = if entry.failure.is_some() {
        "failed"
    } else {
        entry.kind.as_str()
    };
    html! {
        li class={ "entry " (kind) } {
            time datetime=(entry.exact) { (entry.time) }
            div {
                p {
                    strong { (entry.sentence) }
                    " " a href=(address::extension(&entry.id)) { (parts::id(&entry.id)) }
                }
                @if let Some(failure) = &entry.failure { p.reason { (parts::code_in(failure)) } }
            }
            span.quiet { (entry.took) }
        }
    }
}

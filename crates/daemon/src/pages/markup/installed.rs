//! What is installed.

use maud::{Markup, html};

use super::job::progress;
use super::parts;
use crate::pages::address;
use crate::pages::view::card::Standing;
use crate::pages::view::installed::{InstalledPage, Kept, Row, Unreadable};
use crate::pages::view::job::Job;
use crate::pages::view::words::count;

/// The content of the page; `jobs` are those that run.
pub(crate) fn installed(view: &InstalledPage, jobs: &[Job]) -> Markup {
    html! {
        div.wide {
            header.title {
                div {
                    h1 { "Installed" }
                    @if !view.rows.is_empty() {
                        p { (count(view.rows.len() as u64, "extension")) ", " (view.disk) " on disk with the releases that you can go back to." }
                    }
                }
                @if view.updates > 1 {
                    form action="/update-all" method="post" {
                        button.main.update { "Update all " (view.updates) }
                    }
                }
            }
            @for job in jobs { (progress(job)) }
            @for broken in &view.broken { (unreadable(broken)) }
            @if view.rows.is_empty() && view.broken.is_empty() {
                section.empty {
                    h2 { "Nothing aboard yet" }
                    p { "What you install is listed here, with its updates and the way back." }
                    p { a.button.main href=(address::MARKETPLACE) { "Look around" } }
                }
            }
            ul.rows { @for row in &view.rows { (self::row(row)) } }
        }
    }
}

fn unreadable(broken: &Unreadable) -> Markup {
    html! {
        div.note.warning {
            p { strong { bdi { (broken.name) } } " cannot be read. " (parts::code_in(&broken.problem)) }
            form action="/remove" method="post" {
                input type="hidden" name="extension" value=(broken.name);
                button.small { "Remove it" }
            }
        }
    }
}

fn row(row: &Row) -> Markup {
    let face = &row.face;
    html! {
        li.row {
            (parts::face(face))
            div.who {
                h2 { a href=(address::extension(&face.id)) { bdi { (face.title) } } }
                p.vendor { @if let Some(vendor) = &face.vendor { bdi { (vendor) } " · " } (parts::id(&face.id)) }
                p.facts {
                    span { "Version " (row.version) ", since " (row.since) }
                    @for part in &row.parts { span { (part) } }
                    span { (row.disk) }
                }
                (by_itself(row))
                @if let Some(problem) = row.problem { p.reason { (problem) } }
                @if let Some((version, reasons)) = &row.beyond {
                    p.reason { "Not taken: " (version) ", because " (parts::reasons(reasons)) "." }
                }
            }
            div.actions {
                @if let Standing::Update { to, .. } = &row.standing {
                    (parts::act("/update", &face.id, &[], &html! { button.main.update { "Update to " (to) } }))
                } @else {
                    (parts::standing(&row.standing))
                }
                details.menu {
                    summary { "More" span.unseen { " for " (face.title) } }
                    div {
                        (keeping(row))
                        (going_back(row))
                        (removing(row))
                    }
                }
            }
        }
    }
}

/// That nobody chose the installed version, and the way back from it.
pub(super) fn by_itself(row: &Row) -> Markup {
    let button =
        |kept: &Kept| html! { button.small aria-label={ "Go back to " (kept.version) } { "Go back" } };
    html! {
        @if row.is_automatic {
            div.by-itself {
                span { "Updated by itself to " (row.version) }
                @if let Some(kept) = row.before() {
                    (parts::act("/rollback", &row.face.id, &[("digest", &kept.digest)], &button(kept)))
                }
            }
        }
    }
}

/// Holding, or no longer.
pub(super) fn keeping(row: &Row) -> Markup {
    let id = &row.face.id;
    html! {
        @if row.is_held {
            (parts::act("/unhold", id, &[], &html! { button { "Allow updates again" } }))
        } @else {
            (parts::act("/hold", id, &[], &html! { button { "Hold at " (row.version) } }))
        }
    }
}

/// The releases that can be gone back to.
pub(super) fn going_back(row: &Row) -> Markup {
    html! {
        @if !row.kept.is_empty() {
            section.back {
                h3 { "Go back" }
                p.quiet { "Earlier releases are still on disk. No update takes again what you leave." }
                ul { @for kept in &row.kept { li { (self::kept(row, kept)) } } }
            }
        }
    }
}

fn kept(row: &Row, kept: &Kept) -> Markup {
    let button = html! { button { "Go back to " (kept.version) } };
    html! {
        (parts::act("/rollback", &row.face.id, &[("digest", &kept.digest)], &button))
        span.quiet { "installed " (kept.since) @if kept.was_left { ", left by going back" } }
    }
}

/// Removing, after a second look.
pub(super) fn removing(row: &Row) -> Markup {
    let button = html! { button.danger { "Remove " bdi { (row.face.title) } } };
    html! {
        details.removing {
            summary { "Remove…" }
            p { "Its files and all releases that you could go back to are deleted. What its containers keep in volumes stays." }
            (parts::act("/remove", &row.face.id, &[], &button))
        }
    }
}

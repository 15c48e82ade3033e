//! The marketplace.

use maud::{Markup, html};

use super::job::progress;
use super::parts::{self, Symbol, symbol};
use crate::pages::address;
use crate::pages::view::card::{Card, Standing};
use crate::pages::view::job::Job;
use crate::pages::view::marketplace::{LastScan, Marketplace};
use crate::pages::view::progress::repositories;
use crate::pages::view::query::{Query, Sort, State};
use crate::pages::view::words::{count, grouped};

/// The content of the page; `jobs` are the scans that run.
pub(crate) fn marketplace(view: &Marketplace, jobs: &[Job]) -> Markup {
    html! {
        (banner(view))
        div.wide {
            @for job in jobs { (progress(job)) }
            @match &view.scan {
                None => (never_scanned()),
                Some(_) if view.offered == 0 => (nothing_offered()),
                Some(_) => {
                    (search(view))
                    (results(view))
                }
            }
        }
    }
}

fn banner(view: &Marketplace) -> Markup {
    html! {
        div.banner {
            div.wide {
                div {
                    h1 { "Marketplace" }
                    p { (told(view)) }
                    (scan_form())
                }
                (sea())
            }
        }
    }
}

fn told(view: &Marketplace) -> Markup {
    let Some(LastScan { ended, unreachable }) = &view.scan else {
        return html! { "Nothing was scanned yet." };
    };
    html! {
        (count(view.offered as u64, "extension")) " on offer here"
        @if let Some(ended) = ended { ", seen " (ended) }
        "."
        @if *unreachable > 0 {
            " " (repositories(*unreachable)) " could not be reached."
        }
    }
}

fn scan_form() -> Markup {
    html! {
        form action="/scan" method="post" { button.quiet { "Scan now" } }
    }
}

/// An outrigger at sea; it says nothing that the text does not.
fn sea() -> Markup {
    html! {
        svg.sea viewBox="0 0 360 120" aria-hidden="true" focusable="false" {
            circle.sun cx="286" cy="46" r="22" {}
            path.far d="M0 74c20-8 40-8 60 0s40 8 60 0 40-8 60 0 40 8 60 0 40-8 60 0 40 8 60 0v46H0Z" {}
            g.boat {
                path d="M182 22v50M182 24c26 8 38 24 42 44h-42Z" {}
                path d="M132 72c30 12 74 12 104 0-8 16-24 22-52 22s-44-6-52-22Z" {}
                path d="M158 82l-8 24M206 82l8 24M134 107c28 6 68 6 96 0" {}
            }
            path.near d="M0 98c24-8 48-8 72 0s48 8 72 0 48-8 72 0 48 8 72 0 48-8 72 0v22H0Z" {}
        }
    }
}

fn never_scanned() -> Markup {
    html! {
        section.empty {
            h2 { "The sea is still empty" }
            p { "A scan looks at the repositories of your allow-list and shows here what they offer. Nothing is installed by it." }
            form action="/scan" method="post" { button.main { "Scan now" } }
            p.quiet { "No allow-list yet? " a href=(address::SETTINGS) { "Settings" } " has one, and says what it admits." }
        }
    }
}

fn nothing_offered() -> Markup {
    html! {
        section.empty {
            h2 { "Nothing on offer" }
            p { "The last scan found no extension that the allow-list admits." }
            p { a.button.main href=(address::SETTINGS) { "Look at the allow-list" } }
        }
    }
}

fn search(view: &Marketplace) -> Markup {
    let query = &view.query;
    html! {
        search {
            form.search action="/" method="get" data-search {
                div.field {
                    label.unseen for="q" { "Search extensions" }
                    (symbol(Symbol::Search))
                    input #q type="search" name="q" value=(query.text) placeholder="Search by name, vendor, purpose" autocomplete="off" spellcheck="false";
                    kbd aria-hidden="true" { "/" }
                }
                div.choices {
                    (category(view))
                    (sort(query))
                    @if query.state != State::All {
                        input type="hidden" name="state" value=(query.state.word());
                    }
                    button.apply { "Show" }
                }
            }
            (states(view))
        }
    }
}

fn category(view: &Marketplace) -> Markup {
    let chosen = &view.query.category;
    let is_listed = view.categories.iter().any(|(category, _)| category == chosen);
    html! {
        label {
            span { "Category" }
            select name="category" {
                option value="" { "All" }
                @if !chosen.is_empty() && !is_listed {
                    option value=(chosen) selected { (chosen) }
                }
                @for (category, number) in &view.categories {
                    option value=(category) selected[category == chosen] { (category) " (" (number) ")" }
                }
            }
        }
    }
}

fn sort(query: &Query) -> Markup {
    html! {
        label {
            span { "Order" }
            select name="sort" {
                @for sort in Sort::ALL {
                    option value=(sort.word()) selected[*sort == query.sort] { (sort.label()) }
                }
            }
        }
    }
}

fn states(view: &Marketplace) -> Markup {
    html! {
        nav.states #states aria-label="By state" {
            ul {
                @for &(state, number) in &view.states {
                    li {
                        a href=(view.query.with_state(state).address()) aria-current=[(state == view.query.state).then_some("true")] {
                            (state.label()) " " span { (grouped(number as u64)) }
                        }
                    }
                }
            }
        }
    }
}

fn results(view: &Marketplace) -> Markup {
    html! {
        section #results aria-label="Extensions" {
            @if view.query.is_everything() {
                p.found.unseen role="status" #found { (count(view.found as u64, "extension")) }
            } @else {
                p.found role="status" #found { (count(view.found as u64, "extension")) " found" }
            }
            @if view.cards.is_empty() {
                div.empty {
                    h2 { "Nothing like that" }
                    p { "No extension on offer here matches. " a href=(address::MARKETPLACE) { "Show all" } }
                }
            } @else {
                ul.cards {
                    @for card in &view.cards { (self::card(card)) }
                }
            }
            @if let Some(next) = &view.next {
                p.more { a.button href=(next) data-more { "Show more" } }
            }
        }
    }
}

fn card(card: &Card) -> Markup {
    let face = &card.face;
    html! {
        li.card {
            (parts::face(face))
            h2 { a href=(address::extension(&face.id)) { bdi { (face.title) } } }
            p.vendor { bdi { (face.vendor.as_deref().unwrap_or(face.id.registry())) } }
            @if let Some(description) = &card.description {
                p.what { bdi { (description) } }
            }
            p.foot {
                (parts::standing(&card.standing))
                @if let Some(category) = card.categories.first() {
                    span.category { bdi { (category) } }
                }
            }
            @if let Standing::Unfit { reasons } = &card.standing {
                p.reason { (parts::reasons(reasons)) }
            }
        }
    }
}

//! One extension.

use maud::{Markup, html};

use super::installed::{going_back, keeping, removing};
use super::job::progress;
use super::parts;
use crate::pages::address;
use crate::pages::rich_text::rich_text;
use crate::pages::view::card::Standing;
use crate::pages::view::extension::{ExtensionPage, Link, ReleaseRow, Screenshot};
use crate::pages::view::installed::Row;
use crate::pages::view::job::Job;

/// The content of the page; `jobs` are those about it, the last one first.
pub(crate) fn extension(view: &ExtensionPage, jobs: &[Job]) -> Markup {
    html! {
        div.wide.extension {
            (head(view, jobs.first().is_some_and(Job::is_open)))
            // The last one tells how things stand; the others are history.
            @if let Some(job) = jobs.first() { (progress(job)) }
            @if let Some(problem) = &view.problem {
                p.note.warning { strong { "The registry did not answer as it should, so this is what is known here. " } (problem) }
            }
            div.columns {
                div.reading { (texts(view)) }
                aside aria-label="About this extension" { (side(view)) }
            }
        }
    }
}

fn head(view: &ExtensionPage, is_busy: bool) -> Markup {
    let face = &view.face;
    html! {
        header.head {
            (parts::face(face))
            div {
                h1 { bdi { (face.title) } }
                p.vendor {
                    @if let Some(vendor) = &face.vendor { bdi { (vendor) } " · " }
                    (parts::id(&face.id))
                }
                @if let Some(description) = &view.description { p.lead { bdi { (description) } } }
                @if !view.categories.is_empty() {
                    ul.tags aria-label="Categories" {
                        @for category in &view.categories { li { bdi { (category) } } }
                    }
                }
            }
            div.actions {
                @if is_busy { p.quiet { "It is being changed." } } @else { (actions(view)) }
            }
        }
    }
}

fn actions(view: &ExtensionPage) -> Markup {
    let id = &view.face.id;
    let Some(standing) = &view.standing else {
        return html! { p.quiet { "Not seen by a scan yet." } };
    };
    html! {
        @match standing {
            Standing::Offered { version } => {
                (parts::act("/install", id, &[], &html! { button.main { "Install " (version) } }))
                p.quiet { "You are asked before anything is installed." }
            },
            Standing::Update { from, to } => {
                (parts::act("/update", id, &[], &html! { button.main.update { "Update to " (to) } }))
                p.quiet { "Installed is " (from) "." }
            },
            Standing::Unfit { reasons } => {
                (parts::standing(standing))
                p.reason { (parts::reasons(reasons)) }
            },
            Standing::Installed { .. } | Standing::Held { .. } => (parts::standing(standing)),
        }
        @if let Some(row) = &view.row { (installed(row)) }
    }
}

fn installed(row: &Row) -> Markup {
    html! {
        @if let Some((version, reasons)) = &row.beyond {
            p.reason { "Not taken: " (version) ", because " (parts::reasons(reasons)) "." }
        }
        @if let Some(problem) = row.problem { p.reason { (problem) } }
        (keeping(row))
    }
}

fn texts(view: &ExtensionPage) -> Markup {
    html! {
        @if let Some(details) = &view.details {
            section.foreign aria-labelledby="details" {
                h2 #details { "What it is" }
                (rich_text(details))
            }
        }
        (pictures(view))
        @if let Some(changelog) = &view.changelog {
            section.foreign aria-labelledby="changes" {
                h2 #changes { "What is new" }
                (rich_text(changelog))
            }
        }
        @if view.details.is_none() && view.changelog.is_none() && view.screenshots.is_empty() {
            p.quiet { "It says no more of itself than this." }
        }
        @if let Some(row) = &view.row {
            (going_back(row))
            (removing(row))
        }
    }
}

fn pictures(view: &ExtensionPage) -> Markup {
    let shots = &view.screenshots;
    let hosts = view.picture_hosts();
    html! {
        @if !shots.is_empty() {
            section aria-labelledby="pictures" {
                h2 #pictures { "Pictures" }
                @if shots.iter().any(|shot| shot.shown_at.is_some()) {
                    ul.pictures { @for shot in shots { li { (picture(shot)) } } }
                } @else {
                    p.quiet {
                        "They are on " @for (index, host) in hosts.iter().enumerate() {
                            @if index > 0 { ", " } bdi { (host) }
                        } ". Nothing is asked of anybody there before you want to see them."
                    }
                    p { a.button href={ (address::with_query(&address::extension(&view.face.id), &[("pictures", "show")])) "#pictures" } { "Show pictures" } }
                    ul.links { @for shot in shots { li { (link(&shot.link)) } } }
                }
            }
        }
    }
}

/// One picture, with a link to where it is; the link alone where this service would not ask there.
fn picture(shot: &Screenshot) -> Markup {
    html! {
        figure {
            @if let Some(address) = &shot.shown_at {
                a href=(shot.link.url) rel="noopener noreferrer nofollow" target="_blank" {
                    img src=(address) alt=(shot.link.title) loading="lazy";
                }
            }
            figcaption { (link(&shot.link)) }
        }
    }
}

fn side(view: &ExtensionPage) -> Markup {
    html! {
        section aria-labelledby="able" {
            h2 #able { "What it can do" }
            @match &view.permissions {
                Some(lines) => (parts::permissions(lines)),
                None => p.quiet { "That stands in its files. You are told when they are here, and asked before it is installed." },
            }
        }
        @if !view.facts.is_empty() {
            section aria-labelledby="facts" {
                h2 #facts { "Facts" }
                dl.facts {
                    @for (name, value) in &view.facts {
                        div { dt { (name) } dd { bdi { (value) } } }
                    }
                }
            }
        }
        @if !view.releases.is_empty() { (releases(view)) }
        @if !view.links.is_empty() {
            section aria-labelledby="links" {
                h2 #links { "Links" }
                (links(&view.links))
            }
        }
    }
}

fn releases(view: &ExtensionPage) -> Markup {
    html! {
        section aria-labelledby="releases" {
            h2 #releases { "Releases" }
            ol.releases {
                @for release in &view.releases { (self::release(release, view)) }
            }
            @if let Some(more) = view.and_more() { p.quiet { (more) } }
        }
    }
}

fn release(release: &ReleaseRow, view: &ExtensionPage) -> Markup {
    let is_refused = !release.reasons.is_empty();
    let button = html! { button.small aria-label={ "Install " (release.version) } { "Install" } };
    html! {
        li.refused[is_refused] {
            span.version { bdi { (release.version) } }
            @if release.is_installed {
                span.state.installed { "Installed" }
            } @else if is_refused {
                span.state.unfit { "Refused" }
            } @else {
                (parts::act("/install", &view.face.id, &[("tag", &release.version)], &button))
            }
            @if is_refused { p { (parts::reasons(&release.reasons)) } }
            @for note in &release.notes { p { (parts::code_in(note)) } }
        }
    }
}

fn links(links: &[Link]) -> Markup {
    html! {
        ul.links {
            @for link in links { li { (self::link(link)) } }
        }
    }
}

fn link(link: &Link) -> Markup {
    html! {
        a href=(link.url) rel="noopener noreferrer nofollow" target="_blank" { bdi { (link.title) } }
        " " span.host { bdi { (link.host) } }
    }
}

//! What all pages have around them.

use maud::{DOCTYPE, Markup, html};

use super::parts::{Symbol, symbol};
use crate::pages::address;
use crate::pages::assets::{ASSETS, Asset};

/// The pages that the navigation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// What there is.
    Marketplace,
    /// What is installed.
    Installed,
    /// What was done.
    Activity,
    /// What is configured.
    Settings,
}

impl Place {
    const ALL: [Self; 4] = [Self::Marketplace, Self::Installed, Self::Activity, Self::Settings];

    fn address(self) -> &'static str {
        match self {
            Self::Marketplace => address::MARKETPLACE,
            Self::Installed => address::INSTALLED,
            Self::Activity => address::ACTIVITY,
            Self::Settings => address::SETTINGS,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Marketplace => "Marketplace",
            Self::Installed => "Installed",
            Self::Activity => "Activity",
            Self::Settings => "Settings",
        }
    }

    fn symbol(self) -> Symbol {
        match self {
            Self::Marketplace => Symbol::Compass,
            Self::Installed => Symbol::Crate,
            Self::Activity => Symbol::Log,
            Self::Settings => Symbol::Wheel,
        }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word in the cookie and the form.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of that word; the system's for any other.
    pub(crate) fn read(word: &str) -> Self {
        let known = Self::ALL.into_iter().find(|theme| theme.word() == word);
        known.unwrap_or_default()
    }

    fn symbol(self) -> Symbol {
        match self {
            Self::System => Symbol::Screen,
            Self::Light => Symbol::Sun,
            Self::Dark => Symbol::Moon,
        }
    }
}

/// What surrounds the content of one page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frame {
    /// What stands in the browser's tab before the program's name.
    pub(crate) title: String,
    /// Where in the navigation the page is.
    pub(crate) place: Option<Place>,
    /// Light or dark.
    pub(crate) theme: Theme,
    /// How many updates wait.
    pub(crate) updates: usize,
    /// The scripts that the page profits from, besides those that every page has.
    pub(crate) scripts: Vec<&'static Asset>,
    /// Whether a browser without scripts asks for the page again after some seconds.
    pub(crate) is_live: bool,
}

/// A whole page.
pub(crate) fn page(frame: &Frame, content: &Markup) -> Markup {
    let assets = &*ASSETS;
    html! {
        (DOCTYPE)
        html lang="en" data-theme=(frame.theme.word()) {
            head {
                meta charset="utf-8";
                title { (frame.title) " · Outrigger" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" href=(assets.icon.address()) type="image/svg+xml";
                link rel="stylesheet" href=(assets.style.address());
                @if frame.is_live {
                    noscript { meta http-equiv="refresh" content="2"; }
                }
                script type="module" src=(assets.theme.address()) {}
                script type="module" src=(assets.live.address()) {}
                @for script in &frame.scripts {
                    script type="module" src=(script.address()) {}
                }
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                (header(frame))
                main #main tabindex="-1" { (content) }
                (footer(frame))
            }
        }
    }
}

fn header(frame: &Frame) -> Markup {
    html! {
        header.top {
            div.wide {
                a.brand href="/" { (symbol(Symbol::Outrigger)) span { "Outrigger" } }
                nav aria-label="Pages" {
                    ul {
                        @for place in Place::ALL {
                            li {
                                a href=(place.address()) aria-current=[(frame.place == Some(place)).then_some("page")] {
                                    (symbol(place.symbol()))
                                    span { (place.name()) }
                                    @if place == Place::Installed && frame.updates > 0 {
                                        span.count { (frame.updates) span.unseen { " updates wait" } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn footer(frame: &Frame) -> Markup {
    html! {
        footer.wide {
            p { "Outrigger " (env!("CARGO_PKG_VERSION")) " · on this machine alone" }
            form.theme action="/theme" method="post" aria-label="Colours" data-theme-form {
                @for theme in Theme::ALL {
                    button name="theme" value=(theme.word()) aria-pressed=(theme == frame.theme) {
                        (symbol(theme.symbol()))
                        span.unseen { "Colours: " (theme.word()) }
                    }
                }
            }
        }
    }
}

//! The pieces that pages share.

use maud::{Markup, PreEscaped, html};
use model::ExtensionId;
use model::permissions::{Level, PermissionLine};

use crate::pages::view::card::{Face, Standing};

/// The drawings of the pages, in one line weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    Outrigger,
    Compass,
    Crate,
    Log,
    Wheel,
    Screen,
    Sun,
    Moon,
    Search,
}

/// A drawing in the colour of the text; a reader of the page passes over it.
pub(super) fn symbol(symbol: Symbol) -> Markup {
    let strokes = match symbol {
        Symbol::Outrigger => {
            "<path d='M3 9.5c5 2.6 13 2.6 18 0-1.6 4-4.6 5.6-9 5.6S4.600 13.500 3 9.5Z'/><path d='M9 11.300v7.200M15 11.300v7.200M6.500 19.500c3.400 1 7.600 1 11 0'/><path d='M12 4v5.500'/>"
        }
        Symbol::Compass => "<circle cx='12' cy='12' r='9'/><path d='m15.500 8.500-2 5-5 2 2-5Z'/>",
        Symbol::Crate => {
            "<path d='M4 8.500 12 4l8 4.500v7L12 20l-8-4.500Z'/><path d='m4 8.500 8 4.500 8-4.500M12 13v7'/>"
        }
        Symbol::Log => {
            "<path d='M12 7v5l3.500 2'/><path d='M4.500 12a7.500 7.500 0 1 0 2.400-5.500L4.500 8.800M4.500 4.500v4.300h4.300'/>"
        }
        Symbol::Wheel => {
            "<circle cx='12' cy='12' r='6'/><circle cx='12' cy='12' r='1.800'/><path d='M12 2.500v7.700M12 13.800v7.700M2.500 12h7.700M13.800 12h7.700M5.300 5.300l5.400 5.400M13.300 13.300l5.400 5.400M18.700 5.300l-5.400 5.400M10.700 13.300l-5.400 5.400'/>"
        }
        Symbol::Screen => {
            "<rect x='3.500' y='5' width='17' height='11' rx='1.500'/><path d='M9 20h6M12 16v4'/>"
        }
        Symbol::Sun => {
            "<circle cx='12' cy='12' r='4'/><path d='M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600 7 7M17 17l1.400 1.400M18.400 5.600 17 7M7 17l-1.400 1.400'/>"
        }
        Symbol::Moon => "<path d='M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10Z'/>",
        Symbol::Search => "<circle cx='10.500' cy='10.500' r='6'/><path d='m15 15 5.500 5.500'/>",
    };
    html! {
        svg.symbol viewBox="0 0 24 24" aria-hidden="true" focusable="false" { (PreEscaped(strokes)) }
    }
}

/// The icon of an extension, or its flag. The title stands beside it, so neither says it again.
pub(super) fn face(face: &Face) -> Markup {
    let mark = &face.mark;
    html! {
        @match &face.icon {
            Some(address) => img.mark src=(address) alt="" width="48" height="48" loading="lazy" decoding="async";,
            None => span class={ "mark hue-" (mark.hue) " flag-" (mark.pattern) } aria-hidden="true" { (mark.letters) },
        }
    }
}

/// How it stands, in few words.
pub(super) fn standing(standing: &Standing) -> Markup {
    html! {
        @match standing {
            Standing::Offered { version } => span.state { (version) },
            Standing::Installed { version } => span.state.installed { "Installed " (version) },
            Standing::Update { from, to } => span.state.update { "Update " (from) " → " (to) },
            Standing::Held { version } => span.state.held { "Held at " (version) },
            Standing::Unfit { .. } => span.state.unfit { "Cannot run here" },
        }
    }
}

/// A form of one button, which does something to an extension.
pub(super) fn act(action: &str, id: &ExtensionId, fields: &[(&str, &str)], button: &Markup) -> Markup {
    html! {
        form action=(action) method="post" {
            input type="hidden" name="extension" value=(id);
            @for (name, value) in fields {
                input type="hidden" name=(name) value=(value);
            }
            (button)
        }
    }
}

/// What a release is able to do, the gravest first.
pub(super) fn permissions(lines: &[PermissionLine]) -> Markup {
    html! {
        @if lines.is_empty() {
            p.quiet { "Nothing in particular: it stays in its own containers and pages." }
        } @else {
            ul.permissions {
                @for line in lines {
                    li class=(level(line.level)) {
                        span.level { (level(line.level)) }
                        span { (code_in(&line.text)) }
                    }
                }
            }
        }
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Low => "low",
        Level::Medium => "medium",
        Level::High => "high",
    }
}

/// A sentence of ours in which foreign names stand between back-ticks.
pub(super) fn code_in(sentence: &str) -> Markup {
    html! {
        @for (position, part) in sentence.split('`').enumerate() {
            @if position % 2 == 0 { (part) } @else { code { bdi { (part) } } }
        }
    }
}

/// Sentences why something is refused.
pub(super) fn reasons(reasons: &[String]) -> Markup {
    html! {
        @for (position, reason) in reasons.iter().enumerate() {
            @if position > 0 { "; " }
            (code_in(reason))
        }
    }
}

/// The id as people read it: what everyone leaves out, in another colour.
pub(super) fn id(id: &ExtensionId) -> Markup {
    html! { code.id { (id) } }
}

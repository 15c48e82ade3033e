//! What is configured, and the allow-list.

use maud::{Markup, html};

use super::{notices, parts};
use crate::pages::view::settings::{AllowListView, Answer, Section, Setting, SettingsPage, Tested};

/// The content of the page.
pub(crate) fn settings(view: &SettingsPage) -> Markup {
    html! {
        div.wide.narrow {
            header.title {
                div {
                    h1 { "Settings" }
                    p { "Read from " code { (view.file) } ". What you change there is in force at once." }
                }
            }
            @if let Some(problem) = &view.problem { p.note.warning role="alert" { (parts::code_in(problem)) } }
            (allow_list(view))
            @for section in &view.sections { (self::section(section, view)) }
        }
    }
}

fn allow_list(view: &SettingsPage) -> Markup {
    let AllowListView { file, patterns } = &view.allow_list;
    html! {
        section.panel aria-labelledby="allow-list" {
            h2 #allow-list { "Allow-list" }
            @match patterns {
                None => {
                    p { "No list is configured: every repository may be installed, and a scan looks at what is installed alone. A list says what is an extension here; from its first pattern on only what it admits may be installed." }
                },
                Some(patterns) => {
                    @if let Some(file) = file { p.quiet { "Kept in " code { (file) } } }
                    @if patterns.is_empty() { p { "The list is empty: nothing may be installed." } }
                    ul.patterns { @for pattern in patterns { (self::pattern(pattern)) } }
                },
            }
            form.line action="/allow" method="post" {
                label for="pattern" { "Allow a repository, organisation or registry" }
                div {
                    input #pattern name="pattern" required placeholder="acme/whale" autocomplete="off" spellcheck="false" autocapitalize="none";
                    button { @if patterns.is_none() { "Begin the list" } @else { "Allow" } }
                }
            }
            form.line action="/settings" method="get" {
                label for="reference" { "Would this be allowed?" }
                div {
                    input #reference name="reference" required value=[view.tested.as_ref().map(|tested| &tested.text)] placeholder="acme/whale:1.2.0" autocomplete="off" spellcheck="false" autocapitalize="none";
                    button { "Test" }
                }
                @if let Some(tested) = &view.tested { (answer(tested)) }
            }
        }
    }
}

fn pattern(pattern: &str) -> Markup {
    html! {
        li {
            code { bdi { (pattern) } }
            form action="/disallow" method="post" {
                input type="hidden" name="pattern" value=(pattern);
                button.small aria-label={ "Remove " (pattern) } { "Remove" }
            }
        }
    }
}

fn answer(tested: &Tested) -> Markup {
    html! {
        @match &tested.answer {
            Answer::Allowed(Some(pattern)) => p.answer.yes role="status" { "Allowed by " code { bdi { (pattern) } } "." },
            Answer::Allowed(None) => p.answer.yes role="status" { "Allowed: there is no list." },
            Answer::Denied => p.answer.no role="status" { "Denied: no pattern admits it." },
            Answer::Unreadable(problem) => p.answer.no role="status" { "That is no reference: " (parts::code_in(problem)) },
        }
    }
}

/// What a table of the file is about; limits are many, and seldom looked at.
fn section(section: &Section, view: &SettingsPage) -> Markup {
    let rows = html! {
        dl.settings { @for setting in &section.settings { (self::setting(setting)) } }
    };
    html! {
        @if section.name == "limits" {
            details.panel {
                summary { h2 { "Limits" } span.quiet { "what guards against hostile images and registries" } }
                (rows)
            }
        } @else {
            section.panel id=(section.name) {
                h2 { (heading(&section.name)) }
                (rows)
                @if section.name == "notices" { (notices::test(view.notice.as_deref())) }
            }
        }
    }
}

fn heading(table: &str) -> &str {
    match table {
        "host" => "This desktop",
        "policy" => "Policy",
        "scan" => "Schedule",
        "updates" => "Automatic updates",
        "notices" => "Notices",
        "service" => "Service",
        "store" => "Disk",
        "registry" => "Registries",
        other => other,
    }
}

fn setting(setting: &Setting) -> Markup {
    html! {
        div.set[setting.line.is_some()] {
            dt { code { bdi { (setting.key) } } }
            dd {
                span { bdi { (setting.value) } }
                @match setting.line {
                    Some(line) => span.quiet { "line " (line) },
                    None => span.quiet { "default" },
                }
            }
        }
    }
}

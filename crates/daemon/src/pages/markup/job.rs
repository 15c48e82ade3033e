//! Jobs: on a page of their own, and on the pages that they are about.

use maud::{Markup, html};

use super::parts;
use crate::pages::address;
use crate::pages::view::job::{Bar, Job, Question, State};

/// The page of one job.
pub(crate) fn job(job: &Job) -> Markup {
    html! {
        div.wide.narrow {
            header.title { div { h1 { bdi { (job.title) } } } }
            (progress(job))
        }
    }
}

/// A job as it stands. Where a script runs, it is replaced while the job goes on.
pub(crate) fn progress(job: &Job) -> Markup {
    let heading = format!("job-{}", job.id);
    html! {
        section class={ "job " (word(&job.state)) } aria-labelledby=(heading)
            data-job=[job.is_open().then(|| address::job_stream(&job.id))] {
            h2 #(heading) { bdi { (job.title) } }
            p.step role="status" { (step(&job.state)) }
            @if job.is_open() { (bars(job)) }
            @for note in &job.notes { p.quiet { (parts::code_in(note)) } }
            (next(job))
        }
    }
}

fn word(state: &State) -> &'static str {
    match state {
        State::Running { .. } => "running",
        State::Asking(_) => "asking",
        State::Done { .. } => "done",
        State::Failed { .. } => "failed",
        State::Cancelled => "cancelled",
    }
}

fn step(state: &State) -> Markup {
    html! {
        @match state {
            State::Running { step } => (step),
            State::Asking(question) if question.is_more => "It asks for more than the installed release.",
            State::Asking(_) => "It will be able to do this on your machine.",
            State::Done { sentence } => (sentence),
            State::Failed { message, .. } => (parts::code_in(message)),
            State::Cancelled => "Cancelled. Nothing has changed.",
        }
    }
}

fn bars(job: &Job) -> Markup {
    html! {
        @if let Some(whole) = &job.whole { div.whole { (bar(whole)) } }
        @if !job.parts.is_empty() {
            details.parts open[job.parts.len() <= 6] {
                summary { "Layers" }
                ul { @for part in &job.parts { li { (bar(part)) } } }
            }
        }
    }
}

fn bar(bar: &Bar) -> Markup {
    html! {
        label {
            span { (bar.label) }
            span.quiet { (bar.words) }
            progress value=(bar.value) max=(bar.max) { (bar.words) }
        }
    }
}

fn next(job: &Job) -> Markup {
    html! {
        @match &job.state {
            State::Running { .. } => div.actions { (about("/cancel", job, &html! { button { "Cancel" } })) },
            State::Asking(question) => (asking(job, question)),
            State::Failed { help: Some(help), .. } => p.help { (parts::code_in(help)) },
            _ => {},
        }
    }
}

fn asking(job: &Job, question: &Question) -> Markup {
    html! {
        (parts::permissions(&question.lines))
        div.actions {
            (about("/agree", job, &html! { button.main { "Yes, go on" } }))
            (about("/cancel", job, &html! { button { "No" } }))
        }
    }
}

fn about(action: &str, job: &Job, button: &Markup) -> Markup {
    html! {
        form action=(action) method="post" {
            input type="hidden" name="job" value=(job.id);
            (button)
        }
    }
}

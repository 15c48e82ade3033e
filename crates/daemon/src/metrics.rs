//! What the service counts, in the text format of Prometheus.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;

/// Counters since the service started.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// By the first digit of the status, 1 to 5.
    answers: [AtomicU64; 5],
    done: AtomicU64,
    failed: AtomicU64,
    cancelled: AtomicU64,
}

/// What is true at this moment.
#[derive(Debug, Default)]
pub(crate) struct Gauges {
    pub(crate) installed: usize,
    pub(crate) updates: usize,
    pub(crate) unfinished_jobs: usize,
    /// In seconds since 1970.
    pub(crate) scanned_at: Option<i64>,
}

/// How a job ended.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ending {
    Done,
    Failed,
    Cancelled,
}

impl Metrics {
    pub(crate) fn count(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.answers.get(class) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn count_job(&self, ending: Ending) {
        let counter = match ending {
            Ending::Done => &self.done,
            Ending::Failed => &self.failed,
            Ending::Cancelled => &self.cancelled,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// The text that is scraped.
    pub(crate) fn text(&self, gauges: &Gauges) -> String {
        let mut text = Text::default();
        text.family(
            "outrigger_http_responses_total",
            "counter",
            "Answers by class of status.",
        );
        for (class, counter) in (1..).zip(&self.answers) {
            text.sample(
                "outrigger_http_responses_total",
                &format!("{{class=\"{class}xx\"}}"),
                counter.load(Ordering::Relaxed),
            );
        }
        text.family(
            "outrigger_jobs_total",
            "counter",
            "Finished jobs by how they ended.",
        );
        for (ending, counter) in [
            ("done", &self.done),
            ("failed", &self.failed),
            ("cancelled", &self.cancelled),
        ] {
            let labels = format!("{{ending=\"{ending}\"}}");
            text.sample("outrigger_jobs_total", &labels, counter.load(Ordering::Relaxed));
        }
        text.gauge(
            "outrigger_jobs_unfinished",
            "Jobs that wait or run.",
            gauges.unfinished_jobs,
        );
        text.gauge(
            "outrigger_extensions_installed",
            "Installed extensions.",
            gauges.installed,
        );
        text.gauge(
            "outrigger_updates_available",
            "Updates that the last scan found.",
            gauges.updates,
        );
        if let Some(scanned_at) = gauges.scanned_at {
            text.gauge(
                "outrigger_last_scan_timestamp_seconds",
                "When the last scan ended.",
                scanned_at,
            );
        }
        text.0
    }
}

#[derive(Default)]
struct Text(String);

impl Text {
    // Writing to a string cannot fail.
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.family(name, "gauge", help);
        self.sample(name, "", value);
    }
}

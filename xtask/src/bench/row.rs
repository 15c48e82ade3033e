//! A row of the table: what it measures, what it takes, and what came out.

use serde::{Deserialize, Serialize};

use super::bench::Bench;

/// One row of the table. A module below `rows` holds one, and `rows::ALL` lists it.
#[derive(Debug)]
pub(crate) struct Row {
    /// How it is named on the command line, as the heading of its section, and as the file of its plot.
    pub(crate) name: &'static str,
    /// What is measured, against whom, and how it is set up: a paragraph of Markdown.
    pub(crate) what: &'static str,
    /// What bounds our side of it, as a profile says: a paragraph of Markdown.
    pub(crate) bounded_by: &'static str,
    /// The distribution's packages that it starts programs of.
    pub(crate) needs: &'static [&'static str],
    /// How often everything is run unless the developer says it.
    pub(crate) runs: usize,
    /// Sets everything up, measures, and judges.
    pub(crate) measure: fn(&Bench) -> anyhow::Result<Measurement>,
}

/// What measuring a row gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Measurement {
    /// Every contestant's samples; ours come first.
    pub(crate) series: Vec<Series>,
    /// What is held against a target, or only told.
    pub(crate) marks: Vec<Mark>,
    /// What a reader has to know to understand this measurement, such as the sizes of what was used.
    pub(crate) notes: Vec<String>,
}

/// The samples of one contestant, in the order in which they were taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Series {
    /// Who: a short command line.
    pub(crate) name: String,
    /// What is counted.
    pub(crate) unit: Unit,
    /// One for each run; never empty.
    pub(crate) samples: Vec<f64>,
}

/// A figure that a row is judged by.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// What it is, for instance ``as fast as `curl | tar` ``.
    pub(crate) what: String,
    /// Its value.
    pub(crate) value: f64,
    /// What it is counted in.
    pub(crate) unit: Unit,
    /// What is to be reached.
    pub(crate) target: Target,
}

/// What a figure is held against.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Target {
    /// This much or more.
    AtLeast(f64),
    /// This much or less.
    AtMost(f64),
    /// Nothing: it is told because a reader wants to know.
    Told,
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unit {
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Bytes in a second.
    BytesPerSecond,
    /// Things.
    Count,
    /// Instructions that a processor executed.
    Instructions,
    /// How many times one is of another.
    Times,
    /// Hundredths.
    Percent,
}

impl Series {
    /// The middle one of the samples.
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.samples.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match sorted.len() {
            0 => f64::NAN,
            length if length % 2 == 1 => sorted[middle],
            _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
        }
    }

    /// The least and the greatest of the samples.
    pub(crate) fn range(&self) -> (f64, f64) {
        let least = self.samples.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self.samples.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (least, most)
    }
}

impl Mark {
    /// The median of our side.
    pub(crate) fn median_of(series: &Series, what: &str, target: Target) -> Self {
        Self {
            what: what.to_owned(),
            value: series.median(),
            unit: series.unit,
            target,
        }
    }

    /// How many times as fast as `peer` our side is, by the medians.
    pub(crate) fn times_as_fast(ours: &Series, peer: &Series, target: Target) -> Self {
        Self {
            what: format!("as fast as `{}`", peer.name),
            value: peer.median() / ours.median(),
            unit: Unit::Times,
            target,
        }
    }

    /// Whether its target is reached; one without target always is.
    pub(crate) fn is_reached(&self) -> bool {
        match self.target {
            Target::AtLeast(least) => self.value >= least,
            Target::AtMost(most) => self.value <= most,
            Target::Told => true,
        }
    }
}

impl Measurement {
    /// Whether every target is reached.
    pub(crate) fn is_reached(&self) -> bool {
        self.marks.iter().all(Mark::is_reached)
    }
}

impl Unit {
    /// A value with its unit, rounded to what a reader can use.
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Self::Seconds if value >= 1.0 => format!("{value:.2} s"),
            Self::Seconds if value >= 0.1 => format!("{:.0} ms", value * 1e3),
            Self::Seconds => format!("{:.1} ms", value * 1e3),
            Self::Bytes => bytes(value),
            Self::BytesPerSecond => format!("{}/s", bytes(value)),
            Self::Count => format!("{value:.0}"),
            Self::Instructions => format!("{:.2} million", value / 1e6),
            Self::Times => format!("{value:.2}×"),
            Self::Percent => format!("{value:.1} %"),
        }
    }
}

/// A count as a figure.
#[expect(
    clippy::cast_precision_loss,
    reason = "nothing that is counted here comes near to 2 to the power of 53"
)]
pub(crate) fn figure(count: u64) -> f64 {
    count as f64
}

fn bytes(value: f64) -> String {
    const UNITS: [&str; 4] = ["B", "KiB", "MiB", "GiB"];
    let mut value = value;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 {
        format!("{value:.0} B")
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, samples: &[f64]) -> Series {
        Series {
            name: name.to_owned(),
            unit: Unit::Seconds,
            samples: samples.to_vec(),
        }
    }

    #[test]
    fn one_slow_run_does_not_move_a_median() {
        assert!((series("a", &[1.0, 9.0, 1.2]).median() - 1.2).abs() < 1e-9);
        assert!((series("a", &[1.0, 2.0]).median() - 1.5).abs() < 1e-9);
    }

    #[test]
    fn a_mark_is_missed_only_on_the_wrong_side_of_its_target() {
        let (ours, peer) = (series("outrigger", &[1.0]), series("tar", &[2.4]));
        for (target, reached) in [
            (Target::AtLeast(2.4), true),
            (Target::AtLeast(2.5), false),
            (Target::AtMost(2.4), true),
            (Target::AtMost(2.3), false),
            (Target::Told, true),
        ] {
            let mark = Mark::times_as_fast(&ours, &peer, target);
            assert_eq!(mark.is_reached(), reached, "{target:?}");
        }
    }

    #[test]
    fn figures_are_shown_with_their_units() {
        let shown = [
            Unit::Seconds.show(1.234),
            Unit::Seconds.show(0.01234),
            Unit::Bytes.show(0.0),
            Unit::Bytes.show(48.0 * 1024.0 * 1024.0),
            Unit::BytesPerSecond.show(1.5 * 1024.0),
            Unit::Times.show(2.5),
            Unit::Percent.show(12.34),
            Unit::Count.show(500.0),
        ];
        let expected = [
            "1.23 s",
            "12.3 ms",
            "0 B",
            "48.0 MiB",
            "1.5 KiB/s",
            "2.50×",
            "12.3 %",
            "500",
        ];
        assert_eq!(shown, expected);
    }
}

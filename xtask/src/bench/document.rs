//! `docs/benchmarks.md`, written from what was recorded.

use std::fmt::Write as _;

use super::plot;
use super::record::{Record, Recorded};
use super::row::{Mark, Row, Series, Target};

const DOCUMENT: &str = "docs/benchmarks.md";
/// Where plots and record lie.
pub(super) const PLOTS: &str = "docs/benchmarks";

const INTRODUCTION: &str = "\
<!-- Written by `cargo xtask bench`. -->
# Benchmarks

Each row is measured by `cargo xtask bench ROW` against programs that do the same work, with real servers on the same machine. \
Everybody works in turns, a round without a clock first, and a figure is the ratio of medians, since times of different \
machines cannot be compared and ratios mostly can. What that does not show:

- Servers and clients share the cores, so that a server's work counts against everyone. Only the row `link` has a network that \
is slower than the machine.
- What is read was read shortly before, and comes from memory. What an install writes is flushed to disk, where a row does not \
say otherwise.
- Peers do not all do the same. `tar` writes files and checks nothing that is in them; `umoci` and `docker` unpack whole images. \
What each leaves out is told with its row.

`cargo xtask bench --check` measures everything, changes nothing, and fails where a target is missed. The samples of all runs stand \
in [record.json](benchmarks/record.json).
";

/// Writes the document and the plots.
pub(crate) fn write(rows: &[Row], record: &Record) -> anyhow::Result<()> {
    let recorded: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((row, record.find(row.name)?)))
        .collect();
    for (row, recorded) in &recorded {
        let svg = plot::svg(row.name, &recorded.measurement.series);
        fs_err::write(format!("{PLOTS}/{}.svg", row.name), svg)?;
    }
    let mut text = document(&recorded);
    text.push_str(&unmeasured(rows, record));
    fs_err::write(DOCUMENT, text)?;
    Ok(())
}

fn document(recorded: &[(&Row, &Recorded)]) -> String {
    let mut text = INTRODUCTION.to_owned();
    text.push_str(&table(recorded));
    text.push_str(&lost(recorded));
    for (row, recorded) in recorded {
        text.push_str(&section(row, recorded));
    }
    text
}

/// Every mark that has a target.
fn table(recorded: &[(&Row, &Recorded)]) -> String {
    let mut text = "\n| row | what | measured | to reach | |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for (row, recorded) in recorded {
        let judged = |mark: &&Mark| mark.target != Target::Told;
        for mark in recorded.measurement.marks.iter().filter(judged) {
            let verdict = if mark.is_reached() {
                "reached"
            } else {
                "**missed**"
            };
            // Writing to a string cannot fail, here and below.
            let _ = writeln!(
                text,
                "| [{name}](#{name}) | {} | {} | {} | {verdict} |",
                cell(&mark.what),
                mark.unit.show(mark.value),
                aim(mark),
                name = row.name,
            );
        }
    }
    text
}

/// The rows of which nothing is recorded yet.
fn unmeasured(rows: &[Row], record: &Record) -> String {
    let missing = rows.iter().filter(|row| record.find(row.name).is_none());
    let missing: Vec<_> = missing.map(|row| format!("`{}`", row.name)).collect();
    if missing.is_empty() {
        return String::new();
    }
    format!("\n## Not recorded yet\n\n{}\n", missing.join(", "))
}

/// What is missed, and who is faster than we are.
fn lost(recorded: &[(&Row, &Recorded)]) -> String {
    let mut lines = String::new();
    for (row, recorded) in recorded {
        for mark in &recorded.measurement.marks {
            let is_slower =
                mark.unit == super::row::Unit::Times && mark.what.starts_with("as fast") && mark.value < 1.0;
            if is_slower || !mark.is_reached() {
                let _ = writeln!(
                    lines,
                    "- [{name}](#{name}): {} {}{}",
                    mark.what,
                    mark.unit.show(mark.value),
                    match mark.target {
                        Target::Told => String::new(),
                        _ => format!(", to reach {}", aim(mark)),
                    },
                    name = row.name,
                );
            }
        }
    }
    if lines.is_empty() {
        "No recorded row is missed, and no peer is faster.\n".clone_into(&mut lines);
    }
    format!("\n## Where we lose\n\n{lines}")
}

fn section(row: &Row, recorded: &Recorded) -> String {
    let Recorded {
        surroundings,
        measurement,
    } = recorded;
    let mut text = format!(
        "\n## {name}\n\n{what}\n\n![{name}](benchmarks/{name}.svg)\n\n\
         | who | median | least | most | runs |\n| --- | --- | --- | --- | --- |\n",
        name = row.name,
        what = row.what,
    );
    for series in &measurement.series {
        text.push_str(&contestant(series));
    }
    text.push('\n');
    for mark in &measurement.marks {
        let aim = match mark.target {
            Target::Told => String::new(),
            _ => format!(" (to reach: {})", aim(mark)),
        };
        let _ = writeln!(text, "- {}: {}{aim}", mark.what, mark.unit.show(mark.value));
    }
    for note in &measurement.notes {
        let _ = writeln!(text, "- {note}");
    }
    let _ = writeln!(
        text,
        "\n**What bounds it.** {}\n\nMeasured on {}: {}. {}.",
        row.bounded_by,
        surroundings.date,
        surroundings.machine,
        surroundings.versions.join(", "),
    );
    text
}

fn contestant(series: &Series) -> String {
    let (least, most) = series.range();
    format!(
        "| `{}` | {} | {} | {} | {} |\n",
        cell(&series.name),
        series.unit.show(series.median()),
        series.unit.show(least),
        series.unit.show(most),
        series.samples.len(),
    )
}

fn aim(mark: &Mark) -> String {
    match mark.target {
        Target::AtLeast(least) => format!("≥ {}", mark.unit.show(least)),
        Target::AtMost(most) => format!("≤ {}", mark.unit.show(most)),
        Target::Told => String::new(),
    }
}

/// Text that does not end a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::row::{Measurement, Unit};
    use crate::bench::surroundings::Surroundings;

    const ROW: Row = Row {
        name: "install",
        what: "An install.",
        bounded_by: "The disk.",
        needs: &[],
        runs: 1,
        measure: |_| anyhow::bail!("not measured here"),
    };

    fn recorded(value: f64, target: Target) -> Recorded {
        Recorded {
            surroundings: Surroundings {
                date: "2026-11-29".to_owned(),
                machine: "2 cores".to_owned(),
                versions: vec!["curl 7".to_owned()],
            },
            measurement: Measurement {
                series: vec![Series {
                    name: "curl | tar".to_owned(),
                    unit: Unit::Seconds,
                    samples: vec![1.0],
                }],
                marks: vec![Mark {
                    what: "as fast as `curl | tar`".to_owned(),
                    value,
                    unit: Unit::Times,
                    target,
                }],
                notes: vec!["6 layers".to_owned()],
            },
        }
    }

    #[test]
    fn a_missed_row_stands_in_the_table_and_among_the_lost_ones() {
        let text = document(&[(&ROW, &recorded(2.0, Target::AtLeast(2.5)))]);
        let row = "| [install](#install) | as fast as `curl \\| tar` | 2.00× | ≥ 2.50× | **missed** |";
        assert!(text.contains(row), "{text}");
        assert!(
            text.contains("- [install](#install): as fast as `curl | tar` 2.00×, to reach ≥ 2.50×"),
            "{text}"
        );
    }

    #[test]
    fn a_peer_that_is_faster_is_told_though_nothing_was_to_be_reached() {
        let text = lost(&[(&ROW, &recorded(0.9, Target::Told))]);
        assert!(text.contains("as fast as `curl | tar` 0.90×"), "{text}");
        let text = lost(&[(&ROW, &recorded(1.1, Target::Told))]);
        assert!(text.contains("no peer is faster"), "{text}");
    }
}

//! The table in `docs/reliability.md`.

use std::collections::BTreeMap;

use anyhow::Context as _;

use super::outcome::Outcome;

const DOCUMENT: &str = "docs/reliability.md";
/// The lines between which the table stands.
const BEGIN: &str = "<!-- written by `cargo xtask fuzz --record` -->\n";
const END: &str = "<!-- until here -->\n";
const HEAD: &str = "\
| target | minutes | inputs | a second | edges reached | features | inputs kept |
| --- | --- | --- | --- | --- | --- | --- |
";

/// Replaces the rows of these targets; the others stay as they are.
pub(super) fn record(outcomes: Vec<(String, Outcome)>) -> anyhow::Result<()> {
    let document = fs_err::read_to_string(DOCUMENT)?;
    let new = with_rows(&document, outcomes)
        .with_context(|| format!("{DOCUMENT} has no place for the table: {BEGIN}{END}"))?;
    fs_err::write(DOCUMENT, new)?;
    Ok(())
}

fn with_rows(document: &str, outcomes: Vec<(String, Outcome)>) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (old, after) = rest.split_once(END)?;
    let rows = old.strip_prefix(HEAD).unwrap_or_default().lines();
    let name = |row: &str| row.split('`').nth(1).map(str::to_owned);
    let mut rows: BTreeMap<_, _> = rows
        .filter_map(|row| Some((name(row)?, format!("{row}\n"))))
        .collect();
    rows.extend(
        outcomes
            .into_iter()
            .map(|(name, outcome)| (name.clone(), row(&name, &outcome))),
    );
    let rows: String = rows.into_values().collect();
    Some(format!("{before}{BEGIN}{HEAD}{rows}{END}{after}"))
}

fn row(name: &str, outcome: &Outcome) -> String {
    format!(
        "| `{name}` | {} | {} | {} | {} of {} | {} | {} |\n",
        outcome.seconds / 60,
        grouped(outcome.executions),
        grouped(outcome.rate()),
        grouped(outcome.edges),
        grouped(outcome.counters),
        grouped(outcome.features),
        grouped(outcome.corpus),
    )
}

/// A number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTCOME: Outcome = Outcome {
        seconds: 725,
        executions: 1_234_567,
        edges: 604,
        features: 1613,
        counters: 11_203,
        corpus: 230,
    };
    const ROW: &str = "| `tar` | 12 | 1,234,567 | 1,702 | 604 of 11,203 | 1,613 | 230 |\n";

    #[test]
    fn the_rows_of_targets_that_ran_are_replaced_and_others_kept() {
        let other = "| `b` | 10 | 1 | 1 | 1 of 1 | 1 | 1 |\n";
        let old = format!("before\n{BEGIN}{HEAD}{other}| `tar` | 1 |\n{END}after\n");
        let new = with_rows(&old, vec![("tar".to_owned(), OUTCOME)]).unwrap();
        assert_eq!(new, format!("before\n{BEGIN}{HEAD}{other}{ROW}{END}after\n"));
    }

    #[test]
    fn the_first_table_needs_only_its_place() {
        let new = with_rows(&format!("{BEGIN}{END}"), vec![("tar".to_owned(), OUTCOME)]).unwrap();
        assert_eq!(new, format!("{BEGIN}{HEAD}{ROW}{END}"));
        assert_eq!(with_rows("no place", Vec::new()), None);
    }
}

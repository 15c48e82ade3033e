//! Tables.

use comfy_table::{ContentArrangement, Table};
use model::text::printable;

/// The longest cell, in characters; cells hold foreign text.
const CELL: usize = 200;

/// Lays out rows under headings, without lines, so that scripts can cut columns too.
pub(crate) fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings);
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell, CELL)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// A number of bytes for people, in the units of 1000 that disks and links are sold in.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if count < 1000 {
        return format!("{count} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut rest = count as f64 / 1000.0;
    let mut unit = 0;
    while rest >= 999.5 && unit + 1 < UNITS.len() {
        rest /= 1000.0;
        unit += 1;
    }
    let decimals = usize::from(rest < 99.95);
    format!("{rest:.decimals$} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_are_told_in_three_digits() {
        let told = [0, 999, 1000, 1_234_567, 99_950, 999_999, 12_345_678_900].map(bytes);
        assert_eq!(
            told,
            ["0 B", "999 B", "1.0 kB", "1.2 MB", "100 kB", "1.0 MB", "12.3 GB"]
        );
    }
}

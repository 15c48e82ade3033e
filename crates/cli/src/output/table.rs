//! Tables.

use std::borrow::Cow;

use model::text::printable;
use unicode_width::UnicodeWidthStr as _;

/// The longest cell, in characters; cells hold foreign text.
const CELL: usize = 200;

/// How many columns of the terminal are free between two columns of a table.
const GAP: usize = 2;

/// Lays out rows under headings, without lines, so that scripts can cut columns too.
pub(crate) fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let headings = headings.iter().map(|&heading| Cell::new(heading)).collect();
    let rows = rows
        .into_iter()
        .map(|row| row.into_iter().map(Cell::new).collect());
    let lines: Vec<Vec<Cell>> = std::iter::once(headings).chain(rows).collect();
    let widths = widths(&lines);
    let mut text = String::new();
    for line in &lines {
        if !text.is_empty() {
            text.push('\n');
        }
        let mut free = 0;
        for (cell, width) in line.iter().zip(&widths) {
            // No line ends in blanks, so those before a cell are written with it.
            if cell.width > 0 {
                text.extend(std::iter::repeat_n(' ', free));
                text.push_str(&cell.text);
                free = 0;
            }
            free += width - cell.width + GAP;
        }
    }
    text
}

/// How wide each column is: as its widest cell.
fn widths(lines: &[Vec<Cell>]) -> Vec<usize> {
    let mut widths = Vec::new();
    for line in lines {
        widths.resize(line.len().max(widths.len()), 0);
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.width.max(*width);
        }
    }
    widths
}

/// A text and the columns of a terminal that it takes.
struct Cell {
    text: String,
    width: usize,
}

impl Cell {
    fn new<'a>(text: impl Into<Cow<'a, str>>) -> Self {
        let text = printable(text, CELL);
        // What is printable and ASCII has one column for each byte.
        let width = if text.is_ascii() { text.len() } else { text.width() };
        Self { text, width }
    }
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_stand_below_each_other_whatever_script_they_are_in() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [
            row(["acme/whale", "\u{1f40b} 鯨", "ok"]),
            row(["x", "", "held"]),
            row(["a\u{1b}[31m", "e\u{301}", ""]),
        ];
        let shown = table(&["ID", "TITLE", "STATUS"], rows);
        let expected = [
            "ID           TITLE  STATUS",
            "acme/whale   \u{1f40b} 鯨  ok",
            "x                   held",
            "a\\u{1b}[31m  e\u{301}",
        ];
        assert_eq!(shown.lines().collect::<Vec<_>>(), expected);
    }
}

//! The few styles that are used, and nothing else.

use anstyle::{AnsiColor, Style};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Emphasised text.
pub(crate) fn bold(text: &str) -> String {
    format!("{BOLD}{text}{BOLD:#}")
}

/// Text that may be overlooked.
pub(crate) fn dim(text: &str) -> String {
    format!("{DIM}{text}{DIM:#}")
}

/// What went well.
pub(crate) fn good(text: &str) -> String {
    coloured(AnsiColor::Green, text)
}

/// What deserves a look.
pub(crate) fn notable(text: &str) -> String {
    coloured(AnsiColor::Yellow, text)
}

/// What is refused or failed.
pub(crate) fn bad(text: &str) -> String {
    coloured(AnsiColor::Red, text)
}

/// A line that warns.
pub(crate) fn warning(message: &str) -> String {
    format!("{}: {message}", notable("warning"))
}

fn coloured(colour: AnsiColor, text: &str) -> String {
    let style = colour.on_default();
    format!("{style}{text}{style:#}")
}

//! The longest files: a report, not a gate. A long table reads well; a drawer that everything fell into does not.

/// Files longer than this, in lines, are named.
const NOTEWORTHY: usize = 500;

/// Prints the Rust files that are longer than is comfortable, longest first.
pub(super) fn report() -> anyhow::Result<()> {
    let mut long = Vec::new();
    let sources = crate::rust_files::list()?;
    for file in &sources {
        let lines = fs_err::read_to_string(file)?.lines().count();
        if lines > NOTEWORTHY {
            long.push((lines, file));
        }
    }
    long.sort_unstable_by(|one, other| other.cmp(one));
    println!(
        "report   lengths   {} of {} files have more than {NOTEWORTHY} lines",
        long.len(),
        sources.len()
    );
    for (lines, file) in long {
        println!("         - {lines:>5} {}", file.display());
    }
    Ok(())
}

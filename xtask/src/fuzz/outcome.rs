//! What libFuzzer says of a run.

use std::fmt;

/// The figures of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Seconds on the clock.
    pub(super) seconds: u64,
    /// Inputs that were run.
    pub(super) executions: u64,
    /// How many of the program's branches were taken at least once.
    pub(super) edges: u64,
    /// Branches told apart by how often an input takes them, and comparisons by how near they come.
    pub(super) features: u64,
    /// How many branches the program has, of all libraries that are linked into it.
    pub(super) counters: u64,
    /// Inputs that were kept, because each reaches something that no other does.
    pub(super) corpus: u64,
}

impl Outcome {
    /// Reads the log of a run that came to its end; `None` where it lacks one of the figures.
    pub(super) fn read(log: &str) -> Option<Self> {
        let counters = log
            .lines()
            .find_map(|line| line.split_once(" inline 8-bit counters)"))?;
        let done = log.lines().rfind(|line| line.contains("\tDONE "))?;
        let ran = log.lines().rfind(|line| line.starts_with("Done "))?;
        Some(Self {
            seconds: after(ran, "runs in ")?,
            executions: after(ran, "Done ")?,
            edges: after(done, "cov: ")?,
            features: after(done, "ft: ")?,
            counters: counters.0.rsplit('(').next()?.parse().ok()?,
            corpus: after(done, "corp: ")?,
        })
    }

    /// Inputs in a second.
    pub(super) fn rate(&self) -> u64 {
        self.executions / self.seconds.max(1)
    }
}

/// The number behind a word.
fn after(line: &str, word: &str) -> Option<u64> {
    let (_, rest) = line.split_once(word)?;
    let number = rest.split(|char: char| !char.is_ascii_digit()).next()?;
    number.parse().ok()
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:>4} s {:>10} inputs {:>7}/s, {:>5} edges of {}, {:>6} features, {:>5} kept",
            self.seconds,
            self.executions,
            self.rate(),
            self.edges,
            self.counters,
            self.features,
            self.corpus
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_found_in_a_log() {
        let log = "\
INFO: Running with entropic power schedule (0xFF, 100).
INFO: Seed: 1829171571
INFO: Loaded 1 modules   (11203 inline 8-bit counters): 11203 [0x5a2f, 0x5a61), \n\
INFO: Loaded 1 PC tables (11203 PCs): 11203 [0x5a61,0x5d1d), \n\
#2\tINITED cov: 240 ft: 241 corp: 1/6b exec/s: 0 rss: 40Mb
#65536\tpulse  cov: 601 ft: 1590 corp: 221/5103b lim: 652 exec/s: 32768 rss: 51Mb
#131072\tDONE   cov: 604 ft: 1613 corp: 230/5500b lim: 1290 exec/s: 32768 rss: 55Mb
Done 131072 runs in 4 second(s)
stat::number_of_executed_units: 131072
";
        let expected = Outcome {
            seconds: 4,
            executions: 131_072,
            edges: 604,
            features: 1613,
            counters: 11_203,
            corpus: 230,
        };
        assert_eq!(Outcome::read(log), Some(expected));
        assert_eq!(expected.rate(), 32_768);
    }

    #[test]
    fn a_log_without_an_end_has_no_outcome() {
        let log = "INFO: Loaded 1 modules   (11203 inline 8-bit counters): 11203 [0x5a2f, 0x5a61)\nALARM: working on the last Unit";
        assert_eq!(Outcome::read(log), None);
    }
}

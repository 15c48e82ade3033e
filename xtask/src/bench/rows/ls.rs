//! The row `ls`.

use super::many;
use crate::bench::row::Row;

pub(super) const ROW: Row = Row {
    name: "ls",
    what: "`outrigger ls` with 200 small extensions installed, in one generation each; a scan has found a newer release of each. \
           `outrigger version` beside it is what the process itself costs. There is no peer: no other program lists extensions \
           without a service that has them in memory.",
    bounded_by: "Two fifths of the time is what any process of this program takes, nearly all of it page faults: of 540 in all \
                 (`perf record -e page-faults`) 150 are the loader's, which relocates 565 KB of tables, two fifths of them the \
                 names of HTML's entities. Of 11 million instructions (callgrind, without the SHA-256 of one file) three tenths \
                 read the overview and look at each activation file, as many look for the folders and compare with what the \
                 scan found, and a quarter is the table. The rest is the kernel's, which looks for a file and a folder for each \
                 extension. On two threads of one AMD core runs of one day gave 9.4 to 11.8 ms, while `version` beside them took \
                 3.8 to 5.3 ms: a machine that is shared is not always as fast. Two threads were slower than one there. A \
                 program at a fixed address would spare the loader's part, and the protection that a random one gives.",
    needs: &[],
    runs: 60,
    measure: |bench| many::list(bench, 1),
};

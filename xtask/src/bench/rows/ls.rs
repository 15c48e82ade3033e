//! The row `ls`.

use super::many;
use crate::bench::row::Row;

pub(super) const ROW: Row = Row {
    name: "ls",
    what: "`outrigger ls` with 200 small extensions installed, in one generation each; a scan has found a newer release of each. \
           `outrigger version` beside it is what the process itself costs. There is no peer: no other program lists extensions \
           without a service that has them in memory.",
    bounded_by: "Of 27 million instructions (callgrind) half read activation files, a sixth lay out the table, a tenth \
                 compare with what the scan found. That is half of the time; the other half is the kernel's, which starts \
                 the process, and opens, reads and closes a file and looks for a folder for each extension. Two threads \
                 were slower than one on two processors that share a core.",
    needs: &[],
    runs: 60,
    measure: |bench| many::list(bench, 1),
};

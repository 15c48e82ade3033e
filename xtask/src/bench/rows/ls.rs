//! The row `ls`.

use super::many;
use crate::bench::row::Row;

pub(super) const ROW: Row = Row {
    name: "ls",
    what: "`outrigger ls` with 200 small extensions installed, in one generation each; a scan has found a newer release of each. \
           `outrigger version` beside it is what the process itself costs. There is no peer: no other program lists extensions \
           without a service that has them in memory.",
    bounded_by: "By everything a little: of the samples of a profile (`perf record`), a third is in this program, most of that the parsing \
                 of activation files, a quarter in the allocator and in copies of memory, and the rest in the kernel, which starts the \
                 process and opens, reads and closes a file for each extension.",
    needs: &[],
    runs: 60,
    measure: |bench| many::list(bench, 1),
};

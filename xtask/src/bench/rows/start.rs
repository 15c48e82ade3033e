//! The row `start`.

use super::many;
use crate::bench::row::Row;

pub(super) const ROW: Row = Row {
    name: "start",
    what: "The row `ls` with three generations of each of the 200 extensions: what every command does first that looks at everything \
           installed.",
    bounded_by: "As the row `ls`: what is in use stands in the overview, and the generations beside it are not read.",
    needs: &[],
    runs: 60,
    measure: |bench| many::list(bench, 3),
};

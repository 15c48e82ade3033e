//! The row `binary`.

use std::process::Command;

use testkit::Folder;

use crate::bench::bench::{self, Bench};
use crate::bench::row::{Mark, Measurement, Row, Series, Target, Unit, figure};

pub(super) const ROW: Row = Row {
    name: "binary",
    what: "The size of the program, without the tables for debuggers (`strip`): it is the command line, the service with its pages, and the \
           registry of the demo. There is no peer: the size is what somebody downloads.",
    bounded_by: "By code: 19 MB of 25.6 MB are instructions and 3 MB the tables for unwinding, most of it functions that are made anew for each \
                 type that they are used with. The list of public suffixes is 0.7 MB of that, relocations are 1 MB.",
    needs: &["binutils"],
    runs: 1,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let folder = Folder::new();
    let stripped = folder.path().join("outrigger");
    let mut strip = Command::new("/usr/bin/strip");
    strip.args(["--strip-all", "-o", stripped.as_str(), bench.binary.as_str()]);
    bench::time(&mut strip)?;
    let size = Series {
        name: "outrigger".to_owned(),
        unit: Unit::Bytes,
        samples: vec![figure(fs_err::metadata(&stripped)?.len())],
    };
    let mark = Mark {
        what: "the program, stripped".to_owned(),
        value: size.median(),
        unit: Unit::Bytes,
        target: Target::AtMost(25_000_000.0),
    };
    Ok(Measurement {
        series: vec![size],
        marks: vec![mark],
        notes: Vec::new(),
    })
}

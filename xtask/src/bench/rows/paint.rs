//! The row `paint`.

use testkit::{Browser, Service};

use super::many;
use crate::bench::bench::Bench;
use crate::bench::row::{Mark, Measurement, Row, Series, Target, Unit};

const EXTENSIONS: usize = 1000;

/// Within how many seconds a page is to show something.
const LONGEST: f64 = 0.150;

pub(super) const ROW: Row = Row {
    name: "paint",
    what: "The marketplace with 1,000 extensions in Chromium without a screen, over loopback: from the beginning of the navigation until \
           something of the page is painted (`first-contentful-paint`), as the browser counts it. Styles and scripts are in the browser's cache, as on \
           every visit but the first; the page itself is asked for each time.",
    bounded_by: "Not profiled yet.",
    needs: &["chromium", "chromium-driver"],
    runs: 21,
    measure,
};

fn measure(bench: &Bench) -> anyhow::Result<Measurement> {
    let outrigger = many::known(bench, EXTENSIONS)?;
    let service = Service::start(&outrigger, &["--offline"]);
    let browser = Browser::start()?;
    let page = |path: &str| format!("http://{}{path}", service.authority());
    // The first visit brings what is cached.
    browser.open(&page(&service.link()));
    let painted = Series {
        name: "the marketplace is painted".to_owned(),
        unit: Unit::Seconds,
        samples: (0..bench.runs)
            .map(|_| browser.first_paint(&page("/")) / 1000.0)
            .collect(),
    };
    let size = service.ask("GET", "/").now().gives(200).body.len();
    let what = format!("first paint of the marketplace with {EXTENSIONS} extensions");
    let mark = Mark::median_of(&painted, &what, Target::AtMost(LONGEST));
    Ok(Measurement {
        series: vec![painted],
        marks: vec![mark],
        notes: vec![format!(
            "The page is {size} bytes of HTML; more cards come when a person scrolls to them."
        )],
    })
}

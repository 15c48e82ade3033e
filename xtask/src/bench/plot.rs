//! A row as a drawing: a bar for the median of each contestant, with the range of its runs.

use std::fmt::Write as _;

use super::row::Series;

const WIDTH: f64 = 720.0;
const BAR: f64 = 18.0;
/// From one contestant to the next.
const STEP: f64 = 46.0;
const MARGIN: f64 = 12.0;
/// Kept free on the right for the figure of the longest bar.
const FIGURE: f64 = 90.0;

/// The drawing as SVG. It has its own background, so that it can be read on light and dark pages.
pub(crate) fn svg(title: &str, series: &[Series]) -> String {
    let longest = series
        .iter()
        .map(|series| series.range().1)
        .fold(f64::MIN_POSITIVE, f64::max);
    let scale = (WIDTH - 2.0 * MARGIN - FIGURE) / longest;
    let mut bars = String::new();
    let mut top = MARGIN;
    for (index, series) in series.iter().enumerate() {
        let color = if index == 0 { "#0f766e" } else { "#94a3b8" };
        bar(&mut bars, series, top, scale, color);
        top += STEP;
    }
    let height = top + MARGIN / 2.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>{}</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         {bars}</svg>\n",
        escaped(title)
    )
}

fn bar(svg: &mut String, series: &Series, top: f64, scale: f64, color: &str) {
    let median = series.median();
    let (least, most) = series.range();
    let at = |value: f64| MARGIN + value * scale;
    let (bar_top, middle) = (top + BAR, top + BAR * 1.5);
    // Writing to a string cannot fail.
    let _ = writeln!(
        svg,
        "<text x=\"{MARGIN}\" y=\"{:.1}\" fill=\"#1e293b\">{}</text>",
        top + 12.0,
        escaped(&series.name)
    );
    let _ = writeln!(
        svg,
        "<rect x=\"{MARGIN}\" y=\"{bar_top:.1}\" width=\"{:.1}\" height=\"{BAR}\" fill=\"{color}\"/>",
        (median * scale).max(1.0)
    );
    let _ = writeln!(
        svg,
        "<path d=\"M{:.1} {middle:.1}H{:.1}\" stroke=\"#1e293b\"/>",
        at(least),
        at(most)
    );
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"#1e293b\">{}</text>",
        at(most) + 8.0,
        middle + 4.0,
        escaped(&series.unit.show(median))
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::row::Unit;

    #[test]
    fn the_longest_run_fits_and_names_are_escaped() {
        let series = |name: &str, samples: &[f64]| Series {
            name: name.to_owned(),
            unit: Unit::Seconds,
            samples: samples.to_vec(),
        };
        let svg = svg(
            "a",
            &[series("ours", &[1.0]), series("curl | <tar>", &[2.0, 4.0])],
        );
        assert!(svg.contains("curl | &lt;tar&gt;"), "{svg}");
        assert!(svg.contains("M315.0 85.0H618.0"), "{svg}");
        assert!(svg.contains(">3.00 s</text>"), "{svg}");
    }
}

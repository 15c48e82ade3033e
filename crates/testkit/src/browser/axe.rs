//! What on a page people with disabilities could not use, as axe-core finds it.

use serde_json::json;

use super::Browser;
use crate::fetched;

/// Answers the grave findings, each on one line.
const RUN: &str = "
const done = arguments[arguments.length - 1];
const grave = (violation) => violation.impact === 'serious' || violation.impact === 'critical';
const told = (violation) =>
  `${violation.id} (${violation.impact}), ${violation.nodes.length} times: ${violation.help}: ${violation.nodes[0].html.slice(0, 200)}; ${violation.nodes[0].failureSummary}`;
axe
  .run(document, { resultTypes: ['violations'] })
  .then((result) => done(result.violations.filter(grave).map(told)));
";

impl Browser {
    /// What is serious or critical about the page that is shown.
    ///
    /// # Panics
    ///
    /// Where axe-core was not fetched, or does not run.
    #[track_caller]
    pub fn barriers(&self) -> Vec<String> {
        let script = format!("{}\n{RUN}", fetched::axe().unwrap());
        let found = self
            .session
            .post("/execute/async", &json!({ "script": script, "args": [] }))
            .unwrap();
        let found = found.as_array().unwrap().iter();
        found.map(|line| line.as_str().unwrap().to_owned()).collect()
    }
}

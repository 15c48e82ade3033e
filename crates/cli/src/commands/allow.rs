//! `outrigger allow`

use camino::Utf8PathBuf;
use model::Pattern;
use serde_json::json;
use store::{allow_list_file, configuration};

use crate::context::{Context, reference};
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, style};

const NO_LIST: &str = "No allow-list is configured: every repository may be installed.";

pub(super) fn list(context: &Context, output: &Output) -> Exit {
    let patterns = context
        .configured
        .policy
        .allow_list
        .as_ref()
        .map(model::AllowList::patterns);
    if output.is_json() {
        let texts: Option<Vec<_>> = patterns.map(|all| all.iter().map(ToString::to_string).collect());
        output.json(&json!({ "file": context.configured.allow_list_file, "patterns": texts }));
        return Exit::Done;
    }
    match patterns {
        None => output.note(NO_LIST),
        Some([]) => output.note("The allow-list is empty: nothing may be installed."),
        Some(patterns) => patterns
            .iter()
            .for_each(|pattern| output.line(&pattern.to_string())),
    }
    Exit::Done
}

pub(super) fn add(context: &Context, output: &Output, text: &str, create: bool) -> Result<Exit, Failure> {
    let pattern = parse(text)?;
    let file = match &context.configured.allow_list_file {
        Some(file) => file.clone(),
        None if create => begin(context, output)?,
        None => {
            return Err(Failure::usage(
                "no allow-list is configured, so that everything may be installed".to_owned(),
            )
            .help("pass `--create` to begin one: from then on only what it admits may be installed"));
        }
    };
    let is_new = allow_list_file::add(&file, &pattern)?;
    tell(
        output,
        &pattern,
        if is_new { "added" } else { "unchanged" },
        &file,
    );
    Ok(Exit::Done)
}

pub(super) fn remove(context: &Context, output: &Output, text: &str) -> Result<Exit, Failure> {
    let pattern = parse(text)?;
    let Some(file) = &context.configured.allow_list_file else {
        return Err(Failure::not_found(NO_LIST.to_owned()));
    };
    if !allow_list_file::remove(file, &pattern)? {
        let problem = format!("{file} has no pattern `{pattern}`");
        return Err(Failure::not_found(problem).help("`outrigger allow ls` shows the patterns"));
    }
    tell(output, &pattern, "removed", file);
    Ok(Exit::Done)
}

pub(super) fn test(context: &Context, output: &Output, text: &str) -> Result<Exit, Failure> {
    let reference = reference(text)?;
    let list = context.configured.policy.allow_list.as_ref();
    let decided = list.map(|list| list.decide(&reference));
    let is_allowed = !matches!(decided, Some(None));
    let pattern = decided.flatten().map(ToString::to_string);
    if output.is_json() {
        output
            .json(&json!({ "reference": reference.to_string(), "allowed": is_allowed, "pattern": pattern }));
    } else {
        let reference = style::bold(&reference.to_string());
        output.line(&match (is_allowed, pattern) {
            (true, Some(pattern)) => format!("{reference} is {} by `{pattern}`.", style::good("allowed")),
            (true, None) => format!(
                "{reference} is {}: no allow-list is configured.",
                style::good("allowed")
            ),
            (false, _) => format!("{reference} is {}: no pattern admits it.", style::bad("denied")),
        });
    }
    Ok(if is_allowed { Exit::Done } else { Exit::Refused })
}

/// Configures a list of our own, unless another process was faster.
fn begin(context: &Context, output: &Output) -> Result<Utf8PathBuf, Failure> {
    let configuration = &context.configured.file;
    let file = configuration::begin_allow_list(configuration)?;
    output.note(&format!(
        "{configuration} now names the allow-list {file}: only what it admits may be installed."
    ));
    Ok(file)
}

fn parse(text: &str) -> Result<Pattern, Failure> {
    text.parse()
        .map_err(|error: model::allow_list::PatternParse| Failure::usage(error.to_string()))
}

fn tell(output: &Output, pattern: &Pattern, outcome: &str, file: &Utf8PathBuf) {
    if output.is_json() {
        output.json(&json!({ "pattern": pattern.to_string(), "outcome": outcome, "file": file }));
        return;
    }
    output.line(&match outcome {
        "added" => format!("{} `{pattern}` to {file}", style::good("Added")),
        "removed" => format!("{} `{pattern}` from {file}", style::good("Removed")),
        _ => format!("{file} has `{pattern}` already."),
    });
}

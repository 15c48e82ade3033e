//! The labels that a Dockerfile sets on the image of its last stage.
//!
//! Of the language only what can change a label is read: stages, arguments, variables and `LABEL` itself. Everything else is
//! passed over, so that a file in a newer dialect gives its labels all the same.

mod lines;
mod words;

use std::collections::BTreeMap;

use super::labels::{LabelSource, LabelValue};
use crate::text::{Mark, SourceText};
use lines::{Instruction, instructions};
use words::pairs;

/// A stage while it is read: what its instructions set so far.
#[derive(Debug, Clone, Default)]
struct Stage {
    name: Option<String>,
    /// What `$NAME` means; nothing where only the build will tell.
    variables: BTreeMap<String, Option<String>>,
    labels: BTreeMap<String, (LabelValue, Mark)>,
}

/// Reads the labels, with their places.
pub(crate) fn labels(name: &str, text: &str) -> LabelSource {
    let mut global = BTreeMap::new();
    let mut stages: Vec<Stage> = Vec::new();
    for instruction in instructions(text) {
        match (instruction.name.as_str(), stages.last_mut()) {
            ("FROM", _) => {
                let next = begin(&instruction, &stages, &global);
                stages.push(next);
            }
            ("ARG", None) => arguments(&instruction, &mut global, &BTreeMap::new()),
            ("ARG", Some(stage)) => arguments(&instruction, &mut stage.variables, &global),
            ("ENV", Some(stage)) => variables(&instruction, &mut stage.variables),
            ("LABEL", Some(stage)) => set(&instruction, stage),
            _ => {}
        }
    }
    let labels = stages.pop().unwrap_or_default().labels;
    let (mut values, mut marks) = (BTreeMap::new(), BTreeMap::new());
    for (label, (value, mark)) in labels {
        values.insert(label.clone(), value);
        marks.insert(label, mark);
    }
    LabelSource {
        values,
        inherited: BTreeMap::new(),
        text: Some(SourceText::marked(name, text, |_| marks)),
    }
}

/// A stage from another keeps its labels and variables; one from an image begins with nothing that is known.
fn begin(from: &Instruction, stages: &[Stage], global: &BTreeMap<String, Option<String>>) -> Stage {
    let words: Vec<String> = words::split(from)
        .filter_map(|word| word.expand(global))
        .filter(|word| !word.starts_with("--"))
        .collect();
    let base = words.first().map(String::as_str).unwrap_or_default();
    let name = words
        .get(2)
        .filter(|_| words.get(1).is_some_and(|word| word.eq_ignore_ascii_case("as")));
    let earlier = stages.iter().rev().find(|stage| {
        let own = stage.name.as_deref();
        own.is_some_and(|own| own.eq_ignore_ascii_case(base))
    });
    Stage {
        name: name.cloned(),
        ..earlier.cloned().unwrap_or_default()
    }
}

/// `ARG NAME`, `ARG NAME=default`. An empty default is a place for the build to fill, and so is none.
fn arguments(
    instruction: &Instruction,
    variables: &mut BTreeMap<String, Option<String>>,
    global: &BTreeMap<String, Option<String>>,
) {
    for word in words::split(instruction) {
        let (name, default) = if let Some((name, default)) = word.clone().split_at_equals() {
            (name, default.expand(variables).filter(|text| !text.is_empty()))
        } else {
            let name = word.literal();
            let value = global.get(&name).cloned().flatten();
            (name, value)
        };
        variables.insert(name, default);
    }
}

fn variables(instruction: &Instruction, variables: &mut BTreeMap<String, Option<String>>) {
    for (name, value) in pairs(instruction) {
        let value = value.expand(variables);
        variables.insert(name.literal(), value);
    }
}

fn set(instruction: &Instruction, stage: &mut Stage) {
    for (name, value) in pairs(instruction) {
        let Some(label) = name.expand(&stage.variables) else {
            continue;
        };
        let mark = Mark {
            key: name.bytes(),
            value: if value.is_empty() {
                name.bytes()
            } else {
                value.bytes()
            },
        };
        let value = value
            .expand(&stage.variables)
            .map_or(LabelValue::SetElsewhere, LabelValue::Known);
        stage.labels.insert(label, (value, mark));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Option<String>)> {
        let found = labels("Dockerfile", text).values.into_iter();
        found
            .map(|(label, value)| match value {
                LabelValue::Known(text) => (label, Some(text)),
                LabelValue::SetElsewhere => (label, None),
            })
            .collect()
    }

    fn known(label: &str, value: &str) -> (String, Option<String>) {
        (label.to_owned(), Some(value.to_owned()))
    }

    #[test]
    fn quotes_escapes_and_continued_lines_are_undone() {
        let text = "FROM scratch\nLABEL a=\"x \\\"y\\\"\" b='$no \"one\"' \\\n  # a comment\n\n  c=bare\\ word \\\r\n d=\"in one \\\n   piece\"\n";
        assert_eq!(
            read(text),
            [
                known("a", "x \"y\""),
                known("b", "$no \"one\""),
                known("c", "bare word"),
                known("d", "in one    piece")
            ]
        );
    }

    #[test]
    fn the_oldest_form_takes_the_rest_of_the_line() {
        assert_eq!(
            read("FROM a\nlabel title Whale Watch\n"),
            [known("title", "Whale Watch")]
        );
    }

    #[test]
    fn only_the_last_stage_counts_and_what_it_is_built_on() {
        let text =
            "FROM a AS one\nLABEL x=1\nFROM b\nLABEL y=2\nFROM --platform=$BUILDPLATFORM ONE\nLABEL z=3\n";
        assert_eq!(read(text), [known("x", "1"), known("z", "3")]);
    }

    #[test]
    fn variables_are_replaced_and_what_the_build_sets_is_not_known() {
        let text = "ARG BASE=b\nARG V=1.2\nFROM $BASE\nARG V\nARG EMPTY=\nARG NONE\nENV E=\"e\"\n\
                    LABEL a=${V}-${E} b=$EMPTY c=$NONE d=${NONE:-default} e=\\$V f=\"\" g=${V:+set}\n";
        assert_eq!(
            read(text),
            [
                known("a", "1.2-e"),
                ("b".to_owned(), None),
                ("c".to_owned(), None),
                known("d", "default"),
                known("e", "$V"),
                known("f", ""),
                known("g", "set"),
            ]
        );
    }

    #[test]
    fn another_escape_character_and_heredocs_are_understood() {
        let text = "# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN <<-\"EOF\" cat\nLABEL in=heredoc\n\tEOF\nLABEL a=\"C:\\x\" `\n b=2\n";
        assert_eq!(read(text), [known("a", "C:\\x"), known("b", "2")]);
    }

    #[test]
    fn a_label_is_found_where_it_is_set() {
        let source = labels("Dockerfile", "FROM a\nLABEL a=1 \\\n      b.c=\"x\"\n");
        let at = source.text.unwrap().at("b.c");
        assert_eq!((at.line, at.column), (3, 11));
    }
}

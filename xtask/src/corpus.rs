//! `validate` over a folder of real metadata and labels: what it says of extensions that a marketplace accepted.
//!
//! Each folder below the given one is an extension: its `metadata.json`, and one or more `labels*.txt` with a `key=value` on each
//! line (a newline written `\n`, `#` before a comment). A `catalogue.json` holds labels by repository and version instead.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use author::{Parts, Severity};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

type LabelMap = BTreeMap<String, String>;

/// What the task takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder
    folder: Utf8PathBuf,
    /// Say each finding in full
    #[arg(short, long)]
    verbose: bool,
}

/// Prints a line for each extension: its name, and the codes of what was found, errors first. Notes are left out.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let mut seen = 0;
    for folder in folders(&options.folder)? {
        for (name, metadata, labels) in extensions(&folder)? {
            judge(&name, metadata.as_deref(), labels.as_ref(), options.verbose);
            seen += 1;
        }
    }
    anyhow::ensure!(seen > 0, "{} holds no metadata and no labels", options.folder);
    Ok(())
}

fn judge(name: &str, metadata: Option<&[u8]>, labels: Option<&LabelMap>, verbose: bool) {
    let report = author::validate_parts(name, &Parts { metadata, labels });
    for severity in [Severity::Error, Severity::Warning] {
        let found = report
            .diagnostics
            .iter()
            .filter(|found| found.severity == severity);
        let codes: BTreeSet<_> = found.map(|found| found.rule.code).collect();
        if !codes.is_empty() {
            let codes: Vec<_> = codes.into_iter().collect();
            println!("{name}: {}: {}", severity.as_str(), codes.join(" "));
        }
    }
    if report.count(Severity::Error) + report.count(Severity::Warning) == 0 {
        println!("{name}: nothing");
    }
    for found in report.diagnostics.iter().filter(|_| verbose) {
        println!("    {}: {}", found.rule.code, found.message);
    }
}

fn folders(folder: &Utf8Path) -> anyhow::Result<Vec<Utf8PathBuf>> {
    let mut found = Vec::new();
    for entry in folder
        .read_dir_utf8()
        .with_context(|| format!("cannot list {folder}"))?
    {
        let path = entry?.into_path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

type Extension = (String, Option<Vec<u8>>, Option<LabelMap>);

/// What one folder holds; labels that were read in two ways make two extensions.
fn extensions(folder: &Utf8Path) -> anyhow::Result<Vec<Extension>> {
    let name = folder.file_name().unwrap_or_default();
    let metadata = fs_err::read(folder.join("metadata.json")).ok();
    let mut found = Vec::new();
    let mut files: Vec<_> = folder.read_dir_utf8()?.collect::<Result<_, _>>()?;
    files.sort_by_key(|file| file.file_name().to_owned());
    for file in files {
        let path = file.path();
        if file.file_name() == "catalogue.json" {
            found.extend(catalogue(&fs_err::read_to_string(path)?)?);
        } else if file.file_name().starts_with("labels") {
            let name = format!("{name}/{}", file.file_name());
            found.push((
                name,
                metadata.clone(),
                Some(labels(&fs_err::read_to_string(path)?)),
            ));
        }
    }
    if found.is_empty() && metadata.is_some() {
        found.push((name.to_owned(), metadata, None));
    }
    Ok(found)
}

fn labels(text: &str) -> LabelMap {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs
        .map(|(label, value)| (label.to_owned(), value.replace("\\n", "\n")))
        .collect()
}

/// The versions of a catalogue, each with its labels and nothing else.
fn catalogue(text: &str) -> anyhow::Result<Vec<Extension>> {
    let document: BTreeMap<String, Value> = serde_json::from_str(text)?;
    let mut found = Vec::new();
    for (repository, entry) in document {
        let earlier = entry["PreviousVersions"].as_array().into_iter().flatten();
        for version in std::iter::once(&entry["LatestVersion"]).chain(earlier) {
            let labels: LabelMap = serde_json::from_value(version["Labels"].clone())?;
            let tag = version["Tag"].as_str().unwrap_or_default();
            found.push((format!("{repository}:{tag}"), None, Some(labels)));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_labels_has_comments_and_newlines() {
        let found = labels("# source: x=y\na=b=c\nd=e\\nf\n\n");
        let expected =
            [("a", "b=c"), ("d", "e\nf")].map(|(label, value)| (label.to_owned(), value.to_owned()));
        assert_eq!(found, BTreeMap::from(expected));
    }

    #[test]
    fn a_catalogue_holds_the_labels_of_several_versions() {
        let version = |tag: &str| serde_json::json!({ "Tag": tag, "Labels": { "a": tag } });
        let document = serde_json::json!({
            "acme/whale": { "LatestVersion": version("2"), "PreviousVersions": [version("1")] }
        });
        let names: Vec<_> = catalogue(&document.to_string())
            .unwrap()
            .into_iter()
            .map(|found| found.0)
            .collect();
        assert_eq!(names, ["acme/whale:2", "acme/whale:1"]);
    }
}

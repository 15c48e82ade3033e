//! Rules about labels.

use std::collections::BTreeSet;

use model::api_version::{ApiRequirement, ApiVersion, BareApiVersion};
use model::labels::{LabelWarning, Labels, is_web_address, names};
use model::text::quote;

use super::findings::Findings;
use super::{Rule, prose, table};
use crate::inspect::{Inspected, LabelSource, LabelValue, page};
use crate::report::Location;

/// A label that should be there.
struct Wanted {
    label: &'static str,
    /// Its name in the plugin dialect.
    plugin: Option<&'static str>,
    missing: &'static Rule,
    empty: &'static Rule,
}

/// What Docker's check asks for (contract, section 2.3). It refuses each of them that is missing; yet its marketplace carries
/// extensions that it accepted before it asked, so that only those are errors that all of them have.
static WANTED: [Wanted; 10] = [
    wanted(names::TITLE, None, &table::LABEL_REQUIRED, &table::LABEL_REQUIRED),
    wanted(
        names::DESCRIPTION,
        None,
        &table::LABEL_REQUIRED,
        &table::LABEL_REQUIRED,
    ),
    wanted(
        names::VENDOR,
        Some(names::PLUGIN_VENDOR),
        &table::LABEL_REQUIRED,
        &table::LABEL_RECOMMENDED,
    ),
    wanted(
        names::API_VERSION,
        Some(names::PLUGIN_API_VERSION),
        &table::LABEL_REQUIRED,
        &table::LABEL_REQUIRED,
    ),
    wanted(
        names::ICON,
        Some(names::PLUGIN_ICON),
        &table::LABEL_RECOMMENDED,
        &table::LABEL_RECOMMENDED,
    ),
    recommended(names::SCREENSHOTS),
    recommended(names::DETAILED_DESCRIPTION),
    recommended(names::PUBLISHER_URL),
    recommended(names::CHANGELOG),
    recommended(names::CATEGORIES),
];

const fn wanted(
    label: &'static str,
    plugin: Option<&'static str>,
    missing: &'static Rule,
    empty: &'static Rule,
) -> Wanted {
    Wanted {
        label,
        plugin,
        missing,
        empty,
    }
}

const fn recommended(label: &'static str) -> Wanted {
    wanted(label, None, &table::LABEL_RECOMMENDED, &table::LABEL_RECOMMENDED)
}

/// The documented categories (contract, section 2.4).
const CATEGORIES: [&str; 12] = [
    "ci-cd",
    "container-orchestration",
    "cloud-deployment",
    "cloud-development",
    "database",
    "kubernetes",
    "networking",
    "image-registry",
    "security",
    "testing-tools",
    "utility-tools",
    "volumes",
];

/// Where all labels of extensions begin.
const OWN: [&str; 2] = ["com.docker.extension.", "com.docker.desktop.extension."];

/// The version of what the label's setter made, which is a base image as often as not.
const VERSION: &str = "org.opencontainers.image.version";

pub(super) fn check(inspected: &Inspected, findings: &mut Findings) {
    let Some(source) = &inspected.labels else {
        findings.add(
            &table::LABELS_UNSEEN,
            "nothing here sets labels, so none were checked",
        );
        return;
    };
    let labels = Labels::read(&source.known());
    presence(source, findings);
    odd(&labels, source, findings);
    for label in [names::SCREENSHOTS, names::ADDITIONAL_URLS] {
        list(label, source, findings);
    }
    api_version(source, findings);
    addresses(&labels, source, findings);
    for label in [names::DETAILED_DESCRIPTION, names::CHANGELOG] {
        html(label, source, findings);
    }
    words(&labels, source, findings);
    strangers(source, findings);
    inherited(inspected, source, findings);
}

fn at(source: &LabelSource, label: &str) -> Option<Location> {
    let text = source.text.as_ref()?;
    Some(text.at(label))
}

fn presence(source: &LabelSource, findings: &mut Findings) {
    for Wanted {
        label,
        plugin,
        missing,
        empty,
    } in &WANTED
    {
        let text = |label: &str| {
            source
                .text_of(label)
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        let is_unknown = source.values.get(*label) == Some(&LabelValue::SetElsewhere);
        if text(label).is_some() || is_unknown {
            continue;
        }
        if let Some(old) = plugin.filter(|old| text(old).is_some()) {
            findings
                .add(
                    &table::LABELS_OLD_DIALECT,
                    format!("{label} is missing; only {old} is there"),
                )
                .at(at(source, old))
                .help(format!("set {label} too"));
        } else if source.text_of(label).is_some() {
            findings
                .add(empty, format!("the label {label} is empty"))
                .at(at(source, label));
        } else {
            findings
                .add(missing, format!("the label {label} is missing"))
                .at(source.text.as_ref().map(crate::text::SourceText::whole));
        }
    }
}

/// What the reader of labels had to leave out.
fn odd(labels: &Labels, source: &LabelSource, findings: &mut Findings) {
    for warning in labels.warnings() {
        let label = match warning {
            LabelWarning::NoAddress { label, .. }
            | LabelWarning::TooLong { label, .. }
            | LabelWarning::TooMany { label, .. }
            | LabelWarning::OldForm { label } => label,
            LabelWarning::BothDialects { ignored, .. } => ignored,
            // Judged by rules of their own.
            LabelWarning::Missing { .. } | LabelWarning::Empty { .. } | LabelWarning::NotAList { .. } => {
                continue;
            }
        };
        let rule = match warning {
            LabelWarning::BothDialects { .. } => &table::LABELS_OLD_DIALECT,
            _ => &table::LABEL_ODD,
        };
        findings.add(rule, warning.to_string()).at(at(source, label));
    }
}

/// A list is JSON, also where a reader takes an older form.
fn list(label: &str, source: &LabelSource, findings: &mut Findings) {
    let Some(text) = source
        .text_of(label)
        .map(str::trim)
        .filter(|text| !text.is_empty())
    else {
        return;
    };
    let problem = match serde_json::from_str::<serde_json::Value>(text) {
        Ok(serde_json::Value::Array(_)) => return,
        Ok(_) => "it is JSON, but no list".to_owned(),
        Err(error) => error.to_string(),
    };
    findings
        .add(
            &table::LABEL_NOT_A_LIST,
            format!("the label {label} is no JSON list: {problem}"),
        )
        .at(at(source, label))
        .help(r#"write it as `[{"alt":"…","url":"https://…"}]`, with `title` in place of `alt` for links"#);
}

fn api_version(source: &LabelSource, findings: &mut Findings) {
    let label = [names::API_VERSION, names::PLUGIN_API_VERSION]
        .into_iter()
        .find(|label| source.text_of(label).is_some_and(|text| !text.trim().is_empty()));
    let Some((label, text)) = label.and_then(|label| Some((label, source.text_of(label)?.trim()))) else {
        return;
    };
    if let Err(error) = ApiRequirement::parse(text, BareApiVersion::Minimum) {
        findings
            .add(&table::API_VERSION_INVALID, error.to_string())
            .at(at(source, label));
    } else if text.parse::<ApiVersion>().is_ok() {
        findings
            .add(
                &table::API_VERSION_BARE,
                format!("{} is a bare version", quote(text)),
            )
            .at(at(source, label))
            .help(format!("write `>= {text}`"));
    }
}

fn addresses(labels: &Labels, source: &LabelSource, findings: &mut Findings) {
    let single = [
        (names::ICON, &labels.icon),
        (names::PUBLISHER_URL, &labels.publisher_url),
    ];
    let single = single
        .into_iter()
        .filter_map(|(label, found)| Some((label, found.as_ref()?)));
    let shots = labels
        .screenshots
        .iter()
        .map(|shot| (names::SCREENSHOTS, &shot.url));
    let links = labels
        .additional_urls
        .iter()
        .map(|link| (names::ADDITIONAL_URLS, &link.url));
    for (label, address) in single.chain(shots).chain(links) {
        let is_mail = label == names::ADDITIONAL_URLS && address.starts_with("mailto:");
        if !is_web_address(address) && !is_mail {
            findings
                .add(
                    &table::LABEL_ADDRESS,
                    format!("{} is no address on the web ({label})", quote(address)),
                )
                .at(at(source, label));
        }
    }
}

/// What desktops take out of a text.
fn html(label: &str, source: &LabelSource, findings: &mut Findings) {
    let Some(text) = source.text_of(label).filter(|text| text.contains('<')) else {
        return;
    };
    let mut stripped = BTreeSet::new();
    for opening in page::openings(text) {
        let tag = opening.name.as_str();
        if !prose::keeps_tag(tag) {
            stripped.insert(format!("<{tag}>"));
            continue;
        }
        let attributes = opening.attributes.iter().map(|(name, _)| name.as_str());
        let lost = attributes.filter(|attribute| !prose::keeps_attribute(tag, attribute));
        stripped.extend(lost.map(|attribute| format!("{attribute}= in <{tag}>")));
    }
    if !stripped.is_empty() {
        let list: Vec<_> = stripped.into_iter().collect();
        findings
            .add(
                &table::LABEL_HTML,
                format!("desktops strip {} from {label}", list.join(", ")),
            )
            .at(at(source, label));
    }
}

fn words(labels: &Labels, source: &LabelSource, findings: &mut Findings) {
    let unknown = labels
        .categories
        .iter()
        .filter(|word| !CATEGORIES.contains(&word.as_str()));
    for category in unknown {
        findings
            .add(
                &table::CATEGORY_UNKNOWN,
                format!("{} is not among the documented categories", quote(category)),
            )
            .at(at(source, names::CATEGORIES))
            .help(format!("they are {}", CATEGORIES.join(", ")));
    }
    let title = labels.title.as_deref().unwrap_or_default();
    if title.to_lowercase().contains("extension") {
        findings
            .add(
                &table::TITLE_WORD,
                format!("the title {} holds the word “extension”", quote(title)),
            )
            .at(at(source, names::TITLE));
    }
}

fn strangers(source: &LabelSource, findings: &mut Findings) {
    for label in source.values.keys() {
        let is_own = OWN.iter().any(|prefix| label.starts_with(prefix));
        if is_own && !names::KNOWN.contains(&label.as_str()) {
            let near = names::KNOWN.iter().find(|known| is_near(label, known));
            let found = findings
                .add(&table::LABEL_UNKNOWN, format!("nobody reads the label {label}"))
                .at(at(source, label));
            if let Some(near) = near {
                found.help(format!("is {near} meant?"));
            }
        }
    }
}

/// Whether two labels are so alike that one is probably the other misspelt.
fn is_near(label: &str, known: &str) -> bool {
    let last = |text: &str| text.rsplit('.').next().unwrap_or_default().to_lowercase();
    strsim::damerau_levenshtein(&last(label), &last(known)) <= 3
}

/// Labels that a base image brings: known where the base is, and in a finished image told by a version that is not its tag.
fn inherited(inspected: &Inspected, source: &LabelSource, findings: &mut Findings) {
    for label in source
        .inherited
        .keys()
        .filter(|label| !source.values.contains_key(*label))
    {
        findings
            .add(
                &table::LABEL_INHERITED,
                format!("the label {label} comes from the base image"),
            )
            .help("set it in the build file, if need be to nothing");
    }
    if let (Some(tag), Some(version)) = (&inspected.tag, source.text_of(VERSION)) {
        let tag = tag.as_str();
        let ends_alike = tag
            .trim_start_matches('v')
            .ends_with(version.trim_start_matches('v'));
        if !version.is_empty() && !ends_alike {
            findings.add(
                &table::LABEL_INHERITED,
                format!(
                    "the label {VERSION} says {}, and the tag {}",
                    quote(version),
                    quote(tag)
                ),
            );
        }
    }
}

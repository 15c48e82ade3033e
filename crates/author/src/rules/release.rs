//! Rules about a release as a whole: its tag, its platforms, its size.

use model::Platform;
use model::text::{quote, size};
use model::version::ReleaseTag;

use super::findings::Findings;
use super::table;
use crate::inspect::Inspected;

/// What Docker's check wants of every release (contract, section 2.3).
const ASKED: [&str; 2] = ["amd64", "arm64"];

pub(super) fn check(inspected: &Inspected, findings: &mut Findings) {
    let release = inspected.tag.as_ref().map(|tag| (tag, ReleaseTag::parse(tag)));
    match &release {
        Some((tag, None)) => {
            findings
                .add(
                    &table::TAG_NOT_A_VERSION,
                    format!("the tag {} is no version", quote(tag.as_str())),
                )
                .help("push the release under a tag such as 1.2.0; it may have further ones");
        }
        Some((tag, Some(release)))
            if release.prefix.is_none() && semver::Version::parse(tag.as_str()).is_err() =>
        {
            findings.add(
                &table::TAG_NOT_SEMVER,
                format!(
                    "the tag {} is a version, but no semantic one of three numbers",
                    quote(tag.as_str())
                ),
            );
        }
        _ => {}
    }
    let is_for_one_system = release.and_then(|(_, release)| release?.prefix).is_some();
    if inspected.is_published_form && !is_for_one_system {
        platforms(inspected, findings);
    }
    sizes(inspected, findings);
}

fn platforms(inspected: &Inspected, findings: &mut Findings) {
    let found: Vec<&Platform> = inspected
        .images
        .iter()
        .filter_map(|image| image.platform.as_ref())
        .collect();
    for architecture in ASKED {
        let is_it =
            |platform: &&Platform| platform.os() == "linux" && platform.architecture() == architecture;
        if !found.iter().any(is_it) {
            findings.add(
                &table::PLATFORM_MISSING,
                format!("there is no image for linux/{architecture}"),
            );
        }
    }
}

fn sizes(inspected: &Inspected, findings: &mut Findings) {
    for image in &inspected.images {
        if let Some(bytes) = image.download {
            findings
                .add(&table::SIZE, format!("the image has {}", size(bytes)))
                .on(image.platform.as_ref());
        }
        for (path, count) in &image.repeated {
            findings
                .add(&table::LAYERS_REPEAT, format!("{count} layers bring {path}"))
                .on(image.platform.as_ref());
        }
    }
}

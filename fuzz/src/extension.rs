//! What an image says about its extension.

use std::collections::BTreeMap;

use model::labels::{MAX_ITEMS, is_web_address};
use model::permissions::Permission;
use model::{Labels, Metadata, PayloadPlan, Permissions, System};

use crate::parts;

/// The labels of a config, as JSON.
pub fn labels(input: &[u8]) -> bool {
    let Ok(raw) = serde_json::from_slice::<BTreeMap<String, String>>(input) else {
        return false;
    };
    let labels = Labels::read(&raw);
    for line in [&labels.title, &labels.vendor, &labels.description].into_iter().flatten() {
        assert!(!line.contains(char::is_control), "{line:?}");
    }
    assert!(labels.screenshots.len() <= MAX_ITEMS && labels.additional_urls.len() <= MAX_ITEMS);
    let links = labels.screenshots.iter().map(|screenshot| &screenshot.url);
    for link in links.filter(|link| is_web_address(link)) {
        assert!(!link.contains(['"', '\'', '<', '>', '\n', '\u{202e}']), "{link:?}");
    }
    let kept = Labels::read(labels.known());
    assert_eq!(Labels::read(kept.known()), kept);
    labels.title.is_some() && !labels.screenshots.is_empty()
}

/// `metadata.json`, then a compose file.
pub fn metadata(input: &[u8]) -> bool {
    let [metadata, compose] = parts(input);
    let Ok(metadata) = Metadata::parse(metadata) else { return false };
    let mut is_payload = false;
    for system in System::ALL {
        let plan = PayloadPlan::new(&metadata, system);
        for entry in &plan.entries {
            let destination = &entry.destination;
            let is_plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']);
            assert!(destination.split('/').all(is_plain), "{destination:?}");
        }
        is_payload |= !plan.entries.is_empty();
        let (permissions, problem) = Permissions::of(&metadata, system, Some(compose));
        for line in permissions.lines() {
            assert!(!line.text.contains(char::is_control), "{:?}", line.text);
        }
        assert_eq!(problem.is_some(), permissions.iter().any(|it| *it == Permission::UnknownContainers));
        // What nobody could look at is more each time: nobody can say that it is the same.
        let is_unknown = |it: &Permission| matches!(it, Permission::UnknownContainers | Permission::Elsewhere { .. });
        let unknown = permissions.iter().filter(|it| is_unknown(it)).count();
        assert_eq!(permissions.beyond(&permissions).len(), unknown);
    }
    is_payload
}

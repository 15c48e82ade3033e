//! Rules about the icon of the sidebar.

use model::text::size;

use super::findings::Findings;
use super::table;
use crate::inspect::{Content, Icon, Inspected};

/// The least width and height in pixels that is not blurred in a sidebar.
const LEAST: f64 = 24.0;
/// The largest icon in pixels that makes sense.
const MOST: f64 = 2048.0;
/// The largest icon in bytes that makes sense.
const MOST_BYTES: u64 = 1024 * 1024;

pub(super) fn check(inspected: &Inspected, findings: &mut Findings) {
    let Some(facts) = &inspected.metadata else { return };
    let Some(path) = facts
        .parsed
        .as_ref()
        .ok()
        .and_then(|metadata| metadata.icon.as_ref())
    else {
        return;
    };
    let at = || Some(facts.text.at("icon"));
    for image in &inspected.images {
        let Some(file) = image.files.get(path) else {
            continue;
        };
        if file.size > MOST_BYTES {
            let message = format!("the icon {path} has {}", size(file.size));
            findings
                .add(&table::ICON_SIZE, message)
                .at(at())
                .on(image.platform.as_ref());
            continue;
        }
        match &file.content {
            Content::Icon(None) => {
                findings
                    .add(
                        &table::ICON_UNREADABLE,
                        format!("the icon {path} is no image that desktops show"),
                    )
                    .at(at())
                    .on(image.platform.as_ref())
                    .help("SVG is best; PNG, JPEG, GIF, WebP and ICO will do");
            }
            Content::Icon(Some(Icon { size, foreign })) => {
                if let Some((width, height)) =
                    size.filter(|(width, height)| !is_sane(*width) || !is_sane(*height))
                {
                    let message = format!("the icon {path} has {width} × {height} pixels");
                    findings
                        .add(&table::ICON_SIZE, message)
                        .at(at())
                        .on(image.platform.as_ref());
                }
                for stranger in foreign {
                    let message = format!("the icon {path} holds {stranger}");
                    findings
                        .add(&table::ICON_FOREIGN, message)
                        .at(at())
                        .on(image.platform.as_ref());
                }
            }
            _ => {}
        }
    }
}

fn is_sane(pixels: f64) -> bool {
    (LEAST..=MOST).contains(&pixels)
}

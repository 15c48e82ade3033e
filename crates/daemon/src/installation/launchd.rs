//! An agent for launchd (`launchd.plist(5)`). Nobody has tried it yet.

use camino::Utf8Path;

use super::xml::escaped;
use super::{Launch, MARK, Way};

pub(super) const FILE: &str = "dev.outrigger.serve.plist";
pub(super) const AFTER_REMOVAL: &str = "launchctl bootout gui/$(id -u)/dev.outrigger.serve";

pub(super) fn way(folder: &Utf8Path) -> Way {
    // In single quotes a shell takes everything for itself but a single quote.
    let path = folder.join(FILE).as_str().replace('\'', r"'\''");
    Way {
        when: "now and from each login on",
        commands: vec![format!("launchctl bootstrap gui/$(id -u) '{path}'")],
    }
}

pub(super) fn agent(launch: &Launch) -> String {
    let words = std::iter::once(launch.program.as_str()).chain(launch.arguments.iter().map(String::as_str));
    let words: Vec<_> = words
        .map(|word| format!("    <string>{}</string>\n", escaped(word)))
        .collect();
    let words = words.concat();
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- {MARK} -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>dev.outrigger.serve</string>
  <key>ProgramArguments</key>
  <array>
{words}  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ProcessType</key>
  <string>Background</string>
</dict>
</plist>
"#
    )
}

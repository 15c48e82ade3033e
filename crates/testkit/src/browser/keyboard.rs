//! The keyboard alone.

use serde_json::{Value, json};

use super::Browser;

/// The most stops of the Tab key on the way to something.
const STOPS: usize = 200;

/// A key that writes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// To the next thing that can be used.
    Tab,
    /// Follows links, sends forms.
    Enter,
    /// Presses buttons.
    Space,
}

impl Key {
    /// Its character in `WebDriver` ("Keyboard actions").
    fn character(self) -> char {
        match self {
            Self::Tab => '\u{e004}',
            Self::Enter => '\u{e007}',
            Self::Space => ' ',
        }
    }
}

impl Browser {
    /// Presses a key and lets it go.
    #[track_caller]
    pub fn press(&self, key: Key) {
        self.strike(key.character().encode_utf8(&mut [0; 4]));
    }

    /// Types text into whatever has the focus.
    #[track_caller]
    pub fn strike(&self, text: &str) {
        let strokes = text
            .chars()
            .flat_map(|character| ["keyDown", "keyUp"].map(|way| json!({ "type": way, "value": character })));
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes.collect::<Vec<_>>() });
        let acts = json!({ "actions": [keyboard] });
        self.session.post("/actions", &acts).unwrap();
    }

    /// Presses Tab until the focus is on what has this name: its text or its label.
    #[track_caller]
    pub fn tab_to(&self, name: &str) {
        let mut passed = Vec::new();
        while passed.len() < STOPS {
            self.press(Key::Tab);
            let focused = self.focused();
            if focused == name {
                return;
            }
            passed.push(focused);
        }
        panic!("the keyboard does not come to `{name}`, only to {passed:?}");
    }

    /// The name of what has the focus.
    #[track_caller]
    pub fn focused(&self) -> String {
        let name = "(element => (element.getAttribute('aria-label') ?? element.labels?.[0]?.innerText ?? element.innerText).trim())(document.activeElement)";
        match self.evaluate(name) {
            Value::String(name) => name.split_whitespace().collect::<Vec<_>>().join(" "),
            other => panic!("the focus has the name {other}"),
        }
    }
}

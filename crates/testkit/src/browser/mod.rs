//! Chromium, used as a person uses it: by what stands on buttons and in fields.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "this is a part of tests, and fails as they do"
)]

mod axe;
mod keyboard;
mod screen;
mod session;
mod watch;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use session::{Refused, Session};

pub use keyboard::Key;
pub use screen::{Screen, Theme};

/// How long a page may take to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(30);

/// Chromium without a screen, with a profile of its own; it has ended when this is dropped.
///
/// Every act waits until the page shows what it is about, up to half a minute, and fails with what the page says instead.
#[derive(Debug)]
pub struct Browser {
    session: Session,
}

/// What an element is found by.
#[derive(Debug, Clone, Copy)]
enum By<'a> {
    Css(&'a str),
    Path(&'a str),
}

impl Browser {
    /// Starts it. Fails where a program is missing or does not start.
    pub fn start() -> anyhow::Result<Self> {
        Ok(Self {
            session: Session::start()?,
        })
    }

    /// Opens an address and waits until the page is here.
    #[track_caller]
    pub fn open(&self, address: &str) {
        self.session.post("/url", &json!({ "url": address })).unwrap();
    }

    /// Loads the page again.
    #[track_caller]
    pub fn reload(&self) {
        self.session.post("/refresh", &json!({})).unwrap();
    }

    /// Clicks the button or link on which this stands.
    #[track_caller]
    pub fn click(&self, text: &str) {
        let path = format!("//*[self::button or self::a or self::summary][normalize-space()='{text}']");
        self.at(By::Path(&path), |element| {
            self.session
                .post(&format!("/element/{element}/click"), &json!({}))
        });
    }

    /// Types into the field of this name, behind what stands there.
    #[track_caller]
    pub fn type_into(&self, field: &str, text: &str) {
        self.at(
            By::Css(&format!("[name='{field}']:not([type=hidden])")),
            |element| {
                self.session
                    .post(&format!("/element/{element}/value"), &json!({ "text": text }))
            },
        );
    }

    /// Waits until something matches this selector, and answers its text as it is shown.
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        let text = self.at(By::Css(selector), |element| {
            self.session.get(&format!("/element/{element}/text"))
        });
        text.as_str().unwrap().to_owned()
    }

    /// How many elements match this selector now.
    #[track_caller]
    pub fn count(&self, selector: &str) -> usize {
        let query = json!({ "using": "css selector", "value": selector });
        let found = self.session.post("/elements", &query).unwrap();
        found.as_array().unwrap().len()
    }

    /// Waits until this expression of JavaScript is true.
    #[track_caller]
    pub fn until(&self, expression: &str) {
        let begun = Instant::now();
        // Between two pages there is none that could answer.
        while !matches!(self.try_evaluate(expression), Ok(Value::Bool(true))) {
            assert!(
                begun.elapsed() < PATIENCE,
                "never true: {expression}; the page says\n{}",
                self.shown()
            );
            std::thread::sleep(PAUSE);
        }
    }

    /// Loads the page again and again until something matches this selector: what a person does without scripts.
    #[track_caller]
    pub fn reload_until(&self, selector: &str) {
        let begun = Instant::now();
        while self.count(selector) == 0 {
            assert!(
                begun.elapsed() < PATIENCE,
                "no {selector}; the page says\n{}",
                self.shown()
            );
            std::thread::sleep(PAUSE);
            self.reload();
        }
    }

    /// What an expression of JavaScript gives.
    #[track_caller]
    pub fn evaluate(&self, expression: &str) -> Value {
        self.try_evaluate(expression).unwrap()
    }

    /// Where it is: path and query.
    #[track_caller]
    pub fn address(&self) -> String {
        let address = self.session.get("/url").unwrap();
        let address: url::Url = address.as_str().unwrap().parse().unwrap();
        address[url::Position::BeforePath..].to_owned()
    }

    fn try_evaluate(&self, expression: &str) -> Result<Value, Refused> {
        let script = json!({ "script": format!("return {expression}"), "args": [] });
        self.session.post("/execute/sync", &script)
    }

    /// Does something with an element as soon as it is there and lets it be done. A page that changes meanwhile is looked at anew.
    #[track_caller]
    fn at(&self, what: By<'_>, act: impl Fn(&str) -> Result<Value, Refused>) -> Value {
        let begun = Instant::now();
        loop {
            match self.find(what).and_then(|element| act(&element)) {
                Ok(value) => return value,
                Err(refused) => assert!(
                    begun.elapsed() < PATIENCE,
                    "{what:?}: {refused}; the page says\n{}",
                    self.shown()
                ),
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn find(&self, what: By<'_>) -> Result<String, Refused> {
        let (using, value) = match what {
            By::Css(selector) => ("css selector", selector),
            By::Path(path) => ("xpath", path),
        };
        let found = self
            .session
            .post("/element", &json!({ "using": using, "value": value }))?;
        // An object whose one key is a number that the specification fixes.
        let mut ids = found.as_object().unwrap().values();
        Ok(ids.next().unwrap().as_str().unwrap().to_owned())
    }

    fn shown(&self) -> String {
        let text = self.try_evaluate("document.body.innerText");
        text.map_or_else(
            |refused| refused.to_string(),
            |text| text.as_str().unwrap_or_default().to_owned(),
        )
    }
}

//! `outrigger init`

use std::io::{IsTerminal as _, Write as _};

use author::{Beginning, Template};
use camino::Utf8Path;
use model::labels::is_web_address;
use serde_json::json;

use crate::arguments::{Init, Kind};
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, style};

pub(super) fn run(init: &Init, output: &Output) -> Result<Exit, Failure> {
    let folder = Utf8Path::new(&init.folder);
    let asker = Asker {
        output,
        // A program that wants JSON is not asked, even where it has a terminal.
        has_terminal: std::io::stdin().is_terminal() && std::io::stderr().is_terminal() && !output.is_json(),
    };
    let beginning = beginning(init, folder, &asker)?;
    let files = beginning.write(folder)?;
    if output.is_json() {
        output.json(&json!({ "folder": folder, "files": files }));
    } else {
        for file in &files {
            output.line(folder.join(file).as_str());
        }
    }
    output.note(&format!("{} {folder}", style::good("Begun in")));
    output.note(&format!("Next: outrigger validate {folder}"));
    Ok(Exit::Done)
}

fn beginning(init: &Init, folder: &Utf8Path, asker: &Asker<'_>) -> Result<Beginning, Failure> {
    let template = match init.template {
        Some(kind) => kind.into(),
        None => asker.ask(
            &Question::new("Template (ui, backend or host)", "template", Some("ui")),
            template,
        )?,
    };
    let usual_title = title_of(folder);
    let title = Question::new("Title", "title", usual_title.as_deref());
    let title = asker.text(init.title.as_deref(), &title)?;
    let usual_description = format!("What {title} does");
    let description = Question::new(
        "Description, one sentence",
        "description",
        Some(&usual_description),
    );
    let vendor = Question::new("Vendor", "vendor", None);
    let page = Question::new("Vendor's page", "publisher-url", Some("https://example.com"));
    Ok(Beginning {
        template,
        title,
        description: asker.text(init.description.as_deref(), &description)?,
        vendor: asker.text(init.vendor.as_deref(), &vendor)?,
        publisher_url: asker.said_or_asked(init.publisher_url.as_deref(), &page, web_address)?,
    })
}

impl From<Kind> for Template {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Ui => Self::Ui,
            Kind::Backend => Self::Backend,
            Kind::Host => Self::Host,
        }
    }
}

fn template(answer: &str) -> Result<Template, Failure> {
    match answer {
        "ui" => Ok(Template::Ui),
        "backend" => Ok(Template::Backend),
        "host" => Ok(Template::Host),
        other => Err(Failure::usage(format!("there is no template {other}"))
            .help("the templates are ui, backend and host")),
    }
}

fn web_address(answer: &str) -> Result<String, Failure> {
    if is_web_address(answer) {
        return Ok(answer.to_owned());
    }
    Err(Failure::usage(format!(
        "{answer} is no address that begins with https://"
    )))
}

/// A title out of a folder's name: `whale-watch` is `Whale watch`.
fn title_of(folder: &Utf8Path) -> Option<String> {
    let absolute = camino::absolute_utf8(folder).ok()?;
    let words = absolute.file_name()?.replace(['-', '_'], " ");
    let mut characters = words.trim().chars();
    let first = characters.next()?;
    Some(first.to_uppercase().chain(characters).collect())
}

/// Whoever can answer.
struct Asker<'a> {
    output: &'a Output,
    has_terminal: bool,
}

/// What is to be known, and by which flag it can be said beforehand.
struct Question<'a> {
    words: &'a str,
    flag: &'a str,
    default: Option<&'a str>,
}

impl Asker<'_> {
    /// A text that a flag says or somebody types, with something in it.
    fn text(&self, said: Option<&str>, question: &Question<'_>) -> Result<String, Failure> {
        self.said_or_asked(said, question, |text| match text.trim() {
            "" => Err(Failure::usage(format!("the {} is empty", question.flag))),
            text => Ok(text.to_owned()),
        })
    }

    fn said_or_asked<T>(
        &self,
        said: Option<&str>,
        question: &Question<'_>,
        read: impl Fn(&str) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        match said {
            Some(said) => read(said),
            None => self.ask(question, read),
        }
    }

    /// Asks on the terminal until `read` takes the answer. Without a terminal the default is the answer, and a question without one
    /// is wrong usage.
    fn ask<T>(
        &self,
        question: &Question<'_>,
        read: impl Fn(&str) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let flag = question.flag;
        if !self.has_terminal {
            let nobody = || {
                Failure::usage(format!(
                    "nobody can be asked for the {flag}: there is no terminal"
                ))
                .help(format!("give it with `--{flag}`"))
            };
            return read(question.default.ok_or_else(nobody)?);
        }
        loop {
            let answer = self.output.pause(|| question.put()).map_err(|error| {
                Failure::usage(format!("the answer cannot be read: {error}"))
                    .help(format!("give it with `--{flag}`"))
            })?;
            match (answer.trim(), question.default) {
                ("", None) => {}
                ("", Some(default)) => return read(default),
                (answer, _) => match read(answer) {
                    Ok(read) => return Ok(read),
                    Err(problem) => self.output.fail(&problem),
                },
            }
        }
    }
}

impl<'a> Question<'a> {
    fn new(words: &'a str, flag: &'a str, default: Option<&'a str>) -> Self {
        Self { words, flag, default }
    }

    /// Puts it, and answers the line that was typed.
    fn put(&self) -> std::io::Result<String> {
        let mut stderr = anstream::stderr();
        let shown = self
            .default
            .map(|default| format!(" [{default}]"))
            .unwrap_or_default();
        write!(stderr, "{}{shown}: ", self.words)?;
        stderr.flush()?;
        let mut answer = String::new();
        match std::io::stdin().read_line(&mut answer)? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(answer),
        }
    }
}

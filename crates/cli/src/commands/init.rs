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
    let kind = match init.template {
        Some(kind) => kind,
        None => kind(&asker.text("Template (ui, backend or host)", "template", Some("ui"))?)?,
    };
    let title = match &init.title {
        Some(title) => title.clone(),
        None => asker.text("Title", "title", title_of(folder).as_deref())?,
    };
    let description = match &init.description {
        Some(description) => description.clone(),
        None => asker.text(
            "Description, one sentence",
            "description",
            Some(&format!("What {title} does")),
        )?,
    };
    let vendor = match &init.vendor {
        Some(vendor) => vendor.clone(),
        None => asker.text("Vendor", "vendor", None)?,
    };
    let publisher_url = match &init.publisher_url {
        Some(address) => address.clone(),
        None => asker.text("Vendor's page", "publisher-url", Some("https://example.com"))?,
    };
    if !is_web_address(&publisher_url) {
        return Err(Failure::usage(format!(
            "{publisher_url} is no address that begins with https://"
        )));
    }
    Ok(Beginning {
        template: match kind {
            Kind::Ui => Template::Ui,
            Kind::Backend => Template::Backend,
            Kind::Host => Template::Host,
        },
        title,
        description,
        vendor,
        publisher_url,
    })
}

fn kind(answer: &str) -> Result<Kind, Failure> {
    match answer {
        "ui" => Ok(Kind::Ui),
        "backend" => Ok(Kind::Backend),
        "host" => Ok(Kind::Host),
        other => Err(Failure::usage(format!("there is no template {other}"))
            .help("the templates are ui, backend and host")),
    }
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

impl Asker<'_> {
    /// Asks on the terminal; without one the default is the answer, and a question without a default is wrong usage.
    fn text(&self, question: &str, flag: &str, default: Option<&str>) -> Result<String, Failure> {
        if !self.has_terminal {
            let nobody = || {
                Failure::usage(format!(
                    "nobody can be asked for the {flag}: there is no terminal"
                ))
            };
            return default
                .map(str::to_owned)
                .ok_or_else(|| nobody().help(format!("give it with `--{flag}`")));
        }
        loop {
            let answer = self.output.pause(|| ask(question, default)).map_err(|error| {
                Failure::usage(format!("the answer cannot be read: {error}"))
                    .help(format!("give it with `--{flag}`"))
            })?;
            match (answer.trim(), default) {
                ("", Some(default)) => return Ok(default.to_owned()),
                ("", None) => {}
                (answer, _) => return Ok(answer.to_owned()),
            }
        }
    }
}

fn ask(question: &str, default: Option<&str>) -> std::io::Result<String> {
    let mut stderr = anstream::stderr();
    let shown = default.map(|default| format!(" [{default}]")).unwrap_or_default();
    write!(stderr, "{question}{shown}: ")?;
    stderr.flush()?;
    let mut answer = String::new();
    match std::io::stdin().read_line(&mut answer)? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(answer),
    }
}

//! `outrigger verify`

use desktop::{Desktop, Verified};
use model::text::{self, printable};
use serde_json::{Value, json};

use crate::context::{Context, reference, wait};
use crate::exit::Exit;
use crate::output::failure::{Failure, LONGEST};
use crate::output::{Output, style, table};

pub(super) fn run(
    context: &Context,
    output: &Output,
    extension: Option<&str>,
    repair: bool,
) -> Result<Exit, Failure> {
    let desktop = context.desktop(output.listener())?;
    let named = extension.map(reference).transpose()?;
    let mut all = desktop.verify(named.as_ref())?;
    let mut worst = None;
    let mut repaired = Vec::new();
    if repair {
        for verified in all.iter_mut().filter(|verified| !verified.is_whole()) {
            match mend(&desktop, verified) {
                Ok(whole) => {
                    repaired.push(whole.path.clone());
                    *verified = whole;
                }
                Err(failure) => worst = Some(worse(output, worst, failure)),
            }
        }
    }
    let documents = all
        .iter()
        .map(|verified| document(verified, repaired.contains(&verified.path)));
    if output.is_json() {
        let documents: Vec<_> = documents.collect();
        output.json(&json!({ "generations": documents, "warnings": output.warnings() }));
    } else if !output.is_quiet() {
        print(output, &all);
    }
    for verified in all.iter().filter(|verified| repaired.contains(&verified.path)) {
        output.note(&format!("{} {}", style::good("Repaired"), verified.reference()));
    }
    let damaged = all.iter().filter(|verified| !verified.is_whole()).count();
    match worst {
        Some(failure) => Err(failure),
        None if damaged > 0 => Err(damage(damaged, named.is_some())),
        None if !output.warnings().is_empty() => Err(Failure::damaged(
            "what is installed cannot be told as a whole".to_owned(),
        )),
        None => Ok(Exit::Done),
    }
}

fn mend(desktop: &Desktop, verified: &Verified) -> Result<Verified, Failure> {
    Ok(wait(desktop.repair(verified))??)
}

/// Of several failures the one with the highest exit code is said at the end, the others now.
fn worse(output: &Output, worst: Option<Failure>, failure: Failure) -> Failure {
    match worst {
        None => failure,
        Some(worst) if failure.exit() > worst.exit() => {
            output.fail(&worst);
            failure
        }
        Some(worst) => {
            output.fail(&failure);
            worst
        }
    }
}

fn damage(generations: usize, is_named: bool) -> Failure {
    let (what, which) = match generations {
        1 => ("1 generation is".to_owned(), "it"),
        count => (format!("{count} generations are"), "them"),
    };
    let extension = if is_named { " EXT" } else { "" };
    Failure::damaged(format!("{what} not as installed")).help(format!(
        "`outrigger verify{extension} --repair` fetches {which} again"
    ))
}

fn print(output: &Output, all: &[Verified]) {
    if all.is_empty() {
        if output.warnings().is_empty() {
            output.line("No extensions are installed.");
        }
        return;
    }
    let headings = ["ID", "RELEASE", "FILES", "SIZE", "RESULT"];
    output.line(&table::table(&headings, all.iter().map(row)));
    for verified in all.iter().filter(|verified| !verified.is_whole()) {
        output.line("");
        output.line(&format!("{}:", style::bold(&verified.reference().to_string())));
        for difference in &verified.verification.differences {
            let path = Some(difference.path.as_str()).filter(|path| !path.is_empty());
            let path = printable(path.unwrap_or(verified.path.as_str()), LONGEST);
            output.line(&format!("  {:<15} {path}", difference.kind.as_str()));
        }
    }
}

fn row(verified: &Verified) -> Vec<String> {
    let found = &verified.verification;
    let result = match found.differences.len() {
        0 => "ok".to_owned(),
        1 => "1 difference".to_owned(),
        count => format!("{count} differences"),
    };
    vec![
        verified.id.to_string(),
        verified.generation.version(),
        found.files.to_string(),
        text::size(verified.generation.size),
        result,
    ]
}

/// One generation in JSON.
fn document(verified: &Verified, is_repaired: bool) -> Value {
    let Verified {
        id,
        generation,
        is_current,
        path,
        verification,
    } = verified;
    let differences: Vec<_> = verification
        .differences
        .iter()
        .map(|difference| json!({ "path": difference.path, "kind": difference.kind.as_str() }))
        .collect();
    json!({
        "id": id.to_string(),
        "version": generation.version(),
        "digest": generation.digest,
        "manifest": generation.manifest,
        "current": is_current,
        "path": path,
        "files": verification.files,
        "bytes": verification.bytes,
        "differences": differences,
        "repaired": is_repaired,
    })
}

//! Rules about host binaries.

use model::ImagePath;
use model::platform::System;

use super::findings::Findings;
use super::{Rule, files, table};
use crate::inspect::{Architecture, Binary, Content, FileFacts, Format, ImageFacts, Inspected};

pub(super) fn check(inspected: &Inspected, findings: &mut Findings) {
    let Some(facts) = &inspected.metadata else { return };
    let Ok(metadata) = &facts.parsed else { return };
    let places = files::BinaryPlaces::of(facts);
    for system in System::ALL {
        for listed in metadata.host.of(system) {
            let place = facts.text.at(places.get(system, listed));
            for image in &inspected.images {
                let found = image.files.range(listed..);
                for (path, file) in found.take_while(|(path, _)| path.is_within(listed)) {
                    for (rule, message) in (Judged {
                        system,
                        path,
                        file,
                        image,
                    })
                    .complaints()
                    {
                        findings
                            .add(rule, message)
                            .at(Some(place.clone()))
                            .on(image.platform.as_ref());
                    }
                }
            }
        }
    }
}

/// A file that is listed for a system.
struct Judged<'a> {
    system: System,
    path: &'a ImagePath,
    file: &'a FileFacts,
    image: &'a ImageFacts,
}

impl Judged<'_> {
    fn complaints(&self) -> Vec<(&'static Rule, String)> {
        let Content::Binary(binary) = &self.file.content else {
            return Vec::new();
        };
        let mut complaints = Vec::new();
        if let Binary::Program {
            format,
            architectures,
        } = binary
        {
            // Linux runs nothing else; a data file of another system's form may stand beside the program that wants it.
            if format.system() != self.system {
                let wanted = Format::of(self.system).name();
                let message = format!(
                    "{} is {}, and listed for {}, which runs {wanted}",
                    self.path,
                    format.name(),
                    self.system
                );
                complaints.push((&table::BINARY_FORMAT, message));
            } else if let Some(message) = self.foreign(architectures) {
                complaints.push((&table::BINARY_ARCHITECTURE, message));
            }
        }
        let is_started = matches!(binary, Binary::Script | Binary::Program { .. });
        if is_started && self.system != System::Windows && self.file.executable == Some(false) {
            complaints.push((
                &table::BINARY_NOT_EXECUTABLE,
                format!("{} has no execute bit", self.path),
            ));
        }
        complaints
    }

    /// Why a program does not run on the machines that take this image.
    fn foreign(&self, architectures: &[Architecture]) -> Option<String> {
        let machine = self.image.platform.as_ref()?.architecture();
        let runs = |Architecture(built): &Architecture| {
            built == machine
                || (built == "386" && machine == "amd64")
                // Both translate what was made for the other processor.
                || (built == "amd64" && machine == "arm64" && self.system != System::Linux)
                || (built == "386" && machine == "arm64" && self.system == System::Windows)
        };
        if architectures.iter().any(runs) {
            return None;
        }
        let built: Vec<_> = architectures
            .iter()
            .map(|Architecture(name)| name.as_str())
            .collect();
        Some(format!(
            "{} is made for {}, and {machine} desktops get it",
            self.path,
            built.join(" and ")
        ))
    }
}

//! From lines to instructions: continued lines, comments, here-documents.

/// The most instructions that are looked at: against files that are made to exhaust their reader.
const MAX_INSTRUCTIONS: usize = 10_000;

/// One instruction.
#[derive(Debug)]
pub(super) struct Instruction {
    /// Its name in upper case.
    pub(super) name: String,
    /// What stands behind it: characters with their places in the file, without the joints of continued lines.
    pub(super) rest: Vec<(usize, char)>,
    /// What takes away the meaning of the next character.
    pub(super) escape: char,
}

/// The instructions of a file.
pub(super) fn instructions(text: &str) -> Vec<Instruction> {
    let escape = escape(text);
    let mut found = Vec::new();
    let mut lines = Lines { text, at: 0 };
    while let Some(instruction) = next(&mut lines, escape) {
        for end in heredocs(&instruction) {
            lines.skip_heredoc(&end);
        }
        found.push(instruction);
        if found.len() == MAX_INSTRUCTIONS {
            break;
        }
    }
    found
}

/// The character of the directive `# escape=`, which stands above everything else.
fn escape(text: &str) -> char {
    let directives = text
        .lines()
        .map_while(|line| line.trim().strip_prefix('#')?.split_once('='));
    let mut escapes = directives.filter(|(name, _)| name.trim().eq_ignore_ascii_case("escape"));
    match escapes.next() {
        Some((_, value)) if value.trim() == "`" => '`',
        _ => '\\',
    }
}

struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lines<'a> {
    /// The next line without its end, and where it begins.
    fn next(&mut self) -> Option<(usize, &'a str)> {
        let start = self.at;
        let line = self.text[start..].split_inclusive('\n').next()?;
        self.at += line.len();
        Some((start, line.trim_end_matches(['\n', '\r'])))
    }

    fn skip_heredoc(&mut self, end: &str) {
        while let Some((_, line)) = self.next() {
            if line.trim_start_matches('\t') == end {
                return;
            }
        }
    }
}

fn next(lines: &mut Lines<'_>, escape: char) -> Option<Instruction> {
    let mut characters: Vec<(usize, char)> = Vec::new();
    let mut continued = false;
    while let Some((start, line)) = lines.next() {
        let blank = line.trim();
        if blank.is_empty() || blank.starts_with('#') {
            continue; // also between the lines of one instruction
        }
        let body = line.trim_end();
        continued = body.ends_with(escape);
        let body = body.strip_suffix(escape).unwrap_or(line);
        characters.extend(body.char_indices().map(|(at, character)| (start + at, character)));
        if !continued {
            break;
        }
    }
    if characters.is_empty() && !continued {
        return None;
    }
    let begin = characters
        .iter()
        .position(|(_, it)| !it.is_whitespace())
        .unwrap_or(0);
    let name: String = characters[begin..]
        .iter()
        .map(|(_, it)| *it)
        .take_while(|it| !it.is_whitespace())
        .collect();
    Some(Instruction {
        rest: characters.split_off(begin + name.chars().count()),
        name: name.to_ascii_uppercase(),
        escape,
    })
}

/// The words that end the here-documents of an instruction.
fn heredocs(instruction: &Instruction) -> Vec<String> {
    if !matches!(instruction.name.as_str(), "RUN" | "COPY" | "ADD") {
        return Vec::new();
    }
    let text: String = instruction.rest.iter().map(|(_, it)| *it).collect();
    let openings = text.split("<<").skip(1);
    openings
        .filter_map(|after| {
            let after = after.strip_prefix('-').unwrap_or(after);
            let word = after
                .split(|it: char| it.is_whitespace() || ";|&<>()".contains(it))
                .next()?;
            let word = word.trim_matches(['"', '\'']);
            let first = word.chars().next()?;
            (first.is_alphabetic() || first == '_').then(|| word.to_owned())
        })
        .collect()
}

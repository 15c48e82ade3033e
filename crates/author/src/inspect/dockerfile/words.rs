//! From an instruction to its words: quotes, escapes, variables.

use std::collections::BTreeMap;
use std::ops::Range;

use super::lines::Instruction;

/// How deep variables stand inside the defaults of others: against files that exhaust the stack.
const MAX_DEPTH: usize = 16;

/// A piece of a word.
#[derive(Debug, Clone)]
enum Piece {
    Plain(char),
    /// `$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME:+word}`.
    Variable {
        name: String,
        other: Option<(char, Vec<Piece>)>,
    },
}

/// A word with its quotes undone, and where it stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Word {
    pieces: Vec<Piece>,
    bytes: Range<usize>,
    /// Where the first `=` outside of quotes stands among the pieces, and in the file.
    equals: Option<(usize, usize)>,
}

impl Word {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn bytes(&self) -> Range<usize> {
        self.bytes.clone()
    }

    /// The text, with variables as they are written.
    pub(super) fn literal(&self) -> String {
        let pieces = self.pieces.iter();
        pieces
            .map(|piece| match piece {
                Piece::Plain(character) => character.to_string(),
                Piece::Variable { name, .. } => format!("${name}"),
            })
            .collect()
    }

    /// The text with what its variables mean; none where only the build knows one of them.
    pub(super) fn expand(&self, variables: &BTreeMap<String, Option<String>>) -> Option<String> {
        expand(&self.pieces, variables)
    }

    /// The word before and after its first `=`.
    pub(super) fn split_at_equals(mut self) -> Option<(String, Self)> {
        let (piece, byte) = self.equals?;
        let value = self.pieces.split_off(piece + 1);
        self.pieces.pop();
        let value = Self {
            pieces: value,
            bytes: byte + 1..self.bytes.end,
            equals: None,
        };
        Some((self.literal(), value))
    }

    fn halves(mut self) -> Option<(Self, Self)> {
        let (piece, byte) = self.equals?;
        let value = Self {
            pieces: self.pieces.split_off(piece + 1),
            bytes: byte + 1..self.bytes.end,
            equals: None,
        };
        self.pieces.pop();
        self.bytes.end = byte;
        Some((self, value))
    }
}

fn expand(pieces: &[Piece], variables: &BTreeMap<String, Option<String>>) -> Option<String> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Plain(character) => text.push(*character),
            Piece::Variable { name, other } => {
                let value = variables.get(name).cloned().flatten();
                match (value, other) {
                    (Some(_), Some(('+', other))) => text.push_str(&expand(other, variables)?),
                    (None, Some(('+', _))) => {}
                    (Some(value), _) => text.push_str(&value),
                    (None, Some((_, other))) => text.push_str(&expand(other, variables)?),
                    (None, None) => return None,
                }
            }
        }
    }
    Some(text)
}

/// The words of an instruction.
pub(super) fn split(instruction: &Instruction) -> impl Iterator<Item = Word> {
    let mut reader = Reader {
        rest: instruction.rest.clone(),
        at: 0,
        depth: 0,
        escape: instruction.escape,
    };
    std::iter::from_fn(move || reader.word())
}

/// `NAME=VALUE NAME=VALUE …`, or in the oldest form `NAME VALUE` to the end of the line.
pub(super) fn pairs(instruction: &Instruction) -> Vec<(Word, Word)> {
    let mut words: Vec<Word> = split(instruction).collect();
    if words.first().is_none_or(|word| word.equals.is_some()) {
        return words.into_iter().filter_map(Word::halves).collect();
    }
    let mut name = words.remove(0);
    name.equals = None;
    let mut value = Word::default();
    for word in words {
        if value.pieces.is_empty() {
            value.bytes.start = word.bytes.start;
        } else {
            value.pieces.push(Piece::Plain(' '));
        }
        value.bytes.end = word.bytes.end;
        value.pieces.extend(word.pieces);
    }
    vec![(name, value)]
}

struct Reader {
    rest: Vec<(usize, char)>,
    at: usize,
    depth: usize,
    escape: char,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).map(|(_, it)| *it)
    }

    fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += 1;
        Some(character)
    }

    /// The byte behind the character that was taken last.
    fn end(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|at| self.rest.get(at));
        last.map_or(0, |(at, it)| at + it.len_utf8())
    }

    fn word(&mut self) -> Option<Word> {
        while self.peek()?.is_whitespace() {
            self.at += 1;
        }
        let mut word = Word::default();
        word.bytes.start = self.rest[self.at].0;
        let mut quote = None;
        while let Some(character) = self.peek().filter(|it| quote.is_some() || !it.is_whitespace()) {
            let byte = self.rest[self.at].0;
            self.at += 1;
            match character {
                '=' if quote.is_none() && word.equals.is_none() => {
                    word.equals = Some((word.pieces.len(), byte));
                    word.pieces.push(Piece::Plain('='));
                }
                '"' | '\'' if quote.is_none() => quote = Some(character),
                _ if quote == Some(character) => quote = None,
                _ if quote == Some('\'') => word.pieces.push(Piece::Plain(character)),
                _ => {
                    let piece = self.piece(character, quote.is_some());
                    word.pieces.push(piece);
                }
            }
        }
        word.bytes.end = self.end();
        Some(word)
    }

    /// What a character outside of single quotes begins.
    fn piece(&mut self, character: char, quoted: bool) -> Piece {
        if character == self.escape {
            // In double quotes only what would mean something there loses it.
            let special = |it: &char| !quoted || *it == '"' || *it == '$' || *it == self.escape;
            if self.peek().as_ref().is_some_and(special) {
                return Piece::Plain(self.take().unwrap_or(character));
            }
        }
        if character == '$' {
            return self.variable();
        }
        Piece::Plain(character)
    }

    fn variable(&mut self) -> Piece {
        let start = self.at;
        let braced = self.peek() == Some('{');
        if braced {
            self.at += 1;
        }
        let mut name = String::new();
        while let Some(character) = self.peek().filter(|it| it.is_ascii_alphanumeric() || *it == '_') {
            name.push(character);
            self.at += 1;
        }
        let mut other = None;
        if braced && self.peek() == Some(':') {
            self.at += 1;
            other = self.take().map(|kind| (kind, self.until_brace()));
        } else if braced && self.peek() == Some('}') {
            self.at += 1;
        }
        if name.is_empty() {
            self.at = start; // a dollar alone
            return Piece::Plain('$');
        }
        Piece::Variable { name, other }
    }

    fn until_brace(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.depth += 1;
        while let Some(character) = self.take() {
            match character {
                '}' => break,
                '$' if self.depth < MAX_DEPTH => pieces.push(self.variable()),
                character => pieces.push(Piece::Plain(character)),
            }
        }
        self.depth -= 1;
        pieces
    }
}

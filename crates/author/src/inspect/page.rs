//! What stands in HTML: tags with their attributes and lines.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// A tag that opens something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    /// The line on which it ends, from 1.
    pub(crate) line: usize,
}

/// The most tags that are looked at: against pages that exhaust this program.
const MAX_TAGS: usize = 100_000;

#[derive(Default)]
struct Collector(RefCell<Vec<Opening>>);

impl TokenSink for Collector {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token
            && tag.kind == TagKind::StartTag
        {
            let mut found = self.0.borrow_mut();
            if found.len() < MAX_TAGS {
                found.push(opening(&tag, line));
            }
            // What stands inside of these is no markup.
            return match &*tag.name {
                "script" => TokenSinkResult::RawData(html5ever::tokenizer::states::ScriptData),
                "style" => TokenSinkResult::RawData(html5ever::tokenizer::states::Rawtext),
                _ => TokenSinkResult::Continue,
            };
        }
        TokenSinkResult::Continue
    }
}

fn opening(tag: &Tag, line: u64) -> Opening {
    let attributes = tag.attrs.iter();
    Opening {
        name: tag.name.to_string(),
        attributes: attributes
            .map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()))
            .collect(),
        line: usize::try_from(line).unwrap_or(usize::MAX),
    }
}

/// The opening tags of a page or a piece of one, in order.
pub(crate) fn openings(html: &str) -> Vec<Opening> {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Collector::default(), TokenizerOpts::default());
    // The only thing that stops it is a script that a browser would run; here it goes on behind it.
    while !queue.is_empty() {
        let _ = tokenizer.feed(&queue);
    }
    tokenizer.end();
    tokenizer.sink.0.take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_with_their_lines_and_not_inside_of_scripts() {
        let found = openings(
            "<!doctype html>\n<IMG Src='/a'\n alt=x>\n<script>'<p>'</script><style><b></style><br/>",
        );
        let names: Vec<_> = found.iter().map(|it| (it.name.as_str(), it.line)).collect();
        assert_eq!(names, [("img", 3), ("script", 4), ("style", 4), ("br", 4)]);
        assert_eq!(found[0].attributes[0], ("src".to_owned(), "/a".to_owned()));
    }
}

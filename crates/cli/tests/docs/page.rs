//! A page: its fenced blocks, links and headings, in their order.

use std::ops::Range;

use camino::{Utf8Path, Utf8PathBuf};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A document of the repository.
pub(crate) struct Page {
    /// Relative to the root of the repository.
    pub(crate) path: Utf8PathBuf,
    pub(crate) text: String,
}

/// What matters to the tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// `<!-- name: value -->`
    Mark { name: String, value: String },
    /// A fenced block.
    Block(Block),
    /// The target of a link or an image.
    Link(String),
    /// The text of a heading.
    Heading(String),
}

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// What stands behind the fence.
    pub(crate) language: String,
    /// Where its content stands in the page.
    pub(crate) content: Range<usize>,
}

/// The root of the repository.
pub(crate) fn root() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every document: those at the root, and the book.
pub(crate) fn all() -> Vec<Page> {
    let mut paths = Vec::new();
    let mut folders = vec![Utf8PathBuf::from("docs")];
    paths.extend(markdown_in(Utf8Path::new("")).0);
    while let Some(folder) = folders.pop() {
        let (found, below) = markdown_in(&folder);
        paths.extend(found);
        folders.extend(below);
    }
    paths.sort();
    assert!(paths.contains(&"README.md".into()), "{paths:?}");
    paths.into_iter().map(Page::read).collect()
}

/// The Markdown files and the folders in a folder.
fn markdown_in(folder: &Utf8Path) -> (Vec<Utf8PathBuf>, Vec<Utf8PathBuf>) {
    let mut found = (Vec::new(), Vec::new());
    for entry in root().join(folder).read_dir_utf8().unwrap() {
        let entry = entry.unwrap();
        let path = folder.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            found.1.push(path);
        } else if path.extension() == Some("md") {
            found.0.push(path);
        }
    }
    found
}

impl Page {
    pub(crate) fn read(path: Utf8PathBuf) -> Self {
        let text = fs_err::read_to_string(root().join(&path)).unwrap();
        Self { path, text }
    }

    /// The page of the book's source under this name.
    pub(crate) fn of_book(name: &str) -> Self {
        Self::read(Utf8Path::new("docs/src").join(name))
    }

    pub(crate) fn items(&self) -> Vec<Item> {
        let mut items = Vec::new();
        let mut block: Option<Block> = None;
        let mut heading: Option<String> = None;
        let options = Options::ENABLE_TABLES;
        for (event, range) in Parser::new_ext(&self.text, options).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    let language = language.to_string();
                    let content = 0..0;
                    block = Some(Block { language, content });
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                    panic!("{}: fence the block that is only indented", self.at(range.start));
                }
                Event::Text(_) if block.is_some() => {
                    let content = &mut block.as_mut().unwrap().content;
                    let start = if content.end == 0 {
                        range.start
                    } else {
                        content.start
                    };
                    *content = start..range.end;
                }
                Event::End(TagEnd::CodeBlock) => items.extend(block.take().map(Item::Block)),
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    items.push(Item::Link(dest_url.to_string()));
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                Event::End(TagEnd::Heading(_)) => items.extend(heading.take().map(Item::Heading)),
                Event::Html(html) | Event::InlineHtml(html) => items.extend(mark(&html)),
                _ => {}
            }
        }
        items
    }

    /// `path:line` of a place in the text.
    pub(crate) fn at(&self, offset: usize) -> String {
        let line = self.text[..offset].matches('\n').count() + 1;
        format!("{}:{line}", self.path)
    }

    /// The rows of every table whose first heading is `first`, as the texts of their cells without back-ticks.
    pub(crate) fn table(&self, first: &str) -> Vec<Vec<String>> {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let (mut row, mut cell) = (Vec::new(), String::new());
        let mut is_wanted = false;
        for event in Parser::new_ext(&self.text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::TableCell) => cell = String::new(),
                Event::Text(text) | Event::Code(text) => cell.push_str(&text),
                Event::End(TagEnd::TableCell) => row.push(std::mem::take(&mut cell)),
                Event::End(TagEnd::TableHead) => {
                    is_wanted = row.first().is_some_and(|heading| heading == first);
                    row.clear();
                }
                Event::End(TagEnd::TableRow) if is_wanted => rows.push(std::mem::take(&mut row)),
                Event::End(TagEnd::TableRow) => row.clear(),
                _ => {}
            }
        }
        assert!(!rows.is_empty(), "{} has no table of `{first}`", self.path);
        rows
    }
}

fn mark(html: &str) -> Option<Item> {
    let inner = html.trim().strip_prefix("<!--")?.strip_suffix("-->")?;
    let (name, value) = inner.split_once(':')?;
    Some(Item::Mark {
        name: name.trim().to_owned(),
        value: value.trim().to_owned(),
    })
}

#[test]
fn a_page_falls_into_marks_blocks_links_and_headings() {
    let text =
        "# The `ls` page\n\n<!-- story: empty -->\n\n```console\n$ a\nb\n```\n\nSee [there](x.md#y).\n"
            .to_owned();
    let path = "x.md".into();
    let page = Page { path, text };
    let items = page.items();
    let Item::Block(block) = &items[2] else {
        panic!("{items:?}");
    };
    assert_eq!(page.text[block.content.clone()], *"$ a\nb\n");
    assert_eq!(block.language, "console");
    assert_eq!(items[0], Item::Heading("The ls page".to_owned()));
    let (name, value) = ("story".to_owned(), "empty".to_owned());
    assert_eq!(items[1], Item::Mark { name, value });
    assert_eq!(items[3], Item::Link("x.md#y".to_owned()));
}

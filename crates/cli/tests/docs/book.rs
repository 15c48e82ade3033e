//! The book as a whole: its summary, and every link of every document.

use std::collections::BTreeSet;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use crate::page::{Item, Page, all, root};

#[test]
fn every_page_stands_in_the_summary_once() {
    let links = Page::of_book("SUMMARY.md")
        .items()
        .into_iter()
        .filter_map(|item| match item {
            Item::Link(target) => Some(Utf8Path::new("docs/src").join(target)),
            _ => None,
        });
    let mut listed: Vec<_> = links.collect();
    listed.sort();
    let mut pages: Vec<_> = all().into_iter().map(|page| page.path).collect();
    pages.retain(|path| path.starts_with("docs/src") && path.file_name() != Some("SUMMARY.md"));
    assert_eq!(listed, pages);
}

#[test]
fn every_link_inside_the_repository_leads_somewhere() {
    let mut broken = Vec::new();
    for page in all() {
        for item in page.items() {
            let Item::Link(target) = item else { continue };
            if !target.contains("://") && !leads_somewhere(&page, &target) {
                broken.push(format!("{}: {target}", page.path));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn leads_somewhere(page: &Page, target: &str) -> bool {
    let (path, anchor) = target
        .split_once('#')
        .map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let path = if path.is_empty() {
        page.path.clone()
    } else {
        resolved(&page.path.parent().unwrap().join(path))
    };
    // A page of the book must not lead out of it: the book is published without the repository.
    let leaves_book = page.path.starts_with("docs/src") && !path.starts_with("docs/src");
    if leaves_book || !root().join(&path).exists() {
        return false;
    }
    anchor.is_none_or(|anchor| anchors(&Page::read(path)).contains(anchor))
}

/// A path without `..`.
fn resolved(path: &Utf8Path) -> Utf8PathBuf {
    path.components().fold(Utf8PathBuf::new(), |mut whole, part| {
        match part {
            Utf8Component::ParentDir => assert!(whole.pop(), "{path}"),
            Utf8Component::CurDir => {}
            part => whole.push(part),
        }
        whole
    })
}

/// The anchors that mdBook and code forges make of a page's headings.
fn anchors(page: &Page) -> BTreeSet<String> {
    let headings = page.items().into_iter().filter_map(|item| match item {
        Item::Heading(text) => Some(text),
        _ => None,
    });
    headings
        .map(|text| {
            let kept = text.to_lowercase().replace(' ', "-");
            kept.chars()
                .filter(|it| it.is_alphanumeric() || "-_".contains(*it))
                .collect()
        })
        .collect()
}

#[test]
fn a_link_into_nothing_is_found() {
    let page = Page::of_book("SUMMARY.md");
    assert!(leads_somewhere(&page, "SUMMARY.md"));
    assert!(!leads_somewhere(&page, "none.md"));
    assert!(!leads_somewhere(&page, "SUMMARY.md#nothing-of-that-name"));
    assert!(!leads_somewhere(&page, "../../README.md"));
}

/// `cargo xtask test` runs this very test, so that no example can run it; the demo is run as an example too.
#[test]
fn the_readme_begins_with_the_two_commands_that_are_enough() {
    let page = Page::read("README.md".into());
    let commands: Vec<_> = page
        .text
        .lines()
        .filter(|line| line.starts_with("$ cargo "))
        .collect();
    assert_eq!(commands, ["$ cargo run --release -- demo", "$ cargo xtask test"]);
}

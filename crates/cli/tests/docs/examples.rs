//! Every example of every document is run.

use std::fmt::Write as _;

use crate::expected::is_as_shown;
use crate::files;
use crate::page::{Block, Item, Page, all, root};
use crate::session::Session;
use crate::world::Story;

/// What a command of an example shows.
struct Example<'page> {
    line: &'page str,
    shown: &'page str,
}

/// Runs the examples of a page in their order; answers what is wrong, and the page as it should be.
fn run(page: &Page) -> (Vec<String>, String) {
    let mut problems = Vec::new();
    let mut text = String::new();
    let mut copied = 0;
    let mut session = Session::new(Story::Acme);
    let mut file: Option<String> = None;
    for item in page.items() {
        match item {
            Item::Mark { name, value } if name == "story" => session = Session::new(Story::named(&value)),
            Item::Mark { name, value } if name == "file" => file = Some(value),
            Item::Block(block) if block.language == "console" => {
                let (wrong, printed) = run_block(page, &block, &mut session);
                problems.extend(wrong);
                text.push_str(&page.text[copied..block.content.start]);
                text.push_str(&printed);
                copied = block.content.end;
            }
            Item::Block(block) => {
                let content = &page.text[block.content.clone()];
                if let Some(name) = file.take() {
                    session.write(&name, content);
                }
                if let Err(problem) = files::check(&block.language, content) {
                    problems.push(format!("{}: {problem}", page.at(block.content.start)));
                }
            }
            _ => {}
        }
    }
    text.push_str(&page.text[copied..]);
    (problems, text)
}

/// Runs the commands of one block; answers what is wrong, and the block as it should be.
fn run_block(page: &Page, block: &Block, session: &mut Session) -> (Vec<String>, String) {
    let mut problems = Vec::new();
    let mut text = String::new();
    let content = &page.text[block.content.clone()];
    let examples = examples(content);
    if examples.is_empty() {
        problems.push(format!(
            "{}: a console without a command",
            page.at(block.content.start)
        ));
    }
    for (index, example) in examples.iter().enumerate() {
        let Example { line, shown } = example;
        let offset = block.content.start + (line.as_ptr() as usize - content.as_ptr() as usize);
        let at = page.at(offset);
        writeln!(text, "$ {line}").unwrap();
        let Some(printed) = session.run(line, shown) else {
            if !shown.is_empty() {
                problems.push(format!(
                    "{at}: `{line}` is not run, so its output cannot be shown"
                ));
            }
            text.push_str(shown);
            continue;
        };
        if is_as_shown(shown, &printed.text) {
            text.push_str(shown);
        } else {
            let printed = printed.text.trim_end();
            problems.push(format!(
                "{at}: `{line}`\n--- the page shows\n{shown}\n--- it prints\n{printed}\n"
            ));
            if !printed.is_empty() {
                writeln!(text, "{printed}").unwrap();
            }
        }
        let says_so = [r"error:", r#""error":"#].iter().any(|sign| shown.contains(sign))
            || examples.get(index + 1).is_some_and(|next| next.line == "echo $?");
        if printed.code != 0 && !says_so {
            let code = printed.code;
            problems.push(format!(
                "{at}: `{line}` ends with {code}, and the page does not say so"
            ));
        }
    }
    (problems, text)
}

/// The commands of a console block, each with the lines up to the next. The demo shows commands itself: it has a block of its own.
fn examples(content: &str) -> Vec<Example<'_>> {
    let command = content.strip_prefix("$ ").and_then(|rest| rest.split_once('\n'));
    if let Some((line, shown)) = command.filter(|(line, _)| line.contains(" demo")) {
        return vec![Example { line, shown }];
    }
    let starts: Vec<usize> = content
        .match_indices("$ ")
        .map(|(at, _)| at)
        .filter(|at| *at == 0 || content[..*at].ends_with('\n'))
        .collect();
    let ends = starts.iter().skip(1).copied().chain([content.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| {
            let (line, shown) = content[start + 2..end].split_once('\n').unwrap();
            Example { line, shown }
        })
        .collect()
}

/// Whether the examples of a page run programs that are no part of every system.
fn needs_more(page: &Page) -> bool {
    let is_said = |item: &Item| matches!(item, Item::Mark { name, .. } if name == "needs");
    page.items().iter().any(is_said)
}

/// Runs these pages; where that is asked for, writes them as they should be.
fn check(pages: impl Iterator<Item = Page>) {
    let is_update = std::env::var_os("OUTRIGGER_UPDATE_DOCS").is_some();
    let pages: Vec<_> = pages.collect();
    let mut problems = Vec::new();
    std::thread::scope(|scope| {
        let running: Vec<_> = pages
            .iter()
            .map(|page| (page, scope.spawn(|| run(page))))
            .collect();
        for (page, thread) in running {
            let (found, text) = thread.join().unwrap();
            problems.extend(found);
            if is_update && text != page.text {
                fs_err::write(root().join(&page.path), text).unwrap();
            }
        }
    });
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_example_does_what_its_page_shows() {
    check(all().into_iter().filter(|page| !needs_more(page)));
}

#[test]
#[ignore = "needs make"]
fn every_example_that_runs_other_programs_does_what_its_page_shows() {
    check(all().into_iter().filter(needs_more));
}

#[test]
fn a_page_that_shows_something_else_is_found_and_mended() {
    let text =
        "<!-- story: empty -->\n```console\n$ outrigger ls\nNothing here.\n$ outrigger version\n...\n```\n"
            .to_owned();
    let path = "x.md".into();
    let (problems, mended) = run(&Page { path, text });
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("x.md:3: `outrigger ls`"), "{problems:?}");
    assert!(
        mended.contains("$ outrigger ls\nNo extensions are installed.\n$ outrigger version\n...\n```"),
        "{mended}"
    );
}

#[test]
fn a_question_of_init_is_put_again_until_its_answer_will_do() {
    let text = "<!-- story: empty -->\n```console\n$ outrigger init whale\n\
        Template (ui, backend or host) [ui]: phone\n\
        error: there is no template phone\n  help: the templates are ui, backend and host\n\
        Template (ui, backend or host) [ui]:\nTitle [Whale]:\nDescription, one sentence [What Whale does]:\n\
        Vendor:\nVendor: Acme\n\
        Vendor's page [https://example.com]: acme\nerror: acme is no address that begins with https://\n\
        Vendor's page [https://example.com]: https://acme.example\n...\n$ outrigger validate whale --strict\n\
        whale is as it should be\n```\n"
        .to_owned();
    let path = "x.md".into();
    let (problems, _) = run(&Page { path, text });
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn a_failure_that_the_page_hides_is_found() {
    let text = "<!-- story: empty -->\n```console\n$ outrigger rm acme/whale\n...\n```\n".to_owned();
    let path = "x.md".into();
    let (problems, _) = run(&Page { path, text });
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("ends with 4"), "{problems:?}");
}

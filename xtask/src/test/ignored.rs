//! The tests that need real parts, as they say it themselves: `#[ignore = "needs docker-registry"]`.

/// A test that plain `cargo test` leaves out.
#[derive(Debug, PartialEq, Eq)]
struct IgnoredTest {
    /// Its name and the file it stands in.
    name: String,
    /// The reason in its attribute.
    reason: String,
}

impl IgnoredTest {
    /// Whether its reason names this package, as a word of its own.
    fn needs(&self, package: &str) -> bool {
        let part_of_a_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
        self.reason
            .split(|letter| !part_of_a_name(letter))
            .any(|word| word == package)
    }
}

/// The names of the tests that need a package.
pub(super) fn needing(package: &str) -> anyhow::Result<Vec<String>> {
    let tests = list()?.into_iter().filter(|test| test.needs(package));
    Ok(tests.map(|test| test.name).collect())
}

/// Every test of the workspace that is ignored with a reason.
fn list() -> anyhow::Result<Vec<IgnoredTest>> {
    let mut tests = Vec::new();
    for file in crate::rust_files::list()? {
        tests.extend(find(&fs_err::read_to_string(&file)?, &file.display().to_string()));
    }
    Ok(tests)
}

fn find(source: &str, file: &str) -> Vec<IgnoredTest> {
    let mut tests = Vec::new();
    let mut reason = None;
    for line in source.lines().map(str::trim_start) {
        if let Some(rest) = line.strip_prefix("#[ignore = \"") {
            reason = rest.split('"').next();
        } else if let Some((_, rest)) = line.split_once("fn ")
            && let Some(reason) = reason.take()
        {
            let name = rest.split(['(', '<']).next().unwrap_or(rest);
            tests.push(IgnoredTest {
                name: format!("{name} ({file})"),
                reason: reason.to_owned(),
            });
        }
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
        #[test]
        fn pure() {}

        #[tokio::test]
        #[ignore = "needs docker.io, docker-registry"]
        async fn an_image_is_built_and_pushed() {}

        fn helper() {}
    "#;

    #[test]
    fn an_ignored_test_is_found_with_its_file() {
        let tests = find(SOURCE, "crates/cli/tests/story.rs");
        let names: Vec<_> = tests.iter().map(|test| test.name.as_str()).collect();
        assert_eq!(
            names,
            ["an_image_is_built_and_pushed (crates/cli/tests/story.rs)"]
        );
    }

    #[test]
    fn a_package_is_recognised_as_a_whole_word_only() {
        let test = &find(SOURCE, "story.rs")[0];
        assert!(test.needs("docker.io") && test.needs("docker-registry"));
        assert!(!test.needs("docker") && !test.needs("skopeo"));
    }
}

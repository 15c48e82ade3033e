//! The name of an extension as a file name.

use std::fmt::Write as _;

use model::{Digest, ExtensionId};

/// The longest name that is used as it is, in bytes. File systems hold 255; a suffix such as `.json` and the
/// path limits of Windows need room.
const LONGEST: usize = 150;
/// How many bytes of a longer name stay readable before its hash.
const READABLE: usize = 100;

/// The file name that stands for `id`: readable, different for every legal id also where the file system
/// ignores case, and legal on Linux, macOS and Windows.
///
/// `/` becomes `+`, `:` becomes `=`, the brackets of an address become `(` and `)`, a capital becomes `!` and
/// the small letter. None of these signs can stand in an id, so no two ids meet. A name that Windows reserves
/// for a device gets a leading `^`. What would be longer than 150 bytes is cut after 100 and completed by `~`
/// and the SHA-256 of the id.
pub(crate) fn folder_name(id: &ExtensionId) -> String {
    let (registry, repository) = (id.registry(), id.repository());
    let mut name = String::with_capacity(registry.len() + repository.len() + 2);
    for character in registry.chars().chain(['/']).chain(repository.chars()) {
        match character {
            '/' => name.push('+'),
            ':' => name.push('='),
            '[' => name.push('('),
            ']' => name.push(')'),
            'A'..='Z' => {
                name.push('!');
                name.push(character.to_ascii_lowercase());
            }
            other => name.push(other),
        }
    }
    if is_device(&name) {
        name.insert(0, '^');
    }
    if name.len() > LONGEST {
        name.truncate(READABLE); // ids are ASCII, so every place is between two characters
        let _ = write!(name, "~{}", Digest::of(id.to_string().as_bytes()).hex()); // writing to a string cannot fail
    }
    name
}

/// The id that `name` stands for, where it tells: that of a long id ends in a hash and does not.
pub(crate) fn id_of(name: &str) -> Option<ExtensionId> {
    let mut id = String::with_capacity(name.len());
    let mut characters = name.strip_prefix('^').unwrap_or(name).chars();
    while let Some(character) = characters.next() {
        match character {
            '+' => id.push('/'),
            '=' => id.push(':'),
            '(' => id.push('['),
            ')' => id.push(']'),
            '!' => id.push(characters.next()?.to_ascii_uppercase()),
            other => id.push(other),
        }
    }
    let id: ExtensionId = id.parse().ok()?;
    (folder_name(&id) == name).then_some(id)
}

/// Windows reserves these names whatever suffix follows (Microsoft, "Naming Files, Paths, and Namespaces").
fn is_device(name: &str) -> bool {
    let front = name.split('.').next().unwrap_or(name);
    match front {
        "con" | "prn" | "aux" | "nul" => true,
        _ => {
            let number = front.strip_prefix("com").or_else(|| front.strip_prefix("lpt"));
            number.is_some_and(|number| number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit()))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name_of(id: &str) -> String {
        folder_name(&id.parse().unwrap())
    }

    #[test]
    fn names_are_readable() {
        assert_eq!(name_of("acme/whale"), "docker.io+acme+whale");
        assert_eq!(name_of("localhost:5000/whale"), "localhost=5000+whale");
        assert_eq!(name_of("[::1]:5000/a/b"), "(==1)=5000+a+b");
        assert_eq!(name_of("Acme.example/a"), "!acme.example+a");
    }

    #[test]
    fn device_names_of_windows_are_avoided() {
        assert_eq!(name_of("con.example/x"), "^con.example+x");
        assert_eq!(name_of("lpt1.example/x"), "^lpt1.example+x");
        assert_eq!(name_of("console.example/x"), "console.example+x");
        assert_eq!(name_of("com10.example/x"), "com10.example+x");
    }

    #[test]
    fn a_long_id_is_cut_and_hashed() {
        let front = "a".repeat(200);
        let one = name_of(&format!("acme/{front}1"));
        let two = name_of(&format!("acme/{front}2"));
        assert_eq!(one.len(), READABLE + 1 + 64);
        assert_ne!(one, two);
        assert_eq!(one[..READABLE], two[..READABLE]);
    }

    #[test]
    fn an_id_of_exactly_the_longest_length_is_not_cut() {
        let id = format!("acme/{}", "a".repeat(LONGEST - "docker.io/acme/".len()));
        assert_eq!(name_of(&id).len(), LONGEST);
        assert!(!name_of(&id).contains('~'));
        assert!(name_of(&format!("{id}a")).contains('~'));
    }

    /// Ids that differ in little: few letters, every separator, both cases, ports, devices, long ones.
    fn any_id() -> impl Strategy<Value = ExtensionId> {
        let registry = prop_oneof![
            "[aAb]{1,2}(-[aAb])?(\\.[aAb1]{1,2}){0,2}(:[1-9]{1,3})?",
            "(con|Con|nul|com1|lpt9|aux|prn)(\\.[ab])?",
            "\\[(::1|::a|::A|a::)\\](:[1-9])?",
            "[ab]{90,105}\\.x",
        ];
        let repository = "[ab1]{1,2}((\\.|_|__|-|--|/)[ab1]{1,2}){0,4}(/a{1,60}){0,1}";
        (registry, repository).prop_filter_map("not an id", |(registry, repository)| {
            ExtensionId::new(&registry, &repository).ok()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn different_ids_never_share_a_name(one in any_id(), two in any_id()) {
            let (first, second) = (folder_name(&one), folder_name(&two));
            prop_assert_eq!(one == two, first.to_lowercase() == second.to_lowercase());
        }

        #[test]
        fn a_name_that_is_not_cut_tells_its_id(id in any_id()) {
            let name = folder_name(&id);
            prop_assert_eq!(id_of(&name), (!name.contains('~')).then_some(id));
        }

        #[test]
        fn every_name_is_legal_everywhere(id in any_id()) {
            let name = folder_name(&id);
            prop_assert!(name.len() <= READABLE + 65);
            prop_assert!(!name.contains(['<', '>', ':', '"', '/', '\\', '|', '?', '*']));
            prop_assert!(name.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert!(!name.ends_with(['.', ' ']) && !name.starts_with('.'));
            prop_assert!(!is_device(&name));
        }
    }
}

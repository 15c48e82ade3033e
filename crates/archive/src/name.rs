//! Names of entries: from the bytes in an archive to a path below the image's root.

/// The parts of a path that name something: without empty parts and `.`.
pub(crate) fn parts(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty() && *part != b".")
}

/// Splits a normalised path into the folder and the last part; the root has no last part.
pub(crate) fn split_last(path: &[u8]) -> Option<(&[u8], &[u8])> {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => Some((&path[..slash], &path[slash + 1..])),
        None if path.is_empty() => None,
        None => Some((b"", path)),
    }
}

/// Appends a part to a normalised path.
pub(crate) fn append(path: &mut Vec<u8>, part: &[u8]) {
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(part);
}

/// The one spelling of an entry's name: relative to the root, `.` and empty parts dropped, `..` resolved by the letter
/// (contract, "Hostile and odd content": absolute names are taken relative to the image's root).
///
/// # Errors
///
/// What is wrong with the name, where it leaves the root or holds a NUL.
pub(crate) fn normalise(name: &[u8]) -> Result<Vec<u8>, &'static str> {
    if name.contains(&0) {
        return Err("it holds a NUL");
    }
    let mut path: Vec<u8> = Vec::with_capacity(name.len());
    for part in parts(name) {
        if part == b".." {
            let (folder, _) = split_last(&path).ok_or("it leaves the image's root")?;
            path.truncate(folder.len());
        } else {
            append(&mut path, part);
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_one_spelling_below_the_root() {
        for (name, path) in [
            ("ui/index.html", "ui/index.html"),
            ("/ui/index.html", "ui/index.html"),
            ("./ui//index.html/", "ui/index.html"),
            ("ui/./a/../index.html", "ui/index.html"),
            ("a/b/../../c", "c"),
            ("a/..", ""),
            ("", ""),
            ("./", ""),
            ("/.", ""),
            ("...", "..."),
            ("..a", "..a"),
        ] {
            assert_eq!(normalise(name.as_bytes()).unwrap(), path.as_bytes(), "{name:?}");
        }
    }

    #[test]
    fn a_name_that_leaves_the_root_or_holds_a_nul_is_none() {
        for name in ["..", "../a", "/..", "a/../..", "a/../../a", "./../a", "a\0b"] {
            assert!(normalise(name.as_bytes()).is_err(), "{name:?}");
        }
    }
}

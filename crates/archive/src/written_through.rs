//! Entries whose own path passes a symbolic link, which are not applied.
//!
//! Some unpackers follow the link, some replace it by a folder, and attacks live on the difference (CVE-2021-29136,
//! GHSA-m37j-52j7-pjw7). Base layers do it now and then, so that it matters only to who selects what may be touched.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use crate::name::split_last;

/// Where such entries would have had an effect, were they applied in one way or the other.
#[derive(Debug, Default)]
pub(crate) struct WrittenThrough {
    /// From a path that would be touched to the entry as it is written.
    touched: BTreeMap<Arc<[u8]>, Arc<[u8]>>,
}

impl WrittenThrough {
    /// Remembers an entry by its path as written and, unless its links lead in a circle, the place they lead to.
    pub(crate) fn remember(&mut self, path: &[u8], place: Option<Vec<u8>>) {
        let path: Arc<[u8]> = path.into();
        if let Some(place) = place {
            self.touched.insert(place.into(), Arc::clone(&path));
        }
        self.touched.insert(Arc::clone(&path), path);
    }

    /// The entry that would touch `path`: at or below it, or at a folder that it stands in.
    pub(crate) fn touching(&self, path: &[u8]) -> Option<&[u8]> {
        self.above(path)
            .or_else(|| self.below(path))
            .map(|entry| &**entry)
    }

    fn above(&self, path: &[u8]) -> Option<&Arc<[u8]>> {
        let mut path = path;
        loop {
            match (self.touched.get(path), split_last(path)) {
                (None, Some((folder, _))) => path = folder,
                (found, _) => return found,
            }
        }
    }

    fn below(&self, path: &[u8]) -> Option<&Arc<[u8]>> {
        let mut prefix = path.to_vec();
        if !prefix.is_empty() {
            prefix.push(b'/');
        }
        let from = (Bound::Included(prefix.as_slice()), Bound::Unbounded);
        let (first, entry) = self.touched.range::<[u8], _>(from).next()?;
        first.starts_with(&prefix).then_some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_touches_what_stands_above_and_below_it_and_nothing_beside_it() {
        let mut through = WrittenThrough::default();
        assert_eq!(through.touching(b""), None);
        through.remember(b"link/a", Some(b"real/a".to_vec()));
        through.remember(b"circle/b", None);
        for path in [
            "", "link", "link/a", "link/a/b", "real", "real/a", "real/a/x", "circle",
        ] {
            assert!(through.touching(path.as_bytes()).is_some(), "{path:?}");
        }
        for path in ["real/ab", "real/b", "real/a.b", "rea", "z", "a"] {
            assert!(through.touching(path.as_bytes()).is_none(), "{path:?}");
        }
        assert_eq!(through.touching(b"real"), Some(b"link/a".as_slice()));
    }

    #[test]
    fn what_would_empty_the_root_touches_everything() {
        let mut through = WrittenThrough::default();
        through.remember(b"to-root", Some(Vec::new()));
        assert!(through.touching(b"any/thing").is_some());
    }
}

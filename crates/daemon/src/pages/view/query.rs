//! What somebody looks for in the marketplace, as it stands in the address of the page.

use model::text::without_controls;

use crate::pages::address;

/// The longest text that is searched for, in characters; the rest is cut off.
const LONGEST: usize = 200;

/// Declares choices once: what they are called in addresses and on pages.
macro_rules! choices {
    ($(#[doc = $about:literal])* $name:ident { $($variant:ident $word:literal $label:literal,)* }) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub(crate) enum $name {
            #[default]
            $($variant,)*
        }

        impl $name {
            /// All that there are.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word in an address; empty for what holds where nothing is said.
            pub(crate) fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What a page calls it.
            pub(crate) fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            fn read(word: &str) -> Self {
                Self::ALL.iter().copied().find(|choice| choice.word() == word).unwrap_or_default()
            }
        }
    };
}

choices! {
    /// Which extensions are shown.
    State {
        All "" "All",
        Fits "fits" "Can be installed",
        Installed "installed" "Installed",
        Updates "updates" "Updates",
        Unfit "unfit" "Cannot run here",
    }
}

choices! {
    /// In which order.
    Sort {
        Title "" "Name",
        Vendor "vendor" "Vendor",
        Standing "state" "State",
    }
}

/// What somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Query {
    /// Words that all have to occur.
    pub(crate) text: String,
    /// A category, in lower case; empty for all.
    pub(crate) category: String,
    /// The state.
    pub(crate) state: State,
    /// The order.
    pub(crate) sort: Sort,
    /// Which page of the result, from 0.
    pub(crate) page: usize,
}

impl Query {
    /// Reads what stands in an address. What means nothing counts as not said: addresses are typed and kept.
    pub(crate) fn read(pairs: &[(String, String)]) -> Self {
        let value = |name: &str| {
            let found = pairs.iter().find(|(key, _)| key == name);
            let value = found.map(|(_, value)| value.trim()).unwrap_or_default();
            without_controls(&value.chars().take(LONGEST).collect::<String>())
        };
        Self {
            text: value("q"),
            category: value("category").to_lowercase(),
            state: State::read(&value("state")),
            sort: Sort::read(&value("sort")),
            page: value("page").parse::<usize>().unwrap_or(1).saturating_sub(1),
        }
    }

    /// The address of this result.
    pub(crate) fn address(&self) -> String {
        let page = if self.page == 0 {
            String::new()
        } else {
            self.page.saturating_add(1).to_string()
        };
        let pairs = [
            ("q", self.text.as_str()),
            ("category", &self.category),
            ("state", self.state.word()),
            ("sort", self.sort.word()),
            ("page", &page),
        ];
        address::with_query(address::MARKETPLACE, &pairs)
    }

    /// The same, of another state, from its first page.
    pub(crate) fn with_state(&self, state: State) -> Self {
        Self {
            state,
            page: 0,
            ..self.clone()
        }
    }

    /// The next page.
    pub(crate) fn next(&self) -> Self {
        Self {
            page: self.page.saturating_add(1),
            ..self.clone()
        }
    }

    /// Whether everything is shown.
    pub(crate) fn is_everything(&self) -> bool {
        self.text.is_empty() && self.category.is_empty() && self.state == State::All
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Query {
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        Query::read(&pairs.iter().map(owned).collect::<Vec<_>>())
    }

    #[test]
    fn an_address_says_the_same_when_it_is_read_again() {
        let query = read(&[
            ("q", " log viewer "),
            ("category", "Networking"),
            ("state", "updates"),
            ("sort", "vendor"),
            ("page", "3"),
        ]);
        assert_eq!(
            query.address(),
            "/?q=log+viewer&category=networking&state=updates&sort=vendor&page=3"
        );
        assert_eq!(
            (query.state, query.sort, query.page),
            (State::Updates, Sort::Vendor, 2)
        );
        assert_eq!(
            query.with_state(State::All).address(),
            "/?q=log+viewer&category=networking&sort=vendor"
        );
    }

    #[test]
    fn what_means_nothing_counts_as_not_said() {
        let odd = [("state", "?"), ("sort", "-1"), ("page", "-4"), ("other", "x")];
        assert_eq!(read(&odd), Query::default());
        assert_eq!(read(&[("page", "0")]).address(), "/");
        let last = read(&[("page", &usize::MAX.to_string())]);
        assert_eq!(last.next().page, usize::MAX);
        assert_eq!(read(&[("q", &"w".repeat(10_000))]).text.len(), LONGEST);
    }
}

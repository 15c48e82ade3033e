//! The marketplace: the cards that match, filtered, ordered and cut into pages.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use desktop::Outdated;
use jiff::Timestamp;

use super::card::{Card, Standing};
use super::query::{Query, Sort, State};
use super::words::ago;

/// How many cards one page shows. A page is bounded however much is offered; the next one is a link, which the script
/// follows by itself.
const SHOWN: usize = 60;
/// How many categories are offered to choose from: those with the most extensions.
const CATEGORIES: usize = 40;

/// The marketplace as it is asked for.
#[derive(Debug)]
pub(crate) struct Marketplace {
    /// What was asked for.
    pub(crate) query: Query,
    /// The cards of this page.
    pub(crate) cards: Vec<Card>,
    /// How many there are on all pages.
    pub(crate) found: usize,
    /// How many are offered here at all.
    pub(crate) offered: usize,
    /// Each state with the number of extensions that match the rest of the query.
    pub(crate) states: Vec<(State, usize)>,
    /// The categories among what matches text and state, with their numbers, the largest first.
    pub(crate) categories: Vec<(String, usize)>,
    /// The address of the next page, if there is one.
    pub(crate) next: Option<String>,
    /// The last scan.
    pub(crate) scan: Option<LastScan>,
}

/// What is known of the last scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LastScan {
    /// How long ago it ended, in words, where that is known.
    pub(crate) ended: Option<String>,
    /// How many repositories it could not reach.
    pub(crate) unreachable: usize,
}

impl LastScan {
    /// What is known of the scan that found this.
    pub(crate) fn of(outdated: &Outdated, now: Timestamp) -> Self {
        Self {
            ended: Some(ago(outdated.finished_at, now)),
            unreachable: outdated.unreachable,
        }
    }
}

impl Marketplace {
    /// Answers `query`. `cards` are those whose texts match it already, out of `offered`.
    pub(crate) fn new(query: Query, cards: Vec<Card>, offered: usize, scan: Option<LastScan>) -> Self {
        let in_category =
            |card: &&Card| query.category.is_empty() || card.categories.contains(&query.category);
        let states = State::ALL.iter().map(|&state| {
            let matching = cards.iter().filter(in_category);
            (state, matching.filter(|card| is_in(card, state)).count())
        });
        let states = states.collect();
        let in_state = cards.iter().filter(|card| is_in(card, query.state));
        let categories = categories(in_state);
        let mut found: Vec<Card> = cards
            .into_iter()
            .filter(|card| is_in(card, query.state) && in_category(&card))
            .collect();
        arrange(&mut found, &query);
        let count = found.len();
        let begin = query.page.saturating_mul(SHOWN).min(count);
        let end = (begin + SHOWN).min(count);
        Self {
            next: (end < count).then(|| query.next().address()),
            cards: found.drain(begin..end).collect(),
            found: count,
            offered,
            states,
            categories,
            scan,
            query,
        }
    }
}

fn is_in(card: &Card, state: State) -> bool {
    let standing = &card.standing;
    match state {
        State::All => true,
        State::Fits => matches!(standing, Standing::Offered { .. }),
        State::Installed => !matches!(standing, Standing::Offered { .. } | Standing::Unfit { .. }),
        State::Updates => matches!(standing, Standing::Update { .. }),
        State::Unfit => matches!(standing, Standing::Unfit { .. }),
    }
}

fn categories<'a>(cards: impl Iterator<Item = &'a Card>) -> Vec<(String, usize)> {
    let mut counted: BTreeMap<&String, usize> = BTreeMap::new();
    for category in cards.flat_map(|card| &card.categories) {
        *counted.entry(category).or_default() += 1;
    }
    let mut categories: Vec<_> = counted
        .into_iter()
        .map(|(category, count)| (category.clone(), count))
        .collect();
    // Stable, so that equal ones stay in the order of the alphabet.
    categories.sort_by_key(|&(_, count)| Reverse(count));
    categories.truncate(CATEGORIES);
    categories
}

/// Puts what matches in the title before what matches elsewhere, and both into the order that was asked for.
fn arrange(cards: &mut [Card], query: &Query) {
    let text = query.text.to_lowercase();
    cards.sort_by_cached_key(|card| {
        let title = card.face.title.to_lowercase();
        let distance = match () {
            () if text.is_empty() || title.starts_with(&text) => 0,
            () if title.contains(&text) => 1,
            () => 2,
        };
        let first = match query.sort {
            Sort::Title => String::new(),
            // What names no vendor comes last.
            Sort::Vendor => card
                .face
                .vendor
                .as_ref()
                .map_or("\u{10ffff}".to_owned(), |vendor| vendor.to_lowercase()),
            Sort::Standing => rank(&card.standing).to_string(),
        };
        (distance, first, title, card.face.id.clone())
    });
}

/// What asks for attention first, what cannot be used last.
fn rank(standing: &Standing) -> u8 {
    match standing {
        Standing::Update { .. } => 0,
        Standing::Installed { .. } | Standing::Held { .. } => 1,
        Standing::Offered { .. } => 2,
        Standing::Unfit { .. } => 3,
    }
}

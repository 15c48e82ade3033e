//! What the marketplace shows, in which order.

use super::fixture;
use crate::pages::view::card::{Standing, cards};
use crate::pages::view::marketplace::{LastScan, Marketplace};
use crate::pages::view::query::{Query, Sort, State};

fn shelf(query: Query) -> Marketplace {
    let (hits, listing, outdated) = fixture::few();
    let offered = hits.len();
    let cards = cards(hits, &listing, Some(&outdated));
    Marketplace::new(query, cards, offered, Some(LastScan::default()))
}

fn titles(shelf: &Marketplace) -> Vec<&str> {
    shelf.cards.iter().map(|card| card.face.title.as_str()).collect()
}

#[test]
fn each_extension_stands_as_it_does_here() {
    let shelf = shelf(Query::default());
    let standing = |title: &str| {
        let card = shelf.cards.iter().find(|card| card.face.title == title);
        card.unwrap().standing.clone()
    };
    let version = |text: &str| text.to_owned();
    assert_eq!(
        standing("Porthole"),
        Standing::Update {
            from: version("1.1.0"),
            to: version("1.2.0")
        }
    );
    assert_eq!(
        standing("Tide Tables"),
        Standing::Held {
            version: version("0.9.1")
        }
    );
    assert_eq!(
        standing("Lighthouse Beam"),
        Standing::Offered {
            version: version("2.4.0")
        }
    );
    assert_eq!(
        standing("Harbour Master"),
        Standing::Unfit {
            reasons: vec![fixture::needs_newer_api().message]
        }
    );
}

#[test]
fn states_and_categories_narrow_the_shelf_and_say_how_much_they_would_show() {
    let all = shelf(Query::default());
    assert_eq!(
        titles(&all),
        ["Harbour Master", "Lighthouse Beam", "Porthole", "Tide Tables"]
    );
    let counts: Vec<_> = all
        .states
        .iter()
        .map(|&(state, count)| (state.word(), count))
        .collect();
    assert_eq!(
        counts,
        [
            ("", 4),
            ("fits", 1),
            ("installed", 2),
            ("updates", 1),
            ("unfit", 1)
        ]
    );
    assert_eq!(all.categories[0], ("container-orchestration".to_owned(), 2));

    let some = shelf(Query {
        category: "container-orchestration".to_owned(),
        state: State::Unfit,
        ..Query::default()
    });
    assert_eq!(titles(&some), ["Harbour Master"]);
    assert_eq!((some.found, some.offered), (1, 4));
}

#[test]
fn the_order_is_by_name_by_vendor_or_by_what_asks_for_attention() {
    let by = |sort| {
        let shelf = shelf(Query {
            sort,
            ..Query::default()
        });
        titles(&shelf).join(", ")
    };
    assert_eq!(
        by(Sort::Vendor),
        "Porthole, Tide Tables, Lighthouse Beam, Harbour Master"
    );
    assert_eq!(
        by(Sort::Standing),
        "Porthole, Tide Tables, Lighthouse Beam, Harbour Master"
    );
}

#[test]
fn a_title_that_begins_with_the_text_comes_first() {
    let shelf = shelf(Query {
        text: "t".to_owned(),
        ..Query::default()
    });
    assert_eq!(titles(&shelf)[0], "Tide Tables");
}

#[test]
fn pages_follow_one_another_and_miss_nothing() {
    let (_, listing, _) = fixture::few();
    let mut query = Query::default();
    let mut seen = Vec::new();
    loop {
        let cards = cards(fixture::many(250), &listing, None);
        let shelf = Marketplace::new(query.clone(), cards, 250, Some(LastScan::default()));
        seen.extend(shelf.cards.iter().map(|card| card.face.id.clone()));
        if shelf.next.is_none() {
            break;
        }
        query = query.next();
    }
    assert_eq!(seen.len(), 250);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 250);

    let beyond = Query {
        page: usize::MAX,
        ..Query::default()
    };
    let shelf = Marketplace::new(beyond, cards(fixture::many(3), &listing, None), 3, None);
    assert!(shelf.cards.is_empty() && shelf.next.is_none());
}

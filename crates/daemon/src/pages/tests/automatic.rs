//! What the pages say of updates that nobody asked for.

use desktop::Listing;
use model::operation::Operation;

use super::fixture::{self, now};
use crate::pages::markup;
use crate::pages::view::activity::ActivityPage;
use crate::pages::view::installed::InstalledPage;

fn installed(listing: &Listing) -> String {
    markup::installed(&InstalledPage::new(listing, None, now()), &[]).into_string()
}

#[test]
fn what_nobody_chose_says_so_with_the_way_back() {
    let (_, mut listing, _) = fixture::few();
    let words = "Updated by itself to 1.1.0";
    let way_back = "aria-label=\"Go back to 1.0.0\"";
    let page = installed(&listing);
    assert!(page.contains(words) && page.contains(way_back), "{page}");
    let porthole = &mut listing.extensions[0].installed;
    porthole.left = vec![porthole.previous[0].release()];
    let page = installed(&listing);
    assert!(
        page.contains(words) && !page.contains(way_back),
        "what was left is no way back: {page}"
    );
    listing.extensions[0].installed.current.automatic = false;
    assert!(!installed(&listing).contains("by itself"));
}

#[test]
fn activity_tells_which_updates_nobody_asked_for() {
    let mut operations = fixture::operations();
    let sentence = |operations: &[Operation]| {
        let page = ActivityPage::new(operations.iter(), Vec::new(), now());
        page.days[0].entries[0].sentence.clone()
    };
    assert_eq!(sentence(&operations), "Updated by itself from 1.0.0 to 1.1.0");
    operations[0].failure = operations[1].failure.clone();
    assert_eq!(sentence(&operations), "Could not update it without being asked");
    operations[0].automatic = false;
    assert_eq!(sentence(&operations), "Could not update it");
}

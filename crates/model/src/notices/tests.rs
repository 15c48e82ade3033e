use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

fn id(name: &str) -> ExtensionId {
    format!("acme/{name}").parse().unwrap()
}

fn change(name: &str, from: &str, to: &str) -> Change {
    let mut title = name.to_owned();
    title[..1].make_ascii_uppercase();
    Change {
        id: id(name),
        title,
        from: from.to_owned(),
        to: to.to_owned(),
    }
}

fn known(installed: &[(&str, &str)], available: &[(&str, &str)]) -> Known {
    let installed: BTreeMap<_, _> = installed
        .iter()
        .map(|(name, version)| (id(name), (*version).to_owned()))
        .collect();
    let available = available
        .iter()
        .map(|(name, to)| change(name, &installed[&id(name)], to))
        .collect();
    Known {
        installed,
        available,
        updated: Vec::new(),
    }
}

fn rules(muted: &[&str], quiet: Option<&str>) -> NoticeRules {
    NoticeRules {
        is_on: true,
        muted: muted.iter().map(|name| id(name)).collect(),
        quiet: quiet.map(|quiet| quiet.parse().unwrap()),
    }
}

fn at(hour: &str) -> Zoned {
    let time: Timestamp = format!("2026-06-10T{hour}:00Z").parse().unwrap();
    time.to_zoned(TimeZone::UTC)
}

/// The titles that are told, and what is remembered.
fn told(memory: NoticeMemory, known: Known, rules: &NoticeRules, hour: &str) -> (Vec<String>, NoticeMemory) {
    let decision = memory.decide(known, rules, &at(hour));
    let titles = decision.notices.into_iter().map(|notice| notice.title);
    (titles.collect(), decision.memory)
}

#[test]
fn each_release_is_told_once() {
    let all = rules(&[], None);
    let seen = |to: &str| known(&[("porthole", "1.2.0")], &[("porthole", to)]);
    let (first, memory) = told(NoticeMemory::default(), seen("1.3.0"), &all, "12:00");
    assert_eq!(first, ["Porthole 1.3.0 is available (installed: 1.2.0)"]);
    // Over a restart.
    let kept = serde_json::to_string(&memory).unwrap();
    let memory = serde_json::from_str(&kept).unwrap();
    let (again, memory) = told(memory, seen("1.3.0"), &all, "12:01");
    assert_eq!(again, [""; 0]);
    let (newer, memory) = told(memory, seen("1.4.0"), &all, "12:02");
    assert_eq!(newer, ["Porthole 1.4.0 is available (installed: 1.2.0)"]);
    // 1.4.0 was withdrawn.
    let (older, _) = told(memory, seen("1.3.0"), &all, "12:03");
    assert_eq!(older, [""; 0]);
}

#[test]
fn one_notice_sums_up_what_is_new() {
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let installed = names.map(|name| (name, "1.0.0"));
    let available = names.map(|name| (name, "2.0.0"));
    let all = rules(&[], None);
    let two = known(&installed, &available[..2]);
    let (first, memory) = told(NoticeMemory::default(), two, &all, "12:00");
    assert_eq!(first, ["2 updates are available"]);
    let decision = memory.decide(known(&installed, &available), &all, &at("13:00"));
    assert_eq!(decision.notices.len(), 1);
    let notice = &decision.notices[0];
    assert_eq!(notice.title, "5 updates are available");
    assert_eq!(notice.body, "C 2.0.0, D 2.0.0, E 2.0.0, F 2.0.0, G 2.0.0");
    let everything = known(&installed, &available);
    let decision = NoticeMemory::default().decide(everything, &all, &at("13:00"));
    assert_eq!(
        decision.notices[0].body,
        "A 2.0.0, B 2.0.0, C 2.0.0, D 2.0.0, E 2.0.0, and 2 more"
    );
}

#[test]
fn what_is_muted_is_not_told() {
    let seen = known(
        &[("porthole", "1.0.0"), ("tide", "1.0.0")],
        &[("porthole", "1.1.0"), ("tide", "1.1.0")],
    );
    let muted = rules(&["tide"], None);
    let (titles, memory) = told(NoticeMemory::default(), seen.clone(), &muted, "12:00");
    assert_eq!(titles, ["Porthole 1.1.0 is available (installed: 1.0.0)"]);
    // Once it is muted no longer, it is.
    let (titles, _) = told(memory, seen, &rules(&[], None), "12:00");
    assert_eq!(titles, ["Tide 1.1.0 is available (installed: 1.0.0)"]);
}

#[test]
fn quiet_hours_put_off_what_still_holds_at_their_end() {
    let quiet = rules(&[], Some("22:00-07:00"));
    let seen = known(&[("porthole", "1.0.0")], &[("porthole", "1.1.0")]);
    let decision = NoticeMemory::default().decide(seen.clone(), &quiet, &at("23:00"));
    assert!(decision.notices.is_empty());
    assert_eq!(decision.again.unwrap().to_string(), "2026-06-11T07:00:00Z");
    let (titles, _) = told(decision.memory.clone(), seen, &quiet, "07:00");
    assert_eq!(titles.len(), 1);
    // Meanwhile somebody has updated it.
    let updated = known(&[("porthole", "1.1.0")], &[]);
    let (titles, _) = told(decision.memory, updated, &quiet, "07:00");
    assert_eq!(titles, [""; 0]);
}

#[test]
fn where_nothing_waits_no_alarm_is_set() {
    let quiet = rules(&[], Some("22:00-07:00"));
    let seen = known(&[("porthole", "1.0.0")], &[]);
    let decision = NoticeMemory::default().decide(seen, &quiet, &at("23:00"));
    assert_eq!(decision.again, None);
}

#[test]
fn what_does_not_fit_what_is_installed_is_not_told() {
    let mut seen = known(&[("porthole", "1.1.0")], &[]);
    seen.available.push(change("porthole", "1.0.0", "1.1.0"));
    seen.available.push(change("tide", "1.0.0", "1.1.0"));
    let (titles, _) = told(NoticeMemory::default(), seen, &rules(&[], None), "12:00");
    assert_eq!(titles, [""; 0]);
}

#[test]
fn where_notices_are_off_nothing_is_told_or_remembered() {
    let off = NoticeRules {
        is_on: false,
        ..rules(&[], None)
    };
    let mut seen = known(&[("porthole", "1.0.0")], &[("porthole", "1.1.0")]);
    seen.updated.push(change("porthole", "0.9.0", "1.0.0"));
    let decision = NoticeMemory::default().decide(seen, &off, &at("12:00"));
    assert_eq!((decision.notices.len(), decision.again), (0, None));
    assert_eq!(decision.memory, NoticeMemory::default());
}

#[test]
fn an_automatic_update_is_told_with_the_way_back() {
    let mut seen = known(&[("porthole", "1.3.0")], &[]);
    seen.updated.push(change("porthole", "1.2.0", "1.3.0"));
    let all = rules(&[], None);
    let decision = NoticeMemory::default().decide(seen.clone(), &all, &at("12:00"));
    let notice = &decision.notices[0];
    assert_eq!(notice.title, "Porthole was updated to 1.3.0");
    assert_eq!(
        notice.body,
        "Back to 1.2.0 on the page, or with: outrigger rollback docker.io/acme/porthole"
    );
    // In quiet hours it waits; two steps become one.
    let quiet = rules(&[], Some("00:00-07:00"));
    let decision = NoticeMemory::default().decide(seen, &quiet, &at("01:00"));
    assert!(decision.notices.is_empty() && decision.again.is_some());
    let mut seen = known(&[("porthole", "1.4.0")], &[]);
    seen.updated.push(change("porthole", "1.3.0", "1.4.0"));
    let decision = decision.memory.decide(seen.clone(), &quiet, &at("02:00"));
    seen.updated.clear();
    let decision = decision.memory.decide(seen.clone(), &quiet, &at("07:00"));
    assert_eq!(
        decision.notices[0].changes,
        [change("porthole", "1.2.0", "1.4.0")]
    );
    let (titles, _) = told(decision.memory, seen, &quiet, "07:01");
    assert_eq!(titles, [""; 0]);
}

#[test]
fn an_automatic_update_that_was_taken_back_meanwhile_is_not_told() {
    let quiet = rules(&[], Some("00:00-07:00"));
    let mut seen = known(&[("porthole", "1.3.0")], &[]);
    seen.updated.push(change("porthole", "1.2.0", "1.3.0"));
    let memory = NoticeMemory::default().decide(seen, &quiet, &at("01:00")).memory;
    let back = known(&[("porthole", "1.2.0")], &[]);
    assert_eq!(told(memory, back, &quiet, "07:00").0, [""; 0]);
}

#[test]
fn both_kinds_are_told_at_once() {
    let mut seen = known(&[("porthole", "1.3.0"), ("tide", "1.0.0")], &[("tide", "1.1.0")]);
    seen.updated.push(change("porthole", "1.2.0", "1.3.0"));
    let decision = NoticeMemory::default().decide(seen, &rules(&[], None), &at("12:00"));
    let kinds: Vec<_> = decision.notices.iter().map(|notice| notice.kind).collect();
    assert_eq!(kinds, [NoticeKind::Updated, NoticeKind::Available]);
}

#[test]
fn foreign_titles_are_bounded_and_steer_nothing() {
    let mut odd = change("porthole", "1.0.0", &"9".repeat(128));
    odd.title = format!("\u{202e}evil\n\x1b[31m{}", "x".repeat(1000));
    let notice = Notice::of_available(vec![odd]).unwrap();
    assert!(notice.title.chars().count() < 300, "{}", notice.title);
    assert!(!notice.title.contains(['\u{202e}', '\n', '\x1b']));
    assert!(!notice.changes[0].title.contains('\u{202e}'));
    let mut blank = change("porthole", "1.0.0", "1.1.0");
    blank.title = " ".to_owned();
    let notice = Notice::of_available(vec![blank]).unwrap();
    assert!(notice.title.starts_with("docker.io/acme/porthole 1.1.0"));
}

#[test]
fn a_notice_carries_some_and_counts_the_others() {
    let many: Vec<_> = (0..1000)
        .map(|number| change(&format!("whale-{number}"), "1.0.0", "1.1.0"))
        .collect();
    let notice = Notice::of_available(many).unwrap();
    assert_eq!((notice.changes.len(), notice.more), (50, 950));
    assert!(notice.body.len() < 200, "{}", notice.body);
}

#[test]
fn what_is_remembered_is_bounded() {
    let all = rules(&[], None);
    let mut memory = NoticeMemory::default();
    for number in 0..1000 {
        let seen = known(
            &[("porthole", "1.0.0")],
            &[("porthole", &format!("1.0.{number}"))],
        );
        memory = told(memory, seen, &all, "12:00").1;
    }
    assert_eq!(memory.told[&id("porthole")].len(), REMEMBERED);
    let gone = told(memory, known(&[], &[]), &all, "12:00").1;
    assert_eq!(gone, NoticeMemory::default());
}

/// A look at a home: what each of three extensions is offered, the hour, and whether quiet hours are configured.
fn looks() -> impl Strategy<Value = Vec<([Option<u8>; 3], u8, bool)>> {
    let offered = proptest::option::of(0_u8..6);
    proptest::collection::vec(
        (
            [offered.clone(), offered.clone(), offered],
            0_u8..24,
            any::<bool>(),
        ),
        1..40,
    )
}

proptest! {
    #[test]
    fn nothing_is_told_twice_and_nothing_is_lost(looks in looks()) {
        let names = ["a", "b", "c"];
        let mut memory = NoticeMemory::default();
        let mut heard = BTreeSet::new();
        for (offered, hour, has_quiet) in looks {
            let versions = offered.map(|offered| offered.map(|number| format!("2.{number}.0")));
            let pairs = names.iter().zip(&versions);
            let available: Vec<_> = pairs.filter_map(|(name, version)| Some((*name, version.as_deref()?))).collect();
            let seen = known(&names.map(|name| (name, "1.0.0")), &available);
            let rules = rules(&["c"], has_quiet.then_some("22:00-07:00"));
            let decision = memory.decide(seen, &rules, &at(&format!("{hour:02}:00")));
            prop_assert!(decision.notices.len() <= 1);
            for change in decision.notices.iter().flat_map(|notice| &notice.changes) {
                prop_assert!(heard.insert((change.id.clone(), change.to.clone())), "{change:?} was told before");
                prop_assert!(change.id != id("c"));
            }
            let waits = available.iter().any(|(name, to)| *name != "c" && !heard.contains(&(id(name), (*to).to_owned())));
            prop_assert_eq!(decision.again.is_some(), waits);
            memory = decision.memory;
        }
    }
}

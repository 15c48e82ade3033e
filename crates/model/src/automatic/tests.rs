use proptest::prelude::*;

use super::*;
use crate::payload::HostBinary;
use crate::permissions::Permissions;

fn version(text: &str) -> ReleaseVersion {
    ReleaseVersion::parse(text).unwrap()
}

/// The smallest level that goes from one version to the other.
fn needed(from: &str, to: &str) -> Level {
    let levels = [Level::Off, Level::Patch, Level::Minor, Level::All];
    levels
        .into_iter()
        .find(|level| level.admits(&version(from), &version(to)))
        .unwrap()
}

#[test]
fn each_level_goes_as_far_as_its_word_says() {
    for (from, to, level) in [
        ("1.2.0", "1.2.5", Level::Patch),
        ("1.2", "v1.2.5", Level::Patch),
        ("1.2.5", "1.2.5.1", Level::Patch),
        ("4.106.2.39", "4.106.2.40", Level::Patch),
        ("1.2.0", "1.3.0", Level::Minor),
        ("1.2.9", "1.10", Level::Minor),
        ("1.9.9", "2.0.0", Level::All),
        ("2025.12.1", "2026.1.1", Level::All),
    ] {
        assert_eq!(needed(from, to), level, "{from} to {to}");
    }
}

#[test]
fn below_one_the_first_number_that_is_not_zero_is_the_major_one() {
    for (from, to, level) in [
        ("0.1.4", "0.1.5", Level::Patch),
        ("0.1.4", "0.2.0", Level::All),
        ("0.9.0", "1.0.0", Level::All),
        ("0.0.3", "0.0.4", Level::All),
        ("0.0.3", "0.0.3.1", Level::Patch),
        ("0.0", "0.0.1", Level::All),
        ("0.0.3", "0.1.0", Level::All),
    ] {
        assert_eq!(needed(from, to), level, "{from} to {to}");
    }
}

#[test]
fn no_step_below_all_leads_from_a_release_to_a_pre_release() {
    for (from, to, level) in [
        ("1.2.0", "1.2.1-rc.1", Level::All),
        ("1.2.0", "1.3.0-rc.1", Level::All),
        ("1.2.1-rc.1", "1.2.1-rc.2", Level::Patch),
        ("1.2.1-rc.1", "1.2.1", Level::Patch),
        ("1.2.1-rc.1", "1.3.0", Level::Minor),
    ] {
        assert_eq!(needed(from, to), level, "{from} to {to}");
    }
}

#[test]
fn a_level_is_read_as_it_is_written() {
    for level in [Level::Off, Level::Patch, Level::Minor, Level::All] {
        assert_eq!(level.to_string().parse(), Ok(level));
    }
    assert_eq!("Patch".parse::<Level>(), Err(LevelParse));
    assert_eq!(LevelParse.to_string(), "write `off`, `patch`, `minor` or `all`");
}

#[test]
fn an_extension_has_its_own_level_or_the_usual_one() {
    let porthole: ExtensionId = "acme/porthole".parse().unwrap();
    let levels = Levels {
        usual: Level::Patch,
        extensions: [(porthole.clone(), Level::Off)].into(),
    };
    assert_eq!(levels.of(&porthole), Level::Off);
    assert_eq!(levels.of(&"acme/whale".parse().unwrap()), Level::Patch);
    assert_eq!(Levels::default().of(&porthole), Level::Off);
}

/// What a release with a program of this name is able to do.
fn program(name: &str) -> Permissions {
    let binary = HostBinary {
        name: name.to_owned(),
        path: format!("host/{name}"),
    };
    Permissions::default().with_host_binaries(&[binary])
}

#[test]
fn a_refusal_holds_until_something_else_was_agreed_to() {
    let asked = Digest::of(b"1.2.5");
    let refusal = Refusal::new(asked.clone(), &Permissions::default());
    assert!(refusal.holds(&asked, &Permissions::default()));
    assert!(!refusal.holds(&Digest::of(b"1.2.6"), &Permissions::default()));
    assert!(!refusal.holds(&asked, &program("whalectl")));
    let within = Within {
        level: Level::All,
        refusals: &[refusal],
    };
    assert!(within.refuses(&asked, &Permissions::default()));
    assert!(!within.refuses(&asked, &program("whalectl")));
}

#[test]
fn refusals_have_a_bound_and_are_forgotten_with_their_extension() {
    let id: ExtensionId = "acme/whale".parse().unwrap();
    let refusal = |number: usize| Refusal::new(Digest::of(&number.to_le_bytes()), &Permissions::default());
    let mut refusals = Refusals::default();
    for number in 0..100 {
        refusals.remember(&id, vec![refusal(number)]);
        refusals.remember(&id, vec![refusal(number)]);
    }
    assert_eq!(refusals.of(&id).len(), MOST_REFUSALS);
    assert_eq!(refusals.of(&id)[0], refusal(99));
    let text = serde_json::to_string(&refusals).unwrap();
    assert_eq!(serde_json::from_str::<Refusals>(&text).unwrap(), refusals);
    refusals.keep_only(|id| id.repository() == "acme/squid");
    assert_eq!(refusals, Refusals::default());
}

fn versions() -> impl Strategy<Value = String> {
    let pre = prop_oneof![3 => Just(""), 1 => Just("-rc.1")];
    (prop::collection::vec(0_u8..4, 2..=4), pre).prop_map(|(numbers, pre)| {
        let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
        numbers.join(".") + pre
    })
}

proptest! {
    #[test]
    fn a_higher_level_goes_wherever_a_lower_one_goes(from in versions(), to in versions()) {
        let (from, to) = (version(&from), version(&to));
        let admits = [Level::Off, Level::Patch, Level::Minor, Level::All].map(|level| level.admits(&from, &to));
        prop_assert!(admits.is_sorted(), "{:?}", admits);
        prop_assert!(!admits[0] && admits[3]);
    }

    #[test]
    fn minor_goes_where_cargo_finds_versions_compatible(
        from in (0_u64..3, 0_u64..3, 0_u64..3),
        to in (0_u64..3, 0_u64..3, 0_u64..3),
    ) {
        let text = |(major, minor, patch)| format!("{major}.{minor}.{patch}");
        let requirement = semver::VersionReq::parse(&text(from)).unwrap();
        let is_compatible = to >= from && requirement.matches(&semver::Version::parse(&text(to)).unwrap());
        let goes = to >= from && Level::Minor.admits(&version(&text(from)), &version(&text(to)));
        prop_assert_eq!(goes, is_compatible);
    }
}

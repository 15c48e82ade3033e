//! What differs from run to run, taken out of snapshots.

/// Pairs of a regular expression and its replacement, for the `filters` of `insta`: digests, ports, temporary folders, times,
/// durations and rates.
///
/// The order matters: what is longer or more special comes first.
pub fn filters() -> Vec<(&'static str, &'static str)> {
    vec![
        (r"\bsha256([:-])[0-9a-f]{64}\b", "sha256$1[digest]"),
        (r"\bsha256:[0-9a-f]{12}\b", "sha256:[digest]"),
        (r"\b(127\.0\.0\.1|localhost):\d{2,5}\b", "$1:[port]"),
        (r#"[^\s"'`(=]*[/\\]outrigger-[A-Za-z0-9]{6}\b"#, "[temp]"),
        (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[time]"),
        (r"\b\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?\b", "[time]"),
        (r"\b\d+(\.\d+)? ?[KMGT]?i?B/s", "[rate]"),
        (r"\b\d+(\.\d+)? ?(ns|µs|ms|s)\b", "[duration]"),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_differs_from_run_to_run_is_replaced_and_nothing_else() {
        let text = [
            "127.0.0.1:40123/acme/whale:1.2.0@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "/tmp/outrigger-Ab12Cd/home/extensions/acme/sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "installed at 2026-11-21T21:12:30.717Z (`/tmp/outrigger-Ab12Cd/home`), sha256:e3b0c44298fc",
            "fetched 120 bytes in 12.5 ms, 3.4 MiB/s, 2s in all; checked 2026-11-21 21:12",
        ];
        insta::with_settings!({ filters => super::filters() }, {
            insta::assert_snapshot!(text.join("\n"), @r"
            127.0.0.1:[port]/acme/whale:1.2.0@sha256:[digest]
            [temp]/home/extensions/acme/sha256-[digest]
            installed at [time] (`[temp]/home`), sha256:[digest]
            fetched 120 bytes in [duration], [rate], [duration] in all; checked [time]
            ");
        });
    }
}

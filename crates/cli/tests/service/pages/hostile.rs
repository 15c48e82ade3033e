//! Labels that want more than to be read.

use std::net::TcpListener;

use super::Visit;
use crate::scene::{Scene, whale};

const SQUID: &str = "/extensions/docker.io%2Facme%2Fsquid";

/// Somebody who would like to be asked.
struct Stranger(TcpListener);

impl Stranger {
    fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn address(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    fn was_asked(&self) -> bool {
        self.0.accept().is_ok()
    }
}

/// Texts that want to run, to ask the stranger, to cover the page, or to be read the other way round.
fn labels(stranger: &str) -> Vec<(&'static str, String)> {
    let run = format!("window.ran=1;document.title=1;fetch('{stranger}');alert(1)");
    let links = serde_json::json!([
        { "title": "Help", "url": format!("javascript:{run}") },
        { "title": "<b onclick=x>Data</b>", "url": format!("data:text/html,<script>{run}</script>") },
    ]);
    let pictures = serde_json::json!([
        { "alt": "\" onerror=\"x", "url": format!("{stranger}/picture.png") },
        { "alt": "One", "url": "https://pictures.invalid/1.png" },
    ]);
    vec![
        (
            "org.opencontainers.image.title",
            format!("<script>{run}</script>Squid\u{202e}diuqS"),
        ),
        (
            "org.opencontainers.image.vendor",
            format!("\"><img src={stranger} onerror=\"{run}\">"),
        ),
        (
            "org.opencontainers.image.description",
            format!("' onmouseover='{run}' autofocus onfocus='{run}"),
        ),
        (
            "com.docker.desktop.extension.icon",
            format!("{stranger}/icon.svg"),
        ),
        (
            "com.docker.extension.detailed-description",
            format!(
                "<p onclick=\"{run}\" style=\"position:fixed;inset:0;background:url({stranger})\">Ink</p><script>{run}</script>\
                 <img src=\"{stranger}\" onerror=\"{run}\"><svg onload=\"{run}\"><use href=\"{stranger}#x\"/></svg>\
                 <a href=\"javascript:{run}\">click</a><style>@import '{stranger}';main{{display:none}}</style>\
                 <link rel=stylesheet href=\"{stranger}\"><meta http-equiv=refresh content=\"0;url={stranger}\">\
                 <form action=\"{stranger}\"><button>Yes, go on</button></form><math><mtext><script>{run}</script></mtext></math>"
            ),
        ),
        (
            "com.docker.extension.changelog",
            format!(
                "<iframe srcdoc=\"<script>parent.ran=1</script>\"></iframe><object data=\"{stranger}\"></object>\
                 <video src=\"{stranger}\" autoplay></video><base href=\"{stranger}\">New"
            ),
        ),
        ("com.docker.extension.additional-urls", links.to_string()),
        ("com.docker.extension.screenshots", pictures.to_string()),
        ("com.docker.extension.publisher-url", format!("javascript:{run}")),
    ]
}

#[test]
#[ignore = "needs chromium, chromium-driver, docker-registry"]
fn labels_are_only_read() {
    let scene = Scene::new();
    let stranger = Stranger::new();
    let labels = labels(&stranger.address()).into_iter();
    let image = labels.fold(whale("1.0.0"), |image, (label, text)| image.label(label, &text));
    scene.push("acme/squid", "1.0.0", &image.build());
    let visit = Visit::of(&scene);
    let browser = &visit.browser;
    browser.click("Scan now");
    let title = browser.text(".card h2");
    assert!(title.contains("<script>window.ran=1"), "{title}");
    is_unharmed(&visit);

    visit.go(SQUID);
    assert!(browser.text("main").contains("Ink"));
    assert!(browser.text("main").contains("New"));
    is_unharmed(&visit);

    // The script of the page puts what the server sends into it.
    browser.click("Install 1.0.0");
    browser.text(".job.asking");
    is_unharmed(&visit);
    browser.click("Yes, go on");
    browser.text(".job.done");
    for path in [
        SQUID,
        "/installed",
        "/activity",
        "/",
        "/?q=%3Cscript%3Ealert(1)%3C/script%3E",
    ] {
        visit.go(path);
        is_unharmed(&visit);
    }
    visit.was_clean();
    assert!(!stranger.was_asked());
}

/// Nothing of the page runs, loads from elsewhere, covers the rest, or is read the other way round.
fn is_unharmed(visit: &Visit) {
    let browser = &visit.browser;
    assert!(!browser.has_dialog());
    assert_eq!(browser.evaluate("'ran' in window"), false);
    let title = browser.evaluate("document.title");
    assert!(title.as_str().unwrap().ends_with(" · Outrigger"), "{title}");
    for foreign in [
        "main script, main style, main link, main meta, main iframe, main object, main video, main base, main math",
        "main [style], main [onclick], main [onload], main [onerror], main [onfocus], main [onmouseover], main [autofocus]",
        "a[href^='javascript:' i], a[href^='data:' i], .foreign img, .foreign svg, .foreign form",
    ] {
        assert_eq!(browser.count(foreign), 0, "{foreign}");
    }
    assert_eq!(
        browser.evaluate(r"/[\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent)"),
        false
    );
}

//! The styles, scripts and pictures of the pages: files in the binary.
//!
//! Each has a part of its hash in its address, so that a browser may keep it for ever and an update of the program
//! brings its own.

use std::sync::LazyLock;

use model::Digest;

/// A file that pages refer to.
#[derive(Debug)]
pub(crate) struct Asset {
    /// What stands behind `/assets/` in its address.
    pub(crate) name: String,
    /// Its type, as in `Content-Type`.
    pub(crate) media_type: &'static str,
    /// Its content.
    pub(crate) content: &'static str,
}

impl Asset {
    fn new(stem: &str, suffix: &str, media_type: &'static str, content: &'static str) -> Self {
        let digest = Digest::of(content.as_bytes());
        Self {
            name: format!("{stem}.{}.{suffix}", &digest.hex()[..12]),
            media_type,
            content,
        }
    }

    /// Its address.
    pub(crate) fn address(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// All of them, by what they are for.
#[derive(Debug)]
pub(crate) struct Assets {
    /// How pages look.
    pub(crate) style: Asset,
    /// The picture in the browser's tab.
    pub(crate) icon: Asset,
    /// Switches between light and dark without asking for the page again.
    pub(crate) theme: Asset,
    /// Searches while somebody types.
    pub(crate) search: Asset,
    /// Follows jobs.
    pub(crate) jobs: Asset,
    /// Shows what was changed elsewhere.
    pub(crate) live: Asset,
}

/// The files of this program.
pub(crate) static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let script = |stem, content| Asset::new(stem, "js", "text/javascript; charset=utf-8", content);
    Assets {
        style: Asset::new(
            "outrigger",
            "css",
            "text/css; charset=utf-8",
            include_str!("assets/outrigger.css"),
        ),
        icon: Asset::new(
            "outrigger",
            "svg",
            "image/svg+xml",
            include_str!("assets/outrigger.svg"),
        ),
        theme: script("theme", include_str!("assets/theme.js")),
        search: script("search", include_str!("assets/search.js")),
        jobs: script("jobs", include_str!("assets/jobs.js")),
        live: script("live", include_str!("assets/live.js")),
    }
});

impl Assets {
    /// The file of that name.
    pub(crate) fn find(&self, name: &str) -> Option<&Asset> {
        let Self {
            style,
            icon,
            theme,
            search,
            jobs,
            live,
        } = self;
        [style, icon, theme, search, jobs, live]
            .into_iter()
            .find(|asset| asset.name == name)
    }
}

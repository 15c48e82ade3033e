//! `outrigger build`

use author::{Build, BuildOptions, BuiltRelease, Compression};
use camino::Utf8Path;
use model::text;
use registry::{ArchiveWriter, LayoutWriter};
use serde_json::{Value, json};

use crate::arguments::{self, Packing};
use crate::context::{Context, wait};
use crate::exit::Exit;
use crate::output::failure::Failure;
use crate::output::{Output, style};

/// The variable by which a build is told its time (reproducible-builds.org, `SOURCE_DATE_EPOCH`).
const TIME: &str = "SOURCE_DATE_EPOCH";

pub(super) fn run(context: &Context, output: &Output, wanted: &arguments::Build) -> Result<Exit, Failure> {
    let target = Target::parse(&wanted.output)?;
    let tag = wanted.tag.as_ref().map(|tag| tag.parse());
    let options = BuildOptions {
        tag: tag
            .transpose()
            .map_err(|error: model::reference::ReferenceParse| Failure::usage(error.to_string()))?,
        compression: match wanted.compression {
            Packing::Gzip => Compression::Gzip,
            Packing::Zstd => Compression::Zstd,
        },
        plugin_dialect: wanted.plugin_labels,
        platform: None,
        time: time()?,
    };
    let build = Build::read(Utf8Path::new(&wanted.folder), options)?;
    let settings = context.settings()?.registry;
    let write = |layout: &LayoutWriter| Ok::<_, Failure>(wait(build.write(&settings, layout))??);
    let releases = match target {
        Target::Folder(path) => write(&LayoutWriter::open(path)?)?,
        Target::Archive(path) => {
            let archive = ArchiveWriter::begin(path)?;
            let releases = write(archive.layout())?;
            archive.finish()?;
            releases
        }
    };
    print(output, &releases);
    Ok(Exit::Done)
}

/// Where the images go.
enum Target<'a> {
    Folder(&'a Utf8Path),
    Archive(&'a Utf8Path),
}

impl<'a> Target<'a> {
    fn parse(text: &'a str) -> Result<Self, Failure> {
        match text.split_once(':') {
            Some(("oci", path)) if !path.is_empty() => Ok(Self::Folder(Utf8Path::new(path))),
            Some(("oci-archive", path)) if !path.is_empty() => Ok(Self::Archive(Utf8Path::new(path))),
            _ => Err(Failure::usage(format!("{text} is no place for images"))
                .help("write oci:FOLDER for an image layout, or oci-archive:FILE for one file")),
        }
    }
}

fn time() -> Result<Option<u64>, Failure> {
    let Some(text) = std::env::var_os(TIME).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let seconds = text.to_str().and_then(|text| text.parse().ok());
    seconds.map(Some).ok_or_else(|| {
        Failure::usage(format!("{TIME} is no number of seconds: {}", text.display()))
            .help("it is the time since 1970, such as `git log -1 --format=%ct` prints")
    })
}

fn print(output: &Output, built: &[BuiltRelease]) {
    if output.is_json() {
        output.json(&json!({ "releases": built.iter().map(document).collect::<Vec<_>>() }));
        return;
    }
    for release in built {
        output.line(&format!(
            "{} {}",
            style::bold(&release.name.to_string()),
            release.digest
        ));
        for image in release.images.iter().filter(|_| !output.is_quiet()) {
            let size = text::size(image.size);
            output.line(&format!(
                "  {:<14} {size:>9}  {}",
                image.platform.to_string(),
                image.digest
            ));
        }
    }
}

fn document(release: &BuiltRelease) -> Value {
    let images = release.images.iter().map(|image| {
        json!({
            "platform": image.platform,
            "digest": image.digest,
            "size": image.size,
        })
    });
    json!({
        "name": release.name.to_string(),
        "digest": release.digest,
        "images": images.collect::<Vec<_>>(),
    })
}

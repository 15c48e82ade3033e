//! What an icon is: told from its bytes, nothing that it refers to is loaded.

use model::ImagePath;

/// An image of a known form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Icon {
    /// Width and height in pixels; of an SVG those of its view, and nothing where it states none.
    pub(crate) size: Option<(f64, f64)>,
    /// What in an SVG a desktop will not show or must not run: scripts, and what stands elsewhere.
    pub(crate) foreign: Vec<String>,
}

/// The most nodes of an SVG: drawings of more are no icons, and exhaust their reader.
const MAX_NODES: u32 = 50_000;

/// Looks at an icon; nothing where it is no image that desktops show.
pub(crate) fn look(path: &ImagePath, bytes: &[u8]) -> Option<Icon> {
    let is_named_svg = path
        .suffix()
        .is_some_and(|suffix| suffix.eq_ignore_ascii_case("svg"));
    if is_named_svg || looks_like_markup(bytes) {
        return drawing(std::str::from_utf8(bytes).ok()?);
    }
    let size = imagesize::blob_size(bytes).ok()?;
    #[expect(clippy::cast_precision_loss, reason = "sizes of images are small")]
    let size = (size.width as f64, size.height as f64);
    Some(Icon {
        size: Some(size),
        foreign: Vec::new(),
    })
}

fn looks_like_markup(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<")
}

fn drawing(text: &str) -> Option<Icon> {
    // Drawing programs write a document type; entities of their own are bounded by the parser.
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        nodes_limit: MAX_NODES,
        ..roxmltree::ParsingOptions::default()
    };
    let document = roxmltree::Document::parse_with_options(text, options).ok()?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" {
        return None;
    }
    let mut foreign = Vec::new();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let tag = node.tag_name().name();
        if matches!(tag, "script" | "foreignObject") {
            foreign.push(format!("<{tag}>"));
        }
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value().trim());
            let is_elsewhere =
                name == "href" && tag != "a" && !value.starts_with('#') && !value.starts_with("data:");
            if is_elsewhere || name.starts_with("on") {
                foreign.push(format!("{name}=\"{value}\""));
            }
        }
    }
    foreign.dedup();
    Some(Icon {
        size: view(&root),
        foreign,
    })
}

fn view(root: &roxmltree::Node<'_, '_>) -> Option<(f64, f64)> {
    let number = |text: &str| text.trim().trim_end_matches("px").parse::<f64>().ok();
    let stated = |name| root.attribute(name).and_then(number);
    if let (Some(width), Some(height)) = (stated("width"), stated("height")) {
        return Some((width, height));
    }
    let mut numbers = root.attribute("viewBox")?.split([' ', ',', '\n', '\t']);
    let mut next = || numbers.by_ref().find(|text| !text.is_empty()).and_then(number);
    let (_, _) = (next(), next());
    Some((next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, bytes: &[u8]) -> Option<Icon> {
        look(&ImagePath::parse(name).unwrap(), bytes)
    }

    #[test]
    fn a_drawing_states_its_size_in_two_ways() {
        let size = |text: &str| named("a.svg", text.as_bytes()).unwrap().size;
        assert_eq!(size("<svg width='24px' height='32'/>"), Some((24.0, 32.0)));
        assert_eq!(
            size("<svg viewBox='0 0  48,64' width='100%'/>"),
            Some((48.0, 64.0))
        );
        assert_eq!(size("<?xml version='1.0'?>\n<svg/>"), None);
    }

    #[test]
    fn what_a_drawing_takes_from_elsewhere_is_listed() {
        let text = "<svg xmlns:xlink='http://www.w3.org/1999/xlink' onload='x()'><script/><image xlink:href='http://a/b'/>\
                    <use xlink:href='#a'/><image href='data:image/png;base64,'/></svg>";
        let found = named("a.svg", text.as_bytes()).unwrap().foreign;
        assert_eq!(found, ["onload=\"x()\"", "<script>", "href=\"http://a/b\""]);
    }

    #[test]
    fn what_is_no_image_is_none() {
        assert_eq!(named("a.svg", b"<html/>"), None);
        assert_eq!(named("a.svg", b"<svg>"), None);
        assert_eq!(named("a.png", b"text"), None);
        assert_eq!(
            named(
                "a.svg",
                "<!DOCTYPE a [<!ENTITY b 'bbbbbbbb'><!ENTITY c '&b;&b;&b;'>]><svg>&c;</svg>".as_bytes()
            )
            .map(|it| it.size),
            Some(None)
        );
    }

    #[test]
    fn a_picture_has_pixels() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend([0, 0, 0, 16, 0, 0, 0, 17, 8, 6, 0, 0, 0]);
        assert_eq!(named("a.png", &png).unwrap().size, Some((16.0, 17.0)));
    }
}

//! What a picture is, told from its bytes: no name and no header is believed.

use thiserror::Error;

/// The most pixels of a picture that a page shows. A few kilobytes can say that they are gigabytes of pixels, which the browser would
/// take its memory for.
pub const MAX_PIXELS: u64 = 40_000_000;

/// A kind of picture from pixels, from which a browser runs and loads nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    WebP,
}

/// Bytes that pages do not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoPicture {
    /// They are something else.
    #[error("it is no PNG, JPEG, GIF or WebP")]
    Other,
    /// They say no size, or none that a picture has.
    #[error("it is damaged: it does not say how large it is")]
    Damaged,
    /// It would take too much memory to show.
    #[error("it has more than {} million pixels", MAX_PIXELS / 1_000_000)]
    TooLarge,
}

impl PictureKind {
    /// The kind of these bytes by their beginning; nothing is read of what follows.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            _ => None,
        }
    }

    /// The kind of a whole picture that a page may show.
    ///
    /// # Errors
    ///
    /// [`NoPicture`] where these bytes are none.
    pub fn of_whole(bytes: &[u8]) -> Result<Self, NoPicture> {
        let kind = Self::of(bytes).ok_or(NoPicture::Other)?;
        let size = imagesize::blob_size(bytes).map_err(|_| NoPicture::Damaged)?;
        let pixels = (size.width as u64).saturating_mul(size.height as u64);
        match pixels {
            0 => Err(NoPicture::Damaged),
            1..=MAX_PIXELS => Ok(kind),
            _ => Err(NoPicture::TooLarge),
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a PNG of this size, as far as anybody reads who wants to know its size.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes
    }

    #[test]
    fn what_a_picture_is_its_bytes_say() {
        assert_eq!(PictureKind::of_whole(&png(800, 600)), Ok(PictureKind::Png));
        for (bytes, problem) in [
            (png(50_000, 50_000), NoPicture::TooLarge),
            (png(0, 600), NoPicture::Damaged),
            (b"\x89PNG".to_vec(), NoPicture::Damaged),
            (
                b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
                NoPicture::Other,
            ),
            (b"<!doctype html>".to_vec(), NoPicture::Other),
            (Vec::new(), NoPicture::Other),
        ] {
            assert_eq!(PictureKind::of_whole(&bytes), Err(problem));
        }
    }
}

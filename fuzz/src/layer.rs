//! From the bytes of a layer to a payload, with both tar parsers.

use std::collections::HashMap;
use std::io::{self, Read};

use archive::{
    ContentKey, Error, ImageTree, LayerIndex, LayerSource, Limits, Selection, SelectionKind, Sink, Want, read_layer,
};
use model::{Digest, ImagePath};

/// Low enough that every one of them is within reach of a small input.
const LIMITS: Limits = Limits {
    layer_size: 1 << 20,
    ratio: 100,
    entries: 64,
    path_length: 256,
    payload_size: 1 << 16,
    payload_files: 128,
    zstd_window: 1 << 18,
};

/// Files by their key, with the number of bytes that came.
#[derive(Default)]
struct Sizes(HashMap<ContentKey, u64>);

impl Sink for Sizes {
    fn store(&mut self, key: ContentKey, size: u64, content: &mut dyn Read) -> io::Result<()> {
        let count = io::copy(content, &mut io::sink())?;
        assert_eq!(count, size);
        assert!(self.0.insert(key, size).is_none(), "{key:?} came twice");
        Ok(())
    }
}

/// A layer as it is sent; a plain one also with checksums that are right, since chance finds none.
pub fn layer(input: &[u8]) -> bool {
    let mut mended = input.to_vec();
    mend_checksums(&mut mended);
    let as_it_is = unpack(input);
    as_it_is | (mended != input && unpack(&mended))
}

fn unpack(input: &[u8]) -> bool {
    // The first reading tells the DiffID that the second one needs.
    let diff_id = match read(input, &Digest::of(b"another layer")) {
        Err(Error::DiffId { found, .. }) => found,
        Err(_) => return false,
        Ok(_) => panic!("a wrong DiffID was accepted"),
    };
    let (index, sizes) = read(input, &diff_id).expect("what was read once is read again");
    assert!(index.uncompressed_size() <= LIMITS.layer_size);
    let Ok(tree) = ImageTree::merge(vec![index], &LIMITS) else { return false };
    let everything = Selection {
        source: ImagePath::root(),
        destination: String::new(),
        kind: SelectionKind::Folder,
    };
    let Ok(selected) = tree.select(&[everything], &LIMITS) else { return false };
    for file in &selected.files {
        assert_eq!(sizes.0.get(&file.content), Some(&file.size));
        let is_plain = |part: &str| !matches!(part, "" | "." | "..");
        assert!(file.destination.split('/').all(is_plain), "{:?}", file.destination);
    }
    assert!(selected.files.windows(2).all(|pair| pair[0].destination < pair[1].destination));
    !selected.files.is_empty()
}

fn read(input: &[u8], diff_id: &Digest) -> Result<(LayerIndex, Sizes), Error> {
    let source = LayerSource {
        layer: 0,
        diff_id,
        compressed_size: input.len() as u64,
    };
    let want = Want::Below(vec![ImagePath::root()]);
    let mut sizes = Sizes::default();
    let index = read_layer(input, &source, &want, &LIMITS, &mut sizes)?;
    Ok((index, sizes))
}

/// Gives every block that could be a header the checksum that it would need.
pub(crate) fn mend_checksums(tar: &mut [u8]) {
    for block in tar.chunks_exact_mut(512).filter(|block| block[0] != 0) {
        let mut header = tar::Header::new_old();
        header.as_mut_bytes().copy_from_slice(block);
        header.set_cksum();
        block.copy_from_slice(header.as_bytes());
    }
}

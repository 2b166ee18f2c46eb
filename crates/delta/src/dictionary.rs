//! Zstandard with a dictionary: `Content-Encoding: dcz` (RFC 9842, 5).
use crate::bodies::Digest;
use zstd::zstd_safe::{CCtx, CParameter, compress_bound};

/// What a `dcz` body begins with: a skippable frame of 32 bytes, which are the dictionary's digest.
const MAGIC: [u8; 8] = [0x5e, 0x2a, 0x4d, 0x18, 0x20, 0, 0, 0];

/// The logarithm of the entries of the table that short matches are found in.
const TABLE: u32 = 15;
/// Of the places of a body, one in 2^`LONG_MATCHES` can begin a long match: as many as rows that have moved need.
const LONG_MATCHES: u32 = 7;

/// How many places are probed, by how many bytes, and how far they may have moved.
const SAMPLES: usize = 16;
const SAMPLE: usize = 16;
const NEAR: usize = 1024;

/// `body`, compressed with `dictionary`. `None` if zstd fails, as it does without memory.
pub fn compress(dictionary: &[u8], digest: &Digest, body: &[u8]) -> Option<Vec<u8>> {
    let mut context = CCtx::try_create()?;
    let window = log2(dictionary.len().max(body.len())).max(10);
    // Level 1 looks at one candidate per place. Long matches, which are looked for first, find the counterpart of most places, and
    // keep it from following wrong ones where rows look alike. What they leave is found in a table that stays in a processor's
    // first caches: one of all places takes half as long again, and finds hardly more. Higher levels cost ten times as much.
    let rate = if is_in_place(dictionary, body) { LONG_MATCHES + 1 } else { LONG_MATCHES };
    context.set_parameter(CParameter::CompressionLevel(1)).ok()?;
    context.set_parameter(CParameter::WindowLog(window)).ok()?;
    context.set_parameter(CParameter::HashLog(TABLE.min(window))).ok()?;
    context.set_parameter(CParameter::EnableLongDistanceMatching(true)).ok()?;
    context.set_parameter(CParameter::LdmHashRateLog(rate)).ok()?;
    // As a prefix and not as a dictionary, which would cost a table of its own.
    context.ref_prefix(dictionary).ok()?;
    let mut frame = Vec::with_capacity(compress_bound(body.len()));
    context.compress2(&mut frame, body).ok()?;
    Some([&MAGIC[..], digest, &frame].concat())
}

/// Whether most of the body is about where it was in the dictionary: then long matches are long, and looked for half as often. A probe
/// of a few places, some 20 µs.
fn is_in_place(dictionary: &[u8], body: &[u8]) -> bool {
    let Some(last) = body.len().checked_sub(SAMPLE) else { return true };
    let grown = body.len().abs_diff(dictionary.len()).min(NEAR);
    let found = (0..SAMPLES).filter(|number| {
        let at = last / SAMPLES * number;
        let Some(sample) = body.get(at..at + SAMPLE) else { return false };
        let begin = at.saturating_sub(NEAR + grown).min(dictionary.len());
        let end = (at + NEAR + grown + SAMPLE).min(dictionary.len());
        dictionary.get(at..at + SAMPLE) == Some(sample)
            || dictionary
                .get(begin..end)
                .is_some_and(|near| near.windows(SAMPLE).any(|there| there == sample))
    });
    found.count() * 2 > SAMPLES
}

/// The least `n` with 2^n ≥ `length`.
fn log2(length: usize) -> u32 {
    usize::BITS - length.saturating_sub(1).leading_zeros()
}

/// Edits, compressed, where that makes them shorter.
pub fn shorten(edits: Vec<u8>) -> Result<Vec<u8>, Vec<u8>> {
    match zstd::bulk::compress(&edits, 1) {
        Ok(short) if short.len() < edits.len() => Ok(short),
        _ => Err(edits),
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::bodies::digest;
    use proptest::prelude::*;

    /// Reads a `dcz` body as a browser does.
    pub fn read(dictionary: &[u8], body: &[u8]) -> Vec<u8> {
        let frame =
            body.strip_prefix(&MAGIC).and_then(|rest| rest.strip_prefix(&digest(dictionary))).unwrap();
        let mut context = zstd::zstd_safe::DCtx::create();
        context.ref_prefix(dictionary).unwrap();
        // What browsers allow.
        context.set_parameter(zstd::zstd_safe::DParameter::WindowLogMax(23)).unwrap();
        let mut out = Vec::with_capacity(crate::options::LONGEST);
        context.decompress(&mut out, frame).unwrap();
        out
    }

    #[test]
    fn one_number_in_many_rows_costs_few_bytes() {
        let sent = |old: String, new: String| {
            let sent = compress(old.as_bytes(), &digest(old.as_bytes()), new.as_bytes()).unwrap();
            assert_eq!(read(old.as_bytes(), &sent), new.as_bytes());
            sent.len()
        };
        let rows = |changed: u64| -> String {
            let seen = |id| if id == 3000 { changed } else { id % 7 };
            (0..6000u64)
                .map(|id| {
                    format!("{{\"id\":{id},\"name\":\"row {}\",\"seen\":{}}},", id * 7919 % 65_537, seen(id))
                })
                .collect()
        };
        assert!(sent(rows(1), rows(12_345)) < 300);
        let alike = |changed: u32| -> String {
            (0..20_000)
                .map(|id| format!("{{\"id\":{id},\"seen\":{}}},", if id == 9999 { changed } else { id % 7 }))
                .collect()
        };
        assert!(sent(alike(1), alike(12_345)) < 300);
    }

    #[test]
    fn what_has_moved_is_told_from_what_has_not() {
        let row = |id: usize| format!("{{\"id\":{id},\"name\":\"row {}\"}}", id * 7919 % 65_537);
        let rows = |ids: &mut dyn Iterator<Item = usize>| ids.map(row).collect::<Vec<_>>().join(",");
        let old = rows(&mut (0..5000));
        assert!(is_in_place(old.as_bytes(), old.as_bytes()));
        assert!(is_in_place(old.as_bytes(), rows(&mut (0..5000).filter(|id| *id != 7)).as_bytes()));
        assert!(is_in_place(old.as_bytes(), rows(&mut [9999].into_iter().chain(0..5000)).as_bytes()));
        assert!(!is_in_place(old.as_bytes(), rows(&mut (0..5000).rev()).as_bytes()));
        assert!(!is_in_place(b"", old.as_bytes()));
        assert!(is_in_place(old.as_bytes(), b"short"));
    }

    #[test]
    fn logarithms() {
        assert_eq!([0, 1, 2, 3, 4, 5, 1 << 23].map(log2), [0, 0, 1, 2, 2, 3, 23]);
    }

    proptest! {
        #[test]
        fn any_body_comes_back(
            dictionary in prop::collection::vec(any::<u8>(), 0..3000),
            body in prop::collection::vec(any::<u8>(), 0..3000),
            cut in 0usize..3000,
        ) {
            for body in [&body[..], &dictionary[cut.min(dictionary.len())..], b""] {
                let sent = compress(&dictionary, &digest(&dictionary), body).unwrap();
                prop_assert_eq!(&read(&dictionary, &sent), body);
            }
        }
    }
}

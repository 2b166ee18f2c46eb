//! Finds the timings in the bytes of a cell that has them by value, without making values of those that nobody asks for.
use super::codec;
use super::rest::Rest;
use super::splits::SplitKey;

/// Hands the bytes of each timing's histogram to `each`, with its value of the dimension and the number of its name, for
/// [`super::merge_histogram_bytes`]. Bytes that hold no such timings are left out as a whole.
pub fn each_split_timing(bytes: &[u8], mut each: impl FnMut(SplitKey, i64, &[u8])) {
    match codec::versioned(bytes).and_then(find) {
        Some(found) => found.into_iter().for_each(|(key, name, bytes)| each(key, name, bytes)),
        None => codec::warn(),
    }
}

/// Where the histograms are. The fields are those of [`super::SplitTimings`] and [`super::Timings`], in their order.
fn find(bytes: &[u8]) -> Option<Vec<(SplitKey, i64, &[u8])>> {
    let mut rest = Rest(bytes);
    let mut found = Vec::new();
    for _ in 0..rest.next::<u64>()? {
        let key: SplitKey = rest.next()?;
        for _ in 0..rest.next::<u64>()? {
            found.push((key, rest.next()?, rest.bytes()?));
            // How many miss a bound: no level rates these names.
            rest.next::<u64>()?;
        }
    }
    rest.0.is_empty().then_some(found)
}

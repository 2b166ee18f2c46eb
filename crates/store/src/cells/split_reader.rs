//! Adds up the vitals of a few values of a split, and passes over all else: a cell has tens of values, each with a dozen histograms.
use super::codec;
use super::rest::Rest;
use super::splits::SplitKey;
use super::vitals::Vitals;

/// Adds the vitals of each value that is wanted, and returns whether there was any. Bytes that hold no split are left out as a whole.
pub fn add_split(sum: &mut Vitals, bytes: &[u8], wanted: &mut dyn FnMut(SplitKey) -> bool) -> bool {
    let Some(found) = codec::versioned(bytes).and_then(|rest| find(rest, wanted)) else {
        codec::warn();
        return false;
    };
    for bytes in &found {
        Rest(bytes).add_vitals(sum);
    }
    !found.is_empty()
}

/// Where the parts of the wanted values begin. The fields are those of [`super::Split`], in their order.
fn find<'b>(bytes: &'b [u8], wanted: &mut dyn FnMut(SplitKey) -> bool) -> Option<Vec<&'b [u8]>> {
    let mut rest = Rest(bytes);
    let mut found = Vec::new();
    for _ in 0..rest.next::<u64>()? {
        if wanted(rest.next()?) {
            found.push(rest.0);
        }
        rest.pass_vitals()?;
        // Page loads.
        rest.bytes()?;
        rest.next::<u64>()?;
        // Errors: number, count, when first, when and where last.
        for _ in 0..rest.next::<u64>()? {
            rest.next::<(i64, u64, i64, i64, i64)>()?;
        }
    }
    rest.0.is_empty().then_some(found)
}

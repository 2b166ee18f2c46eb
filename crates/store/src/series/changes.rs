//! What a scrape changed, as bytes: `series` numbers in ascending order, each with its new value. A value holds until the next.
use super::bytes::{Bytes, write_signed, write_unsigned};

/// The first byte of what this version writes.
const VERSION: u8 = 1;

const MISSING: u64 = 0;
const WHOLE: u64 = 1;
const REAL: u64 = 2;

/// The bytes of changes; NaN where a series has no value any more. Of two changes of one series the later counts.
pub fn write(changes: &mut Vec<(i64, f64)>) -> Vec<u8> {
    changes.sort_by_key(|(series, _)| *series);
    changes.dedup_by(|later, kept| {
        let repeated = later.0 == kept.0;
        if repeated {
            kept.1 = later.1;
        }
        repeated
    });
    let mut out = Vec::with_capacity(2 + 5 * changes.len());
    out.push(VERSION);
    let mut before = 0;
    for (series, value) in changes.iter() {
        let more = series.wrapping_sub(before) as u64;
        before = *series;
        let whole = *value as i64;
        if value.is_nan() {
            write_unsigned(&mut out, more << 2 | MISSING);
        } else if (whole as f64).to_bits() == value.to_bits() && whole != i64::MAX {
            write_unsigned(&mut out, more << 2 | WHOLE);
            write_signed(&mut out, whole);
        } else {
            write_unsigned(&mut out, more << 2 | REAL);
            out.extend(value.to_bits().to_le_bytes());
        }
    }
    out
}

/// Hands each change to `each`. `None`: the bytes are damaged; what was read until then is good.
pub fn read(bytes: &[u8], each: &mut dyn FnMut(i64, f64)) -> Option<()> {
    let mut bytes = Bytes(bytes);
    if bytes.byte()? != VERSION {
        return None;
    }
    let mut series = 0_i64;
    while !bytes.0.is_empty() {
        let head = bytes.unsigned()?;
        series = series.wrapping_add((head >> 2) as i64);
        let value = match head & 3 {
            MISSING => f64::NAN,
            WHOLE => bytes.signed()? as f64,
            REAL => bytes.real()?,
            _ => return None,
        };
        each(series, value);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn changes_come_back(changes in prop::collection::vec((1_i64..1_000_000, any::<f64>(), 0..3), 0..30)) {
            let mut changes: Vec<(i64, f64)> = changes
                .into_iter()
                .map(|(series, value, kind)| (series, if kind == 0 { value } else { (value % 1e6).trunc() }))
                .collect();
            let expected: BTreeMap<i64, f64> = changes.iter().copied().collect();
            let mut found = Vec::new();
            read(&write(&mut changes), &mut |series, value| found.push((series, value))).unwrap();
            prop_assert!(found.is_sorted_by(|a, b| a.0 < b.0));
            let bits = |value: f64| (!value.is_nan()).then(|| value.to_bits());
            let found: Vec<_> = found.into_iter().map(|(series, value)| (series, bits(value))).collect();
            let expected: Vec<_> = expected.into_iter().map(|(series, value)| (series, bits(value))).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn damaged_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = read(&bytes, &mut |_, _| {});
        }
    }
}

//! The values of one series at many times, as bytes, without loss. NaN stands for no value.
//!
//! ```text
//! one value for all times:  0 (none), 1 and a signed number, 2 and eight bytes
//! whole numbers:            3 + decimals (0 to 3), then differences of the values times 10^decimals
//! others:                   7, then differences of their bits
//! ```
//!
//! A difference of whole numbers is 0 and how many further values are the same, 1 and how many further ones are missing, or the
//! folded difference plus 1. One of bits is 0 or 1 as before, or 2 + 8 · leading + trailing zero bytes, and the bytes between.
use crate::series::bytes::{Bytes, folded, unfolded, write_signed, write_unsigned};

/// Doubles below this hold every integer (2^53).
const EXACT: f64 = 9_007_199_254_740_992.0;

const MISSING: u8 = 0;
const WHOLE: u8 = 1;
const REAL: u8 = 2;
const DECIMALS: u8 = 3;
const BITS: u8 = 7;

const POWERS: [f64; 4] = [1.0, 10.0, 100.0, 1000.0];

/// Appends the bytes of `values`, of which there is at least one.
pub fn write(out: &mut Vec<u8>, values: &[f64]) {
    let Some(first) = values.first() else { return };
    if values.iter().all(|value| same(*value, *first)) {
        match scaled(*first, 1.0) {
            _ if first.is_nan() => out.push(MISSING),
            Some(whole) => {
                out.push(WHOLE);
                write_signed(out, whole);
            }
            None => {
                out.push(REAL);
                out.extend(first.to_bits().to_le_bytes());
            }
        }
        return;
    }
    let fits = |power: &f64| values.iter().all(|value| value.is_nan() || scaled(*value, *power).is_some());
    match POWERS.iter().position(fits) {
        Some(decimals) => {
            out.push(DECIMALS + decimals as u8);
            write_whole(out, values, POWERS[decimals]);
        }
        None => {
            out.push(BITS);
            write_bits(out, values);
        }
    }
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// `value` times `power`, if that is a whole number from which `value` can be had back exactly.
fn scaled(value: f64, power: f64) -> Option<i64> {
    let whole = (value * power).round();
    let is_exact = whole.abs() < EXACT && (whole as i64 as f64 / power).to_bits() == value.to_bits();
    is_exact.then_some(whole as i64)
}

/// How many of `values` are like the first.
fn run(values: &[f64]) -> usize {
    values.iter().take_while(|value| same(**value, values[0])).count()
}

fn write_whole(out: &mut Vec<u8>, mut values: &[f64], power: f64) {
    let mut before = 0;
    while let Some(value) = values.first() {
        let mut taken = 1;
        let number = scaled(*value, power).unwrap_or_default();
        if value.is_nan() {
            taken = run(values);
            out.push(1);
            write_unsigned(out, taken as u64 - 1);
        } else if number == before {
            taken = run(values);
            out.push(0);
            write_unsigned(out, taken as u64 - 1);
        } else {
            write_unsigned(out, folded(number - before) + 1);
            before = number;
        }
        values = &values[taken..];
    }
}

fn write_bits(out: &mut Vec<u8>, mut values: &[f64]) {
    let mut before = 0_u64;
    while let Some(value) = values.first() {
        let bits = value.to_bits();
        let mut taken = 1;
        if value.is_nan() || bits == before {
            taken = run(values);
            out.push(u8::from(value.is_nan()));
            write_unsigned(out, taken as u64 - 1);
        } else {
            let differs = bits ^ before;
            let (leading, trailing) =
                (differs.leading_zeros() as usize / 8, differs.trailing_zeros() as usize / 8);
            out.push((2 + 8 * leading + trailing) as u8);
            out.extend(&differs.to_le_bytes()[trailing..8 - leading]);
            before = bits;
        }
        values = &values[taken..];
    }
}

/// Reads `count` values into `values`, which is cleared. `None`: the bytes are damaged.
pub fn read(bytes: &mut Bytes<'_>, count: usize, values: &mut Vec<f64>) -> Option<()> {
    values.clear();
    match bytes.byte()? {
        MISSING => values.resize(count, f64::NAN),
        WHOLE => {
            let value = bytes.signed()? as f64;
            values.resize(count, value);
        }
        REAL => {
            let value = bytes.real()?;
            values.resize(count, value);
        }
        BITS => read_bits(bytes, count, values)?,
        decimals => {
            let power = *POWERS.get(usize::from(decimals.checked_sub(DECIMALS)?))?;
            read_whole(bytes, count, values, power)?;
        }
    }
    Some(())
}

fn read_run(bytes: &mut Bytes<'_>, count: usize, values: &mut Vec<f64>, value: f64) -> Option<()> {
    let more = usize::try_from(bytes.unsigned()?).ok()?;
    let upto = values.len().checked_add(more)?.checked_add(1)?;
    if upto > count {
        return None;
    }
    values.resize(upto, value);
    Some(())
}

fn read_whole(bytes: &mut Bytes<'_>, count: usize, values: &mut Vec<f64>, power: f64) -> Option<()> {
    let (mut number, mut value) = (0_i64, 0.0);
    while values.len() < count {
        match bytes.unsigned()? {
            0 => read_run(bytes, count, values, value)?,
            1 => read_run(bytes, count, values, f64::NAN)?,
            other => {
                number = number.checked_add(unfolded(other - 1))?;
                value = number as f64;
                if power != 1.0 {
                    value /= power;
                }
                values.push(value);
            }
        }
    }
    Some(())
}

fn read_bits(bytes: &mut Bytes<'_>, count: usize, values: &mut Vec<f64>) -> Option<()> {
    let mut bits = 0_u64;
    while values.len() < count {
        match bytes.byte()? {
            0 => read_run(bytes, count, values, f64::from_bits(bits))?,
            1 => read_run(bytes, count, values, f64::NAN)?,
            zeros => {
                let (leading, trailing) = (usize::from(zeros - 2) / 8, usize::from(zeros - 2) % 8);
                let mut differs = [0; 8];
                let length = 8_usize.checked_sub(leading + trailing)?;
                differs[trailing..trailing + length].copy_from_slice(bytes.take(length)?);
                bits ^= u64::from_le_bytes(differs);
                values.push(f64::from_bits(bits));
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{Bytes, read, write};
    use proptest::prelude::*;

    fn check(values: &[f64]) -> usize {
        let mut bytes = Vec::new();
        write(&mut bytes, values);
        let (mut rest, mut back) = (Bytes(&bytes), Vec::new());
        read(&mut rest, values.len(), &mut back).unwrap();
        assert!(rest.0.is_empty());
        let bits = |values: &[f64]| -> Vec<Option<u64>> {
            values.iter().map(|value| (!value.is_nan()).then(|| value.to_bits())).collect()
        };
        assert_eq!(bits(values), bits(&back));
        bytes.len()
    }

    #[test]
    fn a_value_that_stays_takes_next_to_nothing() {
        assert_eq!(check(&[f64::NAN; 1000]), 1);
        assert_eq!(check(&[5.0; 1000]), 2);
        assert_eq!(check(&[0.1 + 0.2; 1000]), 9);
        // A counter that grows by less than 63 takes a byte each time.
        let counts: Vec<f64> = (0..100).map(|place| 1e6 + f64::from(place) * 40.0).collect();
        assert!(check(&counts) < 105);
        assert!(check(&[0.25, 0.5, 0.75, 1.0, f64::NAN, 1.25]) < 14);
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            3 => (-1000_i64..1000).prop_map(|whole| whole as f64),
            2 => (-100_000_i64..100_000).prop_map(|whole| whole as f64 / 100.0),
            1 => any::<f64>(),
            1 => Just(f64::NAN),
            1 => Just(f64::INFINITY),
            1 => Just(-0.0),
            1 => Just(9_007_199_254_740_993.0),
        ]
    }

    proptest! {
        #[test]
        fn values_come_back_as_they_were(
            runs in prop::collection::vec((value(), 1_usize..5), 1..20),
            kind in 0..3,
        ) {
            let kept = |value: f64| match kind {
                0 => value,
                1 => if value.is_nan() { value } else { value.clamp(-1e6, 1e6).trunc() },
                _ => value.clamp(-1e6, 1e6),
            };
            let values: Vec<f64> =
                runs.iter().flat_map(|(value, times)| std::iter::repeat_n(kept(*value), *times)).collect();
            check(&values);
        }

        #[test]
        fn no_bytes_make_more_values_than_asked_for(bytes in prop::collection::vec(any::<u8>(), 0..40), count in 0_usize..50) {
            let mut values = Vec::new();
            if read(&mut Bytes(&bytes), count, &mut values).is_some() {
                prop_assert_eq!(values.len(), count);
            }
        }
    }
}

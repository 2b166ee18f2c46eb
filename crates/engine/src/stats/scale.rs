//! Computes the bucket of a value and the bounds of a bucket, without logarithms.
//!
//! At scale `s` the bucket bounds are the powers of `2^(1/2^s)`: scale 0 has one bucket per octave, each
//! step up cuts every bucket in two. Bucket `i` holds the values above `2^(i/2^s)`, up to and including
//! `2^((i+1)/2^s)`, as OpenTelemetry and Prometheus' native histograms have it.

/// The finest scale: buckets 2.2 % wide, so that a quantile is at most 1.1 % off.
pub(super) const MAX_SCALE: i8 = 5;
/// The coarsest: two buckets an octave. The 73 octaves from [`ZERO_THRESHOLD`] to [`LIMIT`] fit in 147, of which the first
/// ends at the zero threshold.
pub(super) const MIN_SCALE: i8 = 1;
/// 2^-20: values up to here count as zero.
pub(super) const ZERO_THRESHOLD: f64 = 1.0 / 1_048_576.0;
/// 2^53: a value that reaches it is not a measurement.
pub(super) const LIMIT: f64 = 9_007_199_254_740_992.0;

/// The finest scale at which `buckets` buckets span everything from [`ZERO_THRESHOLD`] to [`LIMIT`].
pub(super) const fn finest_for_all(buckets: usize) -> i8 {
    let mut scale = MAX_SCALE;
    // 73 octaves, and the bucket whose upper bound is the zero threshold.
    while (73 << scale) + 1 > buckets && scale > MIN_SCALE {
        scale -= 1;
    }
    scale
}

/// `2^(1/2)`, `2^(1/4)`, … `2^(1/32)`: what each binary digit of the fraction of a logarithm stands for.
const ROOTS: [f64; MAX_SCALE as usize] = [
    core::f64::consts::SQRT_2,
    1.189_207_115_002_721,
    1.090_507_732_665_257_7,
    1.044_273_782_427_413_8,
    1.021_897_148_654_116_6,
];

/// In 1.63 fixed point.
const ONE: u64 = 1 << 63;

/// The bucket of `value`, a positive normal number, at [`MAX_SCALE`].
///
/// The whole part of `log2(value)` is the number's own exponent. Squaring a number doubles its logarithm,
/// so each squaring of the mantissa gives the next binary digit of the fraction: 1 if the square reaches 2, else 0. A
/// mantissa of 64 bits is wide enough to put every `f64` into the right bucket, which a test proves at each bound.
pub(super) fn index(value: f64) -> i32 {
    let bits = value.to_bits();
    let mut index = (bits >> 52) as i32 - 1023;
    // 1.63 fixed point: the implicit leading one is put back.
    let mut mantissa = bits << 11 | ONE;
    if mantissa == ONE {
        // A power of two is a bound, and a bound belongs to the bucket below it.
        return (index << MAX_SCALE) - 1;
    }
    for _ in 0..MAX_SCALE {
        // 2.62 fixed point; where the square reached 2 the same bits are its half in 1.63.
        mantissa = high_half_of_square(mantissa);
        index *= 2;
        if mantissa < ONE {
            mantissa <<= 1;
        } else {
            index += 1;
        }
    }
    index
}

/// The upper 64 bits of `number` squared.
const fn high_half_of_square(number: u64) -> u64 {
    ((number as u128 * number as u128) >> 64) as u64
}

/// The lower bound of bucket `index` at `scale`: `2^(index/2^scale)`. The upper bound is the lower bound of the next one.
pub(super) fn lower_bound(scale: i8, index: i32) -> f64 {
    let exponent = index >> scale;
    let mut bound = f64::from_bits(((exponent + 1023) as u64) << 52);
    for (place, root) in ROOTS.iter().take(scale as usize).enumerate() {
        if index >> (scale - 1 - place as i8) & 1 == 1 {
            bound *= root;
        }
    }
    bound
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    /// A natural number of any size, lowest limb first: enough arithmetic to check a logarithm exactly.
    fn square(n: &[u32]) -> Vec<u32> {
        let mut out = vec![0u32; n.len() * 2];
        for (i, &a) in n.iter().enumerate() {
            let mut carry = 0u64;
            for (j, &b) in n.iter().enumerate() {
                let sum = u64::from(out[i + j]) + u64::from(a) * u64::from(b) + carry;
                out[i + j] = sum as u32;
                carry = sum >> 32;
            }
            out[i + n.len()] = carry as u32;
        }
        out
    }

    fn bit_length(n: &[u32]) -> u64 {
        let top = n.iter().rposition(|&limb| limb != 0).unwrap();
        32 * top as u64 + u64::from(32 - n[top].leading_zeros())
    }

    /// `floor(log2(mantissa / 2^52) * 32)` for a 53-bit mantissa, exactly: raise it to the 32nd power and
    /// count the digits.
    fn exact_fraction(mantissa: u64) -> i32 {
        let mut power = vec![mantissa as u32, (mantissa >> 32) as u32];
        for _ in 0..MAX_SCALE {
            power = square(&power);
        }
        (bit_length(&power) - 1 - (52 << MAX_SCALE)) as i32
    }

    #[test]
    fn every_number_is_in_its_right_bucket() {
        // `index` is monotonic, as squaring and truncating are. So it is right everywhere if it is right on both sides of
        // every bound.
        for bound in 1..1 << MAX_SCALE {
            // The last mantissa below the bound, by bisection over exact arithmetic.
            let (mut below, mut above) = (1u64 << 52, (1u64 << 53) - 1);
            while above - below > 1 {
                let middle = (below + above) / 2;
                if exact_fraction(middle) < bound { below = middle } else { above = middle }
            }
            let value = |mantissa: u64| f64::from_bits(mantissa & ((1 << 52) - 1) | 1023 << 52);
            assert_eq!(index(value(below)), bound - 1, "below bound {bound}");
            assert_eq!(index(value(above)), bound, "above bound {bound}");
        }
    }

    #[test]
    fn half_a_square_is_exact() {
        for number in
            [0, 1, 0xffff_ffff, 1 << 32, 0x8000_0000_8000_0000, 0xffff_ffff_0000_0001, u64::MAX - 1, u64::MAX]
        {
            assert_eq!(high_half_of_square(number), ((u128::from(number) * u128::from(number)) >> 64) as u64);
        }
    }

    #[test]
    fn a_bound_belongs_to_the_bucket_below() {
        assert_eq!(index(1.0), -1);
        assert_eq!(index(f64::from_bits(1f64.to_bits() + 1)), 0);
        assert_eq!(index(2.0), (1 << MAX_SCALE) - 1);
        assert_eq!(index(0.5), (-1 << MAX_SCALE) - 1);
    }

    #[test]
    fn bounds_follow_from_the_index() {
        for scale in MIN_SCALE..=MAX_SCALE {
            for value in [1e-6, 0.3, 1.0, 1.5, 2.0, 7.3, 1e3, 123_456.789, 9e15] {
                let index = index(value) >> (MAX_SCALE - scale);
                // A few units in the last place: the product of five rounded roots.
                assert!(lower_bound(scale, index) < value * (1.0 + 1e-15), "{value} at {scale}");
                assert!(lower_bound(scale, index + 1) > value * (1.0 - 1e-15), "{value} at {scale}");
            }
        }
    }

    #[test]
    fn bounds_are_powers_of_the_base() {
        for (place, root) in ROOTS.iter().enumerate() {
            let exact = 2f64.powf(1.0 / f64::from(2 << place));
            assert!((root / exact - 1.0).abs() < 1e-15);
        }
        assert_eq!(lower_bound(1, 20), 1024.0);
        assert_eq!(lower_bound(1, 3), 2.0 * core::f64::consts::SQRT_2);
        assert_eq!(lower_bound(5, -32), 0.5);
    }

    #[test]
    fn the_coarsest_scale_holds_all_that_may_be_recorded() {
        let shift = MAX_SCALE - MIN_SCALE;
        let (low, high) = (index(ZERO_THRESHOLD * 1.0000001) >> shift, index(LIMIT) >> shift);
        assert!(((high - low + 1) as usize) <= super::super::Histogram::MAX_BUCKETS);
    }
}

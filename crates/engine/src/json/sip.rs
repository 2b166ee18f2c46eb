//! SipHash-1-3 (Aumasson and Bernstein, 2012): a hash that nobody can make collide who does not know the seed.
//!
//! Names and rows come from outside. With a hash that anyone can compute, whoever may choose them could put them all
//! into one place of a table.

/// What the hash depends on beside the bytes.
pub(super) type Seed = [u64; 2];

/// A hash on its way.
pub(super) struct Sip([u64; 4]);

impl Sip {
    pub(super) fn new([a, b]: Seed) -> Self {
        Self([
            a ^ 0x736f_6d65_7073_6575,
            b ^ 0x646f_7261_6e64_6f6d,
            a ^ 0x6c79_6765_6e65_7261,
            b ^ 0x7465_6462_7974_6573,
        ])
    }

    /// The next eight bytes.
    #[inline]
    pub(super) fn add(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.0[0] ^= word;
    }

    /// The rest, of less than eight bytes, and how many there were in all.
    #[inline]
    pub(super) fn end(mut self, rest: u64, len: usize) -> u32 {
        self.add(rest | (len as u64) << 56);
        self.0[2] ^= 0xff;
        for _ in 0..3 {
            self.round();
        }
        let [a, b, c, d] = self.0;
        (a ^ b ^ c ^ d) as u32
    }

    #[inline]
    fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.0;
        a = a.wrapping_add(b);
        c = c.wrapping_add(d);
        b = b.rotate_left(13) ^ a;
        d = d.rotate_left(16) ^ c;
        a = a.rotate_left(32).wrapping_add(d);
        c = c.wrapping_add(b);
        d = d.rotate_left(21) ^ a;
        b = b.rotate_left(17) ^ c;
        self.0 = [a, b, c.rotate_left(32), d];
    }
}

/// Of all bytes.
pub(super) fn sip(seed: Seed, bytes: &[u8]) -> u32 {
    let mut hash = Sip::new(seed);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        hash.add(u64::from_le_bytes(*word));
    }
    hash.end(rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)), bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::hash::{DefaultHasher, Hasher};
    use std::vec::Vec;

    proptest! {
        /// std hashes by it, too, with a seed of zeros.
        #[test]
        fn is_what_others_compute(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut hasher = DefaultHasher::new();
            hasher.write(&bytes);
            prop_assert_eq!(sip([0, 0], &bytes), hasher.finish() as u32);
        }

        #[test]
        fn depends_on_all_of_the_seed(bytes in prop::collection::vec(any::<u8>(), 0..40), bit in 0..64u32) {
            let hashes: Vec<u32> = [[0, 0], [1 << bit, 0], [0, 1 << bit]].map(|seed| sip(seed, &bytes)).into();
            prop_assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2] && hashes[0] != hashes[2]);
        }
    }
}

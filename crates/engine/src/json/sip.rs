//! SipHash-1-3 (Aumasson and Bernstein, 2012). Nobody who does not know the seed can choose bytes that collide.
//!
//! Names and rows come from outside. With a hash that anyone can compute, an attacker could put all of them into one slot
//! of a table.

/// The key of the hash.
pub(super) type Seed = [u64; 2];

/// The state of a hash that is being computed.
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

    /// Adds eight bytes.
    #[inline]
    pub(super) fn add(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.0[0] ^= word;
    }

    /// Ends with the remaining bytes, fewer than eight, and the length of all bytes.
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

/// The hash of `bytes`.
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
        /// std's default hasher is SipHash-1-3 with a seed of zeros.
        #[test]
        fn equals_the_hash_of_std(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut hasher = DefaultHasher::new();
            hasher.write(&bytes);
            prop_assert_eq!(sip([0, 0], &bytes), hasher.finish() as u32);
        }

        #[test]
        fn every_bit_of_the_seed_changes_the_hash(bytes in prop::collection::vec(any::<u8>(), 0..40), bit in 0..64u32) {
            let hashes: Vec<u32> = [[0, 0], [1 << bit, 0], [0, 1 << bit]].map(|seed| sip(seed, &bytes)).into();
            prop_assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2] && hashes[0] != hashes[2]);
        }
    }
}

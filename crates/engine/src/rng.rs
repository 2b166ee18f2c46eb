//! A random number generator: the same seed gives the same numbers, so that a session can be replayed.

/// Marsaglia's xorshift of 32 bits.
#[derive(Debug, Default)]
pub(crate) struct Rng(u32);

impl Rng {
    pub(crate) const fn new(seed: u32) -> Self {
        // From zero, xorshift only ever gives zero.
        Self(seed | 1)
    }

    /// The next number, at least 0 and below 1.
    pub(crate) fn next_f64(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        f64::from(self.0) / 4_294_967_296.0
    }
}

//! Chance, from a seed: the same seed draws the same.

/// Draws from a seed: Marsaglia's xorshift of 32 bits.
pub(crate) struct Draws(u32);

impl Draws {
    pub(crate) fn new(seed: u32) -> Self {
        // Zero would stay zero.
        Self(seed | 1)
    }

    /// From 0 up to 1.
    pub(crate) fn draw(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        f64::from(self.0) / 4_294_967_296.0
    }
}

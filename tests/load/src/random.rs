//! Random numbers that are the same in each run (splitmix64).

/// A sequence of random numbers.
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    /// The sequence of `seed`; near seeds give sequences that have nothing in common.
    pub fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        random.any();
        random
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.any() % end
    }

    /// A number from 0 to below 1.
    pub fn share(&mut self) -> f64 {
        (self.any() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something of that probability happens.
    pub fn happens(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// A time in ms or a similar value: log-normal around `median`, as measurements of pages are.
    pub fn around(&mut self, median: f64, spread: f64) -> f64 {
        // The sum of four numbers is near enough to a normal distribution; its variance is 4 / 12.
        let sum: f64 = (0..4).map(|_| self.share()).sum();
        let value = median * ((sum - 2.0) / (1.0_f64 / 3.0).sqrt() * spread).exp();
        (value * 10.0).round() / 10.0
    }

    /// One of `among`.
    pub fn one<'a>(&mut self, among: &[&'a str]) -> &'a str {
        among[self.below(among.len() as u64) as usize]
    }
}

//! What draws a script, and keeps digests of its results. `pkg/test/rules/script.mjs` is the same.
use std::format;
use std::string::String;

/// Draws what to do, and notes what came of it.
pub struct Script {
    random: u32,
    digest: u32,
    results: u32,
    pub lines: String,
}

impl Script {
    /// A digest is written after so many results.
    const RESULTS: u32 = 500;

    pub fn new() -> Self {
        Self { random: 1, digest: 0x811c_9dc5, results: 0, lines: String::new() }
    }

    /// A number below `bound`: Marsaglia's xorshift.
    pub fn pick(&mut self, bound: u32) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        (self.random >> 8) % bound
    }

    pub fn one_of(&mut self, numbers: &[f64]) -> f64 {
        numbers[self.pick(numbers.len() as u32) as usize]
    }

    /// Adds a result to the digest: FNV-1a of its bits.
    pub fn result(&mut self, value: f64) {
        let value = if value.is_nan() { f64::NAN } else { value };
        for byte in value.to_bits().to_le_bytes() {
            self.digest = (self.digest ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
        self.results += 1;
        if self.results.is_multiple_of(Self::RESULTS) {
            self.lines += &format!("{:08x}\n", self.digest);
        }
    }
}

/// What no sum of small numbers gives.
pub const ODD: [f64; 8] =
    [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, -1.0, 1e-9, 1e300, 9_007_199_254_740_992.0];

//! What one turn of one subject came to.
use std::fmt;

use crate::process::Memory;

/// One turn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Round {
    /// Acknowledged beacons per second.
    pub rate: f64,
    /// Half of the answers came within, ms.
    pub p50: f64,
    /// 99 of 100 answers came within, ms.
    pub p99: f64,
    /// CPU of the server per beacon, µs.
    pub cpu: f64,
    /// CPU of the database server per beacon, µs, where there is one.
    pub database_cpu: Option<f64>,
    /// The server's memory at its end.
    pub memory: Memory,
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, p50, p99, cpu, memory, .. } = self;
        write!(f, "{rate:.0}/s, p50 {p50:.1} ms, p99 {p99:.1} ms, {cpu:.1} µs, {} MB", memory.now >> 20)
    }
}

/// The value in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    match (values.len(), values.len() / 2) {
        (0, _) => f64::NAN,
        (length, middle) if length % 2 == 1 => values[middle],
        (_, middle) => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_value_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
    }
}

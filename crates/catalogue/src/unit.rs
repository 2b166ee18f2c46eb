//! Units that patterns name, and what they are worth.
use crate::signal::Dimension;

/// The units of a pattern: name, what it measures, and how much of ms, bytes or 1 it is. Names with a `/s` are of gauges that
/// a backend computed.
const UNITS: [(&str, Dimension, f64); 26] = [
    ("s", Dimension::Time, 1000.0),
    ("ms", Dimension::Time, 1.0),
    ("us", Dimension::Time, 1e-3),
    ("ns", Dimension::Time, 1e-6),
    ("min", Dimension::Time, 60_000.0),
    ("h", Dimension::Time, 3_600_000.0),
    ("d", Dimension::Time, 86_400_000.0),
    // A tick of the kernel, as in /proc: USER_HZ is 100.
    ("cs", Dimension::Time, 10.0),
    ("By", Dimension::Bytes, 1.0),
    ("B", Dimension::Bytes, 1.0),
    ("bytes", Dimension::Bytes, 1.0),
    ("kB", Dimension::Bytes, 1e3),
    ("MB", Dimension::Bytes, 1e6),
    ("GB", Dimension::Bytes, 1e9),
    ("TB", Dimension::Bytes, 1e12),
    ("KiB", Dimension::Bytes, 1024.0),
    ("MiB", Dimension::Bytes, 1_048_576.0),
    ("GiB", Dimension::Bytes, 1_073_741_824.0),
    ("TiB", Dimension::Bytes, 1_099_511_627_776.0),
    // A page of memory, and a sector of a disk.
    ("page", Dimension::Bytes, 4096.0),
    ("sector", Dimension::Bytes, 512.0),
    ("1", Dimension::Number, 1.0),
    ("thousand", Dimension::Number, 1e3),
    ("million", Dimension::Number, 1e6),
    ("ratio", Dimension::Ratio, 1.0),
    ("percent", Dimension::Ratio, 0.01),
];

/// The names of all units.
pub fn names() -> impl Iterator<Item = &'static str> {
    UNITS.iter().map(|unit| unit.0)
}

/// What a unit measures, and how many ms, bytes or ones it is.
pub fn unit(name: &str) -> Option<(Dimension, f64)> {
    UNITS.iter().find(|unit| unit.0 == name).map(|unit| (unit.1, unit.2))
}

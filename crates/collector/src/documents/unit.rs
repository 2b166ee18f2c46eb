//! Units of numbers in JSON documents, by the words of their names, and the base units that series have.

/// A unit. Series have the base unit: seconds, bytes, or a ratio of 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Unit {
    #[default]
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
    Minutes,
    Hours,
    Days,
    Bytes,
    Kibibytes,
    Mebibytes,
    Gibibytes,
    Percent,
    /// 0 to 1; what is above 1 is taken for per cent.
    Ratio,
}

use Unit::{
    Bytes, Days, Gibibytes, Hours, Kibibytes, Mebibytes, Microseconds, Milliseconds, Minutes, Nanoseconds,
    Percent, Ratio, Seconds,
};

/// Words for units. `kb`, `mb` and `gb` are powers of 1024, as programs that divide a number of bytes mean them. `min` is not among them, since it is most often the smallest value; nor are `m` and `b`.
const WORDS: [(&str, Unit); 39] = [
    ("s", Seconds),
    ("sec", Seconds),
    ("secs", Seconds),
    ("second", Seconds),
    ("seconds", Seconds),
    ("ms", Milliseconds),
    ("msec", Milliseconds),
    ("millis", Milliseconds),
    ("millisecond", Milliseconds),
    ("milliseconds", Milliseconds),
    ("us", Microseconds),
    ("usec", Microseconds),
    ("micros", Microseconds),
    ("microseconds", Microseconds),
    ("ns", Nanoseconds),
    ("nanos", Nanoseconds),
    ("nanoseconds", Nanoseconds),
    ("mins", Minutes),
    ("minutes", Minutes),
    ("hours", Hours),
    ("days", Days),
    ("bytes", Bytes),
    ("kb", Kibibytes),
    ("mb", Mebibytes),
    ("gb", Gibibytes),
    ("kib", Kibibytes),
    ("mib", Mebibytes),
    ("gib", Gibibytes),
    ("kilobytes", Kibibytes),
    ("megabytes", Mebibytes),
    ("gigabytes", Gibibytes),
    ("kbytes", Kibibytes),
    ("mbytes", Mebibytes),
    ("percent", Percent),
    ("pct", Percent),
    ("percentage", Percent),
    ("perc", Percent),
    ("ratio", Ratio),
    ("fraction", Ratio),
];

impl Unit {
    /// The unit that a word of a member's name says.
    pub fn word(word: &str) -> Option<Self> {
        WORDS.iter().find(|known| known.0 == word).map(|known| known.1)
    }

    /// The unit that is written behind a number: `45ms`, `512 MB`, `93.1%`, `5m`.
    pub fn symbol(text: &str) -> Option<Self> {
        let lower = text.trim().to_ascii_lowercase();
        match lower.as_str() {
            "%" => Some(Percent),
            "µs" | "μs" => Some(Microseconds),
            "b" => Some(Bytes),
            "m" | "min" => Some(Minutes),
            "h" => Some(Hours),
            "d" => Some(Days),
            lower => Self::word(lower),
        }
    }

    /// A unit of time by its symbol.
    pub fn time(text: &str) -> Option<Self> {
        Self::symbol(text).filter(|unit| unit.suffix() == "seconds")
    }

    /// What `value` is in the base unit.
    pub fn base(self, value: f64) -> f64 {
        match self {
            Ratio if value > 1.0 => value / 100.0,
            Percent => value / 100.0,
            Seconds | Bytes | Ratio => value,
            Milliseconds => value / 1e3,
            Microseconds => value / 1e6,
            Nanoseconds => value / 1e9,
            Minutes => value * 60.0,
            Hours => value * 3600.0,
            Days => value * 86_400.0,
            Kibibytes => value * 1024.0,
            Mebibytes => value * 1_048_576.0,
            Gibibytes => value * 1_073_741_824.0,
        }
    }

    /// The base unit, as the suffix of a series' name.
    pub fn suffix(self) -> &'static str {
        match self {
            Seconds | Milliseconds | Microseconds | Nanoseconds | Minutes | Hours | Days => "seconds",
            Bytes | Kibibytes | Mebibytes | Gibibytes => "bytes",
            Percent | Ratio => "ratio",
        }
    }
}

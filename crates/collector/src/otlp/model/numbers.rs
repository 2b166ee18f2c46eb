//! Numbers in proto3's JSON mapping: 64-bit integers may be strings, and so may doubles that JSON cannot write.
use serde::{Deserialize, Deserializer};

/// What a number may be written as. Some exporters write `null` for NaN.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Signed(i64),
    Unsigned(u64),
    Double(f64),
    Text(String),
    Nothing(()),
}

impl Written {
    fn float(&self) -> Option<f64> {
        match self {
            Self::Signed(number) => Some(*number as f64),
            Self::Unsigned(number) => Some(*number as f64),
            Self::Double(number) => Some(*number),
            Self::Text(text) => match text.as_str() {
                "Infinity" => Some(f64::INFINITY),
                "-Infinity" => Some(f64::NEG_INFINITY),
                text => text.parse().ok(),
            },
            Self::Nothing(()) => None,
        }
    }

    fn signed(&self) -> Option<i64> {
        match self {
            Self::Signed(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            // Exporters in JavaScript write whole doubles.
            Self::Double(number) if number.fract() == 0.0 && number.abs() < 9.2e18 => Some(*number as i64),
            _ => None,
        }
    }

    fn unsigned(&self) -> Option<u64> {
        match self {
            Self::Unsigned(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            Self::Double(number) if number.fract() == 0.0 && (0.0..1.8e19).contains(number) => {
                Some(*number as u64)
            }
            other => other.signed().and_then(|number| u64::try_from(number).ok()),
        }
    }
}

fn expected<E: serde::de::Error>(what: &str) -> impl FnOnce() -> E {
    move || E::custom(format!("expected {what}"))
}

/// Points in time and counts.
pub fn unsigned<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match Written::deserialize(deserializer)? {
        Written::Nothing(()) => Ok(0),
        written => written.unsigned().ok_or_else(expected("an unsigned integer")),
    }
}

/// A double that may be missing.
pub fn optional_double<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    match Written::deserialize(deserializer)? {
        Written::Nothing(()) => Ok(None),
        written => written.float().map(Some).ok_or_else(expected("a number")),
    }
}

/// An integer that may be missing.
pub fn optional_signed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    match Written::deserialize(deserializer)? {
        Written::Nothing(()) => Ok(None),
        written => written.signed().map(Some).ok_or_else(expected("an integer")),
    }
}

/// Counts of buckets.
pub fn unsigned_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
    let list = Option::<Vec<Written>>::deserialize(deserializer)?.unwrap_or_default();
    list.iter().map(|written| written.unsigned().ok_or_else(expected("unsigned integers"))).collect()
}

/// Bounds of buckets, and quantiles.
pub fn double_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let list = Option::<Vec<Written>>::deserialize(deserializer)?.unwrap_or_default();
    list.iter().map(|written| written.float().ok_or_else(expected("numbers"))).collect()
}

/// An enum by its number; some exporters write its name, of which only the ending matters here.
pub fn temporality<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    match Written::deserialize(deserializer)? {
        Written::Text(text) if text.ends_with("_DELTA") => Ok(1),
        Written::Text(text) if text.ends_with("_CUMULATIVE") => Ok(2),
        written => Ok(written.signed().and_then(|number| i32::try_from(number).ok()).unwrap_or(0)),
    }
}

/// An id in hexadecimal digits, as OTLP's JSON has it, as bytes. What is none is empty.
pub fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    let digits: Option<Vec<u8>> =
        text.chars().take(64).map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    Ok(digits.unwrap_or_default().chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// A list that may be `null`.
pub fn list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

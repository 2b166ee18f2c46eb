//! Members of JSON values, of which nothing is certain.
use std::fmt;

use serde_json::Value;

/// Why a body cannot be read. It holds nothing that the sender chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRead {
    /// It is no JSON, or no UTF-8.
    NotJson {
        /// The line of the error, from 1.
        line: usize,
        /// The byte in that line, from 1.
        column: usize,
    },
    /// It is JSON of another shape.
    Shape(&'static str),
    /// Nobody says which application it is of.
    NoApp,
}

impl NotRead {
    /// A fixed word, for programs and for metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotJson { .. } => "not_json",
            Self::Shape(_) => "invalid_field",
            Self::NoApp => "missing_field",
        }
    }
}

impl fmt::Display for NotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson { line, column } => {
                write!(
                    f,
                    "the body is not JSON at line {line}, column {column}: see docs/sdks.md for what is read here"
                )
            }
            Self::Shape(expected) => write!(f, "the body must be {expected}: see docs/sdks.md"),
            Self::NoApp => f.write_str(
                "nothing says which application this is of: add ?app=NAME to the address it is sent to",
            ),
        }
    }
}

impl From<serde_json::Error> for NotRead {
    fn from(error: serde_json::Error) -> Self {
        Self::NotJson { line: error.line(), column: error.column() }
    }
}

/// A string member; empty if there is none.
pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The first string member of these names that is not empty.
pub fn first_text<'a>(value: &'a Value, keys: &[&str]) -> &'a str {
    keys.iter().map(|key| text(value, key)).find(|text| !text.is_empty()).unwrap_or_default()
}

/// A number, also one that is written as a string.
pub fn number(value: &Value, key: &str) -> Option<f64> {
    let value = value.get(key)?;
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    number.is_finite().then_some(number)
}

/// The entries of a list; none if it is no list. No more than `most`.
pub fn list<'a>(value: &'a Value, key: &str, most: usize) -> &'a [Value] {
    let list = value.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    &list[..list.len().min(most)]
}

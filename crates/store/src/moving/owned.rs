//! Values of any column, kept beyond the row that they were read from.
use serde_json::Value as Json;

use crate::database::{Error, Param, Result, Row, Type, Value};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Owned {
    /// NULL.
    Null,
    /// An integer.
    Integer(i64),
    /// A number.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Owned {
    /// The value at `index`, as a column of this type has it: an engine may give whole numbers of such a column as integers.
    pub fn read(row: &Row<'_>, index: usize, kind: Type) -> Result<Self> {
        Ok(match (row.value(index)?, kind) {
            (Value::Null, _) => Self::Null,
            (Value::Integer(value), Type::Real) => Self::Real(value as f64),
            (Value::Integer(value), _) => Self::Integer(value),
            (Value::Real(value), _) => Self::Real(value),
            (Value::Text(text), _) => Self::Text(text.to_owned()),
            (Value::Blob(bytes), _) => Self::Blob(bytes.to_vec()),
        })
    }

    /// As a parameter.
    pub fn param(&self) -> Param<'_> {
        match self {
            Self::Null => Param::Null,
            Self::Integer(value) => Param::from(*value),
            Self::Real(value) => Param::from(*value),
            Self::Text(text) => Param::from(text),
            Self::Blob(bytes) => Param::from(bytes),
        }
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Blob(bytes) => bytes.len(),
            _ => 8,
        }
    }
}

/// A key as a text.
pub fn key_text(key: &[Owned]) -> Result<String> {
    let part = |value: &Owned| match value {
        Owned::Integer(value) => Ok(Json::from(*value)),
        Owned::Text(text) => Ok(Json::from(text.as_str())),
        _ => Err(Error::other("a key is neither a number nor a text")),
    };
    Ok(Json::Array(key.iter().map(part).collect::<Result<_>>()?).to_string())
}

/// The key that [`key_text`] wrote; empty for none.
pub fn key_of(text: &str) -> Result<Vec<Owned>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let wrong = || Error::other("the notes of the move cannot be read: begin it again with --restart");
    let parts: Vec<Json> = serde_json::from_str(text).map_err(|_| wrong())?;
    let part = |part: Json| match part {
        Json::String(text) => Ok(Owned::Text(text)),
        part => part.as_i64().map(Owned::Integer).ok_or_else(wrong),
    };
    parts.into_iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::{Owned, key_of, key_text};
    use proptest::prelude::*;

    fn part() -> impl Strategy<Value = Owned> {
        prop_oneof![any::<i64>().prop_map(Owned::Integer), ".*".prop_map(Owned::Text)]
    }

    proptest! {
        #[test]
        fn a_key_is_read_as_it_was_written(key in prop::collection::vec(part(), 1..4)) {
            prop_assert_eq!(key_of(&key_text(&key).unwrap()), Ok(key));
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert_eq!(key_of(""), Ok(Vec::new()));
        for wrong in ["1", "[1.5]", "[null]", "[", "[[1]]"] {
            assert!(key_of(wrong).is_err(), "{wrong}");
        }
        assert!(key_text(&[Owned::Real(0.5)]).is_err());
    }
}

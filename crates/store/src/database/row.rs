//! A row of an answer.
use super::{Error, Result};

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// NULL.
    Null,
    /// An integer, or 0 and 1 for false and true.
    Integer(i64),
    /// A number.
    Real(f64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// What an engine's row can do.
pub trait Columns {
    /// The value of the column at `index`, from 0.
    fn value(&self, index: usize) -> Result<Value<'_>>;
}

/// A row of an answer. Columns count from 0.
pub struct Row<'a>(pub(super) &'a dyn Columns);

impl Row<'_> {
    /// The value of a column.
    ///
    /// # Errors
    /// If there is no such column, or its value is no `T`.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T> {
        let value = self.0.value(index)?;
        T::from_value(value).ok_or_else(|| unexpected(index, value, std::any::type_name::<T>()))
    }

    /// The text of a column, which is not copied.
    ///
    /// # Errors
    /// If it is no text.
    pub fn text(&self, index: usize) -> Result<&str> {
        match self.0.value(index)? {
            Value::Text(text) => Ok(text),
            value => Err(unexpected(index, value, "text")),
        }
    }

    /// The bytes of a column, which are not copied.
    ///
    /// # Errors
    /// If it is no blob.
    pub fn blob(&self, index: usize) -> Result<&[u8]> {
        match self.0.value(index)? {
            Value::Blob(bytes) => Ok(bytes),
            value => Err(unexpected(index, value, "bytes")),
        }
    }

    /// The value of a column as it is.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn value(&self, index: usize) -> Result<Value<'_>> {
        self.0.value(index)
    }
}

fn unexpected(index: usize, value: Value<'_>, expected: &str) -> Error {
    let found = match value {
        Value::Null => "NULL",
        Value::Integer(_) => "an integer out of range",
        Value::Real(_) => "a number",
        Value::Text(_) => "a text",
        Value::Blob(_) => "bytes",
    };
    Error::other(format!("column {index} holds {found} where {expected} is expected"))
}

/// What a column is read as.
pub trait FromValue: Sized {
    /// `None` if the value is none of this type.
    fn from_value(value: Value<'_>) -> Option<Self>;
}

macro_rules! integers {
    ($($integer:ty),*) => {
        $(impl FromValue for $integer {
            fn from_value(value: Value<'_>) -> Option<Self> {
                match value {
                    Value::Integer(value) => value.try_into().ok(),
                    _ => None,
                }
            }
        })*
    };
}

integers!(i64, i32, u64, u32, u16, u8, usize);

impl FromValue for f64 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Real(value) => Some(value),
            // An engine may give whole numbers as integers.
            Value::Integer(value) => Some(value as Self),
            _ => None,
        }
    }
}

impl FromValue for bool {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Integer(value) => Some(value != 0),
            _ => None,
        }
    }
}

impl FromValue for String {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Some(bytes.to_vec()),
            _ => None,
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

//! The key of a row, to be compared with that of another.
use crate::database::param::without_nul;
use crate::database::{Error, Param, Result, Value};

/// A column of a key.
#[derive(Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Integer(i64),
    Text(String),
}

impl Part {
    /// One that the database has.
    pub fn of(value: Value<'_>) -> Result<Self> {
        match value {
            Value::Integer(value) => Ok(Self::Integer(value)),
            Value::Text(text) => Ok(Self::Text(text.to_owned())),
            value => Err(Error::other(format!("a key holds {value:?}"))),
        }
    }

    /// One that was sent to it.
    pub fn sent(param: Param<'_>) -> Result<Self> {
        match param {
            Param::Integer(value) => Ok(Self::Integer(value)),
            Param::Text(text) => Ok(Self::Text(without_nul(text).into_owned())),
            param => Err(Error::other(format!("a key is {param:?}"))),
        }
    }
}

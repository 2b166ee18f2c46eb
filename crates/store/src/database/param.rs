//! The parameters of a statement.

/// One parameter. A text may hold NUL and a number may be NaN: PostgreSQL knows neither, so on both engines NUL becomes U+FFFD
/// and NaN becomes NULL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Param<'a> {
    /// NULL of any type.
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

/// The parameters of a statement, in the order of `?1`, `?2` and so on.
#[macro_export]
#[doc(hidden)]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::database::Param::from($value)),*][..]
    };
}

macro_rules! from_integers {
    ($($integer:ty),*) => {
        $(impl From<$integer> for Param<'_> {
            fn from(value: $integer) -> Self {
                Self::Integer(i64::from(value))
            }
        })*
    };
}

from_integers!(bool, u8, u16, u32, i32, i64);

impl From<f64> for Param<'_> {
    fn from(value: f64) -> Self {
        if value.is_nan() { Self::Null } else { Self::Real(value) }
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Blob(value)
    }
}

impl<'a> From<&'a Vec<u8>> for Param<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Self::Blob(value)
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The text as both engines store it.
pub fn without_nul(text: &str) -> std::borrow::Cow<'_, str> {
    match text.contains('\0') {
        true => text.replace('\0', "\u{fffd}").into(),
        false => text.into(),
    }
}

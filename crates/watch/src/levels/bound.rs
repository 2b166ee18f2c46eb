//! On which side of a number a figure is to stay.
use std::fmt;

use serde::Deserialize;

use super::quantity::{Kind, kind, number};

/// A bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// The number, in ms, bytes, ones or 0 to 1.
    pub value: f64,
    /// Whether the figure is to stay above it, as a hit rate; otherwise below.
    pub above: bool,
    /// Whether a figure equal to it is good.
    pub inclusive: bool,
}

impl Bound {
    /// A figure must stay below it.
    pub const fn below(value: f64) -> Self {
        Self { value, above: false, inclusive: false }
    }

    /// A figure must not be greater.
    pub const fn at_most(value: f64) -> Self {
        Self { value, above: false, inclusive: true }
    }

    /// A figure must stay above it.
    pub const fn above(value: f64) -> Self {
        Self { value, above: true, inclusive: false }
    }

    /// Whether `value` is good. `beyond`: the true value is only known to be greater.
    pub fn met(&self, value: f64, beyond: bool) -> bool {
        if beyond && !self.above {
            return false;
        }
        let inside = if self.above { value > self.value } else { value < self.value };
        inside || self.inclusive && value == self.value
    }

    /// The bound of a table, which has one of four keys, and what its unit says that it is.
    pub(crate) fn of(keys: &BoundKeys) -> Result<Option<(Self, Option<Kind>)>, String> {
        let named = [
            ("below", &keys.below, Self::below(0.0)),
            ("at_most", &keys.at_most, Self::at_most(0.0)),
            ("above", &keys.above, Self::above(0.0)),
            ("at_least", &keys.at_least, Self { value: 0.0, above: true, inclusive: true }),
        ];
        let mut given =
            named.into_iter().filter_map(|(key, value, bound)| Some((key, value.as_ref()?, bound)));
        let Some((key, value, bound)) = given.next() else { return Ok(None) };
        if let Some((other, ..)) = given.next() {
            return Err(format!("it has `{key}` and `{other}`: a figure has one bound"));
        }
        let number = value.number().map_err(|error| format!("`{key}`: {error}"))?;
        Ok(Some((Self { value: number, ..bound }, value.kind())))
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match (self.above, self.inclusive) {
            (false, false) => "<",
            (false, true) => "<=",
            (true, false) => ">",
            (true, true) => ">=",
        };
        write!(f, "{sign} {}", self.value)
    }
}

/// A number, or a text with a unit.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged, expecting = "must be a number, or a text such as \"2.5s\"")]
pub enum Quantity {
    /// `2`
    Whole(i64),
    /// `2.5`
    Real(f64),
    /// `"2.5s"`
    Text(String),
}

impl Quantity {
    /// What it means, in ms, bytes, ones or 0 to 1.
    ///
    /// # Errors
    /// What a number looks like.
    pub fn number(&self) -> Result<f64, String> {
        match self {
            Self::Whole(whole) => Ok(*whole as f64),
            Self::Real(real) if real.is_finite() => Ok(*real),
            Self::Real(_) => Err("must be finite".to_owned()),
            Self::Text(text) => number(text),
        }
    }

    /// What its unit says that it is.
    pub(crate) fn kind(&self) -> Option<Kind> {
        match self {
            Self::Text(text) => kind(text),
            Self::Whole(_) | Self::Real(_) => None,
        }
    }
}

/// The keys of a bound, as a table has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BoundKeys {
    pub below: Option<Quantity>,
    pub at_most: Option<Quantity>,
    pub above: Option<Quantity>,
    pub at_least: Option<Quantity>,
}

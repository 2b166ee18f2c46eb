//! What is known of a query and is no value of the user's, as numbers: then one memo and one signal do for all of it, where each
//! type would have code of its own, for each type of query.
use crate::seen::FirstView;
use crate::{FetchStatus, Status};

/// A number in another shape.
pub(crate) trait Scalar: Send + Sync + 'static {
    fn number(self) -> f64;
    fn of(number: f64) -> Self;
}

impl Scalar for f64 {
    fn number(self) -> f64 {
        self
    }
    fn of(number: f64) -> Self {
        number
    }
}

impl Scalar for u32 {
    fn number(self) -> f64 {
        f64::from(self)
    }
    fn of(number: f64) -> Self {
        number as Self
    }
}

impl Scalar for bool {
    fn number(self) -> f64 {
        f64::from(self)
    }
    fn of(number: f64) -> Self {
        number != 0.0
    }
}

impl Scalar for Status {
    fn number(self) -> f64 {
        match self {
            Self::Pending => 0.0,
            Self::Error => 1.0,
            Self::Success => 2.0,
        }
    }
    fn of(number: f64) -> Self {
        match number as u8 {
            0 => Self::Pending,
            1 => Self::Error,
            _ => Self::Success,
        }
    }
}

impl Scalar for FetchStatus {
    fn number(self) -> f64 {
        match self {
            Self::Idle => 0.0,
            Self::Fetching => 1.0,
            Self::Paused => 2.0,
        }
    }
    fn of(number: f64) -> Self {
        match number as u8 {
            0 => Self::Idle,
            1 => Self::Fetching,
            _ => Self::Paused,
        }
    }
}

impl Scalar for FirstView {
    fn number(self) -> f64 {
        match self {
            Self::Over => 0.0,
            Self::Nothing => 1.0,
            Self::Waiting => 2.0,
            Self::Pending => 3.0,
        }
    }
    fn of(number: f64) -> Self {
        match number as u8 {
            0 => Self::Over,
            1 => Self::Nothing,
            2 => Self::Waiting,
            _ => Self::Pending,
        }
    }
}

/// As bits: NaN is equal to itself.
pub(crate) fn same_number(a: &f64, b: &f64) -> bool {
    a.to_bits() == b.to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Debug;

    fn check<V: Scalar + PartialEq + Debug + Copy>(all: &[V]) {
        for value in all {
            assert_eq!(V::of(value.number()), *value);
        }
    }

    #[test]
    fn what_becomes_a_number_comes_back() {
        check(&[0.0, 1.5, 1_700_000_000_123.0]);
        check(&[0, 7, u32::MAX]);
        check(&[true, false]);
        check(&[Status::Pending, Status::Error, Status::Success]);
        check(&[FetchStatus::Idle, FetchStatus::Fetching, FetchStatus::Paused]);
        check(&[FirstView::Over, FirstView::Nothing, FirstView::Waiting, FirstView::Pending]);
    }
}

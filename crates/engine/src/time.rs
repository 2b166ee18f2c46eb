//! Points in time and spans, in milliseconds.
//!
//! Both are `f64`, as browsers give them: `performance.now()` has fractions, `Date.now()` fits with room
//! to spare, and `Infinity` says *never* in the same words as the options that users write.
use core::cmp::Ordering;
use core::ops::{Add, Sub};

/// A point in time, in ms since whatever origin the host chose. Never NaN.
#[derive(Clone, Copy, Debug, Default)]
pub struct Instant(f64);

/// A span of time, in ms: never negative, never NaN, perhaps infinite.
#[derive(Clone, Copy, Debug, Default)]
pub struct Duration(f64);

/// What a clock may lack when a timer fires, though it is right: timers fire up to a ms early, and a browser that hides its clock
/// shows steps of up to 100 ms.
pub const CLOCK_STEP: Duration = Duration(100.0);

impl Instant {
    /// The origin.
    pub const ZERO: Self = Self(0.0);
    /// A point that never comes.
    pub const NEVER: Self = Self(f64::INFINITY);

    /// The point `ms` after the origin, at compile time.
    pub(crate) const fn from_const(ms: f64) -> Self {
        Self(ms)
    }

    /// The point `ms` after the origin; NaN counts as the origin.
    pub fn from_ms(ms: f64) -> Self {
        Self(if ms.is_nan() { 0.0 } else { ms })
    }

    /// Milliseconds since the origin.
    pub fn as_ms(self) -> f64 {
        self.0
    }

    /// The span since `earlier`; zero where `earlier` is later, as it is when a clock was set back.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_ms(self.0 - earlier.0)
    }

    /// Whether this point never comes.
    pub fn is_never(self) -> bool {
        self.0 == f64::INFINITY
    }
}

impl Duration {
    /// Zero.
    pub const ZERO: Self = Self(0.0);
    /// Infinite.
    pub const INFINITE: Self = Self(f64::INFINITY);

    /// A span of `ms`, at compile time.
    pub(crate) const fn from_const(ms: f64) -> Self {
        Self(ms)
    }

    /// A span of `ms`; negative values and NaN count as zero.
    pub fn from_ms(ms: f64) -> Self {
        Self(if ms > 0.0 { ms } else { 0.0 })
    }

    /// Milliseconds.
    pub const fn as_ms(self) -> f64 {
        self.0
    }

    /// Whether this span has no end.
    pub fn is_infinite(self) -> bool {
        self.0 == f64::INFINITY
    }
}

impl From<core::time::Duration> for Duration {
    fn from(span: core::time::Duration) -> Self {
        Self(span.as_secs_f64() * 1000.0)
    }
}

impl Add<Duration> for Instant {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0 + span.0)
    }
}

impl Sub for Instant {
    type Output = Duration;
    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

macro_rules! ordered {
    ($type:ident) => {
        // NaN is kept out by the constructors, so this is the order of the numbers. Each comparison is written out, because
        // one that is derived from `cmp` becomes several.
        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }
        impl Eq for $type {}
        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
            fn lt(&self, other: &Self) -> bool {
                self.0 < other.0
            }
            fn le(&self, other: &Self) -> bool {
                self.0 <= other.0
            }
            fn gt(&self, other: &Self) -> bool {
                self.0 > other.0
            }
            fn ge(&self, other: &Self) -> bool {
                self.0 >= other.0
            }
        }
        impl Ord for $type {
            fn cmp(&self, other: &Self) -> Ordering {
                if self.0 < other.0 {
                    Ordering::Less
                } else if self.0 > other.0 {
                    Ordering::Greater
                } else {
                    Ordering::Equal
                }
            }
            fn max(self, other: Self) -> Self {
                if other.0 < self.0 { self } else { other }
            }
            fn min(self, other: Self) -> Self {
                if other.0 < self.0 { other } else { self }
            }
        }
    };
}
ordered!(Instant);
ordered!(Duration);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_set_back_gives_no_negative_span() {
        assert_eq!(Instant::from_ms(5.0) - Instant::from_ms(9.0), Duration::ZERO);
    }

    #[test]
    fn an_infinite_span_leads_to_never() {
        assert!((Instant::from_ms(7.0) + Duration::INFINITE).is_never());
        assert!(Instant::from_ms(f64::MAX) < Instant::NEVER);
    }

    #[test]
    fn nan_counts_as_zero() {
        assert_eq!(Instant::from_ms(f64::NAN), Instant::ZERO);
        assert_eq!(Duration::from_ms(f64::NAN), Duration::ZERO);
        assert_eq!(Duration::from_ms(-1.0), Duration::ZERO);
    }
}

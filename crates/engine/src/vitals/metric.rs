//! The five vitals and their ratings.

/// A web vital.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Metric {
    /// Largest Contentful Paint, ms.
    Lcp,
    /// Interaction to Next Paint, ms.
    Inp,
    /// Cumulative Layout Shift, a plain number.
    Cls,
    /// First Contentful Paint, ms.
    Fcp,
    /// Time to First Byte, ms.
    Ttfb,
}

impl Metric {
    /// All metrics, the Core Web Vitals first.
    pub const ALL: [Self; 5] = [Self::Lcp, Self::Inp, Self::Cls, Self::Fcp, Self::Ttfb];

    /// The metric's name: `LCP`, `INP`, `CLS`, `FCP` or `TTFB`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lcp => "LCP",
            Self::Inp => "INP",
            Self::Cls => "CLS",
            Self::Fcp => "FCP",
            Self::Ttfb => "TTFB",
        }
    }

    /// The metric whose place in [`ALL`](Self::ALL) this is. Less code than to look it up there.
    pub const fn from_code(code: usize) -> Option<Self> {
        match code {
            0 => Some(Self::Lcp),
            1 => Some(Self::Inp),
            2 => Some(Self::Cls),
            3 => Some(Self::Fcp),
            4 => Some(Self::Ttfb),
            _ => None,
        }
    }

    /// The metric of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.as_str() == name)
    }

    /// Values up to the first threshold are good, values above the second are poor. They apply to the 75th percentile of
    /// page views; see <https://web.dev/articles/vitals>, and `/lcp`, `/inp`, `/cls`, `/fcp`, `/ttfb` there.
    pub const fn thresholds(self) -> (f64, f64) {
        match self {
            Self::Lcp => (2500.0, 4000.0),
            Self::Inp => (200.0, 500.0),
            Self::Cls => (0.1, 0.25),
            Self::Fcp => (1800.0, 3000.0),
            Self::Ttfb => (800.0, 1800.0),
        }
    }

    /// How a page view with this value is rated.
    pub fn rate(self, value: f64) -> Rating {
        let (good, poor) = self.thresholds();
        Rating::of(value, good, poor)
    }
}

/// The rating of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Rating {
    /// At most the first threshold.
    Good,
    /// At most the second threshold.
    NeedsImprovement,
    /// Above both thresholds.
    Poor,
}

impl Rating {
    /// All ratings, best first.
    pub const ALL: [Self; 3] = [Self::Good, Self::NeedsImprovement, Self::Poor];

    /// How a value is rated by the two thresholds of its metric.
    pub fn of(value: f64, good: f64, poor: f64) -> Self {
        if value > poor {
            Self::Poor
        } else if value > good {
            Self::NeedsImprovement
        } else {
            Self::Good
        }
    }

    /// The rating's name in web-vitals: `good`, `needs-improvement` or `poor`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::NeedsImprovement => "needs-improvement",
            Self::Poor => "poor",
        }
    }

    /// The rating of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rating| rating.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_at_a_threshold_gets_the_better_rating() {
        assert_eq!(Metric::Cls.rate(0.1), Rating::Good);
        assert_eq!(Metric::Cls.rate(0.1001), Rating::NeedsImprovement);
        assert_eq!(Metric::Lcp.rate(4000.0), Rating::NeedsImprovement);
        assert_eq!(Metric::Lcp.rate(4000.5), Rating::Poor);
    }

    #[test]
    fn names_parse_back() {
        for metric in Metric::ALL {
            assert_eq!(Metric::from_name(metric.as_str()), Some(metric));
        }
        for rating in Rating::ALL {
            assert_eq!(Rating::from_name(rating.as_str()), Some(rating));
        }
        assert_eq!(Metric::from_name("lcp"), None);
    }
}

//! The choices of time range and refresh, and how the URL names them.

/// How far back the charts reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Window {
    /// 15 minutes.
    Quarter,
    /// One hour.
    #[default]
    Hour,
    /// Six hours.
    SixHours,
    /// 24 hours.
    Day,
    /// Seven days.
    Week,
}

impl Window {
    /// All of them, shortest first.
    pub const ALL: [Self; 5] = [Self::Quarter, Self::Hour, Self::SixHours, Self::Day, Self::Week];

    /// As the URL has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quarter => "15m",
            Self::Hour => "1h",
            Self::SixHours => "6h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    /// As a reader reads it: `the last hour`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Quarter => "the last 15 minutes",
            Self::Hour => "the last hour",
            Self::SixHours => "the last 6 hours",
            Self::Day => "the last 24 hours",
            Self::Week => "the last 7 days",
        }
    }

    /// Its length, ms.
    pub fn length(self) -> i64 {
        const MINUTE: i64 = 60_000;
        match self {
            Self::Quarter => 15 * MINUTE,
            Self::Hour => 60 * MINUTE,
            Self::SixHours => 6 * 60 * MINUTE,
            Self::Day => 24 * 60 * MINUTE,
            Self::Week => 7 * 24 * 60 * MINUTE,
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.name() == text)
    }
}

/// How often the page asks again by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Refresh {
    /// Never.
    Off,
    /// Every 5 seconds.
    #[default]
    FiveSeconds,
    /// Every 30 seconds.
    HalfMinute,
    /// Every minute.
    Minute,
}

impl Refresh {
    /// All of them, `Off` first.
    pub const ALL: [Self; 4] = [Self::Off, Self::FiveSeconds, Self::HalfMinute, Self::Minute];

    /// As the URL has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::FiveSeconds => "5s",
            Self::HalfMinute => "30s",
            Self::Minute => "1m",
        }
    }

    /// Between two requests, ms; `None` is never.
    pub fn interval(self) -> Option<f64> {
        match self {
            Self::Off => None,
            Self::FiveSeconds => Some(5_000.0),
            Self::HalfMinute => Some(30_000.0),
            Self::Minute => Some(60_000.0),
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refresh| refresh.name() == text)
    }
}

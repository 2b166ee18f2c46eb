//! How often the dashboard refetches.

/// The interval of automatic refetches.
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
    /// After so much work the collector stops a report, ms.
    const LONGEST_WORK: f64 = 5_000.0;

    /// All of them, `Off` first.
    pub const ALL: [Self; 4] = [Self::Off, Self::FiveSeconds, Self::HalfMinute, Self::Minute];

    /// The form in the URL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::FiveSeconds => "5s",
            Self::HalfMinute => "30s",
            Self::Minute => "1m",
        }
    }

    /// The time between two requests, ms; `None` for never. It is at least 20 times the `cost` of the last request, ms, so that
    /// the collector spends at most a twentieth of its time on it. What took longer than the collector works has waited: for
    /// others, or for a computer that slept. It is no reason to look less often.
    pub fn interval(self, cost: f64) -> Option<f64> {
        let interval = match self {
            Self::Off => return None,
            Self::FiveSeconds => 5_000.0,
            Self::HalfMinute => 30_000.0,
            Self::Minute => 60_000.0,
        };
        // In multiples of the interval, so that small changes of the cost do not restart the timer.
        Some(interval * (20.0 * cost.min(Self::LONGEST_WORK) / interval).ceil().max(1.0))
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refresh| refresh.name() == text)
    }
}

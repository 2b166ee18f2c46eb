//! What a beacon says.
use crate::stats::Histogram;
use crate::vitals::{Metric, Navigation, Rating};
use alloc::string::String;
use alloc::vec::Vec;

/// What one page view has to report since it last did.
///
/// A page view sends as many beacons as it takes, each with its own `id`. Counters, histograms and errors
/// hold what is new and add up; a vital is the page view's value so far, so the newest one (by `sent_at`)
/// of the same `view` and metric counts, in place of those before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Beacon {
    /// Names the beacon: one that comes twice counts once.
    pub id: String,
    /// Names the visit: the page views of one tab, until it is closed or rests for long.
    pub session: String,
    /// Names the page view.
    pub view: String,
    /// The application, as its developers call it.
    pub app: String,
    /// The application's release.
    pub release: Option<String>,
    /// The page: a scrubbed path such as `/packages/:id`.
    pub page: String,
    /// How the page view began.
    pub navigation: Navigation,
    /// What kind of device it is.
    pub device: Device,
    /// When it was sent by the device's clock, which may be wrong: ms since the Unix epoch.
    pub sent_at: i64,
    /// The share of sessions that report: above 0, at most 1. Counts stand for `1 / sample_rate` as many.
    pub sample_rate: f64,
    /// The vitals that changed, at most one of each metric.
    pub vitals: Vec<Vital>,
    /// Frequent measurements by name, such as `query.fetch` (ms).
    pub histograms: Vec<(String, Histogram)>,
    /// Counts by name, such as `query.hits`.
    pub counters: Vec<(String, u64)>,
    /// JavaScript errors.
    pub errors: Vec<PageError>,
    /// How many measurements were lost, since there was no room or they could not be sent.
    pub dropped: u64,
}

/// A web vital of a page view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vital {
    /// Which.
    pub name: Metric,
    /// ms; a plain number for CLS.
    pub value: f64,
    /// How the value is rated.
    pub rating: Rating,
}

/// A JavaScript error, or a rejection that nobody handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageError {
    /// What the browser said.
    pub message: String,
    /// Where: `file:line:column`, or the first line of the stack. May be empty.
    pub source: String,
    /// How often since the last beacon.
    pub count: u64,
}

/// A class of devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Device {
    /// A mouse or a touchpad.
    Desktop,
    /// Touch, and a large screen.
    Tablet,
    /// Touch, and a small screen.
    Phone,
}

impl Device {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Desktop, Self::Tablet, Self::Phone];

    /// Its name: `desktop`, `tablet` or `phone`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Tablet => "tablet",
            Self::Phone => "phone",
        }
    }

    /// The class of a device with that kind of pointer and a screen whose shorter side has so many CSS pixels.
    pub fn classify(is_touch: bool, shorter_side: f64) -> Self {
        if !is_touch {
            Self::Desktop
        } else if shorter_side >= 600.0 {
            Self::Tablet
        } else {
            Self::Phone
        }
    }

    /// The device of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|device| device.as_str() == name)
    }
}

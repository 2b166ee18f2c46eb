//! The content of a beacon.
use super::beacon_limits as limits;
use crate::stats::Histogram;
use crate::vitals::{Metric, Navigation, Rating};
use alloc::string::String;
use alloc::vec::Vec;

/// The version of the format: the beacon's `v`.
pub const VERSION: u64 = 1;

/// What a page view measured since its last beacon.
///
/// A page view sends as many beacons as it needs, each with its own `id`. A vital is the page view's current value, so the
/// newest one (by `sent_at`) of the same `view` and metric replaces those before it; everything else adds up.
#[derive(Clone, Debug, PartialEq)]
pub struct Beacon {
    /// The id of the beacon: a beacon that arrives twice counts once.
    pub id: String,
    /// The session id of the visit.
    pub session: String,
    /// The id of the page view.
    pub view: String,
    /// The application's name.
    pub app: String,
    /// The application's release.
    pub release: Option<String>,
    /// The page: a scrubbed path such as `/packages/:id`.
    pub page: String,
    /// How the page view began.
    pub navigation: Navigation,
    /// The class of the device.
    pub device: Device,
    /// The effective type of the network connection, if the browser gives it.
    pub connection: Option<Connection>,
    /// The device's memory in GiB, rounded by the browser, if the browser gives it.
    pub memory: Option<f64>,
    /// When the beacon was sent, by the device's clock, which may be wrong: ms since the Unix epoch.
    pub sent_at: i64,
    /// The share of visits that report: above 0, at most 1. A count stands for `1 / sample_rate` times as many.
    pub sample_rate: f64,
    /// The vitals that changed, at most one of each metric.
    pub vitals: Vec<Vital>,
    /// Single values by name, such as `navigation.dns` (ms), while there are few. They belong to the same distribution as the
    /// histogram of that name.
    pub timings: Vec<(String, Vec<f64>)>,
    /// Histograms by name, such as `query.fetch` (ms).
    pub histograms: Vec<(String, Histogram)>,
    /// Counts by name, such as `query.hits`.
    pub counters: Vec<(String, u64)>,
    /// The newest values of gauges, by name.
    pub gauges: Vec<(String, f64)>,
    /// Resources, summed by host and kind.
    pub resources: Vec<Resource>,
    /// Scripts of long animation frames.
    pub scripts: Vec<Script>,
    /// Views of routes within this page view, by scrubbed path.
    pub routes: Vec<(String, u64)>,
    /// JavaScript errors.
    pub errors: Vec<PageError>,
    /// How many measurements were dropped, for lack of room or because they could not be sent.
    pub dropped: u64,
    /// The same number by the member that the measurements would have been in, as far as known.
    pub drops: Vec<(String, u64)>,
}

/// The phases that every navigation has, if only for 0 ms. They are the members of the beacon's `phases`.
pub const NAVIGATION_PHASES: [&str; 8] =
    ["redirect", "dns", "tcp", "tls", "request", "response", "dom", "load"];

/// A web vital of a page view.
#[derive(Clone, Debug, PartialEq)]
pub struct Vital {
    /// The metric.
    pub name: Metric,
    /// Milliseconds; a plain number for CLS.
    pub value: f64,
    /// How the value is rated.
    pub rating: Rating,
    /// The element, resource or script that the value comes from.
    pub attribution: Attribution,
}

/// The element, resource or script that a vital comes from, and its phases. Unknown members are empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attribution {
    /// A selector of the element that was painted (LCP), shifted most (CLS) or used (INP).
    pub target: String,
    /// The URL of the resource that was painted (LCP) or of the script that ran longest (INP).
    pub url: String,
    /// A word: the kind of input (INP), or web-vitals' `loadState` (CLS).
    pub state: String,
    /// The value's phases by name, ms: the beacon's member `parts`.
    pub phases: Vec<(String, f64)>,
}

impl Attribution {
    /// Whether all members are empty.
    pub fn is_empty(&self) -> bool {
        self.target.is_empty() && self.url.is_empty() && self.state.is_empty() && self.phases.is_empty()
    }
}

/// All resources of one kind from one host.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// The host, with its port unless it is the scheme's default; `(other)` for hosts beyond the limit.
    pub host: String,
    /// The kind.
    pub kind: ResourceKind,
    /// The number of resources.
    pub count: u64,
    /// Bytes transferred, headers included.
    pub bytes: u64,
    /// How many came from the browser's cache.
    pub cached: u64,
    /// How many failed.
    pub failed: u64,
    /// The sum of their durations, ms.
    pub duration: f64,
    /// The duration of the slowest, ms.
    pub slowest: f64,
}

impl Resource {
    /// Adds another sum of the same host and kind.
    pub fn add(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count).min(limits::COUNT);
        self.bytes = self.bytes.saturating_add(other.bytes).min(limits::COUNT);
        self.cached = self.cached.saturating_add(other.cached).min(limits::COUNT);
        self.failed = self.failed.saturating_add(other.failed).min(limits::COUNT);
        self.duration += other.duration;
        if self.duration > limits::COUNT as f64 {
            self.duration = limits::COUNT as f64;
        }
        if other.slowest > self.slowest {
            self.slowest = other.slowest;
        }
    }
}

/// Kinds of resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ResourceKind {
    /// Scripts and modules.
    Script,
    /// Style sheets.
    Style,
    /// Images.
    Image,
    /// Fonts.
    Font,
    /// `fetch`, `XMLHttpRequest`, `EventSource`.
    Fetch,
    /// Sound and video.
    Media,
    /// Frames.
    Frame,
    /// `sendBeacon` and `ping`.
    Beacon,
    /// Everything else.
    Other,
}

impl ResourceKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Script,
        Self::Style,
        Self::Image,
        Self::Font,
        Self::Fetch,
        Self::Media,
        Self::Frame,
        Self::Beacon,
        Self::Other,
    ];

    /// The kind's name, such as `script`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Script => "script",
            Self::Style => "style",
            Self::Image => "image",
            Self::Font => "font",
            Self::Fetch => "fetch",
            Self::Media => "media",
            Self::Frame => "frame",
            Self::Beacon => "beacon",
            Self::Other => "other",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A script that ran in long animation frames.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// Its URL without query; may be empty.
    pub source: String,
    /// Its invoker, such as `BUTTON#buy.onclick`.
    pub invoker: String,
    /// The number of long frames in which it ran.
    pub count: u64,
    /// How long it ran in these frames, ms.
    pub duration: f64,
    /// How much of the duration was forced style and layout, ms.
    pub forced: f64,
}

/// A JavaScript error or an unhandled rejection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageError {
    /// The message.
    pub message: String,
    /// `file:line:column`, or the first frame of the stack. May be empty.
    pub source: String,
    /// The stack, one frame per line. May be empty.
    pub stack: String,
    /// An id that the page gives to errors that it considers the same. May be empty; then message and source decide.
    pub fingerprint: String,
    /// How often the error occurred since the last beacon.
    pub count: u64,
}

/// Classes of devices.
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
    /// All classes.
    pub const ALL: [Self; 3] = [Self::Desktop, Self::Tablet, Self::Phone];

    /// The class's name: `desktop`, `tablet` or `phone`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Tablet => "tablet",
            Self::Phone => "phone",
        }
    }

    /// The class by the primary pointer and the shorter side of the screen in CSS pixels.
    pub fn classify(is_touch: bool, shorter_side: f64) -> Self {
        if !is_touch {
            Self::Desktop
        } else if shorter_side >= 600.0 {
            Self::Tablet
        } else {
            Self::Phone
        }
    }

    /// The class of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|device| device.as_str() == name)
    }
}

/// Types of network connections: `navigator.connection.effectiveType` of the Network Information API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Connection {
    /// A round trip of 2 s or more, or at most 50 kbit/s.
    Slow2g,
    /// 1.4 s or more, or at most 70 kbit/s.
    Second,
    /// 270 ms or more, or at most 700 kbit/s.
    Third,
    /// Faster connections.
    Fourth,
}

impl Connection {
    /// All types.
    pub const ALL: [Self; 4] = [Self::Slow2g, Self::Second, Self::Third, Self::Fourth];

    /// The type's name in browsers: `slow-2g`, `2g`, `3g` or `4g`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Slow2g => "slow-2g",
            Self::Second => "2g",
            Self::Third => "3g",
            Self::Fourth => "4g",
        }
    }

    /// The type of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|connection| connection.as_str() == name)
    }
}

//! What a beacon says.
use super::limits;
use crate::stats::Histogram;
use crate::vitals::{Metric, Navigation, Rating};
use alloc::string::String;
use alloc::vec::Vec;

/// What one page view has to report since it last did.
///
/// A page view sends as many beacons as it takes, each with its own `id`. A vital is the page view's value so
/// far, so the newest one (by `sent_at`) of the same `view` and metric counts, in place of those before it;
/// everything else holds what is new, and adds up.
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
    /// How the network is rated, where the browser says.
    pub connection: Option<Connection>,
    /// The device's memory in GiB, rounded by the browser, where it says.
    pub memory: Option<f64>,
    /// When it was sent by the device's clock, which may be wrong: ms since the Unix epoch.
    pub sent_at: i64,
    /// The share of sessions that report: above 0, at most 1. Counts stand for `1 / sample_rate` as many.
    pub sample_rate: f64,
    /// The vitals that changed, at most one of each metric.
    pub vitals: Vec<Vital>,
    /// Single measurements by name, such as `navigation.dns` (ms): what is rare, or was rare so far. They
    /// belong to the distribution of that name, as those in `histograms` do.
    pub timings: Vec<(String, Vec<f64>)>,
    /// Frequent measurements by name, such as `query.fetch` (ms).
    pub histograms: Vec<(String, Histogram)>,
    /// Counts by name, such as `query.hits`.
    pub counters: Vec<(String, u64)>,
    /// The newest value of what goes up and down, by name.
    pub gauges: Vec<(String, f64)>,
    /// What was loaded, summed by host and kind.
    pub resources: Vec<Resource>,
    /// Scripts that made animation frames long.
    pub scripts: Vec<Script>,
    /// Views of routes within this page view, by scrubbed path.
    pub routes: Vec<(String, u64)>,
    /// JavaScript errors.
    pub errors: Vec<PageError>,
    /// How many measurements were lost, since there was no room or they could not be sent.
    pub dropped: u64,
    /// The same by the member they would have been in, so far as it is known.
    pub drops: Vec<(String, u64)>,
}

/// The phases that every navigation has, if only for 0 ms. They are the members of the beacon's `phases`.
pub const NAVIGATION_PHASES: [&str; 8] =
    ["redirect", "dns", "tcp", "tls", "request", "response", "dom", "load"];

/// A web vital of a page view.
#[derive(Clone, Debug, PartialEq)]
pub struct Vital {
    /// Which.
    pub name: Metric,
    /// ms; a plain number for CLS.
    pub value: f64,
    /// How the value is rated.
    pub rating: Rating,
    /// What it is put down to.
    pub attribution: Attribution,
}

/// What a vital is put down to, so far as the page says: what is not known is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attribution {
    /// A selector of the element: painted (LCP), shifted most (CLS), or used (INP).
    pub target: String,
    /// The resource that was painted (LCP), or the script that ran longest (INP).
    pub url: String,
    /// What kind of input it was (INP), or how far the page was loaded (CLS): a word.
    pub state: String,
    /// The value's parts by name, ms.
    pub parts: Vec<(String, f64)>,
}

impl Attribution {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.target.is_empty() && self.url.is_empty() && self.state.is_empty() && self.parts.is_empty()
    }
}

/// What was loaded from one host, of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// The host, with its port where it is not the scheme's; `(other)` for those there was no room for.
    pub host: String,
    /// The kind.
    pub kind: ResourceKind,
    /// How many.
    pub count: u64,
    /// What they weighed on their way, headers included, bytes.
    pub bytes: u64,
    /// How many came from the browser's cache.
    pub cached: u64,
    /// How many failed.
    pub failed: u64,
    /// What they took, added up, ms.
    pub duration: f64,
    /// What the slowest took, ms.
    pub slowest: f64,
}

impl Resource {
    /// Adds what `other` sums up.
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

/// What is loaded, by who asked for it.
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
    /// All of them.
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

    /// Its name, such as `script`.
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

/// A script that made animation frames long.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// Its address, without query; may be empty.
    pub source: String,
    /// Who called it, such as `BUTTON#buy.onclick`.
    pub invoker: String,
    /// In how many long frames.
    pub count: u64,
    /// How long it ran in them, ms.
    pub duration: f64,
    /// How much of that was layout and style that it forced, ms.
    pub forced: f64,
}

/// A JavaScript error, or a rejection that nobody handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageError {
    /// What the browser said.
    pub message: String,
    /// Where: `file:line:column`, or the first line of the stack. May be empty.
    pub source: String,
    /// The stack, a frame a line. May be empty.
    pub stack: String,
    /// What is the same in errors that are one, by the page's own reckoning: a word. May be empty; then message
    /// and source decide.
    pub fingerprint: String,
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

/// How the network is rated, by `navigator.connection.effectiveType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Connection {
    /// A round trip of 2 s and more, or 50 kbit/s at most.
    Slow2g,
    /// 1.4 s, or 70 kbit/s.
    Second,
    /// 270 ms, or 700 kbit/s.
    Third,
    /// What is faster.
    Fourth,
}

impl Connection {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Slow2g, Self::Second, Self::Third, Self::Fourth];

    /// Its name, as browsers have it: `slow-2g`, `2g`, `3g` or `4g`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Slow2g => "slow-2g",
            Self::Second => "2g",
            Self::Third => "3g",
            Self::Fourth => "4g",
        }
    }

    /// The connection of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|connection| connection.as_str() == name)
    }
}

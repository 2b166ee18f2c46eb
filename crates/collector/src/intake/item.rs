//! What a reader of an SDK's format finds: a sender, and its items.
use whippet_engine::beacon::{Connection, Device, PageError, Resource, Vital};
use whippet_engine::stats::Histogram;
use whippet_engine::vitals::{Metric, Navigation};

/// Everything that one post says of one sender.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Who sent it.
    pub sender: Sender,
    /// What it measured, in the order in which it was sent.
    pub items: Vec<Item>,
}

/// What the items of a report have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Sender {
    /// The application.
    pub app: String,
    /// Its release.
    pub release: Option<String>,
    /// What tells this visitor from others: a session id, or else a hash of address and browser.
    pub visitor: String,
    /// The class of the device.
    pub device: Device,
    /// The effective type of the network connection.
    pub connection: Option<Connection>,
    /// The device's memory, GiB.
    pub memory: Option<f64>,
    /// The share of visits that report.
    pub sample_rate: f64,
}

impl Sender {
    /// A sender of which nothing else is known.
    pub fn new(app: String, visitor: String) -> Self {
        Self {
            app,
            release: None,
            visitor,
            device: Device::Desktop,
            connection: None,
            memory: None,
            sample_rate: 1.0,
        }
    }
}

/// One measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The page, scrubbed; `None` where the SDK does not say it.
    pub page: Option<String>,
    /// When it was measured, by the device's clock; ms since the Unix epoch.
    pub at: i64,
    /// What identifies its page view.
    pub mark: Option<Mark>,
    /// How the page view began, where it says so.
    pub navigation: Option<Navigation>,
    /// The measurement.
    pub content: Content,
}

impl Item {
    /// An item that names nothing but its time and page.
    pub fn new(page: Option<String>, at: i64, content: Content) -> Self {
        Self { page, at, mark: None, navigation: None, content }
    }
}

/// Something that a page view has at most one of, and its id. Two ids of one slot are two page views.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What it is.
    pub slot: Slot,
    /// The id that the SDK gave it.
    pub id: String,
    /// When the SDK made the id, ms since the Unix epoch: soon after the page view began.
    pub born: i64,
}

/// What a page view has at most one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// An id of the page view itself.
    View,
    /// A navigation.
    Navigation,
    /// A vital.
    Vital(Metric),
}

/// A measurement: a part of a beacon.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A vital.
    Vital(Vital),
    /// A single value by name.
    Timing(String, f64),
    /// Values by name.
    Histogram(String, Histogram),
    /// A count by name.
    Counter(String, u64),
    /// A gauge by name.
    Gauge(String, f64),
    /// Resources.
    Resource(Resource),
    /// A script of long animation frames: source, invoker, count, duration, forced.
    Script(whippet_engine::beacon::Script),
    /// Views of a route.
    Route(String, u64),
    /// An error.
    Error(PageError),
    /// Measurements that the page or the reader lost, by the member of a beacon they would have been in.
    Lost(String, u64),
    /// Nothing but the page view.
    View,
}

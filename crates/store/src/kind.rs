//! The kinds of names that beacons bring.
use crate::options::Limits;

/// The name that all names beyond the [`crate::Limits`] are counted under.
pub const OTHER: &str = "(other)";

/// The value of page views that do not say.
pub const UNKNOWN: &str = "(unknown)";

/// The kind of errors in the table `evictions`, beside the kinds of names.
pub const ERROR: i64 = 100;

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An application; has no parent.
    App = 0,
    /// A page of an application.
    Page = 1,
    /// A counter of an application.
    Counter = 2,
    /// A histogram of an application.
    Histogram = 3,
    /// A host that pages of an application load from.
    Host = 4,
    /// An element that a vital is attributed to.
    Element = 5,
    /// A script and who called it, a line each.
    Script = 6,
    /// A gauge of an application.
    Gauge = 7,
    /// An address that a vital is attributed to.
    Url = 8,
    /// A state that a vital is attributed to.
    State = 9,
    /// A release of an application.
    Release = 10,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::App,
        Self::Page,
        Self::Counter,
        Self::Histogram,
        Self::Host,
        Self::Element,
        Self::Script,
        Self::Gauge,
        Self::Url,
        Self::State,
        Self::Release,
    ];

    /// The kind that is stored as `number`.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as i64 == number)
    }

    /// The kind called `label`.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.label() == label)
    }

    /// The word for it in metrics and on the command line.
    pub fn label(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Page => "page",
            Self::Counter => "counter",
            Self::Histogram => "histogram",
            Self::Host => "host",
            Self::Element => "element",
            Self::Script => "script",
            Self::Gauge => "gauge",
            Self::Url => "url",
            Self::State => "state",
            Self::Release => "release",
        }
    }

    /// How many names of the kind one application may have, or how many applications there may be.
    pub fn limit(self, limits: &Limits) -> usize {
        match self {
            Self::App => limits.apps,
            Self::Page => limits.pages,
            Self::Counter => limits.counters,
            Self::Histogram => limits.histograms,
            Self::Host => limits.hosts,
            Self::Element => limits.elements,
            Self::Script => limits.scripts,
            Self::Gauge => limits.gauges,
            Self::Url => limits.urls,
            Self::State => limits.states,
            Self::Release => limits.releases,
        }
    }
}

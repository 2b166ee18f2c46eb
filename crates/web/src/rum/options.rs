//! What a page says about how it wants to be measured.
use super::Rum;
use whippet_engine::beacon::KeepBounds;

/// Names the page at a route: the path, and the fragment where the route is there (`#/…` or `#!/…`).
pub type NamePage = Box<dyn Fn(&str) -> Option<String>>;
/// Says what is told of an address.
pub type ScrubUrl = Box<dyn Fn(&str) -> String>;
/// Sees a beacon before it is sent.
pub type BeforeSend = Box<dyn Fn(String) -> Option<String>>;
/// Hands over figures that are kept elsewhere.
pub type Collect = Box<dyn Fn(&Rum)>;

/// Whose requests carry a `traceparent`, by which a slow one is found in the backend's traces. Beacons do not.
///
/// Where a server redirects a request to, nobody sees beforehand: it goes there with the header, and an origin that does
/// not allow it (`Access-Control-Allow-Headers`) makes the request fail. So only what is named here carries it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Traceparent {
    /// Those to the page's own origin, none of which is redirected to one that does not allow it.
    SameOrigin,
    /// Those that begin with one of these, up to a `/`, `?` or `#`: `https://api.example/v1`, or `/api` for this origin's.
    Listed(Vec<String>),
    /// None.
    #[default]
    Nowhere,
}

/// Names errors that are not told, by their message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorPattern {
    /// Those whose message has this in it.
    Part(String),
    /// Those whose message matches this regular expression, in JavaScript's words and without flags.
    Pattern(String),
}

impl From<&str> for ErrorPattern {
    fn from(part: &str) -> Self {
        Self::Part(part.to_owned())
    }
}

/// How a page is measured, and where that is sent.
pub struct RumOptions {
    /// Where beacons go: the address of the collector's `/v1/beacons`. A relative one is understood once, when measuring
    /// starts, by the document's base as any address in the page is.
    pub endpoint: String,
    /// The application's name.
    pub app: String,
    /// The application's release.
    pub release: Option<String>,
    /// The share of visits that report, 0 to 1. A visit reports as a whole or not at all.
    pub sample_rate: f64,
    /// The share of visits that report errors; 1 for all, whatever `sample_rate` is. `None` for `sample_rate`.
    pub error_sample_rate: Option<f64>,
    /// Errors that are not told, beside those that browsers report without fault, such as `ResizeObserver loop …`. `None`:
    /// all are told.
    pub ignore_errors: Option<Vec<ErrorPattern>>,
    /// How long a measurement waits at most, ms, while the page is seen; at least 1,000. When it is hidden, all is sent.
    pub flush_interval: f64,
    /// Whether the user agreed. Without it nothing is measured, kept or sent, until [`Rum::consent`]; what happened
    /// before is not looked at then.
    pub consent: bool,
    /// Whether nothing is measured where the browser says Global Privacy Control or Do Not Track.
    pub respect_privacy_signals: bool,
    /// Whose requests carry a `traceparent`.
    pub traceparent: Traceparent,
    /// What is kept for later where sending fails, at most.
    pub keep: KeepBounds,
    /// The name of the page at a route, for example the route's pattern. `None`, also as an answer, for the path with
    /// `:id` in the place of ids.
    pub page: Option<NamePage>,
    /// What is told of an address, such as an image's. `None`: no query, no fragment, ids in the path as `:id`.
    pub scrub_url: Option<ScrubUrl>,
    /// Whether a change of the route without a load is a page view of its own.
    pub routes: bool,
    /// Sees each beacon, as text, before it is sent, and may change it or hold it back with `None`.
    pub before_send: Option<BeforeSend>,
    /// Called before each flush, to hand over figures that are kept elsewhere ([`Rum::total`]).
    pub collect: Option<Collect>,
}

impl RumOptions {
    /// Every visit reports, at most ten seconds late; the user agreed. What the browser says of privacy is respected.
    pub fn new(endpoint: impl Into<String>, app: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            app: app.into(),
            release: None,
            sample_rate: 1.0,
            error_sample_rate: None,
            ignore_errors: Some(Vec::new()),
            flush_interval: 10_000.0,
            consent: true,
            respect_privacy_signals: true,
            traceparent: Traceparent::default(),
            keep: KeepBounds::default(),
            page: None,
            scrub_url: None,
            routes: true,
            before_send: None,
            collect: None,
        }
    }

    /// The share of visits that report errors.
    pub(super) fn error_rate(&self) -> f64 {
        self.error_sample_rate.unwrap_or(self.sample_rate)
    }
}

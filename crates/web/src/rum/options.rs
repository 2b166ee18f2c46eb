//! The options of [`start`](super::start).
use super::handle::Rum;
use whippet_engine::beacon::KeepBounds;

/// Names the page at a route: the path, with the fragment if that is a route (`#/…` or `#!/…`).
pub type NamePage = Box<dyn Fn(&str) -> Option<String>>;
/// Returns what to report of a URL.
pub type ScrubUrl = Box<dyn Fn(&str) -> String>;
/// Gets a beacon before it is sent; returns the beacon to send, or `None` to send none.
pub type BeforeSend = Box<dyn Fn(String) -> Option<String>>;
/// Converts a beacon, as text, to requests for another server than Whippet's collector. It also gets the endpoint, resolved.
/// `None` if it cannot: the beacon counts as lost.
pub type Format = Box<dyn Fn(&str, &str) -> Option<Vec<FormattedRequest>>>;
/// Reports totals that are kept elsewhere.
pub type Collect = Box<dyn Fn(&Rum)>;

/// Which requests carry a `traceparent`, so that slow ones can be found in the backend's traces. Beacons never do.
///
/// A page cannot know where a server redirects a request to. The header goes there too, and if that origin does not allow it
/// (`Access-Control-Allow-Headers`), the request fails. So only the requests named here carry it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Traceparent {
    /// Requests to the page's own origin. None of them may be redirected to an origin that does not allow the header.
    SameOrigin,
    /// Requests whose URL starts with one of these, up to a `/`, `?` or `#`: `https://api.example/v1`, or `/api` for the page's
    /// origin.
    Listed(Vec<String>),
    /// No requests.
    #[default]
    Nowhere,
}

/// Selects errors by their message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorPattern {
    /// Errors whose message contains this.
    Part(String),
    /// Errors whose message matches this JavaScript regular expression without flags.
    Pattern(String),
}

impl From<&str> for ErrorPattern {
    fn from(part: &str) -> Self {
        Self::Part(part.to_owned())
    }
}

/// A request that a [`Format`] makes of a beacon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormattedRequest {
    /// The absolute URL.
    pub url: String,
    /// The body.
    pub body: String,
    /// `text/plain` needs no CORS preflight, others do.
    pub content_type: String,
    /// Further headers, by name. They need a CORS preflight, and `sendBeacon` cannot send them.
    pub headers: Vec<(String, String)>,
}

/// How a page is measured, and where beacons are sent.
pub struct RumOptions {
    /// The URL of the collector's `/v1/beacons`. A relative one is resolved against the document's base when measuring
    /// starts.
    pub endpoint: String,
    /// The application's name.
    pub app: String,
    /// The application's release.
    pub release: Option<String>,
    /// The share of visits that report, 0 to 1. A visit reports all of its page views or none.
    pub sample_rate: f64,
    /// The share of visits that report errors; 1 for all, whatever `sample_rate` is. `None` for `sample_rate`.
    pub error_sample_rate: Option<f64>,
    /// Errors that are not reported, in addition to harmless ones such as `ResizeObserver loop …`. `None` to report all.
    pub ignore_errors: Option<Vec<ErrorPattern>>,
    /// The longest a measurement waits while the page is visible, ms; at least 1,000. When the page is hidden, all are sent.
    pub flush_interval: f64,
    /// Whether the user consented. Without consent nothing is measured, kept or sent until [`Rum::consent`], and what happened
    /// before that is not measured.
    pub consent: bool,
    /// Whether nothing is measured if the browser sends Global Privacy Control or Do Not Track.
    pub respect_privacy_signals: bool,
    /// Which requests carry a `traceparent`.
    pub traceparent: Traceparent,
    /// The most that is kept for later after sending failed.
    pub keep: KeepBounds,
    /// Returns the name of the page at a route, for example the route's pattern. Without it, or if it returns `None`, the name
    /// is the path with `:id` in place of ids.
    pub page: Option<NamePage>,
    /// Returns what to report of a URL, such as an image's. Without it URLs lose query and fragment, and ids become `:id`.
    pub scrub_url: Option<ScrubUrl>,
    /// Whether a route change without a load starts a page view.
    pub routes: bool,
    /// Gets each beacon, as text, before it is sent, and may change it, or return `None` to discard it.
    pub before_send: Option<BeforeSend>,
    /// What is sent to the endpoint in place of the beacon's own text.
    pub format: Option<Format>,
    /// Called before each flush, to report totals that are kept elsewhere ([`Rum::total`]).
    pub collect: Option<Collect>,
}

impl RumOptions {
    /// Options by which every visit reports, within ten seconds. Consent is given; privacy signals are respected.
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
            format: None,
            collect: None,
        }
    }

    /// The share of visits that report errors.
    pub(super) fn error_rate(&self) -> f64 {
        self.error_sample_rate.unwrap_or(self.sample_rate)
    }
}

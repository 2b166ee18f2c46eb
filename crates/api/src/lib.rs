//! The JSON that the collector answers and the dashboard reads.
//!
//! One description for both ends: the collector fills these in, the dashboard draws them. All times are
//! milliseconds since the Unix epoch, all durations milliseconds, all ratios 0 to 1. Charts are columns:
//! one list of times and, for each line, a list of values as long as it, `null` where nothing is known.
use serde::{Deserialize, Serialize};

/// The window that every chart endpoint takes in its query string.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// First moment, ms since the epoch.
    pub from: i64,
    /// Last moment, ms since the epoch.
    pub to: i64,
}

/// `GET /api/status`: what there is to look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The collector's version.
    pub version: String,
    /// The collector's clock.
    pub now: i64,
    /// Beacons kept so far.
    pub beacons: u64,
    /// When the newest came in.
    pub last_beacon: Option<i64>,
    /// Applications that sent beacons, by name.
    pub apps: Vec<String>,
    /// What is scraped.
    pub targets: Vec<Target>,
    /// How far back anything is kept, ms.
    #[serde(default)]
    pub retention: i64,
}

/// A scraped backend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The name it was given.
    pub name: String,
    /// Where its metrics are.
    pub url: String,
    /// Whether the last scrape succeeded.
    pub up: bool,
    /// When it was last tried.
    pub last_scrape: Option<i64>,
    /// Why the last scrape failed.
    pub error: Option<String>,
    /// What of the last scrape was left out, and why.
    #[serde(default)]
    pub note: Option<String>,
}

/// `GET /api/overview?app&from&to`: the service levels, each measured over the window. `app` leaves out other apps, but
/// no backend. The collector is not among them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// One per level, those of backends first.
    pub levels: Vec<Level>,
    /// What is missing in the figures of applications; nothing where nothing is.
    pub losses: Vec<Loss>,
    /// Where the levels come from: backends, then applications.
    #[serde(default)]
    pub subjects: Vec<Subject>,
}

/// A backend or an application whose levels are measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// A target's or an app's name.
    pub name: String,
    /// Whether it is a scraped target.
    pub backend: bool,
    /// When its newest data came in; `None` where none ever did.
    pub last: Option<i64>,
    /// Whether nothing has come since, for longer than it should take.
    pub stopped: bool,
    /// Why the last scrape failed.
    pub error: Option<String>,
}

/// What pages say they measured and lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// The application.
    pub app: String,
    /// The member of a beacon that it would have been in (`scripts`), `beacons` for what was lost on its way, or
    /// `other`.
    pub kind: String,
    /// How many. What a sample lost stands for more.
    pub count: f64,
}

/// One service level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// For example `Response p95`.
    pub name: String,
    /// What it was measured on: a target's or an app's name.
    pub subject: String,
    /// Whether that is a target: an app may have the same name.
    #[serde(default)]
    pub backend: bool,
    /// The value over the window; `None` without data.
    pub value: Option<f64>,
    /// The bound.
    pub bound: f64,
    /// Whether the value must stay above the bound (a hit rate) or below it (all others).
    pub above: bool,
    /// Whether the bound itself still keeps the level, as web vitals' thresholds do.
    pub inclusive: bool,
    /// How to write value and bound.
    pub unit: Unit,
    /// Whether the true value is only known to be greater than `value`: it is beyond a histogram's last finite bucket.
    #[serde(default)]
    pub beyond: bool,
}

impl Level {
    /// Whether the level is kept; `None` without data. What is beyond all buckets has no upper limit: nothing shows that
    /// it stays below a bound.
    pub fn met(&self) -> Option<bool> {
        self.value.map(|value| {
            if self.beyond && !self.above {
                return false;
            }
            let beyond = if self.above { value > self.bound } else { value < self.bound };
            beyond || self.inclusive && value == self.bound
        })
    }
}

/// How a number is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Milliseconds.
    Ms,
    /// 0 to 1, shown in per cent.
    Ratio,
    /// Per second.
    PerSecond,
    /// Bytes.
    Bytes,
    /// A plain number.
    Number,
}

/// Lines over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// The end of each step.
    pub times: Vec<i64>,
    /// The lines.
    pub lines: Vec<Line>,
    /// Whether the last step is not over yet, so that its values may still change much.
    #[serde(default)]
    pub unfinished: bool,
}

/// One line of a chart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// One per time.
    pub values: Vec<Option<f64>>,
    /// One per time: whether the true value is only known to be greater, as in [`Level::beyond`]. Empty where none is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beyond: Vec<bool>,
}

/// `GET /api/backend?target&from&to`: one scraped backend.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Backend {
    /// Requests per second: one line.
    pub rate: Chart,
    /// Lines `p50`, `p95`, `p99`, ms.
    pub latency: Chart,
    /// Lines `4xx`, `5xx`, ratios of all requests.
    pub errors: Chart,
    /// By route, busiest first.
    pub routes: Vec<Timing>,
    /// Database p50, p95, p99 over all operations, ms.
    pub database: Chart,
    /// By database operation, busiest first.
    pub operations: Vec<Timing>,
    /// Cache hit rate per cache, ratios.
    pub caches: Chart,
    /// CPU seconds per second.
    pub cpu: Chart,
    /// Resident memory, bytes.
    pub memory: Chart,
    /// Until when counts may be too high, where that is within the window: an older version counted some twice.
    #[serde(default)]
    pub inexact_until: Option<i64>,
}

/// A row of a table of timings, over the whole window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The route (`GET /api/packages/{name}`) or the operation.
    pub name: String,
    /// How often.
    pub count: f64,
    /// Per second.
    pub rate: f64,
    /// Median, ms.
    pub p50: Option<f64>,
    /// 95th percentile, ms.
    pub p95: Option<f64>,
    /// 99th percentile, ms.
    pub p99: Option<f64>,
    /// Which of the three are only known to be greater, as in [`Level::beyond`].
    #[serde(default)]
    pub beyond: [bool; 3],
    /// Share of 4xx answers; `None` where the notion does not apply.
    pub client_errors: Option<f64>,
    /// Share of 5xx answers; `None` where the notion does not apply.
    pub server_errors: Option<f64>,
}

/// `GET /api/vitals?app&page&navigation&from&to`: what browsers measured. `app`, `page` and `navigation` may be left out.
///
/// `navigation` is `document`, or `soft` for route changes that the browser reports as page views. Without it, LCP, FCP
/// and TTFB are those of documents, as a route change waits for neither server nor first paint; INP and CLS are
/// those of all page views.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Vitals {
    /// LCP, INP, CLS, FCP, TTFB, in this order; those without data too.
    pub metrics: Vec<Vital>,
    /// By page, most viewed first.
    pub pages: Vec<Page>,
}

/// One web vital over the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vital {
    /// `LCP`, `INP`, `CLS`, `FCP` or `TTFB`.
    pub name: String,
    /// ms, or a plain number for CLS.
    pub unit: Unit,
    /// How many page views reported it.
    pub count: u64,
    /// The 75th percentile, which the thresholds are meant for. It is on the same side of them as the ratings say.
    pub p75: Option<f64>,
    /// Up to here a value is good.
    pub good: f64,
    /// Above here a value is poor.
    pub poor: f64,
    /// How many were good, in between, poor.
    pub ratings: [u64; 3],
    /// Where the time went, in the order of time; empty where no page view told.
    pub parts: Vec<Part>,
    /// The elements that it is put down to, by their selectors: what costs most in all first.
    pub elements: Vec<Cause>,
    /// The resources that were painted (LCP), the scripts that ran longest (INP); as the elements.
    pub urls: Vec<Cause>,
    /// The kind of input (INP), how far the page was loaded (CLS); as the elements.
    pub states: Vec<Cause>,
    /// The p75 over time: one line.
    pub chart: Chart,
}

/// A part of a web vital, such as `loadDelay` of LCP. Of several parts the 75th percentiles do not add up to that of
/// the whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// As beacons name it.
    pub name: String,
    /// Its 75th percentile, ms, in the page views that told of any part; those in which it took no time count.
    pub p75: Option<f64>,
}

/// What a vital is put down to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// A selector, an address or a state.
    pub name: String,
    /// In how many page views.
    pub count: u64,
    /// The metric's 75th percentile in those.
    pub p75: Option<f64>,
}

/// The vitals of one page, 75th percentiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The scrubbed path.
    pub page: String,
    /// Page views.
    pub views: u64,
    /// p75 per metric, in the order of [`Vitals::metrics`].
    pub p75: Vec<Option<f64>>,
}

/// `GET /api/toolkit?app&from&to`: what Whippet itself did in the browsers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Toolkit {
    /// Counters such as `query.hits`, by name.
    pub counters: Vec<Counter>,
    /// Query cache hit rate over time: one line.
    pub hit_rate: Chart,
    /// Fetch latency p50, p95, p99, ms.
    pub fetches: Chart,
}

/// A counter over the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counter {
    /// Its name.
    pub name: String,
    /// The sum over the window.
    pub total: u64,
}

/// `GET /api/loading?app&page&from&to`: what page views waited for, and what kept them busy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Loading {
    /// Until the load event ended, ms.
    pub load: Option<Distribution>,
    /// The navigation's phases, in the order of time, ms.
    pub phases: Vec<Distribution>,
    /// What was loaded by host and kind, what took longest in all first.
    pub resources: Vec<Resource>,
    /// `Server-Timing` by name, the most frequent first, ms.
    pub servers: Vec<Distribution>,
    /// Long animation frames, ms.
    pub frames: Option<Distribution>,
    /// How long input waited in them, ms.
    pub blocking: Option<Distribution>,
    /// Scripts that ran in them, the longest running first.
    pub scripts: Vec<Script>,
}

/// Measurements of one name over the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// Its name.
    pub name: String,
    /// How many.
    pub count: u64,
    /// Median.
    pub p50: Option<f64>,
    /// 75th percentile.
    pub p75: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
}

/// What was loaded from one host, of one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// The host.
    pub host: String,
    /// `script`, `style`, `image`, …
    pub kind: String,
    /// How many.
    pub count: f64,
    /// Bytes on their way.
    pub bytes: f64,
    /// How many came from the browser's cache.
    pub cached: f64,
    /// How many failed.
    pub failed: f64,
    /// What they took, added up, ms.
    pub duration: f64,
    /// What the slowest took, ms.
    pub slowest: f64,
}

/// A script that made animation frames long.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// Its address.
    pub source: String,
    /// Who called it.
    pub invoker: String,
    /// In how many frames.
    pub count: f64,
    /// How long it ran in them, ms.
    pub duration: f64,
    /// How much of that was layout and style that it forced, ms.
    pub forced: f64,
}

/// `GET /api/custom?app&page&from&to`: what the application measured by names of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Custom {
    /// By name, in alphabetical order, as the others.
    pub distributions: Vec<Distribution>,
    /// Counts.
    pub counters: Vec<Counter>,
    /// What goes up and down.
    pub gauges: Vec<Gauge>,
}

/// Values that pages reported of something that goes up and down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gauge {
    /// Its name.
    pub name: String,
    /// How many values.
    pub count: f64,
    /// Their mean.
    pub mean: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

/// `GET /api/errors?app&from&to`: JavaScript errors, most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    /// One per fingerprint.
    pub errors: Vec<PageError>,
}

/// Errors of one fingerprint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageError {
    /// What the browser said.
    pub message: String,
    /// Where, `file:line:column` or the first line of the stack.
    pub source: String,
    /// The stack, a frame a line; may be empty.
    pub stack: String,
    /// The application.
    pub app: String,
    /// The page it last happened on.
    pub page: String,
    /// How often.
    pub count: u64,
    /// First and last time in the window.
    pub first: i64,
    /// Last time in the window.
    pub last: i64,
}

/// The body of every answer that is not a success.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong.
    pub error: Problem,
}

/// What went wrong, for programs and for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// A fixed word: `not_json`, `too_large`, `unsupported_version`, …
    pub code: String,
    /// What is wrong and what to do about it.
    pub message: String,
}

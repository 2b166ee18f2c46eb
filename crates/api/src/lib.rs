//! The JSON API between the collector and the dashboard.
//!
//! The collector serialises these types, the dashboard deserialises and draws them. All times are
//! milliseconds since the Unix epoch, all durations milliseconds, all ratios 0 to 1. Charts are columns:
//! one list of times and, for each line, a list of values of the same length, `null` where a value is unknown.
mod alerts;
mod compare;
mod config;
mod level;
mod levels;
mod number;
mod place;
mod regressions;
mod releases;
mod splits;
mod targets;
mod unit;

use serde::{Deserialize, Serialize};

pub use alerts::{
    Alert, AlertCounts, AlertEvent, AlertHistory, AlertState, Alerts, Matcher, NewSilence, Silence,
    Undelivered, Watches, WrongRule,
};
pub use compare::{Compared, ComparedPage, Comparison, DeviceShare, Side, Verdict};
pub use config::ConfigState;
pub use level::{Level, Subject};
pub use levels::{About, Burn, Levels, Objective, Reading, WatchedLevel};
pub use place::{Place, QueryString, View};
pub use regressions::{Regression, RegressionKind, Regressions};
pub use releases::{Release, Releases};
pub use splits::{Quantiles, Split, SplitVital, Splits};
pub use targets::{
    BackendError, ScrapeFailure, ScrapeTimes, SlowQueries, SlowQuery, TargetDocument, TargetList,
};
pub use unit::Unit;

/// The time range that every chart endpoint takes in its query string.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// The start, ms since the epoch.
    pub from: i64,
    /// The end, ms since the epoch.
    pub to: i64,
}

/// `GET /api/status`: the apps and targets, and the collector itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The collector's version.
    pub version: String,
    /// The current time of the collector.
    pub now: i64,
    /// The number of stored beacons.
    pub beacons: u64,
    /// When the newest beacon arrived.
    pub last_beacon: Option<i64>,
    /// Applications that sent beacons, by name.
    pub apps: Vec<String>,
    /// The scraped targets.
    pub targets: Vec<Target>,
    /// How long data is kept, ms. What is older than [`keep_minutes`](Self::keep_minutes) is kept by the hour, and what is older
    /// than [`keep_hours`](Self::keep_hours) by the day.
    #[serde(default)]
    pub retention: i64,
    /// How long minutes are kept, ms.
    #[serde(default)]
    pub keep_minutes: i64,
    /// How long hours are kept, ms.
    #[serde(default)]
    pub keep_hours: i64,
    /// When the first data ever was stored; `None` before there was any.
    #[serde(default)]
    pub begun: Option<i64>,
    /// Lists that targets come from.
    #[serde(default)]
    pub lists: Vec<TargetList>,
    /// What everything is kept in.
    #[serde(default)]
    pub store: Option<StoreState>,
    /// How many alerts there are by state; `None` where nothing is watched.
    #[serde(default)]
    pub alerts: Option<AlertCounts>,
    /// The configuration file.
    #[serde(default)]
    pub config: Option<ConfigState>,
}

/// What everything is kept in, and how that goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoreState {
    /// `sqlite` or `postgresql`.
    pub engine: String,
    /// The folder, or the server without its password.
    pub place: String,
    /// Why new data is not kept at the moment, in words.
    pub trouble: Option<String>,
    /// How many collectors wrote to it in the last minutes.
    pub collectors: u64,
    /// The share of time that the writer of this collector works, where it is so much that a larger installation is due.
    #[serde(default)]
    pub busy: Option<f64>,
}

/// A scraped backend.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The name from the command line.
    pub name: String,
    /// The URL of its metrics.
    pub url: String,
    /// Whether the last scrape succeeded.
    pub up: bool,
    /// When it was last scraped, successfully or not.
    pub last_scrape: Option<i64>,
    /// Why the last scrape failed.
    pub error: Option<String>,
    /// What the last scrape ignored, and why.
    #[serde(default)]
    pub note: Option<String>,
    /// The time between two scrapes, ms; 0 for the usual one.
    #[serde(default)]
    pub interval: i64,
    /// The list that names it.
    #[serde(default)]
    pub list: Option<String>,
    /// Its documents; empty before the first scrape.
    #[serde(default)]
    pub documents: Vec<TargetDocument>,
    /// How many samples the last scrape had.
    #[serde(default)]
    pub samples: u64,
    /// The last failures, newest first; at most ten.
    #[serde(default)]
    pub failures: Vec<ScrapeFailure>,
    /// How long scrapes took; `None` before the first.
    #[serde(default)]
    pub times: Option<ScrapeTimes>,
}

/// `GET /api/overview?app&from&to`: the service levels over the range. `app` selects one app; backends are always included,
/// except for the collector itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// The levels, those of backends first.
    pub levels: Vec<Level>,
    /// The measurements that apps lost.
    pub losses: Vec<Loss>,
    /// The subjects of the levels: backends, then apps.
    #[serde(default)]
    pub subjects: Vec<Subject>,
    /// How many apps are left out because one address alone has reported each of them. 0 where `app` selects one.
    #[serde(default)]
    pub hidden_apps: u64,
}

/// Measurements that pages reported as lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// The application.
    pub app: String,
    /// The beacon's member that it would have been in, such as `scripts`; `beacons` for lost beacons; or `other`.
    pub kind: String,
    /// How many, scaled by the sample rate.
    #[serde(serialize_with = "crate::number::plain")]
    pub count: f64,
}

/// Lines over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// The end of each step.
    pub times: Vec<i64>,
    /// The lines.
    pub lines: Vec<Line>,
    /// Whether the last step has not ended, so that its values may still change much.
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
    /// One per time: whether the true value is only known to be greater, as in [`Level::beyond`]. Empty if none is.
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
    /// Until when counts may be too high, if that is within the range: an older version counted some requests twice.
    #[serde(default)]
    pub inexact_until: Option<i64>,
    /// What is missing, and why, where the figures are read from another server.
    #[serde(default)]
    pub notes: Vec<String>,
    /// All that it tells, in sections; those of which it tells nothing are left out.
    #[serde(default)]
    pub sections: Vec<Section>,
    /// Who prints what is known of it, such as `node_exporter`.
    #[serde(default)]
    pub exporters: Vec<String>,
    /// How many metrics it exposes.
    #[serde(default)]
    pub metrics: usize,
    /// How many of them no pattern knows.
    #[serde(default)]
    pub unknown: usize,
}

/// A part of what a backend tells, such as its database.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// `Requests`, `Database`, …
    pub name: String,
    /// Its charts.
    pub charts: Vec<SignalChart>,
    /// Its tables.
    pub tables: Vec<SignalTable>,
}

/// A chart of one or more signals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignalChart {
    /// What it shows.
    pub title: String,
    /// The names of its signals.
    pub signals: Vec<String>,
    /// The metrics that it is computed from.
    pub metrics: Vec<String>,
    /// Whether the backend computed the figures itself: percentiles and averages, shown as they are and never merged.
    #[serde(default)]
    pub own: bool,
    /// The unit of all values.
    pub unit: Unit,
    /// The lines.
    pub chart: Chart,
    /// How many lines are left out, as the chart has too many.
    #[serde(default)]
    pub left_out: usize,
}

/// A table over the whole range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignalTable {
    /// What it lists.
    pub title: String,
    /// The heading of the rows' names.
    pub head: String,
    /// The metrics that it is computed from.
    pub metrics: Vec<String>,
    /// Whether the backend computed percentiles itself.
    #[serde(default)]
    pub own: bool,
    /// The columns.
    pub columns: Vec<SignalColumn>,
    /// The rows.
    pub rows: Vec<SignalRow>,
    /// How many rows are left out.
    #[serde(default)]
    pub left_out: usize,
}

/// A column of a [`SignalTable`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignalColumn {
    /// Its heading.
    pub name: String,
    /// The unit of its values.
    pub unit: Unit,
}

/// A row of a [`SignalTable`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SignalRow {
    /// Its name.
    pub name: String,
    /// One per column.
    pub values: Vec<Option<f64>>,
    /// One per column: whether the true value is only known to be greater. Empty if none is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beyond: Vec<bool>,
}

/// `GET /api/series?target`: what a target exposes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Its metrics, by name.
    pub metrics: Vec<Metric>,
    /// How many are left out, as there are too many.
    #[serde(default)]
    pub left_out: usize,
}

/// A metric of a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Its name; a histogram's without `_bucket`.
    pub name: String,
    /// `counter`, `gauge`, `histogram` or `summary`.
    pub kind: String,
    /// How many series it has.
    pub series: usize,
    /// The labels of its series.
    pub labels: Vec<String>,
    /// The signals that it tells; none where no pattern knows it.
    pub signals: Vec<String>,
}

/// `GET /api/chart?target&metric&by&from&to`: any metric of a target. `by` is a label to group by, and may be left out.
///
/// A counter is shown as its rate, a gauge as its value, a histogram as percentiles, a summary as its own quantiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricChart {
    /// What the lines are: `per second`, `value`, `percentiles`, `quantiles of the backend`, `average`.
    pub shows: String,
    /// The unit of all values.
    pub unit: Unit,
    /// The lines.
    pub chart: Chart,
    /// How many lines are left out, as there are too many.
    pub left_out: usize,
}

/// A row of a table of timings, over the whole range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The route (`GET /api/packages/{name}`) or the operation.
    pub name: String,
    /// The number of requests or operations.
    #[serde(serialize_with = "crate::number::plain")]
    pub count: f64,
    /// Per second.
    #[serde(serialize_with = "crate::number::plain")]
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
    /// Mean, ms, where nothing better is known than the sum of all times.
    #[serde(default)]
    pub average: Option<f64>,
    /// Share of failed requests or operations, where nobody says whose fault it was.
    #[serde(default)]
    pub errors: Option<f64>,
}

/// `GET /api/vitals?app&page&navigation&split&from&to`: what browsers measured. All but the range may be left out.
///
/// `split` selects the page views with one value of a dimension: see [`Splits`]. Attributions and phases are not kept by
/// dimension, and empty then.
///
/// `navigation` is `document`, or `soft` for route changes that the browser reports as soft navigations. Without it, LCP, FCP
/// and TTFB are those of documents, because a route change waits for neither server nor first paint; INP and CLS are those
/// of all page views.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Vitals {
    /// LCP, INP, CLS, FCP and TTFB, in this order, also those without data.
    pub metrics: Vec<Vital>,
    /// By page, most viewed first.
    pub pages: Vec<Page>,
}

/// One web vital over the range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vital {
    /// `LCP`, `INP`, `CLS`, `FCP` or `TTFB`.
    pub name: String,
    /// Milliseconds, or a plain number for CLS.
    pub unit: Unit,
    /// The number of page views that reported it.
    pub count: u64,
    /// The 75th percentile, to which the thresholds apply. It is always on the side of the thresholds that the ratings say.
    pub p75: Option<f64>,
    /// The largest good value.
    #[serde(serialize_with = "crate::number::plain")]
    pub good: f64,
    /// Larger values are poor.
    #[serde(serialize_with = "crate::number::plain")]
    pub poor: f64,
    /// The number of good, fair and poor page views.
    pub ratings: [u64; 3],
    /// The phases in the order of time; empty if no page view reported them.
    pub parts: Vec<Part>,
    /// The elements it is attributed to, by selector. Sorted by total cost.
    pub elements: Vec<Cause>,
    /// The painted resources (LCP) or the longest scripts (INP), sorted by total cost.
    pub urls: Vec<Cause>,
    /// The kind of input (INP) or the load state (CLS), sorted by total cost.
    pub states: Vec<Cause>,
    /// The 75th percentile over time: one line.
    pub chart: Chart,
}

/// A phase of a web vital, such as `loadDelay` of LCP. The 75th percentiles of the phases do not add up to that of the vital.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Its name in beacons.
    pub name: String,
    /// Its 75th percentile over the page views that reported any phase, ms. A phase that took no time counts as 0.
    pub p75: Option<f64>,
}

/// An attribution of a vital.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// A selector, a URL or a state.
    pub name: String,
    /// The number of page views.
    pub count: u64,
    /// The metric's 75th percentile in these page views.
    pub p75: Option<f64>,
}

/// The vitals of one page, 75th percentiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The scrubbed path, or the name that the app gave it.
    pub page: String,
    /// Page views.
    pub views: u64,
    /// p75 per metric, in the order of [`Vitals::metrics`].
    pub p75: Vec<Option<f64>>,
}

/// `GET /api/toolkit?app&from&to`: the counters of Whippet's modules in browsers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Toolkit {
    /// Counters such as `query.hits`, by name.
    pub counters: Vec<Counter>,
    /// Query cache hit rate over time: one line.
    pub hit_rate: Chart,
    /// Fetch latency p50, p95, p99, ms.
    pub fetches: Chart,
}

/// A counter over the range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counter {
    /// Its name.
    pub name: String,
    /// The sum over the range.
    pub total: u64,
}

/// `GET /api/loading?app&page&from&to`: navigation, resources, long animation frames and scripts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Loading {
    /// The page load time, until the load event ended, ms.
    pub load: Option<Distribution>,
    /// The navigation's phases, in the order of time, ms.
    pub phases: Vec<Distribution>,
    /// Resources by host and kind, sorted by total duration.
    pub resources: Vec<Resource>,
    /// `Server-Timing` entries by name, the most frequent first, ms.
    pub servers: Vec<Distribution>,
    /// The duration of long animation frames, ms.
    pub frames: Option<Distribution>,
    /// Their blocking duration, ms.
    pub blocking: Option<Distribution>,
    /// The scripts in them, sorted by total duration.
    pub scripts: Vec<Script>,
}

/// The values of one timing over the range.
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

/// The resources of one host and kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// The host.
    pub host: String,
    /// `script`, `style`, `image`, …
    pub kind: String,
    /// How many.
    #[serde(serialize_with = "crate::number::plain")]
    pub count: f64,
    /// Transferred bytes.
    #[serde(serialize_with = "crate::number::plain")]
    pub bytes: f64,
    /// How many came from the browser's cache.
    #[serde(serialize_with = "crate::number::plain")]
    pub cached: f64,
    /// How many failed.
    #[serde(serialize_with = "crate::number::plain")]
    pub failed: f64,
    /// Their total duration, ms.
    #[serde(serialize_with = "crate::number::plain")]
    pub duration: f64,
    /// The duration of the slowest, ms.
    #[serde(serialize_with = "crate::number::plain")]
    pub slowest: f64,
}

/// A script in long animation frames.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// Its URL.
    pub source: String,
    /// Its invoker.
    pub invoker: String,
    /// The number of frames.
    #[serde(serialize_with = "crate::number::plain")]
    pub count: f64,
    /// Its total duration, ms.
    #[serde(serialize_with = "crate::number::plain")]
    pub duration: f64,
    /// The part of that in forced style and layout, ms.
    #[serde(serialize_with = "crate::number::plain")]
    pub forced: f64,
}

/// `GET /api/custom?app&page&split&from&to`: the application's own measurements. With `split`, as [`Splits`] explains it, the timings of
/// some page views alone: counters and gauges are kept of all together, and left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Custom {
    /// The timings, by name. All lists are sorted by name.
    pub distributions: Vec<Distribution>,
    /// The counters.
    pub counters: Vec<Counter>,
    /// The gauges.
    pub gauges: Vec<Gauge>,
}

/// The values of one gauge over the range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gauge {
    /// Its name.
    pub name: String,
    /// How many values.
    #[serde(serialize_with = "crate::number::plain")]
    pub count: f64,
    /// Their mean.
    #[serde(serialize_with = "crate::number::plain")]
    pub mean: f64,
    /// The smallest.
    #[serde(serialize_with = "crate::number::plain")]
    pub min: f64,
    /// The largest.
    #[serde(serialize_with = "crate::number::plain")]
    pub max: f64,
}

/// `GET /api/errors?app&target&from&to`: JavaScript errors, most frequent first, and those that backends listed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    /// One per fingerprint.
    pub errors: Vec<PageError>,
    /// Errors that backends listed, most frequent first. `target` selects one backend.
    #[serde(default)]
    pub backends: Vec<BackendError>,
}

/// Errors of one fingerprint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageError {
    /// The message.
    pub message: String,
    /// The place: `file:line:column`, or the first line of the stack.
    pub source: String,
    /// The stack, one frame per line; may be empty.
    pub stack: String,
    /// The application.
    pub app: String,
    /// The page of the last occurrence.
    pub page: String,
    /// The number of occurrences.
    pub count: u64,
    /// The first occurrence in the range.
    pub first: i64,
    /// The last occurrence in the range.
    pub last: i64,
}

/// The body of every error response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The error.
    pub error: Problem,
}

/// An error, for programs and for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// A code: `not_json`, `too_large`, `unsupported_version`, …
    pub code: String,
    /// What is wrong and what to do about it.
    pub message: String,
}

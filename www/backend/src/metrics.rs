//! The backend's metrics, with the names and units that Prometheus recommends.
use crate::process;
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};
use std::time::Duration;

/// Bucket borders of requests, s. The bounds of the dashboard's levels (200 ms, 500 ms, 1 s) are among them.
const REQUEST_BUCKETS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0];
/// Bucket borders of database operations, s. The bound of the dashboard's level (100 ms) is among them.
const DATABASE_BUCKETS: &[f64] =
    &[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0];
/// Bucket borders of cache look-ups, s: they take microseconds, unless they wait for a lock.
const CACHE_BUCKETS: &[f64] = &[1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 1e-4, 1e-3, 1e-2];

/// All metrics.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    in_flight: IntGauge,
    database: HistogramVec,
    cache: IntCounterVec,
    cache_durations: HistogramVec,
}

/// Counts a request as in flight for as long as it lives, however the request ends.
#[must_use = "the request counts as in flight until this is dropped"]
pub struct InFlight(IntGauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::register().expect("metrics are named right, and once")
    }
}

impl Metrics {
    fn register() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("http_requests_total", "Requests answered, by method, route template and status."),
            &["method", "route", "status"],
        )?;
        let durations = HistogramVec::new(
            HistogramOpts::new("http_request_duration_seconds", "Time from request to answer.")
                .buckets(REQUEST_BUCKETS.to_vec()),
            &["method", "route"],
        )?;
        let in_flight = IntGauge::new("http_requests_in_flight", "Requests being answered now.")?;
        let database = HistogramVec::new(
            HistogramOpts::new("db_query_duration_seconds", "Time in the database, by operation.")
                .buckets(DATABASE_BUCKETS.to_vec()),
            &["operation"],
        )?;
        let cache = IntCounterVec::new(
            Opts::new("cache_requests_total", "Look-ups in the cache of hot answers, by outcome."),
            &["cache", "result"],
        )?;
        let cache_durations = HistogramVec::new(
            HistogramOpts::new("cache_lookup_duration_seconds", "Time of a look-up in a cache.")
                .buckets(CACHE_BUCKETS.to_vec()),
            &["cache"],
        )?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(in_flight.clone()))?;
        registry.register(Box::new(database.clone()))?;
        registry.register(Box::new(cache.clone()))?;
        registry.register(Box::new(cache_durations.clone()))?;
        registry.register(Box::new(process::Collector::new()?))?;
        Ok(Self { registry, requests, durations, in_flight, database, cache, cache_durations })
    }

    /// Counts a request as in flight.
    pub fn request_began(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// Records an answer. `route` is a template, never a path that a client chose.
    pub fn request_ended(&self, method: &str, route: &str, status: u16, time: Duration) {
        self.requests.with_label_values(&[method, route, &status.to_string()]).inc();
        self.durations.with_label_values(&[method, route]).observe(time.as_secs_f64());
    }

    /// Records a database operation.
    pub fn database(&self, operation: &str, time: Duration) {
        self.database.with_label_values(&[operation]).observe(time.as_secs_f64());
    }

    /// Records a look-up in a cache.
    pub fn cache(&self, cache: &str, hit: bool, time: Duration) {
        self.cache_durations.with_label_values(&[cache]).observe(time.as_secs_f64());
        self.cache.with_label_values(&[cache, if hit { "hit" } else { "miss" }]).inc();
    }

    /// Writes them in Prometheus' text format 0.0.4.
    pub fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        // It fails for families without name or metrics only, and `gather` returns none of these.
        TextEncoder::new().encode(&self.registry.gather(), &mut text).expect("gathered families are whole");
        text
    }

    /// The content type of [`Metrics::text`].
    pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn the_text_is_prometheus_text() {
        let metrics = Metrics::default();
        metrics.request_ended("GET", "/api/packages", 200, Duration::from_millis(3));
        metrics.cache("answers", true, Duration::from_micros(2));
        let text = String::from_utf8(metrics.text()).unwrap();
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| {
                line.contains("cache_requests")
                    || line.contains("http_requests_total")
                    || line.contains("0.005")
            })
            .collect();
        expect![[r##"
            # HELP cache_requests_total Look-ups in the cache of hot answers, by outcome.
            # TYPE cache_requests_total counter
            cache_requests_total{cache="answers",result="hit"} 1
            http_request_duration_seconds_bucket{method="GET",route="/api/packages",le="0.005"} 1
            # HELP http_requests_total Requests answered, by method, route template and status.
            # TYPE http_requests_total counter
            http_requests_total{method="GET",route="/api/packages",status="200"} 1
        "##]]
        .assert_eq(&(lines.join("\n") + "\n"));
    }

    #[test]
    fn in_flight_goes_down_however_a_request_ends() {
        let metrics = Metrics::default();
        let one = metrics.request_began();
        let _two = metrics.request_began();
        assert_eq!(metrics.in_flight.get(), 2);
        drop(one);
        assert_eq!(metrics.in_flight.get(), 1);
    }
}

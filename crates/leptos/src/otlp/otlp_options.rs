//! The options of [`otlp`](super::otlp).

/// What is sent as OTLP, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct OtlpOptions {
    pub(super) attributes: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) logs: bool,
    pub(super) metrics: bool,
}

impl Default for OtlpOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl OtlpOptions {
    /// Everything is sent.
    pub fn new() -> Self {
        Self { attributes: Vec::new(), headers: Vec::new(), logs: true, metrics: true }
    }

    /// An additional resource attribute, such as `deployment.environment.name`.
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// An additional request header, such as an API key.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Whether vitals, errors and the phases of the navigation are sent as log records.
    pub fn logs(mut self, logs: bool) -> Self {
        self.logs = logs;
        self
    }

    /// Whether counters, gauges, timings, resources and scripts are sent as metrics.
    pub fn metrics(mut self, metrics: bool) -> Self {
        self.metrics = metrics;
        self
    }
}

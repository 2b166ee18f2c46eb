//! What a scrape of a backend hands to the store.

/// One successful scrape.
#[derive(Clone, Debug, PartialEq)]
pub struct Scrape {
    /// The target's name.
    pub target: String,
    /// When, ms since the epoch.
    pub time: i64,
    /// What was found.
    pub samples: Vec<Sample>,
}

/// One value of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The series' name, `http_requests_total`.
    pub name: String,
    /// Its labels.
    pub labels: Vec<(String, String)>,
    /// The value.
    pub value: f64,
    /// Whether it only grows, save for restarts; a gauge otherwise.
    pub counter: bool,
    /// When the counter began at zero, as far as the backend tells; s since the epoch.
    pub created: Option<f64>,
}

/// The name under which the collector records its own metrics; no other target may have it.
pub const OWN_TARGET: &str = "collector";

//! The result of a scrape, as the store receives it.

/// One successful scrape.
#[derive(Clone, Debug, PartialEq)]
pub struct Scrape {
    /// The target's name.
    pub target: String,
    /// The time of the scrape, ms since the epoch.
    pub time: i64,
    /// The samples.
    pub samples: Vec<Sample>,
    /// Where several report under one target: the value of the label `instance` of the one that this is all of. Series of
    /// others are not missing in it.
    pub instance: Option<String>,
}

/// One value of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The series' name, such as `http_requests_total`.
    pub name: String,
    /// Its labels.
    pub labels: Vec<(String, String)>,
    /// The value.
    pub value: f64,
    /// Whether it is a counter, which only grows except for resets.
    pub counter: bool,
    /// When the counter was zero, if the backend says so; s since the epoch.
    pub created: Option<f64>,
}

/// The name under which the collector records its own metrics; no other target may have it.
pub const OWN_TARGET: &str = "collector";

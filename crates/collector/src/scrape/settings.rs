//! How a target is scraped.
use std::time::Duration;

use axum::http::HeaderMap;

use super::filter::Filter;
use super::tls::Tls;
use crate::documents::{Rule, Unit};

/// How a target is scraped. The default is what `--scrape` gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The time between two scrapes, where it is not that of all targets.
    pub interval: Option<Duration>,
    /// How long a scrape may take, where it is not what all targets may.
    pub timeout: Option<Duration>,
    /// The largest document, bytes.
    pub max_size: Option<usize>,
    /// Headers that each request has.
    pub headers: HeaderMap,
    /// Whom to trust.
    pub tls: Tls,
    /// What of it is kept.
    pub filter: Filter,
    /// Rules for its own JSON.
    pub rules: Vec<Rule>,
    /// The unit of durations in its JSON whose names tell none.
    pub time_unit: Unit,
}

//! Which beacons a report is about, and what all reports share.
use std::collections::HashMap;

use rusqlite::Connection;
use whippet_api::Distribution;
use whippet_engine::stats::StoredHistogram;

use crate::kind::Kind;

/// Which beacons a question is about.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this application's.
    pub app: Option<String>,
    /// Only this page's.
    pub page: Option<String>,
    /// Only page views that began so; where it is `None`, what makes sense for the metric.
    pub navigation: Option<NavigationFilter>,
}

/// How page views began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NavigationFilter {
    /// With a document.
    Document,
    /// With a soft navigation: a route change that the browser reports as a page view.
    Soft,
}

/// A condition on columns `app` and `page` that a [`Filter`] comes to. Binds `:app` and `:page`.
pub const MATCHES: &str = "(:app IS NULL OR app IN (SELECT id FROM names WHERE kind = 0 AND name = :app))
                   AND (:page IS NULL OR page IN (SELECT id FROM names WHERE kind = 1 AND name = :page))";

/// What is shown of a histogram.
pub fn distribution(name: &str, histogram: &StoredHistogram) -> Distribution {
    Distribution {
        name: name.to_owned(),
        count: histogram.count(),
        p50: histogram.quantile(0.5),
        p75: histogram.quantile(0.75),
        p95: histogram.quantile(0.95),
        max: histogram.max(),
    }
}

/// All names of a kind, by number. A number that has none is of a name that was dropped: it counts as [`crate::OTHER`].
pub fn names(connection: &Connection, kind: Kind) -> rusqlite::Result<HashMap<i64, String>> {
    connection
        .prepare_cached("SELECT id, name FROM names WHERE kind = ?1")?
        .query_map([kind as i64], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

//! Selects the beacons of a report, and helps all reports.
use std::collections::HashMap;

use rusqlite::Connection;
use whippet_api::Distribution;
use whippet_engine::stats::StoredHistogram;

use crate::kind::Kind;

/// Selects beacons.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of this application.
    pub app: Option<String>,
    /// Only those of this page.
    pub page: Option<String>,
    /// Only page views that began this way. `None`: soft navigations count for INP and CLS only.
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

/// The condition of a [`Filter`] on columns `app` and `page`. Binds `:app` and `:page`.
pub const MATCHES: &str = "(:app IS NULL OR app IN (SELECT id FROM names WHERE kind = 0 AND name = :app))
                   AND (:page IS NULL OR page IN (SELECT id FROM names WHERE kind = 1 AND name = :page))";

/// The figures that the dashboard shows of a histogram.
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

/// All names of a kind, by number. A number without a name belongs to a dropped one, and counts as [`crate::OTHER`].
pub fn names(connection: &Connection, kind: Kind) -> rusqlite::Result<HashMap<i64, String>> {
    connection
        .prepare_cached("SELECT id, name FROM names WHERE kind = ?1")?
        .query_map([kind as i64], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

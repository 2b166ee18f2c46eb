//! Selects the beacons of a report, and helps all reports.
use std::collections::HashMap;

use whippet_api::Distribution;
use whippet_engine::stats::StoredHistogram;

use super::split_by::SplitFilter;
use crate::database::{Database, Result, params};
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
    /// Only page views with this value of a dimension. Web vitals and the application's own timings can be asked for so.
    pub split: Option<SplitFilter>,
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
pub fn names(db: &dyn Database, kind: Kind) -> Result<HashMap<i64, String>> {
    let mut names = HashMap::new();
    db.query("SELECT id, name FROM names WHERE kind = ?1", params![kind as i64], &mut |row| {
        names.insert(row.get(0)?, row.get(1)?);
        Ok(())
    })?;
    Ok(names)
}

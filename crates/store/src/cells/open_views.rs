//! Page views that may still report: the newest value of each vital counts, in place of those before it. They are folded into
//! cells once they have ended.
use serde::{Deserialize, Serialize};
use whippet_engine::vitals::Metric;

use super::page::Page;
use super::splits::Origin;
use super::vitals::Measured;
use crate::database::{self, Database, Row, params};

/// A vital of a page view.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// The metric's place among all.
    pub metric: u8,
    /// ms; a plain number for CLS.
    pub value: f64,
    /// When the page sent it, by its own clock.
    pub sent: i64,
    /// What it is attributed to: the numbers of the names of an element, an address and a state; 0: none.
    pub causes: [i64; 3],
    /// Its phases in the order of phases.rs, ms; empty where the page sent none.
    pub parts: Vec<f64>,
}

/// A page view that may still report.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenView {
    /// The minute of its first beacon, ms since the epoch.
    pub minute: i64,
    /// The application's number.
    pub app: i64,
    /// The page's number.
    pub page: i64,
    /// How many page views it stands for.
    pub weight: u64,
    /// What it says of itself.
    pub origin: Origin,
    /// Its vitals, at most one of each metric.
    pub measures: Vec<Measure>,
}

impl OpenView {
    /// Whether it began by a soft navigation.
    pub fn is_soft(&self) -> bool {
        self.origin.is_soft()
    }

    /// Its vitals that are known.
    pub fn measures(&self) -> impl Iterator<Item = (Measured, &Measure)> {
        let soft = self.is_soft();
        self.measures.iter().filter_map(move |measure| {
            let metric = *Metric::ALL.get(usize::from(measure.metric))?;
            Some((Measured { metric, soft }, measure))
        })
    }

    /// The columns of [`COLUMNS`].
    pub(crate) fn of(row: &Row<'_>) -> database::Result<Self> {
        Ok(Self {
            minute: row.get(0)?,
            app: row.get(1)?,
            page: row.get(2)?,
            weight: row.get::<i64>(3)?.max(0) as u64,
            origin: Origin {
                navigation: row.get(4)?,
                release: row.get(5)?,
                device: row.get(6)?,
                connection: row.get(7)?,
                browser: row.get(8)?,
            },
            measures: read_measures(row.blob(9)?),
        })
    }
}

/// What [`OpenView::of`] reads.
pub(crate) const COLUMNS: &str =
    "minute, app, page, weight, navigation, release, device, connection, browser, measures";

/// Hands the open page views that began in `from..=to` to `each`, in any order.
pub fn read_open(
    database: &dyn Database,
    (from, to): (i64, i64),
    apps: Option<&[i64]>,
    pages: Page<'_>,
    each: &mut dyn FnMut(&OpenView),
) -> database::Result<()> {
    // One application at most goes by its number; of several the others are left out here.
    let only = apps.filter(|apps| apps.len() == 1).map(|apps| apps[0]);
    let sql = format!(
        "SELECT {COLUMNS} FROM views WHERE folded = 0 AND minute >= ?1 AND minute <= ?2
         AND (CAST(?3 AS BIGINT) IS NULL OR app = ?3)"
    );
    database.query(&sql, params![from, to, only], &mut |row| {
        let is_wanted = apps.is_none_or(|apps| row.get(1).is_ok_and(|app| apps.contains(&app)))
            && match pages {
                Page::Whole | Page::All => true,
                Page::These(pages) => pages.contains(&row.get(2)?),
            };
        if is_wanted {
            each(&OpenView::of(row)?);
        }
        Ok(())
    })
}

/// Measures as bytes.
pub(crate) fn write_measures(measures: &[Measure]) -> Vec<u8> {
    super::codec::encode(&measures)
}

/// The measures that [`write_measures`] wrote; none for other bytes.
pub(crate) fn read_measures(bytes: &[u8]) -> Vec<Measure> {
    super::codec::decode(bytes).unwrap_or_default()
}

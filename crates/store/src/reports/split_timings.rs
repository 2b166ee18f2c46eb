//! The timings that applications name themselves, by what the page views have in common.
use std::collections::{BTreeMap, HashMap};

use whippet_engine::stats::StoredHistogram;

use super::filter::{Filter, names};
use super::split_by::{SplitBy, SplitFilter};
use super::steps::Steps;
use super::window::Window;
use crate::cells::{self, SplitKey};
use crate::database::{Database, Result, params};
use crate::kind::Kind;
use crate::timing_names;

/// How the store keeps a timing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// No application has it.
    Not,
    /// Of all page views together: its application has too many.
    Whole,
    /// By dimension.
    Split,
}

/// How the timing called `name` is kept, where the filter selects its application.
pub fn kept(db: &dyn Database, filter: &Filter, name: &str) -> Result<Kept> {
    let mut apps: HashMap<i64, Vec<(i64, String)>> = HashMap::new();
    let sql = "SELECT timing.parent, timing.id, timing.name FROM names AS timing
               JOIN names AS app ON app.id = timing.parent AND app.kind = ?2
               WHERE timing.kind = ?1 AND (CAST(?3 AS TEXT) IS NULL OR app.name = ?3)";
    let kinds = params![Kind::Histogram as i64, Kind::App as i64, filter.app.as_deref()];
    db.query(sql, kinds, &mut |row| {
        apps.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
        Ok(())
    })?;
    let mut kept = Kept::Not;
    for names in apps.values() {
        let Some((number, _)) = names.iter().find(|known| known.1 == name) else { continue };
        let split = timing_names::split(names.iter().map(|(number, name)| (*number, name.as_str())));
        if split.contains(number) {
            return Ok(Kept::Split);
        }
        kept = Kept::Whole;
    }
    Ok(kept)
}

/// The values of the timing called `name`, by the value of the dimension.
pub fn by_key(
    db: &dyn Database,
    window: &Window<'_>,
    by: SplitBy,
    name: &str,
) -> Result<BTreeMap<SplitKey, StoredHistogram>> {
    // Those of different applications may have the same name.
    let names = names(db, Kind::Histogram)?;
    let mut sums = BTreeMap::new();
    window.each(by.timing_section(), None, &mut |_, value| {
        cells::each_split_timing(value, |key, number, bytes| {
            if names.get(&number).is_some_and(|known| known == name) {
                cells::merge_histogram_bytes(sums.entry(by.timing_key(key)).or_default(), bytes);
            }
        });
    })?;
    Ok(sums)
}

/// The timings of the page views that `split` selects, by name. Those of names that were dropped are left out.
pub fn by_name(
    db: &dyn Database,
    steps: &Steps,
    filter: &Filter,
    split: &SplitFilter,
) -> Result<BTreeMap<String, StoredHistogram>> {
    let (names, releases) = (names(db, Kind::Histogram)?, names(db, Kind::Release)?);
    let mut sums: BTreeMap<String, StoredHistogram> = BTreeMap::new();
    Window::new(db, steps, filter)?.each(split.by.timing_section(), None, &mut |_, value| {
        cells::each_split_timing(value, |key, number, bytes| {
            let Some(name) = names.get(&number) else { return };
            if split.selects(split.by.timing_key(key), &releases) {
                cells::merge_histogram_bytes(sums.entry(name.clone()).or_default(), bytes);
            }
        });
    })?;
    Ok(sums)
}

#[cfg(test)]
mod tests;

//! The histograms that pages send.
use std::collections::BTreeMap;

use rusqlite::{Connection, named_params};
use whippet_engine::stats::StoredHistogram;

use super::filter::{Filter, MATCHES, names};
use super::steps::Steps;
use crate::kind::{Kind, OTHER};
use crate::minute_buckets;
use crate::page_loads::{PAGE_LOADS, PageLoads};
use crate::time::MINUTE;

/// Durations of queries' fetches, ms.
pub const FETCHES: &str = "query.fetch";

/// The histogram called `name` for each step.
pub fn histograms(
    connection: &Connection,
    steps: &Steps,
    filter: &Filter,
    name: &str,
) -> rusqlite::Result<Vec<StoredHistogram>> {
    let (from, to) = steps.bounds(MINUTE);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT minute, histogram FROM histograms WHERE minute > :from AND minute <= :to
         AND name IN (SELECT id FROM names WHERE kind = 3 AND name = :name) AND {MATCHES}"
    ))?;
    let mut rows = statement.query(named_params! {
        ":from": from, ":to": to, ":name": name, ":app": filter.app, ":page": filter.page,
    })?;
    let mut histograms = vec![StoredHistogram::new(); steps.ends.len()];
    while let Some(row) = rows.next()? {
        minute_buckets::merge_bytes(&mut histograms[steps.place(row.get(0)?)], row.get_ref(1)?.as_blob()?);
    }
    Ok(histograms)
}

/// All histograms over the whole window, by name.
pub fn by_name(
    connection: &Connection,
    steps: &Steps,
    filter: &Filter,
) -> rusqlite::Result<BTreeMap<String, StoredHistogram>> {
    let names = names(connection, Kind::Histogram)?;
    let (from, to) = steps.bounds(MINUTE);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT name, histogram FROM histograms WHERE minute > :from AND minute <= :to AND {MATCHES}"
    ))?;
    let mut rows = statement.query(named_params! {
        ":from": from, ":to": to, ":app": filter.app, ":page": filter.page,
    })?;
    let mut histograms: BTreeMap<String, StoredHistogram> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let name = names.get(&row.get(0)?).map_or(OTHER, String::as_str);
        let histogram = histograms.entry(name.to_owned()).or_default();
        minute_buckets::merge_bytes(histogram, row.get_ref(1)?.as_blob()?);
    }
    Ok(histograms)
}

/// The page loads of the window.
pub fn page_loads(connection: &Connection, steps: &Steps, filter: &Filter) -> rusqlite::Result<PageLoads> {
    let (from, to) = steps.bounds(MINUTE);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT histogram, slow FROM histograms WHERE minute > :from AND minute <= :to
         AND name IN (SELECT id FROM names WHERE kind = 3 AND name = :name) AND {MATCHES}"
    ))?;
    let mut rows = statement.query(named_params! {
        ":from": from, ":to": to, ":name": PAGE_LOADS, ":app": filter.app, ":page": filter.page,
    })?;
    let mut loads = PageLoads::default();
    while let Some(row) = rows.next()? {
        loads.merge_bytes(row.get_ref(0)?.as_blob()?, row.get(1)?);
    }
    Ok(loads)
}

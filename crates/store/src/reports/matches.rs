//! What each target tells: its metrics, matched with the catalogue. Kept until a series comes or goes.
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use whippet_catalogue::{Catalogue, Exposed, Gather, Told};

use super::source::Labels;

/// The most targets that are kept.
const MOST: usize = 1_000;

/// How many series a target has, and the newest of them.
type Version = (i64, Option<i64>);

/// A catalogue, and what it knows of each target.
#[derive(Debug, Default)]
pub struct Matches {
    catalogue: Catalogue,
    kept: Mutex<HashMap<i64, (Version, Arc<Told>)>>,
}

impl Matches {
    /// With these patterns.
    pub fn new(catalogue: Catalogue) -> Self {
        Self { catalogue, kept: Mutex::default() }
    }

    /// The patterns.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// What the target with that number in the store tells.
    pub fn told(&self, connection: &Connection, target: i64) -> rusqlite::Result<Arc<Told>> {
        let version = connection
            .prepare_cached("SELECT count(*), max(id) FROM series WHERE target = ?1")?
            .query_row([target], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if let Some((_, told)) = self.kept().get(&target).filter(|kept| kept.0 == version) {
            return Ok(Arc::clone(told));
        }
        let told = Arc::new(self.catalogue.told(&exposed(connection, target)?));
        let mut kept = self.kept();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(target, (version, Arc::clone(&told)));
        Ok(told)
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<i64, (Version, Arc<Told>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The metrics of a target.
fn exposed(connection: &Connection, target: i64) -> rusqlite::Result<Exposed> {
    let mut gather = Gather::default();
    let mut statement =
        connection.prepare_cached("SELECT name, labels, counter FROM series WHERE target = ?1")?;
    let mut rows = statement.query([target])?;
    while let Some(row) = rows.next()? {
        let labels: Labels = serde_json::from_str(row.get_ref(1)?.as_str()?).unwrap_or_default();
        let labels = labels.iter().map(|(label, value)| (label.as_str(), value.as_str()));
        gather.add(row.get_ref(0)?.as_str()?, labels, row.get(2)?);
    }
    Ok(gather.finish())
}

//! What each target tells: its metrics, matched with the catalogue. Kept until a series comes or goes.
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use whippet_catalogue::{Catalogue, Exposed, Gather, Told};

use super::source::Labels;
use crate::database::{Database, Result, params};

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
    pub fn told(&self, db: &dyn Database, target: i64) -> Result<Arc<Told>> {
        let sql = "SELECT count(*), max(id) FROM series WHERE target = ?1";
        let version = db.query_one(sql, params![target], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if let Some((_, told)) = self.kept().get(&target).filter(|kept| kept.0 == version) {
            return Ok(Arc::clone(told));
        }
        let told = Arc::new(self.catalogue.told(&exposed(db, target)?));
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
fn exposed(db: &dyn Database, target: i64) -> Result<Exposed> {
    let mut gather = Gather::default();
    let sql = "SELECT name, labels, counter FROM series WHERE target = ?1";
    db.query(sql, params![target], &mut |row| {
        let labels: Labels = serde_json::from_str(row.text(1)?).unwrap_or_default();
        let labels = labels.iter().map(|(label, value)| (label.as_str(), value.as_str()));
        gather.add(row.text(0)?, labels, row.get(2)?);
        Ok(())
    })?;
    Ok(gather.finish())
}

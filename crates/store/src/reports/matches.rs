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
pub struct Matches(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    catalogue: Arc<Catalogue>,
    kept: HashMap<i64, (Version, Arc<Told>)>,
}

impl Matches {
    /// With these patterns.
    pub fn new(catalogue: Catalogue) -> Self {
        Self(Mutex::new(Known { catalogue: Arc::new(catalogue), kept: HashMap::new() }))
    }

    /// The patterns.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.known().catalogue)
    }

    /// There are other patterns from now on.
    pub fn set(&self, catalogue: Catalogue) {
        *self.known() = Known { catalogue: Arc::new(catalogue), kept: HashMap::new() };
    }

    /// What the target with that number in the store tells.
    pub fn told(&self, db: &dyn Database, target: i64) -> Result<Arc<Told>> {
        let sql = "SELECT count(*), max(id) FROM series WHERE target = ?1";
        let version = db.query_one(sql, params![target], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if let Some((_, told)) = self.known().kept.get(&target).filter(|kept| kept.0 == version) {
            return Ok(Arc::clone(told));
        }
        let catalogue = self.catalogue();
        let told = Arc::new(catalogue.told(&exposed(db, target)?));
        let mut known = self.known();
        // What other patterns knew meanwhile is not kept.
        if Arc::ptr_eq(&known.catalogue, &catalogue) {
            if known.kept.len() >= MOST {
                known.kept.clear();
            }
            known.kept.insert(target, (version, Arc::clone(&told)));
        }
        Ok(told)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

//! The scores of JavaScript errors, by which the rarest is evicted where an application has too many.
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use rusqlite::{Connection, params};

use crate::candidates::Candidates;
use crate::kind::{ERROR, OTHER};
use crate::ranked::{self, Ranked};
use crate::score::{Client, Score};

/// The scores of all errors, in memory. Messages stay in the database.
#[derive(Default)]
pub struct ErrorScores {
    /// By application, then by the error's number.
    apps: HashMap<i64, HashMap<i64, Ranked>>,
    /// By application and a hash of the fingerprint, which may be long.
    candidates: Candidates<(i64, u64)>,
    hasher: RandomState,
}

impl ErrorScores {
    pub fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut errors = Self::default();
        let mut statement = connection.prepare(
            "SELECT app, id, score, scored FROM errors
             WHERE fingerprint <> ?1 AND id NOT IN (SELECT id FROM evictions WHERE kind = ?2)",
        )?;
        let mut rows = statement.query(params![OTHER, ERROR])?;
        while let Some(row) = rows.next()? {
            let id = row.get(1)?;
            let ranked = Ranked::stored(id, row.get(2)?, row.get(3)?);
            errors.apps.entry(row.get(0)?).or_default().insert(id, ranked);
        }
        Ok(errors)
    }

    /// Reads them again, after a rollback or a deletion. Sightings that are not stored yet are kept.
    pub fn reload(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut fresh = Self::load(connection)?;
        for (app, errors) in &mut fresh.apps {
            let Some(known) = self.apps.get(app) else { continue };
            for (id, fresh) in errors {
                if let Some(known) = known.get(id) {
                    fresh.keep_score_of(known);
                }
            }
        }
        fresh.candidates = std::mem::take(&mut self.candidates);
        fresh.hasher = self.hasher.clone();
        *self = fresh;
        Ok(())
    }

    /// Drops an application that was evicted.
    pub fn evict_app(&mut self, app: i64) {
        self.apps.remove(&app);
    }
    /// Counts a sighting of an error. Returns its score where that is due to be stored.
    pub fn see(&mut self, (app, id): (i64, i64), client: Client, now: i64) -> Option<f64> {
        self.apps.get_mut(&app)?.get_mut(&id)?.see(client, now)
    }

    /// Finds a place for a new error, of which an application has at most `limit`. `None` if all that have one are more
    /// frequent.
    pub fn find_place(
        &mut self,
        (app, fingerprint): (i64, &str),
        limit: usize,
        client: Client,
        now: i64,
    ) -> Option<Place> {
        let family = self.apps.entry(app).or_default();
        if family.len() < limit {
            let mut score = Score::default();
            score.add(client, now);
            return Some(Place { score, evicted: None });
        }
        let key = (app, self.hasher.hash_one(fingerprint));
        let score = self.candidates.see(key, client, now);
        let evicted = ranked::rarest(family.iter().map(|(id, ranked)| (*id, ranked)), score, now)?;
        self.candidates.remove(&key);
        family.remove(&evicted);
        Some(Place { score, evicted: Some(evicted) })
    }

    /// Adds a new error that got a place.
    pub fn add(&mut self, app: i64, id: i64, score: Score, now: i64) {
        self.apps.entry(app).or_default().insert(id, Ranked::new(id, score, now));
    }
}

/// A place for a new error.
pub struct Place {
    /// The score of the new error.
    pub score: Score,
    /// The error that is evicted for it.
    pub evicted: Option<i64>,
}

//! The scores of JavaScript errors, by which the rarest is evicted where an application has too many.
//!
//! As with names, other processes may add and evict errors: see changes.rs.
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};

use crate::candidates::Candidates;
use crate::changes::{Changes, News};
use crate::database::{Database, Param, Result, params};
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
    changes: Changes,
    /// The scores that the current transaction is still to store, and when, by number.
    due: BTreeMap<i64, (f64, i64)>,
}

impl ErrorScores {
    pub fn load(database: &dyn Database) -> Result<Self> {
        let mut errors = Self { changes: Changes::known(database)?, ..Self::default() };
        errors.read(database, None)?;
        Ok(errors)
    }

    /// Reads them again, after a rollback or a deletion. Sightings that are not stored yet are kept.
    pub fn reload(&mut self, database: &dyn Database) -> Result<()> {
        let mut fresh = Self::load(database)?;
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

    /// To be called when a transaction that writes begins. Reads what other processes changed.
    pub fn refresh(&mut self, database: &dyn Database) -> Result<()> {
        let news = self.changes.begin(database)?;
        self.hear(database, news)
    }

    fn hear(&mut self, database: &dyn Database, news: News) -> Result<()> {
        match news {
            News::Nothing => Ok(()),
            News::Since(since) => self.read(database, Some(since)),
            News::Everything => {
                let (changes, due) = (std::mem::take(&mut self.changes), std::mem::take(&mut self.due));
                self.reload(database)?;
                (self.changes, self.due) = (changes, due);
                Ok(())
            }
        }
    }

    /// Reads the errors that were changed after `since`, or all.
    fn read(&mut self, database: &dyn Database, since: Option<i64>) -> Result<()> {
        let sql = "SELECT errors.app, errors.id, errors.score, errors.scored, evictions.id IS NOT NULL
                   FROM errors LEFT JOIN evictions ON evictions.id = errors.id AND evictions.kind = ?2
                   WHERE errors.changed > ?3 AND errors.fingerprint <> ?1";
        database.query(sql, params![OTHER, ERROR, since.unwrap_or(-1)], &mut |row| {
            let (app, id): (i64, i64) = (row.get(0)?, row.get(1)?);
            let errors = self.apps.entry(app).or_default();
            if row.get(4)? {
                errors.remove(&id);
                return Ok(());
            }
            let (score, scored) = (row.get(2)?, row.get(3)?);
            errors.entry(id).or_insert_with(|| Ranked::stored(id, score, scored)).adopt(score, scored);
            Ok(())
        })
    }

    /// Drops an application that was evicted.
    pub fn evict_app(&mut self, app: i64) {
        self.apps.remove(&app);
    }

    /// Counts a sighting of an error.
    pub fn see(&mut self, (app, id): (i64, i64), client: Client, now: i64) {
        let known = self.apps.get_mut(&app).and_then(|errors| errors.get_mut(&id));
        if let Some(score) = known.and_then(|known| known.see(client, now)) {
            self.due.insert(id, (score, now));
        }
    }

    /// To be called at the end of a transaction: stores scores that are due.
    pub fn flush(&mut self, database: &dyn Database) -> Result<()> {
        let due = std::mem::take(&mut self.due);
        let rows: Vec<Vec<Param<'_>>> =
            due.iter().map(|(id, (score, now))| vec![(*id).into(), (*now).into(), (*score).into()]).collect();
        database.execute_many(&format!("UPDATE errors SET {} WHERE id = ?1", ranked::STORE), &rows)
    }

    /// Finds a place for a new error, of which an application has at most `limit`. `None` if all that have one are more
    /// frequent. With a place, nobody else can add an error until the end of the transaction.
    pub fn find_place(
        &mut self,
        database: &dyn Database,
        (app, fingerprint): (i64, &str),
        limit: usize,
        client: Client,
        now: i64,
    ) -> Result<Option<Place>> {
        let key = (app, self.hasher.hash_one(fingerprint));
        let mut score = Score::default();
        score.add(client, now);
        if self.count(app) >= limit {
            score = self.candidates.see(key, client, now);
            if self.rarest(app, score, now).is_none() {
                return Ok(None);
            }
        }
        // There seems to be a place. What other processes did meanwhile decides.
        let news = self.changes.lock(database)?;
        self.hear(database, news)?;
        let change = self.changes.own()?;
        if self.count(app) < limit {
            return Ok(Some(Place { score, evicted: None, change }));
        }
        self.adopt_scores(database, app)?;
        let Some(evicted) = self.rarest(app, score, now) else { return Ok(None) };
        self.candidates.remove(&key);
        if let Some(errors) = self.apps.get_mut(&app) {
            errors.remove(&evicted);
        }
        Ok(Some(Place { score, evicted: Some(evicted), change }))
    }

    fn count(&self, app: i64) -> usize {
        self.apps.get(&app).map_or(0, HashMap::len)
    }

    fn rarest(&self, app: i64, score: Score, now: i64) -> Option<i64> {
        ranked::rarest(self.apps.get(&app)?.iter().map(|(id, ranked)| (*id, ranked)), score, now)
    }

    /// Reads how often other processes saw the errors of an application.
    fn adopt_scores(&mut self, database: &dyn Database, app: i64) -> Result<()> {
        let Some(errors) = self.apps.get_mut(&app) else { return Ok(()) };
        database.query("SELECT id, score, scored FROM errors WHERE app = ?1", params![app], &mut |row| {
            if let Some(known) = errors.get_mut(&row.get(0)?) {
                known.adopt(row.get(1)?, row.get(2)?);
            }
            Ok(())
        })
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
    /// The number of the change, which the new error's row gets.
    pub change: i64,
}

//! The names that beacons bring, and their numbers. Their count is bounded: where there are too many, the rarest is evicted.
//!
//! Several processes may share a database. Each keeps all names in memory, and reads what others changed when a transaction
//! begins, and again when it adds or evicts a name itself, while it holds the lock of changes.rs.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::candidates::Candidates;
use crate::changes::{Changes, News};
use crate::database::{Database, Param, Result, params};
use crate::kind::{Kind, OTHER};
use crate::options::Options;
use crate::ranked::Ranked;
use crate::score::{Client, Score};
use crate::time::HOUR;
use crate::{evictions, ranked, timing_names};

type Family = HashMap<String, Name>;

/// All names, in memory.
#[derive(Default)]
pub struct Names {
    families: HashMap<(Kind, i64), Family>,
    /// Where each number's name is.
    places: HashMap<i64, (Kind, i64, String)>,
    candidates: Candidates<(Kind, i64, String)>,
    changes: Changes,
    due: Due,
    /// The timings of an application that are kept by dimension, in order; of those that were asked for since its names changed.
    split: HashMap<i64, Vec<i64>>,
}

/// What the current transaction is still to store, by number: whoever updates several rows does so in the same order.
#[derive(Default)]
struct Due {
    /// The score, and when.
    scores: BTreeMap<i64, (f64, i64)>,
    confirmed: BTreeSet<i64>,
}

struct Name {
    ranked: Ranked,
    /// Whether it is an application that more than one network has reported, or a local one.
    confirmed: bool,
    /// The first network that reported it since the collector started; of an app that is not confirmed.
    network: Option<u64>,
}

/// The result of resolving a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Its number, or that of [`OTHER`].
    pub id: i64,
    /// Whether it counts as [`OTHER`] for lack of a place.
    pub overflow: bool,
    /// The number of the rarer name that was dropped for it.
    pub evicted: Option<i64>,
}

impl Names {
    pub fn load(database: &dyn Database) -> Result<Self> {
        let mut names = Self { changes: Changes::known(database)?, ..Self::default() };
        names.read(database, None)?;
        Ok(names)
    }

    /// Reads them again, after a rollback. Sightings that are not stored yet are kept.
    pub fn reload(&mut self, database: &dyn Database) -> Result<()> {
        let mut fresh = Self::load(database)?;
        for (key, family) in &mut fresh.families {
            let Some(known) = self.families.get(key) else { continue };
            for (name, fresh) in family {
                if let Some(known) = known.get(name).filter(|known| known.ranked.id == fresh.ranked.id) {
                    fresh.ranked.keep_score_of(&known.ranked);
                    fresh.network = known.network;
                }
            }
        }
        fresh.candidates = std::mem::take(&mut self.candidates);
        *self = fresh;
        Ok(())
    }

    /// To be called when a transaction that writes begins. Reads what other processes changed, and returns whether they
    /// changed anything.
    pub fn refresh(&mut self, database: &dyn Database) -> Result<bool> {
        let news = self.changes.begin(database)?;
        self.hear(database, news)?;
        Ok(news != News::Nothing)
    }

    /// Lets nobody else change the set of names until the end of the transaction.
    fn lock(&mut self, database: &dyn Database) -> Result<()> {
        let news = self.changes.lock(database)?;
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

    /// Reads the names that were changed after `since`, or all.
    fn read(&mut self, database: &dyn Database, since: Option<i64>) -> Result<()> {
        let since = since.unwrap_or(-1);
        let sql = "SELECT id, kind, parent, name, score, scored, confirmed FROM names WHERE changed > ?1";
        database.query(sql, params![since], &mut |row| {
            let (id, score, scored) = (row.get(0)?, row.get(4)?, row.get(5)?);
            let Some(kind) = Kind::from_number(row.get(1)?) else {
                // It was dropped.
                self.forget(id);
                return Ok(());
            };
            let (parent, name, confirmed) = (row.get(2)?, row.get::<String>(3)?, row.get(6)?);
            let family = self.families.entry((kind, parent)).or_default();
            match family.get_mut(&name).filter(|known| known.ranked.id == id) {
                Some(known) => {
                    known.ranked.adopt(score, scored);
                    known.confirmed |= confirmed;
                }
                None => {
                    if kind == Kind::Histogram {
                        self.split.remove(&parent);
                    }
                    let ranked = Ranked::stored(id, score, scored);
                    family.insert(name.clone(), Name { ranked, confirmed, network: None });
                    self.places.insert(id, (kind, parent, name));
                }
            }
            Ok(())
        })
    }

    /// Forgets a name, and with an application all of its names.
    fn forget(&mut self, id: i64) {
        let Some((kind, parent, name)) = self.places.remove(&id) else { return };
        if let Some(family) = self.families.get_mut(&(kind, parent))
            && family.get(&name).is_some_and(|known| known.ranked.id == id)
        {
            family.remove(&name);
        }
        if kind == Kind::Histogram {
            self.split.remove(&parent);
        }
        if kind == Kind::App {
            self.split.remove(&id);
            for kind in Kind::ALL {
                for (_, known) in self.families.remove(&(kind, id)).into_iter().flatten() {
                    self.places.remove(&known.ranked.id);
                }
            }
        }
    }

    /// Counts a sighting of `name`, and gives it a number. Where there are too many names, the one with the lowest score
    /// is dropped if this one's is higher; else this one is counted as [`OTHER`].
    pub fn resolve(
        &mut self,
        database: &dyn Database,
        options: &Options,
        (kind, parent, name): (Kind, i64, &str),
        client: Client,
        now: i64,
    ) -> Result<Resolved> {
        let is_known_app =
            |name: &str| kind == Kind::App && options.known_apps.iter().any(|known| known == name);
        if let Some(id) = self.see((kind, parent, name), client, now, is_known_app(name)) {
            return Ok(Resolved { id, overflow: false, evicted: None });
        }
        let evictable = |name: &str| name != OTHER && !is_known_app(name);
        // Those do not count for the limit.
        if evictable(name) && self.count((kind, parent), evictable) >= kind.limit(&options.limits) {
            let score = self.candidates.see((kind, parent, name.to_owned()), client, now);
            if self.rarest((kind, parent), evictable, score, now).is_none() {
                let id = self.other(database, (kind, parent), client, now)?;
                return Ok(Resolved { id, overflow: true, evicted: None });
            }
        }
        // There seems to be a place. What other processes did meanwhile decides.
        self.lock(database)?;
        if let Some(id) = self.see((kind, parent, name), client, now, is_known_app(name)) {
            return Ok(Resolved { id, overflow: false, evicted: None });
        }
        let mut score = Score::default();
        score.add(client, now);
        let mut evicted = None;
        if evictable(name) && self.count((kind, parent), evictable) >= kind.limit(&options.limits) {
            let key = (kind, parent, name.to_owned());
            score = self.candidates.score(&key).unwrap_or(score);
            self.adopt_scores(database, (kind, parent))?;
            let Some(rarest) = self.rarest((kind, parent), evictable, score, now) else {
                let id = self.other(database, (kind, parent), client, now)?;
                return Ok(Resolved { id, overflow: true, evicted });
            };
            self.candidates.remove(&key);
            evicted = self.evict(database, (kind, parent, &rarest), client, now)?;
        }
        let id = self.add(database, (kind, parent, name), score, client, now, is_known_app(name))?;
        Ok(Resolved { id, overflow: false, evicted })
    }

    /// Whether the timing with that number is one of those of its application that are kept by dimension.
    pub fn is_split(&mut self, app: i64, timing: i64) -> bool {
        let families = &self.families;
        let split = self.split.entry(app).or_insert_with(|| {
            let names = families.get(&(Kind::Histogram, app)).into_iter().flatten();
            timing_names::split(names.map(|(name, known)| (known.ranked.id, name.as_str())))
        });
        split.binary_search(&timing).is_ok()
    }

    /// Counts a sighting of a name that has a number.
    fn see(
        &mut self,
        (kind, parent, name): (Kind, i64, &str),
        client: Client,
        now: i64,
        known: bool,
    ) -> Option<i64> {
        let family = self.families.get_mut(&(kind, parent));
        let seen = family?.get_mut(name)?;
        seen.see(&mut self.due, client, now, kind == Kind::App, known);
        Some(seen.ranked.id)
    }

    /// To be called at the end of a transaction: stores scores that are due.
    pub fn flush(&mut self, database: &dyn Database) -> Result<()> {
        let due = std::mem::take(&mut self.due);
        let scores: Vec<Vec<Param<'_>>> = due
            .scores
            .iter()
            .map(|(id, (score, now))| vec![(*id).into(), (*now).into(), (*score).into()])
            .collect();
        let store = format!("UPDATE names SET used = greatest(used, ?2), {} WHERE id = ?1", ranked::STORE);
        database.execute_many(&store, &scores)?;
        let confirmed: Vec<Vec<Param<'_>>> = due.confirmed.iter().map(|id| vec![(*id).into()]).collect();
        database.execute_many("UPDATE names SET confirmed = 1 WHERE id = ?1", &confirmed)
    }

    fn count(&self, family: (Kind, i64), evictable: impl Fn(&str) -> bool) -> usize {
        self.families.get(&family).map_or(0, |family| family.keys().filter(|name| evictable(name)).count())
    }

    /// The name that goes for one with this score. Of releases the one that was not seen for longest: a new one is rare.
    fn rarest(
        &self,
        family: (Kind, i64),
        evictable: impl Fn(&str) -> bool,
        score: Score,
        now: i64,
    ) -> Option<String> {
        let names = self.families.get(&family)?.iter().filter(|(name, _)| evictable(name));
        if family.0 == Kind::Release {
            let oldest = names.clone().min_by_key(|(name, known)| (known.ranked.last_seen(), name.as_str()));
            // One that is seen all the time does not go for one that somebody made up.
            if let Some((name, _)) = oldest.filter(|(_, known)| known.ranked.last_seen() <= now - HOUR) {
                return Some(name.clone());
            }
        }
        ranked::rarest(names.map(|(name, known)| (name.as_str(), &known.ranked)), score, now)
            .map(str::to_owned)
    }

    /// Reads how often other processes saw the names of a family.
    fn adopt_scores(&mut self, database: &dyn Database, (kind, parent): (Kind, i64)) -> Result<()> {
        let Some(family) = self.families.get_mut(&(kind, parent)) else { return Ok(()) };
        let sql = "SELECT name, score, scored FROM names WHERE kind = ?1 AND parent = ?2";
        database.query(sql, params![kind as i64, parent], &mut |row| {
            if let Some(known) = family.get_mut(row.text(0)?) {
                known.ranked.adopt(row.get(1)?, row.get(2)?);
            }
            Ok(())
        })
    }

    /// The number of [`OTHER`] in a family.
    fn other(
        &mut self,
        database: &dyn Database,
        (kind, parent): (Kind, i64),
        client: Client,
        now: i64,
    ) -> Result<i64> {
        if let Some(id) = self.see((kind, parent, OTHER), client, now, false) {
            return Ok(id);
        }
        self.lock(database)?;
        let mut score = Score::default();
        score.add(client, now);
        self.add(database, (kind, parent, OTHER), score, client, now, false)
    }

    /// Adds a name. The caller holds the lock.
    fn add(
        &mut self,
        database: &dyn Database,
        (kind, parent, name): (Kind, i64, &str),
        score: Score,
        client: Client,
        now: i64,
        known: bool,
    ) -> Result<i64> {
        let confirmed = kind == Kind::App && (known || client.local);
        // An eviction may have added `(other)` to the database.
        let id = database.query_one(
            "INSERT INTO names (kind, parent, name, used, first, score, scored, confirmed, changed)
             VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?4, ?6, ?7)
             ON CONFLICT (kind, parent, name) DO UPDATE SET used = greatest(names.used, excluded.used) RETURNING id",
            params![kind as i64, parent, name, now, score.value(now), confirmed, self.changes.own()?],
            |row| row.get(0),
        )?;
        if kind == Kind::Histogram {
            self.split.remove(&parent);
        }
        let network = Some(client.network);
        let name_state = Name { ranked: Ranked::new(id, score, now), confirmed, network };
        self.families.entry((kind, parent)).or_default().insert(name.to_owned(), name_state);
        self.places.insert(id, (kind, parent, name.to_owned()));
        Ok(id)
    }

    /// Drops a name, and with an application all of its names. Their rows are moved to [`OTHER`] later. Returns its number.
    fn evict(
        &mut self,
        database: &dyn Database,
        (kind, parent, name): (Kind, i64, &str),
        client: Client,
        now: i64,
    ) -> Result<Option<i64>> {
        let known = self.families.get(&(kind, parent)).and_then(|family| family.get(name));
        let Some(id) = known.map(|known| known.ranked.id) else { return Ok(None) };
        self.other(database, (kind, parent), client, now)?;
        evictions::evict(database, kind, id, false, self.changes.own()?)?;
        self.forget(id);
        Ok(Some(id))
    }
}

impl Name {
    /// Counts a sighting, and notes what is to be stored of it now and then.
    fn see(&mut self, due: &mut Due, client: Client, now: i64, is_app: bool, known: bool) {
        let id = self.ranked.id;
        if let Some(score) = self.ranked.see(client, now) {
            due.scores.insert(id, (score, now));
        }
        if is_app && !self.confirmed {
            let network = *self.network.get_or_insert(client.network);
            if known || client.local || network != client.network {
                due.confirmed.insert(id);
                self.confirmed = true;
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! Names from beacons, as small numbers, and never more of them than allowed: where there are too many, the rarest goes.
use std::collections::{HashMap, VecDeque};

use rusqlite::{Connection, params};

use crate::evictions;
use crate::kind::{Kind, OTHER};
use crate::options::Options;
use crate::score::{Client, Score};
use crate::time::HOUR;

/// The most names without a place whose score is remembered. Whoever makes up more of them in a minute than this drives
/// out those of others that are as rare.
const CANDIDATES: usize = 4_096;

type Family = HashMap<String, Name>;

/// All names there are, in memory: they are few, since they are bounded.
#[derive(Default)]
pub struct Names {
    families: HashMap<(Kind, i64), Family>,
    candidates: Candidates,
}

struct Name {
    id: i64,
    score: Score,
    /// The score as it was stored last, and the hour: it is stored once an hour, and when it doubles.
    stored: (f64, i64),
    /// Whether it is an application that more than one network has reported, or a local one.
    confirmed: bool,
    /// The first network that reported it since the start, until it is confirmed.
    network: Option<u64>,
}

/// What became of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Its number, or that of [`OTHER`].
    pub id: i64,
    /// Whether it had to be counted as [`OTHER`].
    pub overflow: bool,
    /// Whether a rarer name was dropped for it.
    pub evicted: bool,
}

impl Names {
    pub fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut names = Self::default();
        let mut statement =
            connection.prepare("SELECT id, kind, parent, name, score, scored, confirmed FROM names")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let Some(kind) = Kind::from_number(row.get(1)?) else { continue };
            let (score, scored): (f64, i64) = (row.get(4)?, row.get(5)?);
            let name = Name {
                id: row.get(0)?,
                score: Score::stored(score, scored),
                stored: (score, scored),
                confirmed: row.get(6)?,
                network: None,
            };
            names.families.entry((kind, row.get(2)?)).or_default().insert(row.get(3)?, name);
        }
        Ok(names)
    }

    /// Reads them again, after a rollback or a change by another process. What is only in memory stays as far as it holds.
    pub fn reload(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut fresh = Self::load(connection)?;
        for (key, family) in &mut fresh.families {
            let Some(known) = self.families.get(key) else { continue };
            for (name, fresh) in family {
                if let Some(known) = known.get(name).filter(|known| known.id == fresh.id) {
                    (fresh.score, fresh.network) = (known.score, known.network);
                }
            }
        }
        fresh.candidates = std::mem::take(&mut self.candidates);
        *self = fresh;
        Ok(())
    }

    /// Counts a sighting of `name`, and gives it a number. Where there are too many names, the one with the lowest score
    /// is dropped if this one's is higher; else this one is counted as [`OTHER`].
    pub fn resolve(
        &mut self,
        connection: &Connection,
        options: &Options,
        (kind, parent, name): (Kind, i64, &str),
        client: Client,
        now: i64,
    ) -> rusqlite::Result<Resolved> {
        let is_known_app =
            |name: &str| kind == Kind::App && options.known_apps.iter().any(|known| known == name);
        let family = self.families.entry((kind, parent)).or_default();
        if let Some(known) = family.get_mut(name) {
            known.see(connection, client, now, kind == Kind::App, is_known_app(name))?;
            return Ok(Resolved { id: known.id, overflow: false, evicted: false });
        }
        let mut score = Score::default();
        let mut evicted = false;
        if is_known_app(name) || name == OTHER {
            // It takes the place of no other.
            score.add(client, now);
        } else {
            let evictable = |name: &str| name != OTHER && !is_known_app(name);
            let count = family.keys().filter(|name| evictable(name)).count();
            if count < kind.limit(&options.limits) {
                score.add(client, now);
            } else {
                score = self.candidates.see((kind, parent, name), client, now);
                let rarest = family
                    .iter()
                    .filter(|(name, _)| evictable(name))
                    .map(|(name, known)| (known.score.value(now), name))
                    .min_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
                match rarest {
                    Some((lowest, rarest)) if lowest < score.value(now) => {
                        let rarest = rarest.clone();
                        self.candidates.forget((kind, parent, name));
                        self.evict(connection, (kind, parent, &rarest), client, now)?;
                        evicted = true;
                    }
                    _ => {
                        let id = self.other(connection, (kind, parent), client, now)?;
                        return Ok(Resolved { id, overflow: true, evicted });
                    }
                }
            }
        }
        let id = self.add(connection, (kind, parent, name), score, client, now, is_known_app(name))?;
        Ok(Resolved { id, overflow: false, evicted })
    }

    /// The number of [`OTHER`] in a family.
    fn other(
        &mut self,
        connection: &Connection,
        (kind, parent): (Kind, i64),
        client: Client,
        now: i64,
    ) -> rusqlite::Result<i64> {
        if let Some(other) = self.families.entry((kind, parent)).or_default().get_mut(OTHER) {
            other.see(connection, client, now, kind == Kind::App, false)?;
            return Ok(other.id);
        }
        let mut score = Score::default();
        score.add(client, now);
        self.add(connection, (kind, parent, OTHER), score, client, now, false)
    }

    fn add(
        &mut self,
        connection: &Connection,
        (kind, parent, name): (Kind, i64, &str),
        score: Score,
        client: Client,
        now: i64,
        known: bool,
    ) -> rusqlite::Result<i64> {
        let confirmed = kind == Kind::App && (known || client.local);
        // Evictions may have made `(other)` in the file.
        let id = connection
            .prepare_cached(
                "INSERT INTO names (kind, parent, name, used, first, score, scored, confirmed)
                 VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?4, ?6)
                 ON CONFLICT DO UPDATE SET used = max(used, excluded.used) RETURNING id",
            )?
            .query_row(params![kind as i64, parent, name, now, score.value(now), confirmed], |row| {
                row.get(0)
            })?;
        let network = Some(client.network);
        let name_state = Name { id, score, stored: (score.value(now), now), confirmed, network };
        self.families.entry((kind, parent)).or_default().insert(name.to_owned(), name_state);
        Ok(id)
    }

    /// Drops a name, and with an application all of its names. Their rows are moved to [`OTHER`] later.
    fn evict(
        &mut self,
        connection: &Connection,
        (kind, parent, name): (Kind, i64, &str),
        client: Client,
        now: i64,
    ) -> rusqlite::Result<()> {
        let Some(evicted) = self.families.get_mut(&(kind, parent)).and_then(|family| family.remove(name))
        else {
            return Ok(());
        };
        self.other(connection, (kind, parent), client, now)?;
        evictions::evict(connection, kind, evicted.id, false)?;
        if kind == Kind::App {
            for kind in Kind::ALL {
                self.families.remove(&(kind, evicted.id));
            }
        }
        Ok(())
    }
}

impl Name {
    /// Counts a sighting, and stores what it changes now and then.
    fn see(
        &mut self,
        connection: &Connection,
        client: Client,
        now: i64,
        is_app: bool,
        known: bool,
    ) -> rusqlite::Result<()> {
        self.score.add(client, now);
        let score = self.score.value(now);
        if score >= 2.0 * self.stored.0 || now - now.rem_euclid(HOUR) > self.stored.1 {
            connection
                .prepare_cached(
                    "UPDATE names SET used = max(used, ?2), score = ?3, scored = ?2 WHERE id = ?1",
                )?
                .execute(params![self.id, now, score])?;
            self.stored = (score, now);
        }
        if is_app && !self.confirmed {
            let network = *self.network.get_or_insert(client.network);
            if known || client.local || network != client.network {
                connection
                    .prepare_cached("UPDATE names SET confirmed = 1 WHERE id = ?1")?
                    .execute([self.id])?;
                self.confirmed = true;
            }
        }
        Ok(())
    }
}

/// Names without a place, and how often they were seen; the least recently seen is forgotten first.
#[derive(Default)]
struct Candidates {
    scores: HashMap<(Kind, i64, String), (Score, u64)>,
    /// In the order in which they were seen; an entry whose number is not the candidate's is out of date.
    order: VecDeque<((Kind, i64, String), u64)>,
    seen: u64,
}

impl Candidates {
    fn see(&mut self, (kind, parent, name): (Kind, i64, &str), client: Client, now: i64) -> Score {
        self.seen += 1;
        let key = (kind, parent, name.to_owned());
        let (score, seen) = self.scores.entry(key.clone()).or_default();
        score.add(client, now);
        *seen = self.seen;
        let score = *score;
        self.order.push_back((key, self.seen));
        // At most as many out-of-date entries as candidates.
        while self.scores.len() > CANDIDATES || self.order.len() > 2 * CANDIDATES {
            let Some((key, number)) = self.order.pop_front() else { break };
            if self.scores.get(&key).is_some_and(|candidate| candidate.1 == number) {
                self.scores.remove(&key);
            }
        }
        score
    }

    fn forget(&mut self, (kind, parent, name): (Kind, i64, &str)) {
        self.scores.remove(&(kind, parent, name.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evictions::Pass;
    use crate::{minute_buckets, schema};
    use proptest::prelude::*;

    const START: i64 = 19_676 * 24 * HOUR;

    struct Store {
        connection: Connection,
        names: Names,
        options: Options,
        now: i64,
        sightings: i64,
    }

    impl Store {
        fn new(apps: usize, pages: usize) -> Self {
            let mut connection = Connection::open_in_memory().unwrap();
            schema::migrate(&mut connection).unwrap();
            let mut options = Options::new("");
            (options.limits.apps, options.limits.pages) = (apps, pages);
            Self { connection, names: Names::default(), options, now: START, sightings: 0 }
        }

        fn resolve(&mut self, kind: Kind, parent: i64, name: &str, network: u64) -> Resolved {
            let client = Client { network, local: false };
            self.names
                .resolve(&self.connection, &self.options, (kind, parent, name), client, self.now)
                .unwrap()
        }

        /// A page view, as a beacon brings it.
        fn see(&mut self, app: &str, page: &str, network: u64) {
            let app = self.resolve(Kind::App, 0, app, network).id;
            let page = self.resolve(Kind::Page, app, page, network).id;
            let minute = self.now - self.now.rem_euclid(60_000);
            minute_buckets::add_views(&self.connection, (minute, app, page), 1).unwrap();
            self.sightings += 1;
        }

        fn move_evicted(&mut self) {
            while let Some(mut pass) = Pass::begin(&self.connection).unwrap() {
                while !pass.step(&self.connection).unwrap() {}
            }
        }

        fn number(&self, query: &str) -> i64 {
            self.connection.query_row(query, [], |row| row.get(0)).unwrap()
        }

        fn has(&self, kind: Kind, name: &str) -> bool {
            let query =
                format!("SELECT count(*) FROM names WHERE kind = {} AND name = '{name}'", kind as i64);
            self.number(&query) > 0
        }

        fn check(&self) {
            assert_eq!(self.number("SELECT sum(views) FROM page_views"), self.sightings, "nothing is lost");
            let dangling =
                "SELECT count(*) FROM page_views WHERE app NOT IN (SELECT id FROM names WHERE kind = 0)
                            OR page NOT IN (SELECT id FROM names WHERE kind = 1 AND parent = app)";
            assert_eq!(self.number(dangling), 0);
            assert_eq!(self.number("SELECT count(*) FROM names WHERE kind < 0"), 0);
            let apps = self.number("SELECT count(*) FROM names WHERE kind = 0");
            assert!(apps as usize <= self.options.limits.apps + 1 + self.options.known_apps.len());
            let pages = self.number(
                "SELECT max(pages) FROM (SELECT count(*) AS pages FROM names WHERE kind = 1 GROUP BY parent)",
            );
            assert!(pages as usize <= self.options.limits.pages + 1);
        }
    }

    #[test]
    fn a_newcomer_takes_the_place_of_the_rarest_that_was_not_seen_for_longest() {
        let mut store = Store::new(2, 10);
        for (app, network) in [("a", 1), ("a", 2), ("b", 1)] {
            store.see(app, "/", network);
        }
        store.now += 1000;
        store.see("c", "/", 1);
        store.move_evicted();
        assert!(store.has(Kind::App, "a") && store.has(Kind::App, "c") && !store.has(Kind::App, "b"));
        store.check();
    }

    #[test]
    fn a_number_is_not_given_twice_while_rows_refer_to_it() {
        let mut store = Store::new(1, 10);
        store.see("a", "/", 1);
        let first = store.resolve(Kind::App, 0, "a", 1).id;
        store.now += HOUR;
        store.see("b", "/", 2);
        store.now += HOUR;
        assert_ne!(store.resolve(Kind::App, 0, "b", 2).id, first);
        store.move_evicted();
        store.check();
    }

    #[test]
    fn memory_of_names_without_a_place_is_bounded() {
        let mut candidates = Candidates::default();
        for name in 0..3 * CANDIDATES {
            candidates.see((Kind::App, 0, &name.to_string()), Client { network: 1, local: false }, START);
            candidates.see((Kind::App, 0, "steady"), Client { network: 1, local: false }, START);
            assert!(candidates.scores.len() <= CANDIDATES && candidates.order.len() <= 2 * CANDIDATES);
        }
        assert!(candidates.scores.contains_key(&(Kind::App, 0, "steady".to_owned())));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Real applications with steady visitors, and an attacker who makes up names in any order.
        #[test]
        fn steady_apps_and_pages_stay_and_totals_are_kept(
            forged in prop::collection::vec((0_u32..200, 0_u32..50, 0_usize..6), 50..300),
            moves in prop::collection::vec(any::<bool>(), 300),
        ) {
            let mut store = Store::new(6, 5);
            store.options.known_apps = vec!["known".to_owned()];
            let real = ["shop", "blog", "docs"];
            // They are established: each had some visitors.
            for network in 0..8 {
                for app in real {
                    store.see(app, "/", network);
                    store.see(app, "/cart", network);
                }
            }
            store.see("known", "/", 1);
            for (round, (app, page, burst)) in forged.into_iter().enumerate() {
                store.now += 20_000;
                for _ in 0..=burst {
                    store.see(&format!("forged-{app}"), &format!("/forged/{page}"), 99);
                    store.see("shop", &format!("/forged/{page}"), 99);
                }
                if round % 5 == 0 {
                    for app in real {
                        store.see(app, "/", round as u64 % 7);
                        store.see(app, "/cart", round as u64 % 5);
                    }
                }
                if moves[round] {
                    store.move_evicted();
                }
            }
            store.move_evicted();
            store.check();
            for app in real.into_iter().chain(["known"]) {
                prop_assert!(store.has(Kind::App, app), "{app} is gone");
            }
            let shop = store.resolve(Kind::App, 0, "shop", 1).id;
            for page in ["/", "/cart"] {
                let query = format!("SELECT count(*) FROM names WHERE kind = 1 AND parent = {shop} AND name = '{page}'");
                prop_assert_eq!(store.number(&query), 1, "{} is gone", page);
            }
        }
    }
}

//! The names that beacons bring, and their numbers. Their count is bounded: where there are too many, the rarest is evicted.
use std::collections::HashMap;

use rusqlite::{Connection, params};

use crate::candidates::Candidates;
use crate::kind::{Kind, OTHER};
use crate::options::Options;
use crate::ranked::Ranked;
use crate::score::{Client, Score};
use crate::{evictions, ranked};

type Family = HashMap<String, Name>;

/// All names, in memory.
#[derive(Default)]
pub struct Names {
    families: HashMap<(Kind, i64), Family>,
    candidates: Candidates<(Kind, i64, String)>,
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
    pub fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut names = Self::default();
        let mut statement =
            connection.prepare("SELECT id, kind, parent, name, score, scored, confirmed FROM names")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let Some(kind) = Kind::from_number(row.get(1)?) else { continue };
            let ranked = Ranked::stored(row.get(0)?, row.get(4)?, row.get(5)?);
            let name = Name { ranked, confirmed: row.get(6)?, network: None };
            names.families.entry((kind, row.get(2)?)).or_default().insert(row.get(3)?, name);
        }
        Ok(names)
    }

    /// Reads them again, after a rollback or a change by another process. Sightings that are not stored yet are kept.
    pub fn reload(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut fresh = Self::load(connection)?;
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
            return Ok(Resolved { id: known.ranked.id, overflow: false, evicted: None });
        }
        let mut score = Score::default();
        let mut evicted = None;
        if is_known_app(name) || name == OTHER {
            // It does not count for the limit.
            score.add(client, now);
        } else {
            let evictable = |name: &str| name != OTHER && !is_known_app(name);
            let count = family.keys().filter(|name| evictable(name)).count();
            if count < kind.limit(&options.limits) {
                score.add(client, now);
            } else {
                let key = (kind, parent, name.to_owned());
                score = self.candidates.see(key.clone(), client, now);
                let ranked = family.iter().filter(|(name, _)| evictable(name));
                let ranked = ranked.map(|(name, known)| (name.as_str(), &known.ranked));
                let Some(rarest) = ranked::rarest(ranked, score, now).map(str::to_owned) else {
                    let id = self.other(connection, (kind, parent), client, now)?;
                    return Ok(Resolved { id, overflow: true, evicted });
                };
                self.candidates.remove(&key);
                evicted = self.evict(connection, (kind, parent, &rarest), client, now)?;
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
            return Ok(other.ranked.id);
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
        // An eviction may have added `(other)` to the database.
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
        let name_state = Name { ranked: Ranked::new(id, score, now), confirmed, network };
        self.families.entry((kind, parent)).or_default().insert(name.to_owned(), name_state);
        Ok(id)
    }

    /// Drops a name, and with an application all of its names. Their rows are moved to [`OTHER`] later. Returns its number.
    fn evict(
        &mut self,
        connection: &Connection,
        (kind, parent, name): (Kind, i64, &str),
        client: Client,
        now: i64,
    ) -> rusqlite::Result<Option<i64>> {
        let Some(evicted) = self.families.get_mut(&(kind, parent)).and_then(|family| family.remove(name))
        else {
            return Ok(None);
        };
        let id = evicted.ranked.id;
        self.other(connection, (kind, parent), client, now)?;
        evictions::evict(connection, kind, id, false)?;
        if kind == Kind::App {
            for kind in Kind::ALL {
                self.families.remove(&(kind, id));
            }
        }
        Ok(Some(id))
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
        let id = self.ranked.id;
        if let Some(score) = self.ranked.see(client, now) {
            connection
                .prepare_cached(
                    "UPDATE names SET used = max(used, ?2), score = ?3, scored = ?2 WHERE id = ?1",
                )?
                .execute(params![id, now, score])?;
        }
        if is_app && !self.confirmed {
            let network = *self.network.get_or_insert(client.network);
            if known || client.local || network != client.network {
                connection.prepare_cached("UPDATE names SET confirmed = 1 WHERE id = ?1")?.execute([id])?;
                self.confirmed = true;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evictions::Pass;
    use crate::time::HOUR;
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

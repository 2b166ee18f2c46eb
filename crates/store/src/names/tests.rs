//! Names in one process, and in two that share a database.
use super::*;
use crate::cells::{self, Hot, Level, Page, Place, Section, Selection, Vitals};
use crate::database::testing::each_engine;
use crate::evictions::Pass;
use crate::schema;
use crate::time::HOUR;
use proptest::prelude::*;
use rusqlite::Connection;

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
        let client = Client { network, local: false, ..Client::default() };
        self.names.resolve(&self.connection, &self.options, (kind, parent, name), client, self.now).unwrap()
    }

    /// A page view, as a beacon brings it.
    fn see(&mut self, app: &str, page: &str, network: u64) {
        let app = self.resolve(Kind::App, 0, app, network).id;
        let page = self.resolve(Kind::Page, app, page, network).id;
        let minute = self.now - self.now.rem_euclid(60_000);
        let mut hot = Hot::new(0);
        hot.vitals(Place { minute, app, page }, |vitals| vitals.views += 1);
        hot.flush(&self.connection).unwrap();
        self.sightings += 1;
    }

    fn move_evicted(&mut self) {
        while let Some(mut pass) = Pass::begin(&self.connection).unwrap() {
            let mut hot = Hot::new(0);
            while !pass.step(&self.connection, &mut hot).unwrap() {}
        }
    }

    fn number(&self, query: &str) -> i64 {
        self.connection.query_row(query, [], |row| row.get(0)).unwrap()
    }

    fn has(&self, kind: Kind, name: &str) -> bool {
        let query = format!("SELECT count(*) FROM names WHERE kind = {} AND name = '{name}'", kind as i64);
        self.number(&query) > 0
    }

    fn check(&self) {
        for pages in [Page::All, Page::Whole] {
            let selection = Selection { from: 0, to: self.now, coarsest: Level::Day, apps: None, pages };
            let mut sum = 0;
            cells::read::<Vitals>(&self.connection, Section::Vitals, &selection, |_, vitals| {
                sum += vitals.views as i64;
            })
            .unwrap();
            assert_eq!(sum, self.sightings, "nothing is lost of {pages:?}");
        }
        let dangling =
            "SELECT count(*) FROM cells_minute WHERE app NOT IN (SELECT id FROM names WHERE kind = 0)
                        OR page NOT IN (SELECT id FROM names WHERE kind = 1 AND parent = app) AND page <> 0";
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

/// Two processes on one database. Each transaction begins with `refresh` and ends with `flush`.
struct Process(Names);

impl Process {
    fn see(
        &mut self,
        database: &dyn Database,
        kind: Kind,
        parent: i64,
        name: &str,
        at: (u64, i64),
    ) -> Resolved {
        let mut options = Options::new("");
        (options.limits.apps, options.limits.releases) = (3, 2);
        let client = Client { network: at.0, local: false, ..Client::default() };
        database
            .transaction(crate::database::Access::Write, |database| {
                self.0.refresh(database)?;
                let resolved = self.0.resolve(database, &options, (kind, parent, name), client, at.1)?;
                self.0.flush(database)?;
                Ok(resolved)
            })
            .unwrap()
    }
}

#[test]
fn processes_that_share_a_database_number_names_once_and_keep_to_one_bound() {
    each_engine(|database| {
        let mut a = Process(Names::load(database).unwrap());
        let mut b = Process(Names::load(database).unwrap());
        let shop = a.see(database, Kind::App, 0, "shop", (1, START)).id;
        assert_eq!(b.see(database, Kind::App, 0, "shop", (2, START)).id, shop);
        for (process, app) in [(&mut a, "a1"), (&mut b, "b1")] {
            process.see(database, Kind::App, 0, app, (1, START + 1000));
        }
        // Full, as both know: nobody drops what others have seen as often, and 'b1' goes for what is seen more.
        for network in 1..4 {
            a.see(database, Kind::App, 0, "a1", (network, START + 2000));
            a.see(database, Kind::App, 0, "shop", (network, START + 2000));
        }
        let first = a.see(database, Kind::App, 0, "a2", (1, START + 3000));
        assert!(first.evicted.is_some(), "{first:?}");
        // The other process hears that its name has gone, and does not use its number.
        let again = b.see(database, Kind::App, 0, "b1", (1, START + 4000));
        assert_ne!(Some(again.id), first.evicted);
        let apps: i64 =
            database.scalar("SELECT count(*) FROM names WHERE kind = 0 AND name <> '(other)'", &[]).unwrap();
        assert_eq!(apps, 3);
        assert_eq!(b.see(database, Kind::App, 0, "shop", (9, START + 5000)).id, shop);
        // A name that goes, row and all, while a process does not look.
        database.execute("DELETE FROM names WHERE id = ?1", params![shop]).unwrap();
        crate::totals::set(database, "names_gone", 1).unwrap();
        assert_ne!(b.see(database, Kind::App, 0, "shop", (9, START + 6000)).id, shop);
    });
}

#[test]
fn what_one_process_sees_often_is_not_dropped_by_another() {
    each_engine(|database| {
        let mut a = Process(Names::load(database).unwrap());
        let mut b = Process(Names::load(database).unwrap());
        for app in ["x", "y", "z"] {
            b.see(database, Kind::App, 0, app, (1, START));
        }
        // Only `a` hears of these, and stores it.
        for network in 0..20 {
            for app in ["x", "y", "z"] {
                a.see(database, Kind::App, 0, app, (network, START + 1000));
            }
        }
        let newcomer = (0..4).map(|network| b.see(database, Kind::App, 0, "new", (network, START + 2000)));
        assert!(newcomer.last().unwrap().overflow, "each of the others was seen by 20 networks");
    });
}

#[test]
fn of_releases_the_one_that_was_not_seen_for_longest_goes() {
    each_engine(|database| {
        let mut names = Process(Names::load(database).unwrap());
        let mut see =
            |release, hours| names.see(database, Kind::Release, 1, release, (1, START + hours * HOUR));
        for hours in 0..=9 {
            see("v1", hours);
        }
        see("v2", 9);
        assert!(see("made up", 9).overflow, "both were seen within the hour");
        see("v2", 10);
        let third = see("v3", 12);
        assert!(third.evicted.is_some());
        assert!(!see("v2", 12).overflow, "v1 has gone, though it was seen more often");
    });
}

//! Each timing counts once for every dimension, whichever collector hears it, and whatever was added up since.
use whippet_api::Range;
use whippet_engine::beacon::decode;

use super::*;
use crate::batch;
use crate::cells::{Hot, Level, Section, roll_up};
use crate::context::Context;
use crate::database::testing::each_engine;
use crate::database::{Access, Engine};
use crate::error_scores::ErrorScores;
use crate::evictions::{self, Pass};
use crate::metrics::StoreMetrics;
use crate::names::Names;
use crate::options::Options;
use crate::reports::custom::custom;
use crate::reports::splits::splits;
use crate::retention;
use crate::score::Client;
use crate::time::{DAY, HOUR, MINUTE};

const START: i64 = 19_676 * DAY;

const DIMENSIONS: [&str; 6] = ["release", "device", "connection", "navigation", "browser", "release_device"];

struct Collectors<'a> {
    database: &'a dyn Database,
    hot: [Hot; 3],
    beacons: usize,
}

impl<'a> Collectors<'a> {
    fn new(database: &'a dyn Database) -> Self {
        Self { database, hot: [1, 2, 3].map(Hot::new), beacons: 0 }
    }

    /// A collector hears a beacon that has `more` members. A file has one collector only.
    fn hear(&mut self, collector: usize, at: i64, more: &str) {
        self.beacons += 1;
        let text = format!(
            r#"{{"v":1,"id":"b{}","session":"s","app":"shop","sentAt":{START},{more}}}"#,
            self.beacons
        );
        let beacon = decode(text.as_bytes()).unwrap();
        let collector = if self.database.engine() == Engine::Postgres { collector % 3 } else { 0 };
        let (options, metrics, hot) = (Options::new(""), StoreMetrics::default(), &mut self.hot[collector]);
        let write = |database: &dyn Database| {
            let (mut names, mut errors) = (Names::load(database)?, ErrorScores::load(database)?);
            hot.begin(database)?;
            let (options, metrics) = (&options, &metrics);
            let (names, errors, client) = (&mut names, &mut errors, Client::default());
            let mut context =
                Context { database, hot, names, errors, options, metrics, client, evicted: false };
            batch::add_all(&mut context, &[(&beacon, Client::default(), at)])?;
            context.names.flush(database)
        };
        self.database.transaction(Access::Write, write).unwrap();
    }

    /// Has all that was heard in rows.
    fn write(&mut self) {
        let hot = &mut self.hot[0];
        self.database.transaction(Access::Write, |database| hot.write_journal(database)).unwrap();
    }

    fn run(&mut self, portion: impl Fn(&dyn Database, &mut Hot) -> Result<bool>) {
        let hot = &mut self.hot[0];
        while !self.database.transaction(Access::Write, |database| portion(database, hot)).unwrap() {}
    }

    fn roll_up(&mut self, now: i64) {
        for level in [Level::Hour, Level::Day] {
            for section in Section::ALL {
                self.run(|database, hot| roll_up(database, hot, (level, section), now));
            }
        }
    }

    fn delete(&mut self, level: Level, cutoff: i64) {
        self.run(|database, hot| retention::cells(database, hot, level, cutoff));
    }

    fn number(&self, kind: Kind, name: &str) -> i64 {
        let sql = "SELECT id FROM names WHERE kind = ?1 AND name = ?2";
        self.database.scalar(sql, params![kind as i64, name]).unwrap()
    }

    /// Drops a name, and moves or deletes its rows.
    fn drop(&mut self, kind: Kind, name: &str, delete: bool) {
        let number = self.number(kind, name);
        let hot = &mut self.hot[0];
        self.database
            .transaction(Access::Write, |database| {
                let mut changes = crate::changes::Changes::known(database)?;
                changes.lock(database)?;
                evictions::evict(database, kind, number, delete, changes.own()?)?;
                let mut pass = Pass::begin(database)?.unwrap();
                while !pass.step(database, hot)? {}
                Ok(())
            })
            .unwrap();
    }

    /// How many values of a timing each value of a dimension has, by name.
    fn counts(&self, by: &str, page: Option<&str>, timing: &str) -> BTreeMap<String, u64> {
        let found = splits(self.database, &steps(), &filter(page), by_label(by), None, Some(timing)).unwrap();
        let one = |split: whippet_api::Split| {
            let name =
                split.device.iter().fold(split.value.clone(), |name, device| format!("{name} {device}"));
            (name, split.timing.unwrap().count)
        };
        found.values.into_iter().map(one).filter(|one| one.1 > 0).collect()
    }

    fn kept(&self, timing: &str) -> Kept {
        kept(self.database, &filter(None), timing).unwrap()
    }

    /// The number of cells of timings by dimension.
    fn cells(&self) -> i64 {
        let sql = "SELECT count(*) FROM cells_minute WHERE section >= ?1";
        self.database.scalar(sql, params![Section::TimingsByConnection as i64]).unwrap()
    }
}

fn by_label(label: &str) -> SplitBy {
    SplitBy::from_label(label).unwrap()
}

fn steps() -> Steps {
    Steps::new(&Range { from: START, to: START + 90 * DAY }, DAY)
}

fn filter(page: Option<&str>) -> Filter {
    Filter { app: Some("shop".to_owned()), page: page.map(str::to_owned), ..Filter::default() }
}

fn expected(counts: &[(&str, u64)]) -> BTreeMap<String, u64> {
    counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

/// A page view, as a beacon says it.
#[derive(Clone, Copy)]
struct View {
    release: &'static str,
    device: &'static str,
    connection: &'static str,
    navigation: &'static str,
    page: &'static str,
}

impl View {
    /// One of many.
    fn of(seed: usize) -> Self {
        Self {
            release: ["", "1.2", "1.3"][seed % 3],
            device: ["phone", "desktop", "phone", "tablet"][seed % 4],
            connection: ["", "4g", "3g"][seed / 2 % 3],
            navigation: ["navigate", "reload", "soft-navigation"][seed / 3 % 3],
            page: ["/cart", "/pay"][seed / 5 % 2],
        }
    }

    fn members(&self) -> String {
        let Self { release, device, connection, navigation, page } = self;
        let optional = |name: &str, value: &str| match value {
            "" => String::new(),
            value => format!(r#""{name}":"{value}","#),
        };
        let (release, connection) = (optional("release", release), optional("connection", connection));
        format!(r#"{release}{connection}"device":"{device}","navigation":"{navigation}","page":"{page}""#)
    }

    /// What a dimension calls it.
    fn value(&self, by: &str) -> String {
        let known = |value: &str| if value.is_empty() { "(unknown)".to_owned() } else { value.to_owned() };
        match by {
            "release" => known(self.release),
            "device" => self.device.to_owned(),
            "connection" => known(self.connection),
            "navigation" => self.navigation.to_owned(),
            "browser" => "(unknown)".to_owned(),
            _ => format!("{} {}", known(self.release), self.device),
        }
    }
}

/// What there should be: the values by dimension, its value and page. With no page it is the whole application.
type Model = BTreeMap<(&'static str, String, Option<&'static str>), StoredHistogram>;

/// Everything that is asked, compared with the model.
fn check(collectors: &Collectors<'_>, model: &Model, when: &str) {
    let releases = names(collectors.database, Kind::Release).unwrap();
    for label in DIMENSIONS {
        for page in [None, Some("/cart"), Some("/pay")] {
            let window = Window::new(collectors.database, &steps(), &filter(page)).unwrap();
            let by = by_label(label);
            let found = by_key(collectors.database, &window, by, "checkout.submit").unwrap();
            let named = |key: SplitKey| {
                let (value, device) = by.name(key, &releases);
                device.iter().fold(value.to_owned(), |name, device| format!("{name} {device}"))
            };
            let found: BTreeMap<String, StoredHistogram> =
                found.into_iter().map(|(key, histogram)| (named(key), histogram)).collect();
            let due = model.iter().filter(|((one, _, of), _)| *one == label && *of == page);
            let due: BTreeMap<String, StoredHistogram> =
                due.map(|((_, value, _), histogram)| (value.clone(), histogram.clone())).collect();
            assert_eq!(found, due, "{when}: by {label}, of {page:?}");
            // What a filter selects is what the table says of the value.
            for (value, histogram) in &due {
                let text = format!("{label}:{}", value.replace(' ', ":"));
                let split = SplitFilter::parse(&text);
                let report =
                    custom(collectors.database, &steps(), &Filter { split, ..filter(page) }).unwrap();
                let one = report.distributions.iter().find(|one| one.name == "checkout.submit").unwrap();
                let due = (histogram.count(), histogram.quantile(0.75), histogram.max());
                assert_eq!((one.count, one.p75, one.max), due, "{when}: {text}");
                assert!(report.counters.is_empty() && report.gauges.is_empty());
                assert!(report.distributions.iter().all(|one| one.name != "page.load"));
            }
        }
    }
}

#[test]
fn each_dimension_has_all_timings_once_while_they_are_heard_and_after_they_were_added_up() {
    each_engine(|database| {
        let mut collectors = Collectors::new(database);
        let mut model = Model::new();
        let mut hear = |collectors: &mut Collectors<'_>, seed: usize, at: i64| {
            let view = View::of(seed);
            let (rate, weight) = if seed.is_multiple_of(7) { ("0.5", 2) } else { ("1", 1) };
            // Of a page view there are several beacons; what each brings counts.
            let (name, first, second) = (seed % 40, 50.0 + (seed * 37 % 900) as f64, 20.0 + seed as f64);
            collectors.hear(
                seed,
                at,
                &format!(
                    r#"{},"view":"v{name}","sampleRate":{rate},"counters":{{"cart.added":1}},
                    "timings":{{"checkout.submit":[{first},{second}],"page.load":900,"step.{}":{second}}}"#,
                    view.members(),
                    seed % 3,
                ),
            );
            for by in DIMENSIONS {
                for page in [None, Some(view.page)] {
                    let held = model.entry((by, view.value(by), page)).or_default();
                    held.record_many(first, weight);
                    held.record_many(second, weight);
                }
            }
            model.clone()
        };
        let mut due = Model::new();
        for seed in 0..60 {
            due = hear(&mut collectors, seed, START + seed as i64 % 9 * HOUR + seed as i64 % 4 * MINUTE);
        }
        collectors.write();
        check(&collectors, &due, "as minutes");
        collectors.roll_up(START + 5 * HOUR + 10 * MINUTE);
        check(&collectors, &due, "in the middle of a day");
        for seed in 60..75 {
            due = hear(&mut collectors, seed, START + 2 * HOUR + seed as i64 % 3 * MINUTE);
        }
        collectors.write();
        check(&collectors, &due, "with what came late");
        collectors.roll_up(START + 3 * DAY);
        check(&collectors, &due, "as days");
        collectors.delete(Level::Minute, START + DAY);
        check(&collectors, &due, "without minutes");
        collectors.delete(Level::Hour, START + 2 * DAY);
        check(&collectors, &due, "without hours");
        assert_eq!(collectors.counts("device", None, "step.1").values().sum::<u64>(), {
            let weight = |seed: &usize| if seed.is_multiple_of(7) { 2 } else { 1 };
            (0..75).filter(|seed| seed % 3 == 1).map(|seed| weight(&seed)).sum::<u64>()
        });
    });
}

#[test]
fn beacons_without_timings_of_their_own_add_no_cells_and_own_names_are_in_none() {
    each_engine(|database| {
        let mut collectors = Collectors::new(database);
        let view = View::of(1).members();
        collectors.hear(
            0,
            START,
            &format!(r#"{view},"view":"a","timings":{{"page.load":900,"query.fetch":3}}"#),
        );
        collectors.write();
        assert_eq!(collectors.cells(), 0);
        assert_eq!((collectors.kept("page.load"), collectors.kept("checkout")), (Kept::Whole, Kept::Not));
        let histogram = r#""histograms":{"checkout":{"scale":5,"offset":0,"counts":[2],"sum":2.02,"min":1.01,"max":1.01}}"#;
        collectors.hear(1, START, &format!(r#"{view},"view":"a",{histogram}"#));
        collectors.write();
        assert_eq!((collectors.cells(), collectors.kept("checkout")), (8, Kept::Split));
        assert_eq!(collectors.counts("device", None, "checkout"), expected(&[("desktop", 2)]));
        assert_eq!(collectors.counts("device", None, "page.load"), expected(&[]));
    });
}

/// As page loads do: what a later beacon says of itself is what its timings count for.
#[test]
fn timings_count_for_what_their_own_beacon_says() {
    each_engine(|database| {
        let mut collectors = Collectors::new(database);
        let mut hear = |more: &str| {
            let more =
                format!(r#""view":"a","page":"/cart","navigation":"navigate",{more},"timings":{{"pay":5}}"#);
            collectors.hear(0, START, &more);
        };
        hear(r#""device":"phone""#);
        hear(r#""device":"phone","release":"1.3","connection":"4g""#);
        hear(r#""device":"phone","release":"1.3""#);
        collectors.write();
        let due = expected(&[("(unknown)", 1), ("1.3", 2)]);
        assert_eq!(collectors.counts("release", None, "pay"), due);
        assert_eq!(collectors.counts("connection", None, "pay"), expected(&[("(unknown)", 2), ("4g", 1)]));
        assert_eq!(collectors.counts("device", None, "pay"), expected(&[("phone", 3)]));
    });
}

#[test]
fn the_first_twenty_timings_of_an_application_are_split_and_a_dropped_one_makes_a_place() {
    each_engine(|database| {
        let mut collectors = Collectors::new(database);
        let view = View::of(1).members();
        let hear = |collectors: &mut Collectors<'_>, number: usize| {
            let more = format!(r#"{view},"view":"a","timings":{{"step.{number}":5,"page.load":900}}"#);
            collectors.hear(number, START, &more);
            collectors.write();
        };
        for number in 0..25 {
            hear(&mut collectors, number);
        }
        for (number, kept) in [(0, Kept::Split), (19, Kept::Split), (20, Kept::Whole), (24, Kept::Whole)] {
            assert_eq!(collectors.kept(&format!("step.{number}")), kept, "{number}");
            let counted = collectors.counts("device", None, &format!("step.{number}")).values().sum::<u64>();
            assert_eq!(counted, u64::from(kept == Kept::Split), "{number}");
        }
        collectors.drop(Kind::Histogram, "step.3", false);
        for number in 18..23 {
            hear(&mut collectors, number);
        }
        for (number, count) in [(19, 2), (20, 1), (21, 0)] {
            let counted = collectors.counts("device", None, &format!("step.{number}")).values().sum::<u64>();
            assert_eq!(counted, count, "{number}");
        }
        assert_eq!(collectors.kept("step.3"), Kept::Not);
        // Of all page views all of them are there.
        let report = custom(database, &steps(), &filter(None)).unwrap();
        assert_eq!(report.distributions.iter().map(|one| one.count).sum::<u64>(), 25 + 5);
    });
}

#[test]
fn what_is_dropped_goes_to_others_and_what_is_deleted_is_gone() {
    each_engine(|database| {
        let mut collectors = Collectors::new(database);
        for seed in 0..30 {
            let members = View::of(seed).members();
            let more = format!(r#"{members},"view":"v{seed}","timings":{{"pay":5,"buy":[5,6]}}"#);
            collectors.hear(seed, START + seed as i64 * MINUTE, &more);
        }
        collectors.write();
        collectors.roll_up(START + DAY + HOUR);
        let sum = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
        collectors.drop(Kind::Release, "1.2", false);
        let by_release = collectors.counts("release", None, "pay");
        assert_eq!(by_release, expected(&[("(other)", 10), ("(unknown)", 10), ("1.3", 10)]));
        let of_page = collectors.counts("connection", Some("/pay"), "pay");
        collectors.drop(Kind::Page, "/cart", true);
        for by in DIMENSIONS {
            assert_eq!(collectors.counts(by, Some("/cart"), "pay"), expected(&[]), "{by}");
            assert_eq!(sum(&collectors.counts(by, None, "pay")), sum(&of_page), "{by}");
        }
        collectors.drop(Kind::Histogram, "pay", true);
        assert_eq!(collectors.counts("device", None, "pay"), expected(&[]));
        assert_eq!(sum(&collectors.counts("device", None, "buy")), 2 * sum(&of_page));
    });
}

/// Where a release is replaced by this one, nothing is complete for the sections that it brings, and the others are.
#[test]
fn what_was_added_up_before_there_were_these_sections_stays_as_it_is() {
    each_engine(|database| {
        let mut collectors = Collectors::new(database);
        let members = View::of(1).members();
        let hear = |collectors: &mut Collectors<'_>, at: i64| {
            collectors.hear(0, at, &format!(r#"{members},"view":"a","timings":{{"pay":5}}"#));
            collectors.write();
        };
        hear(&mut collectors, START);
        collectors.roll_up(START + 2 * DAY);
        let older = "DELETE FROM cell_marks WHERE section >= ?1";
        let rows = ["cells_minute", "cells_hour", "cells_day"]
            .map(|table| format!("DELETE FROM {table} WHERE section >= ?1"));
        for sql in rows.iter().map(String::as_str).chain([older]) {
            database.execute(sql, params![Section::TimingsByConnection as i64]).unwrap();
        }
        collectors.delete(Level::Minute, START + DAY);
        if database.engine() == Engine::Postgres {
            // As each collector does when it starts.
            database.transaction(Access::Write, crate::cells::Marks::add_missing).unwrap();
        }
        collectors.hot = [1, 2, 3].map(Hot::new);
        hear(&mut collectors, START + 2 * DAY + HOUR);
        assert_eq!(collectors.counts("device", None, "pay"), expected(&[("desktop", 1)]));
        collectors.roll_up(START + 4 * DAY);
        hear(&mut collectors, START + 2 * DAY + HOUR);
        assert_eq!(collectors.counts("device", None, "pay"), expected(&[("desktop", 2)]));
        let report = custom(database, &steps(), &filter(None)).unwrap();
        assert_eq!(report.distributions.iter().map(|one| one.count).sum::<u64>(), 3);
        assert_eq!(
            database.scalar("SELECT count(*) FROM cell_marks WHERE level > 0 AND section > 12", &[]),
            Ok(8)
        );
    });
}

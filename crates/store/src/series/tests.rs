//! Several collectors that record one target, and one that reads its memory anew.
use std::collections::BTreeMap;

use super::{Series, pack, samples};
use crate::database::{Access, Database, Engine};
use crate::scrape::{Sample, Scrape};
use crate::time::{HOUR, MINUTE};

/// The beginning of a day, ms since the epoch.
const START: i64 = 1_700_006_400_000;

fn sample(name: &str, instance: &str, value: f64, counter: bool) -> Sample {
    let labels = vec![("instance".to_owned(), instance.to_owned())];
    Sample { name: name.to_owned(), labels, value, counter, created: None }
}

fn record(db: &dyn Database, series: &mut Series, time: i64, samples: Vec<Sample>, instance: Option<&str>) {
    let scrape = Scrape { target: "shop".to_owned(), time, samples, instance: instance.map(str::to_owned) };
    db.transaction(Access::Write, |db| series.record(db, &scrape, 1000)).unwrap();
}

/// All kept values by series.
fn kept(db: &dyn Database) -> BTreeMap<String, Vec<Option<f64>>> {
    let mut all: BTreeMap<String, Vec<Option<f64>>> = BTreeMap::new();
    samples(db, &mut |kept| all.entry(format!("{}{}", kept.name, kept.labels)).or_default().push(kept.value))
        .unwrap();
    all
}

fn known(values: impl IntoIterator<Item = f64>) -> Vec<Option<f64>> {
    values.into_iter().map(Some).collect()
}

#[test]
fn a_counter_goes_on_where_another_collector_left_it() {
    crate::database::testing::each_engine(|db| {
        let mut collectors = [Series::default(), Series::default()];
        // One takes over now and then, also after hours were packed. The backend begins anew at 60.
        for place in 0..100_i32 {
            let time = START + i64::from(place) * 5 * MINUTE;
            let raw = f64::from(if place < 60 { 1000 + place } else { place - 59 });
            let collector = (place / 7 % 2) as usize;
            if db.engine() == Engine::Sqlite {
                // A collector of its own reads all anew when it is started.
                collectors[collector].forget();
            }
            record(db, &mut collectors[collector], time, vec![sample("requests", "a", raw, true)], None);
            if place % 13 == 0 {
                while !db.transaction(Access::Write, |db| pack(db, time)).unwrap() {}
            }
        }
        let all = kept(db);
        assert_eq!(all.len(), 1, "a series is numbered once");
        let expected =
            (0..60).map(|place| f64::from(1000 + place)).chain((1..=40).map(|more| f64::from(1059 + more)));
        assert_eq!(all.into_values().next().unwrap(), known(expected));
    });
}

#[test]
fn what_one_instance_says_takes_nothing_from_another() {
    crate::database::testing::each_engine(|db| {
        let mut series = Series::default();
        let own = |instance, value| {
            vec![sample("memory", instance, value, false), sample("beacons", instance, value, true)]
        };
        for (minute, instance, samples) in [
            (0, "a:1", own("a:1", 5.0)),
            (1, "b:1", own("b:1", 50.0)),
            (2, "a:1", own("a:1", 6.0)),
            // Its gauge is gone. That of the other is not.
            (3, "b:1", vec![sample("beacons", "b:1", 51.0, true)]),
        ] {
            record(db, &mut series, START + minute * MINUTE, samples, Some(instance));
        }
        let all = kept(db);
        assert_eq!(all["memory{\"instance\":\"a:1\"}"], known([5.0, 6.0]));
        assert_eq!(all["memory{\"instance\":\"b:1\"}"], [Some(50.0), None]);
        assert_eq!(all["beacons{\"instance\":\"b:1\"}"], known([50.0, 51.0]));
    });
}

#[test]
fn a_scrape_of_a_clock_that_was_set_back_does_no_harm() {
    crate::database::testing::each_engine(|db| {
        let mut series = Series::default();
        let count = |value| vec![sample("requests", "a", value, true)];
        for (time, value) in [(START + 5 * HOUR, 1.0), (START + 5 * HOUR, 2.0), (START + 2 * HOUR, 3.0)] {
            record(db, &mut series, time, count(value), None);
        }
        while !db.transaction(Access::Write, |db| pack(db, START + 10 * HOUR)).unwrap() {}
        record(db, &mut series, START + 2 * HOUR + MINUTE, count(4.0), None);
        while !db.transaction(Access::Write, |db| pack(db, START + 10 * HOUR)).unwrap() {}
        series.forget();
        record(db, &mut series, START + 11 * HOUR, count(9.0), None);
        let values = kept(db).into_values().next().unwrap();
        assert_eq!(values.last(), Some(&Some(9.0)), "{values:?}");
    });
}

//! What is packed tells the same as the scrapes it was made of.
use std::collections::BTreeMap;

use proptest::prelude::*;
use whippet_api::{Range, Target};
use whippet_catalogue::Catalogue;

use super::{Scrapes, Source};
use crate::database::{Access, Database};
use crate::reports::matches::Matches;
use crate::reports::overview::overview;
use crate::reports::steps::Steps;
use crate::scrape::{Sample, Scrape};
use crate::series::{self, Series};
use crate::time::{DAY, HOUR, MINUTE};

/// The beginning of a day, ms since the epoch.
const START: i64 = 1_700_006_400_000;

fn sample(name: &str, route: usize, value: f64, counter: bool) -> Sample {
    let labels = vec![("route".to_owned(), format!("/{route}"))];
    Sample { name: name.to_owned(), labels, value, counter, created: None }
}

fn record(db: &dyn Database, series: &mut Series, time: i64, samples: Vec<Sample>) {
    let scrape = Scrape { target: "shop".to_owned(), time, samples, instance: None };
    db.transaction(Access::Write, |db| series.record(db, &scrape, 1000)).unwrap();
}

fn pack(db: &dyn Database, now: i64) {
    while !db.transaction(Access::Write, |db| series::pack(db, now)).unwrap() {}
}

type Told = (Vec<i64>, BTreeMap<String, (f64, Vec<Option<f64>>)>, BTreeMap<String, Vec<Option<f64>>>);

/// The points, the counters and the gauges of a window.
fn told(db: &dyn Database, (from, to): (i64, i64), step: i64, whole: bool) -> Told {
    let steps = Steps::new(&Range { from, to }, step);
    db.transaction(Access::Read, |db| {
        let scrapes = match whole {
            true => Scrapes::whole(db, "shop", &steps, MINUTE)?,
            false => Scrapes::new(db, "shop", &steps, MINUTE)?,
        };
        let scrapes = scrapes.unwrap();
        let counters = scrapes.counters("requests")?.into_iter().chain(scrapes.counters("untyped")?);
        let name = |labels: &BTreeMap<String, String>| labels["route"].clone();
        let counters = counters.enumerate().map(|(place, counter)| {
            let whole = scrapes.grid().whole.map_or(0.0, |whole| counter.increase(whole));
            (format!("{place} {}", name(&counter.labels)), (whole, counter.values))
        });
        let counters = counters.collect();
        let gauges = scrapes.gauges("memory")?.into_iter().map(|gauge| (name(&gauge.labels), gauge.values));
        Ok((scrapes.grid().points.clone(), counters, gauges.collect()))
    })
    .unwrap()
}

/// One step of a history: seconds since the last scrape, which series are there, and how they grow.
type Step = (i64, Vec<(bool, u8, i8)>);

fn history(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let series = prop::collection::vec((prop::bool::weighted(0.8), 0_u8..20, -9_i8..9), 3);
    let pause = prop_oneof![8 => 10_i64..400, 1 => 3_600_i64..20_000, 1 => 86_400_i64..200_000];
    prop::collection::vec((pause, series), 1..most)
}

fn play(db: &dyn Database, steps: &[Step], mut each: impl FnMut(&dyn Database, i64)) -> i64 {
    let mut all = Series::default();
    let (mut time, mut counts, mut gauges) = (START, [100.0; 3], [0.0; 3]);
    for (pause, series) in steps {
        time += pause * 1000;
        let mut samples = Vec::new();
        for (route, (present, grows, moves)) in series.iter().enumerate() {
            // It begins anew now and then.
            counts[route] = if *grows == 0 { 0.0 } else { counts[route] + f64::from(*grows) };
            gauges[route] += f64::from(*moves) / 4.0;
            if *present {
                samples.push(sample("requests", route, counts[route], true));
                samples.push(sample("untyped", route, counts[route], false));
                samples.push(sample("memory", route, gauges[route], false));
            }
        }
        record(db, &mut all, time, samples);
        each(db, time);
    }
    time
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn packed_scrapes_tell_what_they_told_before(steps in history(40), ends in (0_i64..100, 0_i64..100)) {
        crate::database::testing::each_engine(|db| {
            let end = play(db, &steps, |_, _| {}) + 1;
            let place = |share: i64| START + (end - START) * share / 100;
            let windows = [(START, end), (place(ends.0.min(ends.1)), place(ends.0.max(ends.1)) + 1)];
            let ask = |whole| windows.map(|window| told(db, window, MINUTE, whole));
            let before = (ask(false), ask(true));
            pack(db, end + DAY);
            let left: i64 = db.scalar("SELECT count(*) FROM scrapes", &[]).unwrap();
            assert_eq!(left, 1, "the newest stays");
            let after = (ask(false), ask(true));
            for (before, after) in before.0.iter().zip(&after.0).chain(before.1.iter().zip(&after.1)) {
                // Between kept times nothing is known, so a coarse level may have other points: the window's ends are the same.
                for (name, (whole, _)) in &before.1 {
                    let (now, _) = after.1.get(name).unwrap_or_else(|| panic!("{name} is gone"));
                    assert!((whole - now).abs() < 1e-9, "{name}: {whole} became {now}");
                }
                let common = |told: &Told| -> BTreeMap<(String, i64), Option<f64>> {
                    let points = told.2.iter().flat_map(|(name, values)| {
                        told.0.iter().zip(values).map(|(time, value)| ((name.clone(), *time), *value))
                    });
                    points.collect()
                };
                let known = common(before);
                for (point, value) in common(after) {
                    if let Some(before) = known.get(&point) {
                        assert_eq!(*before, value, "{point:?}");
                    }
                }
            }
        });
    }

    #[test]
    fn packing_at_any_time_and_reading_anew_changes_no_increase(steps in history(30), every in 1_usize..5) {
        crate::database::testing::each_engine(|db| {
            let end = play(db, &steps, |_, _| {});
            let whole = told(db, (START, end), MINUTE, true).1;
            db.execute_batch("DELETE FROM scrapes; DELETE FROM packed; DELETE FROM packed_times; DELETE FROM series; DELETE FROM targets").unwrap();
            // The same with packing in between, by sweeps that come at any time.
            let mut count = 0;
            let end = play(db, &steps, |db, time| {
                count += 1;
                if count % every == 0 {
                    pack(db, time);
                }
            });
            let again = told(db, (START, end), MINUTE, true).1;
            let grew = |told: BTreeMap<String, (f64, Vec<Option<f64>>)>| -> BTreeMap<String, i64> {
                told.into_iter().map(|(name, (grew, _))| (name, (grew * 4.0).round() as i64)).collect()
            };
            assert_eq!(grew(whole), grew(again));
        });
    }
}

#[test]
fn what_a_level_loses_the_next_has() {
    crate::database::testing::each_engine(|db| {
        let mut all = Series::default();
        // Four days, a scrape every five minutes, one request each.
        for place in 0..4 * 288 {
            let time = START + (place + 1) * 5 * MINUTE;
            record(db, &mut all, time, vec![sample("requests", 0, place as f64, true)]);
            pack(db, time);
        }
        let end = START + 4 * DAY;
        pack(db, end + HOUR);
        let steps = |from, to, finest| Steps::new(&Range { from, to }, finest);
        let rates = |steps: &Steps| -> Vec<Option<f64>> {
            db.transaction(Access::Read, |db| {
                let scrapes = Scrapes::new(db, "shop", steps, 5 * MINUTE)?.unwrap();
                let counter = scrapes.counters("requests")?.remove(0);
                let rate = |pair| counter.increase(pair) / scrapes.grid().seconds(pair) * 300.0;
                Ok(scrapes.grid().steps.iter().map(|pair| pair.map(rate)).collect())
            })
            .unwrap()
        };
        let expire = |minutes: i64, hours: i64, days: i64| {
            let before = (end - minutes, end - hours, end - days);
            db.transaction(Access::Write, |db| series::expire(db, before)).unwrap();
        };
        let chunks = |level: i64| -> i64 {
            db.scalar("SELECT count(*) FROM packed WHERE level = ?1", crate::database::params![level])
                .unwrap()
        };
        assert_eq!(
            [0, 1, 2, 3].map(chunks),
            [96, 0, 4, 1],
            "one level is enough where scrapes are far apart"
        );
        let fine = steps(START, START + 6 * HOUR, 5 * MINUTE);
        assert!(rates(&fine)[1..].iter().all(|rate| *rate == Some(1.0)), "{:?}", rates(&fine));
        expire(DAY, 2 * DAY, 30 * DAY);
        assert_eq!([0, 1, 2, 3].map(chunks), [24, 0, 2, 1]);
        // Three levels in one window: where a scrape a day is left, rates are those of a day, and there is no gap.
        for finest in [5 * MINUTE, HOUR, 12 * HOUR] {
            let steps = steps(START, end, finest);
            let rates = rates(&steps);
            assert!(rates.iter().flatten().all(|rate| *rate == 1.0), "{finest} {rates:?}");
            let gaps =
                rates.iter().zip(&steps.ends).filter(|(rate, end)| rate.is_none() && **end > START + DAY);
            assert_eq!(gaps.count(), 0, "{finest}: {rates:?}");
        }
        let whole = told(db, (START, end), MINUTE, true).1;
        assert_eq!(whole["0 /0"].0, 1151.0);
        // A chunk of days is shortened: only two days are left, and what they counted.
        expire(DAY, 2 * DAY, 2 * DAY - HOUR);
        let whole = told(db, (START, end), MINUTE, true).1;
        // The first kept scrape of the two days is that of their first hour.
        assert_eq!(whole["0 /0"].0, 564.0);
        // Beyond the retention, nothing is left.
        expire(0, 0, -33 * DAY);
        assert_eq!([0, 1, 2, 3].map(chunks), [0, 0, 0, 0]);
    });
}

#[test]
fn a_target_of_which_a_scrape_an_hour_is_left_has_not_stopped() {
    crate::database::testing::each_engine(|db| {
        let mut all = Series::default();
        // Two days, a scrape every five minutes, and none in the last hours of the first day.
        for place in 1..=2 * 288 {
            let time = START + place * 5 * MINUTE;
            if time <= START + 20 * HOUR || time > START + DAY {
                record(db, &mut all, time, vec![sample("requests", 0, place as f64, true)]);
            }
        }
        let end = START + 2 * DAY;
        pack(db, end + HOUR);
        db.transaction(Access::Write, |db| series::expire(db, (START + DAY, START, START))).unwrap();
        let targets = [Target { name: "shop".to_owned(), ..Target::default() }];
        let seen = |to: i64| {
            let steps = Steps::new(&Range { from: to - 2 * HOUR, to }, HOUR);
            let matches = Matches::new(Catalogue::new());
            let report = db
                .transaction(Access::Read, |db| {
                    overview(db, &matches, &targets, None, &steps, (5 * MINUTE, end))
                })
                .unwrap();
            let last = report.subjects[0].last.map(|last| (last - START) / MINUTE);
            (last, report.subjects[0].stopped)
        };
        assert_eq!(seen(START + 10 * HOUR + 30 * MINUTE), (Some(600), false), "the last of its hour");
        assert_eq!(seen(START + 22 * HOUR), (Some(1200), true), "no scrape of two hours");
        // Where all scrapes are kept, the last one tells.
        assert_eq!(seen(end + 10 * MINUTE), (Some(2880), false));
        assert_eq!(seen(end + 20 * MINUTE), (Some(2880), true));
    });
}

#[test]
fn buckets_that_are_gone_for_days_are_none() {
    crate::database::testing::each_engine(|db| {
        let bucket = |bound: &str, value: f64| {
            let labels = vec![("le".to_owned(), bound.to_owned())];
            Sample { name: "wait_bucket".to_owned(), labels, value, counter: true, created: None }
        };
        let mut series = Series::default();
        record(db, &mut series, START, vec![bucket("0.5", 1.0), bucket("1", 2.0)]);
        for hour in 1..=5 * 24_i32 {
            let time = START + i64::from(hour) * HOUR;
            record(db, &mut series, time, vec![bucket("1", 2.0 + f64::from(hour))]);
        }
        let bounds = |from: i64, to: i64| -> Vec<String> {
            let steps = Steps::new(&Range { from, to }, MINUTE);
            let read =
                |db: &dyn Database| Scrapes::new(db, "shop", &steps, HOUR)?.unwrap().counters("wait_bucket");
            let counters = db.transaction(Access::Read, read).unwrap();
            counters.iter().map(|counter| counter.label("le").to_owned()).collect()
        };
        assert_eq!(bounds(START, START + DAY), ["0.5", "1"]);
        assert_eq!(bounds(START + 4 * DAY, START + 5 * DAY), ["1"]);
    });
}

//! A seeded history of one busy backend, and what questions about it cost. `cargo test --release -p whippet-store history --
//! --ignored --nocapture` prints the figures.
use std::collections::BTreeMap;
use std::time::Instant;

use whippet_api::Range;
use whippet_catalogue::Catalogue;

use crate::database::{Access, Database, params};
use crate::reports::backend::backend;
use crate::reports::matches::Matches;
use crate::reports::metric_chart::metric_chart;
use crate::reports::scrapes::Scrapes;
use crate::reports::source::Source;
use crate::reports::steps::Steps;
use crate::scrape::{Sample, Scrape};
use crate::series::{self, Hour, Level, Series, pack_day};
use crate::time::{DAY, HOUR, MINUTE};

/// The beginning of a day, ms since the epoch.
const START: i64 = 1_700_006_400_000;
/// The bounds of the buckets, s.
const BOUNDS: [&str; 14] =
    ["0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25", "0.5", "0.75", "1", "2.5", "5", "10", "+Inf"];

/// What is generated.
struct Plan {
    routes: usize,
    days: i64,
    /// The time between two scrapes of the last two days, ms.
    interval: i64,
}

/// A number that depends on its arguments alone (splitmix64).
fn random(a: u64, b: u64) -> u64 {
    let mut value = a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// The samples of the first scrape: buckets, sum and count of each route.
fn first(plan: &Plan) -> Vec<Sample> {
    let mut samples = Vec::new();
    for route in 0..plan.routes {
        let route = ("route".to_owned(), format!("/route/{route}/:id"));
        let sample = |name: &str, labels: Vec<(String, String)>| Sample {
            name: format!("http_request_duration_seconds_{name}"),
            labels,
            value: 0.0,
            counter: true,
            created: None,
        };
        let bucket =
            |bound: &&str| sample("bucket", vec![("le".to_owned(), (*bound).to_owned()), route.clone()]);
        samples.extend(BOUNDS.iter().map(bucket));
        samples.push(sample("sum", vec![route.clone()]));
        samples.push(sample("count", vec![route]));
    }
    samples
}

/// Writes the history. Returns its end, and how many samples it was made of.
fn generate(db: &dyn Database, plan: &Plan) -> (i64, u64) {
    let scrape = Scrape { target: "shop".to_owned(), time: START + 1, samples: first(plan), instance: None };
    db.transaction(Access::Write, |db| Series::default().record(db, &scrape, 10_000)).unwrap();
    let target: i64 = db.scalar("SELECT id FROM targets", &[]).unwrap();
    let ids = db
        .query_map("SELECT id FROM series WHERE target = ?1 ORDER BY id", params![target], |row| {
            row.get::<i64>(0)
        })
        .unwrap();
    let mut values = vec![0.0_f64; ids.len()];
    let (mut written, per_route) = (0, BOUNDS.len() + 2);
    for hour in 0..plan.days * 24 {
        let begin = START + hour * HOUR;
        let is_recent = hour >= (plan.days - 2) * 24;
        let interval = if is_recent { plan.interval } else { HOUR };
        let mut packing = Hour::new(target, begin);
        if hour == 0 {
            packing.add(START + 1);
            ids.iter().for_each(|id| packing.change(*id, 0.0));
        }
        for scrape in 1..=HOUR / interval {
            packing.add(begin + scrape * interval - 1);
            for (place, id) in ids.iter().enumerate() {
                let (route, part) = (place / per_route, place % per_route);
                // Of a route's requests since the last scrape, so many are below each bound. Some routes are hardly ever used.
                let seed = random(route as u64, (hour * 10_000 + scrape) as u64);
                let busy = (random(7, route as u64) % 40) as i64 * interval / HOUR.min(60_000);
                let requests = if busy > 0 { seed % (busy as u64 + 1) } else { seed % 1000 / 999 };
                let grows = match part {
                    14 => requests as f64 * 0.037 + (seed % 97) as f64 * 1e-4 * requests as f64,
                    15 => requests as f64,
                    bound => (requests * (bound as u64 + 2) / 15) as f64,
                };
                if grows > 0.0 {
                    values[place] += grows;
                    packing.change(*id, values[place]);
                }
                written += 1;
            }
        }
        let levels: &[Level] = if is_recent { &Level::ALL[..3] } else { &Level::ALL[2..3] };
        db.transaction(Access::Write, |db| {
            pack_day(db, target, begin)?;
            packing.write(db, levels)
        })
        .unwrap();
    }
    let end = START + plan.days * DAY;
    db.transaction(Access::Write, |db| pack_day(db, target, end)).unwrap();
    db.execute("DELETE FROM scrapes", &[]).unwrap();
    db.execute("UPDATE series SET seen = ?1", params![end]).unwrap();
    // As a sweep 90 days later has left it.
    let cutoff = end - 30 * DAY;
    for table in ["packed", "packed_times"] {
        db.execute(&format!("DELETE FROM {table} WHERE level = 2 AND time < ?1"), params![cutoff]).unwrap();
    }
    (end, written)
}

fn steps(from: i64, to: i64) -> Steps {
    Steps::new(&Range { from, to }, MINUTE)
}

/// The packed values that a question needs: how many rows, and how many values they hold.
fn needed(db: &dyn Database, steps: &Steps) -> usize {
    let scrapes = Scrapes::new(db, "shop", steps, MINUTE).unwrap().unwrap();
    scrapes.packed.len()
}

#[test]
fn questions_read_few_rows_at_any_range() {
    crate::database::testing::each_engine(|db| {
        let plan = Plan { routes: 3, days: 60, interval: 5 * MINUTE };
        let (end, _) = generate(db, &plan);
        let rows = [HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 60 * DAY]
            .map(|length| needed(db, &steps(end - length, end)));
        // Of each name: hours of scrapes, days of hours, spans of 32 days.
        assert_eq!(rows, [2, 7, 26, 8, 31, 32]);
        // What was counted is told whole, to the last request.
        let total: f64 = db
            .transaction(Access::Read, |db| {
                let scrapes = Scrapes::whole(db, "shop", &steps(START, end), MINUTE)?.unwrap();
                let whole = scrapes.grid().whole.unwrap();
                let counters = scrapes.counters("http_request_duration_seconds_count")?;
                Ok(counters.iter().map(|counter| counter.increase(whole)).sum())
            })
            .unwrap();
        let mut last: BTreeMap<String, f64> = BTreeMap::new();
        series::samples(db, &mut |kept| {
            if kept.name.ends_with("_count") {
                last.insert(kept.labels, kept.value.unwrap_or_default());
            }
        })
        .unwrap();
        assert_eq!(total, last.values().sum::<f64>());
        assert!(total > 0.0);
    });
}

/// Prints what 90 days of 300 routes cost.
#[test]
#[ignore = "it measures, and takes minutes"]
fn figures_of_90_days_of_300_routes() {
    crate::database::testing::each_engine(|db| {
        let plan = Plan { routes: 300, days: 90, interval: 15_000 };
        let started = Instant::now();
        let (end, samples) = generate(db, &plan);
        let engine = db.engine();
        println!("{engine:?}: {samples} samples written in {:?}", started.elapsed());
        let mut bytes = 0_u64;
        for level in Level::ALL {
            let (rows, size): (i64, Option<i64>) = db
                .query_one(
                    "SELECT count(*), CAST(sum(length(value)) AS BIGINT) FROM packed WHERE level = ?1",
                    params![level.number()],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .unwrap();
            bytes += size.unwrap_or(0).unsigned_abs();
            println!("{engine:?}: {level:?} {rows} rows, {} bytes", size.unwrap_or(0));
        }
        println!("{engine:?}: {} bytes per million samples", bytes * 1_000_000 / samples);
        let matches = Matches::new(Catalogue::new());
        for (name, length) in
            [("hour", HOUR), ("day", DAY), ("7 days", 7 * DAY), ("30 days", 30 * DAY), ("90 days", 90 * DAY)]
        {
            let steps = steps(end - length, end);
            for question in ["backend", "chart", "whole"] {
                let ask = || {
                    let started = Instant::now();
                    db.transaction(Access::Read, |db| {
                        match question {
                            "backend" => drop(backend(db, &matches, "shop", &steps, 15_000)?),
                            "chart" => drop(metric_chart(
                                db,
                                &matches,
                                ("shop", "http_request_duration_seconds", Some("route")),
                                &steps,
                                15_000,
                            )?),
                            _ => {
                                let scrapes = Scrapes::whole(db, "shop", &steps, 15_000)?.unwrap();
                                drop(scrapes.counters("http_request_duration_seconds_bucket")?);
                            }
                        }
                        Ok(())
                    })
                    .unwrap();
                    started.elapsed().as_secs_f64() * 1000.0
                };
                let mut times = [ask(), ask(), ask()];
                times.sort_unstable_by(f64::total_cmp);
                println!(
                    "{engine:?}: {name}, {question}: {:.0} ms, {} chunks of a name",
                    times[1],
                    needed(db, &steps)
                );
            }
        }
    });
}

//! What is written, read again.
use std::collections::BTreeMap;

use serde_json::Value;

use super::write;
use crate::cells::{Measured, Section, SplitKey, SplitTimings, Timings, Vitals, encode};
use crate::database::testing::each_engine;
use crate::database::{Database, params};
use crate::moving::catalog;
use crate::partitions::ensure_partitions;
use crate::scrape::{Sample, Scrape};
use crate::series::{Series, pack};

fn exported(database: &dyn Database) -> Vec<Value> {
    let mut out = Vec::new();
    let lines = write(database, &mut out, &mut |_, _| {}).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count() as u64, lines);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_row_is_a_line_and_cells_are_in_words() {
    each_engine(|database| {
        let named = "INSERT INTO names (id, kind, parent, name, used) VALUES (?1, ?2, ?3, ?4, 0)";
        database.execute(named, params![11, 0, 0, "shop"]).unwrap();
        database.execute(named, params![12, 1, 11, "/\u{1F415}\"\n"]).unwrap();
        let mut vitals = Vitals::default();
        for view in 0..10 {
            vitals.record(Measured::from_number(0).unwrap(), 100.0 + f64::from(view), 1);
        }
        if catalog::tables(database).unwrap().iter().any(|table| table.name == "cells_day") {
            let cell = "INSERT INTO cells_day (time, section, app, page, collector, value) VALUES (?1, ?2, ?3, ?4, 0, ?5)";
            let bytes = encode(&vitals);
            ensure_partitions(database, "cells_day", &[vec![86_400_000]]).unwrap();
            for page in [0, 12, 4711] {
                let key = params![86_400_000_i64, Section::Vitals as i64, 11, page, &bytes];
                database.execute(cell, key).unwrap();
            }
            // What cannot be read is written as it is stored.
            let stored = vec![0xab_u8, 0xcd];
            let key = params![86_400_000_i64, 77, 11, 12, &stored];
            database.execute(cell, key).unwrap();
        }
        let lines = exported(database);
        assert_eq!(
            (&lines[0]["type"], lines[0]["rows"].as_u64()),
            (&"export".into(), Some(lines.len() as u64 - 1))
        );
        let mut rows: BTreeMap<String, usize> = BTreeMap::new();
        for line in &lines[1..] {
            let of = line["table"].as_str().or(line["type"].as_str()).unwrap();
            *rows.entry(of.to_owned()).or_default() += 1;
        }
        let count = |table: &str| -> usize {
            database.scalar(&format!("SELECT count(*) FROM {table}"), &[]).unwrap()
        };
        assert_eq!(rows["names"], count("names"));
        let page = lines.iter().find(|line| line["row"]["id"] == 12).unwrap();
        assert_eq!(
            (&page["row"]["name"], &page["names"]["parent"]),
            (&"/\u{1F415}\"\n".into(), &"shop".into())
        );
        assert_eq!(page["names"]["kind"], "page");
        let cells: Vec<&Value> = lines.iter().filter(|line| line["type"] == "vitals").collect();
        if cells.is_empty() {
            return;
        }
        let pages: Vec<&Value> = cells.iter().map(|line| &line["page"]).collect();
        assert_eq!(pages, [&Value::Null, &"/\u{1F415}\"\n".into(), &"(other)".into()]);
        for line in cells {
            assert_eq!((&line["level"], &line["app"]), (&"day".into(), &"shop".into()));
            let metric = &line["metrics"][0];
            let histogram = &metric["histogram"];
            let buckets = histogram["buckets"].as_array().unwrap();
            let sum: u64 = buckets.iter().map(|bucket| bucket[2].as_u64().unwrap()).sum();
            assert_eq!((histogram["count"].as_u64(), sum), (Some(10), 10));
            assert_eq!((histogram["min"].as_f64(), histogram["max"].as_f64()), (Some(100.0), Some(109.0)));
            let rated = ["good", "fair", "poor"].map(|rating| metric[rating].as_u64().unwrap());
            assert_eq!(rated.iter().sum::<u64>(), 10);
        }
        let unknown = lines.iter().find(|line| line["row"]["section"] == 77).unwrap();
        assert_eq!(unknown["row"]["value"], "abcd");
    });
}

#[test]
fn timings_by_dimension_are_in_words() {
    each_engine(|database| {
        let named = "INSERT INTO names (id, kind, parent, name, used) VALUES (?1, ?2, ?3, ?4, 0)";
        for (id, kind, parent, name) in [(11, 0, 0, "shop"), (12, 3, 11, "pay"), (13, 10, 11, "1.3")] {
            database.execute(named, params![id, kind, parent, name]).unwrap();
        }
        let mut timings = Timings::default();
        timings.histogram.record_many(480.0, 5);
        let mut cell = SplitTimings::default();
        cell.add(SplitKey { value: 13, device: 2 }, &[(12, timings.clone())].into());
        cell.add(SplitKey { value: 2, device: 0 }, &[(12, timings)].into());
        let bytes = encode(&cell);
        ensure_partitions(database, "cells_day", &[vec![86_400_000]]).unwrap();
        let insert = "INSERT INTO cells_day (time, section, app, page, collector, value) VALUES (86400000, ?1, 11, 0, 0, ?2)";
        for section in [Section::TimingsByReleaseAndDevice, Section::TimingsByConnection] {
            database.execute(insert, params![section as i64, &bytes]).unwrap();
        }
        let lines = exported(database);
        let told = |by: &str, place: usize| {
            let line = lines.iter().find(|line| line["type"] == "split_timings" && line["by"] == by).unwrap();
            let part = &line["parts"][place];
            let timing = &part["histograms"][0];
            assert_eq!(
                (timing["name"].as_str(), timing["histogram"]["count"].as_u64()),
                (Some("pay"), Some(5))
            );
            (part["value"].as_str().unwrap().to_owned(), part["device"].as_str().map(str::to_owned))
        };
        assert_eq!(told("release and device", 1), ("1.3".to_owned(), Some("phone".to_owned())));
        assert_eq!(told("connection", 0), ("2g".to_owned(), None));
    });
}

#[test]
fn scrapes_are_samples_with_names_labels_and_times_whatever_their_age() {
    each_engine(|database| {
        let mut series = Series::default();
        let minute = 60_000;
        let label = |name: &str| vec![("code".to_owned(), name.to_owned())];
        for scrape in 0..120 {
            let count = if scrape < 3 { f64::INFINITY } else { f64::from(scrape) };
            let sample = |name: &str, labels, value, counter| Sample {
                name: name.to_owned(),
                labels,
                value,
                counter,
                created: None,
            };
            let samples = vec![
                sample("http_requests_total", label("200"), f64::from(scrape * 10), true),
                sample("heat", label("a\"b"), count, false),
            ];
            let time = minute + i64::from(scrape) * minute;
            series
                .record(database, &Scrape { target: "shop".to_owned(), time, samples, instance: None }, 100)
                .unwrap();
        }
        // Two hours are over.
        while !pack(database, 4 * 60 * minute).unwrap() {}
        let lines = exported(database);
        let of = |metric: &str, level: &str| -> Vec<Value> {
            let wanted = |line: &&Value| {
                line["type"] == "samples" && line["metric"] == metric && line["level"] == level
            };
            lines.iter().filter(wanted).cloned().collect()
        };
        let requests = of("http_requests_total", "scrape");
        let samples: Vec<&Value> = requests
            .iter()
            .flat_map(|line| {
                assert_eq!(
                    (&line["target"], &line["series"][0]["labels"]["code"]),
                    (&"shop".into(), &"200".into())
                );
                line["series"][0]["samples"].as_array().unwrap()
            })
            .collect();
        let times: Vec<i64> = samples.iter().map(|sample| sample[0].as_i64().unwrap()).collect();
        assert_eq!(times, (1..=120).map(|scrape| scrape * minute).collect::<Vec<_>>());
        // A counter is counted from its first value.
        let grown = |place: usize| samples[place][1].as_f64().unwrap() - samples[0][1].as_f64().unwrap();
        assert_eq!((grown(1), grown(119)), (10.0, 1190.0));
        let heat = &of("heat", "scrape")[0]["series"][0];
        assert_eq!((&heat["labels"]["code"], &heat["samples"][0][1]), (&"a\"b".into(), &"+Inf".into()));
        // The last scrape of each hour, and the very first, from which counters are counted.
        let hours = of("heat", "hour")[0]["series"][0]["samples"].clone();
        assert_eq!(hours, serde_json::json!([[minute, "+Inf"], [60 * minute, 59.0], [120 * minute, 119.0]]));
        // The newest scrape is not packed.
        let scrapes: Vec<&Value> = lines.iter().filter(|line| line["type"] == "scrape").collect();
        assert_eq!(scrapes.len(), 1);
        let change = &scrapes[0]["changes"][0];
        assert_eq!((&scrapes[0]["target"], &scrapes[0]["time"]), (&"shop".into(), &(120 * minute).into()));
        assert!(change["metric"].is_string() && change["labels"]["code"].is_string(), "{change}");
        // What is damaged is written as it is stored.
        database
            .execute("UPDATE packed SET value = ?1 WHERE name = 'heat'", params![&vec![0xab_u8]])
            .unwrap();
        database.execute("UPDATE scrapes SET changes = ?1", params![&vec![0xcd_u8]]).unwrap();
        let stored = exported(database);
        let rows = |table: &str, column: &str, hex: &str| {
            stored.iter().filter(|line| line["table"] == table && line["row"][column] == hex).count()
        };
        assert!(rows("packed", "value", "ab") > 0);
        assert_eq!(rows("scrapes", "changes", "cd"), 1);
        assert_eq!(stored[0]["rows"].as_u64(), Some(stored.len() as u64 - 1));
    });
}

#[test]
fn what_cannot_be_written_stops_it() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    each_engine(|database| {
        let error = write(database, &mut Full, &mut |_, _| {}).unwrap_err();
        assert!(error.to_string().contains("the export cannot be written"), "{error}");
        // The transaction was ended.
        assert_eq!(exported(database)[0]["type"], "export");
    });
}

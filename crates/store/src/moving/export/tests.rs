//! What is written, read again.
use std::collections::BTreeMap;

use serde_json::Value;

use super::write;
use crate::cells::{Measured, Section, Vitals, encode};
use crate::database::testing::each_engine;
use crate::database::{Database, params};
use crate::moving::catalog;
use crate::partitions::ensure_partitions;

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
            ensure_partitions(database, "cells_day", &[86_400_000]).unwrap();
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

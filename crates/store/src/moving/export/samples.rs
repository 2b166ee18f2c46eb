//! Series of backends: the values of scrapes, with the names and labels of their series.
use std::collections::HashMap;

use serde_json::{Value, json};

use super::super::catalog::Table;
use super::known::Known;
use super::object::Object;
use super::rows;
use crate::database::{Database, Each, Result, Row, params};
use crate::series::{Level, read};

/// The table of packed values, that of the times that belong to them, and that of scrapes that are not packed yet.
pub const PACKED: &str = "packed";
pub const TIMES: &str = "packed_times";
pub const SCRAPES: &str = "scrapes";

/// What is written to.
type Write<'a> = &'a mut dyn FnMut(Object) -> Result<()>;

/// What the series of one target are called, by number.
struct Named(HashMap<i64, (String, Value)>);

impl Named {
    /// Their number is bounded for each target.
    fn load(database: &dyn Database, target: i64) -> Result<Self> {
        let all = database.query_map(
            "SELECT id, name, labels FROM series WHERE target = ?1",
            params![target],
            |row| {
                let labels = row.text(2)?;
                let labels = serde_json::from_str(labels).unwrap_or_else(|_| labels.into());
                Ok((row.get(0)?, (row.get(1)?, labels)))
            },
        )?;
        Ok(Self(all.into_iter().collect()))
    }

    fn labels(&self, series: i64) -> Value {
        self.0.get(&series).map_or(Value::Null, |(_, labels)| labels.clone())
    }

    fn name(&self, series: i64) -> Option<&str> {
        self.0.get(&series).map(|(name, _)| name.as_str())
    }
}

/// The packed values: a line for each metric of a target, and span of time. What cannot be read is written as it is stored.
pub fn packed(database: &dyn Database, table: &Table, known: &Known, write: Write<'_>) -> Result<()> {
    let chunks = database.query_map(
        &format!("SELECT DISTINCT target, level, time FROM {PACKED} ORDER BY target, level, time"),
        &[],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?, row.get::<i64>(2)?)),
    )?;
    let mut series: Option<(i64, Named)> = None;
    for (target, level, time) in chunks {
        let named = match series.take() {
            Some(named) if named.0 == target => named,
            _ => (target, Named::load(database, target)?),
        };
        let times: Option<Option<Vec<i64>>> = database.query_optional(
            &format!("SELECT times FROM {TIMES} WHERE target = ?1 AND level = ?2 AND time = ?3"),
            params![target, level, time],
            |row| Ok(read::read_times(row.blob(0)?)),
        )?;
        let times = times.flatten();
        let each: Each<'_> = &mut |row| {
            let values = times.as_ref().and_then(|times| values(row, table, times, &named.1));
            let Some(values) = values else {
                return rows::objects(row, table, known)?.into_iter().try_for_each(&mut *write);
            };
            let mut object = Object::new();
            object.insert("type".to_owned(), "samples".into());
            object.insert("level".to_owned(), label(level).into());
            object.insert("target".to_owned(), known.target(target).into());
            object.insert("metric".to_owned(), metric(row, table)?.into());
            object.insert("series".to_owned(), values);
            write(object)
        };
        database.query(
            &format!(
                "SELECT {} FROM {PACKED} WHERE target = ?1 AND level = ?2 AND time = ?3 ORDER BY name",
                table.list()
            ),
            params![target, level, time],
            each,
        )?;
        series = Some(named);
    }
    Ok(())
}

fn metric(row: &Row<'_>, table: &Table) -> Result<String> {
    table.place("name").map_or(Ok(String::new()), |place| row.get(place))
}

/// The series of a packed row, each with its values at the times at which it has one. `None` if they cannot be read.
fn values(row: &Row<'_>, table: &Table, times: &[i64], named: &Named) -> Option<Value> {
    let bytes = row.blob(table.place("value")?).ok()?;
    let mut series = Vec::new();
    read::read_tracks(bytes, &mut |track| {
        let points = times.iter().zip(&track.values).filter(|(_, value)| !value.is_nan());
        let points: Vec<Value> = points.map(|(time, value)| json!([time, number(*value)])).collect();
        series.push(json!({ "labels": named.labels(track.series), "samples": points }));
    })?;
    Some(series.into())
}

/// Scrapes that are not packed yet: a line for each, with the values that changed.
pub fn scrapes(database: &dyn Database, table: &Table, known: &Known, write: Write<'_>) -> Result<()> {
    let targets = database.query_map(
        &format!("SELECT DISTINCT target FROM {SCRAPES} ORDER BY target"),
        &[],
        |row| row.get::<i64>(0),
    )?;
    for target in targets {
        let named = Named::load(database, target)?;
        database.query(
            &format!("SELECT {} FROM {SCRAPES} WHERE target = ?1 ORDER BY time", table.list()),
            params![target],
            &mut |row| {
                let mut changes = Vec::new();
                let whole = match table.place("changes") {
                    Some(place) => read::changes(row.blob(place)?, &mut |series, value| {
                        changes.push(json!({
                            "metric": named.name(series),
                            "labels": named.labels(series),
                            "value": number(value),
                        }));
                    }),
                    None => None,
                };
                if whole.is_none() {
                    return rows::objects(row, table, known)?.into_iter().try_for_each(&mut *write);
                }
                let mut object = Object::new();
                object.insert("type".to_owned(), "scrape".into());
                object.insert("target".to_owned(), known.target(target).into());
                let time = table.place("time").map_or(Ok(0), |place| row.get::<i64>(place))?;
                object.insert("time".to_owned(), time.into());
                object.insert("changes".to_owned(), changes.into());
                write(object)
            },
        )?;
    }
    Ok(())
}

fn label(level: i64) -> &'static str {
    match Level::ALL.into_iter().find(|known| known.number() == level) {
        Some(Level::Minutes) => "minute",
        Some(Level::Hours) => "hour",
        Some(Level::Days) => "day",
        _ => "scrape",
    }
}

/// A value, as Prometheus' own answers have those that JSON has no number for. `null`: there is none any more.
fn number(value: f64) -> Value {
    match value {
        f64::INFINITY => "+Inf".into(),
        f64::NEG_INFINITY => "-Inf".into(),
        value => json!(value),
    }
}

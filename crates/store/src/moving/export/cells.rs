//! Cells: what is kept of a minute, an hour or a day.
use std::collections::BTreeMap;

use serde_json::{Value, json};
use whippet_engine::beacon::ResourceKind;

use super::super::catalog::Table;
use super::histogram::object as histogram;
use super::known::Known;
use super::object::Object;
use super::rows;
use crate::cells::{
    Attribution, Cell, Errors, Histograms, Level, Loading, Measured, SUPERSEDED, Section, Split, SplitKey,
    SplitTimings, Sums, Timings, Vitals, decode,
};
use crate::database::{Result, Row};
use crate::dimension::Dimension;
use crate::kind::OTHER;
use crate::phases;

/// What vitals are attributed to, in the order in which that is stored.
const CAUSES: [&str; 3] = ["element", "url", "state"];

/// What two dimensions are called.
const BOTH: &str = "release and device";

/// The object of a cell. A value that cannot be read is written as it is stored.
pub fn objects(row: &Row<'_>, table: &Table, known: &Known) -> Result<Vec<Object>> {
    let integer = |name: &str| table.place(name).map_or(Ok(0), |place| row.get::<i64>(place));
    let (Some(section), Some(place)) = (Section::from_number(integer("section")?), table.place("value"))
    else {
        return rows::objects(row, table, known);
    };
    let Some(value) = value(section, row.blob(place)?, known) else {
        return rows::objects(row, table, known);
    };
    let mut object = Object::new();
    object.insert("type".to_owned(), json!(kind(section)));
    object.insert("level".to_owned(), json!(level(&table.name)));
    object.insert("time".to_owned(), json!(integer("time")?));
    object.insert("app".to_owned(), json!(known.name(integer("app")?)));
    object.insert("page".to_owned(), json!(known.page(integer("page")?)));
    object.insert("collector".to_owned(), json!(integer("collector")?));
    object.extend(value);
    Ok(vec![object])
}

fn level(table: &str) -> &'static str {
    match Level::ALL.into_iter().find(|level| level.table() == table) {
        Some(Level::Hour) => "hour",
        Some(Level::Day) => "day",
        _ => "minute",
    }
}

fn kind(section: Section) -> &'static str {
    match section {
        Section::Vitals => "vitals",
        Section::Attribution => "attribution",
        Section::Histograms => "histograms",
        Section::Sums => "sums",
        Section::Loading => "loading",
        Section::Errors => "errors",
        _ if section.has_split_timings() => "split_timings",
        _ => "split",
    }
}

fn value(section: Section, bytes: &[u8], known: &Known) -> Option<Object> {
    fn read<T: Cell>(bytes: &[u8], write: impl FnOnce(T) -> Value) -> Option<Value> {
        decode(bytes).map(write)
    }
    let value = match section {
        Section::Vitals => read(bytes, |cell: Vitals| vitals(&cell)),
        Section::Attribution => read(bytes, |cell: Attribution| attribution(&cell, known)),
        Section::Histograms => read(bytes, |cell: Histograms| histograms(&cell, known)),
        Section::Sums => read(bytes, |cell: Sums| sums(&cell, known)),
        Section::Loading => read(bytes, |cell: Loading| loading(&cell, known)),
        Section::Errors => read(bytes, |cell: Errors| json!({ "errors": errors(&cell, known) })),
        _ if section.has_split_timings() => {
            read(bytes, |cell: SplitTimings| split_timings(&cell, section, known))
        }
        _ => read(bytes, |cell: Split| split(&cell, section, known)),
    };
    match value? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// What is told of a metric: its name and how its page views began; and whether these are values that were counted before a newer one
/// took their place, to be taken off.
fn told(number: u8, rest: Value) -> Value {
    let (metric, navigation) = measured(number);
    let mut object = json!({ "metric": metric, "navigation": navigation });
    if let (Value::Object(object), Value::Object(rest)) = (&mut object, rest) {
        if number & SUPERSEDED != 0 {
            object.insert("superseded".to_owned(), json!(true));
        }
        object.extend(rest);
    }
    object
}

/// The metric's name, and how its page views began.
fn measured(number: u8) -> (&'static str, &'static str) {
    match Measured::from_number(number & !SUPERSEDED) {
        Some(measured) => (measured.metric.as_str(), if measured.soft { "soft" } else { "document" }),
        None => (OTHER, "document"),
    }
}

fn vitals(cell: &Vitals) -> Value {
    let metrics: Vec<Value> = cell
        .metrics
        .iter()
        .map(|(number, values)| {
            let [good, fair, poor] = values.ratings;
            let histogram = histogram(&values.histogram);
            told(*number, json!({ "good": good, "fair": fair, "poor": poor, "histogram": histogram }))
        })
        .collect();
    json!({ "views": cell.views, "metrics": metrics })
}

fn attribution(cell: &Attribution, known: &Known) -> Value {
    let causes: Vec<Value> = cell
        .causes
        .iter()
        .map(|((number, kind, id), spread)| {
            let kind = CAUSES.get(usize::from(*kind)).unwrap_or(&OTHER);
            let histogram = histogram(&spread.0);
            told(*number, json!({ "kind": kind, "name": known.name(*id), "histogram": histogram }))
        })
        .collect();
    let parts: Vec<Value> = cell
        .parts
        .iter()
        .map(|((number, place), spread)| {
            let names = Measured::from_number(*number & !SUPERSEDED)
                .map_or(&[][..], |measured| phases::names(measured.metric));
            let phase = names.get(usize::from(*place)).unwrap_or(&OTHER);
            told(*number, json!({ "phase": phase, "histogram": histogram(&spread.0) }))
        })
        .collect();
    json!({ "causes": causes, "phases": parts })
}

fn timings(cell: &Timings) -> Value {
    json!({ "slow": cell.slow, "histogram": histogram(&cell.histogram) })
}

fn histograms(cell: &Histograms, known: &Known) -> Value {
    json!({ "histograms": named(&cell.0, known) })
}

fn named(all: &BTreeMap<i64, Timings>, known: &Known) -> Vec<Value> {
    all.iter()
        .map(|(id, values)| json!({ "name": known.name(*id), "slow": values.slow, "histogram": histogram(&values.histogram) }))
        .collect()
}

fn sums(cell: &Sums, known: &Known) -> Value {
    let counters: Vec<Value> =
        cell.counters.iter().map(|(id, count)| json!({ "name": known.name(*id), "count": count })).collect();
    let gauges: Vec<Value> = cell
        .gauges
        .iter()
        .map(|(id, gauge)| {
            json!({
                "name": known.name(*id),
                "count": gauge.count,
                "sum": gauge.sum,
                "min": gauge.min,
                "max": gauge.max,
            })
        })
        .collect();
    json!({ "counters": counters, "gauges": gauges, "losses": cell.losses })
}

fn loading(cell: &Loading, known: &Known) -> Value {
    let resources: Vec<Value> = cell
        .resources
        .iter()
        .map(|((host, kind), of)| {
            let kind = ResourceKind::ALL.get(usize::from(*kind)).map_or(OTHER, |kind| kind.as_str());
            json!({
                "host": known.name(*host),
                "kind": kind,
                "count": of.count,
                "bytes": of.bytes,
                "cached": of.cached,
                "failed": of.failed,
                "duration": of.duration,
                "slowest": of.slowest,
            })
        })
        .collect();
    let scripts: Vec<Value> = cell
        .scripts
        .iter()
        .map(|(id, of)| {
            json!({ "script": known.name(*id), "count": of.count, "duration": of.duration, "forced": of.forced })
        })
        .collect();
    json!({ "resources": resources, "scripts": scripts })
}

fn errors(cell: &Errors, known: &Known) -> Vec<Value> {
    let one = |(id, of): (&i64, &crate::cells::ErrorCount)| {
        let (last, page) = of.last;
        json!({
            "fingerprint": known.error(*id),
            "count": of.count,
            "first": of.first,
            "last": last,
            "page": known.page(page),
        })
    };
    cell.0.iter().map(one).collect()
}

/// The dimension of a section, or that of its first part; and what both are called.
fn dimension(section: Section) -> (Dimension, &'static str) {
    let one = match section {
        Section::TimingsByConnection => Some(Dimension::Connection),
        Section::TimingsByNavigation => Some(Dimension::Navigation),
        Section::TimingsByBrowser => Some(Dimension::Browser),
        _ => Dimension::ALL.into_iter().find(|dimension| dimension.section() == section),
    };
    one.map_or((Dimension::Release, BOTH), |one| (one, one.label()))
}

/// The value of a key, and the class of device where that is told apart.
fn value_of(key: SplitKey, section: Section, known: &Known) -> Value {
    let (dimension, by) = dimension(section);
    let device = (by == BOTH).then(|| Dimension::Device.value(key.device, known.releases()));
    json!({ "value": dimension.value(key.value, known.releases()), "device": device })
}

fn split_timings(cell: &SplitTimings, section: Section, known: &Known) -> Value {
    let part = |(key, timings): (&SplitKey, &BTreeMap<i64, Timings>)| {
        let mut part = value_of(*key, section, known);
        part["histograms"] = named(timings, known).into();
        part
    };
    let parts: Vec<Value> = cell.0.iter().map(part).collect();
    json!({ "by": dimension(section).1, "parts": parts })
}

fn split(cell: &Split, section: Section, known: &Known) -> Value {
    let parts: Vec<Value> = cell
        .0
        .iter()
        .map(|(key, part)| {
            let mut object = value_of(*key, section, known);
            object["vitals"] = vitals(&part.vitals);
            object["pageLoad"] = timings(&part.loads);
            object["errors"] = errors(&part.errors, known).into();
            object
        })
        .collect();
    json!({ "by": dimension(section).1, "parts": parts })
}

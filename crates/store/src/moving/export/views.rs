//! Page views that may still report.
use serde_json::{Value, json};

use super::super::catalog::Table;
use super::known::Known;
use super::object::Object;
use super::rows;
use crate::cells::read_measures;
use crate::database::{Result, Row};
use crate::phases;

/// The object of a page view: its row, with its vitals in words.
pub fn objects(row: &Row<'_>, table: &Table, known: &Known) -> Result<Vec<Object>> {
    let mut objects = rows::objects(row, table, known)?;
    let Some(place) = table.place("measures") else { return Ok(objects) };
    let bytes = row.blob(place)?;
    // One that has ended, and is kept so that it does not count again, has none any more.
    let kept = if bytes.is_empty() { Vec::new() } else { read_measures(bytes) };
    let measures: Vec<Value> = kept
        .iter()
        .filter_map(|measure| {
            let metric = *whippet_engine::vitals::Metric::ALL.get(usize::from(measure.metric))?;
            let names = phases::names(metric);
            let parts: Vec<Value> =
                names.iter().zip(&measure.parts).map(|(name, ms)| json!([name, ms])).collect();
            let causes: Vec<&str> =
                measure.causes.iter().filter(|id| **id != 0).map(|id| known.name(*id)).collect();
            Some(json!({
                "metric": metric.as_str(),
                "value": measure.value,
                "sent": measure.sent,
                "causes": causes,
                "phases": parts,
            }))
        })
        .collect();
    for object in &mut objects {
        object.insert("type".to_owned(), json!("view"));
        if let Some(Value::Object(columns)) = object.get_mut("row") {
            columns.insert("measures".to_owned(), Value::Array(measures.clone()));
        }
    }
    Ok(objects)
}

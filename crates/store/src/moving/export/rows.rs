//! A row of any table: its columns, and beside each number that stands for something, what it stands for.
use serde_json::{Value as Json, json};

use super::super::catalog::Table;
use super::super::references::REFERENCES;
use super::known::Known;
use super::object::Object;
use crate::database::{Result, Row, Value};
use crate::kind::Kind;

/// The object of a row.
pub fn objects(row: &Row<'_>, table: &Table, known: &Known) -> Result<Vec<Object>> {
    let mut columns = Object::new();
    let mut named = Object::new();
    for (place, column) in table.columns.iter().enumerate() {
        let value = row.value(place)?;
        if let Value::Integer(id @ 1..) = value {
            let of = REFERENCES.iter().find(|(name, known, _)| *name == table.name && *known == column.name);
            let name = match of {
                Some((_, _, "names")) => Some(known.name(id)),
                Some((_, _, "errors")) => Some(known.error(id)),
                Some((_, _, "targets")) => Some(known.target(id)),
                _ => None,
            };
            named.extend(name.map(|name| (column.name.clone(), json!(name))));
        }
        if let (Value::Integer(kind), "names", "kind") = (value, table.name.as_str(), column.name.as_str()) {
            named.insert("kind".to_owned(), json!(Kind::from_number(kind).map(Kind::label)));
        }
        columns.insert(column.name.clone(), plain(value));
    }
    let mut object = Object::new();
    object.insert("type".to_owned(), json!("row"));
    object.insert("table".to_owned(), json!(table.name));
    object.insert("row".to_owned(), Json::Object(columns));
    if !named.is_empty() {
        object.insert("names".to_owned(), Json::Object(named));
    }
    Ok(vec![object])
}

/// A value; bytes as hexadecimal digits.
fn plain(value: Value<'_>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(value) => value.into(),
        Value::Real(value) => json!(value),
        Value::Text(text) => text.into(),
        Value::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
    }
}

//! Attributes, and who sends them.
use prost::Message;
use serde::Deserialize;

use super::numbers;

/// Who sends: a service, or a page.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Resource {
    /// Its attributes.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "numbers::list")]
    pub attributes: Vec<KeyValue>,
}

/// The library that measured.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Scope {
    /// Its name.
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    /// Its version.
    #[prost(string, optional, tag = "2")]
    pub version: Option<String>,
}

/// An attribute.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KeyValue {
    /// Its name.
    #[prost(string, tag = "1")]
    pub key: String,
    /// Its value.
    #[prost(message, optional, tag = "2")]
    pub value: Option<AnyValue>,
}

/// A value: at most one of these.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AnyValue {
    /// Text.
    #[prost(string, optional, tag = "1")]
    pub string_value: Option<String>,
    /// True or false.
    #[prost(bool, optional, tag = "2")]
    pub bool_value: Option<bool>,
    /// An integer.
    #[prost(int64, optional, tag = "3")]
    #[serde(deserialize_with = "numbers::optional_signed")]
    pub int_value: Option<i64>,
    /// A number.
    #[prost(double, optional, tag = "4")]
    #[serde(deserialize_with = "numbers::optional_double")]
    pub double_value: Option<f64>,
    /// A list.
    #[prost(message, optional, tag = "5")]
    pub array_value: Option<ArrayValue>,
    /// Values by name.
    #[prost(message, optional, tag = "6")]
    pub kvlist_value: Option<KeyValueList>,
}

/// A list of values.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ArrayValue {
    /// Them.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "numbers::list")]
    pub values: Vec<AnyValue>,
}

/// Values by name.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KeyValueList {
    /// Them.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "numbers::list")]
    pub values: Vec<KeyValue>,
}

/// The value of that name.
pub fn attribute<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a AnyValue> {
    attributes.iter().find(|attribute| attribute.key == key)?.value.as_ref()
}

/// The first text of these names that is not empty.
pub fn text<'a>(attributes: &'a [KeyValue], keys: &[&str]) -> &'a str {
    let of = |key: &&str| attribute(attributes, key)?.string_value.as_deref().filter(|text| !text.is_empty());
    keys.iter().find_map(of).unwrap_or_default()
}

/// The first number of these names, also one that is written as text.
pub fn number(attributes: &[KeyValue], keys: &[&str]) -> Option<f64> {
    let of = |key: &&str| {
        let value = attribute(attributes, key)?;
        let int = value.int_value.map(|int| int as f64);
        value.double_value.or(int).or_else(|| value.string_value.as_deref()?.trim().parse().ok())
    };
    keys.iter().find_map(of).filter(|number| number.is_finite())
}

/// The value as a label has it.
pub fn display(value: &AnyValue) -> String {
    let AnyValue { string_value, bool_value, int_value, double_value, array_value, kvlist_value } = value;
    if let Some(text) = string_value {
        return text.clone();
    }
    let plain = bool_value.map(|value| value.to_string());
    let plain = plain.or_else(|| int_value.map(|value| value.to_string()));
    if let Some(plain) = plain.or_else(|| double_value.map(|value| value.to_string())) {
        return plain;
    }
    if let Some(list) = array_value {
        let entries: Vec<String> = list.values.iter().map(display).collect();
        return format!("[{}]", entries.join(","));
    }
    match kvlist_value {
        Some(list) => {
            let entry = |entry: &KeyValue| {
                format!("{}:{}", entry.key, entry.value.as_ref().map(display).unwrap_or_default())
            };
            format!("{{{}}}", list.values.iter().map(entry).collect::<Vec<_>>().join(","))
        }
        None => String::new(),
    }
}

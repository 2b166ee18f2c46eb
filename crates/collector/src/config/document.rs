//! A configuration as a tree of TOML, in which every value knows its place, so that each table is read by itself and all that
//! is wrong is said at once.
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::error::Fault;

/// A value and its place.
pub type Value<'a> = Spanned<DeValue<'a>>;

/// The entries of a text: a key with its place, and its value, in the order of the text.
///
/// # Errors
/// All that is no TOML.
pub fn parse(text: &str) -> Result<Vec<(Spanned<String>, Value<'_>)>, Vec<Fault>> {
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // What follows from the first error of a line is none of its own.
        let mut faults: Vec<Fault> = errors.iter().map(|error| Fault::parsed(text, error)).collect();
        faults.dedup_by_key(|fault| fault.line);
        return Err(faults);
    }
    Ok(entries(root.into_inner()))
}

/// The entries of a table, in the order of the text.
pub fn entries(table: DeTable<'_>) -> Vec<(Spanned<String>, Value<'_>)> {
    let mut entries: Vec<_> = table
        .into_iter()
        .map(|(key, value)| {
            let span = key.span();
            (Spanned::new(span, key.into_inner().into_owned()), value)
        })
        .collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// A table, checked by its type.
///
/// # Errors
/// What is wrong in it.
pub fn read<'a, T: Deserialize<'a>>(text: &str, value: Value<'a>) -> Result<T, Fault> {
    let span = value.span();
    T::deserialize(ValueDeserializer::from(value)).map_err(|error| {
        let mut fault = Fault::parsed(text, &error);
        if fault.line.is_none() {
            fault = Fault::at(text, Some(span), fault.message);
        }
        fault
    })
}

/// Checks that a value is a table, `[name]`, which has an address.
///
/// # Errors
/// Where it is none: most of all the address itself, as the flag has it.
pub fn expect_table(text: &str, name: &str, value: &Value<'_>) -> Result<(), Fault> {
    match value.get_ref().is_table() {
        true => Ok(()),
        false => {
            let message = format!("`{name}` is a table: write [{name}], and the address below it as `url`");
            Err(Fault::at(text, Some(value.span()), message))
        }
    }
}

/// The elements of an array of tables, `[[name]]`.
///
/// # Errors
/// Where it is none.
pub fn tables<'a>(text: &str, name: &str, value: Value<'a>) -> Result<Vec<Value<'a>>, Fault> {
    let span = value.span();
    match value.into_inner() {
        DeValue::Array(array) if array.iter().all(|element| element.get_ref().is_table()) => {
            Ok(array.into_iter().collect())
        }
        _ => Err(Fault::at(text, Some(span), format!("there may be several of `{name}`: write [[{name}]]"))),
    }
}

/// The text of a member of a table, if it is one.
pub fn text_member(value: &Value<'_>, key: &str) -> Option<String> {
    let table = value.get_ref().as_table()?;
    table.iter().find(|(known, _)| known.get_ref() == key)?.1.get_ref().as_str().map(str::to_owned)
}

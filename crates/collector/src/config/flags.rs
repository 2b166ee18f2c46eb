//! The keys that are flags, too: each is checked by its flag.
use toml::de::DeValue;

use super::document::Value;
use super::error::Fault;
use super::secret::Secret;
use crate::args::{FromFile, Key};

type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What the file says of a flag.
///
/// # Errors
/// What is wrong with it, and what to do about it. A value is not repeated: it may be a secret.
pub fn read(text: &str, key: &Key, value: Value<'_>, env: Env<'_>) -> Result<FromFile, Fault> {
    let span = value.span();
    let name = key.path.rsplit('.').next().unwrap_or_default();
    let wrong = |message: String| {
        // Most reasons go on from the name.
        let verb = ["must ", "has ", "stands "].iter().any(|begin| message.starts_with(begin));
        let colon = if verb { "" } else { ":" };
        Fault::at(text, Some(span.clone()), format!("`{name}`{colon} {message}"))
    };
    let values = values(key, value, env).map_err(wrong)?;
    key.check(values).map_err(wrong)
}

fn values(key: &Key, value: Value<'_>, env: Env<'_>) -> Result<Vec<String>, String> {
    if let Some(on) = value.get_ref().as_bool()
        && key.may_be_bare()
    {
        // As the flag without its value; and as no flag.
        return Ok(if on { vec!["true".to_owned()] } else { Vec::new() });
    }
    let is_switch = value.get_ref().is_bool();
    if key.is_switch() != is_switch {
        return Err(if key.is_switch() { "must be true or false" } else { "must be a text" }.to_owned());
    }
    match value.into_inner() {
        // A list, or the parts of a value that has commas between them.
        DeValue::Array(array) => {
            let items = array.into_iter().map(|item| scalar(item.into_inner(), env));
            let items = items.collect::<Result<Vec<_>, _>>()?;
            Ok(if key.is_list() { items } else { vec![items.join(",")] })
        }
        single => scalar(single, env).map(|value| vec![value]),
    }
}

fn scalar(value: DeValue<'_>, env: Env<'_>) -> Result<String, String> {
    match value {
        DeValue::String(text) => Ok(text.into_owned()),
        DeValue::Integer(number) => Ok(number.to_string()),
        DeValue::Float(number) => Ok(number.to_string()),
        DeValue::Boolean(on) => Ok(on.to_string()),
        DeValue::Table(table) => {
            let mut members = table.into_iter();
            match (members.next(), members.next()) {
                (Some((name, variable)), None) if name.get_ref() == "env" => {
                    match variable.get_ref().as_str() {
                        Some(variable) => Secret::Env(variable.to_owned()).reveal(env),
                        None => Err("must have the name of a variable after `env`".to_owned()),
                    }
                }
                _ => Err("must be a text, or { env = \"NAME\" } for an environment variable".to_owned()),
            }
        }
        DeValue::Array(_) | DeValue::Datetime(_) => Err("must be a text".to_owned()),
    }
}

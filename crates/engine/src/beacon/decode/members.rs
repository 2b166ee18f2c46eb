//! Reads the members of JSON objects, within their limits.
use super::super::beacon_limits as limits;
use super::error::{DecodeError, invalid};
use super::invisible_text as invisible;
use super::value::{Object, Value};
use alloc::string::String;
use alloc::vec::Vec;

pub(super) struct Members<'a>(pub(super) &'a Object<'a>);

impl<'a> Members<'a> {
    pub(super) fn get(&self, field: &'static str) -> Option<&'a Value<'a>> {
        self.0.get(field)
    }

    pub(super) fn require(&self, field: &'static str) -> Result<&'a Value<'a>, DecodeError> {
        self.get(field).ok_or(DecodeError::MissingField(field))
    }

    pub(super) fn id(&self, field: &'static str) -> Result<String, DecodeError> {
        let id = self.require(field)?.as_str().unwrap_or_default();
        let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if id.is_empty() || id.len() > limits::ID || !plain {
            return Err(invalid(field, "must be 1 to 64 letters, digits, `-` and `_`"));
        }
        Ok(String::from(id))
    }

    pub(super) fn label(&self, field: &'static str) -> Result<Option<String>, DecodeError> {
        let Some(value) = self.get(field) else { return Ok(None) };
        let label = visible(text(value, field, limits::LABEL)?, field)?;
        // Two labels that look the same must not differ.
        if invisible::is_deceptive(&label) {
            return Err(invalid(field, "must not have invisible characters"));
        }
        Ok(Some(label))
    }

    /// A word of a fixed list; `None` if the member is missing.
    pub(super) fn word<T>(
        &self,
        field: &'static str,
        read: fn(&str) -> Option<T>,
    ) -> Result<Option<T>, DecodeError> {
        let Some(word) = self.get(field) else { return Ok(None) };
        word.as_str()
            .and_then(read)
            .map(Some)
            .ok_or(invalid(field, "must be one of the words that docs/beacon.md lists"))
    }

    /// A number that passes `is_valid`; `None` if the member is missing.
    pub(super) fn number(
        &self,
        field: &'static str,
        is_valid: impl Fn(f64) -> bool,
    ) -> Result<Option<f64>, DecodeError> {
        let Some(value) = self.get(field) else { return Ok(None) };
        let number = value.as_f64().filter(|number| is_valid(*number));
        number.map(Some).ok_or(invalid(field, "must be a number that docs/beacon.md allows"))
    }

    /// The string `key` of an entry of `field`, of any characters; empty if it is missing.
    pub(super) fn text(
        &self,
        key: &'static str,
        field: &'static str,
        bytes: usize,
    ) -> Result<String, DecodeError> {
        match self.get(key) {
            None => Ok(String::new()),
            Some(Value::Text(text)) if text.len() <= bytes => Ok(String::from(text.as_ref())),
            Some(_) => Err(invalid(field, "must hold strings no longer than docs/beacon.md allows")),
        }
    }

    /// Reads every member of the object `field`, which may be missing.
    pub(super) fn each<T>(
        &self,
        field: &'static str,
        limit: usize,
        read: impl Fn(&str, &Value<'_>) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let Some(value) = self.get(field) else { return Ok(Vec::new()) };
        let entries = value.as_object().ok_or(invalid(field, "must be an object"))?.in_order();
        if entries.len() > limit {
            return Err(DecodeError::TooMany { field, limit });
        }
        let mut all = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            all.push(read(key, value)?);
        }
        Ok(all)
    }

    /// Reads every object of the array `field`, which may be missing.
    pub(super) fn list<T>(
        &self,
        field: &'static str,
        limit: usize,
        read: impl Fn(&Members<'_>) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let Some(value) = self.get(field) else { return Ok(Vec::new()) };
        let entries = value.as_list().ok_or(invalid(field, "must be a list"))?;
        if entries.len() > limit {
            return Err(DecodeError::TooMany { field, limit });
        }
        let object = |entry: &'a Value<'a>| {
            read(&Members(entry.as_object().ok_or(invalid(field, "must hold objects"))?))
        };
        entries.iter().map(object).collect()
    }
}

/// A line of text, not empty.
pub(super) fn text(value: &Value<'_>, field: &'static str, bytes: usize) -> Result<String, DecodeError> {
    line(value.as_str().unwrap_or_default(), field, bytes)
}

/// `name`, if it has a visible character: reports list it by that name.
pub(super) fn visible(name: String, field: &'static str) -> Result<String, DecodeError> {
    if invisible::is_blank(&name) { Err(invalid(field, "must not be blank")) } else { Ok(name) }
}

/// `text`, if it is a line and not empty.
pub(super) fn line(text: &str, field: &'static str, bytes: usize) -> Result<String, DecodeError> {
    if text.is_empty() || text.len() > bytes || text.contains(char::is_control) {
        let expected = "must be a line of text, not empty and no longer than docs/beacon.md allows";
        return Err(invalid(field, expected));
    }
    Ok(String::from(text))
}

/// `text`, if it is a word.
pub(super) fn word(text: &str, field: &'static str) -> Result<String, DecodeError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if text.is_empty() || text.len() > limits::WORD || !text.bytes().all(plain) {
        return Err(invalid(field, "must use words of 1 to 32 letters, digits, `-` and `_`"));
    }
    Ok(String::from(text))
}

pub(super) fn name(key: &str, field: &'static str) -> Result<String, DecodeError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:/".contains(&byte);
    if key.is_empty() || key.len() > limits::NAME || !key.bytes().all(plain) {
        return Err(invalid(field, "must have names of 1 to 96 letters, digits, `.`, `_`, `-`, `:` and `/`"));
    }
    Ok(String::from(key))
}

pub(super) fn count(value: &Value<'_>, field: &'static str) -> Result<u64, DecodeError> {
    value
        .as_u64()
        .filter(|count| *count <= limits::COUNT)
        .ok_or(invalid(field, "must hold integers from 0 to 2^53 - 1"))
}

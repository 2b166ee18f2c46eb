//! A JSON value that borrows its strings from the text. Each beacon is read into one: with `serde_json`'s, which owns every key
//! and every string, half of the time of reading a beacon goes to the allocator.
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

/// A value.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Null,
    Bool,
    /// An integer from 0.
    Natural(u64),
    /// An integer below 0.
    Negative(i64),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Object<'a>),
}

/// The members of an object, as they stand there. Of several with one name the last counts, as in JavaScript.
#[derive(Debug, Default)]
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Value<'a> {
    pub(super) fn as_f64(&self) -> Option<f64> {
        match *self {
            Self::Natural(number) => Some(number as f64),
            Self::Negative(number) => Some(number as f64),
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    pub(super) fn as_u64(&self) -> Option<u64> {
        if let Self::Natural(number) = *self { Some(number) } else { None }
    }

    pub(super) fn as_i64(&self) -> Option<i64> {
        match *self {
            Self::Natural(number) => i64::try_from(number).ok(),
            Self::Negative(number) => Some(number),
            _ => None,
        }
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(values) = self { Some(values) } else { None }
    }

    pub(super) fn as_object(&self) -> Option<&Object<'a>> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }
}

impl<'a> Object<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&Value<'a>> {
        // Not sorted for that: a beacon is asked for some twenty names, most of which differ in length.
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Its members in the order of their names.
    pub(super) fn in_order(&self) -> Vec<(&str, &Value<'a>)> {
        let mut members: Vec<_> = self.0.iter().map(|(name, value)| (name.as_ref(), value)).collect();
        // The sort is stable: the last of several with one name stays last.
        members.sort_by_key(|(name, _)| *name);
        members.dedup_by(|later, kept| {
            let is_again = later.0 == kept.0;
            if is_again {
                *kept = *later;
            }
            is_again
        });
        members
    }
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value::Natural(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(u64::try_from(number).map_or(Value::Negative(number), Value::Natural))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(String::from(text))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = map.next_key_seed(Name)? {
            if members.is_empty() {
                // Most have five to ten.
                members.reserve(8);
            }
            members.push((name, map.next_value()?));
        }
        Ok(Value::Object(Object(members)))
    }
}

/// The name of a member. `Cow`'s own `Deserialize` copies.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(String::from(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;
    use proptest::prelude::*;
    use serde_json::Value as Json;

    /// The same value as `serde_json` has it.
    fn owned(value: &Value<'_>, like: &Json) -> Json {
        match value {
            Value::Null => Json::Null,
            // What it is does not matter to anyone: a beacon has none.
            Value::Bool => like.clone(),
            Value::Natural(number) => Json::from(*number),
            Value::Negative(number) => Json::from(*number),
            Value::Number(number) => Json::from(*number),
            Value::Text(text) => Json::from(text.as_ref()),
            Value::List(values) => {
                values.iter().enumerate().map(|(place, value)| owned(value, &like[place])).collect()
            }
            Value::Object(members) => Json::Object(
                members
                    .in_order()
                    .into_iter()
                    .map(|(name, value)| (String::from(name), owned(value, &like[name])))
                    .collect(),
            ),
        }
    }

    fn json() -> impl Strategy<Value = String> {
        let word = prop_oneof!["[a-c]{0,2}", "\\PC{0,4}"].prop_map(|word| Json::from(word).to_string());
        let leaf = prop_oneof![
            Just(String::from("null")),
            Just(String::from("true")),
            any::<i64>().prop_map(|number| format!("{number}")),
            any::<u64>().prop_map(|number| format!("{number}")),
            "-?[0-9]{1,3}\\.[0-9]{1,3}(e-?[0-9]{1,2})?",
            word.clone(),
        ];
        leaf.prop_recursive(4, 40, 6, move |inner| {
            let list = prop::collection::vec(inner.clone(), 0..6);
            let members = prop::collection::vec((word.clone(), inner), 0..6);
            prop_oneof![
                list.prop_map(|values| format!("[{}]", values.join(", "))),
                members.prop_map(|members| {
                    let members: Vec<String> =
                        members.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
                    format!("{{{}}}", members.join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_what_serde_json_reads(text in json()) {
            let expected: Option<Json> = serde_json::from_str(&text).ok();
            let value: Option<Value<'_>> = serde_json::from_slice(text.as_bytes()).ok();
            prop_assert_eq!(value.is_some(), expected.is_some(), "{}", text);
            if let (Some(value), Some(expected)) = (value, expected) {
                prop_assert_eq!(owned(&value, &expected), expected.clone());
                prop_assert_eq!((value.as_f64(), value.as_u64(), value.as_i64()),
                    (expected.as_f64(), expected.as_u64(), expected.as_i64()));
            }
        }
    }

    #[test]
    fn of_several_members_with_one_name_the_last_counts() {
        let value: Value<'_> = serde_json::from_str(r#"{"b":1,"a":2,"b":3,"a":4,"b":5}"#).unwrap();
        let members = value.as_object().unwrap();
        let names: Vec<&str> = members.in_order().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(members.get("b").and_then(Value::as_u64), Some(5));
        assert_eq!(members.get("a").and_then(Value::as_u64), Some(4));
        assert!(members.get("c").is_none());
        assert_eq!(members.in_order()[1].1.as_u64(), Some(5));
    }
}

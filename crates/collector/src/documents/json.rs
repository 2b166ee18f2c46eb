//! JSON of which only what is looked at is read: a member that is huge, deep or odd costs itself alone.
//!
//! `serde_json` checks the syntax once, and skips what is not wanted without recursion. Each level is scanned again when it is
//! entered, so the time is at most the length times the depth.
use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The longest text of a number, and of a string that is taken for one, bytes.
const NUMBER: usize = 64;
/// The longest string that is read, bytes.
const STRING: usize = 64 * 1024;

/// A value that is not read yet.
#[derive(Clone, Copy)]
pub struct Node<'a>(&'a RawValue);

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Null,
    Bool,
    Number,
    String,
    List,
    Object,
}

impl<'a> Node<'a> {
    /// The value that `text` is.
    pub fn new(text: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }

    pub fn kind(self) -> Type {
        match self.0.get().as_bytes().first() {
            Some(b'{') => Type::Object,
            Some(b'[') => Type::List,
            Some(b'"') => Type::String,
            Some(b't' | b'f') => Type::Bool,
            Some(b'n') | None => Type::Null,
            Some(_) => Type::Number,
        }
    }

    pub fn is_container(self) -> bool {
        matches!(self.kind(), Type::List | Type::Object)
    }

    /// A number that is finite, if it is one.
    pub fn number(self) -> Option<f64> {
        let text = self.0.get();
        if self.kind() != Type::Number || text.len() > NUMBER {
            return None;
        }
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }

    pub fn bool(self) -> Option<bool> {
        (self.kind() == Type::Bool).then(|| self.0.get() == "true")
    }

    /// A string, if it is one of a length that is worth reading.
    pub fn string(self) -> Option<Cow<'a, str>> {
        let text = self.0.get();
        if self.kind() != Type::String || text.len() > STRING {
            return None;
        }
        match text.get(1..text.len() - 1) {
            Some(plain) if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
            _ => serde_json::from_str::<String>(text).ok().map(Cow::Owned),
        }
    }

    /// The members of an object, at most `most`. Of several with one name the first counts. The number of those that are left
    /// out is the second value.
    pub fn members(self, most: usize) -> (Vec<(Cow<'a, str>, Self)>, usize) {
        let Ok(Pairs(pairs)) = serde_json::from_str::<Pairs<'a>>(self.0.get()) else {
            return (Vec::new(), 0);
        };
        let all = pairs.len();
        let mut members: Vec<(Cow<'a, str>, Self)> = Vec::with_capacity(all.min(most));
        let mut seen = std::collections::HashSet::new();
        for (name, value) in pairs {
            if members.len() == most {
                break;
            }
            let Some(name) = Node(name).string() else { continue };
            if seen.insert(name.clone()) {
                members.push((name, Self(value)));
            }
        }
        let left_out = all - members.len();
        (members, left_out)
    }

    /// The elements of a list, at most `most`, and the number of those that are left out.
    pub fn items(self, most: usize) -> (Vec<Self>, usize) {
        let Ok(Items(items)) = serde_json::from_str::<Items<'a>>(self.0.get()) else {
            return (Vec::new(), 0);
        };
        let all = items.len();
        (items.into_iter().take(most).map(Self).collect(), all.saturating_sub(most))
    }
}

struct Pairs<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(All)
    }
}

struct Items<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Items<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Items<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Items<'de>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Items(items))
            }
        }
        deserializer.deserialize_seq(All)
    }
}

/// The text with `null` for `NaN`, `Infinity` and `-Infinity`, which Python and others write although JSON has none of them.
/// `None` where there is none of them.
pub fn without_nan(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut found) = (text, false);
    while let Some(at) = rest.find(['"', 'N', 'I', '-']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let word = ["NaN", "Infinity", "-Infinity", "-NaN"].into_iter().find(|word| from.starts_with(word));
        let taken = match word {
            Some(word) => {
                found = true;
                out.push_str("null");
                word.len()
            }
            None => {
                let length = if from.starts_with('"') { string_length(from) } else { 1 };
                out.push_str(&from[..length]);
                length
            }
        };
        rest = &from[taken..];
    }
    out.push_str(rest);
    found.then_some(out)
}

/// The length of the string that `text` begins with, with its quotes; of all of it where it does not end.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        if byte == b'"' && !escaped {
            return at + 1;
        }
        escaped = byte == b'\\' && !escaped;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Node, Type, without_nan};

    #[test]
    fn what_is_not_looked_at_does_not_harm() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        let text = format!(r#"{{"deep":{deep},"huge":1e999,"odd":"\ud800","a":1,"a":2,"b":"x\ny"}}"#);
        let (members, left_out) = Node::new(&text).unwrap().members(10);
        let names: Vec<&str> = members.iter().map(|member| &*member.0).collect();
        assert_eq!((names, left_out), (vec!["deep", "huge", "odd", "a", "b"], 1));
        assert_eq!(members[0].1.kind(), Type::List);
        assert_eq!((members[1].1.number(), members[2].1.string()), (None, None));
        assert_eq!(members[3].1.number(), Some(1.0));
        assert_eq!(members[4].1.string().as_deref(), Some("x\ny"));
        assert!(Node::new("{\"a\":1").is_err());
    }

    #[test]
    fn numbers_that_json_has_not_become_null() {
        let text = r#"{"a": NaN, "b": [-Infinity, Infinity], "NaN": "NaN \" NaN", "c": -1}"#;
        let plain = r#"{"a": null, "b": [null, null], "NaN": "NaN \" NaN", "c": -1}"#;
        assert_eq!(without_nan(text).as_deref(), Some(plain));
        assert_eq!(without_nan(plain), None);
    }
}

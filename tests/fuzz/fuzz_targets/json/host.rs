//! A host of the engine's JSON machine that checks every result.
use crate::reference::{Read, Tree, Value, check_identity, is_json, put, read, shown, units};
use std::rc::Rc;
use whippet_engine::json::patch::{ARRAY, BLOCK, CLONE, FRESH, KIND_BITS, KIND_MASK, OLD, SLOT};
use whippet_engine::json::{Bodies, BodyId, Outcome, Progress, IncomingId};

/// A query: the text and the value of its last body, and the body's id.
#[derive(Default)]
pub struct Host {
    bodies: Bodies,
    body: Option<BodyId>,
    last: Option<(Vec<u8>, Tree, Value)>,
}

impl Host {
    /// The last text that was JSON.
    pub fn text(&self) -> &[u8] {
        self.last.as_ref().map_or(&[], |(text, ..)| text)
    }

    /// Receives the next body.
    pub fn take(&mut self, text: &[u8], slow: bool) {
        let incoming = self.receive(text, if slow { 1 } else { text.len().max(1) });
        let value = self.value(incoming, text);
        if slow {
            // Another body of the same query is complete first, and is discarded.
            let other = self.receive(text, 7);
            let again = self.value(other, text);
            assert_eq!(again, value);
            self.bodies.discard(other);
        }
        let Some(value) = value else {
            self.bodies.discard(incoming);
            return;
        };
        self.body = self.bodies.keep(incoming);
        assert!(self.body.is_some());
        let tree = read(text).1;
        self.last = Some((text.to_vec(), tree, value));
    }

    fn receive(&mut self, text: &[u8], chunk: usize) -> IncomingId {
        let incoming = self.bodies.begin(self.body, 0);
        for chunk in text.chunks(chunk) {
            self.bodies.room(incoming, chunk.len()).copy_from_slice(chunk);
            assert_eq!(self.bodies.received(incoming), Progress::Continue);
        }
        assert_eq!(self.bodies.bytes(incoming), text);
        incoming
    }

    /// The value of a body that has arrived, if it is JSON.
    fn value(&mut self, incoming: IncomingId, text: &[u8]) -> Option<Value> {
        let outcome = self.bodies.finish(incoming, self.last.is_some());
        let error = self.bodies.syntax_error(incoming);
        if !is_json(text) {
            assert_eq!(outcome, Outcome::Unknown, "accepted as JSON: {}", shown(text));
            assert!(error.is_some_and(|error| error.at <= text.len()), "accepted as JSON: {}", shown(text));
            return None;
        }
        assert_eq!(error, None, "{}", shown(text));
        let (expected, tree) = read(text);
        let Some((old_text, old_tree, old)) = &self.last else {
            assert_eq!(outcome, Outcome::Unknown);
            return Some(expected);
        };
        let value = match outcome {
            Outcome::Whole => expected.clone(),
            Outcome::Same => old.clone(),
            Outcome::Unknown => panic!("refused as JSON: {}", shown(text)),
            Outcome::Patch => {
                assert!(is_json(self.bodies.slices()), "{}", shown(self.bodies.slices()));
                let parsed = read(self.bodies.slices()).0;
                Program { words: self.bodies.program(), parsed: &parsed }.apply(old)
            }
        };
        assert_eq!(value, expected, "{} -> {}", shown(old_text), shown(text));
        agrees_with_serde(&value, text);
        check_identity(
            &Read { text: old_text, tree: old_tree, value: old },
            &Read { text, tree: &tree, value: &value },
        );
        Some(value)
    }
}

/// Asserts that the value equals that of `serde_json`, if that can represent it.
fn agrees_with_serde(value: &Value, text: &[u8]) {
    let text = String::from_utf8_lossy(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text));
    if let Ok(expected) = serde_json::from_str::<serde_json::Value>(&text) {
        let mut written = Vec::new();
        value.write(&mut written);
        let written = String::from_utf8_lossy(&written).into_owned();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).expect("it was JSON"), expected);
    }
}

/// A patch, and the value of its text that was parsed.
struct Program<'a> {
    words: &'a [u32],
    parsed: &'a Value,
}

impl Program<'_> {
    fn apply(&self, old: &Value) -> Value {
        self.block(self.words[0], old)
    }

    fn slot(&self, number: u32) -> Value {
        self.parsed.element(number as usize + 1).clone()
    }

    fn block(&self, at: u32, old: &Value) -> Value {
        let words = &self.words[at as usize..];
        let count = words[1] as usize;
        match words[0] {
            CLONE => self.members(old.clone(), &words[2..][..2 * count], old),
            FRESH => self.members(self.slot(words[2]), &words[3..][..2 * count], old),
            ARRAY => self.elements(&words[2..][..count], old),
            other => panic!("no block begins with {other}"),
        }
    }

    fn members(&self, into: Value, words: &[u32], old: &Value) -> Value {
        let Value::Object(members) = into else { panic!("no object: {into:?}") };
        let mut members = (*members).clone();
        for pair in words.chunks(2) {
            let Value::Scalar(name) = self.parsed.element(0).element(pair[0] as usize) else {
                panic!("no name")
            };
            let name = units(name);
            let number = pair[1] >> KIND_BITS;
            let value = match pair[1] & KIND_MASK {
                SLOT => self.slot(number),
                BLOCK => self.block(number, old.member(&name)),
                OLD => old.member(&name).clone(),
                other => panic!("no member is {other}"),
            };
            assert!(members.iter().any(|(other, _)| *other == name), "a member that was not there");
            put(&mut members, name, value);
        }
        Value::Object(Rc::new(members))
    }

    fn elements(&self, words: &[u32], old: &Value) -> Value {
        let mut elements = Vec::new();
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            let number = word >> KIND_BITS;
            match word & KIND_MASK {
                SLOT => elements.push(self.slot(number)),
                BLOCK => {
                    let index = *words.next().expect("the old element");
                    elements.push(self.block(number, old.element(index as usize)));
                }
                OLD => {
                    let end = *words.next().expect("the end of the run");
                    assert!(number < end);
                    elements.extend((number..end).map(|index| old.element(index as usize).clone()));
                }
                other => panic!("no element is {other}"),
            }
        }
        Value::Array(Rc::new(elements))
    }
}

//! After random edits of random documents, the patched value equals the parsed one and shares with the old one what has the
//! same bytes.
use super::super::checked::Checked;
use super::super::scan::PADDING;
use super::super::tape::read_text;
use super::super::*;
use super::apply::{Value, apply};
use super::model::{Kind, Tree, change, doc, edit, read, write};
use proptest::prelude::*;
use std::string::String;
use std::vec::Vec;

/// A host of the machine: the text of the last body, its value, and its id.
pub struct Host {
    pub bodies: Bodies,
    pub id: Option<BodyId>,
    pub text: String,
    pub value: Value,
}

impl Host {
    pub fn new(text: &str) -> Self {
        let mut bodies = Bodies::default();
        let incoming = bodies.begin(None, 0);
        bodies.room(incoming, text.len()).copy_from_slice(text.as_bytes());
        bodies.received(incoming);
        assert_eq!(bodies.finish(incoming, false), Outcome::Unknown);
        assert_eq!(bodies.syntax_error(incoming), None);
        let id = bodies.keep(incoming);
        Self { bodies, id, text: text.into(), value: read(text).0 }
    }

    /// Receives the next body. Returns its outcome.
    pub fn next(&mut self, text: &str, chunk: usize) -> Outcome {
        let incoming = self.bodies.begin(self.id, 0);
        for chunk in text.as_bytes().chunks(chunk.max(1)) {
            self.bodies.room(incoming, chunk.len()).copy_from_slice(chunk);
            self.bodies.received(incoming);
        }
        let outcome = self.bodies.finish(incoming, true);
        match outcome {
            Outcome::Same => {}
            Outcome::Whole | Outcome::Unknown => self.value = read(text).0,
            Outcome::Patch => {
                let parsed = read(core::str::from_utf8(self.bodies.slices()).expect("UTF-8")).0;
                self.value = apply(self.bodies.program(), &parsed, &self.value);
            }
        }
        self.id = self.bodies.keep(incoming);
        self.text = text.into();
        outcome
    }

    /// Receives the next body, and asserts that value, sharing and tape are right.
    pub fn check(&mut self, text: &str, chunk: usize) -> Outcome {
        let (before, old) = (self.text.clone(), self.value.clone());
        let outcome = self.next(text, chunk);
        let (expected, tree) = read(text);
        assert_eq!(self.value, expected, "{before} -> {text}");
        assert_sharing(&before, &read(&before).1, &old, text, &tree, &self.value);
        self.assert_tape();
        outcome
    }

    /// Asserts that the tape of the last body is the one that reading the whole text gives.
    fn assert_tape(&self) {
        let (made, text) = self.bodies.last_tape();
        if made.is_empty() {
            return;
        }
        let mut nodes = Vec::new();
        assert!(read_text(Checked::of(text), text.len() - PADDING, &mut nodes) > 0);
        let plain = |nodes: &[super::super::tape::Node]| -> Vec<_> {
            nodes.iter().map(|node| (node.gap, node.len, node.span())).collect()
        };
        assert_eq!(plain(made), plain(&nodes), "{}", self.text);
    }
}

/// Asserts that a container with the bytes of its counterpart is the same object, and that an element with the bytes of any old
/// element is that object.
fn assert_sharing(old_text: &str, old: &Tree, before: &Value, new_text: &str, new: &Tree, after: &Value) {
    let same = |old: &Tree, new: &Tree| old_text[old.range.clone()] == new_text[new.range.clone()];
    if matches!(new.kind, Kind::Scalar) {
        return;
    }
    if same(old, new) {
        assert!(after.is(before), "{old_text} -> {new_text}: {:?}", &new_text[new.range.clone()]);
        return;
    }
    match (&old.kind, &new.kind) {
        (Kind::Array(olds), Kind::Array(news)) => {
            for (i, new) in news.iter().enumerate().filter(|(_, new)| !matches!(new.kind, Kind::Scalar)) {
                let at_path = olds.get(i);
                let found = || olds.iter().enumerate().filter(|(_, old)| same(old, new));
                if at_path.is_none_or(|old| !same(old, new)) && found().next().is_some() {
                    let is = found().any(|(i, _)| after.element(index_in(news, new)).is(before.element(i)));
                    assert!(is, "{old_text} -> {new_text}: {:?}", &new_text[new.range.clone()]);
                } else if let Some(old) = at_path {
                    assert_sharing(old_text, old, before.element(i), new_text, new, after.element(i));
                }
            }
        }
        (Kind::Object(olds), Kind::Object(news)) => {
            for (name, new) in news {
                if let Some((_, old)) = olds.iter().find(|(other, _)| other == name) {
                    assert_sharing(old_text, old, before.member(name), new_text, new, after.member(name));
                }
            }
        }
        _ => {}
    }
}

fn index_in(news: &[Tree], new: &Tree) -> usize {
    news.iter().position(|other| other.range == new.range).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 4000 } else { 40_000 }))]
    #[test]
    fn patches_are_right_after_random_edits(
        mut doc in doc(),
        mut space in any::<u8>(),
        rounds in prop::collection::vec(prop::collection::vec(edit(), 1..4), 1..6),
        chunk in 1..100usize,
    ) {
        let mut host = Host::new(&write(&doc, space));
        for edits in rounds {
            for (path, edit) in &edits {
                space = change(&mut doc, path, edit, space);
            }
            host.check(&write(&doc, space), chunk);
        }
    }

    #[test]
    fn patches_are_right_between_unrelated_documents(docs in prop::collection::vec((doc(), any::<u8>()), 2..5)) {
        let texts: Vec<String> = docs.iter().map(|(doc, space)| write(doc, *space)).collect();
        let mut host = Host::new(&texts[0]);
        for text in &texts[1..] {
            host.check(text, 7);
        }
    }

    #[test]
    fn a_text_that_is_not_json_is_refused(doc in doc(), space in any::<u8>(), edits in prop::collection::vec((any::<prop::sample::Index>(), "[\\[\\]{},:\"\\\\0-9eE+.tfn \\u{0}a-f-]{0,2}"), 1..3)) {
        let text = write(&doc, space);
        let mut broken = text.clone();
        for (at, put) in &edits {
            let at = at.index(broken.len() + 1);
            if broken.is_char_boundary(at) {
                let end = (at + put.len().min(1)).min(broken.len());
                let end = (end..).find(|end| broken.is_char_boundary(*end)).unwrap();
                broken.replace_range(at..end, put);
            }
        }
        let mut host = Host::new(&text);
        let incoming = host.bodies.begin(host.id, 0);
        host.bodies.room(incoming, broken.len()).copy_from_slice(broken.as_bytes());
        host.bodies.received(incoming);
        let outcome = host.bodies.finish(incoming, true);
        let error = host.bodies.syntax_error(incoming);
        let expected = serde_json::from_str::<serde::de::IgnoredAny>(&broken);
        if let Err(expected) = &expected {
            prop_assert!(error.is_some(), "{}: {:?}", broken, expected);
            prop_assert_eq!(outcome, Outcome::Unknown);
            host.bodies.discard(incoming);
            host.check(&text, 1000);
        } else {
            prop_assert_eq!(error, None, "{}", broken);
            host.bodies.discard(incoming);
            // JavaScript allows numbers beyond an f64 and lone surrogates, and serde_json refuses them.
            if serde_json::from_str::<serde_json::Value>(&broken).is_ok() {
                host.check(&broken, 1000);
            }
        }
    }
}

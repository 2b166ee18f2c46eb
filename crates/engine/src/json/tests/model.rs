//! Random documents and edits, and a parser that shares no code with the one under test.
use super::apply::{Value, put};
use proptest::prelude::*;
use std::format;
use std::ops::Range;
use std::rc::Rc;
use std::string::{String, ToString};
use std::vec::Vec;

/// A document that is not written as text yet.
#[derive(Clone, Debug, PartialEq)]
pub enum Doc {
    Scalar(String),
    Array(Vec<Doc>),
    /// Names are written as they are, with quotes and escapes. They may repeat.
    Object(Vec<(String, Doc)>),
}

const SCALARS: [&str; 22] = [
    "0",
    "-0",
    "1",
    "12",
    "1.5",
    "1e3",
    "-1E-2",
    "123456789012345678901234567890",
    "1e308",
    "5e-324",
    "true",
    "false",
    "null",
    "\"\"",
    "\"a\"",
    "\"b\\n\\\"\"",
    "\"\\u00e9\\ud83d\\ude00\"",
    "\"é😀\"",
    "\"[1,{\"",
    "\"a longer string, of more than sixteen bytes\"",
    "\"}, \\\\\"",
    "\"a longer string, of more than sixteen Bytes\"",
];
const NAMES: [&str; 13] = [
    "\"a\"",
    "\"b\"",
    "\"c\"",
    "\"\\u0061\"",
    "\"\"",
    "\"1\"",
    "\"0\"",
    "\"__proto__\"",
    "\"é\"",
    "\"\\u00e9\"",
    "\"constructor\"",
    "\"x\\\"y\"",
    "\"a rather long name of a member\"",
];

pub fn scalar() -> impl Strategy<Value = String> {
    prop::sample::select(&SCALARS[..]).prop_map(ToString::to_string)
}

pub fn name() -> impl Strategy<Value = String> {
    prop::sample::select(&NAMES[..]).prop_map(ToString::to_string)
}

pub fn doc() -> impl Strategy<Value = Doc> {
    scalar().prop_map(Doc::Scalar).prop_recursive(5, 60, 12, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 0..12).prop_map(Doc::Array),
            3 => prop::collection::vec((name(), inner.clone()), 0..12).prop_map(Doc::Object),
            // A list of rows with the same names.
            2 => (prop::collection::vec(name(), 1..5), prop::collection::vec(inner, 1..20)).prop_map(
                |(names, values)| Doc::Array(
                    values
                        .chunks(names.len())
                        .map(|row| Doc::Object(names.iter().cloned().zip(row.iter().cloned()).collect()))
                        .collect()
                )
            ),
        ]
    })
}

/// An edit of the value at a path.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Replaces the value.
    Change(Doc),
    /// Inserts a child at an index.
    Insert(usize, String, Doc),
    /// Deletes so many children from an index on.
    Delete(usize, usize),
    /// Moves a child to another index, or copies it there.
    Move(usize, usize, bool),
    Rename(usize, String),
    Reverse,
    /// Changes the white space with which the document is written.
    Space(u8),
}

pub fn edit() -> impl Strategy<Value = (Vec<usize>, Edit)> {
    let place = || 0..20usize;
    let edit = prop_oneof![
        4 => scalar().prop_map(|scalar| Edit::Change(Doc::Scalar(scalar))),
        1 => doc().prop_map(Edit::Change),
        2 => (place(), name(), doc()).prop_map(|(at, name, doc)| Edit::Insert(at, name, doc)),
        2 => (place(), 1..4usize).prop_map(|(at, count)| Edit::Delete(at, count)),
        3 => (place(), place(), any::<bool>()).prop_map(|(from, to, copy)| Edit::Move(from, to, copy)),
        1 => (place(), name()).prop_map(|(at, name)| Edit::Rename(at, name)),
        1 => Just(Edit::Reverse),
        1 => any::<u8>().prop_map(Edit::Space),
    ];
    (prop::collection::vec(place(), 0..5), edit)
}

/// Applies an edit at the part of the path that exists. Returns the white space to write with.
pub fn change(doc: &mut Doc, path: &[usize], edit: &Edit, space: u8) -> u8 {
    if let Some((&first, rest)) = path.split_first() {
        let child = match doc {
            Doc::Array(elements) if !elements.is_empty() => {
                let len = elements.len();
                Some(&mut elements[first % len])
            }
            Doc::Object(members) if !members.is_empty() => {
                let len = members.len();
                Some(&mut members[first % len].1)
            }
            _ => None,
        };
        if let Some(child) = child {
            return change(child, rest, edit, space);
        }
    }
    match edit {
        Edit::Change(to) => *doc = to.clone(),
        Edit::Space(space) => return *space,
        edit => match doc {
            Doc::Array(elements) => {
                let mut named = elements.drain(..).map(|doc| (String::new(), doc)).collect();
                children(&mut named, edit);
                *elements = named.into_iter().map(|(_, doc)| doc).collect();
            }
            Doc::Object(members) => children(members, edit),
            Doc::Scalar(_) => {}
        },
    }
    space
}

fn children(list: &mut Vec<(String, Doc)>, edit: &Edit) {
    let len = list.len();
    match edit {
        Edit::Insert(at, name, doc) => list.insert(at % (len + 1), (name.clone(), doc.clone())),
        Edit::Delete(at, count) if len > 0 => {
            let at = at % len;
            list.drain(at..(at + count).min(len));
        }
        Edit::Move(from, to, copy) if len > 0 => {
            let from = from % len;
            let child = if *copy { list[from].clone() } else { list.remove(from) };
            list.insert(to % (list.len() + 1), child);
        }
        Edit::Rename(at, name) if len > 0 => list[at % len].0 = name.clone(),
        Edit::Reverse => list.reverse(),
        _ => {}
    }
}

/// Writes a document as text. `space` selects a pattern of white space.
pub fn write(doc: &Doc, space: u8) -> String {
    let mut text = String::new();
    let mut turn = 0;
    let mut gap = move |text: &mut String| {
        turn += 1;
        match space % 4 {
            0 => {}
            1 => text.push_str(if turn % 3 == 0 { " " } else { "" }),
            2 => text.push_str(["", " ", "\n\t", "\r\n  "][(turn * usize::from(space) / 7) % 4]),
            _ => text.push('\n'),
        }
    };
    fn to(doc: &Doc, text: &mut String, gap: &mut dyn FnMut(&mut String)) {
        gap(text);
        match doc {
            Doc::Scalar(scalar) => text.push_str(scalar),
            Doc::Array(elements) => {
                text.push('[');
                for (i, element) in elements.iter().enumerate() {
                    text.push_str(if i > 0 { "," } else { "" });
                    to(element, text, gap);
                }
                gap(text);
                text.push(']');
            }
            Doc::Object(members) => {
                text.push('{');
                for (i, (name, member)) in members.iter().enumerate() {
                    text.push_str(if i > 0 { "," } else { "" });
                    gap(text);
                    text.push_str(name);
                    gap(text);
                    text.push(':');
                    to(member, text, gap);
                }
                gap(text);
                text.push('}');
            }
        }
        gap(text);
    }
    to(doc, &mut text, &mut gap);
    text
}

/// A value's place in its text.
#[derive(Debug)]
pub struct Tree {
    pub range: Range<usize>,
    pub kind: Kind,
}

#[derive(Debug)]
pub enum Kind {
    Scalar,
    Array(Vec<Tree>),
    /// Of members with the same name, only the last.
    Object(Vec<(String, Tree)>),
}

/// Parses a well-formed text into its value and the places of its values. `serde_json` reads the scalars.
pub fn read(text: &str) -> (Value, Tree) {
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    value(text, &mut at)
}

fn space(text: &str, at: &mut usize) {
    *at += text[*at..].len() - text[*at..].trim_start_matches([' ', '\n', '\r', '\t']).len();
}

fn word(text: &str, at: &mut usize) -> String {
    let start = *at;
    let bytes = text.as_bytes();
    if bytes[start] == b'"' {
        *at += 1;
        while bytes[*at] != b'"' {
            *at += if bytes[*at] == b'\\' { 2 } else { 1 };
        }
        *at += 1;
    } else {
        while bytes.get(*at).is_some_and(|byte| !b" \n\r\t,]}".contains(byte)) {
            *at += 1;
        }
    }
    let value: serde_json::Value = serde_json::from_str(&text[start..*at]).expect("a word");
    format!("{value}")
}

fn value(text: &str, at: &mut usize) -> (Value, Tree) {
    space(text, at);
    let start = *at;
    let bytes = text.as_bytes();
    let (value, kind) = match bytes[start] {
        open @ (b'[' | b'{') => {
            let (mut elements, mut trees) = (Vec::new(), Vec::new());
            let (mut members, mut named) = (Vec::new(), Vec::new());
            *at += 1;
            space(text, at);
            while bytes[*at] != open + 2 {
                if bytes[*at] == b',' {
                    *at += 1;
                    space(text, at);
                }
                if open == b'[' {
                    let (child, tree) = self::value(text, at);
                    elements.push(child);
                    trees.push(tree);
                } else {
                    let name: String = serde_json::from_str(&word(text, at)).unwrap();
                    space(text, at);
                    *at += 1;
                    let (child, tree) = self::value(text, at);
                    put(&mut members, &name, child);
                    named.retain(|(other, _)| *other != name);
                    named.push((name, tree));
                }
                space(text, at);
            }
            *at += 1;
            if open == b'[' {
                (Value::Array(Rc::new(elements)), Kind::Array(trees))
            } else {
                (Value::Object(Rc::new(members)), Kind::Object(named))
            }
        }
        _ => (Value::Scalar(word(text, at)), Kind::Scalar),
    };
    (value, Tree { range: start..*at, kind })
}

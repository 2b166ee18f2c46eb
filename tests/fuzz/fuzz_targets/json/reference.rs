//! A JSON parser that shares no code with the engine's, and values whose identity can be compared.
use std::ops::Range;
use std::rc::Rc;

/// A JSON value. Arrays and objects have an identity.
#[derive(Clone, Debug)]
pub enum Value {
    /// The bytes of its text.
    Scalar(Vec<u8>),
    Array(Rc<Vec<Value>>),
    /// Members by name, in UTF-16. As in JavaScript, a repeated name has its first place and its last value. Integer names are
    /// not moved to the front.
    Object(Rc<Vec<(Vec<u16>, Value)>>),
}

impl Value {
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Array(a), Self::Array(b)) => Rc::ptr_eq(a, b),
            (Self::Object(a), Self::Object(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    pub fn element(&self, index: usize) -> &Self {
        match self {
            Self::Array(elements) => &elements[index],
            other => panic!("no array: {other:?}"),
        }
    }

    pub fn member(&self, name: &[u16]) -> &Self {
        match self {
            Self::Object(members) => &members.iter().find(|(other, _)| other == name).expect("a member").1,
            other => panic!("no object: {other:?}"),
        }
    }

    /// Writes it as JSON.
    pub fn write(&self, text: &mut Vec<u8>) {
        match self {
            Self::Scalar(spelled) => text.extend_from_slice(spelled),
            Self::Array(elements) => {
                text.push(b'[');
                for (i, element) in elements.iter().enumerate() {
                    text.extend_from_slice(if i > 0 { b"," } else { b"" });
                    element.write(text);
                }
                text.push(b']');
            }
            Self::Object(members) => {
                text.push(b'{');
                for (i, (name, member)) in members.iter().enumerate() {
                    text.extend_from_slice(if i > 0 { b",\"" } else { b"\"" });
                    name.iter().for_each(|unit| text.extend_from_slice(format!("\\u{unit:04x}").as_bytes()));
                    text.extend_from_slice(b"\":");
                    member.write(text);
                }
                text.push(b'}');
            }
        }
    }
}

/// Compares contents, as two parsed values share nothing.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scalar(a), Self::Scalar(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => a == b,
            _ => false,
        }
    }
}

/// Adds a member, or replaces the value of an earlier one of the same name.
pub fn put(members: &mut Vec<(Vec<u16>, Value)>, name: Vec<u16>, value: Value) {
    match members.iter_mut().find(|(other, _)| *other == name) {
        Some((_, old)) => *old = value,
        None => members.push((name, value)),
    }
}

/// The position of a value and of its children in the text.
#[derive(Clone, Debug)]
pub struct Tree {
    pub range: Range<usize>,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Scalar,
    Array(Vec<Tree>),
    /// All members in the order of the text: name, start and value. A name may occur twice.
    Object(Vec<(Vec<u16>, usize, Tree)>),
}

/// Whether JavaScript accepts the text. `serde_json` checks the grammar alone where it ignores the values: it would refuse
/// large numbers and lone surrogates.
pub fn is_json(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text));
    serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok()
}

/// Parses a text that is known to be JSON.
pub fn read(text: &[u8]) -> (Value, Tree) {
    let mut at = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    value(text, &mut at)
}

fn space(text: &[u8], at: &mut usize) {
    while matches!(text.get(*at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        *at += 1;
    }
}

fn word(text: &[u8], at: &mut usize) -> Range<usize> {
    let start = *at;
    if text[start] == b'"' {
        *at += 1;
        while text[*at] != b'"' {
            *at += if text[*at] == b'\\' { 2 } else { 1 };
        }
        *at += 1;
    } else {
        while text.get(*at).is_some_and(|byte| !b" \n\r\t,]}".contains(byte)) {
            *at += 1;
        }
    }
    start..*at
}

/// Decodes a string with its quotes to UTF-16.
pub fn units(spelled: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(&spelled[1..spelled.len() - 1]).into_owned();
    let mut units = Vec::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            units.extend_from_slice(char.encode_utf16(&mut [0; 2]));
            continue;
        }
        units.push(match chars.next().expect("an escape") {
            'b' => 8,
            't' => 9,
            'n' => 10,
            'f' => 12,
            'r' => 13,
            'u' => u16::from_str_radix(&chars.by_ref().take(4).collect::<String>(), 16).expect("digits"),
            other => other as u16,
        });
    }
    units
}

fn value(text: &[u8], at: &mut usize) -> (Value, Tree) {
    space(text, at);
    let start = *at;
    let (value, kind) = match text[start] {
        open @ (b'[' | b'{') => {
            let (mut elements, mut trees) = (Vec::new(), Vec::new());
            let (mut members, mut named) = (Vec::new(), Vec::new());
            *at += 1;
            space(text, at);
            while text[*at] != open + 2 {
                if text[*at] == b',' {
                    *at += 1;
                    space(text, at);
                }
                if open == b'[' {
                    let (child, tree) = value(text, at);
                    elements.push(child);
                    trees.push(tree);
                } else {
                    let begins = *at;
                    let name = units(&text[word(text, at)]);
                    space(text, at);
                    *at += 1;
                    let (child, tree) = value(text, at);
                    put(&mut members, name.clone(), child);
                    named.push((name, begins, tree));
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
        _ => (Value::Scalar(text[word(text, at)].to_vec()), Kind::Scalar),
    };
    (value, Tree { range: start..*at, kind })
}

/// A text, its positions and its value.
pub struct Read<'a> {
    pub text: &'a [u8],
    pub tree: &'a Tree,
    pub value: &'a Value,
}

/// Checks the rule of identity: a value with the same bytes as the old value at its place is that object, and an array element
/// with the same bytes as any old element is one of these.
pub fn check_identity(old: &Read<'_>, new: &Read<'_>) {
    let same = |a: &Tree, b: &Tree| old.text[a.range.clone()] == new.text[b.range.clone()];
    if matches!(new.tree.kind, Kind::Scalar) {
        return;
    }
    if same(old.tree, new.tree) {
        assert!(new.value.is(old.value), "not the same object: {}", shown(&new.text[new.tree.range.clone()]));
        return;
    }
    let below = |a: &Tree, before: &Value, b: &Tree, after: &Value| {
        check_identity(
            &Read { text: old.text, tree: a, value: before },
            &Read { text: new.text, tree: b, value: after },
        );
    };
    match (&old.tree.kind, &new.tree.kind) {
        (Kind::Array(olds), Kind::Array(news)) => {
            for (i, tree) in news.iter().enumerate() {
                let after = new.value.element(i);
                let mut alike = olds.iter().enumerate().filter(|(_, old)| same(old, tree)).peekable();
                let here = olds.get(i).filter(|old| alike.peek().is_none() || same(old, tree));
                if let Some(old_tree) = here {
                    below(old_tree, old.value.element(i), tree, after);
                } else if !matches!(tree.kind, Kind::Scalar) && alike.peek().is_some() {
                    let is = alike.any(|(i, _)| after.is(old.value.element(i)));
                    assert!(is, "not an old element: {}", shown(&new.text[tree.range.clone()]));
                }
            }
        }
        (Kind::Object(olds), Kind::Object(news)) => {
            for (name, _, old_tree) in last_of_each(olds) {
                if let Some((_, _, tree)) = last_of_each(news).find(|(other, _, _)| other == name) {
                    below(old_tree, old.value.member(name), tree, new.value.member(name));
                }
            }
        }
        _ => {}
    }
}

type Member = (Vec<u16>, usize, Tree);

fn last_of_each(members: &[Member]) -> impl Iterator<Item = &Member> {
    members
        .iter()
        .enumerate()
        .filter(|(i, (name, ..))| !members[i + 1..].iter().any(|(other, ..)| other == name))
        .map(|(_, member)| member)
}

/// A text for messages.
pub fn shown(text: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(text))
}

//! Applies a patch to values that have an identity, as a host does.
use super::super::patch::{ARRAY, BLOCK, CLONE, FRESH, KIND_BITS, KIND_MASK, OLD, SLOT};
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

/// A JSON value whose objects and arrays have an identity.
#[derive(Clone, Debug)]
pub enum Value {
    /// The text, as `serde_json` writes it.
    Scalar(String),
    Array(Rc<Vec<Value>>),
    /// The members in JavaScript's order, except that integers do not come first: a repeated name stays where it first was, and
    /// has its last value.
    Object(Rc<Vec<(String, Value)>>),
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

    pub fn member(&self, name: &str) -> &Self {
        match self {
            Self::Object(members) => &members.iter().find(|(other, _)| other == name).expect(name).1,
            other => panic!("no object: {other:?}"),
        }
    }
}

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

/// Sets a member, at the position that JavaScript gives it.
pub fn put(members: &mut Vec<(String, Value)>, name: &str, value: Value) {
    match members.iter_mut().find(|(other, _)| other == name) {
        Some((_, old)) => *old = value,
        None => members.push((name.into(), value)),
    }
}

/// The value that `program` makes from `old`. `parsed` is the parsed text of the patch.
pub fn apply(program: &[u32], parsed: &Value, old: &Value) -> Value {
    block(program, program[0] as usize, parsed, old)
}

fn block(program: &[u32], at: usize, parsed: &Value, old: &Value) -> Value {
    let slot = |number: u32| parsed.element(number as usize + 1).clone();
    let count = program[at + 1] as usize;
    let make = |source: u32, old: &Value| match source & KIND_MASK {
        SLOT => slot(source >> KIND_BITS),
        BLOCK => block(program, (source >> KIND_BITS) as usize, parsed, old),
        OLD => old.clone(),
        _ => unreachable!(),
    };
    let members = |into: &Value, words: &[u32]| {
        let Value::Object(members) = into else { panic!("no object: {into:?}") };
        let mut members = (**members).clone();
        for pair in words.chunks(2) {
            let Value::Scalar(name) = parsed.element(0).element(pair[0] as usize) else { panic!() };
            let name: String = serde_json::from_str(name).unwrap();
            let value = make(pair[1], if pair[1] & KIND_MASK == SLOT { old } else { old.member(&name) });
            put(&mut members, &name, value);
        }
        Value::Object(Rc::new(members))
    };
    match program[at] {
        CLONE => members(old, &program[at + 2..][..count * 2]),
        FRESH => members(&slot(program[at + 2]), &program[at + 3..][..count * 2]),
        ARRAY => {
            let mut elements = Vec::new();
            let mut words = program[at + 2..][..count].iter();
            while let Some(&source) = words.next() {
                match source & KIND_MASK {
                    OLD => (source >> KIND_BITS..*words.next().unwrap())
                        .for_each(|index| elements.push(old.element(index as usize).clone())),
                    BLOCK => elements.push(make(source, old.element(*words.next().unwrap() as usize))),
                    _ => elements.push(make(source, old)),
                }
            }
            Value::Array(Rc::new(elements))
        }
        _ => unreachable!(),
    }
}

//! Keys, and the numbers that stand for their parts in the engine.
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use std::collections::HashMap;
use whippet_engine::query::Part;

/// What a query is found by: a list of parts, each as text. Queries whose keys begin alike can be invalidated
/// together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Key(pub Vec<String>);

/// Gives equal parts equal numbers, for as long as the engine knows them.
#[derive(Default)]
pub(super) struct Keys {
    numbers: HashMap<Rc<str>, Part>,
    names: Vec<Option<Rc<str>>>,
    free: Vec<Part>,
}

impl Keys {
    /// The numbers of `key`, as far as all of its parts are known.
    pub(super) fn find(&self, key: &Key) -> Option<Vec<Part>> {
        key.0.iter().map(|part| self.numbers.get(part.as_str()).copied()).collect()
    }

    /// The numbers of `key`; new ones for parts that are new.
    pub(super) fn intern(&mut self, key: &Key) -> Vec<Part> {
        key.0.iter().map(|part| self.number(part)).collect()
    }

    fn number(&mut self, part: &str) -> Part {
        if let Some(&number) = self.numbers.get(part) {
            return number;
        }
        let name: Rc<str> = part.into();
        let number = self.free.pop().unwrap_or_else(|| {
            self.names.push(None);
            (self.names.len() - 1) as Part
        });
        self.names[number as usize] = Some(name.clone());
        self.numbers.insert(name, number);
        number
    }

    /// No key has the part any more.
    pub(super) fn free(&mut self, part: Part) {
        if let Some(name) = self.names.get_mut(part as usize).and_then(Option::take) {
            self.numbers.remove(&name);
            self.free.push(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(parts: &[&str]) -> Key {
        Key(parts.iter().map(|part| String::from(*part)).collect())
    }

    #[test]
    fn equal_parts_have_equal_numbers() {
        let mut keys = Keys::default();
        let (a, b) = (keys.intern(&key(&["users", "1"])), keys.intern(&key(&["users", "2"])));
        assert_eq!(a[0], b[0]);
        assert_ne!(a[1], b[1]);
        assert_eq!(keys.find(&key(&["users", "2"])), Some(b));
        assert_eq!(keys.find(&key(&["users", "3"])), None);
    }

    #[test]
    fn a_freed_number_stands_for_something_else() {
        let mut keys = Keys::default();
        let old = keys.intern(&key(&["a"]))[0];
        keys.free(old);
        assert_eq!(keys.find(&key(&["a"])), None);
        assert_eq!(keys.intern(&key(&["b"])), [old]);
    }
}

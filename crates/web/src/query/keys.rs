//! Query keys, and the numbers that stand for their segments in the engine.
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::hash::{BuildHasherDefault, Hasher};
use std::collections::HashMap;
use whippet_engine::query::Segment;

/// A query key: a list of segments as text. Queries whose keys share a prefix can be invalidated together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Key(pub Vec<String>);

/// The hash FNV-1a: a loop, where the standard hash is a KB. Keys are the app's own.
struct Fnv(u32);

impl Default for Fnv {
    fn default() -> Self {
        Self(0x811c_9dc5)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    }

    fn finish(&self) -> u64 {
        // The table looks at the lowest and at the highest bits.
        u64::from(self.0) << 32 | u64::from(self.0)
    }
}

/// Interns segments: equal ones get equal numbers, as long as some key of the engine has them.
#[derive(Default)]
pub(super) struct Keys {
    numbers: HashMap<Rc<str>, Segment, BuildHasherDefault<Fnv>>,
    names: Vec<Option<Rc<str>>>,
    free: Vec<Segment>,
}

impl Keys {
    /// The numbers of `key`; `None` if one of its segments is unknown.
    pub(super) fn find(&self, key: &Key) -> Option<Vec<Segment>> {
        key.0.iter().map(|segment| self.numbers.get(segment.as_str()).copied()).collect()
    }

    /// The numbers of `key`, adding unknown segments.
    pub(super) fn intern(&mut self, key: &Key) -> Vec<Segment> {
        key.0.iter().map(|segment| self.number(segment)).collect()
    }

    fn number(&mut self, segment: &str) -> Segment {
        if let Some(&number) = self.numbers.get(segment) {
            return number;
        }
        let name: Rc<str> = segment.into();
        let number = self.free.pop().unwrap_or_else(|| {
            self.names.push(None);
            (self.names.len() - 1) as Segment
        });
        self.names[number as usize] = Some(name.clone());
        self.numbers.insert(name, number);
        number
    }

    /// No key has the segment any more.
    pub(super) fn free(&mut self, segment: Segment) {
        if let Some(name) = self.names.get_mut(segment as usize).and_then(Option::take) {
            self.numbers.remove(&name);
            self.free.push(segment);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(segments: &[&str]) -> Key {
        Key(segments.iter().map(|segment| String::from(*segment)).collect())
    }

    #[test]
    fn equal_segments_get_equal_numbers() {
        let mut keys = Keys::default();
        let (a, b) = (keys.intern(&key(&["users", "1"])), keys.intern(&key(&["users", "2"])));
        assert_eq!(a[0], b[0]);
        assert_ne!(a[1], b[1]);
        assert_eq!(keys.find(&key(&["users", "2"])), Some(b));
        assert_eq!(keys.find(&key(&["users", "3"])), None);
    }

    #[test]
    fn a_freed_number_is_given_to_another_segment() {
        let mut keys = Keys::default();
        let old = keys.intern(&key(&["a"]))[0];
        keys.free(old);
        assert_eq!(keys.find(&key(&["a"])), None);
        assert_eq!(keys.intern(&key(&["b"])), [old]);
    }
}

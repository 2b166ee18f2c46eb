//! Finds the child of a container: an element by its bytes, a member by its name.
use super::compare::common_prefix;
use super::names::{hash_name, same_name};
use super::tape::{Cursor, Node};
use alloc::vec;
use alloc::vec::Vec;

/// How children are told apart at first sight.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// Their names; of several with the same, the last counts.
    Name,
    /// Their lengths. The text need not be looked at for it.
    Length,
    /// A few of their bytes.
    Sample,
    /// All of their bytes.
    Whole,
}

/// The children of one container.
pub(super) struct Table {
    by: By,
    /// One more than the place in `entries`; 0 is free.
    slots: Vec<u32>,
    entries: Vec<(u32, Cursor)>,
    /// Whether two of them are equal, where that was looked at.
    pub(super) repeats: bool,
}

/// More entries that look the same and are not are not looked at.
const MOST_ALIKE: usize = 64;

impl Table {
    /// The elements of the array whose first is `first`, up to the node `end`. Of several with the same bytes, the
    /// first counts.
    pub(super) fn of_elements(tape: &[Node], text: &[u8], first: Cursor, end: u32) -> Self {
        // What looks at less of the text is tried first; where too many look the same, more is looked at.
        Self::build(By::Length, tape, text, first, end)
            .or_else(|| Self::build(By::Sample, tape, text, first, end))
            .or_else(|| Self::build(By::Whole, tape, text, first, end))
            .unwrap_or(Self { by: By::Whole, slots: Vec::new(), entries: Vec::new(), repeats: false })
    }

    /// The members of an object.
    pub(super) fn of_members(tape: &[Node], text: &[u8], first: Cursor, end: u32) -> Option<Self> {
        Self::build(By::Name, tape, text, first, end)
    }

    fn build(by: By, tape: &[Node], text: &[u8], first: Cursor, end: u32) -> Option<Self> {
        let mut entries = Vec::new();
        let mut cursor = first;
        while cursor.node < end {
            entries.push((by.hash(by.key(tape, text, cursor)), cursor));
            cursor = cursor.next(tape);
        }
        let mut table =
            Self { by, slots: vec![0; (entries.len() * 2).next_power_of_two()], entries, repeats: false };
        let mut patience = 64 + table.entries.len() * 16;
        for entry in 0..table.entries.len() {
            let (hash, cursor) = table.entries[entry];
            let mut place = table.place(hash);
            while let Some(other) = table.entry(place) {
                patience = match patience.checked_sub(1) {
                    Some(patience) => patience,
                    None if by == By::Length || by == By::Sample => return None,
                    None => 0,
                };
                let alike = by != By::Length && table.entries[other].0 == hash;
                if alike && by.same(by.key(tape, text, table.entries[other].1), by.key(tape, text, cursor)) {
                    table.repeats = true;
                    if by == By::Name {
                        table.entries[other].1 = cursor;
                    }
                    break;
                }
                place = table.place(place as u32 + 1);
            }
            if table.slots[place] == 0 {
                table.slots[place] = entry as u32 + 1;
            }
        }
        Some(table)
    }

    /// The child with this name, quotes included, or with these bytes; `not` is known not to be it.
    pub(super) fn find(&self, tape: &[Node], text: &[u8], key: &[u8], not: Option<Cursor>) -> Option<Cursor> {
        let not = not.map(|cursor| cursor.node);
        let hash = self.by.hash(key);
        let mut place = self.place(hash);
        let mut alike = 0;
        while let Some(entry) = self.entry(place) {
            let (other, cursor) = self.entries[entry];
            if other == hash && not != Some(cursor.node) {
                if self.by.same(self.by.key(tape, text, cursor), key) {
                    return Some(cursor);
                }
                alike += 1;
                if self.by == By::Whole && alike == MOST_ALIKE {
                    return None;
                }
            }
            place = self.place(place as u32 + 1);
        }
        None
    }

    fn place(&self, hash: u32) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    fn entry(&self, place: usize) -> Option<usize> {
        (self.slots[place] as usize).checked_sub(1)
    }
}

impl By {
    fn key<'a>(self, tape: &[Node], text: &'a [u8], cursor: Cursor) -> &'a [u8] {
        if self == Self::Name { cursor.name(tape, text) } else { &text[cursor.start(tape)..cursor.end(tape)] }
    }

    fn same(self, a: &[u8], b: &[u8]) -> bool {
        if self == Self::Name {
            same_name(a, b)
        } else {
            a.len() == b.len() && common_prefix(a, b) == a.len()
        }
    }

    fn hash(self, key: &[u8]) -> u32 {
        match self {
            Self::Name => hash_name(key),
            Self::Length => (key.len() as u32).wrapping_mul(0x9e37_79b9) >> 8,
            Self::Sample => hash(key, (key.len() / 4).max(8)),
            Self::Whole => hash(key, 8),
        }
    }
}

/// Names that were seen, each by a number.
pub(super) struct Names {
    /// One more than the number; 0 is free.
    slots: Vec<u32>,
}

impl Names {
    /// With room for so many.
    pub(super) fn new(count: usize) -> Self {
        Self { slots: vec![0; (count * 2).next_power_of_two()] }
    }

    /// Whether there was none that is the same. `name` gives the name with a number.
    pub(super) fn insert<'a>(&mut self, number: usize, name: impl Fn(usize) -> &'a [u8]) -> bool {
        let mask = self.slots.len() - 1;
        let mut place = hash_name(name(number)) as usize & mask;
        while self.slots[place] != 0 {
            if same_name(name(self.slots[place] as usize - 1), name(number)) {
                return false;
            }
            place = (place + 1) & mask;
        }
        self.slots[place] = number as u32 + 1;
        true
    }
}

/// Of the length, and of eight bytes at every `step`th place and at the end.
fn hash(bytes: &[u8], step: usize) -> u32 {
    let mut hash = bytes.len() as u64;
    let mut add = |word: [u8; 8]| {
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 32;
    };
    let mut at = 0;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        add(*word);
        at += step;
    }
    match bytes.last_chunk() {
        Some(word) => add(*word),
        None => bytes.iter().for_each(|byte| add([*byte, 0, 0, 0, 0, 0, 0, 0])),
    }
    hash as u32
}

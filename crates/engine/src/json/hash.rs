//! Finds the child of a container: an element by its bytes, a member by its name.
use super::names::{hash_name, same_name};
use super::tape::{Cursor, Node};
use alloc::vec;
use alloc::vec::Vec;

/// What is looked up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// Name: of several that have it, the last counts.
    Name,
    /// Bytes, hashed in a few places.
    Sample,
    /// Bytes, all of them hashed.
    Whole,
}

/// The children of one container.
pub(super) struct Table {
    by: By,
    /// One more than the place in `entries`; 0 is free.
    slots: Vec<u32>,
    entries: Vec<(u32, Cursor)>,
    /// How many are equal to another.
    pub(super) repeated: usize,
}

/// More entries with one hash, but different bytes, are not looked at.
const MOST_ALIKE: usize = 32;

impl Table {
    /// The elements of the array whose first is `first`, up to the node `end`. Of several with the same bytes, the first counts.
    pub(super) fn of_elements(tape: &[Node], text: &[u8], first: Cursor, end: u32) -> Self {
        // A few bytes nearly always tell elements apart; hashing all is work for the whole body.
        let (table, alike) = Self::build(By::Sample, tape, text, first, end);
        if alike <= 16 + table.entries.len() / 8 {
            return table;
        }
        Self::build(By::Whole, tape, text, first, end).0
    }

    /// The members of an object.
    pub(super) fn of_members(tape: &[Node], text: &[u8], first: Cursor, end: u32) -> Self {
        Self::build(By::Name, tape, text, first, end).0
    }

    fn build(by: By, tape: &[Node], text: &[u8], first: Cursor, end: u32) -> (Self, usize) {
        let mut table = Self { by, slots: Vec::new(), entries: Vec::new(), repeated: 0 };
        let mut cursor = first;
        let mut alike = 0;
        while cursor.node < end {
            let key = table.key(tape, text, cursor);
            let hash = table.hash(key);
            if (table.entries.len() + 1) * 2 > table.slots.len() {
                table.grow();
            }
            match table.probe(tape, text, hash, key) {
                Ok((place, others)) => {
                    alike += others;
                    table.entries.push((hash, cursor));
                    table.slots[place] = table.entries.len() as u32;
                }
                Err(entry) => {
                    table.repeated += 1;
                    if by == By::Name {
                        table.entries[entry].1 = cursor;
                    }
                }
            }
            cursor = cursor.next(tape);
        }
        (table, alike)
    }

    /// The child with this name, quotes included, or with these bytes.
    pub(super) fn find(&self, tape: &[Node], text: &[u8], key: &[u8]) -> Option<Cursor> {
        if self.slots.is_empty() {
            return None;
        }
        let entry = self.probe(tape, text, self.hash(key), key).err()?;
        Some(self.entries[entry].1)
    }

    /// Where there is an equal one, or else the slot that is free for it and how many had its hash.
    fn probe(&self, tape: &[Node], text: &[u8], hash: u32, key: &[u8]) -> Result<(usize, usize), usize> {
        let mask = self.slots.len() - 1;
        let mut place = hash as usize & mask;
        let mut alike = 0;
        loop {
            let Some(entry) = (self.slots[place] as usize).checked_sub(1) else { return Ok((place, alike)) };
            let (other, cursor) = self.entries[entry];
            if other == hash && (self.by == By::Name || alike < MOST_ALIKE) {
                let found = self.key(tape, text, cursor);
                if if self.by == By::Name { same_name(found, key) } else { found == key } {
                    return Err(entry);
                }
                alike += 1;
            }
            place = (place + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let len = (self.slots.len() * 2).max(16);
        self.slots.clear();
        self.slots.resize(len, 0);
        for (entry, (hash, _)) in self.entries.iter().enumerate() {
            let mut place = *hash as usize & (len - 1);
            while self.slots[place] != 0 {
                place = (place + 1) & (len - 1);
            }
            self.slots[place] = entry as u32 + 1;
        }
    }

    fn key<'a>(&self, tape: &[Node], text: &'a [u8], cursor: Cursor) -> &'a [u8] {
        if self.by == By::Name {
            let (start, end) = cursor.name(tape, text);
            &text[start..end]
        } else {
            &text[cursor.start(tape)..cursor.end(tape)]
        }
    }

    fn hash(&self, key: &[u8]) -> u32 {
        match self.by {
            By::Name => hash_name(key),
            By::Sample => hash(key, (key.len() / 4).max(8)),
            By::Whole => hash(key, 8),
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

//! Finds the child of a container: an element by its bytes, a member by its name.
//!
//! What is looked at is bounded, whatever bodies come: a search that meets too much that is not what it looks for goes
//! on with a better hash, or gives up. Then more is parsed than need be, and all is as right.
use super::compare::common_prefix;
use super::names::{hash_name, same_name};
use super::sip::{Seed, Sip, sip};
use super::tape::{Cursor, Node};
use alloc::vec;
use alloc::vec::Vec;

/// How searches hash, and how much they may still look at in this walk.
#[derive(Default)]
pub(super) struct Search {
    /// Whoever knows it can choose names and rows whose hashes are the same.
    pub(super) seed: Seed,
    /// In looks at a child, or at eight bytes of one.
    left: usize,
    /// What it cost, for the tests that it does not grow.
    #[cfg(test)]
    pub(super) looks: u64,
}

/// So many other children before the one that is looked for are bad luck for no table that is half empty and hashed
/// well: among a million, a run of eighty is the longest to be expected.
const MOST_LOOKS: usize = 128;

impl Search {
    /// For a walk through so many bytes, old and new.
    pub(super) fn begin(&mut self, bytes: usize) {
        // What bodies need who are as they come is a tenth of it.
        self.left = bytes.saturating_mul(4).saturating_add(4096);
    }

    /// Whether that may be looked at.
    pub(super) fn look(&mut self, looks: usize) -> bool {
        #[cfg(test)]
        {
            self.looks += looks as u64;
        }
        self.left = self.left.saturating_sub(looks);
        self.left > 0
    }

    /// The name of the old member, with its quotes. There may be much space around it.
    pub(super) fn name<'a>(&mut self, tape: &[Node], text: &'a [u8], cursor: Cursor) -> &'a [u8] {
        self.look(tape[cursor.node as usize].gap as usize / 8);
        cursor.name(tape, text)
    }
}

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
    /// Not at all: nothing is found.
    Nothing,
}

/// The children of one container.
pub(super) struct Table {
    by: By,
    /// One more than the place in `entries`; 0 is free.
    slots: Vec<u32>,
    entries: Vec<(u32, Cursor)>,
    /// Whether two of them are equal, or may be, where that was looked at.
    pub(super) repeats: bool,
}

impl Table {
    /// Of elements of an array. Of several with the same bytes, the first counts.
    pub(super) fn of_elements(
        search: &mut Search,
        tape: &[Node],
        text: &[u8],
        elements: impl Iterator<Item = Cursor>,
    ) -> Self {
        Self::new(By::Length, search, tape, text, elements)
    }

    /// Of the members of an object.
    pub(super) fn of_members(
        search: &mut Search,
        tape: &[Node],
        text: &[u8],
        members: impl Iterator<Item = Cursor>,
    ) -> Self {
        Self::new(By::Name, search, tape, text, members)
    }

    fn new(
        by: By,
        search: &mut Search,
        tape: &[Node],
        text: &[u8],
        children: impl Iterator<Item = Cursor>,
    ) -> Self {
        let entries = children.take_while(|_| search.look(1)).map(|child| (0, child)).collect();
        let mut table = Self { by, slots: Vec::new(), entries, repeats: false };
        while !table.fill(search, tape, text) {
            table.by = table.by.next();
        }
        table
    }

    /// `false` where too many look the same.
    fn fill(&mut self, search: &mut Search, tape: &[Node], text: &[u8]) -> bool {
        if !search.look(1) {
            self.by = By::Nothing;
        }
        let by = self.by;
        self.repeats = by == By::Nothing;
        if by == By::Nothing {
            self.entries = Vec::new();
            self.slots = vec![0];
            return true;
        }
        self.slots = vec![0; (self.entries.len() * 2).next_power_of_two()];
        let mut patience = 64 + self.entries.len() * 16;
        for entry in 0..self.entries.len() {
            let cursor = self.entries[entry].1;
            let key = by.key(search, tape, text, cursor);
            let hash = by.hash(search, key);
            self.entries[entry].0 = hash;
            let mut place = self.place(hash);
            while let Some(other) = self.entry(place) {
                let (other_hash, other_cursor) = self.entries[other];
                if by != By::Length && other_hash == hash {
                    let other_key = by.key(search, tape, text, other_cursor);
                    if by.same(search, other_key, key) {
                        self.repeats = true;
                        if by == By::Name {
                            self.entries[other].1 = cursor;
                        }
                        break;
                    }
                }
                if patience == 0 || !search.look(1) {
                    return false;
                }
                patience -= 1;
                place = self.place(place as u32 + 1);
            }
            if self.slots[place] == 0 {
                self.slots[place] = entry as u32 + 1;
            }
        }
        true
    }

    /// The child with this name, quotes included, or with these bytes; `not` is known not to be it.
    pub(super) fn find(
        &mut self,
        search: &mut Search,
        tape: &[Node],
        text: &[u8],
        key: &[u8],
        not: Option<Cursor>,
    ) -> Option<Cursor> {
        loop {
            if let Ok(found) = self.find_near(search, tape, text, key, not) {
                return found;
            }
            self.by = self.by.next();
            while !self.fill(search, tape, text) {
                self.by = self.by.next();
            }
        }
    }

    /// The same; an error where too many are in the way.
    fn find_near(
        &self,
        search: &mut Search,
        tape: &[Node],
        text: &[u8],
        key: &[u8],
        not: Option<Cursor>,
    ) -> Result<Option<Cursor>, ()> {
        let by = self.by;
        if by == By::Nothing {
            return Ok(None);
        }
        if !search.look(1) {
            return Err(());
        }
        let not = not.map(|cursor| cursor.node);
        let hash = by.hash(search, key);
        let mut place = self.place(hash);
        for _ in 0..MOST_LOOKS {
            let Some(entry) = self.entry(place) else { return Ok(None) };
            let (other, cursor) = self.entries[entry];
            if !search.look(1) {
                break;
            }
            if other == hash && not != Some(cursor.node) {
                let other_key = by.key(search, tape, text, cursor);
                if by.same(search, other_key, key) {
                    return Ok(Some(cursor));
                }
            }
            place = self.place(place as u32 + 1);
        }
        Err(())
    }

    fn place(&self, hash: u32) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    fn entry(&self, place: usize) -> Option<usize> {
        (self.slots[place] as usize).checked_sub(1)
    }
}

impl By {
    /// What looks at more of the text.
    fn next(self) -> Self {
        match self {
            Self::Length => Self::Sample,
            Self::Sample => Self::Whole,
            Self::Name | Self::Whole | Self::Nothing => Self::Nothing,
        }
    }

    fn key<'a>(self, search: &mut Search, tape: &[Node], text: &'a [u8], cursor: Cursor) -> &'a [u8] {
        if self == Self::Name {
            search.name(tape, text, cursor)
        } else {
            &text[cursor.start(tape)..cursor.end(tape)]
        }
    }

    fn same(self, search: &mut Search, a: &[u8], b: &[u8]) -> bool {
        if self == Self::Name {
            return same_name(a, b);
        }
        if a.len() != b.len() {
            return false;
        }
        let common = common_prefix(a, b);
        search.look(common / 8);
        common == a.len()
    }

    fn hash(self, search: &mut Search, key: &[u8]) -> u32 {
        match self {
            Self::Nothing => 0,
            Self::Name => hash_name(search.seed, key),
            // Anyone can make that collide: the looks are bounded.
            Self::Length => (key.len() as u32).wrapping_mul(0x9e37_79b9) >> 8,
            Self::Sample => sample(search.seed, key),
            Self::Whole => {
                search.look(key.len() / 8);
                sip(search.seed, key)
            }
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

    /// Whether there was none that is the same, for certain. `name` gives the name with a number.
    pub(super) fn insert<'a>(
        &mut self,
        search: &mut Search,
        number: usize,
        name: impl Fn(usize) -> &'a [u8],
    ) -> bool {
        let mask = self.slots.len() - 1;
        let mut place = hash_name(search.seed, name(number)) as usize & mask;
        for _ in 0..MOST_LOOKS {
            if self.slots[place] == 0 {
                self.slots[place] = number as u32 + 1;
                return true;
            }
            if !search.look(1) || same_name(name(self.slots[place] as usize - 1), name(number)) {
                return false;
            }
            place = (place + 1) & mask;
        }
        false
    }
}

/// Of the length, and of eight bytes at each quarter and at the end.
fn sample(seed: Seed, bytes: &[u8]) -> u32 {
    let Some(last) = bytes.last_chunk() else { return sip(seed, bytes) };
    let mut hash = Sip::new(seed);
    let step = (bytes.len() / 4).max(8);
    for at in (0..bytes.len() - 7).step_by(step) {
        if let Some(word) = bytes[at..].first_chunk() {
            hash.add(u64::from_le_bytes(*word));
        }
    }
    hash.add(u64::from_le_bytes(*last));
    hash.end(0, bytes.len())
}

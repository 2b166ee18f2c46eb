//! Finds the child of a container: an element by its bytes, a member by its name.
//!
//! The cost is bounded, whatever the bodies are: a search that meets too many other children goes on with a better hash,
//! or gives up. Giving up costs detail and not correctness: more is parsed than necessary.
use super::compare::common_prefix;
use super::member_name::{hash_name, same_name};
use super::search::Search;
use super::sip::{Seed, Sip, sip};
use super::tape::{Cursor, Node};
use alloc::vec;
use alloc::vec::Vec;

/// A search passes at most so many occupied slots. In a table that is half empty and hashed well, a million children have
/// no longer run of occupied slots than about eighty.
pub(super) const MAX_PROBES: usize = 128;

/// What the hash of a child is computed from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HashBy {
    /// The member's name. Of several with the same name, the last counts.
    Name,
    /// The length of the element, for which its text is not read.
    Length,
    /// A few bytes of the element.
    Sample,
    /// All bytes of the element.
    Whole,
    /// Nothing: the table is given up, and finds no child.
    Nothing,
}

/// The children of one old container: an open-addressing hash table with linear probing.
pub(super) struct ChildTable {
    by: HashBy,
    /// Index in `entries` plus one. 0 is a free slot.
    slots: Vec<u32>,
    /// Each child with its hash.
    entries: Vec<(u32, Cursor)>,
    /// Whether two names are the same, or may be. Elements of the same length are not compared.
    pub(super) repeats: bool,
}

impl ChildTable {
    /// A table of the elements of an array. Of several with the same bytes, the first counts.
    pub(super) fn of_elements(
        search: &mut Search,
        tape: &[Node],
        text: &[u8],
        elements: impl Iterator<Item = Cursor>,
    ) -> Self {
        Self::new(HashBy::Length, search, tape, text, elements)
    }

    /// A table of the members of an object.
    pub(super) fn of_members(
        search: &mut Search,
        tape: &[Node],
        text: &[u8],
        members: impl Iterator<Item = Cursor>,
    ) -> Self {
        Self::new(HashBy::Name, search, tape, text, members)
    }

    fn new(
        by: HashBy,
        search: &mut Search,
        tape: &[Node],
        text: &[u8],
        children: impl Iterator<Item = Cursor>,
    ) -> Self {
        let entries = children.take_while(|_| search.spend(1)).map(|child| (0, child)).collect();
        let mut table = Self { by, slots: Vec::new(), entries, repeats: false };
        while !table.fill(search, tape, text) {
            table.by = table.by.next();
        }
        table
    }

    /// Puts all children into slots. Returns `false` if that takes too long, as too many have the same hash.
    fn fill(&mut self, search: &mut Search, tape: &[Node], text: &[u8]) -> bool {
        if !search.spend(1) {
            self.by = HashBy::Nothing;
        }
        let by = self.by;
        self.repeats = by == HashBy::Nothing;
        if by == HashBy::Nothing {
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
                if by != HashBy::Length && other_hash == hash {
                    let other_key = by.key(search, tape, text, other_cursor);
                    if by.same(search, other_key, key) {
                        self.repeats = true;
                        if by == HashBy::Name {
                            self.entries[other].1 = cursor;
                        }
                        break;
                    }
                }
                if patience == 0 || !search.spend(1) {
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

    /// The child with the name `key`, quotes included, or with the bytes `key`. The caller knows that `not` is not it.
    pub(super) fn find(
        &mut self,
        search: &mut Search,
        tape: &[Node],
        text: &[u8],
        key: &[u8],
        not: Option<Cursor>,
    ) -> Option<Cursor> {
        loop {
            if let Ok(found) = self.probe(search, tape, text, key, not) {
                return found;
            }
            self.by = self.by.next();
            while !self.fill(search, tape, text) {
                self.by = self.by.next();
            }
        }
    }

    /// As [`find`](Self::find), with the current hash. Fails if it passes too many other children.
    fn probe(
        &self,
        search: &mut Search,
        tape: &[Node],
        text: &[u8],
        key: &[u8],
        not: Option<Cursor>,
    ) -> Result<Option<Cursor>, ()> {
        let by = self.by;
        if by == HashBy::Nothing {
            return Ok(None);
        }
        if !search.spend(1) {
            return Err(());
        }
        let not = not.map(|cursor| cursor.node);
        let hash = by.hash(search, key);
        let mut place = self.place(hash);
        for _ in 0..MAX_PROBES {
            let Some(entry) = self.entry(place) else { return Ok(None) };
            let (other, cursor) = self.entries[entry];
            if !search.spend(1) {
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

impl HashBy {
    /// The next better hash, which reads more of the text.
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
        search.spend(common / 8);
        common == a.len()
    }

    fn hash(self, search: &mut Search, key: &[u8]) -> u32 {
        match self {
            Self::Nothing => 0,
            Self::Name => hash_name(search.seed, key),
            // Anyone can choose elements of the same length. `MAX_PROBES` bounds what that costs.
            Self::Length => (key.len() as u32).wrapping_mul(0x9e37_79b9) >> 8,
            Self::Sample => sample(search.seed, key),
            Self::Whole => {
                search.spend(key.len() / 8);
                sip(search.seed, key)
            }
        }
    }
}

/// A hash of the length and of eight bytes at each quarter and at the end.
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

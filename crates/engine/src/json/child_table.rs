//! Finds the child of a container: an element by its bytes, a member by its name.
//!
//! The cost is bounded, whatever the bodies are: a search that meets too many other children goes on with a better hash,
//! or gives up. Giving up costs detail and not correctness: more is parsed than necessary.
use super::checked::{Checked, some};
use super::compare::{common_prefix, word};
use super::member_name::{hash_name, same_name};
use super::search::Search;
use super::sip::sip;
use super::tape::{Cursor, Node};
use alloc::vec::Vec;

/// A search passes at most so many occupied slots. In a table that is half empty and hashed well, a million children have
/// no longer run of occupied slots than about eighty.
const MAX_PROBES: u32 = 128;

/// A search meets at most so many other children with the same hash. If there are more, another hash is better.
const MAX_COLLISIONS: u32 = 8;

/// How many bytes of an element's beginning are hashed.
pub(super) const WINDOW: usize = 16;

/// No child has this node.
pub(super) const NONE: u32 = u32::MAX;

/// What the hash of a child is computed from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum HashBy {
    /// A few bytes from this place in the element on. The key may be longer than the element: it begins with it.
    Start(usize),
    /// A few bytes of the element.
    Sample,
    /// All bytes of the element.
    Whole,
    /// The member's name. Of several with the same name, the last counts.
    Name,
    /// Nothing: the table is given up, and finds no child.
    Nothing,
}

/// The children of one old container: an open-addressing hash table with linear probing.
pub(super) struct ChildTable {
    by: HashBy,
    /// Index in `entries` plus one. 0 is a free slot.
    slots: Vec<u32>,
    /// Each child with its hash. Of several elements with the same bytes, the first counts.
    entries: Vec<(u32, Cursor)>,
    /// Whether two children are the same, or may be.
    pub(super) repeats: bool,
}

impl ChildTable {
    /// A table of `children`: members by their `Name`, or elements by their `Start`.
    pub(super) fn new(
        by: HashBy,
        search: &mut Search,
        tape: &Checked<Node>,
        text: &Checked<u8>,
        children: impl Iterator<Item = Cursor>,
    ) -> Self {
        let mut entries = Vec::new();
        entries.extend(children.take_while(|_| search.spend(1)).map(|child| (0, child)));
        let mut table = Self { by, slots: Vec::new(), entries, repeats: false };
        table.fill(search, tape, text);
        table
    }

    /// Whether it finds no child, as that would take too long.
    pub(super) fn is_given_up(&self) -> bool {
        self.by == HashBy::Nothing
    }

    /// Puts all children into slots. If that takes too long, as too many have the same hash, it goes on with a better one.
    fn fill(&mut self, search: &mut Search, tape: &Checked<Node>, text: &Checked<u8>) {
        while !self.fill_by(search, tape, text) {
            self.by = self.by.next();
        }
    }

    fn fill_by(&mut self, search: &mut Search, tape: &Checked<Node>, text: &Checked<u8>) -> bool {
        if !search.spend(1) {
            self.by = HashBy::Nothing;
        }
        let by = self.by;
        self.repeats = self.is_given_up();
        self.slots = Vec::new();
        if self.repeats {
            self.entries = Vec::new();
            return true;
        }
        self.slots.resize((self.entries.len() * 2).next_power_of_two(), 0);
        for entry in 0..self.entries.len() {
            let cursor = some(self.entries.get(entry)).1;
            let key = by.key(search, tape, text, cursor);
            let hash = by.hash(search, key);
            some(self.entries.get_mut(entry)).0 = hash;
            let Some(place) = self.probe(search, tape, text, hash, key, NONE) else { return false };
            if let Some(other) = self.entry(place) {
                self.repeats = true;
                if by == HashBy::Name {
                    some(self.entries.get_mut(other)).1 = cursor;
                }
            } else {
                *some(self.slots.get_mut(place)) = entry as u32 + 1;
            }
        }
        true
    }

    /// The child with the name `key`, quotes included, or with the bytes `key`. The caller knows that the one with the node
    /// `not` is not it.
    pub(super) fn find(
        &mut self,
        search: &mut Search,
        tape: &Checked<Node>,
        text: &Checked<u8>,
        key: &[u8],
        not: u32,
    ) -> Option<Cursor> {
        while !self.is_given_up() {
            let hash = self.by.hash(search, key);
            if let Some(place) = self.probe(search, tape, text, hash, key, not) {
                return Some(some(self.entries.get(self.entry(place)?)).1);
            }
            self.by = self.by.next();
            self.fill(search, tape, text);
        }
        None
    }

    /// The element with whose bytes `key` begins, if elements are told by their start.
    pub(super) fn find_start(
        &self,
        search: &mut Search,
        tape: &Checked<Node>,
        text: &Checked<u8>,
        key: &[u8],
        not: u32,
    ) -> Option<Cursor> {
        let HashBy::Start(_) = self.by else { return None };
        let hash = self.by.hash(search, key);
        let place = self.probe(search, tape, text, hash, key, not)?;
        Some(some(self.entries.get(self.entry(place)?)).1)
    }

    /// The slot of the child with this key, or the free slot for it. `None` if it passes too many other children.
    fn probe(
        &self,
        search: &mut Search,
        tape: &Checked<Node>,
        text: &Checked<u8>,
        hash: u32,
        key: &[u8],
        not: u32,
    ) -> Option<usize> {
        let mut collisions = 0;
        for probe in 0..MAX_PROBES {
            let place = hash.wrapping_add(probe) as usize & (self.slots.len() - 1);
            let Some(entry) = self.entry(place) else { return Some(place) };
            if !search.spend(1) {
                return None;
            }
            let (other, cursor) = *some(self.entries.get(entry));
            if other == hash && cursor.node != not {
                if self.by.same(search, tape, text, cursor, key) {
                    return Some(place);
                }
                collisions += 1;
                if collisions > MAX_COLLISIONS {
                    break;
                }
            }
        }
        None
    }

    fn entry(&self, place: usize) -> Option<usize> {
        (*some(self.slots.get(place)) as usize).checked_sub(1)
    }
}

impl HashBy {
    /// The next better hash, which reads more of the text.
    fn next(self) -> Self {
        match self {
            Self::Start(_) => Self::Sample,
            Self::Sample => Self::Whole,
            _ => Self::Nothing,
        }
    }

    fn key<'a>(
        self,
        search: &mut Search,
        tape: &Checked<Node>,
        text: &'a Checked<u8>,
        cursor: Cursor,
    ) -> &'a [u8] {
        if self == Self::Name {
            search.name(tape, text, cursor)
        } else {
            &text[cursor.start(tape)..cursor.end(tape)]
        }
    }

    /// Whether the child under the cursor has this key.
    pub(super) fn same(
        self,
        search: &mut Search,
        tape: &Checked<Node>,
        text: &Checked<u8>,
        cursor: Cursor,
        key: &[u8],
    ) -> bool {
        let its = self.key(search, tape, text, cursor);
        if self == Self::Name {
            return same_name(its, key);
        }
        let is_start = matches!(self, Self::Start(_));
        if its.len() != key.len() && !is_start {
            return false;
        }
        let common = common_prefix(its, key);
        search.spend(common / 8);
        common == its.len()
    }

    fn hash(self, search: &mut Search, key: &[u8]) -> u32 {
        match self {
            Self::Name => hash_name(search.seed, key),
            // Anyone can choose elements with the same sample. `MAX_PROBES` bounds what that costs.
            Self::Sample if key.len() >= 8 => sample(key),
            Self::Start(from) if key.len() >= from + WINDOW => sample(&Checked::of(key)[from..from + WINDOW]),
            _ => {
                search.spend(key.len() / 8);
                sip(search.seed, key)
            }
        }
    }
}

/// A hash of the length and of eight bytes at each quarter and at the end.
fn sample(bytes: &[u8]) -> u32 {
    let last = bytes.len() - 8;
    let hash = (0..=4).fold(bytes.len() as u64, |hash, quarter| {
        (hash ^ word(bytes, last * quarter / 4)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32)
    });
    hash as u32
}

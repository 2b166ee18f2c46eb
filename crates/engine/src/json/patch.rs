//! The patch: a program that makes the new value from the old one, and one JSON text with everything that must be parsed.
//!
//! The text is an array. Its first element is an array of names, the others are the *slots*. The program is a list of
//! 32-bit words. The first is the index of the root's block. A block makes one container from its counterpart in the old
//! value:
//!
//! | words of a block | makes |
//! |---|---|
//! | `CLONE`, n, then n pairs (name, source) | a copy of the old object with these members replaced |
//! | `FRESH`, n, slot, then n pairs (name, source) | the object in that slot with these members replaced |
//! | `ARRAY`, n, then n words of items | an array of items: (`OLD`, end), (`BLOCK`, old index) or `SLOT` |
//!
//! `name` is an index in the array of names. A source, and the first word of an item, has a kind in its lower two bits and
//! a number in the upper 30:
//!
//! | kind | number | in an object | in an array |
//! |---|---|---|---|
//! | `SLOT` | of a slot | the value in that slot | the same |
//! | `BLOCK` | index of a block | what the block makes from the old member | from the old element that the next word names |
//! | `OLD` | in an array, an index | the old member | the old elements from there to the end that the next word names |
use super::checked::{Checked, some};
use super::compare::equal;
use super::tape::name_in;
use alloc::vec::Vec;

/// The first word of a block that copies the old object.
pub const CLONE: u32 = 0;
/// The first word of a block that takes a parsed object.
pub const FRESH: u32 = 1;
/// The first word of a block that makes an array.
pub const ARRAY: u32 = 2;

/// How many lower bits of a source, or of the first word of an item, are its kind. The others are a number.
pub const KIND_BITS: u32 = 2;

/// Masks the kind.
pub const KIND_MASK: u32 = (1 << KIND_BITS) - 1;

/// Kind: a parsed value.
pub const SLOT: u32 = 0;
/// Kind: what a block makes.
pub const BLOCK: u32 = 1;
/// Kind: an old value, or several.
pub const OLD: u32 = 2;

/// A source, or the first word of an item.
pub(super) const fn source(number: u32, kind: u32) -> u32 {
    number << KIND_BITS | kind
}

/// Start and end in the new text, or [`CHARACTER`] and an ASCII character.
type TextRange = (u32, u32);
/// In the place of a start: the end is a character. No text has a range that starts so late.
const CHARACTER: u32 = u32::MAX;

/// How many recent names are known.
const RECENT: usize = 64;

/// A patch that is being written.
pub(super) struct Patch {
    pub(super) words: Vec<u32>,
    /// The slots, each with a comma before it.
    ranges: Vec<TextRange>,
    slots: u32,
    names: Vec<TextRange>,
    /// By hash, the name that had it last.
    recent: Vec<u32>,
    pub(super) text: Vec<u8>,
}

/// How long a patch is, to go back to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    words: u32,
    ranges: u32,
    slots: u32,
}

impl Mark {
    /// Nothing was written.
    pub(super) const START: Self = Self { words: 0, ranges: 0, slots: 0 };
}

impl Patch {
    pub(super) const fn new() -> Self {
        Self {
            words: Vec::new(),
            ranges: Vec::new(),
            slots: 0,
            names: Vec::new(),
            recent: Vec::new(),
            text: Vec::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.words.push(0);
        self.ranges.clear();
        self.slots = 0;
        self.names.clear();
        self.recent.clear();
        self.recent.resize(RECENT, 0);
        self.text.clear();
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { words: self.words.len() as u32, ranges: self.ranges.len() as u32, slots: self.slots }
    }

    /// Removes everything that was written since `mark`.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.words.truncate(mark.words as usize);
        self.ranges.truncate(mark.ranges as usize);
        self.slots = mark.slots;
    }

    /// Adds a slot with a range of the new text.
    pub(super) fn slot(&mut self, range: (u32, u32)) -> u32 {
        let slot = self.begin_slot();
        self.push_range(range);
        slot
    }

    /// Adds an empty slot, to be filled range by range.
    pub(super) fn begin_slot(&mut self) -> u32 {
        self.push_range((CHARACTER, u32::from(b',')));
        self.slots += 1;
        self.slots - 1
    }

    /// Appends a range to the last slot.
    pub(super) fn push_range(&mut self, range: (u32, u32)) {
        self.ranges.push(range);
    }

    /// Appends a 0 to the last slot, in the place of a value that is put in later.
    pub(super) fn push_placeholder(&mut self) {
        self.push_range((CHARACTER, u32::from(b'0')));
    }

    /// The number of the name before the value at `value`. Most names repeat, so recent ones are looked up by a hash.
    pub(super) fn name(&mut self, text: &Checked<u8>, from: u32, value: u32) -> u32 {
        let name = name_in(text, from as usize, value as usize);
        let hash = name
            .iter()
            .take(32)
            .fold(0, |hash: u32, byte| hash.wrapping_mul(31).wrapping_add(u32::from(*byte)));
        let recent = some(self.recent.get_mut(hash as usize % RECENT));
        if let Some(&(start, end)) = self.names.get(*recent as usize)
            && equal(&text[start as usize..end as usize], name)
        {
            return *recent;
        }
        *recent = self.names.len() as u32;
        let start = name.as_ptr() as usize - text.as_ptr() as usize;
        self.names.push((start as u32, (start + name.len()) as u32));
        *recent
    }

    /// Ends the patch with the root's block, and writes the text.
    pub(super) fn finish(&mut self, root: u32, new: &Checked<u8>) {
        *some(self.words.first_mut()) = root;
        let text = &mut self.text;
        text.extend_from_slice(b"[[");
        for (i, name) in self.names.iter().enumerate() {
            if i > 0 {
                text.push(b',');
            }
            write(text, *name, new);
        }
        text.push(b']');
        for range in &self.ranges {
            write(text, *range, new);
        }
        text.push(b']');
    }
}

fn write(text: &mut Vec<u8>, (start, end): TextRange, new: &Checked<u8>) {
    if start == CHARACTER {
        text.push(end as u8);
    } else {
        text.extend_from_slice(&new[start as usize..end as usize]);
    }
}

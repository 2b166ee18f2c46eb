//! What is to be done to the previous value: a short program, and one JSON text with all that must be parsed.
//!
//! The text is an array. Its first element is an array of names; the others are the *slots*. The program is a list
//! of 32-bit words; the first says where the block of the root begins. A block makes one container, of the old one
//! in its place:
//!
//! | words | it is |
//! |---|---|
//! | `CLONE`, n, then n times (name, what) | the old object, with these members replaced |
//! | `FRESH`, n, slot, then n times (name, what) | the object in that slot, with these members replaced |
//! | `ARRAY`, n, then n words of items | an array: (`RUN`, end), (`BLOCK`, old element) or `SLOT` |
//!
//! `what` and the first word of an item have a number in their upper 30 bits and a kind in the lower two: `SLOT`, what
//! was parsed there; `BLOCK`, what the block there makes of the old member or element; `RUN`, in an array the old
//! elements from there to the end that follows; and `RUN` in an object the old member.
use super::compare::equal;
use super::tape::{name_in, trim};
use alloc::vec::Vec;

/// Begins a block.
pub const CLONE: u32 = 0;
/// Begins a block.
pub const FRESH: u32 = 1;
/// Begins a block.
pub const ARRAY: u32 = 2;

/// What was parsed there.
pub const SLOT: u32 = 0;
/// What the block there makes.
pub const BLOCK: u32 = 1;
/// What was there before.
pub const RUN: u32 = 2;

/// A range of the new text; or, where it would start beyond any, a 0 in the place of what is put in later.
type Piece = (u32, u32);
const PLACEHOLDER: Piece = (u32::MAX, 0);

/// The program and its text.
#[derive(Default)]
pub(super) struct Patch {
    pub(super) words: Vec<u32>,
    /// Where the pieces of each slot begin.
    slots: Vec<u32>,
    pieces: Vec<Piece>,
    names: Vec<Piece>,
    /// Which name had this hash last.
    recent: Vec<u32>,
    pub(super) text: Vec<u8>,
}

/// How far a patch has got.
#[derive(Clone, Copy, Default)]
pub(super) struct Mark {
    words: u32,
    slots: u32,
}

impl Patch {
    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.words.push(0);
        self.slots.clear();
        self.pieces.clear();
        self.names.clear();
        self.recent.clear();
        self.recent.resize(64, 0);
        self.text.clear();
    }

    /// The program has been carried out.
    pub(super) fn trim(&mut self) {
        trim(&mut self.words);
        trim(&mut self.slots);
        trim(&mut self.pieces);
        trim(&mut self.text);
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { words: self.words.len() as u32, slots: self.slots.len() as u32 }
    }

    /// Forgets what came after.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.words.truncate(mark.words as usize);
        if let Some(pieces) = self.slots.get(mark.slots as usize) {
            self.pieces.truncate(*pieces as usize);
            self.slots.truncate(mark.slots as usize);
        }
    }

    /// A slot for a range of the new text.
    pub(super) fn slot(&mut self, range: (u32, u32)) -> u32 {
        let slot = self.begin_slot();
        self.pieces.push(range);
        slot
    }

    /// A slot to be filled piece by piece.
    pub(super) fn begin_slot(&mut self) -> u32 {
        self.slots.push(self.pieces.len() as u32);
        self.slots.len() as u32 - 1
    }

    /// One more piece of the last slot, and a placeholder after it.
    pub(super) fn piece(&mut self, range: (u32, u32)) {
        self.pieces.push(range);
        self.pieces.push(PLACEHOLDER);
    }

    /// The last piece of the last slot.
    pub(super) fn last_piece(&mut self, range: (u32, u32)) {
        self.pieces.push(range);
    }

    /// The number of the name in what is before the value; most names come again and again.
    pub(super) fn name(&mut self, text: &[u8], from: u32, value: u32) -> u32 {
        let name = name_in(text, from as usize, value as usize);
        let hash = name
            .iter()
            .take(32)
            .fold(name.len() as u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
        let recent = &mut self.recent[(hash >> 26) as usize];
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

    /// The program ends with the block of the root: writes the text.
    pub(super) fn finish(&mut self, root: u32, new: &[u8]) {
        self.words[0] = root;
        let text = &mut self.text;
        let lengths = self.pieces.iter().chain(&self.names).map(|&(start, end)| match (start, end) {
            PLACEHOLDER => 2,
            (start, end) => (end - start) as usize + 1,
        });
        text.reserve(lengths.sum::<usize>() + 4);
        text.extend_from_slice(b"[[");
        for (i, &(start, end)) in self.names.iter().enumerate() {
            if i > 0 {
                text.push(b',');
            }
            text.extend_from_slice(&new[start as usize..end as usize]);
        }
        text.push(b']');
        let mut slots = self.slots.iter().peekable();
        for (i, &piece) in self.pieces.iter().enumerate() {
            if slots.next_if(|slot| **slot as usize == i).is_some() {
                text.push(b',');
            }
            match piece {
                PLACEHOLDER => text.push(b'0'),
                (start, end) => text.extend_from_slice(&new[start as usize..end as usize]),
            }
        }
        text.push(b']');
    }
}

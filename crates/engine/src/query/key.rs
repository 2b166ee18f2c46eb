//! Keys: lists of parts.
use crate::slab::shrink;
use alloc::vec::Vec;

/// One part of a key: a small number that stands for a value the face interned. Equal parts are equal
/// values; a face gives numbers from zero up, and may reuse one once [`Effect::Freed`](super::Effect::Freed)
/// says that no key has it.
pub type Part = u32;

/// How many edges of the index each part labels.
#[derive(Default)]
pub(crate) struct PartUses(Vec<u32>);

impl PartUses {
    pub(crate) fn add(&mut self, part: Part) {
        let place = part as usize;
        if place >= self.0.len() {
            self.0.resize(place + 1, 0);
        }
        self.0[place] += 1;
    }

    /// `true` where that was the last use.
    pub(crate) fn sub(&mut self, part: Part) -> bool {
        let uses = &mut self.0[part as usize];
        *uses -= 1;
        let last = *uses == 0;
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        shrink(&mut self.0);
        last
    }

    pub(crate) fn is_used(&self, part: Part) -> bool {
        self.0.get(part as usize).is_some_and(|uses| *uses > 0)
    }
}

//! The budget and the hash seed of searches.
use super::checked::Checked;
use super::sip::Seed;
use super::tape::{Cursor, Node};

/// Bounds what all searches of one diff may cost together, so that no body can make one slow.
pub(super) struct Search {
    /// Whoever knows the seed can choose names and rows that have the same hash.
    pub(super) seed: Seed,
    /// What searches may still cost. A look at a child costs 1, and so does a look at eight of its bytes.
    left: usize,
    /// What searches have cost, for tests that bound it.
    #[cfg(test)]
    pub(super) looks: u64,
}

impl Search {
    pub(super) const fn new(seed: Seed) -> Self {
        Self {
            seed,
            left: 0,
            #[cfg(test)]
            looks: 0,
        }
    }

    /// Sets the budget for a diff of so many bytes, old and new together.
    pub(super) fn begin(&mut self, bytes: usize) {
        // Bodies that nobody made to be slow need a tenth of it.
        self.left = bytes.saturating_mul(4).saturating_add(4096);
    }

    /// Takes `looks` from the budget. Returns whether there is some left.
    pub(super) fn spend(&mut self, looks: usize) -> bool {
        #[cfg(test)]
        {
            self.looks += looks as u64;
        }
        self.left = self.left.saturating_sub(looks);
        self.left > 0
    }

    /// The name of the old member, with its quotes. Finding it costs more where there is much white space around it.
    pub(super) fn name<'a>(
        &mut self,
        tape: &Checked<Node>,
        text: &'a Checked<u8>,
        cursor: Cursor,
    ) -> &'a [u8] {
        self.spend(tape[cursor.node as usize].gap as usize / 8);
        cursor.name(tape, text)
    }
}

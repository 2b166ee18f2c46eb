//! Slots in an order: first come first, and any may leave, each at the cost of a few steps.
use alloc::vec::Vec;

const NONE: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Link {
    before: u32,
    after: u32,
    linked: bool,
}

const FREE: Link = Link { before: NONE, after: NONE, linked: false };

/// A list threaded through the slots it holds.
pub(super) struct Chain {
    links: Vec<Link>,
    first: u32,
    last: u32,
    /// What it cost so far, for the test that it does not grow.
    #[cfg(test)]
    pub(super) steps: u64,
}

impl Default for Chain {
    fn default() -> Self {
        Self {
            links: Vec::new(),
            first: NONE,
            last: NONE,
            #[cfg(test)]
            steps: 0,
        }
    }
}

impl Chain {
    pub(super) fn first(&self) -> Option<u32> {
        (self.first != NONE).then_some(self.first)
    }

    /// Puts `slot` at the end, wherever it was.
    pub(super) fn push(&mut self, slot: u32) {
        self.remove(slot);
        if self.links.len() <= slot as usize {
            self.links.resize(slot as usize + 1, FREE);
        }
        let before = self.last;
        self.links[slot as usize] = Link { before, after: NONE, linked: true };
        self.last = slot;
        self.join(before, slot);
    }

    /// `false` where it was not there.
    pub(super) fn remove(&mut self, slot: u32) -> bool {
        let Some(link) = self.links.get_mut(slot as usize) else { return false };
        let Link { before, after, linked } = core::mem::replace(link, FREE);
        if !linked {
            return false;
        }
        if after == NONE {
            self.last = before;
        }
        self.join(before, after);
        true
    }

    /// Lets `after` follow `before`; either may be the end of the list.
    fn join(&mut self, before: u32, after: u32) {
        #[cfg(test)]
        {
            self.steps += 1;
        }
        match self.links.get_mut(before as usize) {
            Some(link) => link.after = after,
            None => self.first = after,
        }
        if let Some(link) = self.links.get_mut(after as usize) {
            link.before = before;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Against a plain list that is searched from end to end.
        #[test]
        fn behaves_as_a_list(steps in prop::collection::vec((any::<bool>(), 0..12u32), 0..200)) {
            let mut chain = Chain::default();
            let mut list: Vec<u32> = Vec::new();
            for (push, slot) in steps {
                let known = list.contains(&slot);
                list.retain(|other| *other != slot);
                if push {
                    chain.push(slot);
                    list.push(slot);
                } else {
                    prop_assert_eq!(chain.remove(slot), known);
                }
                prop_assert_eq!(chain.first(), list.first().copied());
            }
            for slot in list {
                prop_assert_eq!(chain.first(), Some(slot));
                chain.remove(slot);
            }
            prop_assert_eq!(chain.first(), None);
        }
    }
}

//! A doubly linked list of slot numbers. Appending and removing any slot take constant time.
use alloc::vec::Vec;

const NONE: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Link {
    before: u32,
    after: u32,
    linked: bool,
}

const FREE: Link = Link { before: NONE, after: NONE, linked: false };

/// The links are indexed by slot, so no node is allocated.
pub(super) struct LinkedList {
    links: Vec<Link>,
    first: u32,
    last: u32,
    /// Links that were changed, for the tests that count the cost of an operation.
    #[cfg(test)]
    pub(super) steps: u64,
}

impl Default for LinkedList {
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

impl LinkedList {
    pub(super) fn front(&self) -> Option<u32> {
        (self.first != NONE).then_some(self.first)
    }

    /// Appends `slot`, or moves it to the end if it is in the list.
    pub(super) fn push_back(&mut self, slot: u32) {
        self.remove(slot);
        if self.links.len() <= slot as usize {
            self.links.resize(slot as usize + 1, FREE);
        }
        let before = self.last;
        self.links[slot as usize] = Link { before, after: NONE, linked: true };
        self.last = slot;
        self.link(before, slot);
    }

    /// `false` if `slot` is not in the list.
    pub(super) fn remove(&mut self, slot: u32) -> bool {
        let Some(link) = self.links.get_mut(slot as usize) else { return false };
        let Link { before, after, linked } = core::mem::replace(link, FREE);
        if !linked {
            return false;
        }
        if after == NONE {
            self.last = before;
        }
        self.link(before, after);
        true
    }

    /// Makes `after` follow `before`; `NONE` stands for an end of the list.
    fn link(&mut self, before: u32, after: u32) {
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
        /// The model is a vector that is searched linearly.
        #[test]
        fn the_linked_list_behaves_like_a_vector(steps in prop::collection::vec((any::<bool>(), 0..12u32), 0..200)) {
            let mut list = LinkedList::default();
            let mut model: Vec<u32> = Vec::new();
            for (push, slot) in steps {
                let known = model.contains(&slot);
                model.retain(|other| *other != slot);
                if push {
                    list.push_back(slot);
                    model.push(slot);
                } else {
                    prop_assert_eq!(list.remove(slot), known);
                }
                prop_assert_eq!(list.front(), model.first().copied());
            }
            for slot in model {
                prop_assert_eq!(list.front(), Some(slot));
                list.remove(slot);
            }
            prop_assert_eq!(list.front(), None);
        }
    }
}

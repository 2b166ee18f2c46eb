//! Finds repeated names among the members of a new object.
use super::child_table::MAX_PROBES;
use super::member_name::{hash_name, same_name};
use super::search::Search;
use alloc::vec;
use alloc::vec::Vec;

/// NameSet that were seen, each by a number.
pub(super) struct NameSet {
    /// The number plus one. 0 is a free slot.
    slots: Vec<u32>,
}

impl NameSet {
    /// An empty set with room for `count` names.
    pub(super) fn new(count: usize) -> Self {
        Self { slots: vec![0; (count * 2).next_power_of_two()] }
    }

    /// Adds a name. Returns `true` if it is certain that the set did not have it. `name` gives the name of a number.
    pub(super) fn insert<'a>(
        &mut self,
        search: &mut Search,
        number: usize,
        name: impl Fn(usize) -> &'a [u8],
    ) -> bool {
        let mask = self.slots.len() - 1;
        let mut place = hash_name(search.seed, name(number)) as usize & mask;
        for _ in 0..MAX_PROBES {
            if self.slots[place] == 0 {
                self.slots[place] = number as u32 + 1;
                return true;
            }
            if !search.spend(1) || same_name(name(self.slots[place] as usize - 1), name(number)) {
                return false;
            }
            place = (place + 1) & mask;
        }
        false
    }
}

//! What follows where a query loses its key.
use super::effect::Effect;
use super::entry::Entry;
use super::ids::QueryId;
use super::index::{Keys, Leaf};
use super::queue::Queue;
use crate::slab::Slab;

/// Removes the key of a query, and tells the host and the other queries what follows.
pub(crate) fn forget_key<K: Keys>(
    index: &mut K,
    leaf: Leaf,
    effects: &mut Queue<Effect>,
    entries: &mut Slab<QueryId, Entry>,
) {
    index.remove(
        leaf,
        |segment| effects.push(Effect::SegmentFreed { segment }),
        |query, leaf| {
            if let Some(entry) = entries.get_mut(query) {
                entry.leaf = Some(leaf);
            }
        },
    );
}

//! Finds queries by key or prefix: a trie over the segments of keys.
//!
//! An exact lookup takes one step per segment, however many queries there are; a prefix takes one more per match. A query
//! is linked to the node where its key ends. Several may be linked to one node, as a host may index only the first
//! segments of a key.
//!
//! The nodes are also a hash table from (node, segment) to the next node: those of one bucket are chained.
use super::ids::{Id, QueryId};
use super::key::{Segment, SegmentUses};
use crate::list::List;
use core::mem::{replace, take};
use core::num::NonZeroU32;

const NONE: u32 = u32::MAX;
const ROOT: u32 = 0;
/// How many buckets the smallest table has: a power of two, as each doubles it.
const MIN_BUCKETS: usize = 16;

/// The node of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf(NonZeroU32);

/// Where a cache notes the keys of its queries.
pub trait Keys {
    /// Adds a query.
    fn insert(&mut self, key: &[Segment], query: QueryId) -> Leaf;
    /// Removes a query. Calls `freed` with each segment that no key has any more, and `moved` with each query that has got
    /// another node.
    fn remove(&mut self, leaf: Leaf, freed: impl FnMut(Segment), moved: impl FnMut(QueryId, Leaf));
}

/// For a host that finds its queries by itself.
pub struct NoKeys;

impl Keys for NoKeys {
    fn insert(&mut self, _key: &[Segment], _query: QueryId) -> Leaf {
        Leaf(NonZeroU32::MAX)
    }

    fn remove(&mut self, _leaf: Leaf, _freed: impl FnMut(Segment), _moved: impl FnMut(QueryId, Leaf)) {}
}

impl Keys for Index {
    fn insert(&mut self, key: &[Segment], query: QueryId) -> Leaf {
        self.insert(key, query)
    }

    fn remove(&mut self, leaf: Leaf, freed: impl FnMut(Segment), moved: impl FnMut(QueryId, Leaf)) {
        self.remove(leaf, freed);
        if self.is_sparse() {
            self.compact(moved);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Not in use. The label of the root, too, as no key leads to it.
    Free,
    Segment,
    Query,
}

/// A step along a key, or a query at its end. Siblings are linked both ways, so that leaving is as cheap as
/// joining.
#[derive(Clone, Copy)]
struct Node {
    kind: Kind,
    /// The segment, or the id of the query.
    label: u32,
    parent: u32,
    /// The next sibling, or the next free node.
    next: u32,
    previous: u32,
    /// First of the longer keys.
    child: u32,
    /// First of the queries whose key ends here.
    query: u32,
    /// The next node of its bucket.
    chain: u32,
}

impl Node {
    fn is_step(&self, parent: u32, segment: Segment) -> bool {
        self.parent == parent && self.label == segment && self.kind == Kind::Segment
    }
}

/// The trie. It has no root before the first key.
pub struct Index {
    nodes: List<Node>,
    free: u32,
    used: usize,
    /// The first node of each bucket; as many as a power of two, or none.
    buckets: List<u32>,
    uses: SegmentUses,
    /// Nodes visited so far, for tests of cost.
    #[cfg(test)]
    steps: core::cell::Cell<usize>,
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Index {
    pub(crate) const fn new() -> Self {
        Self {
            nodes: List::new(),
            free: NONE,
            used: 0,
            buckets: List::new(),
            uses: SegmentUses::new(),
            #[cfg(test)]
            steps: core::cell::Cell::new(0),
        }
    }

    pub(crate) fn insert(&mut self, key: &[Segment], query: QueryId) -> Leaf {
        if self.nodes.is_empty() {
            self.add(NONE, Kind::Free, 0);
        }
        let mut node = ROOT;
        for &segment in key {
            node = match self.step_to(node, segment) {
                Some(child) => child,
                None => {
                    self.uses.add(segment);
                    self.add(node, Kind::Segment, segment)
                }
            };
        }
        let leaf = self.add(node, Kind::Query, query.raw());
        // The root has the number 0.
        Leaf(NonZeroU32::new(leaf).unwrap_or(NonZeroU32::MAX))
    }

    /// Removes a query, and the nodes that only its key needed. Calls `freed` with each segment that no key has any
    /// more.
    pub(crate) fn remove(&mut self, leaf: Leaf, mut freed: impl FnMut(Segment)) {
        let mut at = leaf.0.get();
        loop {
            let node = self.nodes[at as usize];
            self.unlink(at);
            if node.kind == Kind::Segment && self.uses.sub(node.label) {
                freed(node.label);
            }
            at = node.parent;
            let parent = &self.nodes[at as usize];
            if at == ROOT || parent.child != NONE || parent.query != NONE {
                return;
            }
        }
    }

    /// Whether some key has `segment`.
    pub(crate) fn uses(&self, segment: Segment) -> bool {
        self.uses.is_used(segment)
    }

    /// The queries whose key is exactly `key`.
    pub(crate) fn exact(&self, key: &[Segment]) -> impl Iterator<Item = QueryId> + '_ {
        let node = self.walk(key).and_then(|node| self.nodes.get(node as usize));
        let mut at = node.map_or(NONE, |node| node.query);
        core::iter::from_fn(move || {
            let leaf = self.nodes.get(at as usize)?;
            self.step();
            at = leaf.next;
            Some(Id::from_raw(leaf.label))
        })
    }

    /// Calls `found` with each query whose key begins with `prefix`.
    pub(crate) fn each(&self, prefix: &[Segment], found: &mut dyn FnMut(QueryId)) {
        let Some(top) = self.walk(prefix) else { return };
        // A depth-first walk without a stack, as each node knows its parent.
        let mut at = top;
        while let Some(mut node) = self.nodes.get(at as usize) {
            let mut leaf = node.query;
            while let Some(known) = self.nodes.get(leaf as usize) {
                self.step();
                found(Id::from_raw(known.label));
                leaf = known.next;
            }
            if node.child != NONE {
                at = node.child;
            } else {
                while at != top && node.next == NONE {
                    at = node.parent;
                    node = &self.nodes[at as usize];
                }
                if at == top {
                    return;
                }
                at = node.next;
            }
            self.step();
        }
    }

    /// Whether at most a quarter of its nodes is used.
    pub(crate) fn is_sparse(&self) -> bool {
        self.nodes.len() > 64 && 4 * self.used <= self.nodes.len()
    }

    /// Makes it anew without free nodes, and calls `moved` with the new node of each query. Worth its cost where it
    /// [is sparse](Self::is_sparse).
    pub(crate) fn compact(&mut self, mut moved: impl FnMut(QueryId, Leaf)) {
        let old = take(self).nodes;
        let mut key = List::new();
        for leaf in old.iter().filter(|node| node.kind == Kind::Query) {
            key.clear();
            let mut step = &old[leaf.parent as usize];
            while step.kind == Kind::Segment {
                key.push(step.label);
                step = &old[step.parent as usize];
            }
            key.reverse();
            let query = Id::from_raw(leaf.label);
            moved(query, self.insert(&key, query));
        }
    }

    /// How many nodes there is memory for.
    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.nodes.capacity()
    }

    fn walk(&self, key: &[Segment]) -> Option<u32> {
        key.iter().try_fold(ROOT, |node, &segment| {
            self.step();
            self.step_to(node, segment)
        })
    }

    /// The node of the key that is one segment longer.
    fn step_to(&self, parent: u32, segment: Segment) -> Option<u32> {
        let mut at = *self.buckets.get(self.bucket(parent, segment))?;
        loop {
            let node = self.nodes.get(at as usize)?;
            if node.is_step(parent, segment) {
                return Some(at);
            }
            at = node.chain;
        }
    }

    fn bucket(&self, parent: u32, segment: Segment) -> usize {
        // Fibonacci hashing of both numbers; the high bits are the well-mixed ones.
        let mixed = (u64::from(parent) << 32 | u64::from(segment)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 32) as usize & self.buckets.len().wrapping_sub(1)
    }

    fn add(&mut self, parent: u32, kind: Kind, label: u32) -> u32 {
        let mut at = self.free;
        if at == NONE {
            at = self.nodes.len() as u32;
            self.nodes.push(Node {
                kind: Kind::Free,
                label: 0,
                parent: NONE,
                next: NONE,
                previous: NONE,
                child: NONE,
                query: NONE,
                chain: NONE,
            });
        }
        self.used += 1;
        self.free = self.nodes[at as usize].next;
        let next = self.first_mut(parent, kind).map_or(NONE, |first| replace(first, at));
        if let Some(next) = self.nodes.get_mut(next as usize) {
            next.previous = at;
        }
        let node = &mut self.nodes[at as usize];
        (node.kind, node.label, node.parent, node.next, node.previous) = (kind, label, parent, next, NONE);
        if self.nodes.len() > self.buckets.len() {
            self.rehash();
        } else {
            self.join_bucket(at);
        }
        at
    }

    fn unlink(&mut self, at: u32) {
        self.leave_bucket(at);
        let free = replace(&mut self.free, at);
        let node = &mut self.nodes[at as usize];
        let Node { kind, parent, next, previous, .. } = *node;
        (node.kind, node.next) = (Kind::Free, free);
        self.used -= 1;
        if let Some(next) = self.nodes.get_mut(next as usize) {
            next.previous = previous;
        }
        if let Some(previous) = self.nodes.get_mut(previous as usize) {
            previous.next = next;
        } else if let Some(first) = self.first_mut(parent, kind) {
            *first = next;
        }
    }

    /// The first of a list of siblings.
    fn first_mut(&mut self, parent: u32, kind: Kind) -> Option<&mut u32> {
        let parent = self.nodes.get_mut(parent as usize)?;
        Some(if kind == Kind::Query { &mut parent.query } else { &mut parent.child })
    }

    /// Doubles the buckets.
    fn rehash(&mut self) {
        let length = (2 * self.buckets.len()).max(MIN_BUCKETS);
        self.buckets.clear();
        self.buckets.lengthen(length, NONE);
        for at in 0..self.nodes.len() {
            self.join_bucket(at as u32);
        }
    }

    fn join_bucket(&mut self, at: u32) {
        let Node { kind, parent, label, .. } = self.nodes[at as usize];
        if kind == Kind::Segment {
            let bucket = self.bucket(parent, label);
            self.nodes[at as usize].chain = replace(&mut self.buckets[bucket], at);
        }
    }

    fn leave_bucket(&mut self, at: u32) {
        let Node { kind, parent, label, chain, .. } = self.nodes[at as usize];
        if kind == Kind::Segment {
            let bucket = self.bucket(parent, label);
            let mut before = self.buckets[bucket];
            if before == at {
                self.buckets[bucket] = chain;
            }
            while let Some(node) = self.nodes.get_mut(before as usize) {
                before = node.chain;
                if before == at {
                    node.chain = chain;
                }
            }
        }
    }

    #[cfg(test)]
    fn step(&self) {
        self.steps.set(self.steps.get() + 1);
    }
    #[cfg(not(test))]
    fn step(&self) {}
}

#[cfg(test)]
mod tests {
    use super::super::ids::Id;
    use super::*;
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    fn id(raw: u32) -> QueryId {
        QueryId::from_raw(raw)
    }

    fn matches(index: &Index, prefix: &[Segment]) -> Vec<u32> {
        let mut found = Vec::new();
        index.each(prefix, &mut |query| found.push(query.raw()));
        found.sort();
        found
    }

    fn steps(index: &Index, look: impl FnOnce(&Index)) -> usize {
        let before = index.steps.get();
        look(index);
        index.steps.get() - before
    }

    /// `groups` lists of ten queries each.
    fn index_of(groups: u32) -> Index {
        let mut index = Index::default();
        for group in 0..groups {
            for item in 0..10 {
                index.insert(&[0, 1 + group, 100_000 + item], id(group * 10 + item + 1));
            }
        }
        index
    }

    #[test]
    fn the_cost_of_a_lookup_depends_on_its_matches_only() {
        let cost = |groups: u32| {
            let index = index_of(groups);
            let exact = steps(&index, |index| {
                assert_eq!(index.exact(&[0, 3, 100_004]).collect::<Vec<_>>(), vec![id(25)]);
            });
            let prefix = steps(&index, |index| assert_eq!(matches(index, &[0, 3]).len(), 10));
            (exact, prefix)
        };
        let (exact, prefix) = cost(5);
        assert!(exact <= 4, "an exact lookup of three segments took {exact} steps");
        assert!(prefix <= 23, "a prefix that matches ten took {prefix} steps");
        assert_eq!(cost(5_000), (exact, prefix), "a thousand times as many queries cost no more");
    }

    #[test]
    fn removing_keys_frees_their_segments_and_nodes() {
        let mut index = Index::default();
        let leaf = index.insert(&[7, 8, 9], id(1));
        let other = index.insert(&[7, 5], id(2));
        let mut freed = Vec::new();
        index.remove(leaf, |segment| freed.push(segment));
        assert_eq!(freed, vec![9, 8]);
        index.remove(other, |segment| freed.push(segment));
        assert_eq!(freed, vec![9, 8, 5, 7]);
        assert!(!index.uses(7));
        assert_eq!(index.used, 1, "the root");
    }

    proptest! {
        /// Against a plain list of keys.
        #[test]
        fn the_index_finds_what_a_scan_finds(
            steps in prop::collection::vec((prop::collection::vec(0..3u32, 0..4), any::<bool>()), 0..60),
            prefix in prop::collection::vec(0..3u32, 0..4),
        ) {
            let mut index = Index::default();
            let mut model: Vec<(Vec<Segment>, u32, Leaf)> = Vec::new();
            for (i, (key, remove)) in steps.into_iter().enumerate() {
                if remove && !model.is_empty() {
                    let (_, _, leaf) = model.swap_remove(i % model.len());
                    index.remove(leaf, |_| ());
                } else {
                    let raw = i as u32 + 1;
                    let leaf = index.insert(&key, id(raw));
                    model.push((key, raw, leaf));
                }
                let scan = |test: &dyn Fn(&[Segment]) -> bool| {
                    let mut found: Vec<u32> =
                        model.iter().filter(|(key, ..)| test(key)).map(|(_, raw, _)| *raw).collect();
                    found.sort();
                    found
                };
                prop_assert_eq!(matches(&index, &prefix), scan(&|key| key.starts_with(&prefix)));
                let mut exact: Vec<u32> = index.exact(&prefix).map(Id::raw).collect();
                exact.sort();
                prop_assert_eq!(exact, scan(&|key| key == prefix));
                for segment in 0..3 {
                    prop_assert_eq!(index.uses(segment), model.iter().any(|(key, ..)| key.contains(&segment)));
                }
            }
        }
    }
}

//! Finds queries by key or prefix: a trie over the segments of keys.
//!
//! An exact lookup takes one step per segment, however many queries there are; a prefix takes one more per match. A query
//! is linked to the node where its key ends. Several may be linked to one node, as a host may index only the first
//! segments of a key.
use super::ids::QueryId;
use super::key::{Segment, SegmentUses};
use super::table::Edges;
use alloc::vec::Vec;

const NONE: u32 = u32::MAX;
const ROOT: u32 = 0;

/// The node of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leaf(u32);

/// What a node stands for.
#[derive(Clone, Copy)]
enum Label {
    Free,
    Segment(Segment),
    Query(QueryId),
}

/// A step along a key, or a query at its end. Siblings are linked both ways, so that leaving is as cheap as
/// joining.
#[derive(Clone, Copy)]
struct Node {
    label: Label,
    parent: u32,
    next: u32,
    previous: u32,
    /// First of the longer keys.
    child: u32,
    /// First of the queries whose key ends here.
    query: u32,
}

/// The trie.
pub(crate) struct Index {
    nodes: Vec<Node>,
    free: Vec<u32>,
    edges: Edges,
    uses: SegmentUses,
    /// Nodes visited so far, for tests of cost.
    #[cfg(test)]
    steps: core::cell::Cell<usize>,
}

impl Default for Index {
    fn default() -> Self {
        let root =
            Node { label: Label::Free, parent: NONE, next: NONE, previous: NONE, child: NONE, query: NONE };
        Self {
            nodes: alloc::vec![root],
            free: Vec::new(),
            edges: Edges::default(),
            uses: SegmentUses::default(),
            #[cfg(test)]
            steps: core::cell::Cell::new(0),
        }
    }
}

impl Index {
    pub(crate) fn insert(&mut self, key: &[Segment], query: QueryId) -> Leaf {
        let mut node = ROOT;
        for &segment in key {
            node = match self.edges.get(node, segment) {
                Some(child) => child,
                None => {
                    let child = self.add(node, Label::Segment(segment));
                    self.edges.insert(node, segment, child);
                    self.uses.add(segment);
                    child
                }
            };
        }
        Leaf(self.add(node, Label::Query(query)))
    }

    /// Removes a query, and the nodes that only its key needed. Calls `freed` with each segment that no key has any
    /// more.
    pub(crate) fn remove(&mut self, leaf: Leaf, mut freed: impl FnMut(Segment)) {
        let mut at = leaf.0;
        loop {
            let node = self.nodes[at as usize];
            self.unlink(at);
            if let Label::Segment(segment) = node.label {
                self.edges.remove(node.parent, segment);
                if self.uses.sub(segment) {
                    freed(segment);
                }
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
        let first = self.walk(key).map_or(NONE, |node| self.nodes[node as usize].query);
        self.siblings(first).filter_map(|at| self.query(at))
    }

    /// Calls `found` with each query whose key begins with `prefix`.
    pub(crate) fn each(&self, prefix: &[Segment], found: &mut dyn FnMut(QueryId)) {
        let Some(top) = self.walk(prefix) else { return };
        // A depth-first walk without a stack, as each node knows its parent.
        let mut at = top;
        loop {
            let node = &self.nodes[at as usize];
            for leaf in self.siblings(node.query) {
                if let Some(query) = self.query(leaf) {
                    found(query);
                }
            }
            if node.child != NONE {
                at = node.child;
            } else {
                loop {
                    if at == top {
                        return;
                    }
                    let node = &self.nodes[at as usize];
                    if node.next != NONE {
                        at = node.next;
                        break;
                    }
                    at = node.parent;
                }
            }
            self.step();
        }
    }

    /// Whether at most a quarter of its nodes is used.
    pub(crate) fn is_sparse(&self) -> bool {
        self.nodes.len() > 64 && 4 * (self.nodes.len() - self.free.len()) <= self.nodes.len()
    }

    /// Rebuilds it without free nodes, and calls `moved` with the new node of each query. Worth its cost where it
    /// [is sparse](Self::is_sparse).
    pub(crate) fn compact(&mut self, mut moved: impl FnMut(QueryId, Leaf)) {
        let is_kept = |at: usize, node: &Node| at == ROOT as usize || !matches!(node.label, Label::Free);
        let old = core::mem::take(&mut self.nodes);
        (self.free, self.edges) = (Vec::new(), Edges::default());
        let mut count = 0;
        let places: Vec<u32> = old
            .iter()
            .enumerate()
            .map(|(at, node)| {
                count += u32::from(is_kept(at, node));
                count - 1
            })
            .collect();
        let to = |at: u32| places.get(at as usize).copied().unwrap_or(NONE);
        self.nodes.reserve_exact(count as usize);
        for (_, node) in old.iter().enumerate().filter(|(at, node)| is_kept(*at, node)) {
            let at = self.nodes.len() as u32;
            let node = Node {
                label: node.label,
                parent: to(node.parent),
                next: to(node.next),
                previous: to(node.previous),
                child: to(node.child),
                query: to(node.query),
            };
            match node.label {
                Label::Segment(segment) => self.edges.insert(node.parent, segment, at),
                Label::Query(query) => moved(query, Leaf(at)),
                Label::Free => {}
            }
            self.nodes.push(node);
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
            self.edges.get(node, segment)
        })
    }

    fn siblings(&self, first: u32) -> impl Iterator<Item = u32> + '_ {
        let some = |at: u32| (at != NONE).then_some(at);
        core::iter::successors(some(first), move |&at| some(self.nodes[at as usize].next))
            .inspect(|_| self.step())
    }

    fn query(&self, at: u32) -> Option<QueryId> {
        match self.nodes[at as usize].label {
            Label::Query(query) => Some(query),
            _ => None,
        }
    }

    fn add(&mut self, parent: u32, label: Label) -> u32 {
        let at = self.free.pop().unwrap_or(self.nodes.len() as u32);
        let first = self.first_mut(parent, label);
        let next = core::mem::replace(first, at);
        let node = Node { label, parent, next, previous: NONE, child: NONE, query: NONE };
        if at as usize == self.nodes.len() {
            self.nodes.push(node);
        } else {
            self.nodes[at as usize] = node;
        }
        if next != NONE {
            self.nodes[next as usize].previous = at;
        }
        at
    }

    fn unlink(&mut self, at: u32) {
        let Node { label, parent, next, previous, .. } = self.nodes[at as usize];
        if next != NONE {
            self.nodes[next as usize].previous = previous;
        }
        if previous != NONE {
            self.nodes[previous as usize].next = next;
        } else {
            *self.first_mut(parent, label) = next;
        }
        self.nodes[at as usize].label = Label::Free;
        self.free.push(at);
    }

    fn first_mut(&mut self, parent: u32, label: Label) -> &mut u32 {
        let parent = &mut self.nodes[parent as usize];
        match label {
            Label::Query(_) => &mut parent.query,
            _ => &mut parent.child,
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
        assert_eq!(index.nodes.len() - index.free.len(), 1);
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

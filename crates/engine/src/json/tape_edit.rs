//! How the tape of a new text is made from that of the old one.
use super::tape::{Node, trim};
use alloc::vec::Vec;

/// The new tape, as ranges of the old one and of new nodes.
#[derive(Default)]
pub(super) struct TapeEdit {
    /// The new nodes.
    pub nodes: Vec<Node>,
    ranges: Vec<NodeRange>,
    /// How many nodes the new tape has so far.
    pub total: u32,
}

/// The nodes from `start` to `end`, of the old tape or of the new nodes.
#[derive(Clone, Copy)]
struct NodeRange {
    old: bool,
    start: u32,
    end: u32,
}

impl TapeEdit {
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.ranges.clear();
        self.total = 0;
    }

    pub(super) fn trim(&mut self) {
        trim(&mut self.nodes);
        trim(&mut self.ranges);
    }

    fn push(&mut self, old: bool, start: u32, end: u32) {
        self.total += end - start;
        match self.ranges.last_mut() {
            Some(last) if last.old == old && last.end == start => last.end = end,
            _ if start == end => {}
            _ => self.ranges.push(NodeRange { old, start, end }),
        }
    }

    /// Appends a value of the old tape. `gap` is its gap in the new text.
    pub(super) fn keep(&mut self, tape: &[Node], node: u32, gap: u32) {
        let kept = tape[node as usize];
        if kept.gap == gap {
            self.push(true, node, node + kept.span());
        } else {
            self.add(kept.with_gap(gap));
            self.push(true, node + 1, node + kept.span());
        }
    }

    /// Appends the nodes from `node` to `end` of the old tape, whose gaps are the same in the new text.
    pub(super) fn keep_all(&mut self, node: u32, end: u32) {
        self.push(true, node, end);
    }

    /// Appends a new node. Returns its index in `nodes`.
    pub(super) fn add(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        self.added(self.nodes.len() as u32 - 1)
    }

    /// Appends what the caller has pushed to `nodes` from `start` on. Returns `start`.
    pub(super) fn added(&mut self, start: u32) -> u32 {
        self.push(false, start, self.nodes.len() as u32);
        start
    }

    /// Turns `tape` from the old into the new one, with the memory of `spare` where it cannot do so in place.
    pub(super) fn apply(&self, tape: &mut Vec<Node>, spare: &mut Vec<Node>) {
        let mut at = 0;
        let in_place = self.total as usize == tape.len()
            && self.ranges.iter().all(|range| {
                let place = at;
                at += range.end - range.start;
                !range.old || range.start == place
            });
        let nodes = |range: &NodeRange| range.start as usize..range.end as usize;
        if in_place {
            let mut at = 0;
            for range in &self.ranges {
                let nodes = nodes(range);
                let len = nodes.len();
                if !range.old {
                    tape[at..at + len].copy_from_slice(&self.nodes[nodes]);
                }
                at += len;
            }
            return;
        }
        spare.clear();
        spare.reserve(self.total as usize);
        for range in &self.ranges {
            let from = if range.old { &*tape } else { &self.nodes };
            spare.extend_from_slice(&from[nodes(range)]);
        }
        core::mem::swap(tape, spare);
    }
}

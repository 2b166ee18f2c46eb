//! How the tape of a new text is made from that of the old one.
use super::checked::{Checked, some};
use super::tape::Node;
use alloc::vec::Vec;

/// The new tape, as ranges of the old one and of new nodes.
pub(super) struct TapeEdit {
    /// The new nodes.
    pub nodes: Vec<Node>,
    ranges: Vec<NodeRange>,
    /// How many nodes the new tape has so far.
    pub total: u32,
    /// Whether an old node is elsewhere in the new tape.
    shifts: bool,
}

/// The nodes from `start` to `end`, of the old tape or of the new nodes.
#[derive(Clone, Copy)]
struct NodeRange {
    old: bool,
    start: u32,
    end: u32,
}

impl TapeEdit {
    pub(super) const fn new() -> Self {
        Self { nodes: Vec::new(), ranges: Vec::new(), total: 0, shifts: false }
    }

    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.ranges.clear();
        self.total = 0;
        self.shifts = false;
    }

    fn push(&mut self, old: bool, start: u32, end: u32) {
        if start == end {
            return;
        }
        self.shifts |= old && start != self.total;
        self.total += end - start;
        match self.ranges.last_mut() {
            Some(last) if last.old == old && last.end == start => last.end = end,
            _ => self.ranges.push(NodeRange { old, start, end }),
        }
    }

    /// Appends a value of the old tape. `gap` is its gap in the new text.
    pub(super) fn keep(&mut self, tape: &Checked<Node>, node: u32, gap: u32) {
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

    /// Turns `tape` from the old into the new one.
    pub(super) fn apply(&self, tape: &mut Vec<Node>) {
        let added = |range: &NodeRange| &Checked::of(&self.nodes)[range.start as usize..range.end as usize];
        if !self.shifts && self.total as usize == tape.len() {
            let mut place = 0;
            for range in &self.ranges {
                let end = place + (range.end - range.start) as usize;
                if !range.old {
                    for (node, new) in some(tape.get_mut(place..end)).iter_mut().zip(added(range)) {
                        *node = *new;
                    }
                }
                place = end;
            }
            return;
        }
        let mut made = Vec::with_capacity(self.total as usize);
        for range in &self.ranges {
            let nodes = range.start as usize..range.end as usize;
            made.extend_from_slice(if range.old { &Checked::of(tape)[nodes] } else { added(range) });
        }
        *tape = made;
    }
}

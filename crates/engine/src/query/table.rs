//! A hash table from (node, segment) to node: the edges of the index.
use alloc::vec::Vec;

const EMPTY: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Cell {
    node: u32,
    segment: u32,
    child: u32,
}

const VACANT: Cell = Cell { node: EMPTY, segment: 0, child: 0 };

/// Open addressing with linear probing. At most three quarters full; a removal closes its gap, so there are no tombstones,
/// and probes do not get longer with time.
#[derive(Default)]
pub(crate) struct Edges {
    /// Its length is a power of two, or zero.
    cells: Vec<Cell>,
    len: usize,
}

impl Edges {
    pub(crate) fn get(&self, node: u32, segment: u32) -> Option<u32> {
        if self.cells.is_empty() {
            return None;
        }
        let cell = self.cells[self.probe(node, segment)];
        (cell.node != EMPTY).then_some(cell.child)
    }

    /// `node` must have no such edge yet.
    pub(crate) fn insert(&mut self, node: u32, segment: u32, child: u32) {
        if (self.len + 1) * 4 > self.cells.len() * 3 {
            self.grow();
        }
        let at = self.probe(node, segment);
        self.cells[at] = Cell { node, segment, child };
        self.len += 1;
    }

    pub(crate) fn remove(&mut self, node: u32, segment: u32) {
        if self.cells.is_empty() {
            return;
        }
        let mask = self.cells.len() - 1;
        let mut gap = self.probe(node, segment);
        if self.cells[gap].node == EMPTY {
            return;
        }
        self.len -= 1;
        // Cells that follow without a gap move up, unless that would put one before its home.
        let mut at = gap;
        loop {
            at = (at + 1) & mask;
            let cell = self.cells[at];
            if cell.node == EMPTY {
                break;
            }
            let home = self.home(cell.node, cell.segment);
            if (at.wrapping_sub(home) & mask) >= (at.wrapping_sub(gap) & mask) {
                self.cells[gap] = cell;
                gap = at;
            }
        }
        self.cells[gap] = VACANT;
    }

    fn home(&self, node: u32, segment: u32) -> usize {
        // Fibonacci hashing of both numbers; the high bits are the well-mixed ones.
        let mixed = (u64::from(node) << 32 | u64::from(segment)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 32) as usize & (self.cells.len() - 1)
    }

    fn probe(&self, node: u32, segment: u32) -> usize {
        let mask = self.cells.len() - 1;
        let mut at = self.home(node, segment);
        loop {
            let cell = self.cells[at];
            if cell.node == EMPTY || (cell.node == node && cell.segment == segment) {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let mut cells = Vec::new();
        cells.resize((self.cells.len() * 2).max(16), VACANT);
        for cell in core::mem::replace(&mut self.cells, cells) {
            if cell.node != EMPTY {
                let at = self.probe(cell.node, cell.segment);
                self.cells[at] = cell;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        /// Against std's map; few nodes and segments, so that edges collide, go and come back.
        #[test]
        fn edges_behave_as_a_map(steps in prop::collection::vec((0..6u32, 0..40u32, any::<bool>()), 0..400)) {
            let mut edges = Edges::default();
            let mut model = HashMap::new();
            for (i, (node, segment, insert)) in steps.into_iter().enumerate() {
                if !insert {
                    edges.remove(node, segment);
                    model.remove(&(node, segment));
                } else {
                    model.entry((node, segment)).or_insert_with(|| {
                        edges.insert(node, segment, i as u32);
                        i as u32
                    });
                }
                for node in 0..6 {
                    for segment in 0..40 {
                        prop_assert_eq!(edges.get(node, segment), model.get(&(node, segment)).copied());
                    }
                }
            }
        }
    }
}

//! Nodes in rings: the results of memos, and the calls of rate limits.
use crate::rows::{NONE, Rows};
use crate::time::Instant;

/// The rings that a node is in: of results, by their use and by when they expire; of calls, the first alone.
pub(super) const BY_USE: usize = 0;
pub(super) const BY_EXPIRY: usize = 1;

/// What a node is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum State {
    #[default]
    Free,
    /// A memo or a rate limit: its rings begin and end here.
    Head,
    /// A result under way.
    Pending,
    /// A result that is there.
    Settled,
    /// A stale result that is computed again.
    Revalidating,
    /// Calls that ran at one time.
    Ran,
}

/// A result, the calls of one time, or what they belong to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Node {
    /// Of a result: until when it is fresh. Of calls: when they ran. Of a token bucket: when it is full again.
    pub(super) at: Instant,
    before: [u32; 2],
    after: [u32; 2],
    /// Of a rate limit: how many calls it remembers. Of calls: how many there are.
    pub(super) count: u32,
    pub(super) state: State,
}

/// The memos and rate limits of a module. An id that names none finds nothing.
#[derive(Debug, Default)]
pub struct Lists<R> {
    nodes: R,
    /// Nodes that were appended to a ring or taken out, for the tests that count the cost of an operation.
    #[cfg(test)]
    pub(super) steps: u64,
}

impl<R: Rows<Node>> Lists<R> {
    /// Without any.
    pub const fn new(nodes: R) -> Self {
        Self {
            nodes,
            #[cfg(test)]
            steps: 0,
        }
    }

    pub(super) fn node(&mut self, id: u32) -> &mut Node {
        self.nodes.row(id)
    }

    /// Whether `id` is a memo or a rate limit.
    pub(super) fn is_head(&mut self, id: u32) -> bool {
        self.node(id).state == State::Head
    }

    /// A new node, in no ring.
    pub(super) fn take(&mut self, state: State, at: Instant) -> u32 {
        let mut id = self.first(NONE, BY_USE);
        if id == NONE {
            id = self.nodes.push();
        } else {
            self.nodes.row(NONE).after[BY_USE] = self.first(id, BY_USE);
        }
        let node = self.node(id);
        node.at = at;
        node.count = 0;
        node.state = state;
        for ring in 0..2 {
            node.before[ring] = id;
            node.after[ring] = id;
        }
        id
    }

    /// Takes a node out of its rings, and frees it.
    pub(super) fn drop(&mut self, id: u32) {
        self.unlink(id, BY_USE);
        self.unlink(id, BY_EXPIRY);
        let free = core::mem::replace(&mut self.node(NONE).after[BY_USE], id);
        let node = self.node(id);
        node.after[BY_USE] = free;
        node.state = State::Free;
    }

    /// Frees a head and all that is in its first ring.
    pub(super) fn drop_all(&mut self, head: u32) {
        if self.is_head(head) {
            self.clear(head);
            self.drop(head);
        }
    }

    pub(super) fn clear(&mut self, head: u32) {
        while self.is_head(head) && self.first(head, BY_USE) != head {
            let first = self.first(head, BY_USE);
            self.drop(first);
        }
    }

    /// The first node of a ring; the head where it is empty.
    pub(super) fn first(&mut self, head: u32, ring: usize) -> u32 {
        self.node(head).after[ring]
    }

    /// The last node of a ring; the head where it is empty.
    pub(super) fn last(&mut self, head: u32, ring: usize) -> u32 {
        self.node(head).before[ring]
    }

    /// Appends a node to a ring, or moves it to the end if it is in it.
    pub(super) fn append(&mut self, head: u32, id: u32, ring: usize) {
        if self.first(id, ring) != id {
            self.unlink(id, ring);
        }
        let last = core::mem::replace(&mut self.node(head).before[ring], id);
        self.node(last).after[ring] = id;
        let node = self.node(id);
        node.before[ring] = last;
        node.after[ring] = head;
    }

    fn unlink(&mut self, id: u32, ring: usize) {
        #[cfg(test)]
        {
            self.steps += 1;
        }
        let before = self.node(id).before[ring];
        let after = self.node(id).after[ring];
        self.node(before).after[ring] = after;
        self.node(after).before[ring] = before;
        let node = self.node(id);
        node.before[ring] = id;
        node.after[ring] = id;
    }
}

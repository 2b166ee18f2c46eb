//! Where the values of a text are, in its order.
use super::scan::{Fault, Scanned, end, name, scalar, space, start};
use alloc::vec::Vec;

/// A value. Places are relative to what comes before, so that a tape does not change where its text only moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    /// Bytes from the end of the value before it in the same container; of the first, from the container's start.
    /// A member's name is in there.
    pub gap: u32,
    /// Its length in bytes.
    pub len: u32,
    /// Itself and all within it, in nodes; and [`DISTINCT`].
    span: u32,
}

/// Set in an object's node: its names are known to differ from each other.
const DISTINCT: u32 = 1 << 31;

impl Node {
    pub(super) fn new(gap: u32, len: u32, span: u32) -> Self {
        Self { gap, len, span }
    }

    #[inline]
    pub(super) fn span(self) -> u32 {
        self.span & !DISTINCT
    }

    pub(super) fn distinct(self) -> bool {
        self.span & DISTINCT != 0
    }

    pub(super) fn set_distinct(&mut self) {
        self.span |= DISTINCT;
    }
}

/// Goes from child to child of a container.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cursor {
    pub node: u32,
    /// Where the child before ends, or the container starts.
    pub from: u32,
    pub index: u32,
}

impl Cursor {
    /// Of the first child of the container that is `node` and starts at `start`.
    pub(super) fn into(node: u32, start: u32) -> Self {
        Self { node: node + 1, from: start, index: 0 }
    }

    #[inline]
    pub(super) fn start(self, tape: &[Node]) -> usize {
        (self.from + tape[self.node as usize].gap) as usize
    }

    #[inline]
    pub(super) fn end(self, tape: &[Node]) -> usize {
        self.start(tape) + tape[self.node as usize].len as usize
    }

    /// On to the next.
    #[inline]
    pub(super) fn next(self, tape: &[Node]) -> Self {
        let node = tape[self.node as usize];
        Self { node: self.node + node.span(), from: self.from + node.gap + node.len, index: self.index + 1 }
    }

    /// The name of the member, with its quotes.
    pub(super) fn name<'a>(self, tape: &[Node], text: &'a [u8]) -> &'a [u8] {
        name_in(text, self.from as usize, self.start(tape))
    }
}

/// The name, with its quotes, in what is between a value and the end of the one before, or the start of the object.
pub(super) fn name_in(text: &[u8], from: usize, value: usize) -> &[u8] {
    let (mut start, mut end) = (from + 1, value - 1);
    while text[start] != b'"' {
        start += 1;
    }
    while text[end - 1] != b'"' {
        end -= 1;
    }
    &text[start..end]
}

/// A container that has not ended.
#[derive(Clone, Copy)]
pub(super) struct Open {
    node: u32,
    start: u32,
    object: bool,
}

/// Reads the value at `at` to its end, and writes its nodes. `from` is what its gap is counted from.
pub(super) fn read(
    text: &[u8],
    mut at: usize,
    mut from: usize,
    nodes: &mut Vec<Node>,
    open: &mut Vec<Open>,
) -> Scanned {
    open.clear();
    loop {
        let gap = (at - from) as u32;
        let byte = text[at];
        if byte == b'{' || byte == b'[' {
            let object = byte == b'{';
            from = at;
            at = space(text, at + 1);
            // '}' and ']' are two after '{' and '['.
            if text[at] == byte + 2 {
                at += 1;
                nodes.push(Node::new(gap, (at - from) as u32, 1));
            } else {
                open.push(Open { node: nodes.len() as u32, start: from as u32, object });
                nodes.push(Node::new(gap, 0, 0));
                if object {
                    at = name(text, at)?;
                }
                continue;
            }
        } else {
            let end = scalar(text, at)?;
            nodes.push(Node::new(gap, (end - at) as u32, 1));
            at = end;
        }

        loop {
            let Some(&Open { node, start, object }) = open.last() else { return Ok(at) };
            from = at;
            at = space(text, at);
            match text[at] {
                b',' => {
                    at = space(text, at + 1);
                    if object {
                        at = name(text, at)?;
                    }
                    break;
                }
                byte if byte == if object { b'}' } else { b']' } => {
                    at += 1;
                    open.pop();
                    let span = nodes.len() as u32 - node;
                    let node = &mut nodes[node as usize];
                    *node = Node::new(node.gap, at as u32 - start, span);
                }
                _ => return Err(Fault { at }),
            }
        }
    }
}

/// The tape of a whole text, whose last bytes are padding; `len` is without.
pub(super) fn read_all(
    text: &[u8],
    len: usize,
    nodes: &mut Vec<Node>,
    open: &mut Vec<Open>,
) -> Result<(), Fault> {
    nodes.clear();
    let at = read(text, start(text), 0, nodes, open)?;
    end(text, at, len)
}

/// How a new tape is made of an old one.
#[derive(Default)]
pub(super) struct Recipe {
    /// What is in no tape yet.
    pub nodes: Vec<Node>,
    parts: Vec<Part>,
    /// How many nodes it makes.
    pub total: u32,
}

/// A range of nodes.
#[derive(Clone, Copy)]
struct Part {
    old: bool,
    start: u32,
    end: u32,
}

impl Recipe {
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.parts.clear();
        self.total = 0;
    }

    pub(super) fn trim(&mut self) {
        trim(&mut self.nodes);
        trim(&mut self.parts);
    }

    fn push(&mut self, old: bool, start: u32, end: u32) {
        self.total += end - start;
        match self.parts.last_mut() {
            Some(last) if last.old == old && last.end == start => last.end = end,
            _ if start == end => {}
            _ => self.parts.push(Part { old, start, end }),
        }
    }

    /// Takes over a value of the old tape, `gap` after what is before it now.
    pub(super) fn keep(&mut self, tape: &[Node], node: u32, gap: u32) {
        let kept = tape[node as usize];
        if kept.gap == gap {
            self.push(true, node, node + kept.span());
        } else {
            self.add(Node { gap, ..kept });
            self.push(true, node + 1, node + kept.span());
        }
    }

    /// Takes over the values from `node` to `end` of the old tape as they are.
    pub(super) fn keep_all(&mut self, node: u32, end: u32) {
        self.push(true, node, end);
    }

    /// One more that is new. Gives its place in `nodes`.
    pub(super) fn add(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        self.added(self.nodes.len() as u32 - 1)
    }

    /// What is in `nodes` from `start` on is new.
    pub(super) fn added(&mut self, start: u32) -> u32 {
        self.push(false, start, self.nodes.len() as u32);
        start
    }

    /// Makes `tape` the new one; `spare` is room to do so.
    pub(super) fn make(&self, tape: &mut Vec<Node>, spare: &mut Vec<Node>) {
        let mut at = 0;
        let in_place = self.total as usize == tape.len()
            && self.parts.iter().all(|part| {
                let place = at;
                at += part.end - part.start;
                !part.old || part.start == place
            });
        let range = |part: &Part| part.start as usize..part.end as usize;
        if in_place {
            let mut at = 0;
            for part in &self.parts {
                let range = range(part);
                let len = range.len();
                if !part.old {
                    tape[at..at + len].copy_from_slice(&self.nodes[range]);
                }
                at += len;
            }
            return;
        }
        spare.clear();
        spare.reserve(self.total as usize);
        for part in &self.parts {
            let from = if part.old { &*tape } else { &self.nodes };
            spare.extend_from_slice(&from[range(part)]);
        }
        core::mem::swap(tape, spare);
    }
}

/// Room that is kept for the next body.
const ROOM: usize = 2 << 20;

/// Gives room back that only an unusual body needed.
pub(super) fn trim<T>(room: &mut Vec<T>) {
    if room.capacity() * size_of::<T>() > ROOM {
        *room = Vec::new();
    }
}

//! The tape of a text: a node for each of its values, in the order of the text (as in simdjson).
use super::checked::Checked;
use super::scan::{End, end_of, expect_end, fault, skip_name, skip_scalar, skip_whitespace, value_start};
use alloc::vec::Vec;

/// A value. Its position is relative to what precedes it, so that text that only moves keeps its nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    /// Bytes between the end of the previous value in the same container, or the start of the container, and this value.
    /// A member's name is among them.
    pub gap: u32,
    /// The length in bytes.
    pub len: u32,
    /// How many nodes the value has: its own and those of all values in it. The highest bit is [`DISTINCT`].
    span: u32,
}

/// Set in the node of an object whose names are known to differ from each other.
const DISTINCT: u32 = 1 << 31;

impl Node {
    pub(super) fn new(gap: u32, len: u32, span: u32) -> Self {
        Self { gap, len, span }
    }

    pub(super) fn with_gap(self, gap: u32) -> Self {
        Self { gap, ..self }
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
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    pub node: u32,
    /// The place in the text that the child's gap counts from: the end of the previous child, or the start of the
    /// container.
    pub from: u32,
    pub index: u32,
}

impl Cursor {
    /// The value of the text.
    pub(super) const ROOT: Self = Self { node: 0, from: 0, index: 0 };

    /// The first child of the container that has this node and starts at `start`.
    pub(super) fn first_child(node: u32, start: u32) -> Self {
        Self { node: node + 1, from: start, index: 0 }
    }

    #[inline]
    pub(super) fn start(self, tape: &Checked<Node>) -> usize {
        (self.from + tape[self.node as usize].gap) as usize
    }

    #[inline]
    pub(super) fn end(self, tape: &Checked<Node>) -> usize {
        self.start(tape) + tape[self.node as usize].len as usize
    }

    /// Goes on to the next child. It is not inlined, as there are many calls.
    #[inline(never)]
    pub(super) fn step(&mut self, tape: &Checked<Node>) {
        let node = tape[self.node as usize];
        self.node += node.span();
        self.from += node.gap + node.len;
        self.index += 1;
    }

    /// The next child.
    pub(super) fn next(mut self, tape: &Checked<Node>) -> Self {
        self.step(tape);
        self
    }

    /// The name of the member, with its quotes.
    pub(super) fn name<'a>(self, tape: &Checked<Node>, text: &'a Checked<u8>) -> &'a [u8] {
        name_in(text, self.from as usize, self.start(tape))
    }
}

/// The name, with its quotes, of the member whose value starts at `value`. The bytes from `from` to there are a comma or
/// the brace, white space, the name, and the colon.
pub(super) fn name_in(text: &Checked<u8>, from: usize, value: usize) -> &[u8] {
    let (mut start, mut end) = (from + 1, value - 1);
    while text[start] != b'"' {
        start += 1;
    }
    while text[end - 1] != b'"' {
        end -= 1;
    }
    &text[start..end]
}

/// In the place of a node: no container is open.
const NONE: u32 = u32::MAX;

/// Reads the value at `at`, appends its nodes, and returns where it ends. Its gap counts from `from`.
pub(super) fn read_value(text: &Checked<u8>, mut at: usize, mut from: usize, nodes: &mut Vec<Node>) -> End {
    // The node of the innermost open container. Until its end is known, it has the place where the container starts for its
    // length, and the node of the container around it for its span: that is the stack.
    let mut open = NONE;
    let mut bracket = 0;
    loop {
        if bracket == b'{' {
            at = end_of!(skip_name(text, at));
        }
        let gap = (at - from) as u32;
        let byte = text[at];
        from = at;
        if byte == b'{' || byte == b'[' {
            at = skip_whitespace(text, at + 1);
            // In ASCII, `}` is `{` + 2 and `]` is `[` + 2.
            if text[at] != byte + 2 {
                let node = Node::new(gap, from as u32, open);
                open = nodes.len() as u32;
                bracket = byte;
                nodes.push(node);
                continue;
            }
            at += 1;
        } else {
            at = end_of!(skip_scalar(text, at));
        }
        nodes.push(Node::new(gap, (at - from) as u32, 1));

        loop {
            // There is no node `NONE`.
            let count = nodes.len() as u32;
            let Some(node) = nodes.get_mut(open as usize) else { return at as End };
            let start = node.len as usize;
            bracket = text[start];
            from = at;
            at = skip_whitespace(text, at);
            if text[at] == b',' {
                at = skip_whitespace(text, at + 1);
                break;
            }
            if text[at] != bracket + 2 {
                return fault(at);
            }
            at += 1;
            let span = count - open;
            open = node.span;
            *node = Node::new(node.gap, (at - start) as u32, span);
        }
    }
}

/// Reads a whole text and writes its tape. Returns where it ends. `len` is its length without its padding.
pub(super) fn read_text(text: &Checked<u8>, len: usize, nodes: &mut Vec<Node>) -> End {
    nodes.clear();
    let at = end_of!(read_value(text, value_start(text), 0, nodes));
    expect_end(text, at, len)
}

//! The tape of a text: a node for each of its values, in the order of the text (as in simdjson).
use super::scan::{
    ScanResult, SyntaxError, expect_end, skip_name, skip_scalar, skip_whitespace, value_start,
};
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
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cursor {
    pub node: u32,
    /// The place in the text that the child's gap counts from: the end of the previous child, or the start of the
    /// container.
    pub from: u32,
    pub index: u32,
}

impl Cursor {
    /// The first child of the container that has this node and starts at `start`.
    pub(super) fn first_child(node: u32, start: u32) -> Self {
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

    /// The next child.
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

/// The name, with its quotes, of the member whose value starts at `value`. The bytes from `from` to there are a comma or
/// the brace, white space, the name, and the colon.
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

/// A container whose end has not been read yet.
#[derive(Clone, Copy)]
pub(super) struct OpenNode {
    node: u32,
    start: u32,
    object: bool,
}

/// Reads the value at `at`, appends its nodes, and returns where it ends. Its gap counts from `from`. `open` is scratch
/// memory for the stack.
pub(super) fn read_value(
    text: &[u8],
    mut at: usize,
    mut from: usize,
    nodes: &mut Vec<Node>,
    open: &mut Vec<OpenNode>,
) -> ScanResult {
    open.clear();
    loop {
        let gap = (at - from) as u32;
        let byte = text[at];
        if byte == b'{' || byte == b'[' {
            let object = byte == b'{';
            from = at;
            at = skip_whitespace(text, at + 1);
            // In ASCII, `}` is `{` + 2 and `]` is `[` + 2.
            if text[at] == byte + 2 {
                at += 1;
                nodes.push(Node::new(gap, (at - from) as u32, 1));
            } else {
                open.push(OpenNode { node: nodes.len() as u32, start: from as u32, object });
                nodes.push(Node::new(gap, 0, 0));
                if object {
                    at = skip_name(text, at)?;
                }
                continue;
            }
        } else {
            let end = skip_scalar(text, at)?;
            nodes.push(Node::new(gap, (end - at) as u32, 1));
            at = end;
        }

        loop {
            let Some(&OpenNode { node, start, object }) = open.last() else { return Ok(at) };
            from = at;
            at = skip_whitespace(text, at);
            match text[at] {
                b',' => {
                    at = skip_whitespace(text, at + 1);
                    if object {
                        at = skip_name(text, at)?;
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
                _ => return Err(SyntaxError { at }),
            }
        }
    }
}

/// Reads a whole text and writes its tape. `len` is the length of the text without its padding.
pub(super) fn read_text(
    text: &[u8],
    len: usize,
    nodes: &mut Vec<Node>,
    open: &mut Vec<OpenNode>,
) -> Result<(), SyntaxError> {
    nodes.clear();
    let at = read_value(text, value_start(text), 0, nodes, open)?;
    expect_end(text, at, len)
}

/// A buffer of up to so many bytes is kept for the next body.
const KEPT_CAPACITY: usize = 2 << 20;

/// Frees a buffer that only an unusual body needed.
pub(super) fn trim<T>(buffer: &mut Vec<T>) {
    if buffer.capacity() * size_of::<T>() > KEPT_CAPACITY {
        *buffer = Vec::new();
    }
}

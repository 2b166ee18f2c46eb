//! Compares a new text with the old one, and writes a patch that makes the new value from the old one.
//!
//! It reads the new text once, from start to end. A value's counterpart is the old member with the same name or the old
//! element with the same index. A value with the bytes of its counterpart is skipped, and so are those after it that are
//! the same. If both are objects or both are arrays, it goes on inside them. Any other value is read to its end and will
//! be parsed. An element that differs from its counterpart may have moved: it is searched first where inserted or removed
//! elements would have moved it to, then by its bytes.
//!
//! Nothing here recurses, as texts may be nested to any depth: open containers are on a stack.
use super::alignment::Alignments;
use super::change::{Change, TextPair};
use super::compare::equal;
use super::container::{Member, OpenContainer};
use super::outcome::Outcome;
use super::patch::{BLOCK, Patch, SLOT, source};
use super::scan::{SyntaxError, expect_end, skip_name, skip_scalar, skip_whitespace, value_start};
use super::search::Search;
use super::tape::{Cursor, Node, OpenNode, name_in, read_value, trim};
use super::tape_edit::TapeEdit;
use alloc::vec::Vec;

/// What a diff writes. It is kept from one diff to the next, to use its memory again.
#[derive(Default)]
pub(super) struct Diff {
    pub(super) patch: Patch,
    pub(super) tape_edit: TapeEdit,
    pub(super) alignments: Alignments,
    pub(super) search: Search,
    pub(super) open: Vec<OpenNode>,
    /// How many bytes were read token by token.
    pub(super) scanned: u64,
    /// Up to where elements were read to search for them.
    searched_until: usize,
    pub(super) containers: Vec<OpenContainer>,
    pub(super) members: Vec<Member>,
    pub(super) items: Vec<u32>,
}

/// Values up to this length are compared anew: a look at the alignments would take longer.
const SHORT: usize = 32;

/// What was read last.
enum Step {
    /// A value, up to here.
    Value(Change, usize),
    /// Old elements, up to here. They are among the items already.
    Elements(usize),
    /// The opening bracket of a container, which is here.
    Open(usize),
}

impl Diff {
    /// Compares two texts. The caller knows that the first `common` bytes of both are the same, and the next one is not.
    /// The outcome is never `Unknown`.
    pub(super) fn run(&mut self, pair: TextPair<'_>, common: usize) -> Result<Outcome, SyntaxError> {
        self.patch.clear();
        self.tape_edit.clear();
        self.alignments.begin(common);
        self.search.begin(pair.old.len() + pair.new.len());
        self.scanned = 0;
        self.searched_until = 0;
        self.containers.clear();
        self.members.clear();
        self.items.clear();

        let root = Cursor::default();
        let mut step = self.value(pair, value_start(pair.new), 0, Some(root))?;
        loop {
            step = match step {
                Step::Open(at) if self.expected(pair, at).is_some() => self.next_child(pair, at)?,
                Step::Open(at) => {
                    let inside = skip_whitespace(pair.new, at + 1);
                    // In ASCII, `}` is `{` + 2 and `]` is `[` + 2.
                    if pair.new[inside] == pair.new[at] + 2 {
                        self.close(pair, inside + 1)
                    } else {
                        self.child(pair, inside)?
                    }
                }
                Step::Value(change, at) => {
                    let Some(container) = self.containers.last() else {
                        expect_end(pair.new, at, pair.len)?;
                        return Ok(self.outcome(pair, change));
                    };
                    if container.array {
                        self.end_element(pair, change, at as u32);
                    } else {
                        self.end_member(change, at as u32);
                    }
                    self.next_child(pair, at)?
                }
                Step::Elements(at) => self.next_child(pair, at)?,
            }
        }
    }

    /// Frees the memory that only an unusual body needed. Invalidates the patch.
    pub(super) fn trim(&mut self) {
        self.patch.trim();
        self.tape_edit.trim();
        trim(&mut self.open);
        trim(&mut self.containers);
        trim(&mut self.members);
        trim(&mut self.items);
    }

    fn outcome(&mut self, pair: TextPair<'_>, root: Change) -> Outcome {
        match root {
            Change::Unchanged => Outcome::Same,
            Change::Parse => Outcome::Whole,
            Change::Patched(root) => {
                self.patch.finish(root, pair.new);
                Outcome::Patch
            }
        }
    }

    /// The old member that is next, and where its value would begin, if the bytes before the value are the old ones.
    #[inline]
    fn expected(&self, pair: TextPair<'_>, from: usize) -> Option<(Cursor, usize)> {
        let container = self.containers.last().filter(|container| !container.array)?;
        let cursor = container.expected()?;
        let (start, value) = (cursor.from as usize, cursor.start(pair.tape));
        let place = from + value - start;
        let there = pair.new.get(from..place)?;
        // A value may begin later, after more white space than before.
        let begins = pair.new.get(place).is_some_and(|byte| *byte > b' ');
        (begins && equal(&pair.old[start..value], there)).then_some((cursor, place))
    }

    /// Reads on after a child or an opening bracket: another child, or the end of the container.
    fn next_child(&mut self, pair: TextPair<'_>, at: usize) -> Result<Step, SyntaxError> {
        if let Some((cursor, value)) = self.expected(pair, at) {
            if let Some(container) = self.containers.last_mut() {
                container.next = cursor.next(pair.tape);
                container.child = value as u32;
            }
            return self.value(pair, value, at, Some(cursor));
        }
        let next = skip_whitespace(pair.new, at);
        let array = self.containers.last().is_some_and(|container| container.array);
        match pair.new[next] {
            b',' => self.child(pair, skip_whitespace(pair.new, next + 1)),
            b']' if array => Ok(self.close(pair, next + 1)),
            b'}' if !array => Ok(self.close(pair, next + 1)),
            _ => Err(SyntaxError { at: next }),
        }
    }

    fn child(&mut self, pair: TextPair<'_>, at: usize) -> Result<Step, SyntaxError> {
        let Some(container) = self.containers.last_mut() else { return Err(SyntaxError { at }) };
        if container.array {
            return self.element(pair, at);
        }
        let value = skip_name(pair.new, at)?;
        self.scanned += (value - at) as u64;
        container.child = value as u32;
        let from = container.from as usize;
        let counterpart = container.counterpart(&mut self.search, pair, name_in(pair.new, from, value));
        self.value(pair, value, from, counterpart)
    }

    /// Reads the value at `at`. Its gap counts from `from`.
    fn value(
        &mut self,
        pair: TextPair<'_>,
        at: usize,
        from: usize,
        counterpart: Option<Cursor>,
    ) -> Result<Step, SyntaxError> {
        let gap = (at - from) as u32;
        if let Some(cursor) = counterpart {
            if self.same(pair, cursor, at) {
                self.tape_edit.keep(pair.tape, cursor.node, gap);
                return Ok(Step::Value(Change::Unchanged, at + pair.tape[cursor.node as usize].len as usize));
            }
            let (first, old) = (pair.new[at], cursor.start(pair.tape));
            if matches!(first, b'{' | b'[') && pair.old[old] == first {
                self.enter(pair, cursor, at, gap);
                return Ok(Step::Open(at));
            }
        }
        if !matches!(pair.new[at], b'{' | b'[') {
            let end = skip_scalar(pair.new, at)?;
            self.tape_edit.add(Node::new(gap, (end - at) as u32, 1));
            self.scanned += (end - at) as u64;
            return Ok(Step::Value(Change::Parse, end));
        }
        let nodes = self.tape_edit.nodes.len() as u32;
        let end = read_value(pair.new, at, from, &mut self.tape_edit.nodes, &mut self.open)?;
        self.tape_edit.added(nodes);
        self.scanned += (end - at) as u64;
        Ok(Step::Value(Change::Parse, end))
    }

    /// Whether the value at `at` has the bytes of the one under the cursor.
    fn same(&mut self, pair: TextPair<'_>, cursor: Cursor, at: usize) -> bool {
        let (start, len) = (cursor.start(pair.tape), pair.tape[cursor.node as usize].len as usize);
        let first = pair.old[start];
        if pair.new[at] != first || at + len > pair.len {
            return false;
        }
        let same = if len <= SHORT {
            equal(&pair.old[start..start + len], &pair.new[at..at + len])
        } else {
            self.alignments.is_same(pair.old, &pair.new[..pair.len], start, len, at)
        };
        // A number may be longer than the old one. Any other value has an end of its own.
        let number = |byte: u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        same && !(number(first) && number(pair.new[at + len]))
    }

    fn element(&mut self, pair: TextPair<'_>, at: usize) -> Result<Step, SyntaxError> {
        let Some(container) = self.containers.last() else { return Err(SyntaxError { at }) };
        let (same_index, candidates, from) =
            (container.same_index(), container.candidates(pair.tape), container.from as usize);
        for cursor in candidates.into_iter().flatten() {
            if self.same(pair, cursor, at) {
                return Ok(Step::Elements(self.keep_elements(pair, cursor, at)));
            }
        }
        if let Some(cursor) = self.find_moved(pair, at, from)? {
            return Ok(Step::Elements(self.keep_elements(pair, cursor, at)));
        }
        let mark = self.patch.mark();
        if let Some(container) = self.containers.last_mut() {
            container.child = at as u32;
            container.before_child = mark;
        }
        self.value(pair, at, from, same_index)
    }

    /// Searches the element by its bytes before it is compared with its counterpart, if the previous element had moved:
    /// then this one is likely to have moved too. `searched_until` ensures that no byte is read twice for such searches,
    /// however deep arrays are nested.
    fn find_moved(
        &mut self,
        pair: TextPair<'_>,
        at: usize,
        from: usize,
    ) -> Result<Option<Cursor>, SyntaxError> {
        let Some(container) = self.containers.last_mut() else { return Ok(None) };
        if !container.moving || at < self.searched_until || !matches!(pair.new[at], b'{' | b'[') {
            return Ok(None);
        }
        let nodes = self.tape_edit.nodes.len();
        let end = read_value(pair.new, at, from, &mut self.tape_edit.nodes, &mut self.open)?;
        self.tape_edit.nodes.truncate(nodes);
        self.scanned += (end - at) as u64;
        self.searched_until = end;
        let found = container.find_element(&mut self.search, pair, &pair.new[at..end]);
        container.moving = found.is_some();
        Ok(found)
    }

    /// Keeps the old element under the cursor, which is at `at`, and those after it that are the same. Returns where the last
    /// of them ends.
    fn keep_elements(&mut self, pair: TextPair<'_>, cursor: Cursor, at: usize) -> usize {
        let Self { containers, items, tape_edit, alignments, .. } = self;
        let Some(container) = containers.last_mut() else { return at };
        let (tape, new) = (pair.tape, &pair.new[..pair.len]);
        let start = cursor.start(tape);
        let place = |old: usize| (old as i64 + at as i64 - start as i64) as usize;
        tape_edit.keep(tape, cursor.node, at as u32 - container.from);
        container.keeps |= matches!(pair.old[start], b'{' | b'[');
        container.advance(tape);

        // Where the bytes are known to be the same, up to the one after an element, only the tape is read.
        let (mut next, mut same_index) = (cursor.next(tape), container.same_index);
        let first = next;
        let mut known = 0;
        while next.node < container.end {
            let (node, before) = (tape[next.node as usize], next.from as usize);
            let end = before + (node.gap + node.len) as usize;
            if end >= known {
                known = alignments.same_until(pair.old, new, before, end + 1, place(before));
                if end >= known {
                    break;
                }
            }
            let is_in_place = same_index.node == next.node;
            if !is_in_place && same_index.node < container.end {
                // If the element with the same index has the same bytes too, it is preferred. The caller finds out.
                if tape[same_index.node as usize].len == node.len {
                    break;
                }
                same_index = same_index.next(tape);
            }
            container.keeps = container.keeps || matches!(pair.old[end - node.len as usize], b'{' | b'[');
            next = next.next(tape);
            if is_in_place {
                same_index = next;
            }
        }
        tape_edit.keep_all(first.node, next.node);
        container.push_old(items, cursor.index, next.index);
        container.index += next.index - first.index;
        container.same_index = same_index;
        container.expect(next);
        container.from = place(next.from as usize) as u32;
        container.from as usize
    }

    /// Ends an element that is none of the likely ones: searches it by its bytes, and appends an item.
    fn end_element(&mut self, pair: TextPair<'_>, mut change: Change, end: u32) {
        let Self { containers, items, patch, search, .. } = self;
        let Some(container) = containers.last_mut() else { return };
        let range = (container.child, end);
        let bytes = &pair.new[range.0 as usize..range.1 as usize];
        let is_container = matches!(bytes[0], b'{' | b'[');
        let mut index = container.index;
        match if is_container { container.find_element(search, pair, bytes) } else { None } {
            Some(cursor) => {
                patch.back_to(container.before_child);
                container.expect(cursor.next(pair.tape));
                container.moving = true;
                (change, index) = (Change::Unchanged, cursor.index);
            }
            None => container.miss(pair.tape),
        }
        container.keeps |= is_container && change != Change::Parse;
        match change {
            Change::Unchanged => container.push_old(items, index, index + 1),
            Change::Parse => {
                container.parsed += range.1 - range.0;
                items.push(source(patch.slot(range), SLOT));
            }
            Change::Patched(at) => items.extend([source(at, BLOCK), index]),
        }
        if change != Change::Unchanged {
            container.last_range = u32::MAX;
        }
        container.from = end;
        container.advance(pair.tape);
    }

    fn end_member(&mut self, change: Change, end: u32) {
        let Some(container) = self.containers.last_mut() else { return };
        self.members.push(Member { from: container.from, value: (container.child, end), change });
        container.from = end;
        container.index += 1;
    }

    fn enter(&mut self, pair: TextPair<'_>, old: Cursor, at: usize, gap: u32) {
        let total = self.tape_edit.total;
        let node = self.tape_edit.add(Node::new(gap, 0, 0));
        let array = pair.new[at] == b'[';
        let records = if array { self.items.len() } else { self.members.len() };
        self.containers.push(OpenContainer::new(
            &mut self.search,
            pair,
            old,
            array,
            at as u32,
            node,
            total,
            records as u32,
            self.patch.mark(),
        ));
    }

    /// Ends the innermost container. `end` is after its closing bracket.
    fn close(&mut self, pair: TextPair<'_>, end: usize) -> Step {
        let Some(container) = self.containers.pop() else { return Step::Value(Change::Parse, end) };
        let len = end as u32 - container.start;
        let node = &mut self.tape_edit.nodes[container.node as usize];
        *node = Node::new(node.gap, len, self.tape_edit.total - container.total);
        let change = if container.array {
            self.close_array(&container, len)
        } else {
            self.close_object(pair, &container, end as u32)
        };
        if !matches!(change, Change::Patched(_)) {
            self.patch.back_to(container.mark);
        }
        Step::Value(change, end)
    }
}

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
use super::checked::{Checked, some};
use super::child_table::NONE;
use super::compare::equal;
use super::container::{Member, OpenContainer};
use super::outcome::Outcome;
use super::patch::Patch;
use super::scan::{End, skip_name, skip_whitespace, value_start};
use super::search::Search;
use super::sip::Seed;
use super::tape::{Cursor, Node, name_in, read_value};
use super::tape_edit::TapeEdit;
use alloc::vec::Vec;
use core::mem::replace;

/// What a diff writes. It is kept from one diff to the next, to use its memory again.
pub(super) struct Diff {
    pub(super) patch: Patch,
    pub(super) tape_edit: TapeEdit,
    pub(super) alignments: Alignments,
    pub(super) search: Search,
    /// How many bytes were read token by token.
    pub(super) scanned: usize,
    /// Where reading goes on in the new text.
    pub(super) at: usize,
    /// What was found out about the last value.
    pub(super) change: Change,
    /// Up to where elements were read to search for them.
    pub(super) searched_until: usize,
    /// The innermost open container, and those around it. The outermost of them stands for the text.
    pub(super) open: OpenContainer,
    containers: Vec<OpenContainer>,
    pub(super) members: Vec<Member>,
    pub(super) items: Vec<u32>,
    /// By index: whether an old member is the counterpart of a new one.
    pub(super) taken: Vec<bool>,
}

/// Values up to this length are compared anew: a look at the alignments would take longer.
const SHORT: usize = 32;

/// Buffers of up to so many bytes are kept for the next diff.
const KEPT_CAPACITY: usize = 2 << 20;

/// What was read last. `Diff::at` is after it.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// A value.
    Value,
    /// Old elements, which are among the items already.
    Elements,
    /// Nothing. A container is here.
    Open,
    /// What JSON does not allow.
    Fault,
}

impl Diff {
    pub(super) const fn new(seed: Seed) -> Self {
        Self {
            patch: Patch::new(),
            tape_edit: TapeEdit::new(),
            alignments: Alignments::new(),
            search: Search::new(seed),
            scanned: 0,
            at: 0,
            change: Change::UNCHANGED,
            searched_until: 0,
            open: OpenContainer::NONE,
            containers: Vec::new(),
            members: Vec::new(),
            items: Vec::new(),
            taken: Vec::new(),
        }
    }

    /// Compares two texts. The caller knows that the first `common` bytes of both are the same, and the next one is not.
    /// The outcome is `Unknown` if the new text is not JSON.
    pub(super) fn run(&mut self, pair: TextPair<'_>, common: usize) -> Outcome {
        self.patch.clear();
        self.tape_edit.clear();
        self.alignments.begin(common);
        self.search.begin(pair.old.len() + pair.new.len());
        self.scanned = 0;
        self.searched_until = 0;
        self.containers.clear();
        self.members.clear();
        self.items.clear();

        self.at = value_start(pair.new);
        let mut step = self.value(pair, 0, Some(Cursor::ROOT));
        loop {
            let open = match step {
                Step::Fault => return Outcome::Unknown,
                Step::Open => true,
                Step::Elements => false,
                Step::Value => {
                    if self.containers.is_empty() {
                        return self.outcome(pair);
                    }
                    if self.open.array {
                        self.end_element(pair);
                    } else {
                        self.end_member();
                    }
                    false
                }
            };
            step = self.next_child(pair, open);
        }
    }

    /// Frees the memory that only an unusual body needed: of the vectors, these two can become as long as bodies are. It
    /// invalidates the patch.
    pub(super) fn trim(&mut self) {
        if self.patch.text.capacity() + self.tape_edit.nodes.capacity() * size_of::<Node>() > KEPT_CAPACITY {
            self.patch.text = Vec::new();
            self.tape_edit.nodes = Vec::new();
        }
    }

    fn outcome(&mut self, pair: TextPair<'_>) -> Outcome {
        if skip_whitespace(pair.new, self.at) != pair.len {
            return Outcome::Unknown;
        }
        match self.change {
            Change::UNCHANGED => Outcome::Same,
            Change::PARSE => Outcome::Whole,
            Change(root) => {
                self.patch.finish(root, pair.new);
                Outcome::Patch
            }
        }
    }

    /// The old member that is next, and where its value would begin, if the bytes before the value are the old ones.
    #[inline]
    fn expected(&self, pair: TextPair<'_>) -> Option<(Cursor, usize)> {
        let cursor = self.open.expected()?;
        let (start, value) = (cursor.from as usize, cursor.start(pair.tape));
        let place = self.at + value - start;
        let there = pair.new.get(self.at..place)?;
        // A value may begin later, after more white space than before.
        let begins = pair.new.get(place).is_some_and(|byte| *byte > b' ');
        (begins && equal(&pair.old[start..value], there)).then_some((cursor, place))
    }

    /// Reads on after a child, or if `open`, from an opening bracket: another child, or the end of the container.
    fn next_child(&mut self, pair: TextPair<'_>, open: bool) -> Step {
        let from = self.at;
        if let Some((cursor, value)) = self.expected(pair) {
            let container = &mut self.open;
            container.next.step(pair.tape);
            container.child = value as u32;
            container.counterpart = cursor.index;
            self.at = value;
            return self.value(pair, from, Some(cursor));
        }
        let container = &mut self.open;
        self.at = skip_whitespace(pair.new, from + usize::from(open));
        // In ASCII, `}` is `{` + 2 and `]` is `[` + 2.
        if pair.new[self.at] == pair.new[container.start as usize] + 2 {
            self.at += 1;
            return self.close(pair);
        }
        if !open {
            if pair.new[self.at] != b',' {
                return Step::Fault;
            }
            self.at = skip_whitespace(pair.new, self.at + 1);
        }
        if container.array {
            return self.element(pair);
        }
        if !self.scan(skip_name(pair.new, self.at)) {
            return Step::Fault;
        }
        let container = &mut self.open;
        container.child = self.at as u32;
        let counterpart = container.counterpart(&mut self.search, pair, name_in(pair.new, from, self.at));
        container.counterpart = counterpart.map_or(NONE, |cursor| cursor.index);
        self.value(pair, from, counterpart)
    }

    /// Goes on to the end of what was scanned. Returns whether it was JSON.
    fn scan(&mut self, end: End) -> bool {
        if end < 0 {
            return false;
        }
        self.scanned += end as usize - self.at;
        self.at = end as usize;
        true
    }

    /// Reads the value that is next. Its gap counts from `from`.
    pub(super) fn value(&mut self, pair: TextPair<'_>, from: usize, counterpart: Option<Cursor>) -> Step {
        let at = self.at;
        let gap = (at - from) as u32;
        let is_container = matches!(pair.new[at], b'{' | b'[');
        if let Some(cursor) = counterpart {
            if self.same(pair, cursor) {
                self.tape_edit.keep(pair.tape, cursor.node, gap);
                self.change = Change::UNCHANGED;
                self.at = at + pair.tape[cursor.node as usize].len as usize;
                return Step::Value;
            }
            if is_container && pair.old[cursor.start(pair.tape)] == pair.new[at] {
                self.enter(pair, cursor, gap);
                return Step::Open;
            }
        }
        self.change = Change::PARSE;
        let nodes = &mut self.tape_edit.nodes;
        let count = nodes.len() as u32;
        let end = read_value(pair.new, at, from, nodes);
        self.tape_edit.added(count);
        if self.scan(end) { Step::Value } else { Step::Fault }
    }

    /// Whether the next value has the bytes of the one under the cursor.
    pub(super) fn same(&mut self, pair: TextPair<'_>, cursor: Cursor) -> bool {
        let at = self.at;
        let (start, len) = (cursor.start(pair.tape), pair.tape[cursor.node as usize].len as usize);
        let first = pair.old[start];
        if pair.new[at] != first || at + len > pair.len {
            return false;
        }
        let same = if len <= SHORT {
            equal(&pair.old[start..start + len], &pair.new[at..at + len])
        } else {
            self.alignments.is_same(pair.old, Checked::of(&pair.new[..pair.len]), start, len, at)
        };
        // A number may be longer than the old one. What else does not end there is not JSON.
        same && matches!(pair.new[at + len], b',' | b']' | b'}' | ..=b' ')
    }

    fn end_member(&mut self) {
        let container = &mut self.open;
        let end = self.at as u32;
        self.members.push(Member {
            from: container.from,
            value: (container.child, end),
            change: self.change,
            counterpart: container.counterpart,
        });
        container.from = end;
        container.index += 1;
    }

    fn enter(&mut self, pair: TextPair<'_>, old: Cursor, gap: u32) {
        let total = self.tape_edit.total;
        let node = self.tape_edit.add(Node::new(gap, 0, 0));
        let array = pair.new[self.at] == b'[';
        let records = if array { self.items.len() } else { self.members.len() };
        let container = OpenContainer::new(
            &mut self.search,
            pair,
            old,
            array,
            self.at as u32,
            node,
            total,
            records as u32,
            self.patch.mark(),
        );
        self.containers.push(replace(&mut self.open, container));
    }

    /// Ends the innermost container, after its closing bracket.
    fn close(&mut self, pair: TextPair<'_>) -> Step {
        let container = replace(&mut self.open, some(self.containers.pop()));
        let end = self.at as u32;
        let len = end - container.start;
        let span = self.tape_edit.total - container.total;
        let node = some(self.tape_edit.nodes.get_mut(container.node as usize));
        *node = Node::new(node.gap, len, span);
        self.change = if container.array {
            self.close_array(&container, len)
        } else {
            self.close_object(pair, &container, end)
        };
        if !self.change.is_block() {
            self.patch.back_to(container.mark);
        }
        Step::Value
    }
}

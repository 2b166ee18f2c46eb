//! Reads a new text with the old one beside it, and writes down what is to be done to the old value.
//!
//! The walk goes through the new text in its order. Wherever a value begins whose counterpart in the old text (the
//! member of the same name, the element in the same place) has the same bytes, it is passed over; so is what follows
//! the same. Where both are containers of the same kind, the walk goes on inside. Anything else is read to its end and
//! will be parsed. An element that is not what was in its place may have come from another: that is looked for, first
//! where rows put in or taken out would have moved it, and then by its bytes.
//!
//! Nothing here recurses: containers that have not ended are on a stack.
use super::compare::{Runs, equal};
use super::frame::{Frame, Member};
use super::hash::Search;
use super::patch::{BLOCK, Patch, SLOT};
use super::scan::{Fault, end, name, scalar, space, start};
use super::tape::{Cursor, Node, Open, Recipe, name_in, read, trim};
use alloc::vec::Vec;

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It is the counterpart.
    Same,
    /// It has to be parsed.
    Parse,
    /// The block here makes it of the counterpart.
    Block(u32),
}

/// What the host is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The value is the previous one.
    Same,
    /// The patch makes it.
    Patch,
    /// Parse all of it.
    Whole,
}

/// What a walk writes. Kept from one to the next, for its room.
#[derive(Default)]
pub(super) struct Diff {
    pub(super) patch: Patch,
    pub(super) recipe: Recipe,
    pub(super) runs: Runs,
    pub(super) search: Search,
    pub(super) open: Vec<Open>,
    /// Bytes that were read word by word.
    pub(super) scanned: u64,
    /// How far elements were read to look for them.
    looked: usize,
    pub(super) frames: Vec<Frame>,
    pub(super) members: Vec<Member>,
    pub(super) items: Vec<u32>,
}

/// Two texts, side by side. Both have their padding; lengths are without.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub old: &'a [u8],
    pub tape: &'a [Node],
    pub new: &'a [u8],
    pub len: usize,
}

/// What is no longer than that is compared without looking at what is known of how the texts lie.
const SHORT: usize = 32;

/// Where the walk is.
enum Step {
    /// A value ended here.
    Value(Found, usize),
    /// Elements that need no more attention ended here.
    Elements(usize),
    /// A container began here.
    Into(usize),
}

impl Diff {
    /// Reads the new text. The first `common` bytes of both are known to be the same, and no more than these.
    pub(super) fn walk(&mut self, sides: Sides<'_>, common: usize) -> Result<Verdict, Fault> {
        self.patch.clear();
        self.recipe.clear();
        self.runs.begin(common);
        self.search.begin(sides.old.len() + sides.new.len());
        self.scanned = 0;
        self.looked = 0;
        self.frames.clear();
        self.members.clear();
        self.items.clear();

        let root = Cursor::default();
        let mut step = self.value(sides, start(sides.new), 0, Some(root))?;
        loop {
            step = match step {
                Step::Into(at) if self.expected(sides, at).is_some() => self.after(sides, at)?,
                Step::Into(at) => {
                    let inside = space(sides.new, at + 1);
                    if sides.new[inside] == sides.new[at] + 2 {
                        self.close(sides, inside + 1)
                    } else {
                        self.child(sides, inside)?
                    }
                }
                Step::Value(found, at) => {
                    let Some(frame) = self.frames.last() else {
                        end(sides.new, at, sides.len)?;
                        return Ok(self.verdict(sides, found));
                    };
                    if frame.array {
                        self.element_ends(sides, found, at as u32);
                    } else {
                        self.member_ends(found, at as u32);
                    }
                    self.after(sides, at)?
                }
                Step::Elements(at) => self.after(sides, at)?,
            }
        }
    }

    /// What was written is needed no more.
    pub(super) fn trim(&mut self) {
        self.patch.trim();
        self.recipe.trim();
        trim(&mut self.open);
        trim(&mut self.frames);
        trim(&mut self.members);
        trim(&mut self.items);
    }

    fn verdict(&mut self, sides: Sides<'_>, found: Found) -> Verdict {
        match found {
            Found::Same => Verdict::Same,
            Found::Parse => Verdict::Whole,
            Found::Block(root) => {
                self.patch.finish(root, sides.new);
                Verdict::Patch
            }
        }
    }

    /// The old member that comes next, if what is between `from` and its value is as it was.
    #[inline]
    fn expected(&self, sides: Sides<'_>, from: usize) -> Option<(Cursor, usize)> {
        let frame = self.frames.last().filter(|frame| !frame.array)?;
        let cursor = frame.expected()?;
        let (start, value) = (cursor.from as usize, cursor.start(sides.tape));
        let place = from + value - start;
        let there = sides.new.get(from..place)?;
        // There may be more space than there was.
        let begins = sides.new.get(place).is_some_and(|byte| *byte > b' ');
        (begins && equal(&sides.old[start..value], there)).then_some((cursor, place))
    }

    /// After a child: another one, or the end of the container.
    fn after(&mut self, sides: Sides<'_>, at: usize) -> Result<Step, Fault> {
        if let Some((cursor, value)) = self.expected(sides, at) {
            if let Some(frame) = self.frames.last_mut() {
                frame.next = cursor.next(sides.tape);
                frame.child = value as u32;
            }
            return self.value(sides, value, at, Some(cursor));
        }
        let next = space(sides.new, at);
        let array = self.frames.last().is_some_and(|frame| frame.array);
        match sides.new[next] {
            b',' => self.child(sides, space(sides.new, next + 1)),
            b']' if array => Ok(self.close(sides, next + 1)),
            b'}' if !array => Ok(self.close(sides, next + 1)),
            _ => Err(Fault { at: next }),
        }
    }

    fn child(&mut self, sides: Sides<'_>, at: usize) -> Result<Step, Fault> {
        let Some(frame) = self.frames.last_mut() else { return Err(Fault { at }) };
        if frame.array {
            return self.element(sides, at);
        }
        let value = name(sides.new, at)?;
        self.scanned += (value - at) as u64;
        frame.child = value as u32;
        let from = frame.from as usize;
        let counterpart = frame.counterpart(&mut self.search, sides, name_in(sides.new, from, value));
        self.value(sides, value, from, counterpart)
    }

    /// A value begins at `at`; what is before it ended at `from`.
    fn value(
        &mut self,
        sides: Sides<'_>,
        at: usize,
        from: usize,
        counterpart: Option<Cursor>,
    ) -> Result<Step, Fault> {
        let gap = (at - from) as u32;
        if let Some(cursor) = counterpart {
            if self.same(sides, cursor, at) {
                self.recipe.keep(sides.tape, cursor.node, gap);
                return Ok(Step::Value(Found::Same, at + sides.tape[cursor.node as usize].len as usize));
            }
            let (first, old) = (sides.new[at], cursor.start(sides.tape));
            if matches!(first, b'{' | b'[') && sides.old[old] == first {
                self.enter(sides, cursor, at, gap);
                return Ok(Step::Into(at));
            }
        }
        if !matches!(sides.new[at], b'{' | b'[') {
            let end = scalar(sides.new, at)?;
            self.recipe.add(Node::new(gap, (end - at) as u32, 1));
            self.scanned += (end - at) as u64;
            return Ok(Step::Value(Found::Parse, end));
        }
        let nodes = self.recipe.nodes.len() as u32;
        let end = read(sides.new, at, from, &mut self.recipe.nodes, &mut self.open)?;
        self.recipe.added(nodes);
        self.scanned += (end - at) as u64;
        Ok(Step::Value(Found::Parse, end))
    }

    /// Whether the value that begins at `at` is the one under the cursor.
    fn same(&mut self, sides: Sides<'_>, cursor: Cursor, at: usize) -> bool {
        let (start, len) = (cursor.start(sides.tape), sides.tape[cursor.node as usize].len as usize);
        let first = sides.old[start];
        if sides.new[at] != first || at + len > sides.len {
            return false;
        }
        let same = if len <= SHORT {
            equal(&sides.old[start..start + len], &sides.new[at..at + len])
        } else {
            self.runs.same(sides.old, &sides.new[..sides.len], start, len, at)
        };
        // A number may go on; anything else has an end of its own.
        let number = |byte: u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        same && !(number(first) && number(sides.new[at + len]))
    }

    fn element(&mut self, sides: Sides<'_>, at: usize) -> Result<Step, Fault> {
        let Some(frame) = self.frames.last() else { return Err(Fault { at }) };
        let (path, candidates, from) = (frame.path(), frame.candidates(sides.tape), frame.from as usize);
        for cursor in candidates.into_iter().flatten() {
            if self.same(sides, cursor, at) {
                return Ok(Step::Elements(self.elements(sides, cursor, at)));
            }
        }
        if let Some(cursor) = self.moved(sides, at, from)? {
            return Ok(Step::Elements(self.elements(sides, cursor, at)));
        }
        let mark = self.patch.mark();
        if let Some(frame) = self.frames.last_mut() {
            frame.child = at as u32;
            frame.before_child = mark;
        }
        self.value(sides, at, from, path)
    }

    /// Where the element before was another old one, this is likely to be, too: then it is looked for by its bytes
    /// before anyone looks into it. No byte is read for that twice, however deep arrays lie in arrays.
    fn moved(&mut self, sides: Sides<'_>, at: usize, from: usize) -> Result<Option<Cursor>, Fault> {
        let Some(frame) = self.frames.last_mut() else { return Ok(None) };
        if !frame.moving || at < self.looked || !matches!(sides.new[at], b'{' | b'[') {
            return Ok(None);
        }
        let nodes = self.recipe.nodes.len();
        let end = read(sides.new, at, from, &mut self.recipe.nodes, &mut self.open)?;
        self.recipe.nodes.truncate(nodes);
        self.scanned += (end - at) as u64;
        self.looked = end;
        let found = frame.look_up(&mut self.search, sides, &sides.new[at..end]);
        frame.moving = found.is_some();
        Ok(found)
    }

    /// The element at `at` is the old one under the cursor; takes it, and all that go on in the same way.
    fn elements(&mut self, sides: Sides<'_>, cursor: Cursor, at: usize) -> usize {
        let Self { frames, items, recipe, runs, .. } = self;
        let Some(frame) = frames.last_mut() else { return at };
        let (tape, new) = (sides.tape, &sides.new[..sides.len]);
        let start = cursor.start(tape);
        let place = |old: usize| (old as i64 + at as i64 - start as i64) as usize;
        recipe.keep(tape, cursor.node, at as u32 - frame.from);
        frame.keeps |= matches!(sides.old[start], b'{' | b'[');
        frame.pass(tape);

        // As far as all is the same, to the byte after an element, there is nothing to look at but the tape.
        let (mut next, mut path) = (cursor.next(tape), frame.path);
        let first = next;
        let mut known = 0;
        while next.node < frame.end {
            let (node, before) = (tape[next.node as usize], next.from as usize);
            let end = before + (node.gap + node.len) as usize;
            if end >= known {
                known = runs.on(sides.old, new, before, end + 1, place(before));
                if end >= known {
                    break;
                }
            }
            let in_place = path.node == next.node;
            if !in_place && path.node < frame.end {
                // What is also in its old place stays what it was there: that is for the caller to see.
                if tape[path.node as usize].len == node.len {
                    break;
                }
                path = path.next(tape);
            }
            frame.keeps = frame.keeps || matches!(sides.old[end - node.len as usize], b'{' | b'[');
            next = next.next(tape);
            if in_place {
                path = next;
            }
        }
        recipe.keep_all(first.node, next.node);
        frame.take(items, cursor.index, next.index);
        frame.index += next.index - first.index;
        frame.path = path;
        frame.expect(next);
        frame.from = place(next.from as usize) as u32;
        frame.from as usize
    }

    /// An element ended that was none of those near by.
    fn element_ends(&mut self, sides: Sides<'_>, mut found: Found, end: u32) {
        let Self { frames, items, patch, search, .. } = self;
        let Some(frame) = frames.last_mut() else { return };
        let range = (frame.child, end);
        let bytes = &sides.new[range.0 as usize..range.1 as usize];
        let container = matches!(bytes[0], b'{' | b'[');
        let mut index = frame.index;
        match if container { frame.look_up(search, sides, bytes) } else { None } {
            Some(cursor) => {
                patch.back_to(frame.before_child);
                frame.expect(cursor.next(sides.tape));
                frame.moving = true;
                (found, index) = (Found::Same, cursor.index);
            }
            None => frame.miss(sides.tape),
        }
        frame.keeps |= container && found != Found::Parse;
        match found {
            Found::Same => frame.take(items, index, index + 1),
            Found::Parse => {
                frame.parsed += range.1 - range.0;
                items.push((patch.slot(range) << 2) | SLOT);
            }
            Found::Block(at) => items.extend([(at << 2) | BLOCK, index]),
        }
        if found != Found::Same {
            frame.run = u32::MAX;
        }
        frame.from = end;
        frame.pass(sides.tape);
    }

    fn member_ends(&mut self, found: Found, end: u32) {
        let Some(frame) = self.frames.last_mut() else { return };
        self.members.push(Member { from: frame.from, value: (frame.child, end), found });
        frame.from = end;
        frame.index += 1;
    }

    fn enter(&mut self, sides: Sides<'_>, old: Cursor, at: usize, gap: u32) {
        let total = self.recipe.total;
        let node = self.recipe.add(Node::new(gap, 0, 0));
        let array = sides.new[at] == b'[';
        let records = if array { self.items.len() } else { self.members.len() };
        self.frames.push(Frame::new(
            &mut self.search,
            sides,
            old,
            array,
            at as u32,
            node,
            total,
            records as u32,
            self.patch.mark(),
        ));
    }

    /// The container ends before `end`.
    fn close(&mut self, sides: Sides<'_>, end: usize) -> Step {
        let Some(frame) = self.frames.pop() else { return Step::Value(Found::Parse, end) };
        let len = end as u32 - frame.start;
        let node = &mut self.recipe.nodes[frame.node as usize];
        *node = Node::new(node.gap, len, self.recipe.total - frame.total);
        let found = if frame.array {
            self.close_array(&frame, len)
        } else {
            self.close_object(sides, &frame, end as u32)
        };
        if !matches!(found, Found::Block(_)) {
            self.patch.back_to(frame.mark);
        }
        Step::Value(found, end)
    }
}

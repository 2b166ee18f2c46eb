//! A container on the walk's way: what is known of it so far, and how it ends.
use super::compare::equal;
use super::diff::{Diff, Found, Sides};
use super::hash::{Names, Search, Table};
use super::names::same_name;
use super::patch::{ARRAY, BLOCK, CLONE, FRESH, Mark, RUN, SLOT};
use super::tape::{Cursor, Node, name_in};
use alloc::vec::Vec;

/// Of so many children it does not pay to make a table.
const FEW: usize = 8;
/// For so many searches it does not pay either.
const FEW_SEARCHES: u32 = 3;
/// What a block, and what an item or member in it, costs the host: as much as to parse so many bytes.
const BLOCK_COST: u32 = 32;
const ITEM_COST: u32 = 12;

/// A member of the new object.
#[derive(Clone, Copy)]
pub(super) struct Member {
    /// Where the member before ends, or the object starts: the name is between that and the value.
    pub from: u32,
    pub value: (u32, u32),
    pub found: Found,
}

/// A container that has not ended, and its counterpart.
pub(super) struct Frame {
    pub array: bool,
    /// Where it starts in the new text.
    pub start: u32,
    /// Its node in the recipe, and how many came before.
    pub node: u32,
    pub total: u32,
    /// What was written before it: of the patch, and of items or members.
    pub mark: Mark,
    pub records: u32,
    /// How many children there were, and where the last one ends.
    pub index: u32,
    pub from: u32,
    /// Where the current child starts, and what was written before it.
    pub child: u32,
    pub before_child: Mark,
    /// The node after the counterpart's last.
    pub end: u32,
    first: Cursor,
    /// In an array the element in the same place.
    pub path: Cursor,
    /// The child that comes next if all goes on as before.
    pub next: Cursor,
    /// The element that comes next if those that were not found stand for as many old ones.
    replaced: Cursor,
    table: Option<Table>,
    /// How often an element was looked for.
    searches: u32,
    /// Whether the element before was an old one from elsewhere.
    pub moving: bool,
    /// In an array: whether an old container is in it, the bytes to be parsed, and where the last item is if it is a run.
    pub keeps: bool,
    pub parsed: u32,
    pub run: u32,
    /// In an object: whether the names so far are the old ones in the old order.
    in_order: bool,
    /// Whether the counterpart has a name twice.
    repeats: bool,
}

impl Frame {
    #[expect(clippy::too_many_arguments, reason = "one place calls it")]
    pub(super) fn new(
        search: &mut Search,
        sides: Sides<'_>,
        old: Cursor,
        array: bool,
        start: u32,
        node: u32,
        total: u32,
        records: u32,
        mark: Mark,
    ) -> Self {
        let first = Cursor::into(old.node, old.start(sides.tape) as u32);
        let counterpart = sides.tape[old.node as usize];
        let mut frame = Self {
            array,
            start,
            node,
            total,
            mark,
            records,
            index: 0,
            from: start,
            child: start,
            before_child: mark,
            end: old.node + counterpart.span(),
            first,
            path: first,
            next: first,
            replaced: first,
            table: None,
            searches: 0,
            moving: false,
            keeps: false,
            parsed: 0,
            run: u32::MAX,
            in_order: true,
            repeats: false,
        };
        if !array && !counterpart.distinct() {
            frame.repeats = frame.has_repeated_names(search, sides);
        }
        frame
    }

    fn children<'a>(&self, tape: &'a [Node]) -> impl Iterator<Item = Cursor> + use<'a> {
        let (mut cursor, end) = (self.first, self.end);
        core::iter::from_fn(move || {
            let child = cursor;
            (child.node < end).then(|| {
                cursor = child.next(tape);
                child
            })
        })
    }

    fn has_repeated_names(&mut self, search: &mut Search, sides: Sides<'_>) -> bool {
        if self.children(sides.tape).nth(FEW).is_none() {
            let mut names: [&[u8]; FEW] = [&[]; FEW];
            for (i, child) in self.children(sides.tape).enumerate() {
                names[i] = child.name(sides.tape, sides.old);
                if names[..i].iter().any(|name| same_name(name, names[i])) {
                    return true;
                }
            }
            return false;
        }
        let table = Table::of_members(search, sides.tape, sides.old, self.children(sides.tape));
        self.table.insert(table).repeats
    }

    /// The member that comes next if all goes on as before.
    #[inline]
    pub(super) fn expected(&self) -> Option<Cursor> {
        (self.next.node < self.end && !self.repeats).then_some(self.next)
    }

    /// The old member with this name, quotes included: of several, the one that counts.
    pub(super) fn counterpart(
        &mut self,
        search: &mut Search,
        sides: Sides<'_>,
        name: &[u8],
    ) -> Option<Cursor> {
        if !search.look(1) {
            self.in_order = false;
            return None;
        }
        let mut is = |cursor: &Cursor| same_name(search.name(sides.tape, sides.old, *cursor), name);
        if let Some(found) = self.expected().filter(&mut is) {
            self.next = found.next(sides.tape);
            return Some(found);
        }
        self.in_order = false;
        let found = if self.table.is_none() && self.children(sides.tape).nth(FEW).is_none() {
            self.children(sides.tape).filter(&mut is).last()
        } else {
            let children = self.children(sides.tape);
            let table =
                self.table.get_or_insert_with(|| Table::of_members(search, sides.tape, sides.old, children));
            table.find(search, sides.tape, sides.old, name, None)
        };
        if let Some(found) = found {
            self.next = found.next(sides.tape);
        }
        found
    }

    /// The element in the same place.
    pub(super) fn path(&self) -> Option<Cursor> {
        (self.path.node < self.end).then_some(self.path)
    }

    /// The elements that the next one may be, without a search.
    pub(super) fn candidates(&self, tape: &[Node]) -> [Option<Cursor>; 3] {
        let there = |cursor: Cursor, others: &[Cursor]| {
            let known = others.iter().any(|other| other.node == cursor.node);
            (cursor.node < self.end && !known).then_some(cursor)
        };
        let next = there(self.next, &[self.path]);
        let other = if self.replaced.node != self.next.node {
            self.replaced
        } else if self.next.node < self.end {
            self.next.next(tape)
        } else {
            self.next
        };
        [self.path(), next, there(other, &[self.path, self.next])]
    }

    /// The next element is likely to be this.
    pub(super) fn expect(&mut self, cursor: Cursor) {
        self.next = cursor;
        self.replaced = cursor;
    }

    /// An element was none of the old ones.
    pub(super) fn miss(&mut self, tape: &[Node]) {
        if self.replaced.node < self.end {
            self.replaced = self.replaced.next(tape);
        }
    }

    /// On to the next place.
    pub(super) fn pass(&mut self, tape: &[Node]) {
        self.index += 1;
        if self.path.node < self.end {
            self.path = self.path.next(tape);
        }
    }

    /// The next items are the old elements from `index` to `end`.
    pub(super) fn take(&mut self, items: &mut Vec<u32>, index: u32, end: u32) {
        if let Some([_, last]) = items.get_mut(self.run as usize..).and_then(<[u32]>::first_chunk_mut)
            && *last == index
        {
            *last = end;
        } else {
            self.run = items.len() as u32;
            items.extend([(index << 2) | RUN, end]);
        }
    }

    /// An old element with these bytes, which the one in the same place has not.
    pub(super) fn look_up(&mut self, search: &mut Search, sides: Sides<'_>, bytes: &[u8]) -> Option<Cursor> {
        self.searches += 1;
        if self.table.is_none()
            && (self.searches <= FEW_SEARCHES || self.children(sides.tape).nth(FEW).is_none())
        {
            let is = |cursor: &Cursor| {
                let old = &sides.old[cursor.start(sides.tape)..cursor.end(sides.tape)];
                search.look(1 + if old.len() == bytes.len() { bytes.len() / 8 } else { 0 })
                    && equal(old, bytes)
            };
            return self.children(sides.tape).filter(|cursor| cursor.node != self.path.node).find(is);
        }
        let (path, children) = (self.path(), self.children(sides.tape));
        let table =
            self.table.get_or_insert_with(|| Table::of_elements(search, sides.tape, sides.old, children));
        table.find(search, sides.tape, sides.old, bytes, path)
    }
}

impl Diff {
    pub(super) fn close_array(&mut self, frame: &Frame, len: u32) -> Found {
        let items = &self.items[frame.records as usize..];
        let all = frame.path.node == frame.end && frame.path.index == frame.index;
        let words = &mut self.patch.words;
        let found = if all && (items.is_empty() || items == [RUN, frame.index]) {
            Found::Same
        } else if !frame.keeps && frame.parsed + BLOCK_COST + ITEM_COST * items.len() as u32 >= len {
            Found::Parse
        } else {
            let at = words.len() as u32;
            words.extend([ARRAY, items.len() as u32]);
            words.extend_from_slice(items);
            Found::Block(at)
        };
        self.items.truncate(frame.records as usize);
        found
    }

    pub(super) fn close_object(&mut self, sides: Sides<'_>, frame: &Frame, end: u32) -> Found {
        let in_order = frame.in_order && frame.next.node == frame.end;
        if in_order {
            self.recipe.nodes[frame.node as usize].set_distinct();
        } else {
            self.drop_repeated(sides, frame);
        }
        let members = &self.members[frame.records as usize..];
        let (mut parsed, mut blocks, mut kept, mut slots) = (0, 0, 0, 0);
        for member in members {
            let len = member.value.1 - member.value.0;
            let container = matches!(sides.new[member.value.0 as usize], b'{' | b'[');
            match member.found {
                Found::Parse => (parsed, slots) = (parsed + len, slots + 1),
                Found::Block(_) => (blocks, kept) = (blocks + 1, kept + len),
                Found::Same if container => kept += len,
                Found::Same => {}
            }
        }
        let whole = end - frame.start - kept;
        let found = if in_order && slots + blocks == 0 {
            Found::Same
        } else if in_order && parsed + ITEM_COST * slots + BLOCK_COST < whole {
            self.patch_clone(sides, frame, slots + blocks)
        } else if kept == 0 {
            Found::Parse
        } else {
            self.patch_fresh(sides, frame, end)
        };
        self.members.truncate(frame.records as usize);
        found
    }

    /// The old object with some members replaced.
    fn patch_clone(&mut self, sides: Sides<'_>, frame: &Frame, count: u32) -> Found {
        let Self { members, patch, .. } = self;
        let at = patch.words.len() as u32;
        patch.words.extend([CLONE, count]);
        for member in &members[frame.records as usize..] {
            let what = match member.found {
                Found::Same => continue,
                Found::Parse => (patch.slot(member.value) << 2) | SLOT,
                Found::Block(at) => (at << 2) | BLOCK,
            };
            let name = patch.name(sides.new, member.from, member.value.0);
            patch.words.extend([name, what]);
        }
        Found::Block(at)
    }

    /// The new object, parsed without the containers that stay or are patched.
    fn patch_fresh(&mut self, sides: Sides<'_>, frame: &Frame, end: u32) -> Found {
        let Self { members, patch, .. } = self;
        let at = patch.words.len() as u32;
        let slot = patch.begin_slot();
        patch.words.extend([FRESH, 0, slot]);
        let mut from = frame.start;
        let mut count = 0;
        for member in &members[frame.records as usize..] {
            let container = matches!(sides.new[member.value.0 as usize], b'{' | b'[');
            let what = match member.found {
                Found::Same if container => RUN,
                Found::Block(at) => (at << 2) | BLOCK,
                _ => continue,
            };
            patch.piece((from, member.value.0));
            from = member.value.1;
            let name = patch.name(sides.new, member.from, member.value.0);
            patch.words.extend([name, what]);
            count += 1;
        }
        patch.last_piece((from, end));
        patch.words[at as usize + 1] = count;
        Found::Block(at)
    }

    /// Of several new members with the same name the last counts: the others are only parsed.
    fn drop_repeated(&mut self, sides: Sides<'_>, frame: &Frame) {
        let Self { members, search, .. } = self;
        let members = &mut members[frame.records as usize..];
        let name = |member: &Member| name_in(sides.new, member.from as usize, member.value.0 as usize);
        if members.len() <= FEW {
            for i in 1..members.len() {
                let (before, from) = members.split_at_mut(i);
                for member in before.iter_mut().filter(|member| same_name(name(member), name(&from[0]))) {
                    member.found = Found::Parse;
                }
            }
            return;
        }
        let mut last = Names::new(members.len());
        for i in (0..members.len()).rev() {
            if !last.insert(search, i, |i| name(&members[i])) {
                members[i].found = Found::Parse;
            }
        }
    }
}

//! A container of the new text whose end has not been read yet, beside its counterpart in the old text.
use super::change::{Change, TextPair};
use super::checked::Checked;
use super::child_table::{ChildTable, HashBy, NONE, WINDOW};
use super::compare::common_prefix;
use super::member_name::same_name;
use super::patch::{Mark, OLD, source};
use super::search::Search;
use super::tape::{Cursor, Node};
use alloc::vec::Vec;

/// Up to so many children are searched one by one: a table of them would not pay.
pub(super) const FEW_CHILDREN: usize = 8;
/// For up to so many searches, a table does not pay either.
const FEW_SEARCHES: u32 = 3;
/// How many elements are compared with the next one, to see where elements differ.
const SAMPLES: usize = 8;
/// Elements are hashed no further from their start.
const DEEPEST: usize = 256;

/// A member of the new object.
#[derive(Clone, Copy)]
pub(super) struct Member {
    /// Where the previous member ends, or the object starts. The name is between here and the value.
    pub from: u32,
    /// Start and end of the value in the new text.
    pub value: (u32, u32),
    pub change: Change,
    /// The index of its counterpart, or [`NONE`].
    pub counterpart: u32,
}

/// An open container. Its counterpart is the old container that it is compared with.
pub(super) struct OpenContainer {
    pub array: bool,
    /// Its start in the new text.
    pub start: u32,
    /// The index of its node among the new nodes, and how many nodes the new tape has before it.
    pub node: u32,
    pub total: u32,
    /// How long the patch was before it, and how many items or members were pending.
    pub mark: Mark,
    pub records: u32,
    /// How many children have ended, and where the last of them ends.
    pub index: u32,
    pub from: u32,
    /// Where the current child starts, and how long the patch was before it.
    pub child: u32,
    pub before_child: Mark,
    /// The node after the last one of the counterpart.
    pub end: u32,
    first: Cursor,
    /// In an array: the old element with the same index.
    pub same_index: Cursor,
    /// The old child after the last one that was found: the next one, if nothing was inserted, removed or moved.
    pub next: Cursor,
    table: Option<ChildTable>,
    /// How often an element was searched by its bytes.
    searches: u32,
    /// In an array: whether the previous element was found by its bytes at another index.
    pub moving: bool,
    /// In an array: how many elements that are no containers were new since a longer range of old ones was found, and how many
    /// more are taken for new ones.
    pub unknown: u32,
    pub skip: u32,
    /// In an array: whether an old container stays in it.
    pub keeps: bool,
    /// In an array: how many bytes must be parsed.
    pub parsed: u32,
    /// In an array: where the last item is, if it is a range of old elements that may go on.
    pub last_range: u32,
    /// In an object: whether the names so far are the old names in the old order.
    pub in_order: bool,
    /// In an object: whether the counterpart has a name twice.
    repeats: bool,
    /// In an object: the index of the old member with the name of the current one, or [`NONE`].
    pub counterpart: u32,
    /// Whether the counterpart has few children.
    few: bool,
}

impl OpenContainer {
    /// None is open.
    pub(super) const NONE: Self = Self {
        array: false,
        start: 0,
        node: 0,
        total: 0,
        mark: Mark::START,
        records: 0,
        index: 0,
        from: 0,
        child: 0,
        before_child: Mark::START,
        end: 0,
        first: Cursor::ROOT,
        same_index: Cursor::ROOT,
        next: Cursor::ROOT,
        table: None,
        searches: 0,
        moving: false,
        unknown: 0,
        skip: 0,
        keeps: false,
        parsed: 0,
        last_range: NONE,
        in_order: true,
        repeats: false,
        counterpart: NONE,
        few: false,
    };

    #[expect(clippy::too_many_arguments, reason = "only `Diff::enter` calls it")]
    pub(super) fn new(
        search: &mut Search,
        pair: TextPair<'_>,
        old: Cursor,
        array: bool,
        start: u32,
        node: u32,
        total: u32,
        records: u32,
        mark: Mark,
    ) -> Self {
        let first = Cursor::first_child(old.node, old.start(pair.tape) as u32);
        let counterpart = pair.tape[old.node as usize];
        let mut container = Self {
            array,
            start,
            node,
            total,
            mark,
            records,
            from: start,
            end: old.node + counterpart.span(),
            first,
            same_index: first,
            next: first,
            // A table of names is made for the first search.
            searches: if array { 0 } else { FEW_SEARCHES + 1 },
            ..Self::NONE
        };
        container.few = container.children(pair.tape).nth(FEW_CHILDREN).is_none();
        if !array && !counterpart.distinct() {
            container.repeats = container.has_repeated_names(search, pair);
        }
        container
    }

    fn children<'a>(&self, tape: &'a Checked<Node>) -> impl Iterator<Item = Cursor> + use<'a> {
        children_between(self.first, self.end, tape)
    }

    fn has_repeated_names(&mut self, search: &mut Search, pair: TextPair<'_>) -> bool {
        if !self.few {
            return self.table(HashBy::Name, search, pair).repeats;
        }
        self.children(pair.tape).any(|child| {
            let name = child.name(pair.tape, pair.old);
            self.find(HashBy::Name, search, pair, name, NONE).is_none_or(|first| first.node != child.node)
        })
    }

    /// The old child with this key, unless it has the node `not`. If several have it, that is the first element or the last
    /// member.
    fn find(
        &mut self,
        by: HashBy,
        search: &mut Search,
        pair: TextPair<'_>,
        key: &[u8],
        not: u32,
    ) -> Option<Cursor> {
        if !self.repeats && (self.few || self.searches <= FEW_SEARCHES) {
            return self.children(pair.tape).find(|cursor| {
                cursor.node != not && search.spend(1) && by.same(search, pair.tape, pair.old, *cursor, key)
            });
        }
        self.table(by, search, pair).find(search, pair.tape, pair.old, key, not)
    }

    fn table(&mut self, by: HashBy, search: &mut Search, pair: TextPair<'_>) -> &mut ChildTable {
        let (first, end, tape, old) = (self.first, self.end, pair.tape, pair.old);
        let children = || children_between(first, end, tape);
        self.table.get_or_insert_with(|| {
            let by = if by == HashBy::Name {
                by
            } else {
                // Elements differ where one does from the one before. It is likely to be the value of an id.
                let (mut before, mut common) = (&[][..], 0);
                for child in children().take(SAMPLES) {
                    let bytes = &old[child.start(tape)..child.end(tape)];
                    let bytes = &bytes[..bytes.len().min(DEEPEST)];
                    common = common.max(common_prefix(before, bytes));
                    before = bytes;
                }
                HashBy::Start(common.saturating_sub(WINDOW / 2))
            };
            ChildTable::new(by, search, tape, old, children())
        })
    }

    /// Whether old members were not found, or may not be found again, as the search would take too long.
    pub(super) fn is_given_up(&self, search: &mut Search) -> bool {
        !search.spend(1) || self.table.as_ref().is_some_and(ChildTable::is_given_up)
    }

    /// In an object: the old member that is next if the order is the old one. A repeated name hides it, as only the last one
    /// counts.
    #[inline]
    pub(super) fn expected(&self) -> Option<Cursor> {
        (self.next.node < self.end && !self.repeats && !self.array).then_some(self.next)
    }

    /// The old member with this name, quotes included. Of several with the same name, the last counts.
    pub(super) fn counterpart(
        &mut self,
        search: &mut Search,
        pair: TextPair<'_>,
        name: &[u8],
    ) -> Option<Cursor> {
        if !search.spend(1) {
            self.in_order = false;
            return None;
        }
        let mut is = |cursor: &Cursor| same_name(search.name(pair.tape, pair.old, *cursor), name);
        if let Some(found) = self.expected().filter(&mut is) {
            self.next = found.next(pair.tape);
            return Some(found);
        }
        self.in_order = false;
        let found = self.find(HashBy::Name, search, pair, name, NONE);
        if let Some(found) = found {
            self.next = found.next(pair.tape);
        }
        found
    }

    /// The old elements that the next one is likely to be, the one with the same index first. They are compared before any
    /// search. A cursor may be at the end.
    pub(super) fn candidates(&self, tape: &Checked<Node>) -> [Cursor; 3] {
        let mut next = self.next;
        let mut other = next;
        if other.node < self.end {
            other.step(tape);
        }
        if next.node == self.same_index.node {
            // It needs no second look.
            next.node = self.end;
        }
        [self.same_index, next, other]
    }

    /// Goes on to the next index.
    pub(super) fn advance(&mut self, tape: &Checked<Node>) {
        self.index += 1;
        if self.same_index.node < self.end {
            self.same_index.step(tape);
        }
    }

    /// Appends the old elements from `index` to `end` to the items.
    pub(super) fn push_old(&mut self, items: &mut Vec<u32>, index: u32, end: u32) {
        if let Some([_, last]) = items.get_mut(self.last_range as usize..).and_then(<[u32]>::first_chunk_mut)
            && *last == index
        {
            *last = end;
        } else {
            self.last_range = items.len() as u32;
            items.extend_from_slice(&[source(index, OLD), end]);
        }
    }

    /// An old element that has these bytes. The caller knows that the one with the same index does not.
    pub(super) fn find_element(
        &mut self,
        search: &mut Search,
        pair: TextPair<'_>,
        bytes: &[u8],
    ) -> Option<Cursor> {
        self.searches += 1;
        self.find(HashBy::Whole, search, pair, bytes, self.same_index.node)
    }

    /// As `find_element`, for the element that begins at `at` in the new text and whose end nobody knows: it is that of the old one.
    /// It does not find all.
    pub(super) fn find_element_at(
        &mut self,
        search: &mut Search,
        pair: TextPair<'_>,
        at: usize,
    ) -> Option<Cursor> {
        if self.few || self.searches <= FEW_SEARCHES {
            return None;
        }
        let (tape, not) = (pair.tape, self.same_index.node);
        let table = self.table(HashBy::Whole, search, pair);
        let found = table.find_start(search, tape, pair.old, &pair.new[at..pair.len], not)?;
        let end = at + tape[found.node as usize].len as usize;
        matches!(pair.new[end], b',' | b']' | ..=b' ').then_some(found)
    }
}

/// The children from a cursor on, up to the node `end`.
fn children_between(
    mut cursor: Cursor,
    end: u32,
    tape: &Checked<Node>,
) -> impl Iterator<Item = Cursor> + use<'_> {
    core::iter::from_fn(move || {
        let child = cursor;
        (child.node < end).then(|| {
            cursor.step(tape);
            child
        })
    })
}

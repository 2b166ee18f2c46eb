//! Reads the elements of an array: finds those that are old ones, wherever they were.
use super::change::{Change, TextPair};
use super::checked::Checked;
use super::diff::{Diff, Step};
use super::patch::{BLOCK, SLOT, source};
use super::tape::{Cursor, read_value};

/// After so many elements that are new and no containers, others are not looked for, either.
const UNKNOWN: u32 = 16;
/// A range of old elements that is as long as this shows that looking is worth it.
const LONG_RANGE: usize = 128;

impl Diff {
    pub(super) fn element(&mut self, pair: TextPair<'_>) -> Step {
        let at = self.at;
        let is_container = matches!(pair.new[at], b'{' | b'[');
        let container = &self.open;
        let (end, candidates) = (container.end, container.candidates(pair.tape));
        let [same_index, ..] = candidates;
        let from = container.from as usize;
        let mut found = None;
        if is_container || container.skip == 0 {
            found = candidates.into_iter().find(|cursor| cursor.node < end && self.same(pair, *cursor));
        }
        // If the previous element had moved, this one is likely to have moved too: it is searched by its bytes before it is
        // compared with its counterpart. `searched_until` ensures that no byte is read twice for such searches, however
        // deep arrays are nested.
        let container = &mut self.open;
        let moving = container.moving && is_container;
        if found.is_none() && moving {
            found = container.find_element_at(&mut self.search, pair, at);
        }
        if found.is_none() && moving && at >= self.searched_until {
            let nodes = &mut self.tape_edit.nodes;
            let count = nodes.len();
            let end = read_value(pair.new, at, from, nodes);
            nodes.truncate(count);
            if end < 0 {
                return Step::Fault;
            }
            let end = end as usize;
            self.scanned += end - at;
            self.searched_until = end;
            found = container.find_element(&mut self.search, pair, &pair.new[at..end]);
            container.moving = found.is_some();
        }
        if let Some(cursor) = found {
            self.keep_elements(pair, cursor);
            if self.at - at >= LONG_RANGE {
                self.open.unknown = 0;
            }
            return Step::Elements;
        }
        let mut counterpart = None;
        if is_container {
            counterpart = Some(same_index).filter(|cursor| cursor.node < end);
        } else {
            // After many new ones, as many more are taken for new: at most half of those that are old are missed. None of them has
            // an identity to lose.
            container.unknown += 1;
            if container.skip > 0 {
                container.skip -= 1;
            } else if container.unknown > UNKNOWN {
                container.skip = container.unknown;
            }
        }
        container.child = at as u32;
        container.before_child = self.patch.mark();
        self.value(pair, from, counterpart)
    }

    /// Keeps the old element under the cursor, which is the next one, and those after it that are the same.
    fn keep_elements(&mut self, pair: TextPair<'_>, cursor: Cursor) {
        let Self { open: container, items, tape_edit, alignments, .. } = self;
        let at = self.at;
        let (tape, new) = (pair.tape, Checked::of(&pair.new[..pair.len]));
        let start = cursor.start(tape);
        let place = |old: usize| (old + at).wrapping_sub(start);
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
            let is_container = matches!(pair.old[end - node.len as usize], b'{' | b'[');
            let is_in_place = same_index.node == next.node;
            if !is_in_place && same_index.node < container.end {
                // If the object or array with the same index has the same bytes too, it is preferred. The caller finds out.
                if is_container && tape[same_index.node as usize].len == node.len {
                    break;
                }
                same_index.step(tape);
            }
            container.keeps |= is_container;
            next.step(tape);
            if is_in_place {
                same_index = next;
            }
        }
        tape_edit.keep_all(first.node, next.node);
        container.push_old(items, cursor.index, next.index);
        container.index += next.index - first.index;
        container.same_index = same_index;
        container.next = next;
        self.at = place(next.from as usize);
        container.from = self.at as u32;
    }

    /// Ends an element that is none of the likely ones: searches it by its bytes, and appends an item.
    pub(super) fn end_element(&mut self, pair: TextPair<'_>) {
        let Self { open: container, items, patch, search, .. } = self;
        let mut change = self.change;
        let range = (container.child, self.at as u32);
        let bytes = &pair.new[range.0 as usize..range.1 as usize];
        let is_container = matches!(pair.new[range.0 as usize], b'{' | b'[');
        let mut index = container.index;
        if is_container && let Some(cursor) = container.find_element(search, pair, bytes) {
            patch.back_to(container.before_child);
            container.next = cursor.next(pair.tape);
            container.moving = true;
            (change, index) = (Change::UNCHANGED, cursor.index);
        }
        container.keeps |= is_container && change != Change::PARSE;
        if change == Change::UNCHANGED {
            container.push_old(items, index, index + 1);
        } else {
            container.last_range = u32::MAX;
            if change == Change::PARSE {
                container.parsed += range.1 - range.0;
                items.push(source(patch.slot(range), SLOT));
            } else {
                items.extend_from_slice(&[source(change.0, BLOCK), index]);
            }
        }
        container.from = range.1;
        container.advance(pair.tape);
    }
}

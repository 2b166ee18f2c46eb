//! Ends a container: decides whether it is unchanged, patched or parsed, whichever costs the host least.
use super::change::{Change, TextPair};
use super::checked::{Checked, some};
use super::child_table::NONE;
use super::container::OpenContainer;
use super::diff::Diff;
use super::patch::{ARRAY, BLOCK, CLONE, FRESH, OLD, SLOT, source};

/// What a block costs the host, as the number of bytes that it could parse instead.
const BLOCK_COST: u32 = 32;
/// What an item of an array or a member in a block costs, in the same unit.
const ITEM_COST: u32 = 12;

impl Diff {
    pub(super) fn close_array(&mut self, container: &OpenContainer, len: u32) -> Change {
        let items = &Checked::of(&self.items)[container.records as usize..];
        let all = container.same_index.node == container.end && container.same_index.index == container.index;
        let words = &mut self.patch.words;
        let change = if all && (items.is_empty() || items == [OLD, container.index]) {
            Change::UNCHANGED
        } else if !container.keeps && container.parsed + BLOCK_COST + ITEM_COST * items.len() as u32 >= len {
            Change::PARSE
        } else {
            let at = words.len() as u32;
            words.extend_from_slice(&[ARRAY, items.len() as u32]);
            words.extend_from_slice(items);
            Change(at)
        };
        self.items.truncate(container.records as usize);
        change
    }

    pub(super) fn close_object(&mut self, pair: TextPair<'_>, container: &OpenContainer, end: u32) -> Change {
        let in_order = container.in_order && container.next.node == container.end;
        if in_order {
            some(self.tape_edit.nodes.get_mut(container.node as usize)).set_distinct();
        } else {
            self.drop_repeated(container);
        }
        let members = &Checked::of(&self.members)[container.records as usize..];
        let (mut parsed, mut blocks, mut kept, mut slots) = (0, 0, 0, 0);
        for member in members {
            let len = member.value.1 - member.value.0;
            let is_container = matches!(pair.new[member.value.0 as usize], b'{' | b'[');
            if member.change == Change::PARSE {
                (parsed, slots) = (parsed + len, slots + 1);
            } else if member.change.is_block() {
                (blocks, kept) = (blocks + 1, kept + len);
            } else if is_container {
                kept += len;
            }
        }
        let whole = end - container.start - kept;
        let change = if in_order && slots + blocks == 0 {
            Change::UNCHANGED
        } else if in_order && parsed + ITEM_COST * slots + BLOCK_COST < whole {
            self.patch_object(pair, container, None)
        } else if kept == 0 {
            Change::PARSE
        } else {
            self.patch_object(pair, container, Some(end))
        };
        self.members.truncate(container.records as usize);
        change
    }

    /// Patches the old object: a copy of it with some members replaced. Or, if the `end` of the new one is given, patches that:
    /// it is parsed with a 0 in the place of each container that stays or is patched, and those are put in afterwards.
    fn patch_object(&mut self, pair: TextPair<'_>, container: &OpenContainer, end: Option<u32>) -> Change {
        let Self { members, patch, .. } = self;
        let at = patch.words.len();
        patch.words.extend_from_slice(&[CLONE, 0]);
        if end.is_some() {
            let slot = patch.begin_slot();
            patch.words.push(slot);
        }
        let mut from = container.start;
        let mut count = 0;
        for member in &Checked::of(members)[container.records as usize..] {
            let is_container = matches!(pair.new[member.value.0 as usize], b'{' | b'[');
            let word = match member.change {
                Change::UNCHANGED if is_container && end.is_some() => OLD,
                Change::PARSE if end.is_none() => source(patch.slot(member.value), SLOT),
                Change(at) if member.change.is_block() => source(at, BLOCK),
                _ => continue,
            };
            if end.is_some() {
                patch.push_range((from, member.value.0));
                patch.push_placeholder();
                from = member.value.1;
            }
            let name = patch.name(pair.new, member.from, member.value.0);
            patch.words.extend_from_slice(&[name, word]);
            count += 1;
        }
        let mut kind = CLONE;
        if let Some(end) = end {
            patch.push_range((from, end));
            kind = FRESH;
        }
        some(patch.words.get_mut(at..at + 2)).copy_from_slice(&[kind, count]);
        Change(at as u32)
    }

    /// Of several new members with the same name the last counts. The others must not be patched in, so they are parsed. Only
    /// those with the same counterpart matter, as the others are parsed anyway.
    fn drop_repeated(&mut self, container: &OpenContainer) {
        let given_up = container.is_given_up(&mut self.search);
        self.taken.clear();
        for member in some(self.members.get_mut(container.records as usize..)).iter_mut().rev() {
            let index = member.counterpart as usize;
            if given_up || self.taken.get(index) == Some(&true) {
                member.change = Change::PARSE;
            } else if member.counterpart != NONE {
                if index >= self.taken.len() {
                    self.taken.resize(index + 1, false);
                }
                *some(self.taken.get_mut(index)) = true;
            }
        }
    }
}

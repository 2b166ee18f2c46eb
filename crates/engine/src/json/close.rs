//! Ends a container: decides whether it is unchanged, patched or parsed, whichever costs the host least.
use super::change::{Change, TextPair};
use super::container::{FEW_CHILDREN, Member, OpenContainer};
use super::diff::Diff;
use super::member_name::same_name;
use super::name_set::NameSet;
use super::patch::{ARRAY, BLOCK, CLONE, FRESH, OLD, SLOT, source};
use super::tape::name_in;

/// What a block costs the host, as the number of bytes that it could parse instead.
const BLOCK_COST: u32 = 32;
/// What an item of an array or a member in a block costs, in the same unit.
const ITEM_COST: u32 = 12;

impl Diff {
    pub(super) fn close_array(&mut self, container: &OpenContainer, len: u32) -> Change {
        let items = &self.items[container.records as usize..];
        let all = container.same_index.node == container.end && container.same_index.index == container.index;
        let words = &mut self.patch.words;
        let change = if all && (items.is_empty() || items == [OLD, container.index]) {
            Change::Unchanged
        } else if !container.keeps && container.parsed + BLOCK_COST + ITEM_COST * items.len() as u32 >= len {
            Change::Parse
        } else {
            let at = words.len() as u32;
            words.extend([ARRAY, items.len() as u32]);
            words.extend_from_slice(items);
            Change::Patched(at)
        };
        self.items.truncate(container.records as usize);
        change
    }

    pub(super) fn close_object(&mut self, pair: TextPair<'_>, container: &OpenContainer, end: u32) -> Change {
        let in_order = container.in_order && container.next.node == container.end;
        if in_order {
            self.tape_edit.nodes[container.node as usize].set_distinct();
        } else {
            self.drop_repeated(pair, container);
        }
        let members = &self.members[container.records as usize..];
        let (mut parsed, mut blocks, mut kept, mut slots) = (0, 0, 0, 0);
        for member in members {
            let len = member.value.1 - member.value.0;
            let is_container = matches!(pair.new[member.value.0 as usize], b'{' | b'[');
            match member.change {
                Change::Parse => (parsed, slots) = (parsed + len, slots + 1),
                Change::Patched(_) => (blocks, kept) = (blocks + 1, kept + len),
                Change::Unchanged if is_container => kept += len,
                Change::Unchanged => {}
            }
        }
        let whole = end - container.start - kept;
        let change = if in_order && slots + blocks == 0 {
            Change::Unchanged
        } else if in_order && parsed + ITEM_COST * slots + BLOCK_COST < whole {
            self.patch_clone(pair, container, slots + blocks)
        } else if kept == 0 {
            Change::Parse
        } else {
            self.patch_fresh(pair, container, end)
        };
        self.members.truncate(container.records as usize);
        change
    }

    /// Patches the old object: a copy of it with some members replaced.
    fn patch_clone(&mut self, pair: TextPair<'_>, container: &OpenContainer, count: u32) -> Change {
        let Self { members, patch, .. } = self;
        let at = patch.words.len() as u32;
        patch.words.extend([CLONE, count]);
        for member in &members[container.records as usize..] {
            let word = match member.change {
                Change::Unchanged => continue,
                Change::Parse => source(patch.slot(member.value), SLOT),
                Change::Patched(at) => source(at, BLOCK),
            };
            let name = patch.name(pair.new, member.from, member.value.0);
            patch.words.extend([name, word]);
        }
        Change::Patched(at)
    }

    /// Patches a new object: it is parsed with a 0 in the place of each container that stays or is patched, and those are put
    /// in afterwards.
    fn patch_fresh(&mut self, pair: TextPair<'_>, container: &OpenContainer, end: u32) -> Change {
        let Self { members, patch, .. } = self;
        let at = patch.words.len() as u32;
        let slot = patch.begin_slot();
        patch.words.extend([FRESH, 0, slot]);
        let mut from = container.start;
        let mut count = 0;
        for member in &members[container.records as usize..] {
            let is_container = matches!(pair.new[member.value.0 as usize], b'{' | b'[');
            let word = match member.change {
                Change::Unchanged if is_container => OLD,
                Change::Patched(at) => source(at, BLOCK),
                _ => continue,
            };
            patch.push_range((from, member.value.0));
            from = member.value.1;
            let name = patch.name(pair.new, member.from, member.value.0);
            patch.words.extend([name, word]);
            count += 1;
        }
        patch.push_last_range((from, end));
        patch.words[at as usize + 1] = count;
        Change::Patched(at)
    }

    /// Of several new members with the same name the last counts. The others must not be patched in, so they are parsed.
    fn drop_repeated(&mut self, pair: TextPair<'_>, container: &OpenContainer) {
        let Self { members, search, .. } = self;
        let members = &mut members[container.records as usize..];
        let name = |member: &Member| name_in(pair.new, member.from as usize, member.value.0 as usize);
        if members.len() <= FEW_CHILDREN {
            for i in 1..members.len() {
                let (before, from) = members.split_at_mut(i);
                for member in before.iter_mut().filter(|member| same_name(name(member), name(&from[0]))) {
                    member.change = Change::Parse;
                }
            }
            return;
        }
        let mut last = NameSet::new(members.len());
        for i in (0..members.len()).rev() {
            if !last.insert(search, i, |i| name(&members[i])) {
                members[i].change = Change::Parse;
            }
        }
    }
}

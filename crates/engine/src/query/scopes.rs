//! Runs mutations of one scope one after another, in the order in which they were added.
//!
//! Each scope has a linked list of its pending mutations, so finding the next one takes one step, however many ran
//! before or wait. An application may have a scope per record that it edits, so a scope without pending mutations keeps
//! only its slot in `ends`, and the last slots are dropped.
use super::ids::MutationId;
use super::mutation_entry::{Mutation, ScopeLink};
use crate::list::List;
use crate::slab::Slab;

#[derive(Clone, Copy, Default)]
struct Ends {
    first: Option<MutationId>,
    last: Option<MutationId>,
}

/// The pending mutations of every scope.
pub(super) struct Scopes {
    ends: List<Ends>,
    /// Mutations visited so far, for tests of cost.
    #[cfg(test)]
    pub(super) steps: usize,
}

impl Scopes {
    pub(super) const fn new() -> Self {
        Self {
            ends: List::new(),
            #[cfg(test)]
            steps: 0,
        }
    }

    /// The mutation that may run in a scope.
    pub(super) fn first(&self, scope: u32) -> Option<MutationId> {
        self.ends.get(scope as usize)?.first
    }

    /// The mutation that may run once `id` has settled.
    pub(super) fn next(&self, all: &Slab<MutationId, Mutation>, id: MutationId) -> Option<MutationId> {
        let link = &all.get(id)?.link;
        let first = self.first(link.scope);
        if first == Some(id) { link.next } else { first }
    }

    /// The mutation is pending: those of its scope that were added later wait for it.
    pub(super) fn join(&mut self, all: &mut Slab<MutationId, Mutation>, id: MutationId) {
        let Some(known) = all.get_mut(id).filter(|known| known.link.scope != 0 && !known.link.listed) else {
            return;
        };
        known.link.listed = true;
        let (scope, order) = (known.link.scope, known.link.order);
        let place = scope as usize;
        self.ends.lengthen(place + 1, Ends::default());
        // The search starts at the end, as most mutations start in the order in which they were added.
        let (mut previous, mut next) = (self.ends[place].last, None);
        while let Some(known) = previous.and_then(|previous| all.get(previous)) {
            if known.link.order <= order {
                break;
            }
            (next, previous) = (previous, known.link.previous);
            self.step();
        }
        self.connect(all, scope, previous, Some(id));
        self.connect(all, scope, Some(id), next);
    }

    /// No other mutation waits for this one any more.
    pub(super) fn leave(&mut self, all: &mut Slab<MutationId, Mutation>, id: MutationId) {
        let Some(known) = all.get_mut(id).filter(|known| known.link.listed) else { return };
        let (scope, order) = (known.link.scope, known.link.order);
        let (previous, next) = (known.link.previous, known.link.next);
        known.link = ScopeLink::new(scope, order);
        self.connect(all, scope, previous, next);
        while self.ends.last().is_some_and(|ends| ends.first.is_none()) {
            self.ends.pop();
        }
        self.ends.shrink();
    }

    /// Links two neighbours. Without a `previous`, `next` is the first of the scope; without a `next`, `previous` is the last.
    fn connect(
        &mut self,
        all: &mut Slab<MutationId, Mutation>,
        scope: u32,
        previous: Option<MutationId>,
        next: Option<MutationId>,
    ) {
        self.step();
        let ends = &mut self.ends[scope as usize];
        match previous.and_then(|previous| all.get_mut(previous)) {
            Some(known) => known.link.next = next,
            None => ends.first = next,
        }
        match next.and_then(|next| all.get_mut(next)) {
            Some(known) => known.link.previous = previous,
            None => ends.last = previous,
        }
    }

    fn step(&mut self) {
        #[cfg(test)]
        {
            self.steps += 1;
        }
    }
}

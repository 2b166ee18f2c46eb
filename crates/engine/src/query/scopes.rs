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

type MutationSlab = Slab<MutationId, Mutation>;

impl Scopes {
    pub(super) const fn new() -> Self {
        Self {
            ends: List::new(),
            #[cfg(test)]
            steps: 0,
        }
    }

    /// The mutation that may run in the scope of `link`.
    pub(super) fn first(&self, link: ScopeLink) -> Option<MutationId> {
        self.ends.get(link.scope as usize)?.first
    }

    /// The mutation that may run once `id` has settled.
    pub(super) fn next(&self, all: &MutationSlab, id: MutationId) -> Option<MutationId> {
        let link = all.get(id)?.link;
        match self.first(link) {
            Some(first) if first == id => link.next,
            first => first,
        }
    }

    /// The mutation is pending: those of its scope that were added later wait for it.
    pub(super) fn join(&mut self, all: &mut MutationSlab, id: MutationId) {
        let Some(known) = all.get_mut(id).filter(|known| known.link.scope != 0 && !known.link.listed) else {
            return;
        };
        known.link.listed = true;
        let ScopeLink { scope, order, .. } = known.link;
        let place = scope as usize;
        self.ends.lengthen(place + 1, Ends::default());
        // The search starts at the end, as most mutations start in the order in which they were added.
        let (mut previous, mut next) = (self.ends[place].last, None);
        while let Some(link) = previous.and_then(|previous| all.get(previous)).map(|known| known.link)
            && order < link.order
        {
            (next, previous) = (previous, link.previous);
            self.step();
        }
        self.connect(all, scope, previous, Some(id));
        self.connect(all, scope, Some(id), next);
    }

    /// No other mutation waits for this one any more.
    pub(super) fn leave(&mut self, all: &mut MutationSlab, id: MutationId) {
        let Some(known) = all.get_mut(id).filter(|known| known.link.listed) else { return };
        let ScopeLink { scope, order, previous, next, .. } = known.link;
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
        all: &mut MutationSlab,
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

//! Whose turn it is among mutations of one scope: they run one after the other, in the order in which they were added.
//!
//! Only those that are wanted are listed, so that a turn costs one step, however many came before and however many
//! wait. Scopes may be named by data, one for each thing that is changed: one in which nothing is wanted keeps no more
//! than its place in a list, and not that where it is the last.
use super::ids::MutationId;
use super::mutation::Mutation;
use crate::slab::{Slab, shrink};
use alloc::vec::Vec;

/// Where a mutation stands in its scope.
#[derive(Clone, Copy, Default)]
pub(crate) struct Turn {
    /// Zero is no scope.
    scope: u32,
    /// Among all mutations, in the order in which they were added.
    order: u32,
    listed: bool,
    ahead: Option<MutationId>,
    behind: Option<MutationId>,
}

impl Turn {
    pub(crate) fn new(scope: u32, order: u32) -> Self {
        Self { scope, order, ..Self::default() }
    }
}

#[derive(Clone, Copy, Default)]
struct Ends {
    first: Option<MutationId>,
    last: Option<MutationId>,
}

/// What is wanted, by scope.
#[derive(Default)]
pub(crate) struct Scopes {
    ends: Vec<Ends>,
    /// Mutations looked at so far, for tests of cost.
    #[cfg(test)]
    pub(crate) steps: usize,
}

type All = Slab<MutationId, Mutation>;

impl Scopes {
    /// The one that has its turn in the scope of `turn`.
    pub(crate) fn first(&self, turn: Turn) -> Option<MutationId> {
        self.ends.get(turn.scope as usize)?.first
    }

    /// The one that has its turn when `id` is done.
    pub(crate) fn next(&self, all: &All, id: MutationId) -> Option<MutationId> {
        let turn = all.get(id)?.turn;
        match self.first(turn) {
            Some(first) if first == id => turn.behind,
            first => first,
        }
    }

    /// It is wanted, and holds back those added after it.
    pub(crate) fn join(&mut self, all: &mut All, id: MutationId) {
        let Some(known) = all.get_mut(id).filter(|known| known.turn.scope != 0 && !known.turn.listed) else {
            return;
        };
        known.turn.listed = true;
        let Turn { scope, order, .. } = known.turn;
        let place = scope as usize;
        if self.ends.len() <= place {
            self.ends.resize(place + 1, Ends::default());
        }
        // Nearly always it was added last, and goes to the end.
        let (mut ahead, mut behind) = (self.ends[place].last, None);
        while let Some(turn) = ahead.and_then(|ahead| all.get(ahead)).map(|known| known.turn)
            && order < turn.order
        {
            (behind, ahead) = (ahead, turn.ahead);
            self.step();
        }
        self.tie(all, scope, ahead, Some(id));
        self.tie(all, scope, Some(id), behind);
    }

    /// It holds nobody back.
    pub(crate) fn leave(&mut self, all: &mut All, id: MutationId) {
        let Some(known) = all.get_mut(id).filter(|known| known.turn.listed) else { return };
        let Turn { scope, order, ahead, behind, .. } = known.turn;
        known.turn = Turn::new(scope, order);
        self.tie(all, scope, ahead, behind);
        while self.ends.last().is_some_and(|ends| ends.first.is_none()) {
            self.ends.pop();
        }
        shrink(&mut self.ends);
    }

    /// One follows the other; what follows nobody is the scope's first, and what nobody follows its last.
    fn tie(&mut self, all: &mut All, scope: u32, ahead: Option<MutationId>, behind: Option<MutationId>) {
        self.step();
        let ends = &mut self.ends[scope as usize];
        match ahead.and_then(|ahead| all.get_mut(ahead)) {
            Some(known) => known.turn.behind = behind,
            None => ends.first = behind,
        }
        match behind.and_then(|behind| all.get_mut(behind)) {
            Some(known) => known.turn.ahead = ahead,
            None => ends.last = ahead,
        }
    }

    fn step(&mut self) {
        #[cfg(test)]
        {
            self.steps += 1;
        }
    }
}

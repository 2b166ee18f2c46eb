//! With devtools.
use crate::query::Value;
use crate::query::mutator::Progress;
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec::Vec;
use std::collections::HashMap;
use whippet_engine::query::{MutationId, QueryId, State};

/// What a client tells who inspects it.
#[derive(Clone, Copy)]
pub enum Touched<'a> {
    /// A query was added, has changed, or is gone: [`Client::inspected`](crate::query::Client::inspected) says which.
    Query(QueryId),
    /// A mutation began, went on, or ended.
    Mutation(MutationId, &'a Progress),
    /// A mutation was forgotten before it ended.
    Forgotten(MutationId),
}

pub(in crate::query) type Inspector = Rc<dyn Fn(Touched<'_>)>;

#[derive(Default)]
pub(in crate::query) struct Inspectors {
    all: BTreeMap<u32, Inspector>,
    added: u32,
    /// Those that they have not heard of yet, in the order in which they changed.
    touched: Vec<QueryId>,
    /// What simulations have replaced.
    pub(in crate::query) replaced: HashMap<QueryId, Replaced>,
}

/// What a query was before a simulation.
pub(in crate::query) struct Replaced {
    pub(in crate::query) state: State,
    pub(in crate::query) data: Option<Value>,
    pub(in crate::query) error: Option<Value>,
}

impl Inspectors {
    pub(in crate::query) fn add(&mut self, inspector: Inspector) -> u32 {
        self.added += 1;
        self.all.insert(self.added, inspector);
        self.added
    }

    pub(in crate::query) fn remove(&mut self, number: u32) -> Option<Inspector> {
        self.all.remove(&number)
    }

    pub(in crate::query) fn all(&self) -> Vec<Inspector> {
        self.all.values().cloned().collect()
    }

    /// They will hear of the query.
    pub(in crate::query) fn touch(&mut self, query: QueryId) {
        if !self.all.is_empty() && self.touched.last() != Some(&query) {
            self.touched.push(query);
        }
    }

    /// Data came, which ends a simulation: what that has replaced is older.
    pub(in crate::query) fn data_came(&mut self, query: QueryId) {
        self.replaced.remove(&query);
    }

    pub(in crate::query) fn take_touched(&mut self) -> Vec<QueryId> {
        core::mem::take(&mut self.touched)
    }
}

//! With devtools.
use crate::query::client::Client;
use crate::query::error_type::ErrorType;
use crate::query::filter::Found;
use crate::query::inspectors::{Inspector, Touched};
use crate::query::mutator::Progress;
use crate::query::options::QueryObserverOptions;
use crate::query::state::now;
use crate::query::{Fetcher, Key};
use alloc::rc::Rc;
use alloc::vec::Vec;
use whippet_engine::query::{MutationId, QueryId, Timer};

/// A query, and what can be asked of it once it is looked at.
pub struct Inspected {
    /// Its key, state and values.
    pub found: Found,
    /// Whether only an explicit fetch refetches it.
    pub is_static: bool,
}

/// What a query does.
pub struct Details {
    /// Options of who fetched last.
    pub options: Option<Rc<QueryObserverOptions>>,
    /// Its observers' options, in the order in which they came.
    pub observers: Vec<Rc<QueryObserverOptions>>,
    /// What is due, with the place of the observer whose option says so.
    pub timers: Vec<(Timer, Option<usize>)>,
    /// A simulation stands in for it.
    pub is_simulated: bool,
}

/// Inspects a client until it is dropped.
#[must_use = "dropping it stops inspecting"]
pub struct Inspection {
    client: Client,
    number: u32,
}

impl Drop for Inspection {
    fn drop(&mut self) {
        let _dropped = self.client.borrow_mut().inspectors.remove(self.number);
    }
}

impl Client {
    /// Calls `inspector` with each query and mutation that changes, until what this returns is dropped.
    pub fn inspect(&self, inspector: impl Fn(Touched<'_>) + 'static) -> Inspection {
        let number = self.borrow_mut().inspectors.add(Rc::new(inspector));
        Inspection { client: self.clone(), number }
    }

    /// All queries that can be found.
    pub fn inspectable(&self) -> Vec<QueryId> {
        self.borrow().matching(&Key::default())
    }

    /// A query as it is; `None` once it is gone.
    pub fn inspected(&self, query: QueryId) -> Option<Inspected> {
        let state = self.borrow();
        Some(Inspected { found: state.found(query)?, is_static: state.cache.is_static(query) })
    }

    /// What a query does, and what it waits for; `None` once it is gone.
    pub fn details(&self, query: QueryId) -> Option<Details> {
        let state = self.borrow();
        let values = state.values.get(query)?;
        let observers = state.cache.observers(query);
        let place = |timer: &Timer| observers.iter().position(|id| Some(*id) == timer.observer);
        let timers = state.cache.timers(now(), query);
        Some(Details {
            options: values.options.clone(),
            observers: observers
                .iter()
                .filter_map(|id| Some(state.observers.get(*id)?.options.clone()))
                .collect(),
            timers: timers.into_iter().map(|timer| (timer, place(&timer))).collect(),
            is_simulated: state.inspectors.replaced.contains_key(&query),
        })
    }

    /// The key of a mutation that is under way.
    pub fn mutation_key(&self, mutation: MutationId) -> Option<Key> {
        self.borrow().mutator.as_ref()?.key(mutation)
    }

    pub(in crate::query) fn tell_inspectors(&self) {
        loop {
            let (touched, all) = {
                let inspectors = &mut self.borrow_mut().inspectors;
                (inspectors.take_touched(), inspectors.all())
            };
            if touched.is_empty() {
                return;
            }
            for query in touched {
                if self.inspected(query).is_none() {
                    self.borrow_mut().inspectors.replaced.remove(&query);
                }
                all.iter().for_each(|inspector| inspector(Touched::Query(query)));
            }
        }
    }

    pub(in crate::query) fn tell_of_mutation(&self, mutation: MutationId, progress: &Progress) {
        let all: Vec<Inspector> = self.borrow().inspectors.all();
        all.iter().for_each(|inspector| inspector(Touched::Mutation(mutation, progress)));
    }

    pub(in crate::query) fn inspected_mutations(&self) -> Vec<MutationId> {
        self.borrow().mutator.as_ref().map_or_else(Vec::new, |mutator| mutator.under_way().to_vec())
    }

    pub(in crate::query) fn tell_of_forgotten(&self, mutations: Vec<MutationId>) {
        let all: Vec<Inspector> = self.borrow().inspectors.all();
        for mutation in mutations {
            all.iter().for_each(|inspector| inspector(Touched::Forgotten(mutation)));
        }
    }
}

impl Fetcher {
    /// The type of its errors.
    pub fn error_type(&self) -> ErrorType {
        self.1
    }
}

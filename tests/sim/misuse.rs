//! Calls every function of the query cache with numbers that name nothing: each answers, and none changes what is there.
use crate::query::mutations::*;
use crate::query::queries::*;
use crate::replay::{KINDS, Machines, call};
use whippet_boundary::query::{ANSWER_IS_STALE, TRIGGER_MOUNT};
use whippet_engine::query::{Id, ObserverOptions, StaleTime, State};
use whippet_engine::time::{Duration, Instant};

/// Ids of nothing: no test makes so many.
const MADE_UP: [u32; 5] = [0, 1 << 20, 1 << 21, 900 << 22, u32::MAX];

/// Arguments for any function: `number` where it takes ids, first or after a time, and odd numbers after it.
fn arguments(number: u32) -> [f64; 16] {
    let number = f64::from(number);
    [
        number,
        number,
        number,
        f64::NAN,
        f64::INFINITY,
        -1.0,
        3.0,
        1e300,
        0.0,
        1.0,
        1.0,
        f64::NEG_INFINITY,
        f64::NAN,
        1e300,
        -0.0,
        2.0,
    ]
}

fn inputs_by_id() -> impl Iterator<Item = &'static str> {
    // An origin and a scope are indexes of lists, which grow up to them. Limits would evict.
    // And what makes a machine forgets all.
    let sized =
        ["query_guard", "query_breaker", "mutation_insert", "query_set_limits", "query_new", "mutation_new"];
    KINDS.iter().map(|(name, ..)| *name).filter(move |name| !sized.contains(name))
}

#[test]
fn an_id_that_names_nothing_changes_nothing() {
    let mut machines = Machines::new(0);
    let m = &mut machines.queries;
    let (at, second) = (Instant::from_ms, Duration::from_ms(1_000.0));
    let query = query_create(m, at(0.0), State::default(), Duration::INFINITE);
    query_link(m, at(0.0), query);
    query_set_data(m, at(5.0), query, 5.0, true);
    let spent = query_create(m, at(0.0), State::default(), second);
    query_remove(m, at(0.0), spent);
    let mutation = mutation_insert(&mut machines.mutations, at(0.0), 1, Duration::INFINITE);
    let spent_mutation = mutation_insert(&mut machines.mutations, at(0.0), 1, Duration::INFINITE);
    mutation_remove(&mut machines.mutations, spent_mutation);
    for id in MADE_UP.into_iter().chain([spent.raw(), spent_mutation.raw()]) {
        for name in inputs_by_id() {
            // The first argument is a time in some functions and the id in others.
            call(&mut machines, name, &arguments(id));
        }
    }
    let options =
        ObserverOptions { stale_time: StaleTime::After(Duration::INFINITE), ..ObserverOptions::default() };
    let answer = query_ask(&mut machines.queries, at(5.0), query, TRIGGER_MOUNT, &options);
    assert_eq!(answer & ANSWER_IS_STALE, 0);
    assert!(mutation_can_run(&mut machines.mutations, mutation));
}

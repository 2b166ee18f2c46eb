//! Calls every export of the query cache with numbers that name nothing: each answers, and none changes what is there.
#![expect(
    unsafe_code,
    reason = "JavaScript's part, reading a buffer at an address, is played with a pointer"
)]
use crate::query::mutations::*;
use crate::query::queries::*;
use crate::replay::{EXPORTS, call};
use std::vec::Vec;
use whippet_boundary::query::{ANSWER_IS_STALE, EFFECT_NONE, STATE_DEADLINE, TRIGGER_MOUNT};

/// Numbers of no machine and ids of nothing: no test makes so many.
const MADE_UP: [u32; 5] = [0, 1 << 20, 1 << 21, 900 << 22, u32::MAX];

/// Arguments for any export: `number` where it takes ids, first or after a time, and odd numbers after it.
fn arguments(number: u32) -> [f64; 8] {
    let number = f64::from(number);
    [number, number, number, f64::NAN, f64::INFINITY, -1.0, 3.0, 1e300]
}

/// When the timer of a machine should fire, as the last call left it.
fn deadline(machine: u32) -> f64 {
    let buffer = query_state_at(machine) as *const f64;
    // SAFETY: the buffer of any machine, also of one that does not exist, holds a deadline.
    unsafe { buffer.add(STATE_DEADLINE).read() }
}

fn inputs_by_id() -> impl Iterator<Item = &'static str> {
    // An origin and a scope are indexes of lists, which grow up to them. Limits would evict.
    let sized = ["query_guard", "query_breaker", "mutation_insert", "query_set_limits"];
    EXPORTS.iter().copied().filter(move |name| !sized.contains(name))
}

#[test]
fn every_export_answers_for_a_machine_that_does_not_exist() {
    for machine in MADE_UP {
        for name in EXPORTS {
            call(name, machine, &arguments(3));
        }
        // It forgets what it is told.
        let query = query_create(machine, 0.0, 1_000.0);
        query_set_data(machine, 0.0, query, 0.0, true);
        assert_eq!(query_ask(machine, 0.0, query, TRIGGER_MOUNT, 1, 0.0), 0);
        assert_eq!(deadline(machine), f64::INFINITY);
        assert_eq!(query_poll(machine), EFFECT_NONE);
        assert!(query_remove(machine, 0.0, query));
        assert_eq!(mutation_deadline(machine), f64::INFINITY);
        assert_eq!(mutation_about(machine), 0);
    }
}

#[test]
fn a_machine_that_does_not_exist_has_a_buffer() {
    for machine in MADE_UP {
        let state = query_state_at(machine);
        assert!(state != 0 && state.is_multiple_of(align_of::<f64>()));
        assert_eq!(query_state_at(machine), state, "the address holds");
    }
}

#[test]
fn a_freed_machine_is_empty_and_freeing_it_again_frees_no_other() {
    let first = query_new(0);
    let query = query_create(first, 0.0, 1_000.0);
    query_free(first);
    assert_eq!(deadline(first), f64::INFINITY);
    let second = query_new(0);
    assert_ne!(first, second);
    let other = query_create(second, 0.0, 1_000.0);
    query_link(second, 0.0, other);
    query_free(first);
    mutation_free(first);
    for number in MADE_UP {
        query_free(number);
        mutation_free(number);
    }
    call("query_set_data", first, &[0.0, f64::from(query), 0.0, 1.0]);
    assert_ne!(deadline(second), f64::INFINITY, "the second machine lives");
    query_free(second);
}

#[test]
fn the_buffer_of_a_machine_stays_where_it_is_when_others_come_and_go() {
    let machines: Vec<u32> = (0..100).map(query_new).collect();
    let kept = machines[50];
    let state = query_state_at(kept);
    machines.iter().filter(|&&machine| machine != kept).for_each(|&machine| query_free(machine));
    assert_eq!(query_state_at(kept), state);
    query_free(kept);
}

#[test]
fn an_id_that_names_nothing_changes_nothing() {
    let machine = query_new(0);
    let query = query_create(machine, 0.0, f64::INFINITY);
    query_link(machine, 0.0, query);
    query_set_data(machine, 5.0, query, 5.0, true);
    let spent = query_create(machine, 0.0, 1_000.0);
    query_remove(machine, 0.0, spent);
    let mutations = mutation_new(0);
    let mutation = mutation_insert(mutations, 0.0, 1, f64::INFINITY);
    let spent_mutation = mutation_insert(mutations, 0.0, 1, f64::INFINITY);
    mutation_remove(mutations, spent_mutation);
    for id in MADE_UP.into_iter().chain([spent, spent_mutation]) {
        for name in inputs_by_id() {
            // The first argument is a time in some exports and the id in others.
            let machine = if name.starts_with("query_") { machine } else { mutations };
            call(name, machine, &arguments(id));
        }
    }
    assert_eq!(query_ask(machine, 5.0, query, TRIGGER_MOUNT, 1, f64::INFINITY) & ANSWER_IS_STALE, 0);
    assert!(mutation_can_run(mutations, mutation));
    query_free(machine);
    mutation_free(mutations);
}

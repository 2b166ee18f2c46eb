//! The exports of the query cache as JavaScript uses them: machines by number, and buffers in memory.
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_npm::query::mutations::*;
use whippet_npm::query::queries::*;

/// What pkg/src/query/queryEngine.ts calls them.
const HAS_DATA: usize = 0;
const UPDATED_AT: usize = 1;
const FAILURES: usize = 5;
const STATUS: usize = 6;
const FETCH_STATUS: usize = 7;
const HOST: u32 = 0b11;
const ENABLED: u32 = 1 | 1 << 1 | 1 << 3 | 1 << 5 | 1 << 7 | 1 << 10;

fn state(machine: usize) -> &'static mut [f64] {
    // SAFETY: the buffer has nine numbers and stays where it is while the machine lives.
    unsafe { core::slice::from_raw_parts_mut(query_state_at(machine) as *mut f64, 9) }
}

fn ids(machine: usize, count: usize) -> Vec<u32> {
    // SAFETY: the last call listed that many.
    unsafe { core::slice::from_raw_parts(query_ids_at(machine) as *const u32, count) }.to_vec()
}

fn write_key(machine: usize, key: &[u32]) {
    // SAFETY: the buffer has room for 32 parts.
    unsafe { core::slice::from_raw_parts_mut(query_key_at(machine) as *mut u32, key.len()) }
        .copy_from_slice(key);
}

fn query(machine: usize, key: &[u32]) -> u32 {
    state(machine).fill(0.0);
    let query = query_create(machine, 0.0, 1_000.0);
    write_key(machine, key);
    query_link(machine, 0.0, query, key.len());
    query
}

#[wasm_bindgen_test]
fn a_fetch_fails_is_retried_by_the_timer_and_succeeds() {
    let machine = query_new(0);
    let query = query(machine, &[1]);
    assert_eq!(query_intent(machine, query, false), 0);
    let run = query_begin(machine, 0.0, query, HOST, 3.0, -1.0, 0, 0.0, f64::INFINITY);
    assert_eq!((state(machine)[STATUS], state(machine)[FETCH_STATUS]), (0.0, 1.0));
    assert_eq!(query_intent(machine, query, false), 1, "others join");

    assert_eq!(query_failed(machine, 10.0, query, run, 2, -1.0, 0.0), 1);
    assert_eq!(state(machine)[FAILURES], 1.0);
    assert_eq!(query_deadline(machine), 1_010.0);
    query_tick(machine, 1_010.0, HOST);
    assert_eq!(query_poll(machine), 2, "run it again");
    assert_eq!(ids(machine, 2), [query, run]);
    assert_eq!(query_poll(machine), 0);

    query_set_data(machine, 1_020.0, query, 1_020.0, false);
    assert_eq!(query_end(machine, 1_020.0, run, 0), 0);
    let state = state(machine);
    assert_eq!(
        (state[HAS_DATA], state[UPDATED_AT], state[STATUS], state[FETCH_STATUS]),
        (1.0, 1_020.0, 2.0, 0.0)
    );
    query_free(machine);
}

#[wasm_bindgen_test]
fn keys_are_found_by_their_beginning_and_parts_are_given_back() {
    let machine = query_new(0);
    let (first, second) = (query(machine, &[1, 2]), query(machine, &[1, 3]));
    write_key(machine, &[1]);
    let count = query_each(machine, 1, false);
    let mut found = ids(machine, count);
    found.sort_unstable();
    assert_eq!(found, [first, second]);
    assert_eq!(query_remove(machine, 0.0, first), 1 | 1 << 1, "spent, and one part free");
    assert_eq!(ids(machine, 1), [2]);
    query_free(machine);
}

#[wasm_bindgen_test]
fn data_turns_stale_to_an_observer_and_is_collected_when_it_leaves() {
    let machine = query_new(0);
    let query = query(machine, &[1]);
    query_set_data(machine, 0.0, query, 0.0, true);
    let observer = query_attach(machine, 0.0, query, ENABLED, 50.0, 0.0);
    assert!(!query_is_stale(machine, 49.0, query, ENABLED, 50.0));
    assert_eq!(query_deadline(machine), 50.0);
    query_tick(machine, 50.0, HOST);
    assert_eq!((query_poll(machine), ids(machine, 1)[0]), (5, observer));
    assert!(!query_detach(machine, 50.0, observer));
    query_tick(machine, 1_050.0, HOST);
    assert_eq!(query_poll(machine), 7, "its part is free");
    assert_eq!((query_poll(machine), ids(machine, 1)[0]), (6, query));
    assert_eq!(query_deadline(machine), f64::INFINITY);
    query_free(machine);
}

#[wasm_bindgen_test]
fn mutations_of_a_scope_wait_for_each_other() {
    let machine = mutation_new(0);
    let first = mutation_insert(machine, 0.0, 1, f64::INFINITY);
    let second = mutation_insert(machine, 0.0, 1, f64::INFINITY);
    mutation_start(machine, 0.0, first, HOST, 0.0, -1.0, 0, 0.0);
    assert_eq!((mutation_poll(machine), mutation_about(machine)), (1, first));
    assert!(!mutation_can_start(machine, second, HOST, 0));
    mutation_settled(machine, 1.0, first);
    assert!(mutation_can_start(machine, second, HOST, 0));
    mutation_free(machine);
}

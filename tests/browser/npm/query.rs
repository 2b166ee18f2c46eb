//! The exports of the query cache as JavaScript uses them: machines by number, and buffers in memory.
#![expect(
    unsafe_code,
    reason = "the test plays JavaScript's part, which reads and writes memory at addresses"
)]
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_boundary::query::*;
use whippet_npm::query::mutations::*;
use whippet_npm::query::queries::*;

const HOST: u32 = HOST_ONLINE | HOST_FOCUSED;
const ENABLED: u32 = OBSERVER_ENABLED
    | REFETCH_IF_STALE << OBSERVER_ON_MOUNT_SHIFT
    | REFETCH_IF_STALE << OBSERVER_ON_FOCUS_SHIFT
    | REFETCH_IF_STALE << OBSERVER_ON_RECONNECT_SHIFT
    | OBSERVER_RETRY_ON_MOUNT
    | OBSERVER_TIMERS;

fn state(machine: u32) -> &'static mut [f64] {
    // SAFETY: the buffer has `STATE_BUFFER` numbers and stays where it is while the machine lives.
    unsafe { core::slice::from_raw_parts_mut(query_state_at(machine) as *mut f64, STATE_BUFFER) }
}

fn deadline(machine: u32) -> f64 {
    state(machine)[STATE_DEADLINE]
}

/// The ids of the last effect.
fn ids(machine: u32) -> [f64; 2] {
    let state = state(machine);
    [state[STATE_ABOUT], state[STATE_RUN]]
}

fn query(machine: u32) -> u32 {
    state(machine)[..STATE_LENGTH].fill(0.0);
    let query = query_create(machine, 0.0, 1_000.0);
    query_link(machine, 0.0, query);
    query
}

#[wasm_bindgen_test]
fn a_fetch_fails_is_retried_by_the_timer_and_succeeds() {
    let machine = query_new(0);
    let query = query(machine);
    assert_eq!(query_intent(machine, query, false), INTENT_BEGIN);
    let run = query_begin(
        machine,
        0.0,
        query,
        HOST,
        3.0,
        DELAY_EXPONENTIAL,
        NETWORK_MODE_ONLINE,
        0.0,
        f64::INFINITY,
    );
    assert_eq!((state(machine)[STATE_STATUS], state(machine)[STATE_FETCH_STATUS]), (0.0, 1.0));
    assert_eq!(query_intent(machine, query, false), INTENT_JOIN, "others join");

    assert_eq!(
        query_failed(machine, 10.0, query, run, VERDICT_BY_OPTIONS, DELAY_BY_OPTIONS, 0.0),
        FAILURE_RETRIED
    );
    assert_eq!(state(machine)[STATE_FAILURE_COUNT], 1.0);
    assert_eq!(deadline(machine), 1_010.0);
    query_tick(machine, 1_010.0, HOST);
    assert_eq!(query_poll(machine), EFFECT_RUN, "run it again");
    assert_eq!(ids(machine), [f64::from(query), f64::from(run)]);
    assert_eq!(query_poll(machine), 0);

    query_set_data(machine, 1_020.0, query, 1_020.0, false);
    assert_eq!(query_end(machine, 1_020.0, run, OUTCOME_SUCCESS), 0);
    let state = state(machine);
    assert_eq!(
        (state[STATE_HAS_DATA], state[STATE_DATA_UPDATED_AT], state[STATE_STATUS], state[STATE_FETCH_STATUS]),
        (1.0, 1_020.0, 2.0, 0.0)
    );
    query_free(machine);
}

#[wasm_bindgen_test]
fn data_turns_stale_to_an_observer_and_is_collected_after_the_observer_detaches() {
    let machine = query_new(0);
    let query = query(machine);
    query_set_data(machine, 0.0, query, 0.0, true);
    let observer = query_attach(machine, 0.0, query, ENABLED, 50.0, 0.0);
    assert_eq!(
        query_ask(machine, 49.0, query, TRIGGER_MOUNT, ENABLED, 50.0),
        0,
        "neither fetches nor is stale"
    );
    assert_eq!(deadline(machine), 50.0);
    query_tick(machine, 50.0, HOST);
    assert_eq!((query_poll(machine), ids(machine)), (EFFECT_STALE, [f64::from(observer), 0.0]));
    assert!(!query_detach(machine, 50.0, observer));
    query_tick(machine, 1_050.0, HOST);
    assert_eq!((query_poll(machine), ids(machine)), (EFFECT_COLLECTED, [f64::from(query), 0.0]));
    assert_eq!(deadline(machine), f64::INFINITY);
    query_free(machine);
}

#[wasm_bindgen_test]
fn mutations_of_a_scope_wait_for_each_other() {
    let machine = mutation_new(0);
    let first = mutation_insert(machine, 0.0, 1, f64::INFINITY);
    let second = mutation_insert(machine, 0.0, 1, f64::INFINITY);
    mutation_start(machine, 0.0, first, HOST, 0.0, DELAY_EXPONENTIAL, NETWORK_MODE_ONLINE, 0.0);
    assert_eq!((mutation_poll(machine), mutation_about(machine)), (MUTATION_EFFECT_RUN, first));
    assert!(!mutation_can_start(machine, second, HOST, NETWORK_MODE_ONLINE));
    mutation_settled(machine, 1.0, first);
    assert!(mutation_can_start(machine, second, HOST, NETWORK_MODE_ONLINE));
    mutation_free(machine);
}

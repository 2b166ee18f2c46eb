//! Replays natively a session that `recordSession` of the npm package recorded in JavaScript: the same inputs go to the
//! same functions, and must have the same results.
//!
//! A line is `function argument… = result`, then `state …` where it is about the state of a query. A function stands there by its
//! place among all of them in the order of their names. The machine, which is the first argument of every function, is left out; a
//! struct is its numbers, and a status its name. Ids are other numbers here than in JavaScript, so the replay knows which is which.
use crate::query::mutations::*;
use crate::query::queries::*;
use std::collections::HashMap;
use std::panic;
use std::vec;
use std::vec::Vec;
use whippet_engine::query::{
    BreakerOptions, Changes, Delay, Detached, Effect, FetchStatus, Host, Id, Limits, MutationEffect,
    MutationId, NetworkMode, ObserverId, ObserverOptions, QueryId, Refetch, Retry, RunId, RunOptions,
    StaleTime, State, Status, Verdict,
};
use whippet_engine::time::{Duration, Instant};

/// What JavaScript passes, from the numbers that are left of a line.
trait Argument {
    fn of(numbers: &mut &[f64]) -> Self;
}

/// The next argument; NaN where there is none.
fn arg<T: Argument>(numbers: &mut &[f64]) -> T {
    T::of(numbers)
}

impl Argument for f64 {
    fn of(numbers: &mut &[f64]) -> Self {
        let Some((first, rest)) = numbers.split_first() else { return f64::NAN };
        *numbers = rest;
        *first
    }
}

fn integer(number: f64) -> u32 {
    if number.is_finite() { number as i64 as u32 } else { 0 }
}

impl Argument for u32 {
    fn of(numbers: &mut &[f64]) -> Self {
        integer(arg(numbers))
    }
}

impl Argument for usize {
    fn of(numbers: &mut &[f64]) -> Self {
        // A limit may be infinite.
        arg::<f64>(numbers) as usize
    }
}

impl Argument for bool {
    fn of(numbers: &mut &[f64]) -> Self {
        arg::<u32>(numbers) != 0
    }
}

/// NaN is `undefined`.
fn option(numbers: &mut &[f64]) -> Option<f64> {
    Some(arg::<f64>(numbers)).filter(|number| !number.is_nan())
}

/// One of a list by its place; the last for any other.
fn one_of<T: Copy, const N: usize>(numbers: &mut &[f64], all: [T; N]) -> T {
    all[(arg::<u32>(numbers) as usize).min(N - 1)]
}

impl Argument for Instant {
    fn of(numbers: &mut &[f64]) -> Self {
        Self::from_ms(arg(numbers))
    }
}

impl Argument for Duration {
    fn of(numbers: &mut &[f64]) -> Self {
        Self::from_ms(arg(numbers))
    }
}

macro_rules! ids {
    ($($id:ident)*) => {
        $(
            impl Argument for $id {
                fn of(numbers: &mut &[f64]) -> Self {
                    Self::from_raw(arg(numbers))
                }
            }

            impl Answer for $id {
                fn number(self) -> f64 {
                    f64::from(self.raw())
                }
            }
        )*
    };
}

ids! { QueryId ObserverId RunId MutationId }

/// 0 names nothing.
impl Argument for Option<QueryId> {
    fn of(numbers: &mut &[f64]) -> Self {
        Some(arg(numbers))
    }
}

impl Argument for Host {
    fn of(numbers: &mut &[f64]) -> Self {
        Self { online: arg(numbers), focused: arg(numbers) }
    }
}

impl Argument for Limits {
    fn of(numbers: &mut &[f64]) -> Self {
        Self { entries: arg(numbers), bytes: arg(numbers) }
    }
}

impl Argument for BreakerOptions {
    fn of(numbers: &mut &[f64]) -> Self {
        Self { failures: arg(numbers), window: arg(numbers), open_for: arg(numbers) }
    }
}

impl Argument for ObserverOptions {
    fn of(numbers: &mut &[f64]) -> Self {
        const REFETCH: [Refetch; 3] = [Refetch::No, Refetch::IfStale, Refetch::Always];
        Self {
            enabled: arg(numbers),
            stale_time: option(numbers)
                .map_or(StaleTime::Static, |ms| StaleTime::After(Duration::from_ms(ms))),
            on_mount: one_of(numbers, REFETCH),
            on_focus: one_of(numbers, REFETCH),
            on_reconnect: one_of(numbers, REFETCH),
            retry_on_mount: arg(numbers),
            interval: option(numbers).map(Duration::from_ms),
            interval_in_background: arg(numbers),
            suspense: arg(numbers),
            timers: arg(numbers),
            wants: Changes::ALL,
        }
    }
}

impl Argument for RunOptions {
    fn of(numbers: &mut &[f64]) -> Self {
        Self {
            retry: option(numbers).map_or(Retry::Always, |times| Retry::Times(integer(times))),
            delay: option(numbers).map_or(Delay::Exponential, |ms| Delay::Fixed(Duration::from_ms(ms))),
            jitter: arg(numbers),
            timeout: arg(numbers),
            network_mode: one_of(
                numbers,
                [NetworkMode::Online, NetworkMode::Always, NetworkMode::OfflineFirst],
            ),
            partial: arg(numbers),
        }
    }
}

impl Argument for Verdict {
    fn of(numbers: &mut &[f64]) -> Self {
        Self {
            retry: option(numbers).map(|retry| retry != 0.0),
            delay: option(numbers).map(Duration::from_ms),
            permanent: arg(numbers),
            retry_after: arg(numbers),
        }
    }
}

impl Argument for State {
    fn of(numbers: &mut &[f64]) -> Self {
        Self {
            has_data: arg(numbers),
            data_updated_at: arg(numbers),
            data_update_count: arg(numbers),
            error_updated_at: arg(numbers),
            error_update_count: arg(numbers),
            failure_count: arg(numbers),
            status: one_of(numbers, [Status::Pending, Status::Error, Status::Success]),
            fetch_status: one_of(numbers, [FetchStatus::Idle, FetchStatus::Fetching, FetchStatus::Paused]),
            invalidated: arg(numbers),
        }
    }
}

/// A result as a recording has it.
trait Answer {
    fn number(self) -> f64;
}

impl Answer for () {
    fn number(self) -> f64 {
        0.0
    }
}

impl Answer for f64 {
    fn number(self) -> f64 {
        self
    }
}

impl Answer for u32 {
    fn number(self) -> f64 {
        f64::from(self)
    }
}

impl Answer for bool {
    fn number(self) -> f64 {
        f64::from(u8::from(self))
    }
}

impl Answer for Detached {
    fn number(self) -> f64 {
        f64::from(u8::from(self == Self::CancelFetch))
    }
}

impl Answer for Instant {
    fn number(self) -> f64 {
        self.as_ms()
    }
}

impl Answer for Duration {
    fn number(self) -> f64 {
        self.as_ms()
    }
}

impl<T: Answer> Answer for Option<T> {
    fn number(self) -> f64 {
        self.map_or(0.0, Answer::number)
    }
}

/// Its kind, from 1: by its place in the enum.
impl Answer for Effect {
    fn number(self) -> f64 {
        f64::from(match self {
            Self::Fetch { .. } => 1,
            Self::Run { .. } => 2,
            Self::Paused { .. } => 3,
            Self::TimedOut { .. } => 4,
            Self::GaveUp { .. } => 5,
            Self::Settled { .. } => 6,
            Self::Changed { .. } => 7,
            Self::Stale { .. } => 8,
            Self::Collected { .. } => 9,
            Self::OriginFreed { .. } => 10,
            Self::SegmentFreed { .. } => 11,
        })
    }
}

impl Answer for MutationEffect {
    fn number(self) -> f64 {
        f64::from(match self {
            Self::Run(_) => 1,
            Self::Paused(_) => 2,
            Self::Continued(_) => 3,
            Self::GaveUp(_) => 4,
            Self::Collected(_) => 5,
        })
    }
}

/// The next effect that JavaScript hears of.
fn next_effect(m: &mut QueryMachine) -> Option<Effect> {
    loop {
        match query_poll(m) {
            Some(Effect::Changed { .. } | Effect::Settled { .. } | Effect::SegmentFreed { .. }) => {}
            effect => return effect,
        }
    }
}

fn numbers_of(state: &State) -> Vec<f64> {
    let flag = |is: bool| f64::from(u8::from(is));
    vec![
        flag(state.has_data),
        state.data_updated_at.as_ms(),
        f64::from(state.data_update_count),
        state.error_updated_at.as_ms(),
        f64::from(state.error_update_count),
        f64::from(state.failure_count),
        f64::from(state.status as u8),
        f64::from(state.fetch_status as u8),
        flag(state.invalidated),
    ]
}

/// The two machines of a client.
pub(crate) struct Machines {
    pub(crate) queries: QueryMachine,
    pub(crate) mutations: MutationMachine,
}

impl Machines {
    pub(crate) fn new(seed: u32) -> Self {
        Self { queries: query_new(seed), mutations: mutation_new(seed) }
    }
}

/// Defines `call`, which calls a function by its name, and `KINDS`: what each takes and gives, by their names in order. `n` is a number,
/// the others are ids: of a query, an observer, a run or a mutation. `&` is an argument by reference, `_` one by value.
macro_rules! functions {
    ($($f:ident($machine:ident $(, $by:tt)*): $takes:literal $gives:literal;)*) => {
        pub(crate) const KINDS: &[(&str, &str, char)] = &[$((stringify!($f), $takes, $gives),)*];

        pub(crate) fn call(machines: &mut Machines, name: &str, mut args: &[f64]) -> f64 {
            match name {
                $(stringify!($f) => functions!(@call $f &mut machines.$machine, args $(, $by)*).number(),)*
                other => panic!("{other}: no such function, or this replay does not know it"),
            }
        }
    };
    (@call query_new $m:expr, $args:ident) => { *$m = query_new(arg(&mut $args)) };
    (@call mutation_new $m:expr, $args:ident) => { *$m = mutation_new(arg(&mut $args)) };
    (@call query_poll $m:expr, $args:ident) => { next_effect($m) };
    (@call $f:ident $m:expr, $args:ident $(, $by:tt)*) => { $f($m $(, functions!(@by $by $args))*) };
    (@by _ $args:ident) => { arg(&mut $args) };
    (@by & $args:ident) => { &arg(&mut $args) };
}

functions! {
    mutation_can_run(mutations, _): "m" 'n';
    mutation_can_start(mutations, _, _, &): "mnn" 'n';
    mutation_clock_set_back(mutations, _): "n" 'n';
    mutation_dequeue(mutations, _): "m" 'n';
    mutation_failed(mutations, _, _, _): "nmnnn" 'n';
    mutation_first_in_scope(mutations, _): "m" 'm';
    mutation_insert(mutations, _, _, _): "nnn" 'm';
    mutation_keep(mutations, _): "m" 'n';
    mutation_new(mutations): "n" 'n';
    mutation_next_in_scope(mutations, _): "m" 'm';
    mutation_observe(mutations, _): "m" 'n';
    mutation_poll(mutations): "" 'n';
    mutation_raise_gc_time(mutations, _, _): "mn" 'n';
    mutation_remove(mutations, _): "m" 'n';
    mutation_resume(mutations, _, _): "mn" 'n';
    mutation_set_pending(mutations, _, _): "mn" 'n';
    mutation_settled(mutations, _, _): "nm" 'n';
    mutation_start(mutations, _, _, _, &): "nmnnnnn" 'n';
    mutation_tick(mutations, _, _): "nn" 'n';
    mutation_unobserve(mutations, _, _): "nm" 'n';
    query_admit(queries, _, _): "nr" 'n';
    query_ask(queries, _, _, _, &): "nqnnn" 'n';
    query_attach(queries, _, _, _): "nqnnn" 'o';
    query_begin(queries, _, _, _, &): "nqnnnnnn" 'r';
    query_breaker(queries, _, _): "nn" 'n';
    query_clock_set_back(queries, _): "n" 'n';
    query_create(queries, _, _, _): "n" 'q';
    query_detach(queries, _, _): "no" 'n';
    query_end(queries, _, _, _): "nrn" 'o';
    query_evict(queries, _, _): "nq" 'q';
    query_expect(queries, _, _): "nq" 'n';
    query_failed(queries, _, _, _): "nrnnn" 'n';
    query_guard(queries, _, _): "rn" 'n';
    query_hold(queries, _): "q" 'n';
    query_intent(queries, _, _): "qn" 'n';
    query_invalidate(queries, _, _): "nq" 'n';
    query_link(queries, _, _): "nq" 'n';
    query_new(queries): "n" 'n';
    query_poll(queries): "" 'n';
    query_raise_gc_time(queries, _, _): "qn" 'n';
    query_remove(queries, _, _): "nq" 'n';
    query_resume(queries, _, _, _): "nrn" 'n';
    query_revert(queries, _, _): "nq" 'n';
    query_set_abortable(queries, _, _): "qn" 'n';
    query_set_breakers(queries, _): "nnn" 'n';
    query_set_bytes(queries, _, _): "qn" 'n';
    query_set_data(queries, _, _, _, _): "nqnn" 'n';
    query_set_error(queries, _, _): "nq" 'n';
    query_set_limits(queries, _): "nn" 'n';
    query_set_options(queries, _, _, _): "nonnn" 'n';
    query_set_state(queries, _, _, _): "nq" 'n';
    query_tick(queries, _, _): "nn" 'n';
    query_touch(queries, _): "q" 'n';
}

fn numbers(words: &str) -> Vec<f64> {
    words.split_whitespace().map(number).collect()
}

/// The number of a word: of a status, its place.
fn number(word: &str) -> f64 {
    match word {
        "pending" | "idle" => 0.0,
        "error" | "fetching" => 1.0,
        "success" | "paused" => 2.0,
        _ => word.parse().expect("a number"),
    }
}

/// Whether the numbers are equal, where NaN equals NaN.
fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || a.is_nan() && b.is_nan())
}

/// One client.
struct Replay {
    machines: Machines,
    /// By the kind of an id and its number in JavaScript.
    ids: HashMap<(char, u64), f64>,
    steps: usize,
}

impl Replay {
    fn new() -> Self {
        Self { machines: Machines::new(0), ids: HashMap::new(), steps: 0 }
    }

    fn line(&mut self, line: &str) {
        let (input, outcome) = line.split_once(" = ").unwrap_or((line, ""));
        let args = numbers(input);
        let Some((place, args)) = args.split_first() else { return };
        let Some((name, ..)) = KINDS.get(*place as usize) else {
            panic!("{place}: this replay does not know it")
        };
        self.call(name, args, outcome);
    }

    /// What JavaScript calls by this number; 0, and what was never given out, names nothing.
    fn id(&self, kind: char, number: f64) -> f64 {
        if kind == 'n' { number } else { self.ids.get(&(kind, number as u64)).copied().unwrap_or(0.0) }
    }

    fn call(&mut self, name: &str, args: &[f64], outcome: &str) {
        let Some((_, takes, gives)) = KINDS.iter().find(|(known, ..)| *known == name) else { return };
        let kinds = takes.chars().chain(core::iter::repeat('n'));
        let own: Vec<f64> = args.iter().zip(kinds).map(|(number, kind)| self.id(kind, *number)).collect();
        let (result, state) = outcome.split_once(" state ").unwrap_or((outcome, ""));
        // What makes a machine has no result.
        let result = if result.is_empty() { vec![0.0] } else { numbers(result) };
        let got = call(&mut self.machines, name, &own);
        if *gives == 'n' || result == [0.0] || self.ids.contains_key(&(*gives, result[0] as u64)) {
            assert!(same(&[got], &[self.id(*gives, result[0])]), "{name} gives {got}");
        } else {
            assert!(got != 0.0, "{name} gives {got}");
            self.ids.insert((*gives, result[0] as u64), got);
        }
        if !state.is_empty() {
            let query = if name == "query_create" { got } else { own[1] };
            let found = query_state(&self.machines.queries, QueryId::from_raw(query as u32)).map(numbers_of);
            assert!(
                found.as_ref().is_some_and(|found| same(found, &numbers(state))),
                "{name}: the state is {found:?}"
            );
        }
        self.steps += 1;
    }
}

#[test]
fn a_session_recorded_in_javascript_has_the_same_results() {
    let mut replay = Replay::new();
    for (number, line) in include_str!("session.txt").lines().enumerate().filter(|(_, l)| !l.starts_with('#'))
    {
        let step = panic::AssertUnwindSafe(|| replay.line(line));
        if let Err(cause) = panic::catch_unwind(step) {
            std::eprintln!("tests/sim/session.txt:{}: {line}", number + 1);
            panic::resume_unwind(cause);
        }
    }
    assert!(replay.steps > 300, "a recording of a whole session");
}

#[test]
#[should_panic = "query_poll gives 0"]
fn a_replay_fails_where_a_result_differs() {
    let mut replay = Replay::new();
    let place = |name| KINDS.iter().position(|(known, ..)| *known == name).expect("a function");
    replay.line(&std::format!("{} 7", place("query_new")));
    replay.line(&std::format!("{} = 5", place("query_poll")));
}

#[test]
fn functions_are_in_the_order_of_their_names() {
    assert!(KINDS.is_sorted_by_key(|(name, ..)| *name));
}

#[test]
fn a_state_is_read_as_it_is_written() {
    let state = State { has_data: true, failure_count: 3, status: Status::Error, ..State::default() };
    assert_eq!(arg::<State>(&mut numbers_of(&state).as_slice()), state);
}

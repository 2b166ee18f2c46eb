//! Replays natively a session that `recordSession` of the npm package recorded in JavaScript: the same inputs go to the
//! same exports, and must have the same results.
//!
//! A line is `export argument… = result`, then `state …` where the buffer changed. A line that begins with `state` is what
//! JavaScript wrote into the buffer before the next call. The machine, which is the first argument of every export, is left out.
#![expect(
    unsafe_code,
    reason = "JavaScript's part, reading and writing buffers at addresses, is played with pointers"
)]
use crate::query::mutations::*;
use crate::query::queries::*;
use std::panic;
use whippet_boundary::query::STATE_BUFFER;

/// Numbers as JavaScript passes them to wasm.
trait Argument {
    fn of(number: f64) -> Self;
}

impl Argument for f64 {
    fn of(number: f64) -> Self {
        number
    }
}

impl Argument for u32 {
    fn of(number: f64) -> Self {
        if number.is_finite() { number as i64 as u32 } else { 0 }
    }
}

impl Argument for usize {
    fn of(number: f64) -> Self {
        u32::of(number) as usize
    }
}

impl Argument for bool {
    fn of(number: f64) -> Self {
        u32::of(number) != 0
    }
}

/// Numbers as JavaScript gets them from wasm: integers are signed.
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
        f64::from(self as i32)
    }
}

impl Answer for usize {
    fn number(self) -> f64 {
        (self as u32).number()
    }
}

impl Answer for bool {
    fn number(self) -> f64 {
        f64::from(u8::from(self))
    }
}

/// Calls the export of a name with as many arguments as it takes.
macro_rules! call {
    (@ $f:ident $m:expr, $a:expr, 0) => {
        $f($m).number()
    };
    (@ $f:ident $m:expr, $a:expr, 1) => {
        $f($m, arg($a, 0)).number()
    };
    (@ $f:ident $m:expr, $a:expr, 2) => {
        $f($m, arg($a, 0), arg($a, 1)).number()
    };
    (@ $f:ident $m:expr, $a:expr, 3) => {
        $f($m, arg($a, 0), arg($a, 1), arg($a, 2)).number()
    };
    (@ $f:ident $m:expr, $a:expr, 4) => {
        $f($m, arg($a, 0), arg($a, 1), arg($a, 2), arg($a, 3)).number()
    };
    (@ $f:ident $m:expr, $a:expr, 5) => {
        $f($m, arg($a, 0), arg($a, 1), arg($a, 2), arg($a, 3), arg($a, 4)).number()
    };
    (@ $f:ident $m:expr, $a:expr, 6) => {
        $f($m, arg($a, 0), arg($a, 1), arg($a, 2), arg($a, 3), arg($a, 4), arg($a, 5)).number()
    };
    (@ $f:ident $m:expr, $a:expr, 7) => {
        $f($m, arg($a, 0), arg($a, 1), arg($a, 2), arg($a, 3), arg($a, 4), arg($a, 5), arg($a, 6)).number()
    };
    (@ $f:ident $m:expr, $a:expr, 8) => {
        $f($m, arg($a, 0), arg($a, 1), arg($a, 2), arg($a, 3), arg($a, 4), arg($a, 5), arg($a, 6), arg($a, 7))
            .number()
    };
}

/// Defines `call`, which calls an export by its name, and the list of names.
macro_rules! exports {
    ($($count:tt: $($export:ident)*;)*) => {
        pub(crate) const EXPORTS: &[&str] = &[$($(stringify!($export),)*)*];

        pub(crate) fn call(name: &str, machine: u32, args: &[f64]) -> f64 {
            match name {
                $($(stringify!($export) => call!(@ $export machine, args, $count),)*)*
                other => panic!("{other}: no such export, or this replay does not know it"),
            }
        }
    };
}

fn arg<T: Argument>(args: &[f64], index: usize) -> T {
    T::of(args.get(index).copied().unwrap_or(f64::NAN))
}

exports! {
    0: query_poll mutation_deadline mutation_poll mutation_about;
        1: query_read query_touch query_hold query_clock_set_back query_stat
           mutation_remove mutation_dequeue mutation_keep
           mutation_observe mutation_can_run mutation_next_in_scope mutation_first_in_scope mutation_clock_set_back;
        2: query_evict query_expect query_revert query_create query_remove query_link query_raise_gc_time query_set_state query_set_error
           query_invalidate query_intent query_set_abortable query_guard query_admit query_breaker query_detach
           query_set_limits query_set_bytes
           query_tick mutation_raise_gc_time mutation_unobserve mutation_set_pending mutation_resume
           mutation_settled mutation_tick;
        3: query_end query_set_breakers mutation_insert mutation_can_start;
        4: query_set_data query_resume;
        5: query_attach query_set_options query_ask mutation_failed;
        6: query_failed;
        7: mutation_start;
        8: query_begin;
}

fn numbers(words: &str) -> Vec<f64> {
    words.split_whitespace().map(|word| word.parse().expect("a number")).collect()
}

/// Whether the numbers are equal, where NaN equals NaN.
fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || a.is_nan() && b.is_nan())
}

/// One client: its two machines.
#[derive(Default)]
struct Replay {
    queries: u32,
    mutations: u32,
    steps: usize,
}

impl Replay {
    fn state(&self) -> Vec<f64> {
        if self.queries == 0 {
            return vec![];
        }
        // SAFETY: the machine lives until the end of the test, and its buffer with it.
        unsafe { core::slice::from_raw_parts(query_state_at(self.queries) as *const f64, STATE_BUFFER) }
            .to_vec()
    }

    fn line(&mut self, line: &str) {
        let (input, outcome) = line.split_once(" = ").unwrap_or((line, ""));
        let (name, args) = input.split_once(' ').unwrap_or((input, ""));
        let args = numbers(args);
        match name {
            "query_new" => self.queries = query_new(arg(&args, 0)),
            "mutation_new" => self.mutations = mutation_new(arg(&args, 0)),
            "state" => {
                let to = query_state_at(self.queries) as *mut f64;
                // SAFETY: the buffer holds so many numbers, and nobody else has the machine.
                unsafe { core::slice::from_raw_parts_mut(to, STATE_BUFFER) }.copy_from_slice(&args);
            }
            _ => self.call(name, &args, outcome),
        }
    }

    fn call(&mut self, name: &str, args: &[f64], outcome: &str) {
        let (result, state) = outcome.split_once(" state ").unwrap_or((outcome, ""));
        let before = self.state();
        let machine = if name.starts_with("query_") { self.queries } else { self.mutations };
        let got = call(name, machine, args);
        assert!(same(&[got], &numbers(result)), "gives {got}");
        let state = if state.is_empty() { before } else { numbers(state) };
        assert!(same(&self.state(), &state), "the state is {:?}", self.state());
        self.steps += 1;
    }
}

#[test]
fn a_session_recorded_in_javascript_has_the_same_results() {
    let mut replay = Replay::default();
    for (number, line) in include_str!("session.txt").lines().enumerate().filter(|(_, l)| !l.starts_with('#'))
    {
        let step = panic::AssertUnwindSafe(|| replay.line(line));
        if let Err(cause) = panic::catch_unwind(step) {
            eprintln!("tests/sim/session.txt:{}: {line}", number + 1);
            panic::resume_unwind(cause);
        }
    }
    assert!(replay.steps > 300, "a recording of a whole session");
    query_free(replay.queries);
    mutation_free(replay.mutations);
}

#[test]
#[should_panic = "gives"]
fn a_replay_fails_where_a_result_differs() {
    let mut replay = Replay::default();
    replay.line("query_new 7");
    replay.line("query_poll = 5");
}

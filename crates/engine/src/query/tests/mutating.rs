use crate::query::*;
use crate::time::{Duration, Instant};
use expect_test::{Expect, expect};
use std::fmt::Write;
use std::string::String;
use std::vec::Vec;

fn at(ms: f64) -> Instant {
    Instant::from_ms(ms)
}

/// Plays the deadlines up to `end`; gives what is to be done, with its time.
fn play(mutations: &mut Mutations, end: f64) -> String {
    let mut log = String::new();
    let mut now = at(0.0);
    loop {
        mutations.tick(now);
        while let Some(effect) = mutations.poll_effect() {
            writeln!(log, "{:<6}{}", now.as_ms(), name(effect)).expect("strings can be written");
        }
        match mutations.next_deadline() {
            Some(next) if next <= at(end) => now = next,
            _ => return log,
        }
    }
}

fn name(effect: MutationEffect) -> &'static str {
    match effect {
        MutationEffect::Run(_) => "run",
        MutationEffect::Paused(_) => "paused",
        MutationEffect::Continued(_) => "continued",
        MutationEffect::GaveUp(_) => "gave up",
        MutationEffect::Collected(_) => "collected",
    }
}

fn check(session: impl FnOnce(&mut Mutations, MutationId) -> f64, expected: Expect) {
    let mut mutations = Mutations::new();
    let mutation = mutations.insert(at(0.0), 0, Duration::from_ms(500.0));
    let end = session(&mut mutations, mutation);
    expected.assert_eq(&play(&mut mutations, end));
}

fn retrying(times: u32) -> RunOptions {
    RunOptions { retry: Retry::Times(times), ..RunOptions::default() }
}

#[test]
fn a_mutation_runs_at_once_and_is_garbage_collected_later() {
    check(
        |mutations, mutation| {
            mutations.start(at(0.0), mutation, &retrying(0));
            mutations.settled(at(0.0), mutation);
            1_000.0
        },
        expect![[r#"
            0     run
            500   collected
        "#]],
    );
}

#[test]
fn a_mutation_is_retried_as_often_as_its_options_say() {
    check(
        |mutations, mutation| {
            mutations.observe(mutation);
            mutations.start(at(0.0), mutation, &retrying(1));
            assert_eq!(
                mutations.failed(at(0.0), mutation, Verdict::default()),
                Some(Next::Wait(at(1_000.0)))
            );
            assert_eq!(mutations.failures(mutation), 1);
            let log = play(mutations, 2_000.0);
            assert_eq!(log, "0     run\n1000  run\n");
            assert_eq!(mutations.failed(at(2_000.0), mutation, Verdict::default()), Some(Next::GiveUp));
            mutations.unobserve(at(2_000.0), mutation);
            mutations.settled(at(2_000.0), mutation);
            3_000.0
        },
        expect![[r#"
            2500  collected
        "#]],
    );
}

#[test]
fn a_mutation_pauses_offline_and_is_not_collected() {
    check(
        |mutations, mutation| {
            mutations.set_host(Host { online: false, focused: true });
            mutations.start(at(0.0), mutation, &retrying(0));
            let log = play(mutations, 5_000.0);
            assert_eq!(log, "0     paused\n", "a pending mutation is not collected");
            mutations.set_host(Host::default());
            assert!(mutations.resume(mutation));
            0.0
        },
        expect![[r#"
            0     continued
            0     run
        "#]],
    );
}

#[test]
fn mutations_of_one_scope_run_one_after_another() {
    let mut mutations = Mutations::new();
    let now = at(0.0);
    let all: Vec<MutationId> = [7, 7, 8].map(|scope| mutations.insert(now, scope, Duration::INFINITE)).into();
    for &mutation in &all {
        mutations.start(now, mutation, &retrying(0));
    }
    let mut effects = Vec::new();
    while let Some(effect) = mutations.poll_effect() {
        effects.push(effect);
    }
    use MutationEffect::{Continued, Paused, Run};
    assert_eq!(effects, [Run(all[0]), Paused(all[1]), Run(all[2])]);

    mutations.settled(now, all[0]);
    assert_eq!(mutations.next_in_scope(all[0]), Some(all[1]));
    assert!(mutations.resume(all[1]));
    assert_eq!(mutations.poll_effect(), Some(Continued(all[1])));
    assert_eq!(mutations.poll_effect(), Some(Run(all[1])));
}

#[test]
fn a_dequeued_mutation_continues_and_blocks_no_other() {
    let mut mutations = Mutations::new();
    let now = at(0.0);
    let [gone, next] = [7, 7].map(|scope| mutations.insert(now, scope, Duration::INFINITE));
    mutations.start(now, gone, &retrying(1));
    assert!(!mutations.can_run(next));
    mutations.dequeue(gone);
    assert!(mutations.can_run(next));
    assert_eq!(play(&mut mutations, 0.0), "0     run\n");
    assert_eq!(mutations.failed(now, gone, Verdict::default()), Some(Next::Wait(at(1_000.0))));
    assert_eq!(play(&mut mutations, 1_000.0), "1000  run\n");
    mutations.remove(gone);
    assert_eq!(mutations.len(), 1);
}

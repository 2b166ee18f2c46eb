//! As `rules.rs`, of the rules that the npm package calls by numbers: paced functions, memos, rate limits, lazy loading. Some
//! numbers name nothing.
use crate::lazy::*;
use crate::pacer::*;
use crate::timing::*;
use expect_test::expect_file;
use script::{ODD, Script};
use std::vec;

#[path = "script.rs"]
mod script;

fn yes(script: &mut Script) -> bool {
    script.pick(2) == 0
}

fn span(script: &mut Script) -> f64 {
    if script.pick(12) == 0 { script.one_of(&ODD) } else { f64::from(script.pick(60) * 5) }
}

/// One of those that were given, or any other.
fn id(script: &mut Script, given: &[u32]) -> u32 {
    let any = script.pick(40);
    if given.is_empty() || any == 0 { 900_000 } else { given[script.pick(given.len() as u32) as usize] }
}

#[test]
fn pacing() {
    let mut script = Script::new();
    let mut now = 1e12;
    let mut ids = vec![];
    for _ in 0..30_000 {
        now += f64::from(script.pick(40));
        if script.pick(300) == 0 {
            now -= 5_000.0;
        }
        let last = now - span(&mut script);
        let which = id(&mut script, &ids);
        match script.pick(30) {
            0 => {
                let (wait, max_wait) = (span(&mut script), span(&mut script));
                let (leading, trailing) = (yes(&mut script), yes(&mut script));
                let created = pacer_create(wait, max_wait, leading, trailing);
                script.result(f64::from(created));
                ids.push(created);
            }
            1 => {
                let timer = pace_set(now, f64::from(script.pick(900)));
                script.result(f64::from(timer));
                ids.push(timer);
            }
            2 => pacer_release(which),
            3 => pace_clear(which),
            4..=10 => script.result(f64::from(pacer_call(which, now, last))),
            11..=13 => script.result(pacer_until(which, last)),
            14 => {
                let has_args = yes(&mut script);
                script.result(f64::from(pacer_flush(which, now, has_args)));
            }
            15 => script.result(f64::from(pacer_cancel(which))),
            16..=18 => {
                let has_args = yes(&mut script);
                script.result(f64::from(pacer_expired(which, now, last, has_args)));
            }
            19..=22 => script.result(pace_arm(now)),
            23..=25 => {
                let latest = yes(&mut script);
                pace_timeout(now, latest);
            }
            26 => script.result(pace_now(now)),
            _ => script.result(f64::from(pace_expired())),
        }
    }
    expect_file!["../cases/rules/pacing.txt"].assert_eq(&script.lines);
}

#[test]
fn timing() {
    let mut script = Script::new();
    let mut now = 1e12;
    // Memos, rate limits, and slots with their memos.
    let (mut memos, mut rates) = (vec![list_create()], vec![list_create()]);
    let mut slots = vec![(memos[0], 0)];
    for _ in 0..30_000 {
        now += f64::from(script.pick(40));
        let (head, slot) = slots[script.pick(slots.len() as u32) as usize];
        let memo = memos[script.pick(memos.len() as u32) as usize];
        let rate = rates[script.pick(rates.len() as u32) as usize];
        let stale = span(&mut script);
        // The slot that was removed: its number may be another's.
        let mut gone = 0;
        match script.pick(24) {
            0 => {
                let created = list_create();
                script.result(f64::from(created));
                if yes(&mut script) {
                    memos.push(created);
                } else {
                    rates.push(created);
                }
            }
            1 => {
                if memo != memos[0] && script.pick(10) == 0 {
                    list_release(memo);
                    memos.retain(|known| *known != memo);
                    slots.retain(|(of, known)| *of != memo || *known == 0);
                }
            }
            2..=4 => {
                let found = memo_lookup(head, slot, now, stale);
                script.result(found);
                gone = if found == -3.0 { slot } else { 0 };
            }
            5..=7 => {
                let added = memo_add(memo);
                script.result(f64::from(added));
                slots.push((memo, added));
            }
            8 => {
                let (size, most) = (script.pick(9), f64::from(script.pick(9)));
                let evicted = memo_evict(memo, size, most);
                script.result(f64::from(evicted));
                gone = evicted.max(0) as u32;
            }
            9..=11 => {
                let ttl = span(&mut script);
                script.result(memo_settled(head, slot, now, ttl, stale));
            }
            12 => {
                let is_gone = memo_failed(slot);
                script.result(f64::from(u8::from(is_gone)));
                gone = if is_gone { slot } else { 0 };
            }
            13 => {
                memo_remove(slot);
                gone = slot;
            }
            14 => {
                if script.pick(10) == 0 {
                    memo_clear(memo);
                    slots.retain(|(of, known)| *of != memo || *known == 0);
                }
            }
            15..=16 => {
                let expired = memo_expired(memo, now, stale);
                script.result(expired);
                gone = if expired < 0.0 { -expired as u32 } else { 0 };
            }
            17..=20 => {
                let queued = script.pick(3);
                let most = span(&mut script);
                let (limit, interval, burst) = (script.pick(5), span(&mut script), script.pick(4));
                let wait = rate_call(rate, queued, most, now, f64::from(limit), interval, f64::from(burst));
                script.result(wait);
            }
            21..=22 => {
                let failures = script.pick(5);
                let retries = span(&mut script);
                let delay = span(&mut script) - 1.0;
                let jitter = f64::from(script.pick(3)) / 2.0;
                let (seed, verdict, after) = (script.pick(1 << 20), script.pick(8), span(&mut script));
                script.result(retry_next(failures, retries, delay, jitter, seed, verdict, after));
            }
            _ => {
                let items = script.pick(5);
                let most = span(&mut script);
                script.result(f64::from(batch_enqueue(items, most, stale)));
            }
        }
        if gone > 0 {
            slots.retain(|(_, known)| *known != gone);
        }
    }
    expect_file!["../cases/rules/timing.txt"].assert_eq(&script.lines);
}

#[test]
fn lazy() {
    let mut script = Script::new();
    let mut now = 0.0;
    let (mut loaders, mut items) = (vec![], vec![u32::MAX]);
    for _ in 0..30_000 {
        now += f64::from(script.pick(90));
        let loader = id(&mut script, &loaders);
        let item = id(&mut script, &items);
        match script.pick(24) {
            0 => {
                if loaders.len() < 60 {
                    let (concurrent, retries) = (f64::from(script.pick(5)), f64::from(script.pick(4)));
                    let timeout = span(&mut script);
                    let created = lazy_create(concurrent, retries, timeout, script.pick(1 << 20));
                    script.result(f64::from(created));
                    loaders.push(created);
                }
            }
            1 => {
                if script.pick(20) == 0 {
                    lazy_destroy(loader);
                }
            }
            2..=8 => {
                let distance = if script.pick(4) == 0 { f64::NAN } else { f64::from(script.pick(900)) };
                let entered = lazy_enter(loader, item, distance, now);
                script.result(f64::from(entered));
                items.push(entered);
            }
            9..=12 => {
                let outcome = script.pick(3);
                lazy_end(loader, item, outcome, now);
            }
            13 => {
                let (online, is_resumed) = (yes(&mut script), yes(&mut script));
                lazy_online(loader, online, is_resumed);
            }
            14..=20 => script.result(lazy_poll(loader, now)),
            21..=22 => {
                let which = script.pick(7);
                script.result(f64::from(lazy_stat(loader, which)));
            }
            _ => {
                let (generation, save) = (script.pick(5), yes(&mut script));
                script.result(lazy_margin(generation, save));
            }
        }
    }
    expect_file!["../cases/rules/lazy.txt"].assert_eq(&script.lines);
}

//! The work follows the size of the change, not that of the body. It is counted in bytes, not in seconds.
use super::super::*;
use super::patches::Host;
use std::format;
use std::string::String;
use std::vec::Vec;

type Edit = dyn Fn(&[String]) -> Vec<String>;
/// Makes two texts with about so many elements.
type Case = dyn Fn(usize) -> (String, String);

fn rows(count: usize) -> Vec<String> {
    (0..count)
        .map(|id| {
            format!(
                r#"{{"id":{id},"user":{{"login":"user {}","urls":["x","y"]}},"labels":[],"body":"{}"}}"#,
                id % 10,
                "text ".repeat(id % 7)
            )
        })
        .collect()
}

fn list(rows: &[String]) -> String {
    format!(r#"{{"items":[{}],"next":null}}"#, rows.join(","))
}

/// How many bytes are scanned, and how many compared, to diff two lists.
fn work(old: &[String], new: &[String]) -> (u64, u64) {
    let mut host = Host::new(&list(old));
    // The first diff scans the whole body for its tape.
    let mut touched = old.to_vec();
    touched[0] = touched[0].replace("user", "USER");
    host.next(&list(&touched), 1000);
    host.next(&list(old), 1000);
    let before = host.bodies.stats();
    assert_eq!(host.next(&list(new), 1000), Outcome::Patch);
    let after = host.bodies.stats();
    (after.scanned - before.scanned, after.compared - before.compared)
}

#[test]
fn a_small_change_of_a_long_list_costs_as_little_as_of_a_short_one() {
    let changed = |rows: &[String]| {
        let mut new = rows.to_vec();
        new[rows.len() / 2] = new[rows.len() / 2].replace("user", "person");
        new
    };
    let in_front = |rows: &[String]| {
        let mut new = rows.to_vec();
        new.insert(0, r#"{"id":-1}"#.into());
        new
    };
    let without_three = |rows: &[String]| [&rows[..5], &rows[8..]].concat();
    let rotated = |rows: &[String]| [&rows[40..], &rows[..40]].concat();
    let edits: [&Edit; 4] = [&changed, &in_front, &without_three, &rotated];
    for edit in edits {
        let [small, large] = [200, 20_000].map(rows);
        let (scanned_small, _) = work(&small, &edit(&small));
        let (scanned, compared) = work(&large, &edit(&large));
        assert!(scanned < scanned_small * 2 + 200, "{scanned_small} {scanned}");
        let len = list(&large).len() as u64;
        assert!(compared < len * 2 + len / 2, "{compared} of {len}");
    }
}

#[test]
fn no_pair_of_bodies_takes_quadratic_work() {
    let cases: [&Case; 6] = [
        // Rows that have the same length and sample.
        &|n| {
            let row = |i: usize, x: char| format!(r#"{{"a":"{:-<60}{i:06}{x}{:->60}"}}"#, "", "");
            let rows = |x| (0..n).map(|i| row(i, x)).collect::<Vec<_>>().join(",");
            (format!("[{}]", rows('a')), format!("[{}]", rows('b')))
        },
        &|n| (format!("[{}1]", "{},".repeat(n)), format!("[[],{}2]", "{},".repeat(n))),
        &|n| (format!("[{}]", "1,".repeat(n) + "2"), format!("[{}]", "1,".repeat(n + 1) + "2")),
        // Deep nesting that has moved.
        &|n| {
            let deep = |x| format!("{}{x}{}", "[".repeat(n), "]".repeat(n));
            (format!("[{}]", deep(1)), format!("[0,{}]", deep(2)))
        },
        &|n| {
            let names = |order: &dyn Fn(usize) -> usize| {
                let members = (0..n).map(|i| format!("\"{}\":[]", order(i)));
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            };
            (names(&|i| i), names(&|i| n - i))
        },
        &|n| {
            let rows = |order: &dyn Fn(usize) -> usize| {
                let rows = (0..n).map(|i| format!("{{\"id\":{},\"x\":[]}}", order(i)));
                format!("[{}]", rows.collect::<Vec<_>>().join(","))
            };
            (rows(&|i| i), rows(&|i| (i * 7 + 3) % n))
        },
    ];
    for (number, case) in cases.iter().enumerate() {
        let work = |n| {
            let (old, new) = case(n);
            let mut bodies = Bodies::default();
            let mut id = None;
            for text in [&old, &new] {
                let incoming = bodies.begin(id, 0);
                bodies.room(incoming, text.len()).copy_from_slice(text.as_bytes());
                bodies.received(incoming);
                bodies.finish(incoming, id.is_some());
                id = bodies.keep(incoming);
            }
            let stats = bodies.stats();
            (stats.scanned + stats.compared) as f64 / (old.len() + new.len()) as f64
        };
        let (small, large) = (work(500), work(20_000));
        assert!(large < small * 1.5 + 1.0, "case {number}: {small} {large} times the bodies");
    }
}

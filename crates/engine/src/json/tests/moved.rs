//! Lists whose rows move: sorted anew, turned round, dropped, doubled.
use super::super::Outcome;
use super::patches::Host;
use proptest::prelude::*;
use std::format;
use std::string::String;
use std::vec::Vec;

/// A row as one of several kinds of APIs writes it. Rows with the same number are the same.
fn row(kind: u8, id: u32, mixed: bool) -> String {
    let kind = if mixed { (id % 7) as u8 } else { kind };
    match kind {
        0 => format!(r#"{{"id":{id},"name":"row {}","tags":["a",{{"b":[]}}]}}"#, "x".repeat(id as usize % 9)),
        // What differs is far from the start, and rows have the same length.
        1 => format!(r#"{{"__typename":"A row of this list","kind":"ordinary","id":"{id:08}","x":[{{}}]}}"#),
        // It is further from the start than anyone looks.
        2 => format!(r#"{{"text":"{}","id":{id}}}"#, "long ".repeat(80)),
        // A row is the beginning of another one, and some are short.
        3 => format!("[{}]", "1,".repeat(id as usize % 20) + "[2]"),
        4 => format!(r#""text {id}""#),
        5 => format!("{id}"),
        _ => format!(r#"{{ "id" : {id} , "at" : [ {id} ] }}"#),
    }
}

#[derive(Clone, Debug)]
enum Move {
    Sort(u32),
    Rotate(usize),
    Drop(usize),
    Double(usize, usize),
    Insert(usize, u32),
    Swap(usize, usize),
}

fn moves() -> impl Strategy<Value = Move> {
    let place = || 0..80usize;
    prop_oneof![
        3 => (1..999u32).prop_map(Move::Sort),
        1 => place().prop_map(Move::Rotate),
        2 => place().prop_map(Move::Drop),
        1 => (place(), place()).prop_map(|(from, to)| Move::Double(from, to)),
        2 => (place(), 0..200u32).prop_map(|(at, id)| Move::Insert(at, id)),
        1 => (place(), place()).prop_map(|(a, b)| Move::Swap(a, b)),
    ]
}

fn carry_out(one: &Move, ids: &mut Vec<u32>) {
    let len = ids.len();
    match *one {
        Move::Insert(at, id) => ids.insert(at % (len + 1), id),
        _ if len == 0 => {}
        Move::Sort(factor) => ids.sort_by_key(|id| id.wrapping_mul(factor).wrapping_mul(0x9e37_79b9)),
        Move::Rotate(by) => ids.rotate_left(by % len),
        Move::Drop(at) => drop(ids.remove(at % len)),
        Move::Double(from, to) => ids.insert(to % (len + 1), ids[from % len]),
        Move::Swap(a, b) => ids.swap(a % len, b % len),
    }
}

fn list(ids: &[u32], kind: u8, mixed: bool, bare: bool) -> String {
    let rows = ids.iter().map(|id| row(kind, *id, mixed)).collect::<Vec<_>>().join(",");
    if bare {
        format!("[{rows}]")
    } else {
        format!(r#"{{"data":{{"rows":[{rows}],"count":{}}}}}"#, ids.len())
    }
}

proptest! {
    #[test]
    fn rows_that_move_keep_their_identity(
        mut ids in prop::collection::vec(0..200u32, 0..70),
        kind in 0..7u8,
        mixed in any::<bool>(),
        bare in any::<bool>(),
        rounds in prop::collection::vec(prop::collection::vec(moves(), 0..4), 1..5),
        chunk in 1..4000usize,
    ) {
        let mut host = Host::new(&list(&ids, kind, mixed, bare));
        for round in rounds {
            for one in &round {
                carry_out(one, &mut ids);
            }
            host.check(&list(&ids, kind, mixed, bare), chunk);
        }
    }
}

#[test]
fn a_list_that_is_sorted_anew_is_hardly_scanned() {
    let ids: Vec<u32> = (0..3000).collect();
    for kind in [0, 1] {
        let mut host = Host::new(&list(&ids, kind, false, false));
        // The first diff scans the whole body for its tape.
        host.next(&list(&ids[1..], kind, false, false), 1 << 20);
        let before = host.bodies.stats();
        let mut sorted = ids.clone();
        carry_out(&Move::Sort(7), &mut sorted);
        let text = list(&sorted, kind, false, false);
        assert_eq!(host.check(&text, 1 << 20), Outcome::Patch);
        let scanned = host.bodies.stats().scanned - before.scanned;
        assert!(scanned < text.len() as u64 / 100, "{scanned} of {}", text.len());
    }
}

//! Bodies whose names and rows an attacker chose so that searches take long. The cost is counted in looks, not in seconds.
use super::super::member_name::hash_name;
use super::super::sip::sip;
use super::super::{Bodies, BodyId, Outcome};
use super::patches::Host;
use std::collections::HashMap;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

const KNOWN: [u32; 4] = [0, 1, 2, 3];
const OTHER: [u32; 4] = [4, 5, 6, 7];

fn object(names: &[String], order: &dyn Fn(usize) -> usize, value: usize) -> String {
    let members =
        (0..names.len()).map(|i| format!("\"{}\":[{}]", names[order(i)], if i == 5 { value } else { 0 }));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn array(rows: &[String]) -> String {
    format!("[{}]", rows.join(","))
}

/// What the searches of a diff cost. Asserts that the patched value is right.
fn looks(seed: [u32; 4], old: &str, new: &str) -> u64 {
    let mut host = Host::new(old);
    host.bodies.set_seed(seed);
    host.next(new, 1 << 20);
    assert_eq!(host.value, super::model::read(new).0);
    host.bodies.looks()
}

/// `2^bits` names with the same hash by FNV-1a, whose seed is public.
fn of_one_fnv_hash(bits: usize) -> Vec<String> {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let mut hash = 0x811c_9dc5;
    let mut pairs = Vec::new();
    for _ in 0..bits {
        let mut seen = HashMap::new();
        for number in 0u32.. {
            let word = format!("{number:08x}");
            let after = word.bytes().fold(hash, step);
            if let Some(other) = seen.insert(after, word.clone()) {
                hash = after;
                pairs.push([other, word]);
                break;
            }
        }
    }
    (0..1 << bits).map(|i| (0..bits).map(|bit| pairs[bit][i >> bit & 1].as_str()).collect()).collect()
}

#[test]
fn names_that_collide_by_a_public_hash_cost_no_more_than_others() {
    let colliding = of_one_fnv_hash(9);
    let ordinary: Vec<String> = (0..colliding.len()).map(|i| format!("{i:072}")).collect();
    let work = |names: &[String]| {
        let (old, new) = (object(names, &|i| i, 1), object(names, &|i| i ^ 1, 2));
        looks(KNOWN, &old, &new)
    };
    let (usual, colliding) = (work(&ordinary), work(&colliding));
    assert!(colliding < usual * 2, "{usual} {colliding}");
}

/// `count` texts, made by `make` from numbers, that fall into the same slot of a table of that size.
fn of_one_place(count: usize, make: &dyn Fn(usize) -> String, hash: &dyn Fn(&str) -> u32) -> Vec<String> {
    let mask = (count * 2).next_power_of_two() as u32 - 1;
    (0..).map(make).filter(|text| hash(text) & mask == 0).take(count).collect()
}

#[test]
fn names_that_collide_by_a_known_seed_end_the_search_and_cost_nothing_with_another_seed() {
    // The words of `KNOWN`.
    let seed = [1, 2 << 32 | 3];
    let work = |count: usize| {
        let names = of_one_place(count, &|i| i.to_string(), &|name| {
            hash_name(seed, format!("\"{name}\"").as_bytes())
        });
        let (old, new) = (object(&names, &|i| i, 1), object(&names, &|i| names.len() - 1 - i, 2));
        [KNOWN, OTHER].map(|seed| looks(seed, &old, &new) as usize / count)
    };
    for count in [200, 400] {
        let [known, other] = work(count);
        assert!(known < 200 && other < 20, "{known} {other} looks a name");
    }
}

#[test]
fn rows_that_collide_by_a_known_seed_end_the_search_too() {
    // The words of `KNOWN`.
    let seed = [1, 2 << 32 | 3];
    let work = |count: usize| {
        // Rows of the same length and with the same sample.
        let row = |i: usize| format!(r#"["{:-<60}{i:08}{:->60}"]"#, "", "");
        let rows = of_one_place(count * 2, &row, &|row| sip(seed, row.as_bytes()));
        let mixed: Vec<String> = (0..count).map(|i| rows[count + (i * 7 + 3) % count].clone()).collect();
        [KNOWN, OTHER].map(|seed| looks(seed, &array(&rows[..count]), &array(&mixed)) as usize / count)
    };
    for count in [100, 200] {
        let [known, other] = work(count);
        assert!(known < 300 && other < 300, "{known} {other} looks a row");
    }
}

/// Makes two bodies with about so many members or rows.
type Case = dyn Fn(usize) -> (String, String);

#[test]
fn the_cost_of_searches_is_bounded_by_the_length_of_the_bodies() {
    let cases: [(&str, &Case); 5] = [
        ("few old rows look like all new ones", &|n| {
            let row = |i: usize, x: char, len: usize| format!(r#"["{:-<60}{x}{i:06}{:->len$}"]"#, "", "");
            let alike = (0..100).map(|i| row(i, 'a', 60));
            let old: Vec<String> = alike.chain((0..n).map(|i| row(i, 'b', 61 + i % 500))).collect();
            let new: Vec<String> = (0..n).map(|i| row(i, 'c', 60)).collect();
            (array(&old), array(&new))
        }),
        ("rows that are alike nearly to the end", &|n| {
            let row = |i: usize, x: char| format!(r#"["{:-<400}{x}{i:06}{:->90}"]"#, "", "");
            let rows = |x| array(&(0..n / 4).map(|i| row(i, x)).collect::<Vec<_>>());
            (rows('a'), rows('b'))
        }),
        ("one name, again and again, whose old value is long", &|n| {
            let rows: Vec<String> = (0..n).map(|i| format!("[{i}]")).collect();
            let few = array(&(0..9).map(|i| format!("[-{i}]")).collect::<Vec<_>>());
            let members: Vec<String> = (0..n / 8).map(|_| format!(r#""a":{few}"#)).collect();
            (format!(r#"{{"a":{}}}"#, array(&rows)), format!("{{{}}}", members.join(",")))
        }),
        ("lists in lists, beside what looks the same", &|n| {
            let deep = |x: char| {
                let row = |i: usize| format!(r#"["{:-<20}{x}{i:03}{:->30}"]"#, "", "");
                let rows = (0..40).map(row).collect::<Vec<_>>().join(",");
                format!("{}[]{}", format!("[{rows},").repeat(n / 40), "]".repeat(n / 40))
            };
            (deep('a'), deep('b'))
        }),
        ("much space before a name that is looked for", &|n| {
            let names: Vec<String> = (0..n).map(|i| format!(r#""{i}":[]"#)).collect();
            let old = format!(r#"{{"a":[],{}"b":[]}}"#, " ".repeat(n * 8));
            (old, format!(r#"{{"a":[],{}}}"#, names.join(",")))
        }),
    ];
    for (name, case) in cases {
        for n in [400, 8_000] {
            let (old, new) = case(n);
            let (looks, bytes) = (looks(KNOWN, &old, &new), (old.len() + new.len()) as u64);
            assert!(looks < bytes * 5 + 8192, "{name}: {looks} looks for {bytes} bytes");
        }
    }
}

#[test]
fn lists_that_look_like_the_next_element_are_not_compared_to_their_end_at_each_level() {
    // At each level the old element after the inner list begins as that does. Comparing them takes the place of what is known.
    let deep = |leaf: char, levels: usize| {
        let row = "-".repeat(70);
        let (begin, end) = (format!(r#"["{row}","#), format!(r#",["{row}",1]]"#));
        format!("{}{leaf}{}", begin.repeat(levels), end.repeat(levels))
    };
    for levels in [1_000, 4_000] {
        let (old, new) = (deep('1', levels), deep('2', levels));
        // Without a host, whose values would need a stack for so many levels.
        let mut bodies = Bodies::default();
        let receive = |bodies: &mut Bodies, previous: Option<BodyId>, text: &str| {
            let incoming = bodies.begin(previous, 0);
            bodies.room(incoming, text.len()).copy_from_slice(text.as_bytes());
            bodies.received(incoming);
            (bodies.finish(incoming, previous.is_some()), bodies.keep(incoming))
        };
        let (_, body) = receive(&mut bodies, None, &old);
        assert_ne!(receive(&mut bodies, body, &new).0, Outcome::Unknown);
        let (compared, bytes) = (bodies.stats().compared, (old.len() + new.len()) as u64);
        assert!(compared < bytes * 20, "compared {compared} bytes for {levels} levels, {bytes} bytes");
    }
}

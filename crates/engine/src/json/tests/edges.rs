//! Edge cases of JSON.
use super::super::*;
use super::patches::Host;
use std::format;
use std::string::String;

/// Diffs in both directions, with chunks of every length.
fn check(old: &str, new: &str) {
    for chunk in 1..=new.len().max(1) {
        Host::new(old).check(new, chunk);
    }
    for chunk in 1..=old.len().max(1) {
        Host::new(new).check(old, chunk);
    }
}

#[test]
fn edge_cases_are_patched_right() {
    let rows = |changed: &str| format!(r#"[{{"id":1,"tags":["a"]}},{changed},{{"id":3,"tags":[]}}]"#);
    check("1", "12");
    check("[1,12]", "[12,1]");
    check("[-0,0]", "[0,-0]");
    check("[1e308,5e-324]", "[1e308,5e-325]");
    check("null", "{}");
    check(r#"{"a":1,"b":2}"#, r#"{"a": 1,"b" :2}"#);
    check("[]", "[ ]");
    check("{}", " { } ");
    check("[[],[]]", "[[],[],[]]");
    check(r#"{"a":1,"a":2}"#, r#"{"a":2,"a":1}"#);
    check(r#"{"a":[1],"a":[2],"b":0}"#, r#"{"a":[2],"b":1,"a":[2]}"#);
    check(r#"{"a":[1],"\u0061":[2]}"#, r#"{"a":[2],"b":[]}"#);
    check(r#"{"__proto__":{"x":[1]},"b":1}"#, r#"{"__proto__":{"x":[1]},"b":2}"#);
    check(r#"{"2":{"x":1},"1":{"y":1}}"#, r#"{"1":{"y":1},"2":{"x":2}}"#);
    check(r#"{"a":{"x":[1,2,3]},"b":1}"#, r#"{"b":1,"a":{"x":[1,2,3]}}"#);
    check("\u{feff}[1,[2]]", "\u{feff}[2,[2]]");
    check("\u{feff}[1,[2]]", "[1,[2]]");
    check(r#"["\\","\""]"#, r#"["\"","\\"]"#);
    check(&rows(r#"{"id":2,"tags":["b"]}"#), &rows(r#"{"id":2,"tags":["b","c"]}"#));
    check(&rows(r#"{"id":2,"tags":["b"]}"#), &rows(r#"{"tags":["b"],"id":4}"#));
}

#[test]
fn texts_that_are_not_json_are_refused_with_the_place() {
    let faults = [
        ("", 0),
        ("  ", 2),
        ("[1,]", 3),
        ("[1 2]", 3),
        ("[1", 2),
        ("{\"a\"}", 4),
        ("{\"a\":1,}", 7),
        ("{a:1}", 1),
        ("[1]]", 3),
        ("tru", 3),
        ("01", 1),
        ("1.", 2),
        ("-", 1),
        ("1e+", 3),
        ("\"\n\"", 1),
        ("\"\\x\"", 2),
        ("\"\\u12g4\"", 5),
        ("\"abc", 4),
        ("[1}", 2),
        ("\u{a0}1", 0),
        ("[1]\0", 3),
    ];
    for (text, at) in faults {
        for old in ["[1,2]", "{\"a\":1}", "\"abc\"", "1"] {
            let mut host = Host::new(old);
            let incoming = host.bodies.begin(host.id, 0);
            host.bodies.room(incoming, text.len()).copy_from_slice(text.as_bytes());
            host.bodies.received(incoming);
            assert_eq!(host.bodies.finish(incoming, true), Outcome::Unknown, "{text:?}");
            assert_eq!(host.bodies.syntax_error(incoming), Some(SyntaxError { at }), "{text:?}");
            host.bodies.discard(incoming);
            assert_eq!(host.next(old, 1), Outcome::Same);
        }
    }
}

#[test]
fn nesting_of_any_depth_is_patched() {
    let deep =
        |inside: &str| -> String { format!("{}{inside}{}", "[{\"a\":".repeat(50_000), "}]".repeat(50_000)) };
    let mut bodies = Bodies::default();
    let mut id = None;
    for (inside, expected) in [("1", Outcome::Unknown), ("[]", Outcome::Whole), ("[2]", Outcome::Whole)] {
        let text = deep(inside);
        let incoming = bodies.begin(id, 0);
        bodies.room(incoming, text.len()).copy_from_slice(text.as_bytes());
        bodies.received(incoming);
        assert_eq!(bodies.finish(incoming, id.is_some()), expected);
        assert_eq!(bodies.syntax_error(incoming), None);
        id = bodies.keep(incoming);
    }
    // At every level, a sibling that stays.
    let beside =
        |inside: &str| -> String { format!("{}{inside}{}", "[[0],".repeat(100_000), "]".repeat(100_000)) };
    for (inside, expected) in [("1", Outcome::Whole), ("2", Outcome::Patch), ("[3]", Outcome::Patch)] {
        let text = beside(inside);
        let incoming = bodies.begin(id, 0);
        bodies.room(incoming, text.len()).copy_from_slice(text.as_bytes());
        bodies.received(incoming);
        assert_eq!(bodies.finish(incoming, true), expected);
        id = bodies.keep(incoming);
    }
}

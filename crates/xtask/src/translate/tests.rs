//! What becomes of Rust, and what is said of Rust that is not translated.
use super::modules::{Module, PLAIN};
use super::program::Program;
use super::translate_program;

/// The translation of `fn f`, in one line.
fn translated(source: &str) -> Result<String, String> {
    let module = Module { name: "test", sources: &["a.rs"], rows: Some("Row"), roots: &["f"], words: PLAIN };
    let text = Program::parse(&[("a.rs", source.to_owned())], module.rows, PLAIN)
        .and_then(|program| translate_program(&program, &module))
        .map_err(|error| format!("{error:#}"))?;
    Ok(text.lines().map(str::trim).collect::<Vec<_>>().join(" "))
}

#[track_caller]
fn assert_becomes(source: &str, wanted: &str) {
    let text = translated(source).unwrap_or_else(|error| panic!("{error}"));
    assert!(text.contains(wanted), "{text}\nhas no\n{wanted}");
}

#[track_caller]
fn assert_refused(source: &str, wanted: &str) {
    match translated(source) {
        Ok(text) => panic!("became {text}"),
        Err(error) => assert!(error.contains(wanted), "{error}\nhas no\n{wanted}"),
    }
}

#[test]
fn sums_are_added_where_they_stand() {
    assert_becomes("fn f(mut a: f64, b: f64) -> f64 { a += b; a }", "a += b return a");
    assert_becomes("fn f(mut a: u32) -> u32 { a += 1; a }", "a++ return a");
    assert_becomes("fn f(mut a: u32, b: u32) -> u32 { a |= b; a }", "a = ((a | b) >>> 0)");
    assert_becomes("fn f(mut a: u8, b: u8) -> u8 { a |= b; a }", "a |= b");
}

#[test]
fn integers_stay_within_their_bits() {
    assert_becomes("fn f(a: u32, b: u32) -> u32 { a.wrapping_sub(b) }", "return (a - b >>> 0)");
    assert_becomes("fn f(a: u32, b: u32) -> u32 { a / b }", "Math.trunc(a / b)");
    assert_becomes("fn f(a: u32, b: bool) -> u32 { 4 | u32::from(b) }", "return (4 | +b)");
    assert_becomes("fn f(a: f64) -> u32 { a as u32 }", "toU32(a)");
    assert_becomes("fn f(a: u64) -> u64 { a << 1 }", "BigInt.asUintN(64, a << 1n)");
}

#[test]
fn options_are_values_or_undefined() {
    assert_becomes("fn f(a: Option<f64>) -> f64 { a.unwrap_or(1.0) }", "(a ?? 1)");
    assert_becomes(
        "fn f(a: Option<f64>) -> Option<f64> { let b = a?; Some(b + 1.0) }",
        "if (a === undefined) return undefined return (a + 1)",
    );
    assert_becomes(
        "fn f(a: Option<f64>) -> f64 { if let Some(b) = a { b } else { 0.0 } }",
        "if (a !== undefined) { return a } else { return 0 }",
    );
}

#[test]
fn a_place_in_a_list_is_a_number() {
    assert_becomes(
        "fn f(a: &[f64]) -> f64 { if let Some(place) = a.iter().position(|x| *x > 1.0) { a[place] } else { 0.0 } }",
        "let found = a.findIndex((x) => (x > 1)) if (found >= 0) { return a[found] }",
    );
    assert_becomes("fn f(a: &[f64]) -> bool { a.iter().position(|x| *x > 1.0).is_none() }", "< 0)");
}

#[test]
fn what_is_called_once_is_written_there() {
    // As the end of a function, it may end early.
    assert_becomes(
        "fn f(a: f64) -> f64 { g(a + 1.0) } fn g(x: f64) -> f64 { if x > 1.0 { return 2.0; } let y = x * x; y + y }",
        "export function f(a: number): number { let x = (a + 1) if ((x > 1)) { return 2 } let y = (x * x) return (y + y) }",
    );
    // Within it, it may not.
    assert_becomes(
        "fn f(a: f64) -> f64 { let b = g(a); b + 1.0 } fn g(x: f64) -> f64 { if x > 1.0 { return 2.0; } let y = x * x; y + y }",
        "let b = g(a)",
    );
    assert_becomes(
        "fn f(a: f64) -> f64 { let b = g(a); b + 1.0 } fn g(x: f64) -> f64 { let y = x * x; let z = y + y; z }",
        "let y = (a * a) let z = (y + y) return (z + 1)",
    );
    // Of two calls, neither.
    assert_becomes(
        "fn f(a: f64) -> f64 { let b = g(a); let c = g(b); b + c } fn g(x: f64) -> f64 { let y = x * x; let z = y + y; z }",
        "let b = g(a) let c = g(b)",
    );
    // A parameter that changes is a variable of its own.
    assert_becomes(
        "fn f(a: f64) -> f64 { let b = g(a); b + a } fn g(mut x: f64) -> f64 { x += 1.0; x *= x; x }",
        "let x = a x++ x *= x return (x + a)",
    );
}

#[test]
fn what_is_called_once_changes_what_it_borrows() {
    let source = "struct A { b: B } struct B { n: f64 }
        impl B { fn add(&mut self, by: f64) { let twice = by + by; self.n += twice; } }
        fn f(a: &mut A, by: f64) { a.b.add(by); }";
    assert_becomes(source, "let twice = (by + by) a.b$.n$ += twice");
    // Often used, it gets a name.
    let source = "struct A { b: B } struct B { n: f64, m: f64 }
        impl B { fn add(&mut self, by: f64) { let twice = by + by; self.n += twice; self.m = self.n + 1.0; } }
        fn f(a: &mut A, by: f64) { a.b.add(by); }";
    assert_becomes(source, "let self = a.b$ let twice = (by + by) self.n$ += twice self.m$ = (self.n$ + 1)");
}

#[test]
fn an_error_names_the_line_and_the_function() {
    let source = "struct A;\n\nfn f(a: f64) -> f64 {\n    let b = a;\n    b.sqrt()\n}\n";
    assert_refused(source, "a.rs:5, `f`: a number has no `sqrt` here");
    // That of the statement, wherever its function is written.
    let source = "fn f(a: f64) -> f64 {\n    g(a + 1.0)\n}\nfn g(a: f64) -> f64 {\n    let b = a + a;\n    b.sqrt()\n}\n";
    assert_refused(source, "a.rs:6, `g`: a number has no `sqrt` here");
    assert_refused("fn g() {}", "there is no `(None, \"f\")`");
    assert_refused("fn f( {", "cannot parse a.rs");
}

#[test]
fn two_names_for_one_thing_that_changes_are_refused() {
    let changing = "#[derive(Clone, Copy)] struct A { n: f64 } struct B { a: A, list: Vec<f64> }
        fn change(a: &mut A) { a.n = 1.0; } fn f(b: &mut B) ";
    assert_becomes(
        &format!("{changing} -> f64 {{ let a = b.a; change(&mut b.a); change(&mut b.a); a.n }}"),
        "let a = { ...b.a$ }",
    );
    assert_refused(
        &format!("{changing} {{ let list = b.list; }}"),
        "`b.list$` is a copy of a list: take what is needed of it",
    );
    assert_refused(
        "fn f(a: &mut B) { *a = B { n: 1.0 }; } struct B { n: f64 }",
        "is replaced as a whole: assign its fields",
    );
    assert_refused(
        "fn f(mut a: f64) { g(&mut a); } fn g(a: &mut f64) {}",
        "`&mut` of the number `a`: JavaScript has no such reference",
    );
    assert_refused(
        "struct A { n: f64 } impl A { fn g(mut self) {} } fn f(a: A) { a.g(); a.g(); }",
        "`mut self` is a copy that changes",
    );
    assert_refused(
        "fn f(a: &[f64]) -> Option<usize> { a.iter().position(|x| *x > 1.0) }",
        "is a place in a list: take it apart by `if let` or `let else`",
    );
    assert_refused(
        "fn f(a: &[f64]) -> Option<usize> { let place = a.iter().position(|x| *x > 1.0); place }",
        "is a place in a list: take it apart by `if let` or `let else`",
    );
    assert_refused(
        "fn f(a: &[f64]) -> usize { a.iter().position(|x| *x > 1.0).unwrap_or(0) }",
        "is a place in a list: take it apart by `if let` or `let else`",
    );
}

#[test]
fn what_is_given_away_is_not_copied() {
    let source =
        "#[derive(Clone, Copy)] struct A { n: f64 } struct B { a: A } fn g(b: &mut B) { b.a.n = 1.0; } ";
    assert_becomes(&format!("{source} fn f(b: &mut B, a: A) {{ b.a = a; }}"), "b.a$ = a }");
    // Used again, or in a loop, it is.
    assert_becomes(&format!("{source} fn f(b: &mut B, a: A) -> f64 {{ b.a = a; a.n }}"), "b.a$ = { ...a }");
    assert_becomes(
        &format!("{source} fn f(b: &mut B, a: A) {{ for i in 0..2 {{ b.a = a; }} }}"),
        "b.a$ = { ...a }",
    );
    // A member of that name is another thing.
    assert_becomes(&format!("{source} fn f(b: &mut B, a: A) {{ b.a.n = 2.0; b.a = a; }}"), "b.a$ = a }");
}

#[test]
fn an_enum_of_a_number_or_nothing_is_one() {
    let source = "#[derive(Clone, Copy)] enum E { After(f64), Never } ";
    assert_becomes(
        &format!("{source} fn f(e: E) -> f64 {{ match e {{ E::After(x) => x + 1.0, E::Never => 0.0 }} }}"),
        "if (e !== undefined) { return (e + 1) } else { return 0 }",
    );
    assert_becomes(
        &format!("{source} fn f(a: f64) -> E {{ E::After(a) }}"),
        "number | undefined { return a }",
    );
    assert_becomes(&format!("{source} fn f() -> E {{ E::Never }}"), "return undefined");
    assert_becomes(&format!("{source} fn f(e: E) -> bool {{ matches!(e, E::Never) }}"), "(e === undefined)");
    assert_refused(
        &format!("{source} fn f(e: Option<E>) {{}}"),
        "`E` is a number or `undefined` already: an `Option` of it would be two of them",
    );
}

#[test]
fn what_is_asked_several_things_is_called_once() {
    let source =
        "enum E { A(f64), B, C } fn g(a: f64) -> Option<E> { if a > 1.0 { return None; } Some(E::A(a)) } ";
    assert_becomes(
        &format!(
            "{source} fn h(a: f64) -> Option<E> {{ g(a) }} fn f(a: f64) -> bool {{ matches!(g(a), Some(E::A(_))) }}"
        ),
        "let found = g(a) return (found !== undefined && found[0] === 0)",
    );
}

#[test]
fn what_nobody_asks_for_is_left_out() {
    assert_becomes("fn f(a: f64) -> f64 { let b = a + 1.0; a }", "number { return a }");
    assert_becomes(
        "fn f(a: f64) -> f64 { let b = g(a); a } fn g(mut a: f64) -> f64 { a += 1.0; a }",
        "a2++ return a",
    );
}

#[test]
fn what_would_run_at_another_time_is_refused() {
    assert_refused(
        "fn f(a: bool, b: &[f64]) -> f64 { if a && g(b).map_or(false, |x| x > 0.0) { 1.0 } else { 0.0 } }
        fn g(b: &[f64]) -> Option<f64> { b.first().copied() }
        ",
        "is needed twice where it may not run: give it a name before",
    );
    assert_refused(
        "fn f(a: Option<f64>) -> f64 { if let Some(b) = a && b > 1.0 { 1.0 } else { 2.0 } }",
        "`else` after `if` with `let` and `&&`",
    );
    assert_refused(
        "fn f(a: f64) -> Option<f64> { let b = g(a)?; Some(b) } fn g(a: f64) -> f64 { a }",
        "`?` of what is no `Option`",
    );
}

#[test]
fn other_rust_is_refused_by_name() {
    for (body, wanted) in [
        ("let x = a as u64;", "a cast of an f64 to anything but an integer of 32 bits without a sign"),
        ("let x = 1i64;", "a number with the suffix `i64` is not translated"),
        ("let x = \"text\";", "a literal that is no number is not translated"),
        ("println!(\"text\");", "the macro `println"),
        ("let x = unknown;", "`unknown` is unknown"),
        ("let x = unknown(a);", "the function `unknown` is unknown"),
        ("let x = (|y: f64| y)(a);", "is called, which has no name"),
        ("let x = async { a };", "`async { a }` is not translated"),
        ("let x = list.iter().rev();", "a list has no `rev` here"),
        ("let x = list.iter().any(g);", "a list's method takes a closure"),
        ("let x = list.iter().any(|y| { let z = *y; z > 1.0 });", "is no value"),
        ("let x = flag.then(|| 1.0);", "a bool has no `then` here"),
        ("let x = option.xor(option);", "an `Option` has no `xor` here"),
        ("let x = (1.0..=2.0).contains(&a);", "a range goes from a number up to, and without, another"),
        ("for x in 0..=3 { g(a); }", "a loop goes from a number up to, and without, another"),
        ("for (x, y) in list { g(a); }", "a loop gives its value one name"),
        ("for x in a { g(a); }", "`a` is no list"),
        ("let x = a[0];", "`a` is no list"),
        ("let x = [a; count];", "the length of a list is a constant"),
        ("let x = [Vec::new(); 3];", "a list of things that are no numbers is made one by one"),
        ("let x = a.field;", "has no `field`"),
        ("let (x, (y, z)) = (a, (a, a));", "a tuple is taken apart into names"),
        ("let x; x = a; break 1.0;", "`break` outside a loop"),
        ("(a, count) = g(a);", "a tuple is assigned from a tuple"),
        ("match a { [x] => {}, _ => {} }", "the pattern `[x]` is not translated"),
        ("match option { Strange(x) => {}, _ => {} }", "the enum of the variant `Strange` is unknown"),
        ("match other { Other::No(x) => {}, _ => {} }", "the variant `No` is unknown"),
        (
            "match other { Other::A(x) | Other::B(y) => {}, _ => {} }",
            "cases that bind other things than the one before: write an arm for each",
        ),
        ("let x: fn() = g;", "a type like `fn ()` is not translated"),
        ("let x = wide << 1;", "`wide` is an i64, which is not shifted to the left"),
    ] {
        let source = format!(
            "enum Other {{ A(f64), B(f64) }} fn g(a: f64) -> f64 {{ a }}
            fn f(mut a: f64, list: &[f64], flag: bool, option: Option<f64>, mut count: u32, other: Other, wide: i64) {{ {body} }}"
        );
        assert_refused(&source, wanted);
        assert_refused(&source, "a.rs:2, `f`: ");
    }
}

#[test]
fn one_name_for_two_things_is_refused() {
    assert_refused("fn f() {} fn f() {}", "f is declared twice in the sources of one module: rename one");
    assert_refused(
        "struct A; enum A {} struct A; fn f() {}",
        "A is declared twice in the sources of one module: rename one",
    );
}

//! A number that Rust and TypeScript both know stands in `crates/boundary` alone.
use super::source::Source;
use std::collections::{BTreeMap, BTreeSet};
use whippet_boundary::{File, Value};

/// A constant that is given a number: `const NAME = 3`, `const NAME: u32 = 1 << 3;`.
struct Literal<'a> {
    room: &'a str,
    name: &'a str,
    value: Option<f64>,
    place: String,
}

/// Constants of the tables that are written a second time, and constants that both languages write.
pub fn faults(sources: &[Source], files: &[File], exceptions: &[&str]) -> Vec<String> {
    let of = |root: &str| -> Vec<Literal<'_>> {
        sources
            .iter()
            .filter_map(|source| Some((source, source.path.strip_prefix(root)?.to_owned())))
            .flat_map(|(source, _)| literals(source, root.len()))
            .collect()
    };
    let (rust, typescript) = (of("crates/npm/src/"), of("pkg/src/"));
    let mut faults = Vec::new();
    for literal in rust.iter().chain(&typescript) {
        if let Some(file) = files.iter().find(|file| is_in(file, literal)) {
            let Literal { name, place, .. } = literal;
            faults.push(format!(
                "{place}: {name} is written in crates/boundary/src/{}.rs: import it from there",
                file.name
            ));
        }
    }
    let by_name: BTreeMap<_, _> =
        rust.iter().map(|literal| ((literal.room, literal.name), literal)).collect();
    let mut found = BTreeSet::new();
    for Literal { room, name, place, .. } in &typescript {
        if by_name.contains_key(&(*room, *name)) {
            found.insert(*room);
        }
        if !exceptions.contains(room)
            && let Some(other) = by_name.get(&(*room, *name))
        {
            faults.push(format!(
                "{place}: {name} is written in {} too: write it once, in crates/boundary",
                other.place
            ));
        }
    }
    for room in exceptions.iter().filter(|room| !found.contains(**room)) {
        faults.push(format!(
            "{room}: no number is written twice any more; remove it from crates/xtask/src/tidy/exceptions.rs"
        ));
    }
    faults
}

/// The same name is the same thing in the same room, and in another where the value is the same.
fn is_in(file: &File, literal: &Literal<'_>) -> bool {
    file.constants.iter().copied().flatten().any(|constant| {
        let Value::Number(value) = constant.value else { return false };
        constant.name == literal.name && (file.name == literal.room || literal.value == Some(value))
    })
}

fn literals(source: &Source, root: usize) -> Vec<Literal<'_>> {
    let inside = &source.path[root..];
    let room = inside.split(['/', '.']).next().unwrap_or(inside);
    if room == "boundary" {
        return Vec::new();
    }
    let found = source.text.lines().enumerate().filter_map(|(number, line)| {
        let (name, value) = literal(line)?;
        Some(Literal {
            room,
            name,
            value: value.parse().ok(),
            place: format!("{}:{}", source.path, number + 1),
        })
    });
    found.collect()
}

/// The name and the number of a line that defines one. A calculation of numbers is one too; it has no value here.
fn literal(line: &str) -> Option<(&str, String)> {
    let (before, after) = line.split_once("const ")?;
    if before.contains("//") || before.trim_start().starts_with('*') {
        return None;
    }
    let (name, value) = after.split_once('=')?;
    let name = name.split(':').next()?.trim();
    let value = value.split("//").next()?.trim().trim_end_matches(';').replace('_', "");
    let is_number = value.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && value.chars().all(|c| c.is_ascii_alphanumeric() || " .+-*/<>()|".contains(c));
    is_number.then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::super::source::sources;
    use super::faults;
    use whippet_boundary::{Constant, File, Value};

    fn check(files: &[(&str, &str)]) -> Vec<String> {
        let table = [File {
            name: "query",
            constants: &[&[Constant { name: "RETRY", doc: &[], value: Value::Number(8.0) }]],
        }];
        faults(&sources(files), &table, &[])
    }

    #[test]
    fn a_number_of_the_tables_is_not_written_again() {
        for (path, line) in [
            ("pkg/src/query/a.ts", "export const RETRY = 9"),
            ("pkg/src/query/a.ts", "  const RETRY: number = 1 << 3 // why"),
            ("pkg/src/rum/a.ts", "const RETRY = 8"),
            ("crates/npm/src/query/a.rs", "pub const RETRY: u32 = 0x8;"),
            ("crates/npm/src/query.rs", "const RETRY: u32 = 1_000;"),
        ] {
            assert_eq!(
                check(&[(path, line)]),
                [format!("{path}:1: RETRY is written in crates/boundary/src/query.rs: import it from there")]
            );
        }
    }

    #[test]
    fn other_names_other_rooms_and_uses_are_free() {
        for (path, line) in [
            ("pkg/src/query/a.ts", "const RETRIES = 8"),
            ("pkg/src/rum/a.ts", "const RETRY = 3"),
            ("pkg/src/query/a.ts", "const RETRY = BASE + 8"),
            ("pkg/src/query/a.ts", "// const RETRY = 8"),
            ("pkg/src/boundary/query.ts", "export const RETRY = 8"),
            ("crates/npm/src/query.rs", "const RETRY: u32 = boundary::RETRY;"),
            ("crates/engine/src/query/a.rs", "const RETRY: u32 = 8;"),
        ] {
            assert_eq!(check(&[(path, line)]), [""; 0], "{path} {line}");
        }
    }

    #[test]
    fn a_number_that_both_languages_write_belongs_into_the_tables() {
        let files =
            [("crates/npm/src/lazy.rs", "const EAGER: u8 = 1;"), ("pkg/src/lazy/a.ts", "const EAGER = 1")];
        assert_eq!(
            check(&files),
            [
                "pkg/src/lazy/a.ts:1: EAGER is written in crates/npm/src/lazy.rs:1 too: write it once, in crates/boundary"
            ]
        );
    }
}

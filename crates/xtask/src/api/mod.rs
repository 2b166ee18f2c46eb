//! What the crates for apps promise: `api.txt` of each lists all public items, so that a change of the promise is seen, and meant.
mod crate_source;
mod items;
mod words;

use crate::project::Project;
use anyhow::{Context, Result, bail};
use crate_source::CrateSource;
use std::collections::BTreeSet;
use std::fs;

/// The crates that apps use. What is below them, `engine` and `web`, changes with them.
const PUBLISHED: [&str; 1] = ["leptos"];

/// Writes the lists.
pub fn write(project: &Project) -> Result<()> {
    for name in PUBLISHED {
        let path = project.path(&format!("crates/{name}/api.txt"));
        let text = listing(project, name)?;
        if fs::read_to_string(&path).is_ok_and(|there| there == text) {
            continue;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("  wrote {}", path.display());
    }
    Ok(())
}

/// Compares them with what is there, and shows what differs.
pub fn check(project: &Project) -> Result<()> {
    let mut differences = Vec::new();
    for name in PUBLISHED {
        let before = fs::read_to_string(project.path(&format!("crates/{name}/api.txt"))).unwrap_or_default();
        differences.extend(difference(name, &before, &listing(project, name)?));
    }
    if differences.is_empty() {
        return Ok(());
    }
    bail!(
        "the public API has changed; if that is meant, run `cargo xtask api`, and say it in CHANGELOG.md:\n  {}",
        differences.join("\n  ")
    )
}

fn listing(project: &Project, name: &str) -> Result<String> {
    let source = CrateSource::read(&project.path(&format!("crates/{name}/src")))?;
    let mut lines = items::lines(&source);
    lines.sort();
    lines.dedup();
    Ok(format!(
        "# The public API of whippet-{name}. Written by `cargo xtask api`; `cargo xtask test` compares.\n{}\n",
        lines.join("\n")
    ))
}

/// What went, and what came.
fn difference(name: &str, before: &str, after: &str) -> Vec<String> {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) = (before.lines().collect(), after.lines().collect());
    let gone = before.difference(&after).map(|line| format!("{name}: - {line}"));
    gone.chain(after.difference(&before).map(|line| format!("{name}: + {line}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::crate_source::CrateSource;
    use super::{difference, items};

    #[test]
    fn what_is_public_is_listed_where_it_is_reached() {
        let source = CrateSource::of(&[
            ("lib.rs", "mod inner; pub mod open; pub use inner::{Thing, make as build}; pub use other::Far; mod tests {}"),
            (
                "inner.rs",
                "#[derive(Clone, Debug)] #[non_exhaustive] pub struct Thing<T> where T: Copy { pub a: Vec<T>, b: u8 }
                 impl<T: Copy> Thing<T> { pub const MOST: usize = 3; pub fn get(&self) -> &T { todo!() } fn no(&self) {} }
                 impl<T: Copy> From<u8> for Thing<T> { fn from(_: u8) -> Self { todo!() } }
                 pub fn make<T>(of: impl Fn(&T) -> u8 + 'static) -> Option<T> { None }
                 pub fn hidden() {}",
            ),
            ("open.rs", "/// Says.\npub enum Kind { A, B(u8), C { d: u8 } } pub const N: u8 = 1; pub(crate) fn not() {} pub trait Does { fn it(&self); }"),
        ]);
        let mut lines = items::lines(&source);
        lines.sort();
        assert_eq!(
            lines,
            [
                "fn build<T>(of: impl Fn(&T) -> u8 + 'static) -> Option<T>",
                "open::const N: u8",
                "open::enum Kind { A, B(u8), C { d: u8 } }",
                "open::trait Does",
                "open::trait Does :: fn it(&self)",
                "struct Thing<T> :: a: Vec<T>",
                "struct Thing<T> :: const MOST: usize",
                "struct Thing<T> :: derives Clone",
                "struct Thing<T> :: derives Debug",
                "struct Thing<T> :: fn get(&self) -> &T",
                "struct Thing<T> :: implements From<u8>",
                "struct Thing<T> where T: Copy, non_exhaustive",
                "use other::Far",
            ]
        );
    }

    #[test]
    fn a_difference_shows_both_sides() {
        assert_eq!(difference("x", "a\nb", "b\nc"), ["x: - a", "x: + c"]);
        assert_eq!(difference("x", "a\nb", "b\na"), [""; 0]);
    }
}

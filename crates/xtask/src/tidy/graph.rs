//! Imports as a graph: in every folder, its files and folders import each other one way.
//!
//! A folder counts as one node among its siblings. A circle of files has a lowest folder that holds all of it, and shows
//! there; so this finds circles of folders and circles of files alike.
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// One file imports another. Paths have no extension, and `a/mod.rs` is `a/mod`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    pub from: String,
    pub to: String,
    /// Where it is written, as `path:line`.
    pub place: String,
}

/// Child of a folder → child that it imports → where.
type Level<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>;

/// A fault for each circle that is no exception, and for each exception that is no circle.
pub fn circles(imports: &[Import], exceptions: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut found = BTreeSet::new();
    for (folder, level) in levels(imports) {
        for circle in shortest_circles(&level) {
            let name = name(folder, &circle);
            if !exceptions.contains(&name.as_str()) {
                faults.push(format!("{name}: a circle of imports ({})", places(&circle, &level)));
            }
            found.insert(name);
        }
    }
    for exception in exceptions.iter().filter(|name| !found.contains(**name)) {
        faults.push(format!(
            "{exception}: no circle any more; remove it from crates/xtask/src/tidy/exceptions.rs"
        ));
    }
    faults
}

/// Each import belongs to one folder: the lowest that holds both ends.
fn levels(imports: &[Import]) -> BTreeMap<&str, Level<'_>> {
    let mut levels: BTreeMap<&str, Level> = BTreeMap::new();
    for Import { from, to, place } in imports {
        let same = from.bytes().zip(to.bytes()).take_while(|(a, b)| a == b).count();
        let folder = from[..same].rfind('/').unwrap_or(0);
        let (a, b) = (child_of(from, folder), child_of(to, folder));
        if a != b {
            levels.entry(&from[..folder]).or_default().entry(a).or_default().entry(b).or_insert(place);
        }
    }
    levels
}

/// The path of the file or folder in the folder whose path is `length` long that holds `path`.
fn child_of(path: &str, length: usize) -> &str {
    let start = if length == 0 { 0 } else { length + 1 };
    let end = path[start..].find('/').map_or(path.len(), |at| start + at);
    &path[..end]
}

/// For every group of nodes that reach each other, one of its shortest circles.
fn shortest_circles<'a>(level: &Level<'a>) -> Vec<Vec<&'a str>> {
    let mut circles: Vec<Vec<&str>> = level.keys().filter_map(|start| way_back(level, start)).collect();
    circles.sort_by_key(Vec::len);
    let mut kept: Vec<Vec<&str>> = Vec::new();
    for circle in circles {
        if !kept.iter().any(|other| other.iter().any(|node| circle.contains(node))) {
            kept.push(circle);
        }
    }
    kept
}

/// The shortest way from `start` back to it.
fn way_back<'a>(level: &Level<'a>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &next in level.get(node).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                let mut circle = vec![node];
                while let Some(&before) = came_from.get(circle[circle.len() - 1]) {
                    circle.push(before);
                }
                circle.reverse();
                return Some(circle);
            }
            if !came_from.contains_key(next) {
                came_from.insert(next, node);
                queue.push_back(next);
            }
        }
    }
    None
}

/// `crates/x/src: a → b → a`.
fn name(folder: &str, circle: &[&str]) -> String {
    let name = |path: &str| path[folder.len()..].trim_start_matches('/').to_owned();
    let mut names: Vec<String> = circle.iter().map(|path| name(path)).collect();
    names.push(name(circle[0]));
    format!("{folder}: {}", names.join(" → "))
}

/// Where each arrow of the circle is written.
fn places(circle: &[&str], level: &Level<'_>) -> String {
    let next = circle.iter().cycle().skip(1);
    let places: Vec<&str> = circle.iter().zip(next).map(|(from, to)| level[from][to]).collect();
    places.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Import, circles};

    fn imports(edges: &[(&str, &str)]) -> Vec<Import> {
        edges
            .iter()
            .map(|(from, to)| Import {
                from: (*from).to_owned(),
                to: (*to).to_owned(),
                place: format!("{from}.rs:1"),
            })
            .collect()
    }

    #[test]
    fn imports_that_run_one_way_are_no_circle() {
        let edges = [("s/a", "s/b"), ("s/a", "s/c/x"), ("s/b", "s/c/y"), ("s/c/x", "s/c/y")];
        assert_eq!(circles(&imports(&edges), &[]), [""; 0]);
    }

    #[test]
    fn a_circle_of_files_is_named_once_with_its_places() {
        let edges = [("s/a", "s/b"), ("s/b", "s/c"), ("s/c", "s/a"), ("s/d", "s/a")];
        assert_eq!(
            circles(&imports(&edges), &[]),
            ["s: a → b → c → a: a circle of imports (s/a.rs:1, s/b.rs:1, s/c.rs:1)"]
        );
    }

    #[test]
    fn two_folders_that_import_each_other_are_a_circle_though_no_files_are() {
        let edges = [("s/a/x", "s/b/x"), ("s/b/y", "s/a/y")];
        assert_eq!(
            circles(&imports(&edges), &[]),
            ["s: a → b → a: a circle of imports (s/a/x.rs:1, s/b/y.rs:1)"]
        );
    }

    #[test]
    fn names_that_begin_alike_are_not_mistaken_for_a_folder() {
        let edges = [("s/ab/x", "s/ac/x"), ("s/ac/x", "s/abc")];
        assert_eq!(circles(&imports(&edges), &[]), [""; 0]);
    }

    #[test]
    fn an_exception_silences_its_circle_and_no_other() {
        let edges = [("s/a", "s/b"), ("s/b", "s/a"), ("s/t/a", "s/t/b"), ("s/t/b", "s/t/a")];
        let faults = circles(&imports(&edges), &["s: a → b → a"]);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].starts_with("s/t: a → b → a: a circle"), "{faults:?}");
    }

    #[test]
    fn an_exception_without_a_circle_must_go() {
        let faults = circles(&imports(&[("s/a", "s/b")]), &["s: a → b → a"]);
        assert!(faults[0].starts_with("s: a → b → a: no circle any more"), "{faults:?}");
    }
}

//! What the modules of each crate import from each other.
//!
//! A name that a module passes on (`pub use child::Name`) counts as imported from where it is defined: a front door is no
//! room. Tests may import what they like.
use super::graph::Import;
use super::rust_tokens::{Token, test_modules, tokens};
use super::source::Source;
use std::collections::{BTreeMap, BTreeSet};

/// Begins the path of what other crates define. No module has this name.
const FOREIGN: &str = "::";

/// A module's place in its crate: `query::cache` is `["query", "cache"]`.
type Path = Vec<String>;

struct Module<'a> {
    file: &'a str,
    tokens: Vec<Token<'a>>,
    /// Names that `use` brings into the module, by what they stand for.
    names: BTreeMap<String, Path>,
}

/// One path that a module names, and where.
struct Mention {
    path: Path,
    line: usize,
    /// What `use` calls it.
    name: Option<String>,
    /// `pub use`.
    passed_on: bool,
}

/// All imports between modules of one crate, for each crate.
pub fn imports(sources: &[Source]) -> Vec<Import> {
    let mut crates: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.path.ends_with(".rs")) {
        if let Some((root, _)) = source.path.split_once("/src/") {
            crates.entry(root).or_default().push(source);
        }
    }
    crates
        .into_iter()
        .flat_map(|(root, sources)| imports_of_crate(&format!("{root}/src/"), &sources))
        .collect()
}

fn imports_of_crate(root: &str, sources: &[&Source]) -> Vec<Import> {
    let mut modules = BTreeMap::new();
    let tests: BTreeSet<Path> = sources
        .iter()
        .flat_map(|source| {
            let path = module_path(root, &source.path);
            test_modules(&source.text).into_iter().map(move |name| child(&path, name))
        })
        .collect();
    for source in sources {
        let path = module_path(root, &source.path);
        if (0..=path.len()).any(|length| tests.contains(&path[..length])) {
            continue;
        }
        let module = Module { file: &source.path, tokens: tokens(&source.text), names: BTreeMap::new() };
        // A crate that is a library and a program has two roots; the library's is the one that is imported from.
        if !(source.path.ends_with("/main.rs") && modules.contains_key(&path)) {
            modules.insert(path, module);
        }
    }
    let paths: BTreeSet<Path> = modules.keys().cloned().collect();
    let mentions: BTreeMap<Path, Vec<Mention>> =
        modules.iter().map(|(path, module)| (path.clone(), mentions(&module.tokens, path, &paths))).collect();
    for (path, mentions) in &mentions {
        let Some(module) = modules.get_mut(path) else { continue };
        for mention in mentions {
            if let Some(name) = &mention.name {
                module.names.insert(name.clone(), mention.path.clone());
            }
        }
    }
    let mut imports = Vec::new();
    for (path, mentions) in &mentions {
        let module = &modules[path];
        for mention in mentions.iter().filter(|mention| !mention.passed_on || is_used(module, mention)) {
            let Some(target) = definition(&mention.path, &modules, 0) else { continue };
            let target = modules[&target].file;
            if target != module.file {
                let place = format!("{}:{}", module.file, mention.line);
                imports.push(Import {
                    from: node(root, module.file, &paths),
                    to: node(root, target, &paths),
                    place,
                });
            }
        }
    }
    imports
}

/// `src/a/b.rs` and `src/a/b/mod.rs` are `a::b`.
fn module_path(root: &str, file: &str) -> Path {
    let inside = file[root.len()..].trim_end_matches(".rs");
    let mut path: Path = inside.split('/').map(str::to_owned).collect();
    if matches!(path.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        path.pop();
    }
    path
}

/// The file as a node of the graph. `a.rs` beside a folder `a` is what others call `a/mod.rs`.
fn node(root: &str, file: &str, paths: &BTreeSet<Path>) -> String {
    let stem = file.trim_end_matches(".rs");
    let path = module_path(root, file);
    let has_children =
        !path.is_empty() && paths.iter().any(|other| other.len() > path.len() && other.starts_with(&path));
    if has_children && !stem.ends_with("/mod") { format!("{stem}/mod") } else { stem.to_owned() }
}

fn child(path: &[String], name: &str) -> Path {
    [path, &[name.to_owned()]].concat()
}

/// A name that is passed on is an import too where the module itself uses it.
fn is_used(module: &Module<'_>, mention: &Mention) -> bool {
    let name = mention.name.as_deref().unwrap_or_default();
    let mut in_use = false;
    module.tokens.iter().any(|token| {
        match token.text {
            "use" => in_use = true,
            ";" => in_use = false,
            _ => {}
        }
        !in_use && token.text == name
    })
}

/// The module that defines what `path` names; nothing for what another crate defines.
fn definition(path: &[String], modules: &BTreeMap<Path, Module<'_>>, depth: usize) -> Option<Path> {
    if path.first().is_some_and(|first| first == FOREIGN) {
        return None;
    }
    let length = (0..=path.len()).rev().find(|length| modules.contains_key(&path[..*length]))?;
    let (module, rest) = path.split_at(length);
    if let [name, ..] = rest
        && depth < 8
        && let Some(target) = modules.get(module).and_then(|module| module.names.get(name))
    {
        return definition(target, modules, depth + 1);
    }
    Some(module.to_vec())
}

/// Every path in `tokens` that leads to a module of the crate.
fn mentions(tokens: &[Token<'_>], module: &[String], paths: &BTreeSet<Path>) -> Vec<Mention> {
    let mut mentions = Vec::new();
    // Modules inside the file, with the depth of braces at which each ends.
    let mut inline: Vec<(Path, usize)> = Vec::new();
    let mut depth = 0;
    let mut use_at = None;
    for (at, token) in tokens.iter().enumerate() {
        let text = |offset: usize| tokens.get(at + offset).map_or("", |token| token.text);
        match token.text {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                inline.pop_if(|(_, end)| *end == depth);
            }
            "use" => use_at = Some(at),
            ";" => use_at = None,
            "mod" if text(2) == "{" => {
                let outer = inline.last().map_or(module, |(path, _)| path);
                inline.push((child(outer, text(1)), depth));
            }
            _ => {}
        }
        let begins = text(1) == "::" && (at == 0 || tokens[at - 1].text != "::");
        // The inner paths of `use a::{b, c::d}` are read with the outer one.
        if !begins || use_at.is_some_and(|start| at != start + 1) {
            continue;
        }
        let base = inline.last().map_or(module, |(path, _)| path);
        let is_use = use_at.is_some();
        let (start, skipped) = match first_segment(tokens, at, base, paths) {
            Some(found) => found,
            // What another crate defines: others may take the name from here, which makes nobody depend on this module.
            None if is_use => (vec![FOREIGN.to_owned()], 0),
            None => continue,
        };
        let passed_on = is_use && at >= 2 && ["pub", ")"].contains(&tokens[at - 2].text);
        let mut tree = Tree { tokens, at: at + skipped, found: Vec::new() };
        tree.read(&start, is_use);
        mentions.extend(tree.found.into_iter().map(|(path, name, line)| Mention {
            path,
            line,
            name,
            passed_on,
        }));
    }
    mentions
}

/// Where a path begins, and how many tokens say so; nothing for a path that leads out of the crate.
fn first_segment(
    tokens: &[Token<'_>],
    at: usize,
    base: &[String],
    paths: &BTreeSet<Path>,
) -> Option<(Path, usize)> {
    match tokens[at].text {
        "crate" => Some((Vec::new(), 2)),
        "self" => Some((base.to_vec(), 2)),
        "super" => {
            let supers = tokens[at..].chunks(2).take_while(|pair| pair[0].text == "super").count();
            Some((base[..base.len().saturating_sub(supers)].to_vec(), supers * 2))
        }
        name => paths.contains(&child(base, name)).then(|| (base.to_vec(), 0)),
    }
}

/// Reads `a::b::{c, d as e}` from a place in the tokens.
struct Tree<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    found: Vec<(Path, Option<String>, usize)>,
}

impl Tree<'_> {
    fn read(&mut self, start: &[String], is_use: bool) {
        let mut path = start.to_vec();
        loop {
            let Some(token) = self.tokens.get(self.at) else { return };
            match token.text {
                "{" if is_use => {
                    self.at += 1;
                    return self.read_group(&path);
                }
                "*" => {
                    self.found.push((path, None, token.line));
                    self.at += 1;
                    return;
                }
                "self" => {}
                name => path.push(name.to_owned()),
            }
            self.at += 1;
            if self.text() == "::" {
                self.at += 1;
                continue;
            }
            let mut name = path.last().cloned();
            if is_use && self.text() == "as" {
                name = self.tokens.get(self.at + 1).map(|token| token.text.to_owned());
                self.at += 2;
            }
            self.found.push((path, name.filter(|_| is_use), token.line));
            return;
        }
    }

    fn read_group(&mut self, path: &[String]) {
        while !["}", ""].contains(&self.text()) {
            self.read(path, true);
            if self.text() == "," {
                self.at += 1;
            }
        }
        self.at += 1;
    }

    fn text(&self) -> &str {
        self.tokens.get(self.at).map_or("", |token| token.text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::sources;
    use super::imports;

    fn edges(files: &[(&str, &str)]) -> Vec<String> {
        imports(&sources(files)).iter().map(|i| format!("{} {} {}", i.from, i.to, i.place)).collect()
    }

    #[test]
    fn paths_from_crate_super_and_children_are_edges() {
        let root = "mod a; mod b;\nuse a::X;\nfn f() { b::g() }\n";
        let a = "use super::b::{self, c::Y, g as h};\nfn f(x: crate::b::Z) {}\n";
        let files =
            [("k/src/lib.rs", root), ("k/src/a.rs", a), ("k/src/b/mod.rs", "mod c;"), ("k/src/b/c.rs", "")];
        assert_eq!(
            edges(&files),
            [
                "k/src/lib k/src/a k/src/lib.rs:2",
                "k/src/lib k/src/b/mod k/src/lib.rs:3",
                "k/src/a k/src/b/mod k/src/a.rs:1",
                "k/src/a k/src/b/c k/src/a.rs:1",
                "k/src/a k/src/b/mod k/src/a.rs:1",
                "k/src/a k/src/b/mod k/src/a.rs:2",
            ]
        );
    }

    #[test]
    fn a_name_that_is_passed_on_is_imported_from_where_it_is_defined() {
        let files = [
            ("k/src/a/mod.rs", "mod b; mod c;\npub use b::{X, Y as Z};\nfn f(x: X) {}\n"),
            ("k/src/a/b.rs", ""),
            ("k/src/a/c.rs", "use super::X;\nuse crate::a::{Z, W};\n"),
        ];
        assert_eq!(
            edges(&files),
            [
                "k/src/a/mod k/src/a/b k/src/a/mod.rs:2",
                "k/src/a/c k/src/a/b k/src/a/c.rs:1",
                "k/src/a/c k/src/a/b k/src/a/c.rs:2",
                "k/src/a/c k/src/a/mod k/src/a/c.rs:2",
            ]
        );
    }

    #[test]
    fn tests_and_other_crates_are_no_edges() {
        let files = [
            ("k/src/lib.rs", "mod a; #[cfg(test)] mod t; use std::a::X; use other::a;\n"),
            ("k/src/a.rs", "#[cfg(test)] mod tests { use super::super::t::X; use crate::t; }\n"),
            ("k/src/t.rs", "use crate::a;\n"),
        ];
        assert_eq!(edges(&files), [""; 0]);
    }

    #[test]
    fn a_name_of_another_crate_makes_nobody_depend_on_who_passes_it_on() {
        let files = [
            ("k/src/lib.rs", "mod a; pub use other::{X, Y}; use a::Z;\n"),
            ("k/src/a.rs", "use crate::{X, Y};\nuse crate::W;\n"),
        ];
        assert_eq!(edges(&files), ["k/src/lib k/src/a k/src/lib.rs:1", "k/src/a k/src/lib k/src/a.rs:2"]);
    }

    #[test]
    fn super_in_a_module_inside_the_file_is_the_file() {
        let files = [
            ("k/src/a.rs", "mod inner { use super::X; use super::super::b; }\nuse super::b::Y;\n"),
            ("k/src/b.rs", ""),
        ];
        assert_eq!(edges(&files), ["k/src/a k/src/b k/src/a.rs:1", "k/src/a k/src/b k/src/a.rs:2"]);
    }

    #[test]
    fn a_file_beside_its_folder_is_inside_it() {
        let files = [
            ("k/src/a.rs", "mod b;\nuse b::X;\n"),
            ("k/src/a/b.rs", "use super::Y;\n"),
            ("k/src/c.rs", "use crate::a::b;"),
        ];
        assert_eq!(
            edges(&files),
            [
                "k/src/a/mod k/src/a/b k/src/a.rs:2",
                "k/src/a/b k/src/a/mod k/src/a/b.rs:1",
                "k/src/c k/src/a/b k/src/c.rs:1",
            ]
        );
    }
}

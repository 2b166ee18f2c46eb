//! What TypeScript and JavaScript files import, types included.
use super::graph::Import;
use super::source::Source;
use std::collections::BTreeSet;

/// All relative imports and re-exports between the files that are there.
pub fn imports(sources: &[Source]) -> Vec<Import> {
    let paths: BTreeSet<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    let mut imports = Vec::new();
    for Source { path, text } in sources.iter().filter(|source| kind(&source.path).is_some()) {
        for (number, line) in text.lines().enumerate() {
            for specifier in specifiers(line) {
                if let Some(file) = resolve(path, specifier, &paths)
                    && file != path
                {
                    let place = format!("{path}:{}", number + 1);
                    imports.push(Import { from: node(path), to: node(file), place });
                }
            }
        }
    }
    imports
}

/// `.ts`, `.js` or `.mjs`.
fn kind(path: &str) -> Option<&'static str> {
    [".ts", ".mjs", ".js"].into_iter().find(|extension| path.ends_with(extension))
}

fn node(path: &str) -> String {
    let stem = kind(path).and_then(|extension| path.strip_suffix(extension)).unwrap_or(path);
    stem.strip_suffix(".d").unwrap_or(stem).to_owned()
}

/// The relative paths that a line imports from. A line of a comment imports nothing.
fn specifiers(line: &str) -> impl Iterator<Item = &str> {
    let comment = line.trim_start().starts_with(['/', '*']);
    let marks = ["from '", "from \"", "import '", "import \"", "import('", "import(\""];
    let found = marks.into_iter().flat_map(move |mark| {
        line.match_indices(mark).filter_map(move |(at, _)| {
            let rest = &line[at + mark.len()..];
            let end = rest.find(['\'', '"'])?;
            rest.starts_with('.').then(|| &rest[..end])
        })
    });
    found.filter(move |_| !comment)
}

/// The file that `specifier` names in `from`. What is generated, or outside the sources, has none.
fn resolve<'a>(from: &str, specifier: &str, paths: &BTreeSet<&'a str>) -> Option<&'a str> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in specifier.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    let path = parts.join("/");
    let stem = path.strip_suffix(".js").unwrap_or(&path);
    let names = [path.clone(), format!("{stem}.ts"), format!("{stem}.d.ts"), format!("{stem}/index.ts")];
    names.iter().find_map(|name| paths.get(name.as_str()).copied())
}

#[cfg(test)]
mod tests {
    use super::super::source::sources;
    use super::imports;

    fn edges(files: &[(&str, &str)]) -> Vec<String> {
        imports(&sources(files)).iter().map(|i| format!("{} {} {}", i.from, i.to, i.place)).collect()
    }

    #[test]
    fn imports_types_and_re_exports_are_edges() {
        let text = "import { b } from './b.js'\nimport type { C } from '../c.js'\nexport * from \"./d.js\"\n\
                    const e = await import('./e.mjs')\nlet t: import('./b.js').T\n";
        let files =
            [("s/r/a.ts", text), ("s/r/b.ts", ""), ("s/c.ts", ""), ("s/r/d.d.ts", ""), ("s/r/e.mjs", "")];
        assert_eq!(
            edges(&files),
            [
                "s/r/a s/r/b s/r/a.ts:1",
                "s/r/a s/c s/r/a.ts:2",
                "s/r/a s/r/d s/r/a.ts:3",
                "s/r/a s/r/e s/r/a.ts:4",
                "s/r/a s/r/b s/r/a.ts:5"
            ]
        );
    }

    #[test]
    fn the_end_of_an_import_over_several_lines_is_enough() {
        let files = [("s/a.ts", "import {\n  x,\n  y,\n} from './b.js'\n"), ("s/b.ts", "")];
        assert_eq!(edges(&files), ["s/a s/b s/a.ts:4"]);
    }

    #[test]
    fn packages_comments_and_what_is_not_there_are_no_edges() {
        let text =
            "import x from 'react'\n// from './b.js'\n/** import './b.js' */\nimport w from '../wasm/q.js'\n";
        assert_eq!(edges(&[("s/a.ts", text), ("s/b.ts", "")]), [""; 0]);
    }
}

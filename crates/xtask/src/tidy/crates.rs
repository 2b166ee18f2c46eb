//! Which crate may know which: an arrow never points up (see ARCHITECTURE.md).
use super::source::Source;

/// Each crate of the workspace by its folder, and the crates of the workspace that it may depend on. Tests may know more.
const ARROWS: &[(&str, &[&str])] = &[
    ("crates/api", &[]),
    ("crates/boundary", &["engine"]),
    ("crates/catalogue", &["api"]),
    ("crates/collector", &["api", "catalogue", "engine", "store", "watch"]),
    ("crates/dashboard", &["api", "leptos", "web"]),
    ("crates/delta", &[]),
    ("crates/engine", &[]),
    ("crates/leptos", &["engine", "web"]),
    ("crates/npm", &["boundary", "engine", "web"]),
    ("crates/store", &["api", "catalogue", "engine", "watch"]),
    ("crates/watch", &["engine"]),
    ("crates/web", &["engine"]),
    ("crates/xtask", &["boundary", "test-postgres"]),
    ("tests/bench/leptos", &["leptos"]),
    ("tests/bench/wasm", &["engine"]),
    ("tests/e2e/leptos", &["leptos"]),
    ("tests/leptos-apps/browser", &["leptos", "leptos-shop"]),
    ("tests/leptos-apps/server", &["leptos-shop"]),
    ("tests/leptos-apps/shop", &["leptos"]),
    ("tests/leptos-ssr", &["leptos"]),
    ("tests/fuzz", &["collector", "delta", "engine"]),
    ("tests/exporters/apps/rust", &[]),
    ("tests/load", &["engine", "store", "test-postgres"]),
    ("tests/postgres", &[]),
    ("www/backend", &["delta"]),
];

/// Dependencies that ARROWS does not have, and crates that it does not know.
pub fn faults(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for Source { path, text } in sources {
        let Some(folder) = path.strip_suffix("/Cargo.toml") else { continue };
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == folder) else {
            faults.push(format!(
                "{path}: a new crate: say in ARROWS of crates/xtask/src/tidy/crates.rs what it may know"
            ));
            continue;
        };
        for (line, name) in dependencies(text).filter(|(_, name)| !allowed.contains(name)) {
            faults.push(format!(
                "{path}:{line}: {folder} must not know whippet-{name}: an arrow never points up"
            ));
        }
    }
    faults
}

/// The crates of the workspace in `[dependencies]` and `[build-dependencies]`, also those of one target, with their lines.
fn dependencies(manifest: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut section = "";
    manifest.lines().enumerate().filter_map(move |(number, line)| {
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
        }
        let key = if let Some((_, key)) = section.split_once("dependencies.") { key } else { line };
        let is_header = line.starts_with('[') == section.contains("dependencies.");
        let counts = section.contains("dependencies") && !section.contains("dev-dependencies") && is_header;
        let name = key.strip_prefix("whippet-").filter(|_| counts)?;
        Some((number + 1, name.split(['.', ' ', '=']).next().unwrap_or(name)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::source::sources;
    use super::faults;

    #[test]
    fn a_crate_knows_only_those_below_it() {
        let manifest = "[package]\nname = \"whippet-engine\"\n[dependencies]\nserde = \"1\"\nwhippet-web.workspace = true\n\
                        [dev-dependencies]\nwhippet-api = { path = \"../api\" }\n";
        assert_eq!(
            faults(&sources(&[("crates/engine/Cargo.toml", manifest)])),
            ["crates/engine/Cargo.toml:5: crates/engine must not know whippet-web: an arrow never points up"]
        );
        assert_eq!(faults(&sources(&[("crates/leptos/Cargo.toml", manifest)])), [""; 0]);
    }

    #[test]
    fn every_way_to_write_a_dependency_is_seen() {
        for manifest in [
            "[dependencies]\nwhippet-web = { workspace = true }\n",
            "[dependencies.whippet-web]\nworkspace = true\n",
            "[target.'cfg(unix)'.dependencies]\nwhippet-web = \"1\"\n",
            "[build-dependencies]\nwhippet-web = \"1\"\n",
        ] {
            assert_eq!(faults(&sources(&[("crates/api/Cargo.toml", manifest)])).len(), 1, "{manifest}");
        }
    }

    #[test]
    fn a_crate_that_nobody_placed_is_a_fault() {
        assert_eq!(faults(&sources(&[("crates/new/Cargo.toml", "")])).len(), 1);
    }
}

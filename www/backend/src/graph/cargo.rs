//! `cargo metadata --format-version 1`.
use super::package::{Package, PackageId, tidy};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Entry>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    name: String,
    version: String,
    description: Option<String>,
    license: Option<String>,
    repository: Option<String>,
    features: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

pub(super) fn packages(json: Value) -> Result<BTreeMap<PackageId, Package>, serde_json::Error> {
    let metadata: Metadata = serde_json::from_value(json)?;
    let identity: HashMap<String, PackageId> = metadata
        .packages
        .iter()
        .map(|entry| {
            let (name, version) = (entry.name.clone(), entry.version.clone());
            (entry.id.clone(), PackageId { ecosystem: "cargo".into(), name, version })
        })
        .collect();
    let mut dependencies: HashMap<String, BTreeMap<PackageId, String>> = metadata
        .resolve
        .nodes
        .into_iter()
        .map(|node| {
            let of_node = node
                .deps
                .iter()
                .filter_map(|d| Some((identity.get(&d.pkg)?.clone(), strongest(&d.dep_kinds))));
            (node.id, of_node.collect())
        })
        .collect();
    Ok(metadata
        .packages
        .into_iter()
        .map(|entry| {
            let package = Package {
                description: tidy(entry.description),
                licence: tidy(entry.license),
                repository: tidy(entry.repository),
                features: entry.features,
                dependencies: dependencies.remove(&entry.id).unwrap_or_default(),
            };
            (identity[&entry.id].clone(), package)
        })
        .collect())
}

/// A package may be a dependency in several ways: the most important one is kept.
fn strongest(kinds: &[Kind]) -> String {
    let has = |kind: Option<&str>| kinds.iter().any(|k| k.kind.as_deref() == kind);
    match () {
        () if has(None) => "normal",
        () if has(Some("build")) => "build",
        () => "dev",
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn reads_packages_features_and_kinds() {
        let json = serde_json::json!({
            "packages": [
                { "id": "a#1", "name": "a", "version": "1.0.0", "description": "The\n first", "license": "MIT",
                  "repository": null, "features": { "default": ["std"], "std": [] } },
                { "id": "b#2", "name": "b", "version": "2.0.0", "description": null, "license": null,
                  "repository": "https://example.org/b", "features": {} },
            ],
            "resolve": { "nodes": [
                { "id": "a#1", "deps": [{ "pkg": "b#2", "dep_kinds": [{ "kind": "dev" }, { "kind": "build" }] }] },
                { "id": "b#2", "deps": [] },
            ] },
        });
        let packages = packages(json).unwrap();
        expect![[r#"
            {
                PackageId {
                    ecosystem: "cargo",
                    name: "a",
                    version: "1.0.0",
                }: Package {
                    description: Some(
                        "The first",
                    ),
                    licence: Some(
                        "MIT",
                    ),
                    repository: None,
                    features: {
                        "default": [
                            "std",
                        ],
                        "std": [],
                    },
                    dependencies: {
                        PackageId {
                            ecosystem: "cargo",
                            name: "b",
                            version: "2.0.0",
                        }: "build",
                    },
                },
                PackageId {
                    ecosystem: "cargo",
                    name: "b",
                    version: "2.0.0",
                }: Package {
                    description: None,
                    licence: None,
                    repository: Some(
                        "https://example.org/b",
                    ),
                    features: {},
                    dependencies: {},
                },
            }
        "#]]
        .assert_debug_eq(&packages);
    }
}

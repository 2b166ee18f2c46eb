//! npm's `package-lock.json`, versions 2 and 3.
//!
//! The lock file has versions, licences and dependencies. Descriptions and repositories come from the manifests in
//! `node_modules` beside it. Packages for other platforms are not installed, so they have neither.
use super::package::{Package, PackageId, tidy};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

#[derive(Deserialize)]
struct Lock {
    packages: HashMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    name: Option<String>,
    version: Option<String>,
    license: Option<Value>,
    resolved: Option<String>,
    #[serde(default)]
    link: bool,
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
    #[serde(default)]
    dev_dependencies: BTreeMap<String, String>,
    #[serde(default)]
    optional_dependencies: BTreeMap<String, String>,
    #[serde(default)]
    peer_dependencies: BTreeMap<String, String>,
}

pub(super) fn packages(
    json: Value,
    folder: &Path,
) -> Result<BTreeMap<PackageId, Package>, serde_json::Error> {
    let lock: Lock = serde_json::from_value(json)?;
    let mut packages = BTreeMap::<PackageId, Package>::new();
    for (place, entry) in &lock.packages {
        let Some(id) = identity(place, entry) else { continue };
        // A version may be installed in several places, from each of which its dependencies resolve differently.
        let package = packages.entry(id).or_insert_with(|| described(&folder.join(place), entry));
        let kinds = [
            ("peer", &entry.peer_dependencies),
            ("dev", &entry.dev_dependencies),
            ("normal", &entry.dependencies),
            ("optional", &entry.optional_dependencies),
        ];
        for (kind, names) in kinds {
            for name in names.keys() {
                if let Some(dependency) = resolve(&lock, place, name) {
                    package.dependencies.insert(dependency, kind.to_owned());
                }
            }
        }
    }
    Ok(packages)
}

/// Leaves out links, as the workspace folder that they point to has an entry of its own, and entries without a version, on
/// which no package can depend.
fn identity(place: &str, entry: &Entry) -> Option<PackageId> {
    if entry.link {
        return None;
    }
    let name = match &entry.name {
        Some(name) => name.as_str(),
        None => place.rsplit_once("node_modules/")?.1,
    };
    Some(PackageId { ecosystem: "npm".into(), name: name.into(), version: entry.version.clone()? })
}

/// Resolves `name` as Node.js does: in the `node_modules` of `place`, then of each folder above it.
fn resolve(lock: &Lock, place: &str, name: &str) -> Option<PackageId> {
    let mut folder = Some(place);
    while let Some(here) = folder {
        let candidate = match here {
            "" => format!("node_modules/{name}"),
            _ => format!("{here}/node_modules/{name}"),
        };
        if let Some(entry) = lock.packages.get(&candidate) {
            if !entry.link {
                return identity(&candidate, entry);
            }
            let target = entry.resolved.as_deref()?;
            return identity(target, lock.packages.get(target)?);
        }
        folder = match here {
            "" => None,
            _ => Some(here.rsplit_once('/').map_or("", |(above, _)| above)),
        };
    }
    None
}

fn described(installed: &Path, entry: &Entry) -> Package {
    let manifest: Value = std::fs::read(installed.join("package.json"))
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok())
        .unwrap_or_default();
    let text = |value: &Value| tidy(value.as_str().map(str::to_owned));
    let repository = &manifest["repository"];
    Package {
        description: text(&manifest["description"]),
        // In old manifests it is an object with a `type`.
        licence: entry.license.as_ref().and_then(|licence| text(licence).or_else(|| text(&licence["type"]))),
        repository: text(repository).or_else(|| text(&repository["url"])).map(web_address),
        features: BTreeMap::new(),
        dependencies: BTreeMap::new(),
    }
}

/// Turns the address for git, `git+https://…/x.git`, into one for browsers, `https://…/x`.
fn web_address(address: String) -> String {
    let plain = address.strip_prefix("git+").unwrap_or(&address);
    plain.strip_suffix(".git").unwrap_or(plain).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: Value) -> Vec<String> {
        let packages = packages(json, Path::new("/nowhere")).unwrap();
        let line = |(id, package): (&PackageId, &Package)| {
            let dependencies: Vec<String> = (package.dependencies.iter())
                .map(|(id, kind)| format!("{kind} {}@{}", id.name, id.version))
                .collect();
            format!("{}@{} -> {}", id.name, id.version, dependencies.join(", "))
        };
        packages.iter().map(line).collect()
    }

    #[test]
    fn dependencies_resolve_as_node_resolves_them() {
        let lines = read(serde_json::json!({ "lockfileVersion": 3, "packages": {
            "": { "name": "root", "workspaces": ["app"] },
            "app": { "version": "0.1.0", "name": "app", "dependencies": { "@s/a": "^1", "lib": "*" } },
            "lib": { "version": "0.2.0", "name": "lib", "peerDependencies": { "b": "*" } },
            "node_modules/app": { "resolved": "app", "link": true },
            "node_modules/lib": { "resolved": "lib", "link": true },
            "node_modules/@s/a": { "version": "1.0.0", "dependencies": { "b": "^2" },
                                   "optionalDependencies": { "gone": "*" } },
            "node_modules/@s/a/node_modules/b": { "version": "2.0.0" },
            "node_modules/b": { "version": "3.0.0", "license": "MIT" },
        } }));
        assert_eq!(
            lines,
            [
                "@s/a@1.0.0 -> normal b@2.0.0",
                "app@0.1.0 -> normal @s/a@1.0.0, normal lib@0.2.0",
                "b@2.0.0 -> ",
                "b@3.0.0 -> ",
                "lib@0.2.0 -> peer b@3.0.0",
            ]
        );
    }

    #[test]
    fn a_git_address_becomes_a_web_address() {
        assert_eq!(web_address("git+https://example.org/x.git".into()), "https://example.org/x");
        assert_eq!(web_address("https://example.org/x".into()), "https://example.org/x");
    }
}

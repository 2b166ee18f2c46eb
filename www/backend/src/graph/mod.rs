//! Packages and their dependencies, read from the files of package managers.
mod cargo;
mod npm;
mod package;

pub use package::{Package, PackageId};

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Packages by identity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// All packages of all files.
    pub packages: BTreeMap<PackageId, Package>,
}

/// Why a graph could not be read.
#[derive(Debug)]
pub enum GraphError {
    /// The file is missing or unreadable.
    Unreadable(PathBuf, std::io::Error),
    /// The file is not JSON.
    NotJson(PathBuf, serde_json::Error),
    /// The file is JSON, but of neither known kind.
    UnknownKind(PathBuf),
    /// The file is of a known kind, but invalid.
    Malformed(PathBuf, serde_json::Error),
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, cause) => write!(
                f,
                "cannot read the dependency graph {}: {cause}; write it with `cargo metadata \
                 --format-version 1`, or pass another file with --graph",
                path.display()
            ),
            Self::NotJson(path, cause) => write!(f, "{} is not JSON: {cause}", path.display()),
            Self::UnknownKind(path) => write!(
                f,
                "{} is neither the output of `cargo metadata --format-version 1` nor a package-lock.json of \
                 version 2 or 3",
                path.display()
            ),
            Self::Malformed(path, cause) => {
                write!(f, "{} is not as its kind should be: {cause}", path.display())
            }
        }
    }
}

impl std::error::Error for GraphError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable(_, cause) => Some(cause),
            Self::NotJson(_, cause) | Self::Malformed(_, cause) => Some(cause),
            Self::UnknownKind(_) => None,
        }
    }
}

impl Graph {
    /// Reads `files` into one graph. The kind of each is recognised by its content.
    pub fn read(files: &[PathBuf]) -> Result<Self, GraphError> {
        let mut graph = Self::default();
        for path in files {
            graph.add(path)?;
        }
        // A dependency is kept only if both packages are known.
        let known: Vec<PackageId> = graph.packages.keys().cloned().collect();
        for package in graph.packages.values_mut() {
            package.dependencies.retain(|id, _| known.binary_search(id).is_ok());
        }
        Ok(graph)
    }

    fn add(&mut self, path: &Path) -> Result<(), GraphError> {
        let text = std::fs::read(path).map_err(|cause| GraphError::Unreadable(path.to_owned(), cause))?;
        let json: Value =
            serde_json::from_slice(&text).map_err(|cause| GraphError::NotJson(path.to_owned(), cause))?;
        let packages = if json.get("resolve").is_some() {
            cargo::packages(json)
        } else if json.get("lockfileVersion").is_some() && json.get("packages").is_some() {
            npm::packages(json, path.parent().unwrap_or(Path::new("")))
        } else {
            return Err(GraphError::UnknownKind(path.to_owned()));
        };
        self.packages.extend(packages.map_err(|cause| GraphError::Malformed(path.to_owned(), cause))?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::package::tidy;
    use super::*;

    fn read(name: &str, content: &str) -> Result<Graph, GraphError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        Graph::read(&[path])
    }

    #[test]
    fn each_cause_has_its_own_message() {
        let missing = Graph::read(&["/nowhere/metadata.json".into()]).unwrap_err().to_string();
        assert!(missing.contains("cargo metadata --format-version 1"), "{missing}");
        assert!(matches!(read("a.json", "{"), Err(GraphError::NotJson(..))));
        assert!(matches!(read("a.json", "{}"), Err(GraphError::UnknownKind(_))));
        assert!(matches!(read("a.json", r#"{"resolve":1,"packages":[]}"#), Err(GraphError::Malformed(..))));
    }

    #[test]
    fn text_is_tidied() {
        assert_eq!(tidy(Some("  two\n lines ".into())).as_deref(), Some("two lines"));
        assert_eq!(tidy(Some(" \n".into())), None);
    }
}

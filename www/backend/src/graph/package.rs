//! A package and its identity.
use std::collections::BTreeMap;

/// Identifies a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId {
    /// `cargo` or `npm`.
    pub ecosystem: String,
    /// The name in its registry; npm's may contain `@` and `/`.
    pub name: String,
    /// The exact version.
    pub version: String,
}

/// A package, with what its file says about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Package {
    /// One sentence by its authors.
    pub description: Option<String>,
    /// An SPDX expression, as written.
    pub licence: Option<String>,
    /// The URL of its sources.
    pub repository: Option<String>,
    /// Cargo features, and what each turns on.
    pub features: BTreeMap<String, Vec<String>>,
    /// What it depends on, with the kind: `normal`, `build`, `dev`, `optional`, `peer`.
    pub dependencies: BTreeMap<PackageId, String>,
}

/// Joins the lines of a description. `None` if it is empty.
pub(super) fn tidy(text: Option<String>) -> Option<String> {
    let text = text?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

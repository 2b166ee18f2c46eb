//! Queries for lists of packages, and for one with all details.
use super::{Store, StoreError};
use crate::graph::PackageId;
use rusqlite::{OptionalExtension, Row, named_params, params};
use serde::{Deserialize, Serialize};

/// The order of a list. Equal packages are ordered by name, ecosystem and version, so that pages do not overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Best match first: equal to the name, at its beginning, within it, in the description. Without a search, and among equal
    /// matches, those with the most dependents first.
    #[default]
    Relevance,
    /// By name.
    Name,
    /// Most dependents first.
    Dependents,
    /// Most dependencies first.
    Dependencies,
    /// Starred ones first, newest star first.
    Starred,
}

impl Sort {
    fn sql(self) -> &'static str {
        match self {
            Self::Relevance => {
                "CASE WHEN :q = '' THEN 0 WHEN p.name = :q COLLATE NOCASE THEN 0
                      WHEN p.name LIKE :start ESCAPE '\\' THEN 1
                      WHEN p.name LIKE :within ESCAPE '\\' THEN 2 ELSE 3 END,
                 p.dependents DESC,"
            }
            Self::Name => "",
            Self::Dependents => "p.dependents DESC,",
            Self::Dependencies => "p.dependencies DESC,",
            Self::Starred => "s.starred_at IS NULL, s.starred_at DESC,",
        }
    }
}

/// The parameters of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// Text to find in names and descriptions; empty for all packages.
    pub text: String,
    /// The number of the page, from 1.
    pub page: u32,
    /// Packages per page.
    pub limit: u32,
    /// The order.
    pub sort: Sort,
}

/// One page of a list.
#[derive(Debug, PartialEq, Serialize)]
pub struct Page {
    /// The packages of this page.
    pub packages: Vec<Summary>,
    /// How many packages there are on all pages.
    pub total: u64,
    /// This page, from 1.
    pub page: u32,
    /// Packages per page.
    pub limit: u32,
    /// The number of the next page, if this is not the last.
    pub next: Option<u32>,
}

/// A package in a list.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// `cargo` or `npm`.
    pub ecosystem: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One sentence, if known.
    pub description: Option<String>,
    /// An SPDX expression, if known.
    pub licence: Option<String>,
    /// How many packages it depends on.
    pub dependencies: u64,
    /// How many packages depend on it.
    pub dependents: u64,
    /// When it was starred, ms since the epoch.
    pub starred_at: Option<i64>,
}

/// A package with all details.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// `cargo` or `npm`.
    pub ecosystem: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One sentence, if known.
    pub description: Option<String>,
    /// An SPDX expression, if known.
    pub licence: Option<String>,
    /// The URL of its sources, if known.
    pub repository: Option<String>,
    /// When it was starred, ms since the epoch.
    pub starred_at: Option<i64>,
    /// Its features, by name.
    pub features: Vec<Feature>,
    /// Its dependencies, by name.
    pub dependencies: Vec<Relation>,
    /// Its dependents, by name.
    pub dependents: Vec<Relation>,
}

/// A Cargo feature.
#[derive(Debug, PartialEq, Serialize)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// The features that it enables.
    pub enables: Vec<String>,
}

/// The other end of a dependency.
#[derive(Debug, PartialEq, Serialize)]
pub struct Relation {
    /// `cargo` or `npm`.
    pub ecosystem: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `normal`, `build`, `dev`, `optional` or `peer`.
    pub kind: String,
}

const STARRED: &str = "LEFT JOIN stars s USING (ecosystem, name, version)";
const FOUND: &str = "(:q = '' OR p.name LIKE :within ESCAPE '\\' OR p.description LIKE :within ESCAPE '\\')";

impl Store {
    /// Reads one page of the packages that match `query`.
    pub fn list(&self, query: &Query) -> Result<Page, StoreError> {
        let escaped = escape_like(&query.text);
        let (start, within) = (format!("{escaped}%"), format!("%{escaped}%"));
        let total: u64 = self
            .connection
            .prepare_cached(&format!("SELECT count(*) FROM packages p WHERE {FOUND}"))?
            .query_row(named_params! { ":q": query.text, ":within": within }, |row| row.get(0))?;

        let mut select = self.connection.prepare_cached(&format!(
            "SELECT ecosystem, name, version, description, licence, dependencies, dependents, s.starred_at
             FROM packages p {STARRED} WHERE {FOUND} AND :start IS NOT NULL
             ORDER BY {} name, ecosystem, version LIMIT :limit OFFSET :offset",
            query.sort.sql()
        ))?;
        let offset = u64::from(query.page - 1) * u64::from(query.limit);
        let packages = select
            .query_map(
                named_params! {
                    ":q": query.text, ":start": start, ":within": within,
                    ":limit": query.limit, ":offset": offset,
                },
                summary,
            )?
            .collect::<Result<Vec<_>, _>>()?;
        let more = offset + u64::from(query.limit) < total;
        let next = if more { query.page.checked_add(1) } else { None };
        Ok(Page { packages, total, page: query.page, limit: query.limit, next })
    }

    /// Reads the package `id` with all details, if it exists.
    pub fn details(&self, id: &PackageId) -> Result<Option<Details>, StoreError> {
        let found = self
            .connection
            .prepare_cached(&format!(
                "SELECT p.id, description, licence, repository, s.starred_at FROM packages p {STARRED}
                 WHERE ecosystem = ?1 AND name = ?2 AND version = ?3"
            ))?
            .query_row(params![id.ecosystem, id.name, id.version], |row| {
                let details = Details {
                    ecosystem: id.ecosystem.clone(),
                    name: id.name.clone(),
                    version: id.version.clone(),
                    description: row.get(1)?,
                    licence: row.get(2)?,
                    repository: row.get(3)?,
                    starred_at: row.get(4)?,
                    features: Vec::new(),
                    dependencies: Vec::new(),
                    dependents: Vec::new(),
                };
                Ok((row.get::<_, i64>(0)?, details))
            })
            .optional()?;
        let Some((row, details)) = found else { return Ok(None) };
        Ok(Some(Details {
            features: self.features(row)?,
            dependencies: self.relations("d.dependency", "d.dependent", row)?,
            dependents: self.relations("d.dependent", "d.dependency", row)?,
            ..details
        }))
    }

    /// Whether there is a package of this name, in any version.
    pub fn has_name(&self, ecosystem: &str, name: &str) -> Result<bool, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT 1 FROM packages WHERE ecosystem = ?1 AND name = ?2")?
            .exists(params![ecosystem, name])?)
    }

    fn features(&self, row: i64) -> Result<Vec<Feature>, StoreError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT name, enables FROM features WHERE package = ?1 ORDER BY name")?;
        let features = select.query_map([row], |row| {
            let enables: String = row.get(1)?;
            // The import has written it as a JSON array.
            Ok(Feature { name: row.get(0)?, enables: serde_json::from_str(&enables).unwrap_or_default() })
        })?;
        Ok(features.collect::<Result<_, _>>()?)
    }

    fn relations(&self, other: &str, this: &str, row: i64) -> Result<Vec<Relation>, StoreError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT p.ecosystem, p.name, p.version, d.kind FROM dependencies d JOIN packages p ON p.id = {other}
             WHERE {this} = ?1 ORDER BY p.name, p.version"
        ))?;
        let relations = select.query_map([row], |row| {
            Ok(Relation {
                ecosystem: row.get(0)?,
                name: row.get(1)?,
                version: row.get(2)?,
                kind: row.get(3)?,
            })
        })?;
        Ok(relations.collect::<Result<_, _>>()?)
    }
}

fn summary(row: &Row<'_>) -> rusqlite::Result<Summary> {
    Ok(Summary {
        ecosystem: row.get(0)?,
        name: row.get(1)?,
        version: row.get(2)?,
        description: row.get(3)?,
        licence: row.get(4)?,
        dependencies: row.get(5)?,
        dependents: row.get(6)?,
        starred_at: row.get(7)?,
    })
}

/// Escapes the wildcards of `LIKE`: a search for `100%` means the character.
fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Graph, Package};

    fn id(name: &str) -> PackageId {
        PackageId { ecosystem: "cargo".into(), name: name.into(), version: "1.0.0".into() }
    }

    fn store(packages: &[(&str, &str, &[&str])]) -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let package = |description: &str, dependencies: &[&str]| Package {
            description: (!description.is_empty()).then(|| description.to_owned()),
            dependencies: dependencies.iter().map(|name| (id(name), "normal".to_owned())).collect(),
            ..Package::default()
        };
        let packages = packages.iter().map(|(name, text, needs)| (id(name), package(text, needs))).collect();
        store.import(&Graph { packages }).unwrap();
        (folder, store)
    }

    fn names(store: &Store, text: &str, sort: Sort) -> Vec<String> {
        let page = store.list(&Query { text: text.into(), page: 1, limit: 100, sort }).unwrap();
        page.packages.into_iter().map(|package| package.name).collect()
    }

    #[test]
    fn a_search_finds_names_before_descriptions() {
        let (_folder, store) = store(&[
            ("axum", "Web framework; uses serde", &[]),
            ("deserde", "", &[]),
            ("serde", "", &[]),
            ("serde_json", "", &[]),
            ("tokio", "Runtime", &[]),
        ]);
        assert_eq!(names(&store, "SERDE", Sort::Relevance), ["serde", "serde_json", "deserde", "axum"]);
        assert_eq!(names(&store, "serde", Sort::Name), ["axum", "deserde", "serde", "serde_json"]);
        assert_eq!(names(&store, "", Sort::Relevance).len(), 5);
        assert_eq!(names(&store, "_", Sort::Relevance), ["serde_json"]);
        assert!(names(&store, "%", Sort::Relevance).is_empty());
        assert!(names(&store, "' OR 1", Sort::Relevance).is_empty());
    }

    #[test]
    fn counts_order_the_list_and_ties_go_by_name() {
        let (_folder, store) =
            store(&[("a", "", &["c"]), ("b", "", &["c", "d"]), ("c", "", &["d"]), ("d", "", &[])]);
        assert_eq!(names(&store, "", Sort::Dependents), ["c", "d", "a", "b"]);
        assert_eq!(names(&store, "", Sort::Dependencies), ["b", "a", "c", "d"]);
    }

    #[test]
    fn pages_cover_everything_once() {
        let names: Vec<String> = (0..25).map(|n| format!("p{n:02}")).collect();
        let packages: Vec<(&str, &str, &[&str])> =
            names.iter().map(|name| (name.as_str(), "", &[][..])).collect();
        let (_folder, store) = store(&packages);
        let mut seen = Vec::new();
        let mut next = Some(1);
        while let Some(number) = next {
            let page = store
                .list(&Query { text: String::new(), page: number, limit: 10, sort: Sort::Name })
                .unwrap();
            assert_eq!(page.total, 25);
            seen.extend(page.packages.into_iter().map(|package| package.name));
            next = page.next;
        }
        assert_eq!(seen, names);
        let beyond = Query { text: String::new(), page: u32::MAX, limit: 100, sort: Sort::Name };
        assert!(store.list(&beyond).unwrap().packages.is_empty());
    }

    #[test]
    fn details_show_both_directions() {
        let (_folder, store) = store(&[("a", "", &["b"]), ("b", "", &["c"]), ("c", "", &[])]);
        let details = store.details(&id("b")).unwrap().unwrap();
        assert_eq!(details.dependencies[0].name, "c");
        assert_eq!(details.dependents[0].name, "a");
        assert_eq!(store.details(&id("nobody")).unwrap(), None);
    }
}

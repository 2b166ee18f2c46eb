//! Recent changes, and totals.
use super::{Store, StoreError};
use serde::Serialize;

/// The answer that the page polls.
#[derive(Debug, PartialEq, Serialize)]
pub struct Activity {
    /// The totals.
    pub totals: Totals,
    /// The newest changes, newest first.
    pub events: Vec<Event>,
}

/// Numbers of rows.
#[derive(Debug, PartialEq, Serialize)]
pub struct Totals {
    /// Packages of all ecosystems.
    pub packages: u64,
    /// Those from `cargo metadata`.
    pub cargo: u64,
    /// Those from an npm lock file.
    pub npm: u64,
    /// Dependencies between them.
    pub dependencies: u64,
    /// Starred packages.
    pub starred: u64,
}

/// A package was starred or unstarred.
#[derive(Debug, PartialEq, Serialize)]
pub struct Event {
    /// Ascending.
    pub id: i64,
    /// When, ms since the epoch.
    pub at: i64,
    /// Whether it was starred or unstarred.
    pub starred: bool,
    /// The package's ecosystem.
    pub ecosystem: String,
    /// The package's name.
    pub name: String,
    /// The package's version.
    pub version: String,
}

impl Store {
    /// Reads the totals and the newest `limit` events.
    pub fn activity(&self, limit: u32) -> Result<Activity, StoreError> {
        let totals = self
            .connection
            .prepare_cached(
                "SELECT count(*), count(*) FILTER (WHERE ecosystem = 'cargo'),
                        count(*) FILTER (WHERE ecosystem = 'npm'), (SELECT count(*) FROM dependencies),
                        (SELECT count(*) FROM stars JOIN packages USING (ecosystem, name, version))
                 FROM packages",
            )?
            .query_row([], |row| {
                Ok(Totals {
                    packages: row.get(0)?,
                    cargo: row.get(1)?,
                    npm: row.get(2)?,
                    dependencies: row.get(3)?,
                    starred: row.get(4)?,
                })
            })?;
        let mut select = self.connection.prepare_cached(
            "SELECT id, at, starred, ecosystem, name, version FROM events ORDER BY id DESC LIMIT ?1",
        )?;
        let events = select.query_map([limit], |row| {
            Ok(Event {
                id: row.get(0)?,
                at: row.get(1)?,
                starred: row.get(2)?,
                ecosystem: row.get(3)?,
                name: row.get(4)?,
                version: row.get(5)?,
            })
        })?;
        Ok(Activity { totals, events: events.collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Graph, Package, PackageId};

    #[test]
    fn stars_are_idempotent_and_outlive_an_import() {
        let folder = tempfile::tempdir().unwrap();
        let id = PackageId { ecosystem: "npm".into(), name: "@s/a".into(), version: "1.0.0".into() };
        let graph = Graph { packages: [(id.clone(), Package::default())].into() };
        let mut store = Store::open(folder.path()).unwrap();
        store.import(&graph).unwrap();

        assert_eq!(store.set_star(&id, true, 10).unwrap().unwrap().starred_at, Some(10));
        assert_eq!(store.set_star(&id, true, 20).unwrap().unwrap().starred_at, Some(10));
        let nobody = PackageId { name: "nobody".into(), ..id.clone() };
        assert_eq!(store.set_star(&nobody, true, 20).unwrap(), None);

        drop(store);
        let mut store = Store::open(folder.path()).unwrap();
        store.import(&graph).unwrap();
        assert_eq!(store.details(&id).unwrap().unwrap().starred_at, Some(10));
        let activity = store.activity(5).unwrap();
        assert_eq!((activity.totals.starred, activity.events.len()), (1, 1));

        assert_eq!(store.set_star(&id, false, 30).unwrap().unwrap().starred_at, None);
        assert_eq!(store.set_star(&id, false, 40).unwrap().unwrap().starred_at, None);
        let activity = store.activity(5).unwrap();
        assert_eq!(activity.totals.starred, 0);
        assert_eq!(
            activity.events.iter().map(|e| (e.at, e.starred)).collect::<Vec<_>>(),
            [(30, false), (10, true)]
        );
    }

    #[test]
    fn only_the_newest_events_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let id = PackageId { ecosystem: "npm".into(), name: "a".into(), version: "1.0.0".into() };
        let mut store = Store::open(folder.path()).unwrap();
        store.import(&Graph { packages: [(id.clone(), Package::default())].into() }).unwrap();
        for n in 0..250 {
            store.set_star(&id, n % 2 == 0, n).unwrap();
        }
        let events = store.activity(1000).unwrap().events;
        assert_eq!((events.len(), events[0].at), (200, 249));
    }
}

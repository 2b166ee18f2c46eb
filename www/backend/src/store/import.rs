//! Replaces the packages by those of another graph.
use super::{Store, StoreError};
use crate::graph::{Graph, PackageId};
use rusqlite::params;
use std::collections::HashMap;

impl Store {
    /// Replaces all packages by those of `graph`, in one transaction. Stars and activity stay.
    pub fn import(&mut self, graph: &Graph) -> Result<(), StoreError> {
        let mut dependents = HashMap::<&PackageId, usize>::new();
        for id in graph.packages.values().flat_map(|package| package.dependencies.keys()) {
            *dependents.entry(id).or_default() += 1;
        }

        let transaction = self.connection.transaction()?;
        transaction.execute_batch("DELETE FROM dependencies; DELETE FROM features; DELETE FROM packages;")?;
        {
            let mut insert = transaction.prepare(
                "INSERT INTO packages (ecosystem, name, version, description, licence, repository,
                                       dependencies, dependents)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            let mut insert_feature =
                transaction.prepare("INSERT INTO features (package, name, enables) VALUES (?1, ?2, ?3)")?;
            let mut rows = HashMap::<&PackageId, i64>::new();
            for (id, package) in &graph.packages {
                let row = insert.insert(params![
                    id.ecosystem,
                    id.name,
                    id.version,
                    package.description,
                    package.licence,
                    package.repository,
                    package.dependencies.len() as i64,
                    dependents.get(id).copied().unwrap_or(0) as i64,
                ])?;
                rows.insert(id, row);
                for (name, enables) in &package.features {
                    insert_feature.execute(params![row, name, serde_json::json!(enables).to_string()])?;
                }
            }
            let mut insert_dependency = transaction
                .prepare("INSERT INTO dependencies (dependent, dependency, kind) VALUES (?1, ?2, ?3)")?;
            for (id, package) in &graph.packages {
                for (dependency, kind) in &package.dependencies {
                    if let Some(target) = rows.get(dependency) {
                        insert_dependency.execute(params![rows[id], target, kind])?;
                    }
                }
            }
        }
        transaction.commit()?;
        Ok(())
    }
}

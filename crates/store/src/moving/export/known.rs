//! What numbers stand for: names, errors and targets.
use std::collections::HashMap;

use crate::cells::WHOLE;
use crate::database::{Database, Result};
use crate::kind::{Kind, OTHER};

/// What is named, by number.
pub struct Known {
    names: HashMap<i64, (i64, String)>,
    releases: HashMap<i64, String>,
    errors: HashMap<i64, String>,
    targets: HashMap<i64, String>,
}

impl Known {
    /// Reads all names. Their number is bounded.
    pub fn load(database: &dyn Database) -> Result<Self> {
        let pairs = |sql: &str| -> Result<HashMap<i64, String>> {
            let pairs = database.query_map(sql, &[], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(pairs.into_iter().collect())
        };
        let names = database.query_map("SELECT id, kind, name FROM names WHERE kind >= 0", &[], |row| {
            Ok((row.get::<i64>(0)?, (row.get::<i64>(1)?, row.get::<String>(2)?)))
        })?;
        let names: HashMap<i64, (i64, String)> = names.into_iter().collect();
        let releases = names
            .iter()
            .filter(|(_, (kind, _))| *kind == Kind::Release as i64)
            .map(|(id, (_, name))| (*id, name.clone()))
            .collect();
        Ok(Self {
            names,
            releases,
            errors: pairs("SELECT id, fingerprint FROM errors")?,
            targets: pairs("SELECT id, name FROM targets")?,
        })
    }

    /// A name; one that was dropped is `(other)`.
    pub fn name(&self, id: i64) -> &str {
        self.names.get(&id).map_or(OTHER, |(_, name)| name)
    }

    /// A page; `None` for the whole application.
    pub fn page(&self, id: i64) -> Option<&str> {
        (id != WHOLE).then(|| self.name(id))
    }

    /// The names of releases.
    pub fn releases(&self) -> &HashMap<i64, String> {
        &self.releases
    }

    /// The fingerprint of an error.
    pub fn error(&self, id: i64) -> &str {
        self.errors.get(&id).map_or(OTHER, String::as_str)
    }

    /// The name of a target.
    pub fn target(&self, id: i64) -> &str {
        self.targets.get(&id).map_or(OTHER, String::as_str)
    }
}

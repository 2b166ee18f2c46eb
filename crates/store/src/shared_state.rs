//! What collectors that share a database tell one another: small values by name, each with a version, so that a change that was
//! made from an older value is refused.
use crate::database::{Database, Result, params};

/// A value that all collectors see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedState {
    /// Its name, such as `push:shop`.
    pub name: String,
    /// How often it was changed; 0 if it was never set.
    pub version: i64,
    /// The value.
    pub value: Vec<u8>,
}

/// The value called `name`.
pub fn get(db: &dyn Database, name: &str) -> Result<SharedState> {
    let found = db.query_optional(
        "SELECT version, value FROM shared_states WHERE name = ?1",
        params![name],
        |row| Ok(SharedState { name: name.to_owned(), version: row.get(0)?, value: row.get(1)? }),
    )?;
    Ok(found.unwrap_or_else(|| SharedState { name: name.to_owned(), ..SharedState::default() }))
}

/// All values whose names begin with `prefix`, which has no `%` and no `_`.
pub fn all(db: &dyn Database, prefix: &str) -> Result<Vec<SharedState>> {
    db.query_map(
        "SELECT name, version, value FROM shared_states WHERE name LIKE ?1 ORDER BY name",
        params![&format!("{prefix}%")],
        |row| Ok(SharedState { name: row.get(0)?, version: row.get(1)?, value: row.get(2)? }),
    )
}

/// Sets a value. `checked`: only if its version is still that of `state`. Returns whether it was set. Until the transaction ends,
/// nobody else can set it.
pub fn put(db: &dyn Database, state: &SharedState, checked: bool) -> Result<bool> {
    db.execute(
        "INSERT INTO shared_states (name, version, value) VALUES (?1, 0, ?2) ON CONFLICT (name) DO NOTHING",
        params![&state.name, &b""[..]],
    )?;
    let version = checked.then_some(state.version);
    let set = db.execute(
        "UPDATE shared_states SET version = version + 1, value = ?2
         WHERE name = ?1 AND (CAST(?3 AS BIGINT) IS NULL OR version = ?3)",
        params![&state.name, &state.value, version],
    )?;
    Ok(set > 0)
}

#[cfg(test)]
mod tests {
    use super::{SharedState, all, get, put};
    use crate::database::Access;

    #[test]
    fn a_change_of_an_older_value_is_refused() {
        crate::database::testing::each_engine(|db| {
            let set = |state: &SharedState, checked| {
                db.transaction(Access::Write, |db| put(db, state, checked)).unwrap()
            };
            let first = get(db, "push:shop").unwrap();
            assert_eq!((first.version, first.value.len()), (0, 0));
            let one = SharedState { value: vec![1, 0, 255], ..first.clone() };
            assert!(set(&one, true));
            assert!(!set(&one, true), "somebody was quicker");
            let now = get(db, "push:shop").unwrap();
            assert_eq!((now.version, &now.value[..]), (1, &[1, 0, 255][..]));
            assert!(set(&now, true) && set(&one, false));
            assert!(set(&SharedState { name: "status:a".to_owned(), ..one }, false));
            let names: Vec<String> =
                all(db, "status:").unwrap().into_iter().map(|state| state.name).collect();
            assert_eq!(names, ["status:a"]);
        });
    }
}

//! Advisory locks. They belong to a database, so their numbers are made of the schema too: what is done in one schema never waits
//! for another.
use crate::database::{Database, Lock, Result};

/// The number of a role in a schema: FNV-1a of their names, since it must be the same in all versions.
pub fn key(schema: &str, role: &str) -> i64 {
    let text = ["whippet", schema, role].join("\n");
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    hash.cast_signed()
}

/// Waits until no other transaction in the schema holds the lock of this name, and holds it until the transaction ends.
pub fn lock_until_commit(database: &dyn Database, name: &'static str) -> Result<()> {
    let lock = format!("SELECT 1 FROM (SELECT pg_advisory_xact_lock({})) AS locked", number(name));
    database.scalar::<i64>(&lock, &[]).map(drop)
}

/// A condition of a statement that locks rows: before it locks any, it waits for the lock of this name, and holds it until the transaction
/// ends. Those that wait get it in turn, also where they share it.
pub fn lock_condition(name: &'static str, lock: Lock) -> String {
    let function = match lock {
        Lock::Share => "pg_advisory_xact_lock_shared",
        Lock::Update => "pg_advisory_xact_lock",
    };
    format!("(SELECT 1 FROM (SELECT {function}({})) AS locked) = 1", number(name))
}

/// The number of the lock of this name in the schema of a session.
fn number(name: &'static str) -> String {
    format!("hashtext(concat_ws(' ', 'whippet', current_schema(), '{name}'))")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::{key, lock_until_commit};
    use crate::database::testing::TestSchema;
    use crate::database::{Access, Database, Waits};

    #[test]
    fn one_schema_does_not_wait_for_another() {
        let (Some(first), Some(second)) = (TestSchema::new(), TestSchema::new()) else { return };
        for schema in [&first, &second] {
            let create = format!("CREATE SCHEMA {}", schema.server.address().schema());
            schema.session(Waits::PATIENT).execute_batch(&create).unwrap();
        }
        let hold = |schema: &TestSchema, meanwhile: &dyn Fn()| {
            let session = schema.session(Waits::PATIENT);
            let database: &dyn Database = &session;
            let held = database.transaction(Access::Write, |db| {
                lock_until_commit(db, "test")?;
                meanwhile();
                Ok(())
            });
            held.unwrap();
        };
        std::thread::scope(|scope| {
            let (tells, told) = mpsc::channel();
            hold(&first, &|| {
                hold(&second, &|| ());
                let tells = tells.clone();
                let (first, hold) = (&first, &hold);
                scope.spawn(move || hold(first, &|| tells.send(()).unwrap()));
                assert!(told.recv_timeout(Duration::from_millis(200)).is_err(), "held until the commit");
            });
            told.recv().unwrap();
        });
    }

    #[test]
    fn a_role_has_the_same_number_in_all_versions() {
        assert_ne!(key("whippet", "fold"), key("other", "fold"));
        // Computed by hand elsewhere: a number that was released stays.
        assert_eq!(key("whippet", "fold"), 1_761_845_933_527_991_982);
    }
}

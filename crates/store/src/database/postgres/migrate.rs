//! Creates the schema and its tables on a server, and brings older ones up to date.
//!
//! Collectors that start at once do this one after the other, by an advisory lock. A migration is never changed once it was
//! released: a new one is appended.
use super::super::{Access, Database, Error, ErrorKind, Result, params};
use super::address::ServerAddress;
use super::{Session, locks};

/// Each is a list of texts, run in order in one transaction.
const MIGRATIONS: [&[&str]; 3] = [
    &[
        include_str!("../schema/postgres_1.sql"),
        include_str!("../schema/postgres_1_cells.sql"),
        include_str!("../schema/postgres_1_series.sql"),
    ],
    &[include_str!("../schema/postgres_2.sql")],
    &[include_str!("../schema/postgres_3.sql")],
];

/// The format that this version reads and writes.
pub const VERSION: i64 = MIGRATIONS.len() as i64;

/// The oldest server that the tests run on.
const OLDEST: i64 = 150_000;

/// What a schema holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing; or it is not there.
    Empty,
    /// Tables of this format.
    Version(i64),
    /// Tables of another program.
    Foreign,
}

/// Creates what is missing. `session` must be one that may wait for as long as it takes.
///
/// # Errors
/// Also where the tables are of a newer version or of another program; then nothing is changed.
pub fn migrate(session: &Session) -> Result<()> {
    let database: &dyn Database = session;
    let address = session.server().address();
    check_server(database, address)?;
    let key = locks::key(address.schema(), "migrate");
    database.query("SELECT pg_advisory_lock(?1)", params![key], &mut |_| Ok(()))?;
    let outcome = bring_up(database, address);
    if !session.is_connected() {
        // The lock has gone with the connection: a new one has none to give back.
        return outcome;
    }
    let released = database.query("SELECT pg_advisory_unlock(?1)", params![key], &mut |_| Ok(()));
    outcome.and(released)
}

fn check_server(database: &dyn Database, address: &ServerAddress) -> Result<()> {
    let encoding: String = database.scalar("SELECT current_setting('server_encoding')", &[])?;
    if encoding != "UTF8" {
        return Err(Error::other(format!(
            "the database {address} has the encoding {encoding}: create one with ENCODING 'UTF8'"
        )));
    }
    let version: i64 =
        database.scalar("SELECT CAST(current_setting('server_version_num') AS BIGINT)", &[])?;
    if version < OLDEST {
        tracing::warn!(
            version,
            "the database says that it is older than PostgreSQL 15: it may do, and is not tested"
        );
    }
    check_writable(database, address)
}

fn check_writable(database: &dyn Database, address: &ServerAddress) -> Result<()> {
    let sql = "SELECT CAST(pg_is_in_recovery() AS INTEGER), CAST(current_setting('transaction_read_only') = 'on' AS INTEGER)";
    let found = database.query_optional(sql, &[], |row| Ok((row.get::<bool>(0)?, row.get::<bool>(1)?)))?;
    let what_to_do = match found {
        Some((true, _)) => {
            "it is a standby. Name its primary, or all hosts with commas: the one that can be written is found"
        }
        Some((false, true)) => {
            "default_transaction_read_only is on. Turn it off for this user, or for the database or server"
        }
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::ReadOnly, format!("the database {address} can only be read: {what_to_do}")))
}

/// What the schema holds.
pub fn find(database: &dyn Database, schema: &str) -> Result<Found> {
    let tables = database.query_map(
        "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = ?1",
        params![schema],
        |row| row.get::<String>(0),
    )?;
    if tables.is_empty() {
        return Ok(Found::Empty);
    }
    if !tables.iter().any(|table| table == "whippet_format") {
        return Ok(Found::Foreign);
    }
    let version =
        database
            .query_optional(&format!("SELECT version FROM {schema}.whippet_format"), &[], |row| row.get(0))?;
    Ok(match version {
        Some(version) => Found::Version(version),
        // Whoever created it was killed before there was more.
        None if tables.len() == 1 => Found::Empty,
        None => Found::Foreign,
    })
}

fn bring_up(database: &dyn Database, address: &ServerAddress) -> Result<()> {
    let schema = address.schema();
    let seen = match find(database, schema)? {
        Found::Empty => {
            create(database, schema)?;
            0
        }
        Found::Version(version) => match usize::try_from(version) {
            Ok(seen) if seen <= MIGRATIONS.len() => seen,
            _ => return Err(too_new(address, version)),
        },
        Found::Foreign => {
            return Err(Error::new(
                ErrorKind::Denied,
                format!(
                    "the tables of {address} are of another program: choose another schema with ?schema=NAME"
                ),
            ));
        }
    };
    for (index, texts) in MIGRATIONS.iter().enumerate().skip(seen) {
        database.transaction(Access::Write, |database| {
            for text in *texts {
                database.execute_batch(text)?;
            }
            database.execute("DELETE FROM whippet_format", &[])?;
            database
                .execute("INSERT INTO whippet_format (version) VALUES (?1)", params![index as i64 + 1])?;
            Ok(())
        })?;
    }
    Ok(())
}

/// What is said where a newer version wrote.
pub fn too_new(address: &ServerAddress, version: i64) -> Error {
    Error::new(
        ErrorKind::Denied,
        format!(
            "the data in {address} was written by a newer whippet (format {version}, this one knows {VERSION}). Update \
             whippet, or choose another schema with ?schema=NAME"
        ),
    )
}

fn create(database: &dyn Database, schema: &str) -> Result<()> {
    let exists: bool =
        database.scalar("SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = ?1)", params![schema])?;
    check_rights(database, schema, exists)?;
    // Whoever may not create a schema may be given one.
    if !exists {
        database.execute_batch(&format!("CREATE SCHEMA {schema}"))?;
    }
    database.execute_batch("CREATE TABLE IF NOT EXISTS whippet_format (version BIGINT NOT NULL)")
}

/// What is said to whoever may not create what is missing.
fn check_rights(database: &dyn Database, schema: &str, exists: bool) -> Result<()> {
    let may = match exists {
        // Without either, the server says that there is no such schema.
        true => format!(
            "has_schema_privilege('{schema}', 'USAGE') AND has_schema_privilege('{schema}', 'CREATE')"
        ),
        false => "has_database_privilege(current_database(), 'CREATE')".to_owned(),
    };
    if database.scalar::<bool>(&format!("SELECT CAST({may} AS INTEGER)"), &[])? {
        return Ok(());
    }
    let user: String = database.scalar("SELECT quote_ident(current_user)", &[])?;
    let text = match exists {
        true => format!(
            "the user {user} may not create tables in the schema {schema}: have its owner run GRANT USAGE, CREATE ON SCHEMA \
             {schema} TO {user}, or choose another schema with ?schema=NAME"
        ),
        false => format!(
            "the user {user} may not create a schema in this database: have its owner run CREATE SCHEMA {schema} AUTHORIZATION {user}"
        ),
    };
    Err(Error::new(ErrorKind::Denied, text))
}

/// The format of the tables in a schema; `None` where there are none of ours.
pub fn format(database: &dyn Database, schema: &str) -> Result<Option<i64>> {
    Ok(match find(database, schema)? {
        Found::Version(version) => Some(version),
        Found::Empty | Found::Foreign => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::TestSchema;
    use super::super::Waits;
    use super::*;
    use crate::time::{DAY, HOUR};

    /// As a collector of the first format left it.
    fn first_format(database: &dyn Database) {
        for text in MIGRATIONS[0] {
            database.execute_batch(text).unwrap();
        }
        database.execute_batch("INSERT INTO whippet_format (version) VALUES (1)").unwrap();
        let start = 20_000 * DAY;
        for place in 0..50 {
            let view = format!("view {place}");
            database
                .execute(
                    "INSERT INTO views VALUES (1, ?1, 2, ?2, 1, 0, 0, 0, 0, 0, ?3, ?4)",
                    params![&view, start + place * HOUR, place % 2, &b"measures"[..]],
                )
                .unwrap();
            let scrape = "INSERT INTO scrapes (target, time, changes) VALUES (1, ?1, ?2)";
            database.execute(scrape, params![start + place * HOUR, &b"changes"[..]]).unwrap();
            for level in 0..4 {
                let span = if level == 3 { 32 * DAY } else { HOUR };
                let key = [level, start - start % span + place * span];
                let packed =
                    "INSERT INTO packed (level, target, time, name, value) VALUES (?1, 1, ?2, 'up', ?3)";
                database.execute(packed, params![key[0], key[1], &b"value"[..]]).unwrap();
                let times = "INSERT INTO packed_times (level, target, time, times) VALUES (?1, 1, ?2, ?3)";
                database.execute(times, params![key[0], key[1], &b"times"[..]]).unwrap();
            }
        }
    }

    #[test]
    fn who_may_not_create_tables_is_told_what_to_run() {
        let Some(place) = TestSchema::new() else { return };
        let schema = place.server.address().schema().to_owned();
        let (admin, role) = (place.session(Waits::PATIENT), format!("whippet_rights_{}", std::process::id()));
        admin.execute_batch(&format!("CREATE ROLE {role}")).unwrap();
        let refused = || {
            let session = place.session(Waits::PATIENT);
            session.execute_batch(&format!("SET ROLE {role}")).unwrap();
            let error = migrate(&session).unwrap_err();
            (error.kind(), error.to_string())
        };
        let (kind, said) = refused();
        assert_eq!(kind, ErrorKind::Denied);
        assert!(said.ends_with(&format!("CREATE SCHEMA {schema} AUTHORIZATION {role}")), "{said}");
        admin.execute_batch(&format!("CREATE SCHEMA {schema}")).unwrap();
        let (kind, said) = refused();
        assert_eq!(kind, ErrorKind::Denied);
        assert!(said.contains(&format!("GRANT USAGE, CREATE ON SCHEMA {schema} TO {role}")), "{said}");
        admin.execute_batch(&format!("DROP ROLE {role}")).unwrap();
    }

    #[test]
    fn what_can_only_be_read_is_refused_in_words() {
        let Some(place) = TestSchema::new() else { return };
        let session = place.session(Waits::PATIENT);
        session.execute_batch("SET default_transaction_read_only = on").unwrap();
        let error = migrate(&session).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ReadOnly);
        assert!(
            error.to_string().contains("can only be read: default_transaction_read_only is on"),
            "{error}"
        );
    }

    #[test]
    fn what_the_first_format_has_is_brought_into_partitions() {
        let Some(place) = TestSchema::new() else { return };
        let session = place.session(Waits::PATIENT);
        let database: &dyn Database = &session;
        create(database, place.server.address().schema()).unwrap();
        first_format(database);
        migrate(&session).unwrap();
        let count = |sql: &str| -> i64 { database.scalar(sql, &[]).unwrap() };
        assert_eq!(count("SELECT count(*) FROM views WHERE day = minute / 86400000"), 50);
        assert_eq!(count("SELECT count(*) FROM scrapes"), 50);
        assert_eq!(count("SELECT count(*) FROM packed"), 200);
        assert_eq!(count("SELECT count(*) FROM packed_times"), 200);
        // The partitions are those that the collector knows, so old ones go and new ones come.
        let before = count("SELECT count(*) FROM packed WHERE level = 0");
        crate::partitions::drop_level_before(database, "packed", 0, 20_001 * DAY).unwrap();
        assert_eq!((before, count("SELECT count(*) FROM packed WHERE level = 0")), (50, 26));
        crate::partitions::drop_before(database, "views", 20_001).unwrap();
        assert_eq!(count("SELECT count(*) FROM views"), 26);
        crate::ensure_partitions(database, "packed", &[vec![3, 20_000 * DAY], vec![2, 20_400 * DAY]])
            .unwrap();
        assert_eq!(database.scalar::<i64>("SELECT version FROM whippet_format", &[]), Ok(VERSION));
    }
}

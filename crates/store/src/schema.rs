//! The tables, and how an older file is brought up to them.
//!
//! `user_version` says how many of the migrations a file has seen. A migration is never changed once it was
//! released: a new one is appended.
use std::time::Duration;

use rusqlite::Connection;

use crate::database;
use crate::error::StoreError;
use crate::{counter_repair, migration_9, page_loads, series};

const MIGRATIONS: [Migration; 13] = [
    (include_str!("schema_1.sql"), nothing),
    (include_str!("schema_2.sql"), nothing),
    (include_str!("schema_3.sql"), nothing),
    (include_str!("schema_4.sql"), counter_repair::repair),
    (include_str!("schema_5.sql"), nothing),
    (include_str!("schema_6.sql"), nothing),
    (include_str!("schema_7.sql"), page_loads::count_older),
    (include_str!("schema_8.sql"), nothing),
    (concat!(include_str!("schema_9.sql"), include_str!("schema_9_names.sql")), migration_9::fill),
    (include_str!("schema_10.sql"), series::migrate),
    (include_str!("schema_11.sql"), nothing),
    (include_str!("schema_12.sql"), nothing),
    (include_str!("schema_13.sql"), nothing),
];

/// The format that this version reads and writes.
pub const VERSION: i64 = MIGRATIONS.len() as i64;

/// What changes the tables, and what is then done with what they hold. The journal, which a collector that was killed left, stays as
/// it is: it is written to the new tables afterwards. A migration that changes what cells or page views say of the numbers of names, or
/// what their values mean, has to see to the journal, too.
type Migration = (&'static str, fn(&Connection) -> rusqlite::Result<()>);

fn nothing(_: &Connection) -> rusqlite::Result<()> {
    Ok(())
}

/// How long to wait for a lock that another program holds; the collector itself has one writer only.
pub const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// The log is cut back to this once all of it is in the file, bytes.
const LOG: i64 = 4 * 1024 * 1024;

/// The pages that a connection keeps in memory, KB: those that a minute's beacons change are read once.
const CACHE: i64 = 16 * 1024;

/// Prepares a connection: what holds for readers and for the writer.
pub fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(LOCK_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL and not NORMAL: an acknowledged beacon is to survive a power cut too. Commits are grouped, so
    // that many beacons share one fsync.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "journal_size_limit", LOG)?;
    connection.pragma_update(None, "cache_size", -CACHE)?;
    connection.set_prepared_statement_cache_capacity(128);
    database::register_functions(connection)
}

/// Applies the migrations that the file has not seen.
pub fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    migrate_by(connection, &MIGRATIONS)
}

fn migrate_by(connection: &mut Connection, migrations: &[Migration]) -> Result<(), StoreError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    database::register_functions(connection)?;
    // A negative one is of another program.
    let Some(seen) = usize::try_from(version).ok().filter(|seen| *seen <= migrations.len()) else {
        return Err(StoreError::TooNew { version, known: migrations.len() as i64 });
    };
    if seen == 0 {
        // Only possible on an empty file: lets retention give pages back to the file system.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    for (index, (tables, data)) in migrations.iter().enumerate().skip(seen) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(tables)?;
        data(&transaction)?;
        transaction.pragma_update(None, "user_version", index as i64 + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::{
        Hot, Measure, Origin, Page, Place, Section, Selection, State, Vitals, read, read_waiting,
    };
    use crate::cells::{JOURNAL, Level};
    use crate::database::{Access, Database};
    use crate::time::{DAY, MINUTE};

    const START: i64 = 20_000 * DAY;

    /// A group of beacons that is in the journal alone: page views of two pages, and what one of them reported.
    fn leave_a_journal(database: &dyn Database) {
        let mut hot = Hot::new(0);
        let group = |database: &dyn Database| {
            hot.begin(database)?;
            for page in [1, 2] {
                let place = Place { minute: START, app: 1, page };
                hot.vitals(place, |vitals| vitals.views += 3);
            }
            let place = Place { minute: START, app: 1, page: 1 };
            let measure = Measure { metric: 0, value: 900.0, sent: 5, ..Measure::default() };
            hot.view(place, "a", (&Origin::default(), 1)).report(measure);
            hot.keep(database)
        };
        database.transaction(Access::Write, group).unwrap();
    }

    /// The page views in cells, and those that may still report.
    fn views(database: &dyn Database) -> (u64, Vec<(State, f64)>) {
        let selection = Selection {
            from: START,
            to: START + MINUTE,
            coarsest: Level::Minute,
            apps: Some(&[1]),
            pages: Page::All,
        };
        let (mut counted, mut open) = (0, Vec::new());
        read::<Vitals>(database, Section::Vitals, &selection, |_, cell| counted += cell.views).unwrap();
        read_waiting(database, (START, START), None, Page::All, &mut |view| {
            open.push((view.state, view.measures[0].value));
        })
        .unwrap();
        (counted, open)
    }

    #[test]
    fn a_later_migration_loses_nothing_of_the_journal_that_a_collector_left() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        leave_a_journal(&connection);
        assert_eq!(views(&connection), (0, Vec::new()));
        // As a later version may: the tables that the journal is for have another column, which the older ones lack.
        let tables =
            "ALTER TABLE views ADD COLUMN more INTEGER; ALTER TABLE cells_minute ADD COLUMN more INTEGER";
        let mut migrations = MIGRATIONS.to_vec();
        migrations.push((tables, nothing));
        migrate_by(&mut connection, &migrations).unwrap();
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(version, VERSION + 1);
        let database: &dyn Database = &connection;
        assert_eq!(database.scalar::<i64>(&format!("SELECT count(*) FROM {JOURNAL}"), &[]), Ok(1));
        database.transaction(Access::Write, |database| Hot::new(0).write_journal(database)).unwrap();
        assert_eq!(views(database), (6, vec![(State::New, 900.0)]));
        assert_eq!(database.scalar::<i64>(&format!("SELECT count(*) FROM {JOURNAL}"), &[]), Ok(0));
    }
}

//! Against a real server, where `WHIPPET_TEST_POSTGRES` names one.
use std::time::{Duration, Instant};

use super::super::testing::TestSchema;
use super::super::{Access, Database, ErrorKind, Lookup, Param, Type, Upsert, params};
use super::{Session, Waits, migrate};

const T: Upsert = Upsert {
    table: "t",
    columns: &[("a", Type::Integer), ("b", Type::Text), ("c", Type::Real), ("d", Type::Blob)],
    conflict: "ON CONFLICT (a) DO UPDATE SET b = excluded.b",
};

fn with_table(check: impl FnOnce(&TestSchema, &Session, &dyn Database)) {
    let Some(place) = TestSchema::new() else { return };
    let session = place.session(Waits::WRITER);
    session.execute_batch(&format!("CREATE SCHEMA {}", place.server.address().schema())).unwrap();
    session
        .execute_batch("CREATE TABLE t (a BIGINT PRIMARY KEY, b TEXT, c DOUBLE PRECISION, d BYTEA)")
        .unwrap();
    check(&place, &session, &session);
}

fn count(database: &dyn Database) -> i64 {
    database.scalar("SELECT count(*) FROM t", &[]).unwrap()
}

#[test]
fn values_come_back_as_they_were() {
    with_table(|_, _, database| {
        let text = "a\0ü".to_owned();
        let changed = database
            .execute(
                "INSERT INTO t VALUES (?1, ?2, ?3, ?4)",
                params![i64::MIN, &text, f64::NAN, Some(&b"\0x"[..])],
            )
            .unwrap();
        assert_eq!(changed, 1);
        let sql =
            "SELECT a, b, c, d, a < 0, sum(a) OVER (), 1.5 FROM t WHERE CAST(?1 AS TEXT) IS NULL OR b = ?1";
        let found = database
            .query_map(sql, params![None::<&str>], |row| {
                assert_eq!((row.text(1)?, row.blob(3)?), ("a\u{fffd}ü", &b"\0x"[..]));
                let numbers: (i64, Option<f64>, bool) = (row.get(0)?, row.get(2)?, row.get(4)?);
                assert_eq!((row.get::<f64>(5)?, row.get::<f64>(6)?), (i64::MIN as f64, 1.5));
                Ok(numbers)
            })
            .unwrap();
        assert_eq!(found, [(i64::MIN, None, true)]);
        let wrong = database.execute("DELETE FROM t WHERE a = ?1", params!["x"]).unwrap_err();
        assert_eq!(wrong.to_string(), "a parameter is a text where the statement wants int8");
        assert!(database.execute("DELETE FROM t WHERE a = ?1", &[]).is_err(), "a parameter is missing");
    });
}

#[test]
fn many_rows_are_one_statement_each_way() {
    with_table(|_, _, database| {
        let texts: Vec<String> = (0..10_000).map(|number| format!("text {number}")).collect();
        let rows: Vec<Vec<Param<'_>>> = texts
            .iter()
            .zip(0_i64..)
            .map(|(text, number)| vec![number.into(), text.into(), 0.5.into(), Param::Null])
            .collect();
        database.transaction(Access::Write, |database| database.write_rows(&T, &rows)).unwrap();
        assert_eq!(count(database), 10_000);
        let table = Upsert { conflict: "ON CONFLICT (a) DO NOTHING RETURNING a", ..T };
        let mut fresh = Vec::new();
        let rows = [rows[7].clone(), vec![Param::Integer(-1), "x".into(), Param::Null, Param::Null]];
        database
            .write_rows_returning(&table, &rows, &mut |row| {
                fresh.push(row.get::<i64>(0)?);
                Ok(())
            })
            .unwrap();
        assert_eq!(fresh, [-1]);
        let table = Upsert { conflict: "ON CONFLICT (a) DO NOTHING", ..T };
        let rows = [-2, 3, -3].map(|a| vec![Param::Integer(a), "a\0b".into(), Param::Null, Param::Null]);
        assert_eq!(database.insert_new(&table, 1, &rows).unwrap(), [true, false, true]);
        assert_eq!(database.insert_new(&table, 1, &rows).unwrap(), [false; 3]);
        let lookup = Lookup { table: "t", keys: &[("a", Type::Integer)], columns: "a, b", lock: true };
        let mut found = Vec::new();
        let keys: Vec<Vec<Param<'_>>> =
            [9_999_i64, 77_777, 3].iter().map(|key| vec![(*key).into()]).collect();
        database
            .read_rows(&lookup, &keys, &mut |row| {
                found.push((row.get::<i64>(0)?, row.get::<String>(1)?));
                Ok(())
            })
            .unwrap();
        assert_eq!(found, [(3, "text 3".to_owned()), (9_999, "text 9999".to_owned())], "in their order");
    });
}

#[test]
fn what_was_sent_without_waiting_fails_the_commit() {
    with_table(|_, _, database| {
        let insert = |number: i64| [vec![Param::Integer(number)]];
        let failed = database.transaction(Access::Write, |database| {
            database.execute_many("INSERT INTO t (a) VALUES (?1)", &insert(1))?;
            // Twice the same: nobody waits for the answer.
            database.execute_many("INSERT INTO t (a) VALUES (?1)", &insert(1))?;
            database.execute_many("INSERT INTO t (a) VALUES (?1)", &insert(2))
        });
        assert!(failed.unwrap_err().to_string().contains("23505"), "the first failure is the reason");
        assert_eq!(count(database), 0);
        // A failure that the caller does not pass on.
        let swallowed = database.transaction(Access::Write, |database| {
            database.execute("INSERT INTO t (a) VALUES (5)", &[])?;
            let _ = database.execute("INSERT INTO t (a) VALUES (5)", &[]);
            Ok(())
        });
        assert!(swallowed.is_err(), "the server undid all of it");
        assert_eq!(count(database), 0);
        database
            .transaction(Access::Write, |database| {
                database.execute_many("INSERT INTO t (a) VALUES (?1)", &insert(3))
            })
            .unwrap();
        assert_eq!(count(database), 1);
    });
}

#[test]
fn a_statement_within_a_question_is_refused_and_leaves_the_session_sound() {
    with_table(|_, _, database| {
        let nested = database.query("SELECT generate_series(1, 9)", &[], &mut |_| {
            database.execute("DELETE FROM t", &[]).map(drop)
        });
        assert_eq!(nested.unwrap_err().kind(), ErrorKind::Other);
        assert_eq!(count(database), 0);
    });
}

#[test]
fn a_session_that_lost_its_connection_fails_once_and_connects_again() {
    with_table(|place, session, database| {
        let other = place.session(Waits::WRITER);
        let pid: i64 = database.scalar("SELECT pg_backend_pid()", &[]).unwrap();
        let failed = database.transaction(Access::Write, |database| {
            database.execute_many("INSERT INTO t (a) VALUES (1)", &[vec![]])?;
            let other: &dyn Database = &other;
            other.query("SELECT pg_terminate_backend(CAST(?1 AS INTEGER))", params![pid], &mut |_| Ok(()))?;
            (0..10_000).try_for_each(|_| database.scalar::<i64>("SELECT 1", &[]).map(drop))
        });
        let failed = failed.unwrap_err();
        assert_eq!((failed.kind(), failed.is_undone()), (ErrorKind::Unavailable, true));
        assert!(!session.is_connected());
        database
            .transaction(Access::Write, |database| database.execute("INSERT INTO t (a) VALUES (2)", &[]))
            .unwrap();
        let kept: i64 = database.scalar("SELECT CAST(sum(a) AS BIGINT) FROM t", &[]).unwrap();
        assert_eq!(kept, 2);
    });
}

#[test]
fn of_what_was_lost_while_it_was_committed_nobody_says_that_it_is_undone() {
    with_table(|_, _, database| {
        database
            .execute_batch(
                "CREATE FUNCTION ends() RETURNS trigger LANGUAGE plpgsql AS
                   $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END$$;
                 CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
                   FOR EACH ROW EXECUTE FUNCTION ends()",
            )
            .unwrap();
        let failed = database
            .transaction(Access::Write, |database| database.execute("INSERT INTO t (a) VALUES (1)", &[]))
            .unwrap_err();
        assert_eq!((failed.kind(), failed.is_undone()), (ErrorKind::Unavailable, false));
    });
}

#[test]
fn a_question_that_takes_too_long_is_cut_off() {
    with_table(|place, _, _| {
        let reader = place.session(Waits::reader(Duration::from_millis(50)));
        let database: &dyn Database = &reader;
        let begun = Instant::now();
        let slow = database.transaction(Access::Read, |database| {
            database.scalar::<bool>("SELECT pg_sleep(60) IS NULL", &[])
        });
        assert_eq!(slow.unwrap_err().kind(), ErrorKind::Interrupted);
        assert!(begun.elapsed() < Duration::from_secs(30));
        let written = database.transaction(Access::Read, |database| database.execute("DELETE FROM t", &[]));
        assert_eq!(written.unwrap_err().kind(), ErrorKind::ReadOnly);
    });
}

#[test]
fn collectors_that_start_at_once_migrate_once_and_a_newer_format_is_refused() {
    let Some(place) = TestSchema::new() else { return };
    std::thread::scope(|scope| {
        let starts: Vec<_> =
            (0..4).map(|_| scope.spawn(|| migrate::migrate(&place.session(Waits::PATIENT)))).collect();
        for start in starts {
            start.join().unwrap().unwrap();
        }
    });
    let session = place.session(Waits::PATIENT);
    let database: &dyn Database = &session;
    let schema = place.server.address().schema();
    assert_eq!(migrate::find(database, schema), Ok(migrate::Found::Version(migrate::VERSION)));
    // Of one that was killed as it had just begun, another finds no more than this.
    let begun = TestSchema::new().unwrap();
    let name = begun.server.address().schema();
    let sql = format!("CREATE SCHEMA {name}; CREATE TABLE {name}.whippet_format (version BIGINT NOT NULL)");
    database.execute_batch(&sql).unwrap();
    migrate::migrate(&begun.session(Waits::PATIENT)).unwrap();
    database.execute("UPDATE whippet_format SET version = 99", &[]).unwrap();
    let refused = migrate::migrate(&session).unwrap_err().to_string();
    assert!(refused.contains("newer whippet (format 99"), "{refused}");
    database.execute_batch("DROP TABLE whippet_format").unwrap();
    let refused = migrate::migrate(&session).unwrap_err().to_string();
    assert!(refused.contains("another program"), "{refused}");
}

#[test]
fn an_unreachable_server_is_named_without_its_password() {
    // Nobody listens on port 1.
    let address = "postgres://me:secret@127.0.0.1:1/shop?sslmode=disable".parse().unwrap();
    let session = Session::new(super::Server::new(address).unwrap(), Waits::WRITER);
    let error = session.begin(Access::Write).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let text = error.to_string();
    assert!(text.contains("127.0.0.1:1") && !text.contains("secret"), "{text}");
}

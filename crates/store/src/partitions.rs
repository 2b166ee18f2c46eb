//! The partitions of a server's tables: each holds the rows of a span of time, and old rows go by dropping one. SQLite has none.
use std::collections::HashSet;

use crate::database::{Database, Engine, Result, lock_until_commit, params};
use crate::time::DAY;

/// How long a partition that is to be dropped is waited for, ms. All that write to its table or read from it wait behind that, and
/// whoever dumps the database holds the table for hours: then the next sweep tries again.
const DROP_WAIT: i64 = 2_000;

/// A table that is divided.
struct Divided {
    name: &'static str,
    /// The columns that say in which partition a row is: its time, and before that its level where levels have partitions of their
    /// own, as they are kept for different times.
    columns: &'static [&'static str],
    /// How much of its time a partition spans, by level.
    spans: &'static [i64],
}

impl Divided {
    const fn by_time(name: &'static str, spans: &'static [i64]) -> Self {
        Self { name, columns: &["time"], spans }
    }

    const fn by_day(name: &'static str) -> Self {
        Self { name, columns: &["day"], spans: &[1] }
    }

    const fn by_level(name: &'static str) -> Self {
        Self { name, columns: &["level", "time"], spans: &[DAY, DAY, DAY, 32 * DAY] }
    }

    fn has_levels(&self) -> bool {
        self.columns.len() > 1
    }

    /// How much of its time a partition of `level` spans.
    fn span(&self, level: i64) -> i64 {
        let known = usize::try_from(level).ok().and_then(|level| self.spans.get(level));
        known.or(self.spans.last()).copied().unwrap_or(DAY)
    }
}

const DIVIDED: [Divided; 8] = [
    Divided::by_time("cells_minute", &[DAY]),
    Divided::by_time("cells_hour", &[DAY]),
    Divided::by_time("cells_day", &[32 * DAY]),
    Divided::by_day("beacons"),
    Divided::by_day("views"),
    Divided::by_time("scrapes", &[DAY]),
    Divided::by_level("packed"),
    Divided::by_level("packed_times"),
];

fn divided(table: &str) -> Option<&'static Divided> {
    DIVIDED.iter().find(|known| known.name == table)
}

/// The columns that say in which partition a row of a table is. Empty where it has none.
pub fn columns(table: &str) -> &'static [&'static str] {
    divided(table).map_or(&[], |table| table.columns)
}

/// One partition: its level, 0 where there are none, and its place in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Part {
    level: i64,
    place: i64,
}

/// The partitions that are known to be there.
#[derive(Debug, Default)]
pub struct Partitions(HashSet<(&'static str, Part)>);

impl Partitions {
    /// Creates the partitions that rows with these times need: ms since the epoch, or days where the column is a day.
    pub fn ensure(
        &mut self,
        database: &dyn Database,
        table: &str,
        times: impl IntoIterator<Item = i64>,
    ) -> Result<()> {
        self.ensure_levels(database, table, times.into_iter().map(|time| (0, time)))
    }

    /// The same of a table whose levels have partitions of their own.
    pub fn ensure_levels(
        &mut self,
        database: &dyn Database,
        table: &str,
        rows: impl IntoIterator<Item = (i64, i64)>,
    ) -> Result<()> {
        if database.engine() != Engine::Postgres {
            return Ok(());
        }
        let Some(table) = divided(table) else { return Ok(()) };
        for (level, time) in rows {
            let part = Part { level, place: time.div_euclid(table.span(level)) };
            if !self.0.contains(&(table.name, part)) {
                create(database, table, part)?;
                self.0.insert((table.name, part));
            }
        }
        Ok(())
    }
}

/// Creates the partitions of a table that rows need, for those that write whole rows: each has the values of [`columns`]. On
/// SQLite, and for tables without partitions, that is nothing.
pub fn ensure_partitions(database: &dyn Database, table: &str, rows: &[Vec<i64>]) -> Result<()> {
    let key = |row: &Vec<i64>| match row.as_slice() {
        [level, time] => Some((*level, *time)),
        [time] => Some((0, *time)),
        _ => None,
    };
    Partitions::default().ensure_levels(database, table, rows.iter().filter_map(key))
}

/// Creates the partitions of the day after `now`, so that no beacon waits for that when the day begins.
pub fn create_ahead(database: &dyn Database, now: i64) -> Result<()> {
    for table in DIVIDED.iter().filter(|table| !table.has_levels()) {
        let tomorrow = now.saturating_add(DAY);
        let time = if table.span(0) == 1 { tomorrow.div_euclid(DAY) } else { tomorrow };
        Partitions::default().ensure(database, table.name, [time])?;
    }
    Ok(())
}

fn create(database: &dyn Database, table: &Divided, part: Part) -> Result<()> {
    let name = name(table, part);
    let is_there = || {
        let sql = "SELECT count(*) FROM pg_class WHERE oid = to_regclass(CAST(?1 AS TEXT))";
        database.scalar::<i64>(sql, params![&name]).map(|count| count > 0)
    };
    if is_there()? {
        return Ok(());
    }
    // Two collectors that need the same one at the same time create it once. One lock for all tables, as transactions that took
    // one of each in different orders would wait for each other.
    lock_until_commit(database, "partitions")?;
    if is_there()? {
        return Ok(());
    }
    let level = if table.has_levels() { format!("{}, ", part.level) } else { String::new() };
    let span = table.span(part.level);
    let (from, to) = (part.place * span, (part.place + 1) * span);
    let table = table.name;
    let sql = "SELECT quote_ident(spcname) FROM pg_tablespace
               JOIN pg_class ON pg_tablespace.oid = reltablespace
               WHERE pg_class.oid = to_regclass(CAST(?1 AS TEXT))";
    let tablespace = database.query_optional(sql, params![table], |row| row.get::<String>(0))?;
    let tablespace = tablespace.map_or_else(String::new, |name| format!("TABLESPACE {name}"));
    // `CREATE TABLE … PARTITION OF` would wait for all that write to the table or read from it, and a dump reads for hours.
    database.execute_batch(&format!(
        "CREATE TABLE {name} (LIKE {table} INCLUDING ALL EXCLUDING INDEXES) {tablespace};
         ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({level}{from}) TO ({level}{to})"
    ))
}

/// A name without signs that SQL reads otherwise.
fn name(table: &Divided, Part { level, place }: Part) -> String {
    let level = if table.has_levels() { format!("_l{level}") } else { String::new() };
    format!("{}{level}_{}{}", table.name, if place < 0 { "m" } else { "p" }, place.unsigned_abs())
}

fn part(name: &str, table: &Divided) -> Option<Part> {
    let mut text = name.strip_prefix(table.name)?.strip_prefix('_')?;
    let mut level = 0;
    if table.has_levels() {
        let (number, rest) = text.strip_prefix('l')?.split_once('_')?;
        (level, text) = (number.parse().ok()?, rest);
    }
    let place: i64 = match text.split_at_checked(1)? {
        ("p", place) => place.parse().ok()?,
        ("m", place) => -place.parse::<i64>().ok()?,
        _ => return None,
    };
    Some(Part { level, place })
}

/// The partitions of a table, each with its name.
fn parts(database: &dyn Database, table: &Divided) -> Result<Vec<(String, Part)>> {
    let children = "SELECT CAST(relname AS TEXT) FROM pg_class JOIN pg_inherits ON inhrelid = pg_class.oid
                    WHERE inhparent = to_regclass(CAST(?1 AS TEXT)) ORDER BY relname";
    let names = database.query_map(children, params![table.name], |row| row.get::<String>(0))?;
    Ok(names.into_iter().filter_map(|name| part(&name, table).map(|part| (name, part))).collect())
}

/// Drops the partitions of a table all of whose rows are before `cutoff`, a time (a day where the column is one). `None` where the
/// engine has no partitions: then the rows are to be deleted.
pub fn drop_before(database: &dyn Database, table: &str, cutoff: i64) -> Result<Option<()>> {
    drop_level_before(database, table, 0, cutoff)
}

/// The same of one level.
pub fn drop_level_before(
    database: &dyn Database,
    table: &str,
    level: i64,
    cutoff: i64,
) -> Result<Option<()>> {
    let (Engine::Postgres, Some(table)) = (database.engine(), divided(table)) else { return Ok(None) };
    for (name, part) in parts(database, table)? {
        if part.level == level && part.place >= 0 && (part.place + 1) * table.span(level) <= cutoff {
            drop_one(database, &name)?;
        }
    }
    Ok(Some(()))
}

/// Drops the partitions of a table that end before `cutoff` and have no rows, as they were packed.
pub fn drop_empty_before(database: &dyn Database, table: &str, cutoff: i64) -> Result<()> {
    let (Engine::Postgres, Some(table)) = (database.engine(), divided(table)) else { return Ok(()) };
    for (name, part) in parts(database, table)? {
        let is_over = part.place >= 0 && (part.place + 1) * table.span(part.level) <= cutoff;
        if is_over
            && database.query_optional(&format!("SELECT 1 FROM {name} LIMIT 1"), &[], |_| Ok(()))?.is_none()
        {
            drop_one(database, &name)?;
        }
    }
    Ok(())
}

fn drop_one(database: &dyn Database, name: &str) -> Result<()> {
    database.execute_batch(&format!("SET LOCAL lock_timeout = {DROP_WAIT}; DROP TABLE {name}"))
}

/// The end of the span that goes as a whole with the rows at `time`: on SQLite that is as short as `least`.
pub fn span_end(database: &dyn Database, table: &str, time: i64, least: i64) -> i64 {
    let span = match (database.engine(), divided(table)) {
        (Engine::Postgres, Some(table)) => table.span(0).max(least),
        _ => least,
    };
    time.saturating_sub(time.rem_euclid(span)).saturating_add(span)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::database::testing::{TestSchema, each_engine};
    use crate::database::{Access, ErrorKind, Waits, migrate};

    #[test]
    fn a_dump_that_reads_a_table_has_others_wait_for_a_short_time_only() {
        let Some(place) = TestSchema::new() else { return };
        let (sweeper, dump) = (place.session(Waits::WRITER), place.session(Waits::PATIENT));
        migrate(&dump).unwrap();
        let (sweeper, dump): (&dyn Database, &dyn Database) = (&sweeper, &dump);
        ensure_partitions(dump, "beacons", &[vec![3], vec![40]]).unwrap();
        let sweep = || sweeper.transaction(Access::Write, |database| drop_before(database, "beacons", 40));
        dump.transaction(Access::Read, |database| {
            database.scalar::<i64>("SELECT count(*) FROM beacons", &[])?;
            let begun = Instant::now();
            assert_eq!(sweep().unwrap_err().kind(), ErrorKind::Busy);
            assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
            Ok(())
        })
        .unwrap();
        sweep().unwrap();
        let left = parts(sweeper, divided("beacons").unwrap()).unwrap();
        assert_eq!(left.into_iter().map(|(_, part)| part.place).collect::<Vec<_>>(), [40]);
    }

    #[test]
    fn a_dump_that_reads_all_tables_keeps_no_partition_from_being_created() {
        let Some(place) = TestSchema::new() else { return };
        let (writer, dump) = (place.session(Waits::WRITER), place.session(Waits::PATIENT));
        migrate(&dump).unwrap();
        let (writer, dump): (&dyn Database, &dyn Database) = (&writer, &dump);
        dump.transaction(Access::Read, |database| {
            for table in &DIVIDED {
                database.scalar::<i64>(&format!("SELECT count(*) FROM {}", table.name), &[])?;
            }
            writer.transaction(Access::Write, |writer| {
                writer.execute_batch("SET LOCAL lock_timeout = 1000")?;
                create_ahead(writer, 20_000 * DAY)?;
                ensure_partitions(writer, "packed", &[vec![2, 20_000 * DAY]])
            })
        })
        .unwrap();
        for (table, expected) in [("scrapes", 20_001), ("packed", 20_000)] {
            let found = parts(writer, divided(table).unwrap()).unwrap();
            assert_eq!(
                found.into_iter().map(|(_, part)| part.place).collect::<Vec<_>>(),
                [expected],
                "{table}"
            );
        }
        let indexes = "SELECT count(*) FROM pg_index WHERE indrelid = to_regclass('views_p20001')";
        assert_eq!(writer.scalar::<i64>(indexes, &[]), Ok(2), "the table's own");
        let storage = "SELECT CAST(attstorage AS TEXT) FROM pg_attribute
                       WHERE attrelid = to_regclass('scrapes_p20001') AND attname = 'changes'";
        assert_eq!(writer.scalar::<String>(storage, &[]).as_deref(), Ok("e"), "it is packed already");
    }

    #[test]
    fn names_tell_the_place() {
        for table in &DIVIDED {
            for place in [0, 7, -1, 20_000] {
                let level = if table.has_levels() { 3 } else { 0 };
                let expected = Part { level, place };
                assert_eq!(part(&name(table, expected), table), Some(expected));
            }
            assert_eq!(part("beacons_x1", table), None);
        }
        assert_eq!(part("cells_day_p1", &DIVIDED[0]), None);
        assert_eq!(part("packed_times_l1_p1", &DIVIDED[6]), None, "another table");
    }

    #[test]
    fn every_divided_table_takes_rows_of_any_time_and_drops_the_old() {
        each_engine(|database| {
            for table in &DIVIDED {
                let times = [-5_i64, 3, 40].map(|place| place * table.span(0));
                let rows: Vec<Vec<i64>> = times
                    .into_iter()
                    .map(|time| if table.has_levels() { vec![2, time] } else { vec![time] })
                    .collect();
                ensure_partitions(database, table.name, &rows).unwrap();
                ensure_partitions(database, table.name, &rows).unwrap();
                let level = if table.has_levels() { 2 } else { 0 };
                let is_divided = database.engine() == Engine::Postgres;
                let dropped = drop_level_before(database, table.name, level, times[2]).unwrap();
                assert_eq!(dropped.is_some(), is_divided, "{}", table.name);
                if is_divided {
                    let left: Vec<i64> =
                        parts(database, table).unwrap().into_iter().map(|(_, part)| part.place).collect();
                    assert_eq!(left, [-5, 40], "{}", table.name);
                    drop_empty_before(database, table.name, i64::MAX).unwrap();
                    assert_eq!(parts(database, table).unwrap().len(), 1, "{}", table.name);
                }
            }
        });
    }
}

//! What goes first where there is too much, on each engine.
use super::*;
use crate::database::testing::each_engine;
use crate::database::{Param, params};
use crate::partitions::ensure_partitions;
use crate::time::DAY;

const TODAY: i64 = 20_000 * DAY;
const NOW: i64 = TODAY + 20 * HOUR;

/// Bytes that nothing makes shorter.
fn noise(seed: i64, length: usize) -> Vec<u8> {
    let mut state = seed as u64 | 1;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    })
    .take(length)
    .collect()
}

fn write(database: &dyn Database, level: Level, time: i64) {
    ensure_partitions(database, level.table(), &[vec![time]]).unwrap();
    let sql = format!(
        "INSERT INTO {} (time, section, app, page, collector, value) VALUES (?1, 1, 1, 0, 0, ?2)",
        level.table()
    );
    let value = noise(time, if level == Level::Day { 16_000 } else { 6_000 });
    database.execute(&sql, &[Param::Integer(time), Param::Blob(&value)]).unwrap();
}

fn fill(database: &dyn Database) {
    for day in 0..70 {
        write(database, Level::Day, TODAY - (70 - day) * DAY);
    }
    for hour in 0..6 * 24 + 20 {
        write(database, Level::Hour, NOW - NOW % HOUR - (6 * 24 + 20 - hour) * HOUR);
    }
    for tenth in 0..2 * 144 + 120 {
        write(database, Level::Minute, NOW - NOW % HOUR - (2 * 144 + 120 - tenth) * 10 * MINUTE);
    }
    for section in Section::ALL {
        Marks::set_complete(database, Level::Hour, section, TODAY + 20 * HOUR).unwrap();
        Marks::set_complete(database, Level::Day, section, TODAY).unwrap();
    }
    let heard = "INSERT INTO collectors (id, last_beacon) VALUES (?1, ?2)
                 ON CONFLICT (id) DO UPDATE SET last_beacon = excluded.last_beacon";
    database.execute(heard, params![7_i64, NOW]).unwrap();
}

/// How many rows of a level are from before the time at which nothing is deleted as there is finer detail than it.
fn old(database: &dyn Database, level: Level) -> i64 {
    let sql = format!("SELECT count(*) FROM {} WHERE time < ?1", level.table());
    database.scalar(&sql, params![TODAY]).unwrap()
}

#[test]
fn the_finest_of_the_oldest_goes_first_and_it_gets_smaller() {
    each_engine(|database| {
        database
            .transaction(Access::Write, |database| {
                fill(database);
                Ok(())
            })
            .unwrap();
        let options = Options { max_size: Some(1), ..Options::new("") };
        assert_eq!(exceeds(database, &options, FULL), Ok(true));
        let large = Options { max_size: Some(1 << 40), ..Options::new("") };
        assert_eq!(exceeds(database, &large, FULL), Ok(false));
        let mut hot = Hot::new(7);
        let (mut size, mut after) = (used(database).unwrap(), i64::MIN);
        let all = Level::ALL.map(|level| old(database, level));
        let mut shrunk = [false; 3];
        for _ in 0..400 {
            let before = Level::ALL.map(|level| old(database, level));
            let freed = free(database, &mut hot, &options, after).unwrap();
            let is = Level::ALL.map(|level| old(database, level));
            for place in 0..3 {
                if is[place] < before[place] {
                    shrunk[place] = true;
                    let finer = &is[..place];
                    assert!(
                        finer.iter().all(|rows| *rows == 0),
                        "{freed:?} of {is:?}, {:?}",
                        database.engine()
                    );
                }
            }
            let now = used(database).unwrap();
            assert!(now <= size, "it got larger");
            if database.engine() == Engine::Postgres && freed != Freed::Nothing {
                assert!(now < size, "{freed:?} of {is:?} gave nothing back");
            }
            size = now;
            match freed {
                Freed::Coarser => {}
                Freed::Deleted(cutoff) => {
                    assert!(cutoff > after);
                    after = cutoff;
                    let older = "SELECT count(*) FROM cells_day WHERE time < ?1";
                    let older: i64 = database.scalar(older, params![cutoff - DAY + 1]).unwrap();
                    assert_eq!(older, 0, "{:?}", database.engine());
                    // Far enough: what goes on a file in the end is tested with the limit of a file.
                    if database.engine() == Engine::Sqlite && old(database, Level::Day) < 40 {
                        break;
                    }
                }
                Freed::Nothing => break,
            }
        }
        assert_eq!(shrunk, [true; 3], "{:?} of {all:?}", database.engine());
        let sql = "SELECT count(*) FROM cells_minute WHERE time >= ?1";
        let newest: i64 = database.scalar(sql, params![NOW - HOUR]).unwrap();
        assert_eq!(newest, 6, "the newest stays");
    });
}

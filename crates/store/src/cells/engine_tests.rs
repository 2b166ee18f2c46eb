//! Cells on each engine: they are added to by several collectors, added up, and their oldest go.
use super::*;
use crate::database::testing::each_engine;
use crate::database::{Access, Database};
use crate::retention;
use crate::time::{DAY, HOUR, MINUTE};

const START: i64 = 19_676 * DAY;

fn see(database: &dyn Database, hot: &mut Hot, minute: i64) {
    let place = Place { minute, app: 1, page: 2 };
    let add = |database: &dyn Database| {
        hot.begin(database)?;
        hot.vitals(place, |vitals| vitals.views += 1);
        hot.splits(place, &Origin::default(), |part| part.vitals.views += 1);
        hot.flush(database)
    };
    database.transaction(Access::Write, add).unwrap();
}

fn roll_up_all(database: &dyn Database, hot: &mut Hot, now: i64) {
    for level in [Level::Hour, Level::Day] {
        for section in [Section::Vitals, Section::ByDevice] {
            let step = |hot: &mut Hot| {
                database.transaction(Access::Write, |database| roll_up(database, hot, (level, section), now))
            };
            while !step(hot).unwrap() {}
        }
    }
}

fn views(database: &dyn Database, coarsest: Level) -> [u64; 3] {
    let apps = [1];
    let read = |pages| {
        let selection = Selection { from: START, to: START + 10 * DAY, coarsest, apps: Some(&apps), pages };
        let (mut views, mut split) = (0, 0);
        read::<Vitals>(database, Section::Vitals, &selection, |_, vitals| views += vitals.views).unwrap();
        let count = |_, parts: Split| split += parts.0.values().map(|part| part.vitals.views).sum::<u64>();
        read::<Split>(database, Section::ByDevice, &selection, count).unwrap();
        (views, split)
    };
    let (whole, pages) = (read(Page::Whole), read(Page::All));
    assert_eq!(whole.0, whole.1, "the parts of a split are the whole");
    [whole.0, pages.0, read(Page::These(&[2])).0]
}

#[test]
fn no_view_is_lost_or_counted_twice_whoever_adds_and_whatever_was_added_up() {
    each_engine(|database| {
        let (mut first, mut second) = (Hot::new(1), Hot::new(2));
        for hour in 0..4 * 24 {
            see(database, &mut first, START + hour * HOUR);
            see(database, &mut second, START + hour * HOUR + (hour % 3) * MINUTE);
        }
        let mut sum = 2 * 4 * 24;
        let check = |sum: u64| {
            for coarsest in Level::ALL {
                assert_eq!(views(database, coarsest), [sum; 3], "{coarsest:?} on {:?}", database.engine());
            }
        };
        check(sum);
        let now = START + 4 * DAY + 10 * MINUTE;
        roll_up_all(database, &mut first, now);
        check(sum);
        // What comes late is added to all levels, and what is in memory is not written again.
        for hour in [0, 30, 95] {
            see(database, &mut second, START + hour * HOUR);
            see(database, &mut first, START + hour * HOUR + MINUTE);
            sum += 2;
        }
        check(sum);
        roll_up_all(database, &mut second, now);
        check(sum);
        for (level, days) in [(Level::Minute, 3), (Level::Hour, 2)] {
            let cutoff = START + days * DAY;
            let step = |hot: &mut Hot| {
                database.transaction(Access::Write, |database| retention::cells(database, hot, level, cutoff))
            };
            while !step(&mut first).unwrap() {}
            check(sum);
        }
        let minutes = "SELECT count(*) FROM cells_minute WHERE time < ?1";
        let left: i64 = database.scalar(minutes, crate::database::params![START + 3 * DAY]).unwrap();
        assert_eq!(left, 0, "they are gone");
        // And where minutes are gone, what is late goes to the hours and days that are there.
        see(database, &mut second, START + HOUR);
        see(database, &mut second, START + 60 * HOUR);
        check(sum + 2);
    });
}

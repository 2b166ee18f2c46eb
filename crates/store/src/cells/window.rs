//! Which level answers for which part of a window: whole days, then hours, then minutes.
use super::level::Level;
use super::section::Section;
use crate::database::{Database, Engine, Lock, Param, Result, Row, lock_condition, params};

/// How far the levels have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Up to when hours and days are complete, by section: the last one may be so in part.
    complete: [[i64; SECTIONS]; 2],
    /// Before when minutes, hours and days were deleted.
    deleted: [i64; 3],
}

const SECTIONS: usize = Section::ALL.len();

impl Default for Marks {
    /// Those of an empty database.
    fn default() -> Self {
        Self { complete: [[i64::MIN; SECTIONS]; 2], deleted: [i64::MIN; 3] }
    }
}

impl Marks {
    /// As they are in the database.
    pub fn load(database: &dyn Database) -> Result<Self> {
        Self::read(database, None)
    }

    /// Those of one section alone, for whoever reads its cells.
    pub fn of(database: &dyn Database, section: Section) -> Result<Self> {
        let mut marks = Self::default();
        let sql = "SELECT level, section, time FROM cell_marks WHERE section IN (0, ?1)";
        database.query(sql, params![section as i64], &mut |row| marks.take(row))?;
        Ok(marks)
    }

    /// As they are for the whole of the transaction, which adds to cells: nobody moves them before it ends.
    pub fn lock_shared(database: &dyn Database) -> Result<Self> {
        Self::read(database, Some(Lock::Share))
    }

    /// The same for a transaction that moves them: nobody adds to cells before it ends.
    pub fn lock(database: &dyn Database) -> Result<Self> {
        if database.engine() == Engine::Postgres {
            // Those that come later wait behind it: where a collector hangs within a transaction, for a short time only.
            database.execute_batch("SET LOCAL lock_timeout = 2000")?;
        }
        Self::read(database, Some(Lock::Update))
    }

    fn read(database: &dyn Database, lock: Option<Lock>) -> Result<Self> {
        let mut marks = Self::default();
        // Whoever wants rows shared gets them past one that waits for them alone, so under many collectors that one would wait for ever:
        // all of them queue for a lock that is given in turn before they lock the rows.
        let (queue, rows) = match lock.filter(|_| database.engine() == Engine::Postgres) {
            None => (String::new(), ""),
            Some(lock @ Lock::Share) => (format!("WHERE {}", lock_condition("cells", lock)), "FOR SHARE"),
            Some(lock @ Lock::Update) => (format!("WHERE {}", lock_condition("cells", lock)), "FOR UPDATE"),
        };
        let sql =
            format!("SELECT level, section, time FROM cell_marks {queue} ORDER BY level, section {rows}");
        database.query(&sql, &[], &mut |row| marks.take(row))?;
        Ok(marks)
    }

    /// Takes a row of the table. One of a section that a later version brought says nothing.
    fn take(&mut self, row: &Row<'_>) -> Result<()> {
        let (level, section, time): (usize, usize, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let mark = match section.checked_sub(1) {
            None => self.deleted.get_mut(level),
            Some(place) => {
                level.checked_sub(1).and_then(|level| self.complete.get_mut(level)?.get_mut(place))
            }
        };
        if let Some(mark) = mark {
            *mark = time;
        }
        Ok(())
    }

    /// Adds the rows that are missing, as a folder that was moved to a server has only those of what it has: on a server they
    /// are locked, so all of them must be there.
    pub fn add_missing(database: &dyn Database) -> Result<()> {
        let rows: Vec<Vec<Param<'_>>> = Level::ALL
            .into_iter()
            .flat_map(|level| (0..=Section::ALL.len() as i64).map(move |section| (level as i64, section)))
            .map(|(level, section)| vec![level.into(), section.into(), i64::MIN.into()])
            .collect();
        let sql = "INSERT INTO cell_marks (level, section, time) VALUES (?1, ?2, ?3)
                   ON CONFLICT (level, section) DO NOTHING";
        database.execute_many(sql, &rows)
    }

    /// Says that the level is complete up to `time` for the section.
    pub fn set_complete(database: &dyn Database, level: Level, section: Section, time: i64) -> Result<()> {
        database.execute(SET, params![level as i64, section as i64, time]).map(drop)
    }

    /// Says that the level's rows before `time` were deleted.
    pub fn set_deleted(database: &dyn Database, level: Level, time: i64) -> Result<()> {
        database.execute(SET, params![level as i64, 0, time]).map(drop)
    }

    /// Up to when the level is complete.
    pub fn complete(&self, level: Level, section: Section) -> i64 {
        match level {
            Level::Minute => i64::MAX,
            Level::Hour => self.complete[0][section as usize - 1],
            Level::Day => self.complete[1][section as usize - 1],
        }
    }

    /// Up to when the level is complete for all sections.
    pub fn all_complete(&self, level: Level) -> i64 {
        Section::ALL.into_iter().map(|section| self.complete(level, section)).min().unwrap_or(i64::MIN)
    }

    /// Before when the level's rows were deleted.
    pub fn deleted(&self, level: Level) -> i64 {
        self.deleted[level as usize]
    }

    /// The levels that what happened at `time` is added to: hours and days once they are complete, as nobody adds up their
    /// minutes again; none whose rows of that time were deleted.
    pub fn levels(self, section: Section, time: i64) -> impl Iterator<Item = Level> {
        let is_due = move |level: &Level| {
            level.bucket(time) >= self.deleted(*level)
                && (*level == Level::Minute || time < self.complete(*level, section))
        };
        Level::ALL.into_iter().filter(is_due)
    }

    /// The parts of the buckets that begin in `from..to`, each with its level, in any order. No bucket is longer than
    /// `coarsest` where a finer one is there. A longer one counts if it begins in the window.
    pub fn parts(&self, section: Section, from: i64, to: i64, coarsest: Level) -> Vec<(Level, i64, i64)> {
        let mut parts = Vec::new();
        self.divide(Level::Day, (from, to), (section, coarsest), &mut parts);
        parts
    }

    fn divide(
        &self,
        level: Level,
        (from, to): (i64, i64),
        (section, coarsest): (Section, Level),
        parts: &mut Vec<(Level, i64, i64)>,
    ) {
        if from >= to {
            return;
        }
        let Some(finer) = level.finer() else {
            parts.push((level, from, to));
            return;
        };
        let length = level.length();
        let up = |time: i64| level.bucket(time.saturating_add(length - 1));
        let complete = self.complete(level, section);
        // Before this time nothing finer is left.
        let deleted = self.deleted(finer);
        let first = up(from);
        // An hour or a day that begins as the window ends is of the window after it: it would be in both. (Readers ask up to 1 ms after the
        // end, for the minute that begins with it: where the window ends now, that one lasts.)
        let mut end = if deleted > from { up(deleted.min(to - 1)).min(complete) } else { first };
        if level <= coarsest {
            // The last one has what is before `complete`, and nothing else.
            end = end.max(if to >= complete { complete } else { level.bucket(to) });
        }
        if first < end {
            parts.push((level, first, end));
            self.divide(finer, (from.max(deleted), first), (section, coarsest), parts);
            self.divide(finer, (end.max(deleted), to), (section, coarsest), parts);
        } else {
            self.divide(finer, (from.max(deleted), to), (section, coarsest), parts);
        }
    }
}

const SET: &str = "INSERT INTO cell_marks (level, section, time) VALUES (?1, ?2, ?3)
                   ON CONFLICT (level, section) DO UPDATE SET time = greatest(cell_marks.time, excluded.time)";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::database::testing::TestSchema;
    use crate::database::{Access, ErrorKind, Waits, migrate};
    use crate::time::{DAY, HOUR, MINUTE};
    use proptest::prelude::*;

    const NONE: i64 = i64::MIN;

    fn marks([hours, days]: [i64; 2], [minutes_from, hours_from]: [i64; 2]) -> Marks {
        Marks { complete: [[hours; SECTIONS], [days; SECTIONS]], deleted: [minutes_from, hours_from, NONE] }
    }

    impl Marks {
        fn divided(&self, from: i64, to: i64, coarsest: Level) -> Vec<(Level, i64, i64)> {
            self.parts(Section::Vitals, from, to, coarsest)
        }
    }

    #[test]
    fn whole_days_come_first_then_hours_then_minutes() {
        let known = marks([3 * DAY + 5 * HOUR, 3 * DAY], [NONE, NONE]);
        let from = DAY - 2 * HOUR - 5 * MINUTE;
        let to = 3 * DAY + 6 * HOUR + 1;
        let mut parts = known.divided(from, to, Level::Day);
        parts.sort_by_key(|part| part.1);
        assert_eq!(
            parts,
            [
                (Level::Minute, from, DAY - 2 * HOUR),
                (Level::Hour, DAY - 2 * HOUR, DAY),
                (Level::Day, DAY, 3 * DAY),
                (Level::Hour, 3 * DAY, 3 * DAY + 5 * HOUR),
                (Level::Minute, 3 * DAY + 5 * HOUR, to),
            ]
        );
        assert_eq!(known.divided(from, to, Level::Minute), [(Level::Minute, from, to)]);
        let nothing = marks([NONE, NONE], [NONE, NONE]);
        assert_eq!(nothing.divided(from, to, Level::Day), [(Level::Minute, from, to)]);
    }

    #[test]
    fn whoever_moves_cells_has_its_turn_before_those_that_come_to_add_to_them() {
        let Some(place) = TestSchema::new() else { return };
        let sessions = [(); 3].map(|()| place.session(Waits::PATIENT));
        migrate(&sessions[0]).unwrap();
        let [adding, coming, looking] = sessions.each_ref().map(|session| session as &dyn Database);
        let process: i64 = adding.scalar("SELECT pg_backend_pid()", &[]).unwrap();
        let server = &place;
        std::thread::scope(|scope| {
            let moving = adding.transaction(Access::Write, |database| {
                Marks::lock_shared(database)?;
                let moving = scope.spawn(move || {
                    let session = server.session(Waits::PATIENT);
                    let database: &dyn Database = &session;
                    database.transaction(Access::Write, |database| Marks::lock(database).map(drop))
                });
                let waiting = "SELECT count(*) FROM pg_locks
                               WHERE NOT granted AND CAST(?1 AS INTEGER) = ANY(pg_blocking_pids(pid))";
                while !moving.is_finished() && looking.scalar::<i64>(waiting, params![process])? == 0 {
                    std::thread::sleep(Duration::from_millis(10));
                }
                let came = coming.transaction(Access::Write, |database| {
                    database.execute_batch("SET LOCAL lock_timeout = 300")?;
                    Marks::lock_shared(database)
                });
                assert_eq!(came.unwrap_err().kind(), ErrorKind::Busy, "it waits for its turn");
                Ok(moving)
            });
            moving.unwrap().join().unwrap().unwrap();
        });
        coming.transaction(Access::Write, |database| Marks::lock_shared(database).map(drop)).unwrap();
    }

    #[test]
    fn where_minutes_are_gone_the_hours_that_begin_in_the_window_count() {
        let known = marks([10 * HOUR, NONE], [8 * HOUR, NONE]);
        let from = 2 * HOUR + MINUTE;
        assert_eq!(
            known.divided(from, 8 * HOUR + 5 * MINUTE, Level::Minute),
            [(Level::Hour, 3 * HOUR, 8 * HOUR), (Level::Minute, 8 * HOUR, 8 * HOUR + 5 * MINUTE)]
        );
        assert_eq!(known.divided(from, 5 * HOUR + 2, Level::Minute), [(Level::Hour, 3 * HOUR, 6 * HOUR)]);
        assert_eq!(known.divided(from, from + 1, Level::Minute), []);
    }

    #[test]
    fn an_hour_is_in_one_of_two_windows_that_follow_each_other() {
        let known = marks([10 * HOUR, NONE], [8 * HOUR, NONE]);
        for coarsest in [Level::Minute, Level::Hour, Level::Day] {
            // Reports ask for what begins up to the end of their window.
            let parts = |from: i64, to: i64| known.divided(from * HOUR, to * HOUR + 1, coarsest);
            assert_eq!(parts(3, 5), [(Level::Hour, 3 * HOUR, 5 * HOUR)]);
            assert_eq!(parts(5, 6), [(Level::Hour, 5 * HOUR, 6 * HOUR)]);
        }
    }

    #[test]
    fn a_window_that_ends_at_midnight_has_no_day_after_it() {
        let marks = marks([9 * DAY, 9 * DAY], [9 * DAY, 8 * DAY]);
        let parts = |to| marks.parts(Section::Sums, 3 * DAY, to, Level::Day);
        assert_eq!(parts(5 * DAY + 1), [(Level::Day, 3 * DAY, 5 * DAY)]);
        assert_eq!(
            parts(5 * DAY + 2),
            [(Level::Day, 3 * DAY, 6 * DAY)],
            "a day counts if it begins in the window"
        );
    }

    proptest! {
        /// Whatever the marks say, as long as nothing is deleted.
        #[test]
        fn each_minute_is_read_exactly_once(
            from in 0_i64..4 * 1440,
            length in 1_i64..4 * 1440,
            quarters in 0_i64..4 * 96,
            parts in 0_i64..4 * 24,
            coarsest in 0_usize..3,
        ) {
            let marks = marks([quarters * HOUR / 4, parts.min(quarters / 4) * HOUR], [NONE, NONE]);
            let (from, to) = (from * MINUTE, (from + length) * MINUTE);
            let mut parts = marks.parts(Section::Vitals, from, to, Level::ALL[coarsest]);
            parts.sort_by_key(|part| part.1);
            let mut at = from;
            for (level, first, last) in parts {
                prop_assert_eq!(first, at, "nothing twice, nothing left out");
                prop_assert!(last > first && level <= Level::ALL[coarsest]);
                let complete = marks.complete(level, Section::Vitals);
                prop_assert!(first % level.length() == 0 && last <= complete);
                prop_assert!(last % level.length() == 0 || last == complete);
                at = last;
            }
            prop_assert_eq!(at, to);
        }

        /// Each minute of the window is in one part, unless it is at the ragged edge of what is left of older data.
        #[test]
        fn nothing_is_counted_twice(
            from in 0_i64..4 * 1440,
            length in 1_i64..4 * 1440,
            quarters in 0_i64..4 * 96,
            parts in 0_i64..4 * 24,
            minutes_from in 0_i64..96,
            hours_from in 0_i64..4,
            coarsest in 0_usize..3,
        ) {
            let parts = parts.min(quarters / 4);
            let (minutes_from, hours_from) = (minutes_from.min(quarters / 4), hours_from.min(parts / 24));
            let known = marks([quarters * HOUR / 4, parts * HOUR], [minutes_from * HOUR, hours_from * DAY]);
            let (from, to) = (from * MINUTE, (from + length) * MINUTE);
            let mut parts = known.divided(from, to, Level::ALL[coarsest]);
            parts.sort_by_key(|part| part.1);
            let mut end = i64::MIN;
            for (level, first, last) in &parts {
                prop_assert!(first < last && *first >= end && *first >= from, "{:?}", parts);
                prop_assert!(*last <= known.complete(*level, Section::Vitals));
                let is_needed = *last <= level.bucket(known.deleted(level.finer().unwrap_or(*level)) + level.length() - 1);
                prop_assert!(*level <= Level::ALL[coarsest] || is_needed, "{:?}", parts);
                prop_assert!(*first >= known.deleted(*level), "{:?}", parts);
                end = *last;
            }
            // All that is left in full detail is there.
            let covered: i64 = parts.iter().map(|(_, first, last)| (*last).min(to) - *first).sum();
            let due = to - from.max(minutes_from * HOUR).max(hours_from * DAY).min(to);
            prop_assert!(covered >= due, "{} of {}: {:?}", covered, due, parts);
        }
    }
}

//! Mends counters that an older version kept wrongly. It took a counter that had been missing for a scrape for one that
//! had begun anew, and counted its whole value again; and the first value of a counter that came later for an increase.
//!
//! What is stored is `base + raw`, and whenever a counter was taken to begin anew, `base` became what had been stored
//! last. So what a counter showed after a gap is known, and what before it, from the gap before that on. It did begin
//! anew if the process did, by its start time; where that is not known, if it had fallen. What cannot be told is left as
//! it is, and marked: until when sums may be too high.
use rusqlite::{Connection, OptionalExtension, params};

/// A counter's samples in the order of time; `None` where it was missing.
type Samples = [(i64, Option<f64>)];

pub fn repair(connection: &Connection) -> rusqlite::Result<()> {
    let targets = crate::retention::numbers(connection, "SELECT id FROM targets")?;
    for target in targets {
        let starts = starts(connection, target)?;
        if let Some((_, start)) = starts.last() {
            connection.execute("UPDATE targets SET start = ?2 WHERE id = ?1", params![target, start])?;
        }
        let scrapes = times(connection, target)?;
        let series = connection
            .prepare("SELECT id, base, seen FROM series WHERE target = ?1 AND counter")?
            .query_map([target], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<Vec<(i64, f64, i64)>, _>>()?;
        for (id, base, seen) in series {
            repair_counter(connection, id, &Counter { base, seen, scrapes: &scrapes, starts: &starts })?;
        }
    }
    // A counter that is missing stands where it stood.
    connection.execute(
        "DELETE FROM samples WHERE value IS NULL AND series IN (SELECT id FROM series WHERE counter)",
        [],
    )?;
    Ok(())
}

fn repair_counter(connection: &Connection, id: i64, counter: &Counter<'_>) -> rusqlite::Result<()> {
    let samples = connection
        .prepare_cached("SELECT time, value FROM samples WHERE series = ?1 ORDER BY time")?
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<_>, _>>();
    let repaired = match samples {
        Ok(samples) => counter.repair(&samples),
        // Damaged: nothing of it is known.
        Err(_) => Repair { inexact: Some(i64::MAX), ..Repair::default() },
    };
    if let Some(time) = repaired.begins_before {
        connection.execute("DELETE FROM samples WHERE series = ?1 AND time = ?2", params![id, time])?;
    }
    let mut taken = 0.0;
    let mut lower = connection.prepare_cached(
        "UPDATE samples SET value = value - ?3 WHERE series = ?1 AND time >= ?2 AND time < ?4",
    )?;
    for (place, (from, sum)) in repaired.lower.iter().enumerate() {
        taken = *sum;
        let until = repaired.lower.get(place + 1).map_or(i64::MAX, |next| next.0);
        lower.execute(params![id, from, sum, until])?;
    }
    if taken != 0.0 || repaired.inexact.is_some() {
        connection
            .prepare_cached("UPDATE series SET base = base - ?2, inexact = ?3 WHERE id = ?1")?
            .execute(params![id, taken, repaired.inexact])?;
    }
    Ok(())
}

/// When the target's process said it began, whenever that changed.
fn starts(connection: &Connection, target: i64) -> rusqlite::Result<Vec<(i64, f64)>> {
    let id: Option<i64> = connection
        .query_row(
            "SELECT id FROM series WHERE target = ?1 AND name = 'process_start_time_seconds' AND labels = '{}'",
            [target],
            |row| row.get(0),
        )
        .optional()?;
    let Some(id) = id else { return Ok(Vec::new()) };
    let mut starts = connection
        .prepare("SELECT time, value FROM samples WHERE series = ?1 AND value IS NOT NULL ORDER BY time")?
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(i64, f64)>, _>>()
        .unwrap_or_default();
    starts.dedup_by(|later, before| (later.1 - before.1).abs() <= 2.0);
    Ok(starts)
}

fn times(connection: &Connection, target: i64) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare_cached("SELECT time FROM scrapes WHERE target = ?1 ORDER BY time")?
        .query_map([target], |row| row.get(0))?
        .collect()
}

/// What is known of a counter beside its samples.
struct Counter<'a> {
    base: f64,
    seen: i64,
    scrapes: &'a [i64],
    starts: &'a [(i64, f64)],
}

/// What is to be changed.
#[derive(Debug, Default, PartialEq)]
struct Repair {
    /// From when on samples are too high, and by how much.
    lower: Vec<(i64, f64)>,
    /// When it has a zero that was never scraped.
    begins_before: Option<i64>,
    /// Until when sums may be too high all the same.
    inexact: Option<i64>,
}

impl Counter<'_> {
    fn repair(&self, samples: &Samples) -> Repair {
        let mut repaired = Repair::default();
        let mut known = samples.iter().filter_map(|(time, value)| Some((*time, (*value)?)));
        let Some(first) = known.next() else { return repaired };
        if let (0.0, Some(second)) = (first.1, known.next())
            && self.next_scrape(first.0) == Some(second.0)
        {
            match self.seen == second.0 {
                true => repaired.begins_before = Some(first.0),
                false => repaired.inexact = Some(second.0),
            }
        }
        // What the first of all stood on; not known where older samples were deleted.
        let whole = self.scrapes.first().is_none_or(|scrape| first.0 >= *scrape);
        let mut base = whole.then_some(0.0);
        let (mut last, mut gap, mut taken) = (first, false, 0.0);
        for (time, value) in samples.iter().skip_while(|sample| sample.0 <= first.0).copied() {
            let Some(value) = value else {
                gap = true;
                continue;
            };
            let grew = value - last.1;
            let showed = base.map(|base| last.1 - base);
            let fell = showed.map(|showed| grew < showed);
            let restarted = self.restarted(last.0, time);
            if gap {
                if restarted.is_none() && fell.is_none() {
                    repaired.inexact = Some(time);
                } else if !restarted.or(fell).unwrap_or(true) {
                    // At least; where what it showed before is not known, nothing is taken to have been counted.
                    taken += showed.map_or(grew, |showed| showed.min(grew));
                    repaired.lower.push((time, taken));
                }
                base = Some(last.1);
            } else if restarted == Some(true) && fell == Some(true) {
                base = Some(last.1);
            }
            (last, gap) = ((time, value), false);
        }
        // It stands on something else: samples that are gone would tell.
        let stands = base.unwrap_or(self.base);
        if (stands - self.base).abs() > 1e-9 * self.base.abs() {
            let after = samples.iter().find(|sample| sample.1.is_some_and(|value| value > self.base));
            let until = after.map_or(last.0, |sample| sample.0);
            repaired.inexact = Some(repaired.inexact.unwrap_or(until).max(until));
        }
        repaired
    }

    fn next_scrape(&self, time: i64) -> Option<i64> {
        self.scrapes.get(self.scrapes.partition_point(|scrape| *scrape <= time)).copied()
    }

    /// Whether the process began anew between two times, if that is known.
    fn restarted(&self, from: i64, to: i64) -> Option<bool> {
        let begun = self.starts.first()?.0 <= from;
        begun.then(|| self.starts.iter().any(|(time, _)| *time > from && *time <= to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a version that is repaired kept of a counter that was scraped at 0, 1, 2 …: its samples and its base.
    fn kept(values: &[Option<f64>]) -> (Vec<(i64, Option<f64>)>, f64) {
        let mut samples = Vec::new();
        let (mut base, mut raw, mut present) = (0.0, f64::NAN, false);
        for (time, value) in (0..).zip(values) {
            match *value {
                Some(value) if raw.is_nan() => {
                    if time > 0 {
                        samples.push((time - 1, Some(0.0)));
                    }
                    samples.push((time, Some(value)));
                    (raw, present) = (value, true);
                }
                Some(value) => {
                    if value < raw || !present {
                        base += raw;
                    }
                    if value != raw || !present {
                        samples.push((time, Some(base + value)));
                    }
                    (raw, present) = (value, true);
                }
                None if present => {
                    samples.push((time, None));
                    present = false;
                }
                None => {}
            }
        }
        (samples, base)
    }

    /// The counter's values once it is repaired, as increases since the first; its base, and what is said of it.
    fn repaired(values: &[Option<f64>], starts: &[(i64, f64)]) -> (f64, f64, Repair) {
        let (samples, base) = kept(values);
        let scrapes: Vec<i64> = (0..values.len() as i64).collect();
        let seen = values.iter().position(Option::is_some).unwrap_or_default() as i64;
        let repaired = Counter { base, seen, scrapes: &scrapes, starts }.repair(&samples);
        let lowered =
            |time: i64| repaired.lower.iter().rfind(|lower| lower.0 <= time).map_or(0.0, |lower| lower.1);
        let known: Vec<f64> = samples
            .iter()
            .filter(|sample| repaired.begins_before != Some(sample.0))
            .filter_map(|(time, value)| Some((*value)? - lowered(*time)))
            .collect();
        assert!(known.is_sorted(), "{known:?}");
        let (first, last) = (known.first().copied().unwrap_or(0.0), known.last().copied().unwrap_or(0.0));
        (last - first, last - (base - lowered(i64::MAX)), repaired)
    }

    /// What Prometheus makes of them.
    fn truth(values: &[Option<f64>]) -> f64 {
        let known: Vec<f64> = values.iter().flatten().copied().collect();
        known.windows(2).map(|pair| if pair[1] < pair[0] { pair[1] } else { pair[1] - pair[0] }).sum()
    }

    #[test]
    fn what_was_counted_twice_is_taken_out() {
        let gaps = [Some(1000.0), None, Some(1010.0), Some(1015.0), None, None, Some(1020.0)];
        assert_eq!(repaired(&gaps, &[]), (20.0, 1020.0, repaired(&gaps, &[]).2));
        assert_eq!(repaired(&gaps, &[]).2.inexact, None);
        // It fell while it was missing, and was counted as it should be.
        let fell = [Some(1000.0), None, Some(10.0), Some(15.0)];
        assert_eq!(repaired(&fell, &[]).0, 15.0);
        // The process began anew, though the value is larger.
        let again = [Some(10.0), None, Some(25.0)];
        assert_eq!(repaired(&again, &[(0, 1e9)]).0, 15.0);
        assert_eq!(repaired(&again, &[(0, 1e9), (2, 2e9)]).0, 25.0);
        // It came later, and its first value was counted.
        assert_eq!(repaired(&[None, Some(500.0), Some(501.0)], &[]).0, 1.0);
    }

    #[test]
    fn what_cannot_be_told_is_marked() {
        // Older samples are gone: it stood on something when it went missing.
        let (samples, base) = kept(&[Some(1000.0), None, Some(1010.0), None, Some(1015.0)]);
        let counter = Counter { base, seen: 0, scrapes: &[0, 1, 2, 3, 4], starts: &[] };
        let late = Counter { base, seen: 0, scrapes: &[3, 4], starts: &[] };
        assert_eq!(counter.repair(&samples).inexact, None);
        assert_eq!(late.repair(&samples[2..]).inexact, Some(4));
        // Its going missing was thinned out.
        let thinned: Vec<_> = samples.iter().copied().filter(|sample| sample.1.is_some()).collect();
        assert_eq!(counter.repair(&thinned).inexact, Some(4));
        // A zero that was perhaps scraped.
        let (samples, base) = kept(&[None, Some(500.0)]);
        let old = Counter { base, seen: 99, scrapes: &[0, 1], starts: &[] };
        assert_eq!(old.repair(&samples), Repair { inexact: Some(1), ..Repair::default() });
    }

    proptest! {
        #[test]
        fn a_counter_that_never_fell_comes_out_right(
            steps in prop::collection::vec((prop::option::weighted(0.7, 0_u32..50), 0_u32..3), 1..30),
            first in 0_u32..100_000,
        ) {
            let mut value = f64::from(first);
            let values: Vec<Option<f64>> = steps
                .into_iter()
                .map(|(grew, _)| grew.map(|grew| { value += f64::from(grew); value }))
                .collect();
            let known = values.iter().flatten().count() > 0;
            let (grew, raw, repaired) = repaired(&values, &[]);
            // A counter of so little may have begun anew: it shows no more than it grew by.
            if first >= 1500 {
                prop_assert_eq!(grew, truth(&values));
                prop_assert_eq!(repaired.inexact, None);
            }
            if known {
                prop_assert_eq!(raw, value_of(&values));
            }
        }

        #[test]
        fn nothing_is_ever_added(
            values in prop::collection::vec(prop::option::weighted(0.7, (0_u32..40).prop_map(f64::from)), 1..30),
        ) {
            let (samples, _) = kept(&values);
            let known: Vec<f64> = samples.iter().filter_map(|sample| sample.1).collect();
            let before = known.last().copied().unwrap_or(0.0) - known.first().copied().unwrap_or(0.0);
            let (grew, raw, _) = repaired(&values, &[]);
            prop_assert!(grew <= before && grew >= 0.0);
            if !known.is_empty() {
                prop_assert_eq!(raw, value_of(&values));
            }
        }
    }

    fn value_of(values: &[Option<f64>]) -> f64 {
        values.iter().flatten().last().copied().unwrap_or(f64::NAN)
    }
}

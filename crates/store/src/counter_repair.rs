//! Repairs counters that format 3 and older stored too high. Those versions treated every gap as a counter reset, and so
//! added the whole value again when a counter missed one scrape. They also counted the first value of a counter that
//! appeared later as an increase.
//!
//! A stored sample is `base + raw`, and each assumed reset set `base` to the sample before it. Raw values can therefore be
//! computed back, from the first gap or the first sample on. After a gap, a counter was really reset if the process
//! restarted (by its start time), or where that is unknown, if its raw value fell. Where neither can be decided, the
//! samples stay as they are, and `inexact` says until when sums may be too high.
use rusqlite::{Connection, OptionalExtension, params};

/// The samples of a counter in the order of time; `None` where a gap begins.
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
    // A missing counter keeps its last value: gaps are no longer stored.
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
        // The samples are damaged, and all sums in doubt.
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

/// The start times of the target's process, s since the epoch, each with the scrape that first reported it, ms.
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

/// A counter of the file, without its samples.
struct Counter<'a> {
    base: f64,
    /// `seen` of the series: when it was added, or on a later day scraped; ms since the epoch.
    seen: i64,
    /// The times of all scrapes of its target.
    scrapes: &'a [i64],
    /// See [`starts`].
    starts: &'a [(i64, f64)],
}

/// The changes to one counter.
#[derive(Debug, Default, PartialEq)]
struct Repair {
    /// Times, and how much to subtract from all samples between each and the next.
    lower: Vec<(i64, f64)>,
    /// The time of a first sample of zero that was added without a scrape, and is deleted.
    begins_before: Option<i64>,
    /// Until when sums may still be too high.
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
        // The base of the first sample is 0, unless retention deleted older ones.
        let is_complete = self.scrapes.first().is_none_or(|scrape| first.0 >= *scrape);
        let mut base = is_complete.then_some(0.0);
        let (mut last, mut gap, mut taken) = (first, false, 0.0);
        for (time, value) in samples.iter().skip_while(|sample| sample.0 <= first.0).copied() {
            let Some(value) = value else {
                gap = true;
                continue;
            };
            let grew = value - last.1;
            let raw_before = base.map(|base| last.1 - base);
            let fell = raw_before.map(|raw| grew < raw);
            let restarted = self.restarted(last.0, time);
            if gap {
                if restarted.is_none() && fell.is_none() {
                    repaired.inexact = Some(time);
                } else if !restarted.or(fell).unwrap_or(true) {
                    // The old version added `raw_before`. Where that is unknown, all growth is subtracted: too low is better than too high.
                    taken += raw_before.map_or(grew, |raw| raw.min(grew));
                    repaired.lower.push((time, taken));
                }
                base = Some(last.1);
            } else if restarted == Some(true) && fell == Some(true) {
                base = Some(last.1);
            }
            (last, gap) = ((time, value), false);
        }
        // The stored base differs: there was another gap, of which retention or thinning deleted the samples.
        let expected = base.unwrap_or(self.base);
        if (expected - self.base).abs() > 1e-9 * self.base.abs() {
            let after = samples.iter().find(|sample| sample.1.is_some_and(|value| value > self.base));
            let until = after.map_or(last.0, |sample| sample.0);
            repaired.inexact = Some(repaired.inexact.unwrap_or(until).max(until));
        }
        repaired
    }

    fn next_scrape(&self, time: i64) -> Option<i64> {
        self.scrapes.get(self.scrapes.partition_point(|scrape| *scrape <= time)).copied()
    }

    /// Whether the process restarted between two times; `None` if its start time is unknown.
    fn restarted(&self, from: i64, to: i64) -> Option<bool> {
        let begun = self.starts.first()?.0 <= from;
        begun.then(|| self.starts.iter().any(|(time, _)| *time > from && *time <= to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The samples and the base that an old version stored for a counter scraped at 0, 1, 2 …
    fn stored_by_old_version(values: &[Option<f64>]) -> (Vec<(i64, Option<f64>)>, f64) {
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

    /// Repairs what an old version stored. Returns the total increase, the last raw value, and the changes.
    fn repaired(values: &[Option<f64>], starts: &[(i64, f64)]) -> (f64, f64, Repair) {
        let (samples, base) = stored_by_old_version(values);
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

    /// The increase that Prometheus computes.
    fn increase(values: &[Option<f64>]) -> f64 {
        let known: Vec<f64> = values.iter().flatten().copied().collect();
        known.windows(2).map(|pair| if pair[1] < pair[0] { pair[1] } else { pair[1] - pair[0] }).sum()
    }

    #[test]
    fn values_that_were_counted_twice_are_subtracted() {
        let gaps = [Some(1000.0), None, Some(1010.0), Some(1015.0), None, None, Some(1020.0)];
        assert_eq!(repaired(&gaps, &[]), (20.0, 1020.0, repaired(&gaps, &[]).2));
        assert_eq!(repaired(&gaps, &[]).2.inexact, None);
        // A real reset during the gap was counted correctly.
        let fell = [Some(1000.0), None, Some(10.0), Some(15.0)];
        assert_eq!(repaired(&fell, &[]).0, 15.0);
        // Without its start time, a process that restarted and counted past the old value looks like a gap.
        let again = [Some(10.0), None, Some(25.0)];
        assert_eq!(repaired(&again, &[(0, 1e9)]).0, 15.0);
        assert_eq!(repaired(&again, &[(0, 1e9), (2, 2e9)]).0, 25.0);
        // The first value of a counter that appeared later was counted.
        assert_eq!(repaired(&[None, Some(500.0), Some(501.0)], &[]).0, 1.0);
    }

    #[test]
    fn undecidable_counters_are_marked_as_inexact() {
        // Retention deleted the older samples, so the base at the gap is unknown.
        let (samples, base) = stored_by_old_version(&[Some(1000.0), None, Some(1010.0), None, Some(1015.0)]);
        let counter = Counter { base, seen: 0, scrapes: &[0, 1, 2, 3, 4], starts: &[] };
        let late = Counter { base, seen: 0, scrapes: &[3, 4], starts: &[] };
        assert_eq!(counter.repair(&samples).inexact, None);
        assert_eq!(late.repair(&samples[2..]).inexact, Some(4));
        // Thinning deleted the mark of the gap.
        let thinned: Vec<_> = samples.iter().copied().filter(|sample| sample.1.is_some()).collect();
        assert_eq!(counter.repair(&thinned).inexact, Some(4));
        // The first zero may have been scraped.
        let (samples, base) = stored_by_old_version(&[None, Some(500.0)]);
        let old = Counter { base, seen: 99, scrapes: &[0, 1], starts: &[] };
        assert_eq!(old.repair(&samples), Repair { inexact: Some(1), ..Repair::default() });
    }

    proptest! {
        #[test]
        fn a_counter_without_resets_is_repaired_exactly(
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
            // A smaller counter may have been reset: its value is not larger than its growth.
            if first >= 1500 {
                prop_assert_eq!(grew, increase(&values));
                prop_assert_eq!(repaired.inexact, None);
            }
            if known {
                prop_assert_eq!(raw, last_value(&values));
            }
        }

        #[test]
        fn a_repair_never_raises_a_counter(
            values in prop::collection::vec(prop::option::weighted(0.7, (0_u32..40).prop_map(f64::from)), 1..30),
        ) {
            let (samples, _) = stored_by_old_version(&values);
            let known: Vec<f64> = samples.iter().filter_map(|sample| sample.1).collect();
            let before = known.last().copied().unwrap_or(0.0) - known.first().copied().unwrap_or(0.0);
            let (grew, raw, _) = repaired(&values, &[]);
            prop_assert!(grew <= before && grew >= 0.0);
            if !known.is_empty() {
                prop_assert_eq!(raw, last_value(&values));
            }
        }
    }

    fn last_value(values: &[Option<f64>]) -> f64 {
        values.iter().flatten().last().copied().unwrap_or(f64::NAN)
    }
}

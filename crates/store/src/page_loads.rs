//! Page loads, the one histogram that a level rates. Its bound lies within a bucket, so the values that miss it are
//! counted one by one beside the histogram.
use rusqlite::{Connection, params};
use whippet_engine::stats::{Bucket, ExponentialHistogram, StoredHistogram};

use crate::cells::{self, Timings};
use crate::kind::Kind;

/// The name of the histogram, ms until the load event ended.
pub const PAGE_LOADS: &str = "page.load";

/// The level's bound, ms: a value meets it that is below.
pub const BOUND: f64 = 2000.0;

/// Page loads, and how many of them miss the bound.
#[derive(Clone, Debug, Default)]
pub struct PageLoads {
    /// The values.
    pub histogram: StoredHistogram,
    /// How many values are not below [`BOUND`].
    pub slow: u64,
}

impl From<&Timings> for PageLoads {
    fn from(timings: &Timings) -> Self {
        Self { histogram: timings.histogram.clone(), slow: timings.slow }
    }
}

impl PageLoads {
    /// The value at rank `ceil(q * count)`, on the side of the bound that the count of slow values says. `None` while empty.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let value = self.histogram.quantile(q)?;
        let rank = (q * self.histogram.count() as f64).ceil().max(1.0);
        let fast = self.histogram.count().saturating_sub(self.slow);
        Some(if rank <= fast as f64 { value.min(BOUND.next_down()) } else { value.max(BOUND) })
    }
}

/// How many values of a histogram miss the bound, as far as its buckets tell: those of the bucket that the bound lies in
/// are on the side of its middle, as in [`StoredHistogram::quantile`]. Smallest and largest value are exact.
pub fn slow_by_buckets<const CAP: usize>(histogram: &ExponentialHistogram<CAP>) -> u64 {
    match (histogram.min(), histogram.max()) {
        (Some(min), _) if min >= BOUND => histogram.count(),
        (_, Some(max)) if max >= BOUND => {
            let middle = |bucket: &Bucket| 2.0 * bucket.lower * bucket.upper / (bucket.lower + bucket.upper);
            let slow = histogram.buckets().filter(|bucket| middle(bucket) >= BOUND);
            slow.map(|bucket| bucket.count).sum::<u64>().max(1)
        }
        _ => 0,
    }
}

/// The same for a name's histogram: 0 where no level rates that name.
pub fn slow_in<const CAP: usize>(name: &str, histogram: &ExponentialHistogram<CAP>) -> u64 {
    if name == PAGE_LOADS { slow_by_buckets(histogram) } else { 0 }
}

/// How many of a name's single values miss the bound, each counted `weight` times.
pub fn slow_among(name: &str, values: &[f64], weight: u64) -> u64 {
    if name != PAGE_LOADS {
        return 0;
    }
    let slow = values.iter().filter(|value| (BOUND..StoredHistogram::LIMIT).contains(*value)).count();
    (slow as u64).saturating_mul(weight)
}

/// Counts the slow page loads of rows from before there was a count: the data's part of schema_7.sql.
pub fn count_older(connection: &Connection) -> rusqlite::Result<()> {
    let keys = connection
        .prepare(
            "SELECT minute, app, page, name FROM histograms
             WHERE name IN (SELECT id FROM names WHERE kind = ?1 AND name = ?2)",
        )?
        .query_map(params![Kind::Histogram as i64, PAGE_LOADS], |row| {
            Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
        })?
        .collect::<rusqlite::Result<Vec<[i64; 4]>>>()?;
    const ROW: &str = "WHERE minute = ?1 AND app = ?2 AND page = ?3 AND name = ?4";
    let mut read = connection.prepare(&format!("SELECT histogram FROM histograms {ROW}"))?;
    let mut write = connection.prepare(&format!("UPDATE histograms SET slow = ?5 {ROW}"))?;
    for key in keys {
        let mut histogram = StoredHistogram::new();
        let bytes: Vec<u8> = read.query_row(key, |row| row.get(0))?;
        cells::merge_histogram_bytes(&mut histogram, &bytes);
        let [minute, app, page, name] = key;
        write.execute(params![minute, app, page, name, slow_by_buckets(&histogram).min(1 << 60) as i64])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loads(counts: &[(u64, f64)]) -> StoredHistogram {
        let mut histogram = StoredHistogram::new();
        for (count, ms) in counts {
            histogram.record_many(*ms, *count);
        }
        histogram
    }

    #[test]
    fn a_percentile_is_on_the_side_of_the_bound_that_the_count_says() {
        // All values are in the bucket that the bound lies in.
        for (fast, met) in [(95, true), (94, false), (100, true), (0, false)] {
            let values = [(fast, 1999.5), (100 - fast, 2000.5)];
            let slow = slow_among(PAGE_LOADS, &[2000.5], 100 - fast);
            let loads = PageLoads { histogram: loads(&values), slow };
            let p95 = loads.quantile(0.95).unwrap();
            assert_eq!(p95 < BOUND, met, "{p95} with {fast} of 100 below");
            assert!((p95 / BOUND - 1.0).abs() < 0.011);
        }
        assert_eq!(PageLoads::default().quantile(0.95), None);
    }

    #[test]
    fn only_measurements_of_page_loads_are_counted() {
        let values = [1999.9, 2000.0, -5.0, f64::NAN, f64::INFINITY, 1e300];
        assert_eq!(slow_among(PAGE_LOADS, &values, 3), 3);
        assert_eq!(slow_among("query.fetch", &values, 3), 0);
        assert_eq!(
            (slow_in(PAGE_LOADS, &loads(&[(4, 3000.0)])), slow_in("other", &loads(&[(4, 3000.0)]))),
            (4, 0)
        );
    }

    #[test]
    fn slow_page_loads_of_a_histogram_are_those_of_its_slow_buckets() {
        for (values, slow) in [
            (&[][..], 0),
            (&[(3, 1000.0)][..], 0),
            (&[(3, 2000.0)], 3),
            (&[(3, 1000.0), (2, 2500.0), (1, 9000.0)], 3),
            // The largest value is known exactly: it is slow, whatever its bucket's middle.
            (&[(3, 1000.0), (1, 2000.0)], 1),
        ] {
            assert_eq!(slow_by_buckets(&loads(values)), slow, "{values:?}");
        }
    }
}

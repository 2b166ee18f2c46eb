//! The state of one series, and how a sample changes it. Counters follow Prometheus: the increase is the difference to the
//! last sample, also after a gap; a counter was reset to zero where it fell, or where the backend says so; the first
//! sample is a baseline and no increase.
use super::process::{Process, began};
use super::writes::Writes;
use crate::scrape::Sample;
use crate::time::DAY;

/// Doubles up to here hold every integer (2^53). A larger sum is dropped when the counter resets: one absurd value must not
/// swallow all later counts.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// How much a counter may have grown, as a share, where it is taken to go on although its process began anew.
const LITTLE: f64 = 0.1;

#[derive(Debug, Default)]
pub struct State {
    pub id: i64,
    pub counter: bool,
    /// The sum before the last reset: the stored value is `base + raw`. 0 for a gauge.
    pub base: f64,
    /// The last scraped value; NaN where that is unknown, or where a gauge has none.
    pub raw: f64,
    /// The rounding error of `raw`, after it was computed from the stored value.
    pub doubt: f64,
    /// The number of the process that last had it.
    pub epoch: i64,
    /// The last `_created` time of the counter, s since the epoch.
    pub created: Option<f64>,
    /// The number of the last scrape that had it.
    pub round: u64,
    /// When it was last seen, ms since the epoch, as in the database, which is updated once a day.
    pub seen: i64,
    /// Whether it is one of those of an instance that only that instance's scrapes can lose: the hash of its name; 0 for none.
    pub instance: u64,
}

impl State {
    /// A new series, whose first sample comes next.
    pub fn new(counter: bool, seen: i64) -> Self {
        Self { counter, raw: f64::NAN, seen, ..Self::default() }
    }

    /// Restores `raw` from the newest stored value. If there is none, the next sample is a new baseline.
    pub fn read_back(&mut self, stored: f64) {
        self.raw = stored - self.base;
        self.doubt = 4.0 * f64::EPSILON * stored.abs().max(self.base.abs());
    }

    /// Records the next sample.
    pub fn take(&mut self, writes: &mut Writes, sample: &Sample, process: &Process, time: i64) {
        let base = if sample.counter { self.base_of(sample, process) } else { 0.0 };
        let stored = base + sample.value;
        // A NaN gauge is a gap, like a missing one.
        let before = self.base + self.raw;
        if stored != before && !(stored.is_nan() && before.is_nan()) {
            writes.changes.push((self.id, stored));
        }
        let created = sample.created.or(self.created);
        let state = (base, sample.counter, process.epoch, created);
        if state != (self.base, self.counter, self.epoch, self.created) {
            writes.states.push((self.id, state));
        }
        if time - self.seen > DAY {
            writes.seen.push((self.id, time));
            self.seen = time;
        }
        (self.base, self.raw, self.doubt) = (base, sample.value, 0.0);
        (self.counter, self.epoch, self.created) = (sample.counter, process.epoch, created);
        self.round = process.round;
    }

    /// Records that the scrape did not have it: a counter keeps its value, a gauge loses it.
    pub fn miss(&mut self, writes: &mut Writes) {
        if !self.counter && !self.raw.is_nan() {
            writes.changes.push((self.id, f64::NAN));
            self.raw = f64::NAN;
        }
    }

    /// Whether a counter of a process that has just begun is none of its own, such as those of a machine or of a database that an
    /// exporter shows: it goes on where it was. One that began at zero is hardly ever a little above where the last one ended.
    fn goes_on(&self, value: f64) -> bool {
        value >= self.raw - self.doubt && value <= self.raw * (1.0 + LITTLE)
    }

    /// The base after `sample`, so that `base + raw` has grown by the increase.
    fn base_of(&self, sample: &Sample, process: &Process) -> f64 {
        let total = self.base + self.raw;
        if total.is_nan() {
            return 0.0;
        }
        let created = self.created.zip(sample.created);
        let reset = if self.epoch != process.epoch {
            (!process.fresh || !self.goes_on(sample.value)).then_some(process.fresh)
        } else if !self.counter {
            // It was a gauge before: this is its first sample as a counter.
            Some(false)
        } else if let Some(fresh) = created.and_then(|(was, is)| began(was, is, process.last_scrape)) {
            Some(fresh)
        } else {
            (sample.value < self.raw - self.doubt).then_some(true)
        };
        match reset {
            None => self.base,
            Some(true) if total.abs() > EXACT => 0.0,
            Some(true) => total,
            // No increase.
            Some(false) => total - sample.value,
        }
    }
}

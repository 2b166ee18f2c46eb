//! The service levels of a backend, from the same signals as its page.
use whippet_api::Unit;
use whippet_catalogue::{Class, Signal, Told};

use super::caches::Caches;
use super::draw::share;
use super::machine::{host_cpu, host_memory};
use super::storage::{self, Pools};
use super::traffic::{self, Traffic};
use crate::reports::reading::Reading;
use crate::reports::source::{Pair, Source};
use crate::reports::tagged::{Measured, Set};

/// A level: its name, value and bound.
#[derive(Clone, Debug, PartialEq)]
pub struct PlainLevel {
    /// Its name.
    pub name: &'static str,
    /// The value, and whether the true one is only known to be greater.
    pub value: Option<(f64, bool)>,
    /// The bound.
    pub bound: f64,
    /// Whether the value must stay above it.
    pub above: bool,
    /// The unit of both.
    pub unit: Unit,
}

const RESPONSE: [(&str, f64, f64); 3] =
    [("Response p50", 0.5, 200.0), ("Response p95", 0.95, 500.0), ("Response p99", 0.99, 1000.0)];
const ERRORS: [(&str, Class, f64); 2] =
    [("Client errors (4xx)", Class::Client, 0.01), ("Server errors (5xx)", Class::Server, 0.001)];
/// A slow database query takes longer than this, ms.
const SLOW: f64 = 1000.0;

fn below(name: &'static str, value: Option<f64>, bound: f64, unit: Unit) -> PlainLevel {
    PlainLevel { name, value: value.map(|value| (value, false)), bound, above: false, unit }
}

/// The levels of a target that was not scraped in the window: those that it usually has.
pub fn without_values(told: Option<&Told>) -> Vec<PlainLevel> {
    let tells = |signal| told.is_none_or(|told| told.metrics.is_empty() || !told.choices(signal).is_empty());
    let mut levels = Vec::new();
    if tells(Signal::ServerDuration) {
        levels.extend(RESPONSE.map(|(name, _, bound)| below(name, None, bound, Unit::Ms)));
    }
    if tells(Signal::ServerRequests) {
        levels.extend(ERRORS.map(|(name, _, bound)| below(name, None, bound, Unit::Ratio)));
    }
    levels
}

/// The levels of a target. `over` has the window as a whole, for what is counted, and `through` its course, for gauges.
pub fn levels<S: Source>(over: &S, through: &S, told: &Told) -> Result<Vec<PlainLevel>, S::Error> {
    let reading = Reading::new(over, told);
    let Some(whole) = reading.grid().whole else { return Ok(without_values(Some(told))) };
    let course = Reading::new(through, told);
    let mut levels = http(&reading, whole)?;
    levels.extend(data(&reading, &course, whole)?);
    levels.extend(machine(&reading, &course, whole)?);
    Ok(levels)
}

fn http<S: Source>(reading: &Reading<'_, S>, whole: Pair) -> Result<Vec<PlainLevel>, S::Error> {
    let requests = Traffic::read(reading, traffic::SERVER)?;
    let mut levels = Vec::new();
    // Percentiles that a backend computed are of its own window, and cannot be those of this one.
    if !requests.durations.buckets.is_empty() {
        let observed = requests.durations.buckets.observed(whole);
        for (name, q, bound) in RESPONSE {
            levels.push(PlainLevel { value: observed.quantile(q), ..below(name, None, bound, Unit::Ms) });
        }
    } else if !requests.durations.counts.is_empty() {
        let average = requests.durations.average(whole);
        levels.push(below("Response average", average, 200.0, Unit::Ms));
    }
    let by_status = &requests.by_status;
    let has = |class| by_status.any(|tags| tags.class == Some(class));
    if !by_status.series.is_empty() && (has(Class::Client) || has(Class::Server) || !has(Class::Failed)) {
        for (name, class, bound) in ERRORS {
            levels.push(below(
                name,
                share(by_status, whole, |tags| tags.class == Some(class)),
                bound,
                Unit::Ratio,
            ));
        }
    }
    if has(Class::Failed) || by_status.series.is_empty() && !requests.errors.series.is_empty() {
        let failed = if has(Class::Failed) {
            share(by_status, whole, |tags| tags.class == Some(Class::Failed))
        } else {
            storage::failed_share(&requests, whole)
        };
        levels.push(below("Errors", failed, 0.01, Unit::Ratio));
    }
    Ok(levels)
}

fn data<S: Source>(
    reading: &Reading<'_, S>,
    course: &Reading<'_, S>,
    whole: Pair,
) -> Result<Vec<PlainLevel>, S::Error> {
    let mut levels = Vec::new();
    if reading.has(Signal::DbDuration) || reading.has(Signal::DbSlow) {
        let database = Traffic::read(reading, storage::DATABASE)?;
        if !database.durations.buckets.is_empty() {
            let p95 = database.durations.buckets.observed(whole).quantile(0.95);
            levels.push(PlainLevel { value: p95, ..below("Database query p95", None, 100.0, Unit::Ms) });
        }
        if let Some(slow) = storage::slow_share(reading, &database, SLOW)? {
            levels.push(below("Slow database queries", Some(slow), 0.01, Unit::Ratio));
        }
    }
    if course.has(Signal::PoolInUse) || course.has(Signal::PoolOpen) {
        let pools = Pools::read(course)?;
        // The pool that is used most.
        let used = pools.names().into_iter().filter_map(|name| mean(course, |pair| pools.share(&name, pair)));
        if let Some(most) = used.reduce(f64::max) {
            levels.push(below("Connection pool in use", Some(most), 0.8, Unit::Ratio));
        }
    }
    let caches = [Signal::CacheRequests, Signal::CacheHits, Signal::CacheMisses, Signal::CacheHitRate];
    if caches.into_iter().any(|signal| reading.has(signal)) {
        let caches = Caches::read(reading)?;
        if !caches.is_empty() {
            let value = caches.overall(whole);
            levels.push(PlainLevel { above: true, ..below("Cache hit rate", value, 0.7, Unit::Ratio) });
        }
    }
    Ok(levels)
}

fn machine<S: Source>(
    reading: &Reading<'_, S>,
    course: &Reading<'_, S>,
    whole: Pair,
) -> Result<Vec<PlainLevel>, S::Error> {
    let mut levels = Vec::new();
    if reading.has(Signal::HostCpu) {
        let cpu = reading.counted(Signal::HostCpu, |_| true)?;
        if let Some((share, true)) = host_cpu(&cpu, reading.grid(), whole) {
            levels.push(below("Host CPU", Some(share), 0.9, Unit::Ratio));
        }
    }
    if course.has(Signal::HostMemoryTotal) {
        let [used, all, available] =
            [Signal::HostMemoryUsed, Signal::HostMemoryTotal, Signal::HostMemoryAvailable]
                .map(|signal| course.levels(signal));
        let (used, all, available) = (used?, all?, available?);
        let share =
            mean(course, |pair| host_memory(&used, &all, &available, pair).map(|found| found.0 / found.1));
        if share.is_some() {
            levels.push(below("Host memory", share, 0.9, Unit::Ratio));
        }
    }
    for (name, used, most) in [
        ("Heap in use", Signal::HeapUsed, Signal::HeapLimit),
        ("File descriptors in use", Signal::ProcessOpenFds, Signal::ProcessMaxFds),
    ] {
        if course.has(used) && course.has(most) {
            let (used, most) = (course.levels(used)?, course.levels(most)?);
            let total = |set: &Set<Measured>, pair| super::draw::total(set, pair, |_| true);
            let share = mean(course, |pair| {
                Some(total(&used, pair)? / total(&most, pair).filter(|most| *most > 0.0)?)
            });
            if share.is_some() {
                levels.push(below(name, share, 0.9, Unit::Ratio));
            }
        }
    }
    Ok(levels)
}

/// The mean over the steps of a window.
fn mean<S: Source>(reading: &Reading<'_, S>, value: impl Fn(Pair) -> Option<f64>) -> Option<f64> {
    let values: Vec<f64> = reading.grid().steps.iter().flatten().filter_map(|pair| value(*pair)).collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

//! One figure of a target, for levels and alerts: from the same signals as its page, so that both say the same.
use std::cell::OnceCell;

use whippet_catalogue::{Class, Dimension, Kind, Shape, Signal, Told};
use whippet_watch::levels::{Aggregate, Figure, Lack, Share};

use super::caches::Caches;
use super::draw::{self, share};
use super::machine::{host_cpu, host_memory};
use super::storage::{self, Pools};
use super::traffic::{self, Traffic};
use crate::reports::buckets::Observed;
use crate::reports::metric_chart;
use crate::reports::reading::{Durations, Reading};
use crate::reports::source::{Counter, Gauge, Labels, Pair, Source};
use crate::reports::tagged::{Measured, Set};

/// A slow database query takes longer than this, ms.
const SLOW: f64 = 1000.0;

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Found {
    /// The value, and whether the true one is only known to be greater.
    pub value: Option<(f64, bool)>,
    /// How many requests, queries or values it is of, where somebody counts.
    pub samples: Option<u64>,
    /// Why there is no value, and never will be one.
    pub lack: Option<Lack>,
}

impl Found {
    fn of(value: Option<f64>) -> Self {
        Self { value: value.map(|value| (value, false)), ..Self::default() }
    }

    fn counted(value: Option<(f64, bool)>, samples: f64) -> Self {
        Self { value, samples: Some(samples.max(0.0).round() as u64), lack: None }
    }
}

/// The figures of a target. What several of them need is read once.
pub struct TargetFigures<'a, S> {
    /// The window as a whole, for what is counted.
    over: Reading<'a, S>,
    /// Its course, for gauges.
    through: Reading<'a, S>,
    told: &'a Told,
    requests: OnceCell<Traffic>,
    queries: OnceCell<Traffic>,
}

impl<'a, S: Source> TargetFigures<'a, S> {
    /// Those of a window: `over` has it as a whole, and `through` its course.
    pub fn new(over: &'a S, through: &'a S, told: &'a Told) -> Self {
        Self {
            over: Reading::new(over, told),
            through: Reading::new(through, told),
            told,
            requests: OnceCell::new(),
            queries: OnceCell::new(),
        }
    }

    /// The ends of the window; `None` where it has fewer than two scrapes.
    pub fn whole(&self) -> Option<Pair> {
        self.over.grid().whole
    }

    /// A figure. `None` where the target does not tell it.
    pub fn read(&self, figure: &Figure, aggregate: Aggregate) -> Result<Option<Found>, S::Error> {
        let Some(whole) = self.whole() else { return Ok(Some(Found::default())) };
        match figure {
            Figure::Share(share) => self.share(*share, whole),
            Figure::Signal(name) => match Signal::from_name(name) {
                Some(signal) => self.signal(signal, aggregate, whole),
                None => Ok(None),
            },
            Figure::Metric { name, labels } => self.metric(name, labels, aggregate, whole),
            _ => Ok(None),
        }
    }

    /// Whether response times come in buckets, or another way.
    pub fn durations(&self, signal: Signal) -> Result<Durations, S::Error> {
        Ok(match signal {
            Signal::ServerDuration => self.requests()?.durations.clone(),
            Signal::DbDuration => self.queries()?.durations.clone(),
            _ => self.over.durations(signal, |_| true)?,
        })
    }

    fn requests(&self) -> Result<&Traffic, S::Error> {
        if self.requests.get().is_none() {
            let _ = self.requests.set(Traffic::read(&self.over, traffic::SERVER)?);
        }
        Ok(self.requests.get_or_init(Traffic::default))
    }

    fn queries(&self) -> Result<&Traffic, S::Error> {
        if self.queries.get().is_none() {
            let _ = self.queries.set(Traffic::read(&self.over, storage::DATABASE)?);
        }
        Ok(self.queries.get_or_init(Traffic::default))
    }

    fn share(&self, wanted: Share, whole: Pair) -> Result<Option<Found>, S::Error> {
        Ok(match wanted {
            Share::ClientErrors => self.answered(Class::Client, whole)?,
            Share::ServerErrors => self.answered(Class::Server, whole)?,
            Share::Failed => self.failed(whole)?,
            Share::SlowQueries => {
                if !self.over.has(Signal::DbDuration) && !self.over.has(Signal::DbSlow) {
                    return Ok(None);
                }
                let slow = storage::slow_share(&self.over, self.queries()?, SLOW)?;
                slow.map(|slow| Found::of(Some(slow)))
            }
            Share::PoolUse => self.pools()?,
            Share::CacheHits => self.caches(whole)?,
            Share::HostCpu => {
                if !self.over.has(Signal::HostCpu) {
                    return Ok(None);
                }
                let cpu = self.over.counted(Signal::HostCpu, |_| true)?;
                match host_cpu(&cpu, self.over.grid(), whole) {
                    Some((share, true)) => Some(Found::of(Some(share))),
                    _ => None,
                }
            }
            Share::HostMemory => self.host_memory()?,
            Share::Heap => self.part(Signal::HeapUsed, Signal::HeapLimit)?,
            Share::FileDescriptors => self.part(Signal::ProcessOpenFds, Signal::ProcessMaxFds)?,
        })
    }

    /// The share of requests with a status of the class.
    fn answered(&self, class: Class, whole: Pair) -> Result<Option<Found>, S::Error> {
        let by_status = &self.requests()?.by_status;
        let has = |class| by_status.any(|tags| tags.class == Some(class));
        let is_told = has(Class::Client) || has(Class::Server) || !has(Class::Failed);
        if by_status.series.is_empty() || !is_told {
            return Ok(None);
        }
        let value = share(by_status, whole, |tags| tags.class == Some(class));
        let all = by_status.sum(whole, |_| true);
        Ok(Some(Found::counted(value.map(|value| (value, false)), all)))
    }

    /// The share of requests that failed, where that is all that is told.
    fn failed(&self, whole: Pair) -> Result<Option<Found>, S::Error> {
        let requests = self.requests()?;
        let by_status = &requests.by_status;
        let has_failed = by_status.any(|tags| tags.class == Some(Class::Failed));
        if !has_failed && (!by_status.series.is_empty() || requests.errors.series.is_empty()) {
            return Ok(None);
        }
        let failed = match has_failed {
            true => share(by_status, whole, |tags| tags.class == Some(Class::Failed)),
            false => storage::failed_share(requests, whole),
        };
        let all = if has_failed { by_status } else { &requests.all };
        Ok(Some(Found::counted(failed.map(|failed| (failed, false)), all.sum(whole, |_| true))))
    }

    /// The pool that is used most.
    fn pools(&self) -> Result<Option<Found>, S::Error> {
        let course = &self.through;
        if !course.has(Signal::PoolInUse) && !course.has(Signal::PoolOpen) {
            return Ok(None);
        }
        let pools = Pools::read(course)?;
        let used = pools.names().into_iter().filter_map(|name| self.mean(|pair| pools.share(&name, pair)));
        Ok(used.reduce(f64::max).map(|most| Found::of(Some(most))))
    }

    fn caches(&self, whole: Pair) -> Result<Option<Found>, S::Error> {
        let caches = [Signal::CacheRequests, Signal::CacheHits, Signal::CacheMisses, Signal::CacheHitRate];
        if !caches.into_iter().any(|signal| self.over.has(signal)) {
            return Ok(None);
        }
        let caches = Caches::read(&self.over)?;
        let looked_up = caches.looked_up(whole, |_| true).1;
        let rate = caches.overall(whole);
        Ok((!caches.is_empty()).then(|| match looked_up > 0.0 {
            true => Found::counted(rate.map(|rate| (rate, false)), looked_up),
            false => Found::of(rate),
        }))
    }

    fn host_memory(&self) -> Result<Option<Found>, S::Error> {
        let course = &self.through;
        if !course.has(Signal::HostMemoryTotal) {
            return Ok(None);
        }
        let used = course.levels(Signal::HostMemoryUsed)?;
        let all = course.levels(Signal::HostMemoryTotal)?;
        let available = course.levels(Signal::HostMemoryAvailable)?;
        let share =
            self.mean(|pair| host_memory(&used, &all, &available, pair).map(|found| found.0 / found.1));
        Ok(share.map(|share| Found::of(Some(share))))
    }

    /// A level as a part of another.
    fn part(&self, used: Signal, most: Signal) -> Result<Option<Found>, S::Error> {
        let course = &self.through;
        if !course.has(used) || !course.has(most) {
            return Ok(None);
        }
        let (used, most) = (course.levels(used)?, course.levels(most)?);
        let share =
            self.mean(|pair| Some(total(&used, pair)? / total(&most, pair).filter(|most| *most > 0.0)?));
        Ok(share.map(|share| Found::of(Some(share))))
    }

    fn signal(&self, signal: Signal, aggregate: Aggregate, whole: Pair) -> Result<Option<Found>, S::Error> {
        if !(self.over.has(signal) || matches!(signal, Signal::ServerDuration | Signal::DbDuration)) {
            return Ok(None);
        }
        match signal.shape() {
            Shape::Spread => self.spread(&self.durations(signal)?, aggregate, whole),
            Shape::Count => {
                let set = match is_of_traffic(signal) {
                    true => self.over.counted(signal, |_| true)?,
                    false => self.over.counted_by_group(signal)?,
                };
                if set.series.is_empty() {
                    return Ok(None);
                }
                let grew = set.sum(whole, |_| true);
                let scale = if signal.dimension() == Dimension::Time { 1e-3 } else { 1.0 };
                let seconds = self.over.grid().seconds(whole);
                Ok(counted(aggregate, grew, seconds, scale).map(|value| Found::of(Some(value))))
            }
            Shape::Level => {
                let set = self.through.levels(signal)?;
                let values = self.course(|pair| total(&set, pair));
                Ok((!set.series.is_empty()).then(|| Found::of(along(aggregate, &values))))
            }
        }
    }

    fn spread(
        &self,
        durations: &Durations,
        aggregate: Aggregate,
        whole: Pair,
    ) -> Result<Option<Found>, S::Error> {
        if durations.is_empty() {
            return Ok(None);
        }
        let count = durations.count(whole);
        let seconds = self.over.grid().seconds(whole);
        let observed = (!durations.buckets.is_empty()).then(|| durations.buckets.observed(whole));
        let value = match (aggregate, &observed) {
            (Aggregate::Usual, Some(observed)) => observed.quantile(0.95),
            (Aggregate::Quantile(q), Some(observed)) => observed.quantile(q),
            (Aggregate::ShareAbove(bound), Some(observed)) => {
                observed.above(bound).map(|share| (share, false))
            }
            // What a backend computed of one series, as it is.
            (Aggregate::Quantile(q), None) => {
                let mut own = durations.own.iter().filter(|own| draw::stat(&own.tags.stat) == percentile(q));
                match (own.next(), own.next()) {
                    (Some(one), None) => one.at(whole).map(|value| (value, false)),
                    _ => None,
                }
            }
            (Aggregate::Mean | Aggregate::Usual, _) => durations.average(whole).map(|mean| (mean, false)),
            (Aggregate::Rate | Aggregate::Sum, _) => {
                counted(aggregate, count, seconds, 1.0).map(|value| (value, false))
            }
            _ => None,
        };
        // Where a mean is asked for of buckets, their sums are read.
        if matches!(aggregate, Aggregate::Mean) && value.is_none() && observed.is_some() {
            return Ok(Some(Found::counted(self.mean_of_buckets(durations, whole)?, count)));
        }
        Ok(Some(Found::counted(value, count)))
    }

    fn mean_of_buckets(&self, durations: &Durations, whole: Pair) -> Result<Option<(f64, bool)>, S::Error> {
        let (mut sum, mut count) = (0.0, 0.0);
        let factor = durations.buckets.series().next().map_or(1.0, |series| series.tags.factor);
        for metric in &durations.metrics {
            let grew = |all: &[Counter]| all.iter().fold(0.0, |sum, one| sum + one.increase(whole));
            sum += grew(&self.over.counters(&format!("{metric}_sum"))?) * factor;
            count += grew(&self.over.counters(&format!("{metric}_count"))?);
        }
        Ok((count > 0.0).then(|| (sum / count, false)))
    }

    /// A metric as the target prints it, in the unit in which its chart is shown.
    fn metric(
        &self,
        name: &str,
        labels: &[(String, String)],
        aggregate: Aggregate,
        whole: Pair,
    ) -> Result<Option<Found>, S::Error> {
        let Ok(place) = self.told.metrics.binary_search_by(|known| known.name.as_str().cmp(name)) else {
            return Ok(None);
        };
        let kind = self.told.metrics[place].kind();
        if let Some(lack) = lack(kind, aggregate) {
            return Ok(Some(Found { lack: Some(lack), ..Found::default() }));
        }
        let (_, scale) = metric_chart::unit(name, kind);
        let wanted = |found: &Labels| labels.iter().all(|(label, value)| found.get(label) == Some(value));
        let grew = |all: &[Counter]| {
            let wanted = all.iter().filter(|one| wanted(&one.labels));
            wanted.fold((0.0, 0_usize), |(sum, count), one| (sum + one.increase(whole), count + 1))
        };
        let seconds = self.over.grid().seconds(whole);
        if let (Kind::Summary, Aggregate::Quantile(q)) = (kind, aggregate) {
            let all = self.over.gauges(name)?;
            let told = |one: &&Gauge| {
                one.labels.get("quantile").is_some_and(|told| draw::stat(told) == percentile(q))
            };
            let mut own = all.iter().filter(|one| wanted(&one.labels)).filter(told);
            return Ok(match (own.next(), own.next()) {
                (Some(one), None) => Some(Found::of(one.at(whole).map(|value| value * scale))),
                _ => None,
            });
        }
        Ok(match kind {
            Kind::Counter => {
                let (sum, series) = grew(&self.over.counters(name)?);
                let value = counted(aggregate, sum, seconds, scale);
                (series > 0).then(|| Found::of(value))
            }
            Kind::Gauge => {
                let all = self.through.gauges(name)?;
                let all: Vec<&Gauge> = all.iter().filter(|one| wanted(&one.labels)).collect();
                let sum = |pair| all.iter().filter_map(|one| one.at(pair)).reduce(|a, b| a + b);
                let values = self.course(|pair| sum(pair).map(|value| value * scale));
                (!all.is_empty()).then(|| Found::of(along(aggregate, &values)))
            }
            Kind::Histogram | Kind::Summary => {
                let (sum, _) = grew(&self.over.counters(&format!("{name}_sum"))?);
                let (count, series) = grew(&self.over.counters(&format!("{name}_count"))?);
                let mean = (count > 0.0).then(|| (sum / count * scale, false));
                let value = match aggregate {
                    Aggregate::Usual if kind == Kind::Summary => mean,
                    Aggregate::Mean => mean,
                    Aggregate::Rate | Aggregate::Sum => {
                        counted(aggregate, count, seconds, 1.0).map(|value| (value, false))
                    }
                    _ if kind == Kind::Histogram => {
                        let buckets = self.over.counters(&format!("{name}_bucket"))?;
                        let buckets = buckets.iter().filter(|one| wanted(&one.labels));
                        of_buckets(aggregate, buckets, whole, scale)
                    }
                    _ => None,
                };
                (series > 0).then(|| Found::counted(value, count))
            }
        })
    }

    /// The values of the steps.
    fn course(&self, value: impl Fn(Pair) -> Option<f64>) -> Vec<f64> {
        self.through.grid().steps.iter().flatten().filter_map(|pair| value(*pair)).collect()
    }

    fn mean(&self, value: impl Fn(Pair) -> Option<f64>) -> Option<f64> {
        along(Aggregate::Mean, &self.course(value))
    }
}

/// What a kind of metric has, where the aggregate is none of that.
fn lack(kind: Kind, aggregate: Aggregate) -> Option<Lack> {
    use Aggregate::{Last, Max, Mean, Min, Rate, ShareAbove, Sum, Usual};
    let (has, lack) = match kind {
        Kind::Counter => (matches!(aggregate, Rate | Sum), Lack { kind: "a counter", has: "rate, sum" }),
        Kind::Gauge => {
            let lack = Lack { kind: "a gauge", has: "mean, last, min, max" };
            (matches!(aggregate, Mean | Last | Min | Max), lack)
        }
        Kind::Histogram => {
            let lack =
                Lack { kind: "a histogram", has: "percentiles such as p95, mean, rate, sum, share > 1s" };
            (!matches!(aggregate, Last | Min | Max | Aggregate::Share), lack)
        }
        Kind::Summary => {
            let lack =
                Lack { kind: "a summary", has: "the percentiles that it tells itself, mean, rate, sum" };
            (!matches!(aggregate, Last | Min | Max | Aggregate::Share | ShareAbove(_)), lack)
        }
    };
    (!has && aggregate != Usual).then_some(lack)
}

/// What a quantile that a backend computed itself is called.
fn percentile(q: f64) -> String {
    format!("p{}", (q * 1e6).round() / 1e4)
}

fn total(set: &Set<Measured>, pair: Pair) -> Option<f64> {
    draw::total(set, pair, |_| true)
}

/// Requests and calls: their charts show the best of all metrics that count them.
fn is_of_traffic(signal: Signal) -> bool {
    let name = signal.name();
    name.starts_with("http.") || name.starts_with("genai.")
}

/// What is made of an increase.
fn counted(aggregate: Aggregate, grew: f64, seconds: f64, scale: f64) -> Option<f64> {
    match aggregate {
        Aggregate::Rate | Aggregate::Usual => (seconds > 0.0).then(|| grew / seconds * scale),
        Aggregate::Sum => Some(grew * scale),
        _ => None,
    }
}

/// What is made of the values of a course.
fn along(aggregate: Aggregate, values: &[f64]) -> Option<f64> {
    match aggregate {
        Aggregate::Mean | Aggregate::Usual => {
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        }
        Aggregate::Last => values.last().copied(),
        Aggregate::Min => values.iter().copied().reduce(f64::min),
        Aggregate::Max => values.iter().copied().reduce(f64::max),
        _ => None,
    }
}

fn of_buckets<'c>(
    aggregate: Aggregate,
    buckets: impl Iterator<Item = &'c Counter>,
    whole: Pair,
    scale: f64,
) -> Option<(f64, bool)> {
    let bound = |one: &Counter| one.label("le").parse::<f64>().ok().filter(|bound| !bound.is_nan());
    let there = buckets.filter(|one| one.is_at(whole));
    let counts = there.filter_map(|one| Some((bound(one)? * scale, one.increase(whole))));
    let observed = Observed::of(counts.collect());
    match aggregate {
        Aggregate::Quantile(q) => observed.quantile(q),
        Aggregate::Usual => observed.quantile(0.95),
        Aggregate::ShareAbove(limit) => observed.above(limit).map(|share| (share, false)),
        _ => None,
    }
}

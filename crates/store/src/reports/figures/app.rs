//! The figures of an app, or of a page of it, over a window.
use std::cell::OnceCell;
use std::collections::BTreeMap;

use whippet_engine::stats::StoredHistogram;
use whippet_engine::vitals::Metric;
use whippet_watch::levels::{Aggregate, Answer, Figure};

use super::once::once;
use crate::cells::{Errors, Gauge, Section, Sums, Timings, Values};
use crate::database::{Database, Result, params};
use crate::kind::Kind;
use crate::reports::filter::Filter;
use crate::reports::steps::Steps;
use crate::reports::window::Window;
use crate::reports::{histograms, vitals_window};

/// A figure of a distribution at a quantile, or above a bound.
type Of<'a> = &'a dyn Fn(f64) -> Option<f64>;

/// Figures over one window. Each kind of them is read when it is first asked for, and once.
pub struct AppFigures<'a> {
    db: &'a dyn Database,
    steps: &'a Steps,
    filter: &'a Filter,
    /// Whether the app, and the page, are known at all.
    known: bool,
    vitals: OnceCell<(u64, [Values; vitals_window::METRICS])>,
    histograms: OnceCell<BTreeMap<String, Timings>>,
    sums: OnceCell<Sums>,
    errors: OnceCell<u64>,
}

impl<'a> AppFigures<'a> {
    /// Those of what the filter selects.
    pub fn new(db: &'a dyn Database, steps: &'a Steps, filter: &'a Filter) -> Result<Self> {
        let is_known = |kind: Kind, name: &Option<String>| -> Result<bool> {
            name.as_deref().map_or(Ok(true), |name| Ok(!ids(db, kind, name)?.is_empty()))
        };
        Ok(Self {
            known: is_known(Kind::App, &filter.app)? && is_known(Kind::Page, &filter.page)?,
            db,
            steps,
            filter,
            vitals: OnceCell::new(),
            histograms: OnceCell::new(),
            sums: OnceCell::new(),
            errors: OnceCell::new(),
        })
    }

    /// A figure. Without a value nothing is known: of an app that was never seen, or of a name that it never sent.
    pub fn read(&self, figure: &Figure, aggregate: Aggregate) -> Result<Answer> {
        if !self.known {
            return Ok(Answer::default());
        }
        Ok(match figure {
            Figure::Vital(metric) => {
                let values = &self.vitals()?.1[*metric as usize];
                let quantile = |q| values.quantile(*metric, q);
                let above = |bound| share_above(*metric, values, bound);
                self.spread(&values.histogram, aggregate, (&quantile, &above))
            }
            Figure::PageLoad => {
                let loads = histograms::page_loads(self.histograms()?);
                let quantile = |q| loads.quantile(q);
                let above = |bound| above(&loads.histogram, bound);
                self.spread(&loads.histogram, aggregate, (&quantile, &above))
            }
            Figure::Timing(name) => {
                let Some(timings) = self.histograms()?.get(name) else { return Ok(Answer::default()) };
                let quantile = |q| timings.histogram.quantile(q);
                let above = |bound| above(&timings.histogram, bound);
                self.spread(&timings.histogram, aggregate, (&quantile, &above))
            }
            Figure::Views => self.count(self.vitals()?.0, aggregate),
            Figure::Errors => self.count(*self.errors()?, aggregate),
            Figure::ErrorRate => {
                let views = self.vitals()?.0;
                let errors = *self.errors()?;
                // Errors of views of which nothing else is known.
                let of = views.max(u64::from(errors > 0));
                let value = (of > 0).then(|| errors as f64 / of as f64);
                Answer { value, samples: Some(views), ..Answer::default() }
            }
            Figure::Count(name) => {
                let ids = ids(self.db, Kind::Counter, name)?;
                if ids.is_empty() {
                    return Ok(Answer::default());
                }
                let sums = self.sums()?;
                let count = ids.iter().filter_map(|id| sums.counters.get(id));
                self.count(count.fold(0, |sum, count| sum.saturating_add(*count)), aggregate)
            }
            Figure::Gauge(name) => {
                let sums = self.sums()?;
                let mut gauge = Gauge::default();
                for id in ids(self.db, Kind::Gauge, name)? {
                    if let Some(found) = sums.gauges.get(&id) {
                        gauge.merge(found);
                    }
                }
                let value = match aggregate {
                    _ if gauge.count == 0 => None,
                    Aggregate::Min => Some(gauge.min),
                    Aggregate::Max => Some(gauge.max),
                    Aggregate::Mean => Some(gauge.sum / gauge.count as f64),
                    _ => None,
                };
                Answer { value, samples: Some(gauge.count), ..Answer::default() }
            }
            Figure::Signal(_) | Figure::Share(_) | Figure::Metric { .. } => Answer::default(),
        })
    }

    fn seconds(&self) -> f64 {
        (self.steps.to - self.steps.from) as f64 / 1000.0
    }

    fn count(&self, count: u64, aggregate: Aggregate) -> Answer {
        let value = match aggregate {
            Aggregate::Rate => count as f64 / self.seconds(),
            _ => count as f64,
        };
        Answer { value: Some(value), ..Answer::default() }
    }

    fn spread(
        &self,
        histogram: &StoredHistogram,
        aggregate: Aggregate,
        (quantile, above): (Of<'_>, Of<'_>),
    ) -> Answer {
        let value = match aggregate {
            Aggregate::Quantile(q) => quantile(q),
            Aggregate::ShareAbove(bound) => above(bound),
            Aggregate::Mean => histogram.mean(),
            Aggregate::Min => histogram.min(),
            Aggregate::Max => histogram.max(),
            Aggregate::Rate => Some(histogram.count() as f64 / self.seconds()),
            _ => None,
        };
        Answer { value, samples: Some(histogram.count()), ..Answer::default() }
    }

    fn vitals(&self) -> Result<&(u64, [Values; vitals_window::METRICS])> {
        once(&self.vitals, || {
            let vitals = vitals_window::whole(self.db, self.steps, self.filter)?;
            Ok((vitals.views, vitals_window::values(&vitals, self.filter)))
        })
    }

    fn histograms(&self) -> Result<&BTreeMap<String, Timings>> {
        once(&self.histograms, || histograms::by_name(self.db, self.steps, self.filter))
    }

    fn sums(&self) -> Result<&Sums> {
        once(&self.sums, || Window::new(self.db, self.steps, self.filter)?.total(Section::Sums))
    }

    fn errors(&self) -> Result<&u64> {
        once(&self.errors, || {
            let errors: Errors = Window::new(self.db, self.steps, self.filter)?.total(Section::Errors)?;
            Ok(errors.0.values().fold(0, |sum: u64, error| sum.saturating_add(error.count)))
        })
    }
}

/// The numbers of a name: apps may have the same.
fn ids(db: &dyn Database, kind: Kind, name: &str) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM names WHERE kind = ?1 AND name = ?2";
    db.query_map(sql, params![kind as i64, name], |row| row.get(0))
}

/// The share of values above a bound: by the exact counts where it is a threshold of the vital.
fn share_above(metric: Metric, values: &Values, bound: f64) -> Option<f64> {
    let all = values.ratings.iter().fold(0, |sum: u64, count| sum.saturating_add(*count));
    let (good, poor) = metric.thresholds();
    let [_, fair, bad] = values.ratings;
    match bound {
        _ if all == 0 => None,
        bound if bound == good => Some((fair + bad) as f64 / all as f64),
        bound if bound == poor => Some(bad as f64 / all as f64),
        bound => above(&values.histogram, bound),
    }
}

/// The share of values above a bound; linear within a bucket.
fn above(histogram: &StoredHistogram, bound: f64) -> Option<f64> {
    let (min, max) = (histogram.min()?, histogram.max()?);
    if bound >= max {
        return Some(0.0);
    }
    if bound < min {
        return Some(1.0);
    }
    let part = |lower: f64, upper: f64| match bound {
        bound if bound <= lower => 1.0,
        bound if bound >= upper => 0.0,
        bound => (upper - bound) / (upper - lower),
    };
    let above = histogram
        .buckets()
        .fold(0.0, |sum, bucket| sum + bucket.count as f64 * part(bucket.lower, bucket.upper));
    Some((above / histogram.count() as f64).clamp(0.0, 1.0))
}

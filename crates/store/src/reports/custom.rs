//! `GET /api/custom`: the measurements that an application names itself.
use std::collections::BTreeMap;

use whippet_api::{Counter, Custom, Gauge};

use super::filter::{Filter, distribution, names};
use super::histograms::by_name;
use super::split_timings;
use super::steps::Steps;
use super::toolkit;
use super::window::Window;
use crate::cells::{Section, Sums};
use crate::database::{Database, Result};
use crate::kind::{Kind, OTHER};
use crate::timing_names::is_own;

/// Distributions, counts and gauges of the window. Of page views with one value of a dimension, distributions alone are kept.
pub fn custom(db: &dyn Database, steps: &Steps, filter: &Filter) -> Result<Custom> {
    if let Some(split) = &filter.split {
        let timings = split_timings::by_name(db, steps, filter, split)?;
        let distributions = timings.iter().map(|(name, histogram)| distribution(name, histogram)).collect();
        return Ok(Custom { distributions, ..Custom::default() });
    }
    let is_custom = |name: &str| !is_own(name);
    let histograms = by_name(db, steps, filter)?;
    let distributions = histograms.iter().filter(|entry| is_custom(entry.0));
    let sums: Sums = Window::new(db, steps, filter)?.total(Section::Sums)?;
    let counters = toolkit::named(&names(db, Kind::Counter)?, &sums).into_iter();
    Ok(Custom {
        distributions: distributions.map(|(name, timings)| distribution(name, &timings.histogram)).collect(),
        counters: counters
            .filter(|entry| is_custom(&entry.0))
            .map(|(name, total)| Counter { name, total })
            .collect(),
        gauges: gauges(db, &sums)?,
    })
}

fn gauges(db: &dyn Database, sums: &Sums) -> Result<Vec<Gauge>> {
    let known = names(db, Kind::Gauge)?;
    // Gauges of different applications may have the same name.
    let mut gauges: BTreeMap<&str, crate::cells::Gauge> = BTreeMap::new();
    for (name, gauge) in &sums.gauges {
        gauges.entry(known.get(name).map_or(OTHER, String::as_str)).or_default().merge(gauge);
    }
    let gauge = |(name, gauge): (&str, crate::cells::Gauge)| Gauge {
        name: name.to_owned(),
        count: gauge.count as f64,
        mean: if gauge.count > 0 { gauge.sum / gauge.count as f64 } else { 0.0 },
        min: gauge.min,
        max: gauge.max,
    };
    Ok(gauges.into_iter().map(gauge).collect())
}

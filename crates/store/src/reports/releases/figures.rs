//! The figures of one side of a comparison, by class of device.
use std::collections::BTreeMap;

use whippet_engine::stats::StoredHistogram;

use super::super::filter::Filter;
use super::super::vitals_window::{METRICS, values};
use crate::cells::{self, Cell, Timings, Vitals};

/// The vitals, and page loads after them.
pub const COMPARED: usize = METRICS + 1;

/// What is gathered of page views on one class of devices.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    vitals: Vitals,
    loads: Timings,
}

impl Gathered {
    /// Adds more.
    pub fn add(&mut self, vitals: &Vitals, loads: &Timings) {
        self.vitals.merge(vitals);
        self.loads.merge(loads);
    }

    /// Its page views and histograms.
    fn figures(&self, filter: &Filter) -> Figures {
        let mut histograms: Vec<StoredHistogram> =
            values(&self.vitals, filter).into_iter().map(|values| values.histogram).collect();
        histograms.push(self.loads.histogram.clone());
        Figures {
            views: super::super::vitals_window::views(
                self.vitals.views,
                &values(&self.vitals, filter),
                filter,
            ),
            histograms,
        }
    }
}

/// Page views, and histograms of [`COMPARED`] metrics.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Page views.
    pub views: u64,
    /// By metric.
    pub histograms: Vec<StoredHistogram>,
}

/// A side by the number of the class of device.
#[derive(Clone, Debug, Default)]
pub struct Devices(pub BTreeMap<i64, Figures>);

impl Devices {
    /// Of what was gathered.
    pub fn of(gathered: &BTreeMap<i64, Gathered>, filter: &Filter) -> Self {
        Self(gathered.iter().map(|(device, gathered)| (*device, gathered.figures(filter))).collect())
    }

    /// All page views.
    pub fn views(&self) -> u64 {
        self.0.values().map(|figures| figures.views).sum()
    }

    /// Adds another page of the same name.
    pub fn merge(&mut self, other: Self) {
        for (device, figures) in other.0 {
            let held = self.0.entry(device).or_default();
            held.views += figures.views;
            held.histograms.resize_with(COMPARED, StoredHistogram::default);
            for (held, other) in held.histograms.iter_mut().zip(&figures.histograms) {
                cells::merge_histogram(held, other);
            }
        }
    }
}

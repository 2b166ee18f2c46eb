//! What a group of beacons adds to the cells of a page: each thing once, before it is counted in the cells of the whole
//! application, of hours and days that are complete, and of each split.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::open_views::OpenView;
use super::place::Place;
use super::section::Cell;
use super::view_rows::Reported;
use super::{Attribution, Errors, Histograms, Loading, Origin, Part, Sums, Vitals};

/// What is added to one minute of one page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Addition {
    pub vitals: Option<Vitals>,
    pub attribution: Option<Attribution>,
    pub histograms: Option<Histograms>,
    pub sums: Option<Sums>,
    pub loading: Option<Loading>,
    pub errors: Option<Errors>,
    /// Of page views that say the same of themselves.
    pub splits: BTreeMap<Origin, Part>,
    /// The timings that the application names itself, of such page views. Most beacons have none.
    pub timings: BTreeMap<Origin, Histograms>,
}

/// What groups add.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Additions {
    /// To cells. In order, so that sums of `f64` come out the same whenever the same is added.
    pub places: BTreeMap<Place, Addition>,
    /// To page views that last.
    pub views: Reported,
}

impl Additions {
    /// Whether they add nothing.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty() && self.views.is_empty()
    }

    /// Adds what cells do not have of a page view.
    pub fn count(&mut self, view: &OpenView) {
        let place = Place { minute: view.minute, app: view.app, page: view.page };
        let addition = self.places.entry(place).or_default();
        view.add_vitals(addition.vitals.get_or_insert_default());
        view.add_vitals(&mut addition.splits.entry(view.origin).or_default().vitals);
        if view.is_attributed() {
            view.add_attribution(addition.attribution.get_or_insert_default());
        }
    }

    /// Adds what came later.
    pub fn merge(&mut self, more: Self) {
        if self.is_empty() {
            *self = more;
            return;
        }
        for (place, addition) in more.places {
            match self.places.get_mut(&place) {
                Some(held) => held.merge(addition),
                None => drop(self.places.insert(place, addition)),
            }
        }
        for (key, view) in more.views {
            match self.views.get_mut(&key) {
                Some(held) => {
                    for measure in view.measures {
                        held.report(measure);
                    }
                }
                None => drop(self.views.insert(key, view)),
            }
        }
    }
}

impl Addition {
    /// Adds another one.
    fn merge(&mut self, other: Self) {
        merge(&mut self.vitals, other.vitals);
        merge(&mut self.attribution, other.attribution);
        merge(&mut self.histograms, other.histograms);
        merge(&mut self.sums, other.sums);
        merge(&mut self.loading, other.loading);
        merge(&mut self.errors, other.errors);
        for (origin, part) in other.splits {
            match self.splits.get_mut(&origin) {
                Some(held) => held.merge(&part),
                None => drop(self.splits.insert(origin, part)),
            }
        }
        for (origin, timings) in other.timings {
            match self.timings.get_mut(&origin) {
                Some(held) => held.merge(&timings),
                None => drop(self.timings.insert(origin, timings)),
            }
        }
    }
}

fn merge<T: Cell>(sum: &mut Option<T>, other: Option<T>) {
    match (sum, other) {
        (Some(sum), Some(other)) => sum.merge(&other),
        (sum, Some(other)) => *sum = Some(other),
        (_, None) => {}
    }
}

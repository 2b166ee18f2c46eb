//! Rows of the journal as their first format has them: without timings by origin. A collector that was killed before it was replaced
//! by this version left such rows.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::addition::{Addition, Additions};
use super::place::Place;
use super::view_rows::Reported;
use super::{Attribution, Errors, Histograms, Loading, Origin, Part, Sums, Vitals};

/// [`Additions`] of the first format.
#[derive(Deserialize)]
pub struct Additions1 {
    places: BTreeMap<Place, Addition1>,
    views: Reported,
}

#[derive(Deserialize)]
struct Addition1 {
    vitals: Option<Vitals>,
    attribution: Option<Attribution>,
    histograms: Option<Histograms>,
    sums: Option<Sums>,
    loading: Option<Loading>,
    errors: Option<Errors>,
    splits: BTreeMap<Origin, Part>,
}

impl From<Additions1> for Additions {
    fn from(Additions1 { places, views }: Additions1) -> Self {
        Self { places: places.into_iter().map(|(place, added)| (place, added.into())).collect(), views }
    }
}

impl From<Addition1> for Addition {
    fn from(added: Addition1) -> Self {
        let Addition1 { vitals, attribution, histograms, sums, loading, errors, splits } = added;
        Self { vitals, attribution, histograms, sums, loading, errors, splits, timings: BTreeMap::new() }
    }
}

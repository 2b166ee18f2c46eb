//! The vitals by themselves, for who shows or reports them without beacons.
use super::vitals::{EntryScope, PageEvent, Vitals};
use std::fmt;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::{Metric, Navigation, Rating};

/// A web vital of the page, as far as it is known: most change while the page is used.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebVital {
    /// Which one.
    pub metric: Metric,
    /// In ms; a plain number for CLS.
    pub value: f64,
    /// How the page view began that it is of.
    pub navigation: Navigation,
    /// What it comes from: the element, the resource, and its phases.
    pub attribution: Attribution,
}

impl WebVital {
    /// How the value is rated.
    pub fn rating(&self) -> Rating {
        self.metric.rate(self.value)
    }
}

/// Measures until it is dropped.
#[must_use = "dropping it stops measuring"]
pub struct VitalsObserver(#[expect(dead_code, reason = "it measures while it is there")] Vitals);

impl fmt::Debug for VitalsObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VitalsObserver")
    }
}

/// Calls `on_change` with each new value of each vital, also with those that the browser has recorded before.
pub fn observe_vitals(on_change: impl Fn(WebVital) + 'static) -> VitalsObserver {
    VitalsObserver(Vitals::new(EntryScope::Buffered, move |event| {
        if let PageEvent::Vital(vital) = event {
            let (metric, value, navigation) = (vital.metric, vital.value, vital.navigation);
            on_change(WebVital { metric, value, navigation, attribution: vital.attribution });
        }
    }))
}

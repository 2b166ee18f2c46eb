//! Page views that may still report, and what they have reported.
//!
//! A page view reports a vital again when it grows, and a Prometheus histogram takes nothing back. So a vital that may grow
//! is counted once, with the value that it has after the page view was quiet for some time.
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use whippet_engine::beacon::Beacon;
use whippet_engine::vitals::Metric;

use super::label_sets::LabelSet;

/// The most page views that are remembered. The oldest is forgotten for a new one: if it reports again, it counts again.
const MOST: usize = 1 << 17;

/// A vital whose value is final.
#[derive(Debug, PartialEq)]
pub struct Settled {
    /// Where it was measured.
    pub place: Arc<LabelSet>,
    /// Which one.
    pub metric: Metric,
    /// Its value, in the beacon's unit.
    pub value: f64,
    /// How many page views it stands for.
    pub weight: u64,
}

struct View {
    place: Arc<LabelSet>,
    weight: u64,
    /// When the newest beacon came that told a vital; while something is pending.
    due: i64,
    /// Bits by metric: those that were counted.
    counted: u8,
    /// Vitals that may still grow, with the page's own time.
    pending: Vec<(Metric, f64, i64)>,
}

/// All page views of the last time.
pub struct OpenViews {
    hasher: RandomState,
    views: HashMap<u64, View>,
    /// Those with pending vitals, by the time at which these are final.
    due: BTreeSet<(i64, u64)>,
    /// All of them, in the order they began.
    order: VecDeque<u64>,
    most: usize,
    /// How long a page view must be quiet, ms.
    quiet: i64,
}

/// What a beacon says of its page view.
#[derive(Debug, Default)]
pub struct Told {
    /// It is the page view's first.
    pub first: bool,
    /// Vitals that changed after they had been counted.
    pub late: Vec<Metric>,
    /// Vitals to be counted now.
    pub settled: Vec<Settled>,
}

impl OpenViews {
    /// None yet. Vitals are final when their page view told no vital for `quiet` ms.
    pub fn new(quiet: i64) -> Self {
        Self {
            hasher: RandomState::new(),
            views: HashMap::new(),
            due: BTreeSet::new(),
            order: VecDeque::new(),
            most: MOST,
            quiet,
        }
    }

    /// Takes a beacon of a page view. It belongs to the label set of the page view's first one.
    pub fn add(&mut self, beacon: &Beacon, place: impl FnOnce() -> LabelSet, weight: u64, now: i64) -> Told {
        let key = self.hasher.hash_one((&beacon.app, &beacon.view));
        let mut told = Told::default();
        if !self.views.contains_key(&key) {
            told.first = true;
            if self.order.len() >= self.most
                && let Some(oldest) = self.order.pop_front()
            {
                self.forget(oldest, &mut told.settled);
            }
            let (place, pending) = (Arc::new(place()), Vec::new());
            self.views.insert(key, View { place, weight, due: 0, counted: 0, pending });
            self.order.push_back(key);
        }
        let Some(view) = self.views.get_mut(&key) else { return told };
        let was_pending = !view.pending.is_empty();
        for vital in &beacon.vitals {
            let metric = vital.name;
            if view.counted & bit(metric) != 0 {
                told.late.extend(grows(metric).then_some(metric));
            } else if grows(metric) {
                let known = view.pending.iter_mut().find(|pending| pending.0 == metric);
                match known {
                    Some(known) if known.2 <= beacon.sent_at => {
                        *known = (metric, vital.value, beacon.sent_at)
                    }
                    Some(_) => {}
                    None => view.pending.push((metric, vital.value, beacon.sent_at)),
                }
            } else {
                view.counted |= bit(metric);
                told.settled.push(view.settled(metric, vital.value));
            }
        }
        if !view.pending.is_empty() && !beacon.vitals.is_empty() {
            if was_pending {
                self.due.remove(&(view.due, key));
            }
            view.due = now + self.quiet;
            self.due.insert((view.due, key));
        }
        told
    }

    /// The vitals that are final by now.
    pub fn settle(&mut self, now: i64) -> Vec<Settled> {
        let mut settled = Vec::new();
        while let Some((due, key)) = self.due.first().copied()
            && due <= now
        {
            self.due.pop_first();
            if let Some(view) = self.views.get_mut(&key) {
                view.settle(&mut settled);
            }
        }
        settled
    }

    /// How many page views have vitals that are not final.
    pub fn waiting(&self) -> usize {
        self.due.len()
    }

    fn forget(&mut self, key: u64, settled: &mut Vec<Settled>) {
        if let Some(mut view) = self.views.remove(&key) {
            self.due.remove(&(view.due, key));
            view.settle(settled);
        }
    }
}

impl View {
    fn settled(&self, metric: Metric, value: f64) -> Settled {
        Settled { place: Arc::clone(&self.place), metric, value, weight: self.weight }
    }

    fn settle(&mut self, settled: &mut Vec<Settled>) {
        for (metric, value, _) in std::mem::take(&mut self.pending) {
            self.counted |= bit(metric);
            settled.push(self.settled(metric, value));
        }
    }
}

fn bit(metric: Metric) -> u8 {
    1 << metric as u8
}

/// Whether a page view may report the vital again with another value.
fn grows(metric: Metric) -> bool {
    matches!(metric, Metric::Lcp | Metric::Inp | Metric::Cls)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use whippet_engine::beacon;

    fn sent(view: &str, vitals: &str, at: i64) -> Beacon {
        let text = format!(
            r#"{{"v":1,"id":"{view}-{at}","session":"s","app":"a","page":"/","sentAt":{at},"vitals":{{{vitals}}}}}"#
        );
        beacon::decode(text.as_bytes()).unwrap()
    }

    fn values(settled: &[Settled]) -> Vec<(&'static str, f64)> {
        settled.iter().map(|settled| (settled.metric.as_str(), settled.value)).collect()
    }

    #[test]
    fn a_vital_counts_once_with_its_last_value() {
        let mut views = OpenViews::new(60);
        let mut add = |vitals: &str, at| views.add(&sent("v", vitals, at), LabelSet::default, 1, at);
        let told = add(r#""TTFB":{"value":100},"LCP":{"value":900}"#, 0);
        assert!(told.first);
        assert_eq!(values(&told.settled), [("TTFB", 100.0)]);
        // The older one arrives last.
        let told = add(r#""LCP":{"value":1900}"#, 50);
        assert!(!told.first && told.settled.is_empty());
        add(r#""LCP":{"value":1200}"#, 40);
        assert_eq!(views.settle(99), []);
        assert_eq!(values(&views.settle(110)), [("LCP", 1900.0)]);
        let told = views.add(
            &sent("v", r#""LCP":{"value":2100},"TTFB":{"value":100},"INP":{"value":80}"#, 200),
            LabelSet::default,
            1,
            200,
        );
        assert_eq!((told.late, told.settled.len()), (vec![Metric::Lcp], 0));
        assert_eq!((views.waiting(), values(&views.settle(260))), (1, vec![("INP", 80.0)]));
        assert_eq!(views.settle(i64::MAX), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn nothing_is_lost_and_nothing_grows(steps in prop::collection::vec((0..40u8, 0..40i64), 1..300)) {
            let mut views = OpenViews::new(30);
            views.most = 8;
            let (mut now, mut began, mut counted) = (0, 0, 0);
            for (view, later) in steps {
                now += later;
                counted += views.settle(now).len();
                let told = views.add(&sent(&format!("v{view}"), r#""INP":{"value":80}"#, now), LabelSet::default, 1, now);
                began += usize::from(told.first);
                counted += told.settled.len();
                prop_assert!(views.views.len() <= 8 && views.order.len() == views.views.len());
                prop_assert!(views.due.len() <= views.views.len());
            }
            counted += views.settle(i64::MAX).len();
            prop_assert_eq!(counted, began);
        }
    }
}

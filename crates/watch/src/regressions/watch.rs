//! Watches one release from its first hour: all metrics, pages and classes of devices, beside the release before it.
//!
//! It is a function of the hours alone: who starts again hands it the same hours, and has the same findings.
use super::dispersion::Dispersion;
use super::effect::{Change, Sums};
use super::many::believed;
use super::sequential::{Logs, Stratum, add, evidence, mixture};
use super::usual::{Usual, Values, Weights, weights};

/// The share of the alarms that may be false which the application as a whole gets; its pages share the rest.
const WHOLE: f64 = 0.8;
/// How many standard errors an effect may be below the threshold and still count as reaching it: where it is what the threshold
/// says, half of all estimates are below.
const BELOW: f64 = 1.0;
/// By how much the odds to fail are larger in what is looked for first: failures hardly ever become a few more.
const FAILING: f64 = 3.0;
/// From this evidence on a page or a class of devices is named, once the metric is reported.
const NAMED: f64 = 3.0;
/// By which factor an hour counts less for "now" after each further one.
const FADE: f64 = 0.9;
/// A release is rolled back when its share of the page views falls to this part of its largest.
const ROLLED_BACK: f64 = 0.1;
/// The fewest page views that tell a share.
const VIEWS: f64 = 20.0;

/// How many there are of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Pages.
    pub pages: usize,
    /// Metrics.
    pub metrics: usize,
    /// Classes of devices.
    pub devices: usize,
}

impl Shape {
    /// Where a page, metric and class of device stands in a list of all.
    pub fn place(&self, page: usize, metric: usize, device: usize) -> usize {
        (page * self.metrics + metric) * self.devices + device
    }

    /// How many places there are.
    pub fn places(&self) -> usize {
        self.pages * self.metrics * self.devices
    }
}

/// From when on something is reported.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounds {
    /// The chance that a release is called slow by a metric that it does not make slower.
    pub alpha: f64,
    /// By which share a p75 must be larger, by metric.
    pub thresholds: Vec<f64>,
    /// A p75 below this counts as this, by metric.
    pub floors: Vec<f64>,
}

/// What was learnt before the release came.
#[derive(Clone, Debug)]
pub struct Before {
    /// How many there are of each.
    pub shape: Shape,
    /// By [`Shape::place`]; `None` where too little is known.
    pub usual: Vec<Option<Usual>>,
    /// The dispersion by page and metric: `page * metrics + metric`.
    pub dispersions: Vec<f64>,
    /// That of the whole application, by metric.
    pub whole: Vec<f64>,
}

impl Before {
    /// What histograms and hours tell, both by [`Shape::place`]. `hours`: how many values of hours in a row are above the usual p75,
    /// of how many; `usual` says what that is.
    pub fn new(shape: Shape, mut usual: Vec<Option<Usual>>, hours: &[Vec<(f64, f64)>]) -> Self {
        for metric in 0..shape.metrics {
            let of_metric = usual.iter_mut().enumerate();
            let of_metric = of_metric.filter(|(place, _)| place / shape.devices % shape.metrics == metric);
            Usual::learn_together(&mut of_metric.filter_map(|(_, usual)| usual.as_mut()).collect::<Vec<_>>());
        }
        let factor = |series: &mut dyn Iterator<Item = Vec<(f64, f64)>>| {
            let mut dispersion = Dispersion::default();
            series.for_each(|hours| dispersion.add(&hours));
            dispersion.factor()
        };
        let pages = (0..shape.pages * shape.metrics).map(|page_metric| {
            let first = page_metric * shape.devices;
            factor(&mut hours[first..first + shape.devices].iter().cloned())
        });
        let dispersions = pages.collect();
        let all_pages = |metric: usize, device: usize| {
            let mut sum = vec![(0.0, 0.0); hours.first().map_or(0, Vec::len)];
            for page in 0..shape.pages {
                for (sum, hour) in sum.iter_mut().zip(&hours[shape.place(page, metric, device)]) {
                    *sum = (sum.0 + hour.0, sum.1 + hour.1);
                }
            }
            sum
        };
        let whole = (0..shape.metrics)
            .map(|metric| factor(&mut (0..shape.devices).map(|device| all_pages(metric, device))))
            .collect();
        Self { shape, usual, dispersions, whole }
    }
}

/// An hour of both releases.
#[derive(Clone, Debug, Default)]
pub struct Hour {
    /// By [`Shape::place`].
    pub strata: Vec<Stratum>,
    /// Page views of the new release.
    pub new: f64,
    /// Page views of all releases.
    pub all: f64,
}

/// Why a finding was withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The release lost its traffic.
    RolledBack,
    /// It is not slower any more.
    Gone,
}

/// A metric that a release made worse.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The metric.
    pub metric: usize,
    /// When it was reported.
    pub at: i64,
    /// On which pages, the clearest first; empty: on all.
    pub pages: Vec<usize>,
    /// On which classes of devices; empty: on all.
    pub devices: Vec<usize>,
    /// By how much.
    pub change: Change,
    /// The logarithm of the largest e-value that said so.
    pub log_e: f64,
    /// Old and new values.
    pub views: (f64, f64),
    /// When and why it was withdrawn.
    pub withdrawn: Option<(i64, Why)>,
}

/// The sums over hours.
#[derive(Clone, Debug)]
struct State {
    /// By place, with the page's dispersion.
    logs: Vec<Logs>,
    /// By metric and device, with that of the whole.
    whole: Vec<Logs>,
    sums: Vec<Sums>,
    /// The same where older hours count less.
    recent: Vec<Sums>,
}

/// The watch over one release.
#[derive(Clone, Debug)]
pub struct ReleaseWatch {
    before: Before,
    bounds: Bounds,
    /// How much is expected of each alternative, by metric.
    weights: Vec<Weights>,
    state: State,
    found: Vec<Option<Found>>,
    /// The largest share that the release had of an hour's page views.
    largest: f64,
    /// New and all page views of the last two hours.
    last: [(f64, f64); 2],
}

impl ReleaseWatch {
    /// Begins.
    pub fn new(before: Before, bounds: Bounds) -> Self {
        let Shape { metrics, devices, .. } = before.shape;
        let places = before.shape.places();
        let state = State {
            logs: vec![Logs::default(); places],
            whole: vec![Logs::default(); metrics * devices],
            sums: vec![Sums::default(); places],
            recent: vec![Sums::default(); places],
        };
        let expected = |metric: usize| {
            let mut of_metric = before.usual.iter().enumerate().filter_map(|(place, usual)| {
                (place / devices % metrics == metric).then_some(usual.as_ref()?.values())
            });
            match of_metric.next_back() {
                Some(Values::Failures) => weights(Values::Failures, FAILING),
                values => weights(values.unwrap_or(Values::Measured), 1.0 + bounds.thresholds[metric]),
            }
        };
        let weights = (0..metrics).map(expected).collect();
        Self {
            before,
            bounds,
            weights,
            state,
            found: vec![None; metrics],
            largest: 0.0,
            last: [(0.0, 0.0); 2],
        }
    }

    /// Takes an hour that has ended at `end`.
    pub fn finish_hour(&mut self, end: i64, hour: &Hour) {
        self.state.recent.iter_mut().for_each(|sums| sums.fade(FADE));
        self.state.add(&self.before, hour);
        self.last = [self.last[1], (hour.new, hour.all)];
        if hour.all >= VIEWS {
            self.largest = self.largest.max(hour.new / hour.all);
        }
        self.withdraw(end);
        if self.is_rolled_out() {
            let state = std::mem::replace(&mut self.state, State::empty());
            self.look_at(end, &state);
            self.state = state;
        }
    }

    /// Looks while an hour is under way.
    pub fn look(&mut self, now: i64, hour: &Hour) {
        if self.is_rolled_out() {
            let mut state = self.state.clone();
            state.add(&self.before, hour);
            self.look_at(now, &state);
        }
    }

    /// Goes on with what was found before: what was reported once stays so until it is withdrawn.
    pub fn resume(&mut self, found: impl Iterator<Item = Found>) {
        for found in found.filter(|found| found.metric < self.before.shape.metrics) {
            let place = found.metric;
            self.found[place] = Some(found);
        }
    }

    /// What was found, also what was withdrawn.
    pub fn found(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().flatten()
    }

    /// What both releases were compared by.
    pub fn before(&self) -> &Before {
        &self.before
    }

    /// Whether the release still has traffic.
    pub fn is_rolled_out(&self) -> bool {
        let (new, all) = (self.last[0].0 + self.last[1].0, self.last[0].1 + self.last[1].1);
        all < VIEWS || self.largest * all * ROLLED_BACK < 1.0 || new >= self.largest * all * ROLLED_BACK
    }

    fn withdraw(&mut self, now: i64) {
        let is_rolled_out = self.is_rolled_out();
        for metric in 0..self.found.len() {
            let Some(found) =
                self.found[metric].as_ref().filter(|found| found.withdrawn.is_none() && found.at <= now)
            else {
                continue;
            };
            let pages: Vec<usize> = if found.pages.is_empty() {
                (0..self.before.shape.pages).collect()
            } else {
                found.pages.clone()
            };
            let why = if !is_rolled_out {
                Some(Why::RolledBack)
            } else {
                let change = self.change(&self.state.recent, metric, &pages, None);
                let half = (self.bounds.thresholds[metric] / 2.0).ln_1p();
                let is_gone = |change: Change| change.log + 2.0 * change.variance.sqrt() < half;
                change.is_some_and(is_gone).then_some(Why::Gone)
            };
            if let (Some(why), Some(found)) = (why, &mut self.found[metric]) {
                found.withdrawn = Some((now, why));
            }
        }
    }

    fn look_at(&mut self, now: i64, state: &State) {
        let Shape { pages, metrics, devices } = self.before.shape;
        let wholes: Vec<f64> = (0..metrics)
            .map(|metric| {
                mixture(&state.whole[metric * devices..(metric + 1) * devices], &self.weights[metric])
            })
            .collect();
        // What several metrics say together needs less of each: e-BH over the metrics, at the sum of what each may be false by itself.
        let each: Vec<(f64, f64)> = wholes.iter().map(|log| (*log, 1.0 / metrics as f64)).collect();
        let together = believed(&each, self.bounds.alpha * WHOLE * metrics as f64);
        for metric in 0..metrics {
            // The whole, then its pages.
            let mut values = vec![(wholes[metric], WHOLE)];
            for page in 0..pages {
                let place = self.before.shape.place(page, metric, 0);
                values.push((
                    mixture(&state.logs[place..place + devices], &self.weights[metric]),
                    (1.0 - WHOLE) / pages as f64,
                ));
            }
            let mut believed = believed(&values, self.bounds.alpha);
            believed[0] |= together[metric];
            let found = self.judge(state, metric, (&values, &believed));
            let Some((change, log_e, named)) = found else { continue };
            let counted: Vec<usize> = if named.is_empty() { (0..pages).collect() } else { named.clone() };
            let views = counted.iter().flat_map(|page| {
                (0..devices).map(|device| state.sums[self.before.shape.place(*page, metric, device)].views)
            });
            let views = views.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            let at = match &self.found[metric] {
                Some(found) if found.withdrawn.is_none() => found.at,
                _ => now,
            };
            let devices = self.named_devices(state, metric, &counted);
            self.found[metric] =
                Some(Found { metric, at, pages: named, devices, change, log_e, views, withdrawn: None });
        }
    }

    /// Whether a metric is worse, and where: on the whole, or on some pages.
    fn judge(
        &self,
        state: &State,
        metric: usize,
        (values, believed): (&[(f64, f64)], &[bool]),
    ) -> Option<(Change, f64, Vec<usize>)> {
        let pages: Vec<usize> = (0..values.len() - 1).collect();
        if believed[0]
            && let Some(change) = self.reaching(state, metric, &pages)
        {
            let is_named = |page: &usize| {
                values[page + 1].0 >= NAMED && self.reaching(state, metric, &[*page]).is_some()
            };
            let named: Vec<usize> = pages.iter().copied().filter(is_named).collect();
            let others: Vec<usize> = pages.iter().copied().filter(|page| !named.contains(page)).collect();
            // On all, unless those that are not named are clearly not slower.
            let half = (self.bounds.thresholds[metric] / 2.0).ln_1p();
            let rest = self.change(&state.sums, metric, &others, None);
            let are_spared = rest.is_some_and(|rest| rest.log + rest.variance.sqrt() < half);
            let named = if are_spared { sorted(named, values) } else { Vec::new() };
            return Some((change, values[0].0, named));
        }
        let reaching = |page: &usize| believed[page + 1] && self.reaching(state, metric, &[*page]).is_some();
        let named = sorted(pages.into_iter().filter(reaching).collect(), values);
        let change = self.change(&state.sums, metric, &named, None)?;
        Some((change, values[named.first()? + 1].0, named))
    }

    /// The change on pages, where it reaches the threshold, all in all and now.
    fn reaching(&self, state: &State, metric: usize, pages: &[usize]) -> Option<Change> {
        let threshold = self.bounds.thresholds[metric].ln_1p();
        let reaches = |change: &Change| change.log + BELOW * change.variance.sqrt() >= threshold;
        let change = self.change(&state.sums, metric, pages, None).filter(reaches)?;
        self.change(&state.recent, metric, pages, None)
            .is_none_or(|recent| reaches(&recent))
            .then_some(change)
    }

    fn change(&self, sums: &[Sums], metric: usize, pages: &[usize], device: Option<usize>) -> Option<Change> {
        let Before { shape, usual, dispersions, whole } = &self.before;
        let dispersion = |page: usize| {
            if pages.len() > 1 { whole[metric] } else { dispersions[page * shape.metrics + metric] }
        };
        let all = pages.iter().flat_map(|page| {
            (0..shape.devices).filter(move |one| device.is_none_or(|device| device == *one)).filter_map(
                move |device| {
                    let place = shape.place(*page, metric, device);
                    let usual = usual[place].as_ref()?;
                    sums[place].change(usual, self.bounds.floors[metric], dispersion(*page))
                },
            )
        });
        Change::mean(all)
    }

    fn named_devices(&self, state: &State, metric: usize, pages: &[usize]) -> Vec<usize> {
        let shape = self.before.shape;
        let threshold = self.bounds.thresholds[metric].ln_1p();
        let half = (self.bounds.thresholds[metric] / 2.0).ln_1p();
        let changes: Vec<Option<Change>> =
            (0..shape.devices).map(|device| self.change(&state.sums, metric, pages, Some(device))).collect();
        let is_slow = |change: &Change| {
            let error = change.variance.sqrt();
            change.log + BELOW * error >= threshold && change.log >= 2.0 * error
        };
        let is_spared = |change: &Change| change.log + change.variance.sqrt() < half;
        if !changes.iter().flatten().any(is_spared) {
            return Vec::new();
        }
        (0..shape.devices).filter(|device| changes[*device].as_ref().is_some_and(is_slow)).collect()
    }
}

/// The clearest first.
fn sorted(mut pages: Vec<usize>, values: &[(f64, f64)]) -> Vec<usize> {
    pages.sort_by(|a, b| values[b + 1].0.total_cmp(&values[a + 1].0));
    pages
}

impl State {
    fn empty() -> Self {
        Self { logs: Vec::new(), whole: Vec::new(), sums: Vec::new(), recent: Vec::new() }
    }

    fn add(&mut self, before: &Before, hour: &Hour) {
        let Shape { metrics, devices, .. } = before.shape;
        for (place, stratum) in hour.strata.iter().enumerate().take(before.shape.places()) {
            let Some(usual) = &before.usual[place] else { continue };
            let (page_metric, device) = (place / devices, place % devices);
            let metric = page_metric % metrics;
            self.sums[place].add(stratum);
            self.recent[place].add(stratum);
            let said = evidence(usual, stratum);
            add(&mut self.logs[place], &said, before.dispersions[page_metric]);
            add(&mut self.whole[metric * devices + device], &said, before.whole[metric]);
        }
    }
}

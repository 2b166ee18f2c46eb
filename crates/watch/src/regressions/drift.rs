//! Drift without a release: Page's CUSUM ("Continuous inspection schemes", 1954) of the share of values above the usual p75, by
//! class of device and hour of the week.
//!
//! An hour's likelihood ratio compares "slower by the threshold" with "as usual at this hour of the week"; their product, begun
//! anew wherever it falls below 1, is an e-detector (Shin, Ramdas and Rinaldo, "E-detectors", 2022): a bound of `b` is passed by
//! chance once in `b` hours at most. It is divided by the dispersion, which is measured over hours, quarters of days and days, so
//! that days which are slow as a whole, such as holidays, are known to happen.
use super::effect::Change;
use super::usual::{Usual, Values};
use super::watch::Shape;

/// Hours of a week.
pub const WEEK: usize = 168;
/// From how many hours what is usual is learnt: four weeks.
pub const LEARNT: usize = 4 * WEEK;
/// For how many hours since then drift is looked for.
pub const WATCHED: usize = WEEK;
/// The fewest hours with values that tell what is usual: two weeks.
const LEAST: usize = 2 * WEEK;
/// How many values of the same hour of all days count as much as those of the hour of the week.
const PRIOR: f64 = 60.0;
/// The most that one hour of one page and class of device may say.
const CUT: f64 = 4.0;
/// How many alarms a year may be false: of whole applications, and of pages.
const FALSE_ALARMS: (f64, f64) = (0.2, 0.1);
/// Over how many hours the dispersion is measured.
const SPANS: [usize; 3] = [1, 6, 24];
/// A dispersion is never taken for less.
const LEAST_DISPERSION: f64 = 1.3;
/// By how much the odds to fail are larger, at least, in what is looked for: failures come in bursts.
const FAILING: f64 = 1.5;
/// By which factor an hour counts less for "now" after each further one.
const FADE: f64 = 0.95;

/// How many values of an hour are above the usual p75, of how many.
pub type Above = (f64, f64);

/// What is usual at each hour of the week.
#[derive(Clone, Debug)]
struct Week {
    shares: Vec<f64>,
    /// How many values tell it.
    known: Vec<f64>,
    /// By how much the odds to be above the usual p75 are larger if all is slower by the threshold.
    odds: f64,
}

/// What was learnt of an application.
#[derive(Clone, Debug)]
pub struct Baseline {
    shape: Shape,
    thresholds: Vec<f64>,
    floors: Vec<f64>,
    usual: Vec<Option<Usual>>,
    weeks: Vec<Option<Week>>,
    /// The dispersion by page and metric.
    pages: Vec<f64>,
    /// By metric.
    whole: Vec<f64>,
}

/// A metric that drifted.
#[derive(Clone, Debug, PartialEq)]
pub struct Drifted {
    /// The metric.
    pub metric: usize,
    /// When it was reported, in hours since the epoch.
    pub at: i64,
    /// When it began, as far as can be told.
    pub began: i64,
    /// The page; `None`: all.
    pub page: Option<usize>,
    /// By how much.
    pub change: Change,
    /// Values since it began.
    pub views: f64,
    /// When it was withdrawn.
    pub withdrawn: Option<i64>,
}

/// Hours since a CUSUM was 0.
#[derive(Clone, Debug, Default)]
struct Run {
    sum: f64,
    began: Option<i64>,
    /// By place: above, expected above, all.
    counts: Vec<[f64; 3]>,
    recent: Vec<[f64; 3]>,
    found: Option<Drifted>,
}

impl Baseline {
    /// Learns from hours in a row, by [`Shape::place`]; the first one is `first`, in hours since the epoch.
    pub fn learn(
        shape: Shape,
        usual: Vec<Option<Usual>>,
        (first, hours): (i64, &[Vec<Above>]),
        thresholds: Vec<f64>,
        floors: Vec<f64>,
    ) -> Self {
        let week = |(place, usual): (usize, &Option<Usual>)| {
            let threshold = thresholds[place / shape.devices % shape.metrics];
            Week::learn(usual.as_ref()?, (first, &hours[place]), threshold)
        };
        let weeks: Vec<Option<Week>> = usual.iter().enumerate().map(week).collect();
        let mut baseline =
            Self { shape, thresholds, floors, usual, weeks, pages: Vec::new(), whole: Vec::new() };
        let residuals = |places: &mut dyn Iterator<Item = usize>| {
            let mut sums = vec![[0.0; 3]; hours.first().map_or(0, Vec::len)];
            for place in places {
                for (at, hour) in hours[place].iter().enumerate() {
                    baseline.expect(place, first + at as i64, *hour, &mut sums[at]);
                }
            }
            dispersion(&sums)
        };
        let pages = (0..shape.pages * shape.metrics).map(|page_metric| {
            residuals(&mut (page_metric * shape.devices..(page_metric + 1) * shape.devices))
        });
        let pages = pages.collect();
        let of_metric = |metric: usize| {
            residuals(
                &mut (0..shape.places()).filter(|place| place / shape.devices % shape.metrics == metric),
            )
        };
        let whole = (0..shape.metrics).map(of_metric).collect();
        (baseline.pages, baseline.whole) = (pages, whole);
        baseline
    }

    /// Whether anything is known.
    pub fn is_empty(&self) -> bool {
        self.weeks.iter().all(Option::is_none)
    }

    /// Adds above, expected and variance.
    fn expect(&self, place: usize, hour: i64, (above, all): Above, sum: &mut [f64; 3]) {
        if let Some(week) = &self.weeks[place] {
            let share = week.shares[of_week(hour)];
            // What an hour itself said of what is usual makes it look more usual than it was: a quarter of four weeks.
            for (sum, more) in sum.iter_mut().zip([above, all * share, all * share * (1.0 - share) * 0.75]) {
                *sum += more;
            }
        }
    }

    /// What drifted in the hours after those that were learnt from. They begin at `first`; each has the counts by place.
    pub fn replay(&self, first: i64, hours: &[Vec<Above>]) -> Vec<Drifted> {
        let Shape { pages, metrics, devices } = self.shape;
        let mut found = Vec::new();
        for metric in 0..metrics {
            let all = (0..pages).map(Some).chain([None]);
            for page in all {
                let pages: Vec<usize> = page.map_or_else(|| (0..pages).collect(), |page| vec![page]);
                let places: Vec<usize> = pages
                    .iter()
                    .flat_map(|page| (0..devices).map(|device| self.shape.place(*page, metric, device)))
                    .filter(|place| self.weeks[*place].is_some())
                    .collect();
                let mut run = Run::new(places.len());
                let length = hours.first().map_or(0, Vec::len);
                for (at, hour) in (first..).take(length).enumerate() {
                    self.step(&mut run, (metric, page), &places, hour, |place| hours[place][at]);
                }
                found.extend(run.found);
            }
        }
        found
    }

    fn step(
        &self,
        run: &mut Run,
        (metric, page): (usize, Option<usize>),
        places: &[usize],
        hour: i64,
        counts: impl Fn(usize) -> Above,
    ) {
        let dispersion =
            page.map_or(self.whole[metric], |page| self.pages[page * self.shape.metrics + metric]);
        let mut said = 0.0;
        for (at, place) in places.iter().enumerate() {
            let Some(week) = &self.weeks[*place] else { continue };
            let (above, all) = counts(*place);
            let (share, known) = (week.shares[of_week(hour)], week.known[of_week(hour)]);
            let slower = week.odds * share / (1.0 - share + week.odds * share);
            let log = above * (slower / share).ln() + (all - above) * ((1.0 - slower) / (1.0 - share)).ln();
            said += (log / dispersion / (1.0 + all / (known + 1.0))).min(CUT);
            run.count(at, [above, all * share, all]);
        }
        run.sum += said;
        if run.sum <= 0.0 {
            run.sum = 0.0;
            run.began = None;
            run.counts.iter_mut().for_each(|counts| *counts = [0.0; 3]);
        } else {
            run.began.get_or_insert(hour);
        }
        self.judge(run, (metric, page), places, hour, dispersion);
    }

    fn judge(
        &self,
        run: &mut Run,
        (metric, page): (usize, Option<usize>),
        places: &[usize],
        hour: i64,
        dispersion: f64,
    ) {
        let threshold = self.thresholds[metric];
        let now = self.change(&run.recent, metric, places, dispersion);
        if let Some(found) = run.found.as_mut().filter(|found| found.withdrawn.is_none()) {
            let half = (threshold / 2.0).ln_1p();
            if now.is_some_and(|now| now.log + now.variance.sqrt() < half) {
                found.withdrawn = Some(hour + 1);
                run.sum = 0.0;
            } else if let Some(change) = self.change(&run.counts, metric, places, dispersion) {
                found.change = change;
                found.views = run.counts.iter().map(|counts| counts[2]).sum();
            }
            return;
        }
        let series = self.shape.metrics as f64;
        let (whole, pages) = FALSE_ALARMS;
        let a_year = if page.is_some() { pages / (series * self.shape.pages as f64) } else { whole / series };
        if run.sum < (365.0 * 24.0 / a_year).ln() {
            return;
        }
        let reaches = |change: &Change| change.log + change.variance.sqrt() >= threshold.ln_1p();
        if let Some(change) = self.change(&run.counts, metric, places, dispersion).filter(reaches) {
            run.found = Some(Drifted {
                metric,
                at: hour + 1,
                began: run.began.unwrap_or(hour),
                page,
                change,
                views: run.counts.iter().map(|counts| counts[2]).sum(),
                withdrawn: None,
            });
        }
    }

    /// The change of the p75 that moves as many values above the usual one.
    fn change(
        &self,
        counts: &[[f64; 3]],
        metric: usize,
        places: &[usize],
        dispersion: f64,
    ) -> Option<Change> {
        let one = |(place, counts): (&usize, &[f64; 3])| {
            let usual = self.usual[*place].as_ref()?;
            let [above, expected, all] = *counts;
            if all < 10.0 {
                return None;
            }
            if usual.values() == Values::Failures {
                let [old, new] = [expected / all, above / all];
                let error = (dispersion * (new + 0.5 / all) / all).sqrt();
                return Some(Change::of_shares(old, new, self.floors[metric], error));
            }
            let (old, new) = ((expected / all).clamp(0.002, 0.998), (above / all).clamp(0.002, 0.998));
            let p75 = usual.p75();
            let log = |share: f64| Some(usual.curve().quantile(1.0 - share)?.max(p75 / 100.0).max(1e-9).ln());
            let error = (dispersion * new.max(0.02) * (1.0 - new) / all).sqrt();
            let step = error.clamp(0.01, 0.2);
            let slope = (log((new - step).max(0.001))? - log((new + step).min(0.999))?) / (2.0 * step);
            // Below the floor a p75 counts as the floor.
            let part = (p75 / self.floors[metric]).min(1.0);
            let log = (log(old)? - log(new)?) * part;
            Some(Change { log, variance: (error * slope.max(0.1) * part).powi(2).max(1e-6) })
        };
        Change::mean(places.iter().zip(counts).filter_map(one))
    }
}

impl Week {
    fn learn(usual: &Usual, (first, hours): (i64, &[Above]), threshold: f64) -> Option<Self> {
        let mut of_week = vec![(0.0, 0.0); WEEK];
        let mut of_day = [(0.0, 0.0); 24];
        let mut all = (0.0, 0.0);
        for (at, (above, count)) in hours.iter().enumerate() {
            let place = self::of_week(first + at as i64);
            for sum in [&mut of_week[place], &mut of_day[place % 24], &mut all] {
                *sum = (sum.0 + above, sum.1 + count);
            }
        }
        let known = hours.iter().filter(|hour| hour.1 > 0.0).count();
        let are_failures = usual.values() == Values::Failures;
        if known < LEAST || all.0 <= 0.0 && !are_failures || all.1 < super::usual::LEAST {
            return None;
        }
        let (whole, least) = match are_failures {
            true => ((all.0 + 0.5) / (all.1 + 1.0), (0.5 / all.1).clamp(1e-6, 0.005)),
            false => (all.0 / all.1, 0.005),
        };
        let toward = |sum: (f64, f64), share: f64| (sum.0 + PRIOR * share) / (sum.1 + PRIOR);
        let share =
            |place: usize| toward(of_week[place], toward(of_day[place % 24], whole)).clamp(least, 0.9);
        let above = |factor: f64| 1.0 - usual.curve().share(usual.p75() / factor);
        let odds = |share: f64| share.clamp(0.005, 0.995) / (1.0 - share.clamp(0.005, 0.995));
        let odds = match are_failures {
            true => (1.0 + threshold).max(FAILING),
            false => (odds(above(1.0 + threshold)) / odds(above(1.0))).max(1.1),
        };
        let known = of_week.iter().map(|sum| sum.1 + PRIOR).collect();
        Some(Self { shares: (0..WEEK).map(share).collect(), known, odds })
    }
}

impl Run {
    fn new(places: usize) -> Self {
        Self { counts: vec![[0.0; 3]; places], recent: vec![[0.0; 3]; places], ..Self::default() }
    }

    fn count(&mut self, place: usize, more: [f64; 3]) {
        for (at, more) in more.into_iter().enumerate() {
            self.counts[place][at] += more;
            self.recent[place][at] = self.recent[place][at] * FADE + more;
        }
    }
}

fn of_week(hour: i64) -> usize {
    hour.rem_euclid(WEEK as i64) as usize
}

/// The largest over the spans: days that differ as a whole show over days only.
fn dispersion(sums: &[[f64; 3]]) -> f64 {
    let of_span = |span: usize| {
        let (mut total, mut count) = (0.0, 0.0);
        for hours in sums.chunks_exact(span) {
            let [above, expected, variance] =
                hours.iter().fold([0.0; 3], |sum, hour| std::array::from_fn(|at| sum[at] + hour[at]));
            if variance > 1.0 {
                total += (above - expected).powi(2) / variance;
                count += 1.0;
            }
        }
        (total + 2.0) / (count + 1.0)
    };
    SPANS.into_iter().map(of_span).fold(LEAST_DISPERSION, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regressions::draw::Draw;
    use whippet_engine::stats::StoredHistogram;

    const SHAPE: Shape = Shape { pages: 1, metrics: 1, devices: 1 };

    fn usual() -> Usual {
        let (mut histogram, mut draw) = (StoredHistogram::new(), Draw::new(1));
        (0..4000).for_each(|_| assert!(histogram.record(1000.0 * (0.5 * draw.normal()).exp())));
        Usual::new(&histogram).unwrap()
    }

    /// Hours with 200 values each, in which `slower` says by which factor they are slower.
    fn hours(count: usize, draw: &mut Draw, slower: impl Fn(usize) -> f64) -> Vec<Vec<Above>> {
        let usual = usual();
        let hour = |at: usize| {
            let rhythm = 1.0 + 0.06 * ((at % 24) as f64 / 24.0 * std::f64::consts::TAU).sin();
            let value = usual.p75() / slower(at) / rhythm;
            (draw.of(200.0, 1.0 - usual.curve().share(value)), 200.0)
        };
        vec![(0..count).map(hour).collect()]
    }

    fn baseline(draw: &mut Draw) -> Baseline {
        let past = hours(LEARNT, draw, |_| 1.0);
        Baseline::learn(SHAPE, vec![Some(usual())], (0, &past), vec![0.2], vec![100.0])
    }

    #[test]
    fn what_stays_slower_is_found_with_its_beginning_and_withdrawn_when_it_is_over() {
        let mut draw = Draw::new(2);
        let baseline = baseline(&mut draw);
        let first = LEARNT as i64;
        let slow = |at: usize| if (50..90).contains(&at) { 1.3 } else { 1.0 };
        let found = baseline.replay(first, &hours(WATCHED, &mut draw, slow));
        let whole = found.iter().find(|found| found.page.is_none()).unwrap();
        let (began, at) = (whole.began - first, whole.at - first);
        assert!((45..=51).contains(&began) && (51..58).contains(&at), "{began} {at}");
        let withdrawn = whole.withdrawn.unwrap() - first;
        assert!((91..140).contains(&withdrawn), "{withdrawn}");
        // Hours in which it was over already lower it.
        assert!(whole.change.log > 0.15 && whole.change.log < 1.35_f64.ln(), "{:?}", whole.change);
    }

    #[test]
    fn the_rhythm_of_days_is_no_drift_and_a_small_one_is_none_either() {
        let mut draw = Draw::new(3);
        let baseline = baseline(&mut draw);
        for factor in [1.0, 1.06] {
            assert_eq!(baseline.replay(LEARNT as i64, &hours(WATCHED, &mut draw, |_| factor)), []);
        }
    }

    #[test]
    fn less_than_two_weeks_tell_nothing() {
        let past = hours(LEAST - 1, &mut Draw::new(4), |_| 1.0);
        let baseline = Baseline::learn(SHAPE, vec![Some(usual())], (0, &past), vec![0.2], vec![100.0]);
        assert!(baseline.is_empty());
        assert_eq!(baseline.replay(0, &hours(100, &mut Draw::new(4), |_| 3.0)), []);
    }
}

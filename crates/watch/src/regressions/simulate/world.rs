//! An application: who comes when, and how long pages take.
use whippet_engine::stats::StoredHistogram;

use crate::regressions::draw::Draw;
use crate::regressions::sequential::Stratum;
use crate::regressions::usual::{ABOVE, BINS, Usual};
use crate::regressions::watch::{Before, Hour, Shape};

/// LCP, INP, CLS, FCP, TTFB.
pub const METRICS: usize = 5;
/// Desktop, tablet, phone.
pub const DEVICES: usize = 3;
/// Where CLS is among the metrics: half of its values are 0.
const CLS: usize = 2;
/// The medians on a desktop, ms; CLS has no unit.
const MEDIANS: [f64; METRICS] = [1400.0, 70.0, 0.04, 900.0, 350.0];
/// How wide the logarithms spread.
const WIDTHS: [f64; METRICS] = [0.5, 0.6, 0.9, 0.5, 0.6];
/// Which share of the views has the metric.
const SEEN: [f64; METRICS] = [0.9, 0.6, 0.95, 0.95, 1.0];
/// How much slower a class of devices is.
const SLOWER: [f64; DEVICES] = [1.0, 1.25, 1.7];
/// One view in twenty is slower by this, and wider spread by that.
const TAIL: (f64, f64, f64) = (0.05, 0.8, 2.5);
/// Views of a session; their number is geometric.
const SESSION: f64 = 2.5;
/// How often the next view of a session is of the same page.
const SAME_PAGE: f64 = 0.3;
/// Which part of a value's spread the visitor, the view and the metric have: views of a session are alike, and so are the
/// metrics of a view.
const PARTS: [f64; 3] = [0.3, 0.35, 0.35];
/// The hours from which dispersion is learnt.
const LEARNT: usize = 3 * 24;

/// How large an application is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Page views a day.
    pub views: f64,
    /// Pages; they are as frequent as Zipf has it.
    pub pages: usize,
    /// How many views each measured one stands for: visits may be sampled.
    pub weight: f64,
}

/// An application.
#[derive(Clone, Debug)]
pub struct World {
    size: Size,
    draw: Draw,
    /// Which share of the views this page and those before it have.
    upto: Vec<f64>,
    /// By page: how much slower it is than another, as a logarithm.
    slower: Vec<f64>,
    /// Hours since a Monday at midnight.
    hour: usize,
    /// What wanders: traffic, the share of phones, and how long things take, of all and of each class.
    wander: [f64; 3],
    classes: [f64; DEVICES],
    holidays: Vec<usize>,
}

/// What a release does to the values: a factor by page, metric and class of device.
pub type Effect<'a> = &'a dyn Fn(usize, usize, usize) -> f64;

/// A measured page view.
struct View {
    page: usize,
    device: usize,
    is_new: bool,
    /// The logarithm of each metric; `None` where it has none, minus infinity for 0.
    logs: [Option<f64>; METRICS],
}

impl World {
    /// One that a seed determines.
    pub fn new(size: Size, seed: u64) -> Self {
        let mut draw = Draw::new(seed);
        let all: f64 = (1..=size.pages).map(|place| 1.0 / place as f64).sum();
        let mut sum = 0.0;
        let mut upto = |place: usize| {
            sum += 1.0 / place as f64 / all;
            sum
        };
        let upto = (1..=size.pages).map(&mut upto).collect();
        let slower = (0..size.pages).map(|_| 0.25 * draw.normal()).collect();
        let holidays = (0..10).map(|_| draw.below(365)).collect();
        let hour = 24 * draw.below(365) + draw.below(24);
        Self { size, draw, upto, slower, hour, wander: [0.0; 3], classes: [0.0; DEVICES], holidays }
    }

    /// How many there are of each.
    pub fn shape(&self) -> Shape {
        Shape { pages: self.size.pages, metrics: METRICS, devices: DEVICES }
    }

    /// The hour that is next, since a Monday at midnight.
    pub fn next_hour(&self) -> usize {
        self.hour
    }

    /// Goes on by an hour that nobody looks at.
    pub fn skip_hour(&mut self) {
        self.hour += 1;
        let noise: [f64; 3] = std::array::from_fn(|_| self.draw.normal());
        for (wander, (noise, deviation)) in self.wander.iter_mut().zip(noise.iter().zip([0.12, 0.06, 0.03])) {
            *wander = 0.97 * *wander + 0.243 * deviation * noise;
        }
        for class in &mut self.classes {
            *class = 0.97 * *class + 0.243 * 0.02 * self.draw.normal();
        }
    }

    /// Page views expected in the hour.
    fn traffic(&self) -> f64 {
        let (of_day, day) = ((self.hour % 24) as f64, self.hour / 24);
        let rhythm = 1.0 + 0.75 * ((of_day - 8.0) / 24.0 * std::f64::consts::TAU).sin();
        let week = if day % 7 >= 5 { 0.65 } else { 1.0 };
        let holiday = if self.holidays.contains(&(day % 365)) { 0.4 } else { 1.0 };
        self.size.views / 24.0 * rhythm * week * holiday * self.wander[0].exp() / 0.9 / self.size.weight
    }

    fn share(&self, page: usize) -> f64 {
        self.upto[page] - page.checked_sub(1).map_or(0.0, |before| self.upto[before])
    }

    fn mix(&self) -> [f64; DEVICES] {
        let evening = ((self.hour % 24) as f64 - 15.0) / 24.0 * std::f64::consts::TAU;
        let weekend = if self.hour / 24 % 7 >= 5 { 0.08 } else { 0.0 };
        let phone = (0.45 + 0.1 * evening.sin() + weekend + self.wander[1]).clamp(0.1, 0.85);
        [0.95 - phone, 0.05, phone]
    }

    /// Hands `visits` visits to `each`, view by view. `share` of them have the new release.
    fn visit(&mut self, visits: f64, share: f64, effect: Effect<'_>, each: &mut dyn FnMut(&View)) {
        let day = 0.04 * ((self.hour % 24) as f64 / 24.0 * std::f64::consts::TAU).sin();
        let mix = self.mix();
        let [of_visitor, of_view, own] = PARTS.map(f64::sqrt);
        let (tail, slower, wider) = TAIL;
        for _ in 0..self.draw.events(visits) as u64 {
            let draw = &mut self.draw;
            let device = match draw.share() {
                share if share < mix[0] => 0,
                share if share < mix[0] + mix[1] => 1,
                _ => 2,
            };
            let is_new = draw.share() < share;
            let visitor = draw.normal();
            let mut page = page(&self.upto, draw.share());
            loop {
                let view = of_visitor * visitor + of_view * draw.normal();
                let (more, width) = if draw.share() < tail { (slower, wider) } else { (0.0, 1.0) };
                let common = more + day + self.wander[2] + self.classes[device] + self.slower[page];
                let mut logs = [None; METRICS];
                for (metric, log) in logs.iter_mut().enumerate() {
                    if draw.share() >= SEEN[metric] {
                        continue;
                    }
                    if metric == CLS && draw.share() < 0.5 {
                        *log = Some(f64::NEG_INFINITY);
                        continue;
                    }
                    let factor = if is_new { effect(page, metric, device).ln() } else { 0.0 };
                    let middle = (MEDIANS[metric] * SLOWER[device]).ln() + common + factor;
                    *log = Some(middle + WIDTHS[metric] * width * (view + own * draw.normal()));
                }
                each(&View { page, device, is_new, logs });
                if draw.share() < 1.0 / SESSION {
                    break;
                }
                if draw.share() >= SAME_PAGE {
                    page = self::page(&self.upto, draw.share());
                }
            }
        }
    }

    /// What the store knows before a release comes: the distributions of the last week, and how counts varied in the last days. Goes
    /// on by these days.
    pub fn learn(&mut self) -> Before {
        let shape = self.shape();
        let weight = self.size.weight;
        let mut histograms = vec![StoredHistogram::new(); shape.places()];
        let hour = self.hour;
        for before in 0..7 * 24 {
            self.hour = hour + 7 * 24 - before;
            let visits = self.traffic() / SESSION;
            self.visit(visits, 0.0, &|_, _, _| 1.0, &mut |view| {
                for (metric, log) in view.logs.iter().enumerate() {
                    if let Some(log) = log {
                        let value = log.exp().min(600_000.0);
                        histograms[shape.place(view.page, metric, view.device)]
                            .record_many(value, weight as u64);
                    }
                }
            });
        }
        self.hour = hour;
        let usual: Vec<Option<Usual>> = histograms.iter().map(Usual::new).collect();
        let known = Before { shape, usual, dispersions: Vec::new(), whole: Vec::new() };
        let mut hours: Vec<Vec<(f64, f64)>> = vec![Vec::with_capacity(LEARNT); shape.places()];
        for _ in 0..LEARNT {
            let mut hour = Hour { strata: vec![Stratum::default(); shape.places()], ..Hour::default() };
            self.add_views(&known, &mut hour, 1.0, 0.0, &|_, _, _| 1.0);
            self.skip_hour();
            for (series, stratum) in hours.iter_mut().zip(&hour.strata) {
                series.push((stratum.old[ABOVE..].iter().sum(), stratum.old.iter().sum()));
            }
        }
        Before::new(shape, known.usual, &hours)
    }

    /// Adds the page views of a part of the present hour, `share` of which have the new release.
    pub fn add_views(&mut self, before: &Before, hour: &mut Hour, part: f64, share: f64, effect: Effect<'_>) {
        let weight = self.size.weight;
        let visits = self.traffic() * part / SESSION;
        self.visit(visits, share, effect, &mut |view| {
            hour.all += weight;
            if view.is_new {
                hour.new += weight;
            }
            for (metric, log) in view.logs.iter().enumerate() {
                let place = before.shape.place(view.page, metric, view.device);
                if let (Some(log), Some(usual)) = (log, &before.usual[place]) {
                    let stratum = &mut hour.strata[place];
                    let counts = if view.is_new { &mut stratum.new } else { &mut stratum.old };
                    counts[usual.bin(log.exp())] += weight;
                }
            }
        });
        self.add_bot(before, hour, part, share);
    }

    /// A bot opens one page many times, always as fast or as slow.
    fn add_bot(&mut self, before: &Before, hour: &mut Hour, part: f64, share: f64) {
        if self.draw.share() > 0.03 * part {
            return;
        }
        let page = self.draw.below(self.size.pages);
        let views = self.draw.events(3.0 + 0.5 * self.traffic() * self.share(page)) * self.size.weight;
        let is_new = self.draw.share() < share;
        let bin = if self.draw.share() < 0.5 { BINS - 1 } else { 0 };
        for metric in 0..METRICS {
            let stratum = &mut hour.strata[before.shape.place(page, metric, 0)];
            let counts = if is_new { &mut stratum.new } else { &mut stratum.old };
            counts[bin] += views;
        }
    }
}

fn page(upto: &[f64], share: f64) -> usize {
    upto.partition_point(|upto| *upto <= share).min(upto.len().saturating_sub(1))
}

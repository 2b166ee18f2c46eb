//! `GET /api/compare`: two sets of page views of an application.
use std::collections::BTreeMap;

use whippet_api::{Compared, ComparedPage, Comparison, DeviceShare, Side, Unit, Verdict};
use whippet_engine::stats::StoredHistogram;
use whippet_engine::vitals::Metric;
use whippet_watch::regressions::compare::{self as two, Pair, Question};
use whippet_watch::regressions::dispersion::Dispersion;

use super::super::filter::Filter;
use super::super::split_by::{SplitBy, SplitFilter};
use super::figures::{COMPARED, Devices, Gathered};
use super::reading::Reading;
use super::words;
use crate::cells::{Level, Page, WHOLE};
use crate::database::{Database, Result};
use crate::dimension::Dimension;
use crate::time::{DAY, HOUR};

/// The most pages in the report.
pub const MOST: usize = 200;
/// Over how much of the old side the dispersion is measured, ms.
const DISPERSION: i64 = 3 * DAY;

/// A quantile that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// `p75`.
    pub name: &'static str,
    /// 0.75
    pub q: f64,
}

impl Quantile {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self { name: "p50", q: 0.5 },
        Self { name: "p75", q: 0.75 },
        Self { name: "p90", q: 0.9 },
        Self { name: "p95", q: 0.95 },
        Self { name: "p99", q: 0.99 },
    ];

    /// The one that is called so.
    pub fn called(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quantile| quantile.name == name)
    }
}

/// What metrics are called, and from when on a change counts.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// By which share a metric must differ, in the order of [`Metrics::name`].
    pub thresholds: [f64; COMPARED],
}

impl Metrics {
    /// How many there are.
    pub const COUNT: usize = COMPARED;

    /// What a metric is called.
    pub fn name(metric: usize) -> &'static str {
        Metric::ALL.get(metric).map_or("page load", |metric| metric.as_str())
    }

    /// Its unit.
    pub fn unit(metric: usize) -> Unit {
        if Metric::ALL.get(metric) == Some(&Metric::Cls) { Unit::Number } else { Unit::Ms }
    }

    /// A value below this counts as this: a quarter of what is good. That 4 ms become 8 harms nobody.
    pub fn floor(metric: usize) -> f64 {
        Metric::ALL.get(metric).map_or(500.0, |metric| metric.thresholds().0 / 4.0)
    }
}

/// One side of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct SideAsked {
    /// Only page views with this value.
    pub split: Option<SplitFilter>,
    /// The start, ms since the epoch.
    pub from: i64,
    /// The end.
    pub to: i64,
}

/// A question.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The application; a page of it and how page views began. Its split is not used.
    pub filter: Filter,
    /// What is asked for of both sides.
    pub quantile: Quantile,
    /// The newer side.
    pub new: SideAsked,
    /// The older one; `None` where there is none.
    pub old: Option<SideAsked>,
    /// From when on a change counts.
    pub metrics: Metrics,
    /// Whether pages are compared, too.
    pub pages: bool,
}

type ByPage = BTreeMap<String, Devices>;

/// Compares both sides.
pub fn compare(db: &dyn Database, asked: &Asked) -> Result<Comparison> {
    let Some(app) = asked.filter.app.as_deref() else { return Ok(Comparison::default()) };
    let reading = Reading::new(db, app)?;
    let read = |side: &SideAsked| gather(&reading, asked, side);
    let (new, new_pages) = read(&asked.new)?;
    let (old, old_pages) = asked.old.as_ref().map(read).transpose()?.unwrap_or_default();
    let dispersions = match &asked.old {
        Some(side) => dispersions(&reading, asked, side, &old)?,
        None => [1.0; COMPARED],
    };
    let metrics = all_metrics(asked, &old, &new, &dispersions);
    let mut pages = compared_pages(asked, old_pages, new_pages, &dispersions);
    let left_out = pages.len().saturating_sub(MOST);
    pages.truncate(MOST);
    let side = |side: &SideAsked, devices: &Devices| Side {
        split: side.split.as_ref().map(words::split),
        from: side.from,
        to: side.to,
        views: devices.views(),
    };
    let mut comparison = Comparison {
        quantile: asked.quantile.name.to_owned(),
        confidence: 0.95,
        new: side(&asked.new, &new),
        old: asked.old.as_ref().map(|asked| side(asked, &old)),
        verdict: worst(&metrics),
        words: String::new(),
        devices: mix(&old, &new, asked),
        metrics,
        pages,
        left_out,
    };
    comparison.words = words::comparison(&comparison, ("page views", "page"));
    Ok(comparison)
}

/// The worst verdict of metrics.
pub fn worst(metrics: &[Compared]) -> Verdict {
    let verdicts = || metrics.iter().map(|metric| metric.verdict);
    [Verdict::Worse, Verdict::Better, Verdict::Same, Verdict::Unclear]
        .into_iter()
        .find(|verdict| verdicts().any(|one| one == *verdict))
        .unwrap_or_default()
}

/// How a side's page views are told apart: by class of device, where that is known beside what is asked for.
fn split_of(side: &SideAsked) -> SplitBy {
    match side.split.as_ref().map(|split| split.by) {
        None => SplitBy::One(Dimension::Device),
        Some(SplitBy::One(Dimension::Release)) => SplitBy::ReleaseAndDevice,
        Some(by) => by,
    }
}

/// The stratum that a key belongs to, if it is selected.
fn stratum(reading: &Reading<'_>, side: &SideAsked, by: SplitBy, key: crate::cells::SplitKey) -> Option<i64> {
    match (&side.split, by) {
        (None, _) => Some(key.value),
        (Some(split), SplitBy::ReleaseAndDevice) if split.by == SplitBy::One(Dimension::Release) => {
            (Dimension::Release.value(key.value, &reading.releases) == split.value).then_some(key.device)
        }
        (Some(split), _) => split.selects(key, &reading.releases).then_some(0),
    }
}

fn gather(reading: &Reading<'_>, asked: &Asked, side: &SideAsked) -> Result<(Devices, ByPage)> {
    let by = split_of(side);
    let named: Option<Vec<i64>> = asked
        .filter
        .page
        .as_deref()
        .map(|name| reading.pages.iter().filter(|page| page.1 == name).map(|page| *page.0).collect());
    let mut found: BTreeMap<i64, BTreeMap<i64, Gathered>> = BTreeMap::new();
    let mut read = |pages: Page<'_>| {
        reading.each(by, pages, (side.from, side.to, Level::Day), &mut |at, vitals, loads| {
            if let Some(device) = stratum(reading, side, by, at.key) {
                found.entry(at.page).or_default().entry(device).or_default().add(vitals, loads);
            }
        })
    };
    match &named {
        Some(pages) => read(Page::These(pages))?,
        None => {
            read(Page::Whole)?;
            if asked.pages {
                read(Page::All)?;
            }
        }
    }
    let mut whole = Devices::default();
    let mut pages = ByPage::new();
    for (page, gathered) in &found {
        let devices = Devices::of(gathered, &asked.filter);
        if *page == WHOLE {
            whole.merge(devices);
        } else {
            if named.is_some() {
                whole.merge(devices.clone());
            }
            pages.entry(reading.page(*page).to_owned()).or_default().merge(devices);
        }
    }
    Ok((whole, pages))
}

fn pairs<'a>(old: &'a Devices, new: &'a Devices, metric: usize, none: &'a StoredHistogram) -> Vec<Pair<'a>> {
    let mut devices: Vec<i64> = old.0.keys().chain(new.0.keys()).copied().collect();
    devices.sort_unstable();
    devices.dedup();
    let of = |side: &'a Devices, device: &i64| {
        side.0.get(device).and_then(|figures| figures.histograms.get(metric)).unwrap_or(none)
    };
    devices.iter().map(|device| Pair { old: of(old, device), new: of(new, device) }).collect()
}

fn all_metrics(asked: &Asked, old: &Devices, new: &Devices, dispersions: &[f64; COMPARED]) -> Vec<Compared> {
    let none = StoredHistogram::new();
    let one = |metric: usize| {
        let pairs = pairs(old, new, metric, &none);
        let count = |side: fn(&Pair<'_>) -> u64| pairs.iter().map(side).sum::<u64>();
        let (old_count, new_count) = (count(|pair| pair.old.count()), count(|pair| pair.new.count()));
        if old_count == 0 && new_count == 0 {
            return None;
        }
        let question = Question {
            q: asked.quantile.q,
            threshold: asked.metrics.thresholds[metric],
            floor: Metrics::floor(metric),
            dispersion: dispersions[metric],
        };
        let compared = two::compare(&pairs, &question);
        let verdict = words::verdict(compared.verdict);
        let difference = compared.new.zip(compared.old).map_or(0.0, |(new, old)| new - old);
        let [change, low, high] = compared.change.map_or([None; 3], |change| change.map(Some));
        let mut one = Compared {
            metric: Metrics::name(metric).to_owned(),
            unit: Metrics::unit(metric),
            new: compared.new,
            old: compared.old,
            new_count,
            old_count,
            change,
            low,
            high,
            verdict,
            words: String::new(),
            impact: difference * new_count as f64,
        };
        one.words = words::metric(&one);
        Some(one)
    };
    (0..COMPARED).filter_map(one).collect()
}

fn compared_pages(
    asked: &Asked,
    mut old: ByPage,
    new: ByPage,
    dispersions: &[f64; COMPARED],
) -> Vec<ComparedPage> {
    let mut sides: BTreeMap<String, (Devices, Devices)> = BTreeMap::new();
    for (page, new) in new {
        let old = old.remove(&page).unwrap_or_default();
        sides.insert(page, (old, new));
    }
    sides.extend(old.into_iter().map(|(page, old)| (page, (old, Devices::default()))));
    let one = |(page, (old, new)): (String, (Devices, Devices))| {
        let metrics = all_metrics(asked, &old, &new, dispersions);
        ComparedPage {
            page,
            new_views: new.views(),
            old_views: old.views(),
            verdict: worst(&metrics),
            metrics,
        }
    };
    let mut pages: Vec<ComparedPage> = sides.into_iter().map(one).collect();
    pages.sort_by(|a, b| harm(b).total_cmp(&harm(a)).then_with(|| b.new_views.cmp(&a.new_views)));
    pages
}

/// How much a page's visitors lose, in units that metrics share: a change times those who meet it. What is sure comes before what
/// may be chance.
pub fn harm(page: &ComparedPage) -> f64 {
    let one = |metric: &Compared| {
        let sure = if metric.verdict == Verdict::Worse { 1e12 } else { 0.0 };
        let lost = metric.low.filter(|low| *low > 0.0).unwrap_or_default() * metric.new_count as f64;
        if lost > 0.0 { sure + lost } else { 0.0 }
    };
    page.metrics.iter().map(one).fold(0.0, f64::max)
}

/// How much more the old side's counts vary from hour to hour than those of independent page views.
fn dispersions(
    reading: &Reading<'_>,
    asked: &Asked,
    side: &SideAsked,
    old: &Devices,
) -> Result<[f64; COMPARED]> {
    let by = split_of(side);
    let from = side.from.max(side.to - DISPERSION);
    // By class of device and hour: a side of its own.
    let mut hours: BTreeMap<i64, BTreeMap<i64, Gathered>> = BTreeMap::new();
    reading.each(by, Page::Whole, (from, side.to, Level::Hour), &mut |at, vitals, loads| {
        if let Some(device) = stratum(reading, side, by, at.key) {
            hours
                .entry(device)
                .or_default()
                .entry(Level::Hour.bucket(at.time))
                .or_default()
                .add(vitals, loads);
        }
    })?;
    let mut found: [Dispersion; COMPARED] = Default::default();
    for (device, hours) in &hours {
        let Some(first) = hours.keys().next() else { continue };
        let figures = Devices::of(hours, &asked.filter);
        for (metric, dispersion) in found.iter_mut().enumerate() {
            let p75 = old.0.get(device).and_then(|old| old.histograms.get(metric)?.quantile(0.75));
            let Some(p75) = p75 else { continue };
            let mut counts = vec![(0.0, 0.0); ((side.to - first) / HOUR + 1).clamp(0, 200) as usize];
            for (hour, figures) in &figures.0 {
                let (Some(histogram), Some(held)) =
                    (figures.histograms.get(metric), counts.get_mut(((hour - first) / HOUR) as usize))
                else {
                    continue;
                };
                let above =
                    histogram.buckets().filter(|bucket| bucket.lower >= p75).map(|bucket| bucket.count);
                *held = (above.sum::<u64>() as f64, histogram.count() as f64);
            }
            dispersion.add(&counts);
        }
    }
    Ok(found.map(|dispersion| dispersion.factor()))
}

fn mix(old: &Devices, new: &Devices, asked: &Asked) -> Vec<DeviceShare> {
    let is_by_device = |side: &SideAsked| {
        matches!(side.split.as_ref().map(|split| split.by), None | Some(SplitBy::One(Dimension::Release)))
    };
    if !is_by_device(&asked.new) || !asked.old.as_ref().is_none_or(is_by_device) {
        return Vec::new();
    }
    let all = (old.views() + new.views()).max(1) as f64;
    let mut devices: Vec<i64> = old.0.keys().chain(new.0.keys()).copied().collect();
    devices.sort_unstable();
    devices.dedup();
    let one = |device: i64| {
        let views = |side: &Devices| side.0.get(&device).map_or(0, |figures| figures.views);
        let (old_views, new_views) = (views(old), views(new));
        DeviceShare {
            device: Dimension::Device.value(device, &std::collections::HashMap::new()).to_owned(),
            share: (old_views + new_views) as f64 / all,
            new_views,
            old_views,
        }
    };
    devices.into_iter().map(one).collect()
}

//! Ninety days of three hundred pages, from a seed, written as cells: what a busy site leaves in a store.
use whippet_engine::stats::StoredHistogram;
use whippet_engine::vitals::Metric;
use whippet_store::cells::{
    self, Attribution, Cell, ErrorCount, Errors, Gauge, Histograms, Level, Loading, Marks, Measured, Origin,
    Resources, Script, Section, Split, Spread, Sums, Timings, Vitals,
};
use whippet_store::database::{self, Database, Param, Type, Upsert, params};
use whippet_store::time::{DAY, HOUR, MINUTE};

/// How many pages there are.
pub const PAGES: i64 = 300;
/// How many days there are.
pub const DAYS: i64 = 90;
/// The application's number, and those of its names.
const APP: i64 = 1;
const FIRST_PAGE: i64 = 1000;
/// Midnight.
const BEGIN: i64 = 20_000 * DAY;
/// A little after the last bucket, in the middle of a day and of an hour.
pub const NOW: i64 = BEGIN + DAYS * DAY + 14 * HOUR + 37 * MINUTE;

/// The name of a page.
pub fn page(place: i64) -> String {
    format!("/pages/{place}")
}

struct Seed(u64);

impl Seed {
    /// From 0 to below 1. The constants are Knuth's for MMIX.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1_u32 << 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        (self.share() * bound as f64) as u64
    }

    /// About as durations are: most near `middle`, some ten times as long.
    fn duration(&mut self, middle: f64) -> f64 {
        let spread: f64 = (0..6).map(|_| self.share()).sum::<f64>() - 3.0;
        (middle * (0.9 * spread).exp() * 8.0).round() / 8.0
    }
}

/// The share of page views that a page has: the first a few per cent, the last hardly any.
fn weight(page: i64) -> f64 {
    1.0 / (page as f64 + 3.0)
}

/// All that is kept of a bucket.
#[derive(Clone, Default)]
struct Kept {
    vitals: Vitals,
    attribution: Attribution,
    histograms: Histograms,
    sums: Sums,
    loading: Loading,
    errors: Errors,
    splits: [Split; 6],
}

impl Kept {
    fn merge(&mut self, other: &Self) {
        self.vitals.merge(&other.vitals);
        self.attribution.merge(&other.attribution);
        self.histograms.merge(&other.histograms);
        self.sums.merge(&other.sums);
        self.loading.merge(&other.loading);
        self.errors.merge(&other.errors);
        self.splits.iter_mut().zip(&other.splits).for_each(|(split, other)| split.merge(other));
    }

    fn encoded(&self) -> Vec<(Section, Vec<u8>)> {
        let mut all = vec![
            (Section::Vitals, cells::encode(&self.vitals)),
            (Section::Attribution, cells::encode(&self.attribution)),
            (Section::Histograms, cells::encode(&self.histograms)),
            (Section::Sums, cells::encode(&self.sums)),
            (Section::Loading, cells::encode(&self.loading)),
            (Section::Errors, cells::encode(&self.errors)),
        ];
        let sections = Origin::default().places().map(|place| place.0);
        all.extend(sections.into_iter().zip(self.splits.iter().map(cells::encode)));
        all
    }
}

/// `views` page views of a page; of `kinds` different ones at most, each counted several times.
fn bucket(seed: &mut Seed, page: i64, views: u64, kinds: u64) -> Kept {
    let mut kept = Kept::default();
    let different = views.min(kinds).max(1);
    let middle = 600.0 + (page * 37 % 900) as f64;
    for _ in 0..different {
        let count = (views / different).max(1);
        let soft = seed.below(5) == 0;
        let origin = Origin {
            release: 3000 + seed.below(14) as i64,
            device: [0, 2, 2, 1][seed.below(4) as usize],
            connection: 2 + seed.below(3) as i64,
            navigation: if soft { 6 } else { seed.below(3) as i64 },
            browser: [2, 2, 6, 7][seed.below(4) as usize],
        };
        let slower = if origin.device == 2 { 1.7 } else { 1.0 };
        let mut measured = vec![(Metric::Inp, seed.duration(70.0)), (Metric::Cls, seed.share() * 0.3)];
        if !soft {
            measured.extend(
                [(Metric::Lcp, middle * 1.8), (Metric::Fcp, middle), (Metric::Ttfb, middle / 3.0)]
                    .map(|(metric, middle)| (metric, seed.duration(middle * slower))),
            );
        }
        let load = seed.duration(middle * 2.0 * slower);
        let mut into = vec![&mut kept.vitals];
        let places = origin.places();
        for (split, (_, key)) in kept.splits.iter_mut().zip(places) {
            let part = split.0.entry(key).or_default();
            part.loads.histogram.record_many(load, count);
            part.loads.slow += if load >= 2000.0 { count } else { 0 };
            into.push(&mut part.vitals);
        }
        for vitals in into {
            vitals.views += count;
            for (metric, value) in &measured {
                vitals.record(Measured { metric: *metric, soft }, *value, count);
            }
        }
        let number = Measured { metric: Metric::Lcp, soft: false }.number();
        let cause = kept.attribution.causes.entry((number, 0, 4000 + seed.below(5) as i64)).or_default();
        cause.0.record_many(middle, count);
        for name in 0..12 {
            let timings: &mut Timings = kept.histograms.0.entry(2000 + name).or_default();
            let value = if name == 0 { load } else { seed.duration(20.0 * (name + 1) as f64) };
            timings.histogram.record_many(value, count);
            timings.slow += if name == 0 && value >= 2000.0 { count } else { 0 };
        }
        for name in 0..8 {
            cells::add(&mut kept.sums.counters, 2500 + name, count * seed.below(9));
        }
        let gauge: &mut Gauge = kept.sums.gauges.entry(2600).or_default();
        gauge.record(seed.below(20) as f64, count);
        cells::add(&mut kept.sums.losses, "scripts".to_owned(), seed.below(2));
        let host = (2700 + seed.below(6) as i64, seed.below(4) as u8);
        let duration = seed.duration(100.0) * count as f64;
        let resources =
            Resources { count, bytes: 9000 * count, duration, slowest: 400.0, ..Resources::default() };
        kept.loading.resources.entry(host).or_default().merge(&resources);
        let script = Script { count, duration, forced: 1.0 };
        kept.loading.scripts.entry(2800 + seed.below(10) as i64).or_default().merge(&script);
        if seed.below(8) == 0 {
            let count = ErrorCount { count, first: BEGIN, last: (NOW, FIRST_PAGE + page) };
            kept.errors.add(2900 + seed.below(40) as i64, count);
        }
    }
    let spread = kept.attribution.parts.entry((0, 0)).or_insert_with(|| Spread(StoredHistogram::new()));
    spread.0.record_many(middle, views);
    kept
}

const COLUMNS: &[(&str, Type)] = &[
    ("time", Type::Integer),
    ("section", Type::Integer),
    ("app", Type::Integer),
    ("page", Type::Integer),
    ("collector", Type::Integer),
    ("value", Type::Blob),
];

const fn table(table: &'static str) -> Upsert {
    Upsert { table, columns: COLUMNS, conflict: "" }
}

const TABLES: [Upsert; 3] = [table("cells_minute"), table("cells_hour"), table("cells_day")];

/// A page's number, a section, and a value as bytes.
type Encoded = (i64, Section, Vec<u8>);

/// The rows of a bucket: those of pages for each section that `of_pages` has, and those of the application for all.
fn rows(pages: &[(i64, Kept)], of_pages: &dyn Fn(Section) -> bool) -> Vec<Encoded> {
    let mut whole = Kept::default();
    let mut rows = Vec::new();
    for (page, kept) in pages {
        whole.merge(kept);
        let wanted = kept.encoded().into_iter().filter(|one| of_pages(one.0));
        rows.extend(wanted.map(|(section, value)| (FIRST_PAGE + page, section, value)));
    }
    rows.extend(whole.encoded().into_iter().map(|(section, value)| (cells::WHOLE, section, value)));
    rows
}

fn write(db: &dyn Database, level: Level, time: i64, rows: &[Encoded]) -> database::Result<()> {
    whippet_store::ensure_partitions(db, level.table(), &[vec![time]])?;
    let mut written: Vec<Vec<Param<'_>>> = Vec::new();
    for one in rows {
        let mut numbers = [time, one.1 as i64, APP, one.0, 0].map(Param::Integer).to_vec();
        numbers.push(Param::Blob(&one.2));
        written.push(numbers);
    }
    db.write_rows(&TABLES[level as usize], &written)
}

/// How many buckets of a level differ; they take turns.
const DIFFERENT: i64 = 5;

/// Fills an empty store. Everything is kept of each day; of hours and minutes the figures of pages are kept for vitals, and
/// by device, which are all that the questions on many pages read. `kinds`: how much the page views of a bucket differ.
pub fn fill(db: &dyn Database, days: i64, page_count: i64, kinds: u64) -> database::Result<()> {
    let mut seed = Seed(90);
    let name = |id: i64, kind: i64, parent: i64, name: &str| {
        db.execute(
            "INSERT INTO names (id, kind, parent, name, used, first, score, scored, confirmed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1.0, ?5, 1)",
            params![id, kind, parent, name, NOW, BEGIN],
        )
    };
    name(APP, 0, 0, "shop")?;
    for place in 0..page_count {
        name(FIRST_PAGE + place, 1, APP, &page(place))?;
    }
    for (place, text) in ["page.load", "query.fetch"].into_iter().enumerate() {
        name(2000 + place as i64, 3, APP, text)?;
    }
    for place in 2..12 {
        name(2000 + place, 3, APP, &format!("server.part{place}"))?;
    }
    for place in 0..8 {
        name(
            2500 + place,
            2,
            APP,
            ["query.hits", "query.misses", "a", "b", "c", "d", "e", "f"][place as usize],
        )?;
    }
    for place in 0..14 {
        name(3000 + place, 10, APP, &format!("1.{place}.0"))?;
    }
    for error in 0..40 {
        db.execute(
            "INSERT INTO errors (id, app, fingerprint, message, source, stack, first, score, scored)
             VALUES (?1, ?2, ?3, ?3, 'app.js:1:2', 'at buy', ?4, 1.0, ?4)",
            params![2900 + error, APP, format!("error {error}").as_str(), BEGIN],
        )?;
    }
    let begin = BEGIN + (DAYS - days) * DAY;
    let today = BEGIN + DAYS * DAY;
    let mut pages_of = |all: f64, kinds: u64| {
        let mut pages = Vec::new();
        for place in 0..page_count {
            let expected = all * weight(place);
            // The rarest pages are not viewed in every hour or minute.
            if expected >= 1.0 || seed.share() < expected {
                let views = (expected as u64).max(1);
                pages.push((place, bucket(&mut seed, place, views, kinds + kinds * views / 4000)));
            }
        }
        pages
    };
    let of_vitals = |section| matches!(section, Section::Vitals | Section::ByDevice);
    let different: Vec<_> = (0..DIFFERENT).map(|_| rows(&pages_of(200_000.0, kinds), &|_| true)).collect();
    for (day, rows) in (0..days).zip(different.iter().cycle()) {
        write(db, Level::Day, begin + day * DAY, rows)?;
    }
    let hours = 30.min(days) * 24 + 14;
    let different: Vec<_> =
        (0..DIFFERENT).map(|_| rows(&pages_of(8_000.0, kinds * 3 / 4 + 1), &of_vitals)).collect();
    // What is over of the last one is there, too.
    for (hour, rows) in (0..=hours).zip(different.iter().cycle()) {
        write(db, Level::Hour, today + 14 * HOUR - (hours - hour) * HOUR, rows)?;
    }
    write(db, Level::Day, today, &different[0])?;
    let different: Vec<_> = (0..DIFFERENT).map(|_| rows(&pages_of(140.0, 4), &of_vitals)).collect();
    for (minute, rows) in (0..2 * 60).zip(different.iter().cycle()) {
        write(db, Level::Minute, NOW - NOW % MINUTE - (2 * 60 - minute) * MINUTE, rows)?;
    }
    for section in Section::ALL {
        let complete = |level: Level| (NOW - MINUTE) - (NOW - MINUTE).rem_euclid(section.step(level));
        Marks::set_complete(db, Level::Hour, section, complete(Level::Hour))?;
        Marks::set_complete(db, Level::Day, section, complete(Level::Day))?;
    }
    Marks::set_deleted(db, Level::Minute, NOW - NOW % HOUR - 2 * HOUR)?;
    Marks::set_deleted(db, Level::Hour, today + 14 * HOUR - hours * HOUR)
}

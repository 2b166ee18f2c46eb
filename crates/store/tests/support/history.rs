//! Ninety days of three hundred pages, from a seed, written as cells: what a busy site leaves in a store.
use whippet_engine::stats::StoredHistogram;
use whippet_engine::vitals::Metric;
use whippet_store::cells::{
    self, Attribution, Cell, ErrorCount, Errors, Gauge, Histograms, Level, Loading, Measured, Origin,
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
fn bucket(seed: &mut Seed, page: i64, time: i64, views: u64, kinds: u64) -> Kept {
    let mut kept = Kept::default();
    let different = views.min(kinds).max(1);
    let middle = 600.0 + (page * 37 % 900) as f64;
    for _ in 0..different {
        let count = (views / different).max(1);
        let soft = seed.below(5) == 0;
        let origin = Origin {
            release: 3000 + (time - BEGIN) / (9 * DAY) + seed.below(2) as i64,
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
        let cause = kept.attribution.causes.entry((number, 4000 + seed.below(5) as i64)).or_default();
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
            let count = ErrorCount { count, first: time, last: (time + 1, FIRST_PAGE + page) };
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

/// Writes the rows of a bucket: those of pages for each section that `of_pages` has, and those of the application for all.
fn write(
    db: &dyn Database,
    (level, time): (Level, i64),
    pages: &[(i64, Kept)],
    of_pages: &dyn Fn(Section) -> bool,
) -> database::Result<()> {
    let mut whole = Kept::default();
    let mut values = Vec::new();
    for (page, kept) in pages {
        whole.merge(kept);
        values.extend(
            kept.encoded().into_iter().filter(|one| of_pages(one.0)).map(|one| (FIRST_PAGE + page, one)),
        );
    }
    values.extend(whole.encoded().into_iter().map(|one| (cells::WHOLE, one)));
    let row = |(page, (section, value)): &'_ (i64, (Section, Vec<u8>))| {
        let numbers = [time, *section as i64, APP, *page, 0].map(Param::Integer);
        (numbers, value.clone())
    };
    let rows: Vec<([Param<'_>; 5], Vec<u8>)> = values.iter().map(row).collect();
    let rows: Vec<Vec<Param<'_>>> =
        rows.iter().map(|(numbers, value)| [&numbers[..], &[Param::Blob(value)]].concat()).collect();
    db.write_rows(&TABLES[level as usize], &rows)
}

/// Fills an empty store. Everything is kept of each day; of hours and minutes the figures of pages are kept for vitals alone,
/// which are all that reports of many pages read. `kinds`: how much the page views of a bucket differ.
pub fn fill(db: &dyn Database, days: i64, page_count: i64, kinds: u64) -> database::Result<()> {
    let mut seed = Seed(90);
    // TEMP
    db.execute_batch("DROP TABLE views; CREATE TABLE views (app INTEGER, view TEXT, page INTEGER, minute INTEGER, weight INTEGER, navigation INTEGER, release INTEGER, device INTEGER, connection INTEGER, browser INTEGER, folded INTEGER, measures BLOB)")?;
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
    for day in 0..days {
        let time = begin + day * DAY;
        let one = |place| {
            let views = (200_000.0 * weight(place)) as u64;
            (place, bucket(&mut seed, place, time, views, kinds + kinds * views / 4000))
        };
        let pages: Vec<(i64, Kept)> = (0..page_count).map(one).collect();
        write(db, (Level::Day, time), &pages, &|_| true)?;
    }
    let hours = 30.min(days) * 24 + 14;
    for hour in 0..hours {
        let time = today + 14 * HOUR - (hours - hour) * HOUR;
        let mut pages = Vec::new();
        for place in 0..page_count {
            let views = (8_000.0 * weight(place)) as u64;
            // The rarest pages are not viewed in every hour.
            if views > 40 || seed.below(40) < views {
                pages.push((place, bucket(&mut seed, place, time, views.max(1), kinds * 3 / 4 + 1)));
            }
        }
        write(db, (Level::Hour, time), &pages, &|section| section == Section::Vitals)?;
    }
    for minute in 0..2 * 60 {
        let time = NOW - NOW % MINUTE - (2 * 60 - minute) * MINUTE;
        let mut pages = Vec::new();
        for place in 0..page_count {
            let views = 140.0 * weight(place);
            if seed.share() < views {
                pages.push((place, bucket(&mut seed, place, time, views as u64 + 1, 4)));
            }
        }
        write(db, (Level::Minute, time), &pages, &|section| section == Section::Vitals)?;
    }
    let marks = [
        ("beacons", 1_000_000),
        ("last_beacon", NOW),
        ("hours", today + 14 * HOUR),
        ("days", today),
        ("minutes_from", NOW - 2 * HOUR),
        ("hours_from", today + 14 * HOUR - hours * HOUR),
    ];
    for (name, value) in marks {
        db.execute("INSERT INTO totals (name, value) VALUES (?1, ?2)", params![name, value])?;
    }
    Ok(())
}

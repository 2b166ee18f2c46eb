//! The newest vital of a page view wins, whichever collector hears it, and whenever it is counted.
use std::collections::BTreeMap;

use proptest::prelude::*;
use whippet_api::Range;
use whippet_engine::beacon::decode;
use whippet_engine::stats::StoredHistogram;

use super::*;
use crate::batch;
use crate::cells::{self, Level, Section, Split, Values};
use crate::database::testing::each_engine;
use crate::database::{Access, Engine};
use crate::error_scores::ErrorScores;
use crate::metrics::StoreMetrics;
use crate::names::Names;
use crate::options::Options;
use crate::reports::steps::Steps;
use crate::reports::vitals_window::{WindowVitals, values, whole};
use crate::reports::{Filter, SplitFilter, vitals};
use crate::score::Client;
use crate::time::DAY;

const START: i64 = 19_676 * DAY;

/// What happens.
#[derive(Clone, Debug)]
enum Step {
    /// A collector hears what a page view says of a vital: which view, which vital, its value, and when the page sent it.
    Report { collector: usize, view: u8, metric: usize, value: u32, sent: i64 },
    /// Page views are counted until few wait.
    Settle { collector: usize, few: usize },
    /// All that was heard is written, as it is where somebody asks.
    Write,
    /// A collector is killed, and another begins with what is on disk.
    Kill { collector: usize },
    /// Time passes, and what has ended is counted and added up.
    Pass { collector: usize, minutes: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let report = (0..2_usize, 0_u8..9, 0..3_usize, 0_u32..2000, 0_i64..9).prop_map(
        |(collector, view, metric, value, sent)| Step::Report { collector, view, metric, value, sent },
    );
    let settle = (0..2_usize, 0..3_usize).prop_map(|(collector, few)| Step::Settle { collector, few });
    let pass = (0..2_usize, 0..100_i64).prop_map(|(collector, minutes)| Step::Pass { collector, minutes });
    let kill = (0..2_usize).prop_map(|collector| Step::Kill { collector });
    prop_oneof![9 => report, 3 => settle, 2 => pass, 1 => Just(Step::Write), 2 => kill]
}

const METRICS: [Metric; 3] = [Metric::Lcp, Metric::Inp, Metric::Cls];

/// A value as a page has it: a small number for CLS.
fn value(metric: usize, value: u32) -> f64 {
    if metric == 2 { f64::from(value / 200) / 25.0 } else { f64::from(value * 3) }
}

struct Collectors<'a> {
    database: &'a dyn Database,
    hot: [Hot; 2],
    /// The last of them that writes: a file has one collector only.
    writers: usize,
    now: i64,
    beacons: usize,
}

impl<'a> Collectors<'a> {
    fn new(database: &'a dyn Database) -> Self {
        let writers = usize::from(database.engine() == Engine::Postgres);
        Self { database, hot: [1, 2].map(Hot::new), writers, now: START, beacons: 0 }
    }

    /// The same that count more than `few` new page views as they are written.
    fn leaving(self, few: usize) -> Self {
        Self { hot: self.hot.map(|hot| hot.leaving(few)), ..self }
    }

    fn hear(&mut self, collector: usize, view: u8, vital: &str, sent: i64) {
        self.beacons += 1;
        let text = format!(
            r#"{{"v":1,"id":"b{}","session":"s","view":"v{view}","app":"shop","page":"/{}","device":"{}","sentAt":{},"vitals":{{{vital}}}}}"#,
            self.beacons,
            view % 2,
            if view.is_multiple_of(3) { "phone" } else { "desktop" },
            START + sent,
        );
        let beacon = decode(text.as_bytes()).unwrap();
        let (options, metrics) = (Options::new(""), StoreMetrics::default());
        let (hot, now) = (&mut self.hot[self.writers.min(collector)], self.now);
        let write = |database: &dyn Database| {
            let (mut names, mut errors) = (Names::load(database)?, ErrorScores::load(database)?);
            hot.begin(database)?;
            let (options, metrics) = (&options, &metrics);
            let (names, errors, client) = (&mut names, &mut errors, Client::default());
            let mut context =
                Context { database, hot, names, errors, options, metrics, client, evicted: false };
            batch::add_all(&mut context, &[(&beacon, Client::default(), now)])?;
            context.names.flush(database)
        };
        self.database.transaction(Access::Write, write).unwrap();
    }

    /// Has all that was heard in rows.
    fn write(&mut self) {
        let hot = &mut self.hot[0];
        self.database.transaction(Access::Write, |database| hot.write_journal(database)).unwrap();
    }

    fn run(&mut self, collector: usize, portion: impl Fn(&dyn Database, &mut Hot) -> Result<bool>) {
        let hot = &mut self.hot[self.writers.min(collector)];
        while !self.database.transaction(Access::Write, |database| portion(database, hot)).unwrap() {}
    }

    fn settle(&mut self, collector: usize, few: usize) {
        self.run(collector, |database, hot| {
            hot.begin(database)?;
            hot.write_views(database)?;
            settle(database, hot, few)
        });
        assert!(self.waiting() <= 2 * few, "reports read few");
    }

    fn waiting(&self) -> usize {
        self.database.scalar("SELECT count(*) FROM views WHERE folded IN (0, 3)", &[]).unwrap()
    }

    fn pass(&mut self, collector: usize, minutes: i64) {
        self.now += minutes * MINUTE;
        self.write();
        let now = self.now;
        self.run(collector, |database, hot| {
            hot.begin(database)?;
            fold(database, hot, now)
        });
        for level in [Level::Hour, Level::Day] {
            for section in Section::ALL {
                self.run(collector, |database, hot| cells::roll_up(database, hot, (level, section), now));
            }
        }
    }

    fn steps(&self) -> Steps {
        Steps::new(&Range { from: START, to: self.now + MINUTE }, MINUTE)
    }
}

/// What the newest values are, by view and metric: when each was sent, and when the page view began.
#[derive(Default)]
struct Model {
    newest: BTreeMap<(u8, usize), (i64, f64)>,
    begun: BTreeMap<u8, i64>,
}

impl Model {
    fn report(&mut self, now: i64, view: u8, metric: usize, sent: i64, value: f64) {
        let begun = *self.begun.entry(view).or_insert(now - now.rem_euclid(MINUTE));
        let held = self.newest.get(&(view, metric));
        if begun >= now - OPEN && held.is_none_or(|held| sent >= held.0) {
            self.newest.insert((view, metric), (sent, value));
        }
    }

    fn values(&self, metric: usize, is_wanted: impl Fn(u8) -> bool) -> Values {
        let mut values = Values::default();
        let of = self.newest.iter().filter(|((view, of), _)| *of == metric && is_wanted(*view));
        of.for_each(|(_, (_, value))| values.record(METRICS[metric], *value, 1));
        values
    }
}

fn buckets(histogram: &StoredHistogram) -> Vec<(u64, u64)> {
    histogram.buckets().map(|bucket| (bucket.upper.to_bits(), bucket.count)).collect()
}

/// Both have the same values, as far as a histogram tells.
fn check_equal(found: &Values, expected: &Values, metric: Metric) -> std::result::Result<(), TestCaseError> {
    prop_assert_eq!(found.ratings, expected.ratings);
    prop_assert_eq!(found.histogram.count(), expected.histogram.count());
    prop_assert_eq!(buckets(&found.histogram), buckets(&expected.histogram));
    for q in [0.5, 0.75, 0.95, 0.99] {
        let (found, expected) = (found.quantile(metric, q), expected.quantile(metric, q));
        let is_near = match (found, expected) {
            (Some(found), Some(expected)) => (found - expected).abs() <= 0.023 * expected + 1e-5,
            (found, expected) => found == expected,
        };
        prop_assert!(is_near, "{:?} and {:?} at {}", found, expected, q);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn whenever_page_views_are_counted_the_newest_values_are_told(
        few in 0..4_usize,
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut outcome = Ok(());
        each_engine(|database| {
            if outcome.is_ok() {
                outcome = play(database, few, &steps);
            }
        });
        outcome?;
    }
}

fn play(database: &dyn Database, few: usize, steps: &[Step]) -> std::result::Result<(), TestCaseError> {
    let mut all = Collectors::new(database).leaving(few);
    let mut model = Model::default();
    for step in steps {
        match *step {
            Step::Report { collector, view, metric, value: of, sent } => {
                let value = value(metric, of);
                let name = METRICS[metric].as_str();
                all.hear(
                    collector,
                    view,
                    &format!(r##""{name}":{{"value":{value},"target":"#{view}"}}"##),
                    sent,
                );
                model.report(all.now, view, metric, sent, value);
            }
            Step::Settle { collector, few } => all.settle(collector, few),
            Step::Write => all.write(),
            Step::Kill { collector } => {
                let killed = &mut all.hot[collector.min(all.writers)];
                *killed = Hot::new(killed.collector()).leaving(few);
            }
            Step::Pass { collector, minutes } => all.pass(collector, minutes),
        }
    }
    all.write();
    let window = all.steps();
    let read = WindowVitals::read(database, &window, &Filter::default()).unwrap();
    let phones = Filter { split: SplitFilter::parse("device:phone"), ..Filter::default() };
    let of_phones = values(&whole(database, &window, &phones).unwrap(), &phones);
    for (place, metric) in METRICS.into_iter().enumerate() {
        let found = &read.metrics[metric as usize];
        check_equal(&found.whole, &model.values(place, |_| true), metric)?;
        check_equal(
            &of_phones[metric as usize],
            &model.values(place, |view| view.is_multiple_of(3)),
            metric,
        )?;
        let mut of_pages = Values::default();
        read.pages.values().for_each(|page| of_pages.merge(&page.values[metric as usize]));
        check_equal(&of_pages, &model.values(place, |_| true), metric)?;
        for view in 0..9 {
            let expected = model.values(place, |of| of == view);
            let name = format!("#{view}");
            let id: Option<i64> = database
                .query_optional(
                    "SELECT id FROM names WHERE kind = ?1 AND name = ?2",
                    params![Kind::Element as i64, &name],
                    |row| row.get(0),
                )
                .unwrap();
            let cause = id.and_then(|id| found.causes.get(&(0, id)));
            prop_assert_eq!(cause.map_or(0, |cause| cause.count()), expected.histogram.count());
        }
    }
    let pages = vitals::vitals(database, &window, &Filter::default()).unwrap().pages;
    prop_assert_eq!(pages.iter().map(|page| page.views).sum::<u64>(), model.begun.len() as u64);
    Ok(())
}

#[test]
fn what_is_left_of_a_few_values_is_told_to_the_last_digit() {
    each_engine(|database| {
        let mut all = Collectors::new(database);
        let lcp = |value: f64| format!(r#""LCP":{{"value":{value}}}"#);
        let p75 = |all: &mut Collectors<'_>| {
            all.write();
            let all = values(&whole(database, &all.steps(), &Filter::default()).unwrap(), &Filter::default());
            let lcp = &all[Metric::Lcp as usize];
            (lcp.quantile(Metric::Lcp, 0.75), lcp.histogram.count())
        };
        for (view, before, after) in [(1, 900.25, 1900.5), (2, 400.0, 1900.5), (3, 2000.0, 1900.5)] {
            all.hear(0, view, &lcp(before), 1);
            all.settle(0, 0);
            all.hear(1, view, &lcp(after), 2);
            // An older beacon arrives last.
            all.hear(0, view, &lcp(1.0), 0);
            assert_eq!(p75(&mut all), (Some(1900.5), u64::from(view)));
            all.settle(1, 0);
            let told = p75(&mut all);
            assert_eq!((told, all.waiting()), ((Some(1900.5), u64::from(view)), 0));
        }
        // What has ended takes no more.
        all.pass(0, OPEN / MINUTE + 2);
        all.hear(0, 1, &lcp(5000.0), 9);
        all.settle(0, 0);
        assert_eq!(p75(&mut all), (Some(1900.5), 3));
        let split = cells::Selection {
            from: START,
            to: all.now,
            coarsest: Level::Day,
            apps: None,
            pages: cells::Page::Whole,
        };
        let mut views = 0;
        cells::read::<Split>(database, Section::ByDevice, &split, |_, split| {
            views += split.0.values().map(|part| part.vitals.views).sum::<u64>();
        })
        .unwrap();
        assert_eq!(views, 3);
    });
}

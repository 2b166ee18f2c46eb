//! Made-up names: the rarest are evicted first, real applications stay, and no figure is lost.
use serde_json::{Value, json};
use whippet_api::{Custom, Loading, Overview, Toolkit, Vitals};
use whippet_store::cells::{Cell, Errors, Page, Section, Sums};
use whippet_store::name_admin::{self, Dropped, NamesError};
use whippet_store::{Kind, OTHER};

use crate::harness::{Collector, MINUTE, SECOND, beacon_with};

/// A public address.
const VISITOR: [u8; 4] = [203, 0, 113, 7];
const ATTACKER: [u8; 4] = [198, 51, 100, 9];

fn of(id: &str, app: &str) -> Value {
    beacon_with(id, json!({ "app": app }))
}

/// A beacon with a name of every kind.
fn full(id: &str, app: &str) -> Value {
    beacon_with(
        id,
        json!({
            "app": app,
            "vitals": { "LCP": { "value": 1200.0, "target": "#hero", "url": "https://cdn.example/a.png" } },
            "counters": { "query.hits": 3, "own.count": 5 },
            "timings": { "own.time": [10.0, 20.0] },
            "gauges": { "own.gauge": 7.0 },
            "routes": { "/route": 2 },
            "resources": { "cdn.example": { "script": { "count": 4, "bytes": 1000, "cached": 1, "failed": 0, "duration": 50.0, "slowest": 20.0 } } },
            "scripts": [{ "source": "app.js", "invoker": "click", "count": 1, "duration": 60.0, "forced": 5.0 }],
            "errors": [{ "message": "it broke", "source": "app.js:1:2", "count": 2 }],
            "dropped": 3,
        }),
    )
}

/// Counters and gauges as reports show them: a number without a name counts as [`OTHER`].
async fn named(collector: &Collector, sums: &Sums) -> Sums {
    let mut named = Sums { losses: sums.losses.clone(), ..Sums::default() };
    for number in sums.counters.keys().chain(sums.gauges.keys()) {
        let is_known = format!("SELECT count(*) FROM names WHERE id = {number} AND name <> '{OTHER}'");
        let shown = if collector.number(is_known).await == 1 { *number } else { 0 };
        let mut one = Sums::default();
        one.counters.extend(sums.counters.get(number).map(|total| (shown, *total)));
        one.gauges.extend(sums.gauges.get(number).map(|gauge| (shown, *gauge)));
        named.merge(&one);
    }
    named
}

/// The sums of all reports, over all names.
async fn totals(collector: &Collector) -> Vec<f64> {
    let vitals: Vitals = collector.chart("/api/vitals").await;
    let toolkit: Toolkit = collector.chart("/api/toolkit").await;
    let loading: Loading = collector.chart("/api/loading").await;
    let custom: Custom = collector.chart("/api/custom").await;
    let errors: whippet_api::Errors = collector.chart("/api/errors").await;
    let sums: Sums = collector.kept(Section::Sums, Page::All).await;
    let whole: Sums = collector.kept(Section::Sums, Page::Whole).await;
    assert_eq!(
        named(collector, &sums).await,
        named(collector, &whole).await,
        "the application is the sum of its pages"
    );
    let losses = sums.losses.values().sum::<u64>() as f64;
    vec![
        vitals.pages.iter().map(|page| page.views as f64).sum(),
        vitals.metrics.iter().map(|metric| metric.count as f64).sum(),
        toolkit.counters.iter().map(|counter| counter.total as f64).sum(),
        loading.resources.iter().map(|resource| resource.bytes).sum(),
        loading.scripts.iter().map(|script| script.duration).sum(),
        custom.gauges.iter().map(|gauge| gauge.count).sum(),
        custom.distributions.iter().map(|distribution| distribution.count as f64).sum(),
        errors.errors.iter().map(|error| error.count as f64).sum(),
        losses,
    ]
}

/// The number of rows that refer to a name that does not exist.
async fn dangling(collector: &Collector) -> i64 {
    let names = "(SELECT id FROM names WHERE kind >= 0)";
    let mut sum = 0;
    for table in ["cells_minute", "cells_hour", "cells_day", "views"] {
        sum += collector
            .number(format!(
                "SELECT count(*) FROM {table} WHERE app NOT IN {names} OR page <> 0 AND page NOT IN {names}"
            ))
            .await;
    }
    let rest = format!(
        "SELECT (SELECT count(*) FROM evictions) + (SELECT count(*) FROM names WHERE kind < 0) +
           (SELECT count(*) FROM errors WHERE app NOT IN {names})"
    );
    sum + collector.number(rest).await
}

#[tokio::test]
async fn made_up_apps_do_not_evict_a_real_one() {
    let collector = Collector::new();
    for forged in 0..60 {
        collector.beacon_from(ATTACKER, of(&format!("forged-{forged}"), &format!("forged-{forged}"))).await;
        collector.advance(10);
    }
    for id in 0..3 {
        collector.beacon_from(VISITOR, of(&format!("real-{id}"), "shop")).await;
        collector.advance(SECOND);
    }
    for forged in 60..200 {
        collector.beacon_from(ATTACKER, of(&format!("forged-{forged}"), &format!("forged-{forged}"))).await;
        collector.advance(10);
    }
    let apps = collector.status().await.apps;
    assert!(apps.contains(&"shop".to_owned()), "{apps:?}");
    assert!(apps.len() <= 51, "{}", apps.len());
    let shop: Vitals = collector.chart("/api/vitals?app=shop").await;
    assert_eq!(shop.pages[0].views, 3);
    let all: Vitals = collector.chart("/api/vitals").await;
    assert_eq!(all.pages.iter().map(|page| page.views).sum::<u64>(), 203, "nothing is lost");
    assert!(collector.figure("whippet_names_evicted_total{kind=\"app\"}").await >= 100.0);
}

#[tokio::test]
async fn made_up_pages_and_hosts_do_not_evict_real_ones() {
    let collector =
        Collector::with(|options| (options.limits.pages, options.limits.hosts) = (20, 10), |_| {});
    let loaded = |host: &str| json!({ host: { "script": { "count": 1, "duration": 5.0 } } });
    for round in 0..30 {
        for (place, page) in ["/", "/cart", "/items/:id"].into_iter().enumerate() {
            let more = json!({ "page": page, "resources": loaded("cdn.example") });
            collector.beacon_from([203, 0, 113, round], beacon_with(&format!("{place}-{round}"), more)).await;
        }
        for forged in 0..20 {
            let id = format!("forged-{round}-{forged}");
            let more =
                json!({ "page": format!("/forged/{id}"), "resources": loaded(&format!("{id}.example")) });
            collector.beacon_from(ATTACKER, beacon_with(&id, more)).await;
        }
        collector.advance(MINUTE);
    }
    let vitals: Vitals = collector.chart("/api/vitals").await;
    for page in ["/", "/cart", "/items/:id"] {
        let views = vitals.pages.iter().find(|row| row.page == page).map(|row| row.views);
        assert_eq!(views, Some(30), "{page}");
    }
    let loading: Loading = collector.chart("/api/loading").await;
    assert_eq!(loading.resources.iter().find(|row| row.host == "cdn.example").unwrap().count, 90.0);
    assert_eq!(loading.resources.iter().map(|row| row.count).sum::<f64>(), 690.0);
    assert_eq!(vitals.pages.iter().map(|row| row.views).sum::<u64>(), 690);
    assert!(vitals.pages.len() <= 21, "{}", vitals.pages.len());
}

fn error(id: &str, message: &str, count: u64) -> Value {
    beacon_with(id, json!({ "errors": [{ "message": message, "source": "app.js:1:2", "count": count }] }))
}

#[tokio::test]
async fn made_up_errors_do_not_evict_a_real_one_or_hide_it_in_the_report() {
    let collector = Collector::with(|options| options.limits.errors = 300, |_| {});
    let made_up = async |from: u32, to: u32| {
        for forged in from..to {
            let message = format!("forged {}", "x".repeat(forged as usize % 500 + 1)) + &letters(forged);
            collector.beacon_from(ATTACKER, error(&format!("forged-{forged}"), &message, 1_000_000)).await;
            collector.advance(10);
        }
    };
    made_up(0, 320).await;
    // All places are taken; the real error gets the place of a rarer one.
    for visitor in 0..3 {
        collector.beacon_from([203, 0, 113, visitor], error(&format!("real-{visitor}"), "it broke", 1)).await;
        collector.advance(SECOND);
    }
    made_up(320, 900).await;
    collector.app.store.sweep(collector.now()).await.unwrap();
    let report: whippet_api::Errors = collector.chart("/api/errors").await;
    let real = report.errors.iter().find(|error| error.message == "it broke");
    assert_eq!(real.map(|error| error.count), Some(3), "all of its counts, in spite of larger ones");
    assert_eq!(report.errors.len(), 200);
    assert!(report.errors.is_sorted_by_key(|error| std::cmp::Reverse(error.count)));
    assert_eq!(collector.rows("errors").await, 301, "the limit, and (other)");
    let errors: Errors = collector.kept(Section::Errors, Page::Whole).await;
    let total: u64 = errors.0.values().map(|error| error.count).sum();
    assert_eq!(total, 900_000_003, "nothing is lost");
    assert_eq!(dangling(&collector).await, 0);
    // Scores are stored, so the real error also stays after a restart.
    let collector = collector.restart_with(|options| options.limits.errors = 300).await;
    for forged in 900..1300 {
        let message = format!("after {}", letters(forged));
        collector.beacon_from(ATTACKER, error(&format!("after-{forged}"), &message, 1)).await;
    }
    let report: whippet_api::Errors = collector.chart("/api/errors").await;
    assert!(report.errors.iter().any(|error| error.message == "it broke"));
}

/// A number in letters, as errors whose messages differ in digits alone are one error.
fn letters(number: u32) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

#[tokio::test]
async fn a_known_app_always_has_a_place() {
    let collector = Collector::with(
        |options| (options.limits.apps, options.known_apps) = (2, vec!["shop".to_owned()]),
        |_| {},
    );
    for visitor in 0..40 {
        for app in ["a", "b", "c"] {
            collector.beacon_from([203, 0, 113, visitor], of(&format!("{app}{visitor}"), app)).await;
        }
    }
    collector.beacon_from(VISITOR, of("first", "shop")).await;
    assert!(collector.status().await.apps.contains(&"shop".to_owned()));
    let overview: Overview = collector.chart("/api/overview").await;
    assert!(overview.subjects.iter().any(|subject| subject.name == "shop"), "one address is enough");
    for visitor in 40..80 {
        for app in ["d", "e", "f"] {
            collector.beacon_from([203, 0, 113, visitor], of(&format!("{app}{visitor}"), app)).await;
        }
    }
    let apps = collector.status().await.apps;
    assert!(apps.contains(&"shop".to_owned()) && apps.len() <= 4, "{apps:?}");
}

#[tokio::test]
async fn an_app_reported_by_one_address_alone_is_hidden() {
    let collector = Collector::new();
    let tiles = async || {
        let overview: Overview = collector.chart("/api/overview").await;
        assert!(
            overview
                .levels
                .iter()
                .all(|level| overview.subjects.iter().any(|subject| subject.name == level.subject))
        );
        overview
            .subjects
            .into_iter()
            .map(|subject| subject.name)
            .filter(|name| name != "shop")
            .collect::<Vec<_>>()
    };
    for id in 0..5 {
        collector.beacon_from(ATTACKER, of(&format!("forged-{id}"), "forged")).await;
    }
    collector.beacon_from(VISITOR, of("1", "real")).await;
    collector.advance(SECOND);
    assert_eq!(tiles().await, [""; 0]);
    let overview: Overview = collector.chart("/api/overview").await;
    assert_eq!(overview.hidden_apps, 2, "the page says so");
    assert!(collector.status().await.apps.contains(&"forged".to_owned()), "it can be asked for");
    let asked: Overview = collector.chart("/api/overview?app=forged").await;
    assert!(asked.subjects.iter().any(|subject| subject.name == "forged"));
    assert_eq!(asked.hidden_apps, 0);
    collector.beacon_from([203, 0, 113, 8], of("2", "real")).await;
    assert_eq!(tiles().await, ["real"]);
    collector.beacon_from([10, 0, 0, 1], of("3", "trial")).await;
    assert_eq!(tiles().await, ["real", "trial"], "a private network is trusted");
    let collector = collector.restart().await;
    let overview: Overview = collector.chart("/api/overview").await;
    assert!(overview.subjects.iter().any(|subject| subject.name == "real"), "also after a restart");
}

#[tokio::test]
async fn a_name_is_dropped_while_the_collector_runs() {
    let collector = Collector::new();
    for id in 0..3 {
        collector.beacon(full(&format!("shop-{id}"), "shop")).await;
        collector.beacon(full(&format!("forged-{id}"), "forged")).await;
        collector.advance(MINUTE);
    }
    let before = totals(&collector).await;
    let dropped =
        collector.aside(|names| name_admin::drop_name(names, Kind::App, "forged", None, false)).unwrap();
    assert_eq!(dropped, Dropped::LeftToCollector);
    collector.scraped(&[("any", 1.0)]).await;
    assert_eq!(collector.status().await.apps, ["shop", OTHER]);
    collector.app.store.sweep(collector.now()).await.unwrap();
    assert_eq!(totals(&collector).await, before, "moved, not lost");
    assert_eq!(dangling(&collector).await, 0);
    let other: Vitals = collector.chart("/api/vitals?app=(other)").await;
    assert_eq!(other.metrics[2].count + other.metrics[1].count + other.metrics[0].count, 3);
    // The name may come back, and be deleted with its figures.
    collector.beacon(full("again", "forged")).await;
    assert_eq!(collector.status().await.apps, ["forged", "shop", OTHER]);
    collector.aside(|names| name_admin::drop_name(names, Kind::App, "forged", None, true)).unwrap();
    collector.scraped(&[("any", 2.0)]).await;
    collector.app.store.sweep(collector.now()).await.unwrap();
    assert_eq!(totals(&collector).await, before);
    assert_eq!(dangling(&collector).await, 0);
}

#[tokio::test]
async fn each_kind_of_name_can_be_dropped() {
    let collector = Collector::new();
    collector.beacon(full("1", "shop")).await;
    let before = totals(&collector).await;
    collector.app.store.close().await;
    let names = collector.aside(|names| name_admin::list(names, None, Some("shop"))).unwrap();
    assert!(names.len() > 9, "{names:?}");
    let collector = collector.restart().await;
    for name in names.iter().filter(|name| name.kind != Kind::App) {
        collector
            .aside(|names| name_admin::drop_name(names, name.kind, &name.name, Some("shop"), false))
            .unwrap_or_else(|error| panic!("{name:?}: {error}"));
    }
    collector.app.store.sweep(collector.now()).await.unwrap();
    assert_eq!(totals(&collector).await, before);
    assert_eq!(dangling(&collector).await, 0);
    let loading: Loading = collector.chart("/api/loading").await;
    assert_eq!(loading.resources[0].host, OTHER);
}

#[tokio::test]
async fn a_drop_that_fails_says_why() {
    let collector = Collector::new();
    collector.beacon(of("1", "shop")).await;
    collector.beacon(of("2", "blog")).await;
    let drop = |kind, name: &str| {
        collector.aside(|names| name_admin::drop_name(names, kind, name, None, false)).unwrap_err()
    };
    assert!(matches!(drop(Kind::App, "nobody"), NamesError::Unknown { .. }));
    assert!(matches!(drop(Kind::App, OTHER), NamesError::Other));
    let error = drop(Kind::Page, "/items/:id");
    assert!(matches!(&error, NamesError::Ambiguous { apps, .. } if apps.len() == 2), "{error}");
    assert!(error.to_string().contains("--app"));
    let empty = tempfile::tempdir().unwrap();
    let error = name_admin::list(empty.path(), None, None).unwrap_err();
    assert!(error.to_string().contains("--data"), "{error}");
}

#[tokio::test]
async fn a_sample_rate_below_the_minimum_counts_as_the_minimum() {
    let collector = Collector::new();
    collector.beacon(beacon_with("1", json!({ "sampleRate": 0.000_001 }))).await;
    let vitals: Vitals = collector.chart("/api/vitals").await;
    assert_eq!(vitals.pages[0].views, 100);
    let collector = Collector::with(|options| options.min_sample_rate = 0.001, |_| {});
    collector.beacon(beacon_with("1", json!({ "sampleRate": 0.000_001 }))).await;
    let vitals: Vitals = collector.chart("/api/vitals").await;
    assert_eq!(vitals.pages[0].views, 1000);
}

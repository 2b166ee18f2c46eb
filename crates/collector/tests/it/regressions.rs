//! Releases that make pages slower, from beacons to what is reported of them.
use futures_util::future::join_all;
use serde_json::json;
use whippet_api::{Comparison, Regressions, Releases, Verdict};

use crate::harness::{Collector, HOUR, MINUTE, START, beacon_with};

/// Page views of one release in one hour.
struct Views {
    release: &'static str,
    count: u32,
    /// How much slower they are than usual.
    factor: f64,
}

const fn views(release: &'static str, count: u32, factor: f64) -> Views {
    Views { release, count, factor }
}

/// As spread as page loads are: the quantiles of a distribution with a long tail, in no order.
fn lcp(place: u32, count: u32, hour: i64) -> f64 {
    let place = (place * 7 + 3 * hour as u32) % count;
    let q = (f64::from(place) + 0.5) / f64::from(count);
    1000.0 * (0.3 * (q / (1.0 - q)).ln()).exp()
}

/// Posts an hour of page views. Then the hour is over.
async fn an_hour(collector: &Collector, all: &[Views]) {
    at_once(collector, all).await;
    collector.advance(HOUR);
}

/// Posts page views, one in three from phones, which are slower; half of them of each of two pages.
async fn at_once(collector: &Collector, all: &[Views]) {
    let hour = (collector.now() - START) / HOUR;
    for Views { release, count, factor } in all {
        let one = |place: u32| {
            let is_phone = place.is_multiple_of(3);
            let value = lcp(place, *count, hour) * factor * if is_phone { 2.0 } else { 1.0 };
            let beacon = beacon_with(
                &format!("{}-{hour}-{place}", release.replace('.', "_")),
                json!({
                    "release": release, "device": if is_phone { "phone" } else { "desktop" },
                    "page": if place.is_multiple_of(2) { "/" } else { "/items/:id" },
                    "vitals": { "LCP": { "value": value }, "TTFB": { "value": lcp(place, *count, hour) / 4.0 } },
                }),
            );
            collector.beacon(beacon)
        };
        join_all((0..*count).map(one)).await;
    }
}

async fn look(collector: &Collector) -> Regressions {
    let backends = collector.app.backends().await.unwrap().all;
    collector.app.regressions.look(&collector.app.store, backends, collector.now()).await.unwrap();
    let answer = collector.get("/api/regressions?app=shop").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Posts hours of both releases until something is found; returns after how many.
async fn hours_until_found(collector: &Collector, factor: f64, most: usize) -> Option<usize> {
    for hour in 1..=most {
        an_hour(collector, &[views("1.0", 30, 1.0), views("2.0", 30, factor)]).await;
        if hour % 3 == 0 {
            collector.app.store.sweep(collector.now()).await.unwrap();
        }
        if !look(collector).await.regressions.is_empty() {
            return Some(hour);
        }
    }
    None
}

async fn with_a_day_of_the_old_release() -> Collector {
    let collector = Collector::new();
    for _ in 0..20 {
        an_hour(&collector, &[views("1.0", 40, 1.0)]).await;
    }
    collector.app.store.sweep(collector.now()).await.unwrap();
    collector
}

#[tokio::test]
async fn a_slow_release_is_named_stays_so_and_is_withdrawn_when_it_is_rolled_back() {
    let collector = with_a_day_of_the_old_release().await;
    assert_eq!(look(&collector).await.regressions, []);
    let began = collector.now();
    let hours = hours_until_found(&collector, 1.6, 12).await.expect("it is found within 12 hours");
    let found = look(&collector).await;
    assert_eq!((found.regressions.len(), found.evaluated), (1, Some(collector.now())), "{found:?}");
    let regression = &found.regressions[0];
    assert_eq!((regression.metric.as_str(), regression.about.name.as_str()), ("LCP", "shop"));
    assert_eq!((regression.release.as_deref(), regression.before.as_deref()), (Some("2.0"), Some("1.0")));
    assert_eq!((regression.found, regression.began), (began + hours as i64 * HOUR, Some(began)));
    let change = regression.change.unwrap();
    assert!((0.45..0.75).contains(&change), "{regression:?}");
    assert!(regression.low.unwrap() < 0.6 && 0.6 < regression.high.unwrap(), "{regression:?}");
    assert!(regression.new.unwrap() > 1.4 * regression.old.unwrap(), "{regression:?}");
    assert!(
        regression.words.starts_with("LCP is ") && regression.words.ends_with(" slower since release 2.0")
    );
    assert!(found.watched > 0);
    assert_eq!(collector.app.regressions.lasting().unwrap().len(), 1);

    // Another collector goes on with it, under the same id.
    let collector = collector.restart().await;
    assert_eq!(collector.app.regressions.lasting(), None);
    let again = look(&collector).await;
    assert_eq!((again.regressions.len(), &again.regressions[0].id), (1, &regression.id));
    assert_eq!(again.regressions[0].found, regression.found);

    for _ in 0..3 {
        an_hour(&collector, &[views("1.0", 60, 1.0)]).await;
    }
    let withdrawn = &look(&collector).await.regressions[0];
    assert_eq!(withdrawn.why_withdrawn.as_deref(), Some("release 2.0 was rolled back"));
    assert!(withdrawn.withdrawn.unwrap() > regression.found);
    assert_eq!(collector.app.regressions.lasting().unwrap().len(), 0);
}

#[tokio::test]
async fn a_harmless_release_is_not_reported() {
    let collector = with_a_day_of_the_old_release().await;
    assert_eq!(hours_until_found(&collector, 1.0, 8).await, None);
    let found = look(&collector).await;
    assert!(found.watched > 0, "it was looked at");
    assert_eq!(found.regressions, []);
}

#[tokio::test]
async fn releases_are_listed_and_compared_with_the_one_before() {
    let collector = with_a_day_of_the_old_release().await;
    let began = collector.now();
    collector.advance(7 * MINUTE);
    for _ in 0..4 {
        an_hour(&collector, &[views("1.0", 40, 1.0), views("2.0", 80, 1.5)]).await;
    }
    let range = format!("from={START}&to={}", collector.now());
    let releases: Releases = collector.get(&format!("/api/releases?{range}")).await.json();
    let shown: Vec<(&str, u64, i64, Option<&str>)> = releases
        .releases
        .iter()
        .map(|release| (release.name.as_str(), release.views, release.first, release.before.as_deref()))
        .collect();
    assert_eq!(shown, [("2.0", 320, began + 7 * MINUTE, Some("1.0")), ("1.0", 960, START, None)]);
    let newest = &releases.releases[0];
    assert_eq!((newest.verdict, releases.unnamed, newest.watched), (Verdict::Worse, Some(0.0), true));
    assert!(newest.words.starts_with("LCP slower by "), "{}", newest.words);
    assert!((newest.share - 2.0 / 3.0).abs() < 0.01);
    assert_eq!(releases.releases[1].words, "there is nothing to compare with");

    let compare = async |query: &str| -> Comparison {
        let answer = collector.get(&format!("/api/compare?app=shop&{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    let found = compare(&format!("split=release:2.0&{range}")).await;
    let old = found.old.as_ref().unwrap();
    assert_eq!(old.split.as_deref(), Some("release:1.0"));
    assert_eq!((found.new.views, old.views, found.verdict), (320, 960, Verdict::Worse));
    let names: Vec<&str> = found.metrics.iter().map(|metric| metric.metric.as_str()).collect();
    assert_eq!(names, ["LCP", "TTFB"]);
    let lcp = &found.metrics[0];
    assert!(lcp.low.unwrap() < 0.5 && 0.5 < lcp.high.unwrap(), "{lcp:?}");
    assert!(lcp.impact > 0.0 && lcp.new.unwrap() > lcp.old.unwrap());
    assert_ne!(found.metrics[1].verdict, Verdict::Worse, "TTFB did not change: {:?}", found.metrics[1]);
    let devices: Vec<(&str, u64)> = found
        .devices
        .iter()
        .map(|device| (device.device.as_str(), device.old_views + device.new_views))
        .collect();
    assert_eq!((devices[0].0, devices[1].0, devices[0].1 + devices[1].1), ("desktop", "phone", 1280));
    let pages: Vec<&str> = found.pages.iter().map(|page| page.page.as_str()).collect();
    assert_eq!(pages.len(), 2, "{pages:?}");
    let page_views: u64 = found.pages.iter().map(|page| page.new_views).sum();
    assert_eq!(page_views, 320);

    // Any two values, any two spans, any of the quantiles, one page.
    let phones = compare(&format!("split=device:phone&with_split=device:desktop&quantile=p50&{range}")).await;
    assert!((phones.metrics[0].change.unwrap() - 1.0).abs() < 0.25, "{:?}", phones.metrics[0]);
    assert_eq!((phones.quantile.as_str(), phones.devices.len()), ("p50", 0));
    let spans = format!("from={began}&to={}&with_from={START}&with_to={}", collector.now(), began - 1);
    let spans = compare(&spans).await;
    assert_eq!((spans.new.views, spans.old.unwrap().views), (480, 800));
    let page = compare(&format!("split=release:2.0&page=/&{range}")).await;
    assert!(page.new.views < 200 && page.pages.len() == 1);
    let first = compare(&format!("split=release:1.0&{range}")).await;
    assert_eq!((first.old, first.words.as_str()), (None, "There is nothing to compare with."));
}

#[tokio::test]
async fn a_release_that_replaced_the_old_one_at_once_is_compared_with_the_time_before() {
    let collector = with_a_day_of_the_old_release().await;
    let began = collector.now();
    for _ in 0..4 {
        an_hour(&collector, &[views("2.0", 80, 1.5)]).await;
    }
    for from in [began, began + HOUR] {
        let range = format!("from={from}&to={}", began + 3 * HOUR);
        let found = collector.get(&format!("/api/compare?app=shop&split=release:2.0&{range}")).await;
        let found: Comparison = found.json();
        let old = found.old.unwrap();
        assert_eq!((old.split.as_deref(), old.to), (Some("release:1.0"), began - 1));
        assert_eq!(old.from, began - (began + 3 * HOUR - from));
        assert_eq!(old.views, if from == began { 120 } else { 80 });
        assert!(found.metrics[0].change.unwrap() > 0.2, "{:?}", found.metrics[0]);
    }
}

#[tokio::test]
async fn of_its_first_hour_a_release_is_compared_with_what_came_since_it_did() {
    let collector = with_a_day_of_the_old_release().await;
    let began = collector.now();
    collector.advance(30 * MINUTE);
    // Both are as slow: whatever it is, it is not the release.
    at_once(&collector, &[views("1.0", 120, 2.0), views("2.0", 120, 2.0)]).await;
    collector.advance(MINUTE);
    let range = format!("from={START}&to={}", collector.now());
    let releases: Releases = collector.get(&format!("/api/releases?app=shop&{range}")).await.json();
    let newest = &releases.releases[0];
    assert_eq!((newest.name.as_str(), newest.first), ("2.0", began + 30 * MINUTE));
    assert_ne!(newest.verdict, Verdict::Worse, "{}", newest.words);

    // This one replaces it at once, in the same hour.
    collector.advance(20 * MINUTE);
    at_once(&collector, &[views("3.0", 120, 4.0)]).await;
    collector.advance(MINUTE);
    let to = collector.now();
    let found = collector.get(&format!("/api/compare?app=shop&split=release:3.0&from={START}&to={to}")).await;
    let found: Comparison = found.json();
    let (old, first) = (found.old.unwrap(), began + 51 * MINUTE);
    assert_eq!((old.split.as_deref(), old.to), (Some("release:1.0"), first - 1));
    let releases: Releases =
        collector.get(&format!("/api/releases?app=shop&from={START}&to={to}")).await.json();
    let newest = &releases.releases[0];
    assert_eq!((newest.name.as_str(), newest.first), ("3.0", first));
    assert_eq!(newest.verdict, Verdict::Worse, "{}", newest.words);
}

#[tokio::test]
async fn of_many_applications_those_are_listed_that_were_heard_last() {
    let collector = Collector::with(|options| options.limits.apps = 60, |_| {});
    for app in 0..55 {
        let more = json!({ "app": format!("app{app:02}"), "release": "1" });
        collector.beacon(beacon_with(&format!("id{app}"), more)).await;
        collector.advance(MINUTE);
    }
    let range = format!("from={START}&to={}", collector.now());
    let found: Releases = collector.get(&format!("/api/releases?{range}")).await.json();
    let is_listed = |app: &str| found.releases.iter().any(|release| release.about.name == app);
    assert_eq!((found.releases.len(), is_listed("app54"), is_listed("app04")), (50, true, false));
    assert_eq!((found.left_out, found.subjects_left_out), (0, 5));
    let one: Releases = collector.get(&format!("/api/releases?app=app04&{range}")).await.json();
    assert_eq!((one.releases.len(), one.subjects_left_out), (1, 0));
}

#[tokio::test]
async fn wrong_questions_are_told_what_is_wrong() {
    let collector = Collector::new();
    for (path, code) in [
        ("/api/compare", "bad_query"),
        ("/api/compare?target=shop&split=device:phone", "bad_query"),
        ("/api/compare?target=shop&with_split=colour:red", "bad_query"),
        ("/api/compare?target=shop&navigation=soft", "bad_query"),
        ("/api/compare?app=shop&quantile=p42", "bad_query"),
        ("/api/compare?app=shop&split=colour:red", "bad_query"),
        ("/api/compare?app=shop&from=5&to=3", "bad_range"),
        ("/api/compare?app=shop&with_from=5&with_to=3", "bad_range"),
        ("/api/releases?from=x", "bad_query"),
        ("/api/regressions?from=9&to=1", "bad_range"),
        ("/api/regressions?to=-9223372036854775808", "bad_range"),
    ] {
        assert_eq!(collector.get(path).await.failure(), (400, code.to_owned()), "{path}");
    }
    let nothing: Comparison = collector.get("/api/compare?app=nobody").await.json();
    assert_eq!((nothing.verdict, nothing.metrics.len()), (Verdict::Unknown, 0));
    for target in ["nobody", "shop"] {
        let nothing: Comparison =
            collector.get(&format!("/api/compare?target={target}&split=release:1")).await.json();
        assert_eq!((nothing.verdict, nothing.metrics.len()), (Verdict::Unknown, 0));
        assert!(!nothing.words.is_empty());
        let none: Releases = collector.get(&format!("/api/releases?target={target}")).await.json();
        assert_eq!(none, Releases::default());
    }
    assert_eq!(collector.get("/api/releases").await.json::<Releases>(), Releases::default());
    assert_eq!(collector.get("/api/regressions").await.json::<Regressions>(), Regressions::default());
}

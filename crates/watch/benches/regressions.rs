//! How often watching cries wolf, and how soon it finds what is slow, on synthetic page views with a known truth: `cargo xtask bench
//! regressions`. `--only harmless`, `slow` or `drift` runs one part, `--row 50000` the slow releases with that in their name; `--years N`
//! says how many years of each harmless application.
use std::sync::atomic::{AtomicU64, Ordering};

use whippet_watch::regressions::simulate::drifts::{Drifting, drifting, quiet_year};
use whippet_watch::regressions::simulate::releases::{
    Rollout, bounds, harmless as harmless_releases, slow_release,
};
use whippet_watch::regressions::simulate::world::Size;

/// Releases a week of the harmless applications.
const A_WEEK: usize = 2;
/// Cases of each slow release.
const CASES: u64 = 100;
/// The hours in which a slow release should be found, and others.
const WITHIN: [f64; 5] = [1.0, 2.0, 6.0, 12.0, 24.0];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |flag: &str| {
        let place = arguments.iter().position(|argument| argument == flag)?;
        arguments.get(place + 1).cloned()
    };
    let only = after("--only").unwrap_or_default();
    let row = after("--row").unwrap_or_default();
    let years = after("--years").and_then(|years| years.parse().ok()).unwrap_or(10);
    let parts: [(&str, &dyn Fn()); 3] =
        [("slow", &|| slow(&row)), ("harmless", &|| harmless(years)), ("drift", &|| drift(years))];
    for (name, run) in parts {
        if name.contains(&only) {
            run();
        }
    }
}

fn size(views: f64) -> Size {
    Size { views, pages: 30, weight: 1.0 }
}

/// Releases that slow pages down.
fn slow(only: &str) {
    println!("Slow releases, {CASES} cases each: named after so many hours, of 100");
    println!("{:62} {:>4} {:>4} {:>4} {:>4} {:>4}  median", "", "1 h", "2 h", "6 h", "12 h", "24 h");
    let half = Rollout::Share(0.5);
    let (all, loading) = ("all pages", "LCP FCP TTFB");
    let rows = [
        (50_000.0, 1.1, 0.1, half, all, loading),
        (5_000.0, 1.2, 0.2, half, all, loading),
        (5_000.0, 1.2, 0.2, half, all, "LCP"),
        (5_000.0, 1.2, 0.2, Rollout::Ramp, all, loading),
        (5_000.0, 1.5, 0.2, Rollout::Ramp, all, loading),
        (500.0, 1.5, 0.2, Rollout::Ramp, all, loading),
        (5_000.0, 2.0, 0.2, half, "3 of 30 pages", loading),
        (50_000.0, 1.1, 0.1, half, all, "LCP"),
        (50_000.0, 1.1, 0.1, Rollout::Ramp, all, loading),
        (50_000.0, 1.5, 0.2, half, "3 of 30 pages", loading),
        (50_000.0, 1.2, 0.2, Rollout::Share(0.1), all, loading),
        (50_000.0, 1.05, 0.05, half, all, loading),
    ];
    for (views, factor, threshold, rollout, pages, metrics) in rows {
        let effect = |page: usize, metric: usize, _: usize| {
            let is_page = pages == "all pages" || (page > 0 && page < 4);
            let is_metric = metric == 0 || (metrics != "LCP" && metric >= 3);
            if is_page && is_metric { factor } else { 1.0 }
        };
        let rolled_out = match rollout {
            Rollout::Share(share) => format!("{:.0} % get it", share * 100.0),
            Rollout::Ramp => "all new visits".to_owned(),
        };
        let name =
            format!("+{:.0} % at {views} a day, {pages}, {metrics}, {rolled_out}", (factor - 1.0) * 100.0);
        if !name.contains(only) {
            continue;
        }
        let mut found = spread(CASES, |seed| {
            let asked = (rollout, bounds(0.001, threshold));
            slow_release(size(views), seed, asked, 24, &effect).first().unwrap_or(f64::INFINITY)
        });
        found.sort_by(f64::total_cmp);
        let counts = WITHIN.map(|hours| found.iter().filter(|at| **at <= hours).count());
        let counts: String = counts.iter().map(|count| format!(" {count:>4}")).collect();
        println!("{name:62}{counts}  {:.1} h", found[found.len() / 2]);
    }
}

/// Releases that change nothing.
fn harmless(years: u64) {
    println!("\nHarmless releases, {A_WEEK} a week, 30 pages, 5 metrics: false alarms in {years} years");
    for (views, weight, threshold) in
        [(5_000.0, 1.0, 0.2), (5_000.0, 1.0, 0.05), (50_000.0, 1.0, 0.2), (50_000.0, 10.0, 0.2)]
    {
        let size = Size { weight, ..size(views) };
        let years = if views > 10_000.0 && weight < 2.0 { (years / 4).max(1) } else { years };
        let alarms: usize = spread(years, |seed| {
            harmless_releases(size, 1000 + seed, (52, A_WEEK), &bounds(0.001, threshold))
        })
        .iter()
        .sum();
        let sampled = if weight > 1.0 { ", one visit in 10 measured" } else { "" };
        println!("{views} a day{sampled}, threshold {:.0} %: {alarms} in {years} years", threshold * 100.0);
    }
}

/// What gets slower, or does not, without a release.
fn drift(years: u64) {
    println!("\nDrift without a release, threshold 20 %");
    let alarms: usize = spread(years, |seed| quiet_year(size(5_000.0), 5000 + seed)).iter().sum();
    println!("5000 a day, nothing changes: {alarms} false alarms in {years} years");
    for (views, factor) in [(5_000.0, 1.2), (5_000.0, 1.5), (50_000.0, 1.2)] {
        let cases = 20;
        let found = spread(cases, |seed| drifting(size(views), seed, Drifting { factor, metric: 0 }));
        let mut found: Vec<f64> = found.into_iter().map(|found| found.unwrap_or(f64::INFINITY)).collect();
        found.sort_by(f64::total_cmp);
        let within = found.iter().filter(|at| **at <= 24.0).count();
        let median = found[found.len() / 2];
        println!(
            "+{:.0} % at {views} a day: within 24 h {within} of {cases}, median {median:.1} h",
            (factor - 1.0) * 100.0
        );
    }
}

/// Runs all cases on the processors that there are.
fn spread<T: Send>(count: u64, one: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let next = AtomicU64::new(0);
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let work = || {
            let mut done = Vec::new();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= count {
                    return done;
                }
                done.push(one(seed));
            }
        };
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    })
}

//! Synthetic page views with a known truth: an application with a rhythm of days and weeks, a mix of devices that wanders, heavy
//! tails, sessions, bots and holidays, and releases that make it slower or do not.
pub mod drifts;
pub mod releases;
pub mod world;

/// A short form of `cargo xtask bench regressions`: small applications, few cases.
#[cfg(test)]
mod tests {
    use super::releases::{Rollout, bounds, harmless, slow_release};
    use super::world::Size;
    use crate::regressions::watch::Why;

    const SMALL: Size = Size { views: 2000.0, pages: 3, weight: 1.0 };

    #[test]
    fn harmless_releases_raise_no_alarm() {
        // One release a week and a bound that anything reaches which is believed.
        let size = Size { views: 400.0, ..SMALL };
        let alarms: usize = (0..2).map(|seed| harmless(size, seed, (8, 1), &bounds(0.001, 0.02))).sum();
        assert_eq!(alarms, 0);
    }

    #[test]
    fn a_slow_release_is_found_with_its_pages_and_a_harmless_metric_is_not() {
        let found = (0..4).filter_map(|seed| {
            let slow =
                |page: usize, metric: usize, _: usize| if page == 1 && metric == 0 { 1.6 } else { 1.0 };
            let outcome = slow_release(SMALL, seed, (Rollout::Share(0.5), bounds(0.001, 0.2)), 18, &slow);
            assert!(outcome.reported[1..].iter().all(Option::is_none));
            let watch = outcome.watch.as_ref()?;
            let found = watch.found().next()?;
            assert_eq!(found.pages, [1], "the page is named");
            assert!((0.3..1.0).contains(&found.change.shares(0.0)[0]), "{:?}", found.change);
            outcome.first()
        });
        let found: Vec<f64> = found.collect();
        assert!(found.len() >= 3 && found.iter().filter(|at| **at <= 12.0).count() >= 2, "{found:?}");
    }

    #[test]
    fn a_slow_class_of_devices_is_named() {
        let slow =
            |_: usize, metric: usize, device: usize| if metric == 0 && device == 2 { 1.5 } else { 1.0 };
        let outcome = slow_release(SMALL, 3, (Rollout::Share(0.5), bounds(0.001, 0.2)), 24, &slow);
        let watch = outcome.watch.unwrap();
        let found = watch.found().next().unwrap();
        assert_eq!((found.metric, &found.pages[..], &found.devices[..]), (0, &[][..], &[2][..]));
    }

    #[test]
    fn it_is_withdrawn_when_the_release_is_rolled_back() {
        let slow = |_: usize, metric: usize, _: usize| if metric == 0 { 1.6 } else { 1.0 };
        let outcome = slow_release(SMALL, 1, (Rollout::Share(0.5), bounds(0.001, 0.2)), 12, &slow);
        let mut watch = outcome.watch.unwrap();
        assert!(watch.found().all(|found| found.withdrawn.is_none()) && watch.found().count() == 1);
        let empty = crate::regressions::watch::Hour { all: 300.0, ..Default::default() };
        (12..14).for_each(|hour| watch.finish_hour((hour + 1) * 3_600_000, &empty));
        let withdrawn = watch.found().next().unwrap().withdrawn;
        assert_eq!(withdrawn, Some((14 * 3_600_000, Why::RolledBack)));
    }
}

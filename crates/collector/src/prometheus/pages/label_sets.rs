//! Which label sets there are. Their number is bounded: what does not fit counts as `(other)`.
use std::collections::{BTreeMap, HashSet};
use std::str::FromStr;

use whippet_engine::beacon::{Beacon, Device};
use whippet_store::OTHER;

/// A label set that nothing was counted in for this long may go for a new one, ms. Prometheus has read it many times since.
const IDLE: i64 = 60 * 60 * 1000;

/// The least time between two searches for idle label sets, ms.
const SEARCH: i64 = 60 * 1000;

/// Which labels figures of pages have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labels {
    /// The application.
    pub app: bool,
    /// The page's path.
    pub page: bool,
    /// The class of the device.
    pub device: bool,
    /// The application's release.
    pub release: bool,
}

impl FromStr for Labels {
    type Err = String;

    fn from_str(list: &str) -> Result<Self, String> {
        // A variable and the configuration file say so for the flag without a list.
        if matches!(list.trim().to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on") {
            return Ok(Self { app: true, page: true, device: true, release: true });
        }
        let mut labels = Self { app: false, page: false, device: false, release: false };
        for name in list.split(',').map(str::trim) {
            *match name {
                "app" => &mut labels.app,
                "page" => &mut labels.page,
                "device" => &mut labels.device,
                "release" => &mut labels.release,
                _ => {
                    return Err(
                        "must be some of app, page, device and release, with commas between them".to_owned()
                    );
                }
            } = true;
        }
        Ok(labels)
    }
}

/// Where something was measured. What is empty is not told.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelSet {
    /// The application.
    pub app: String,
    /// The page.
    pub page: String,
    /// The class of the device.
    pub device: &'static str,
    /// The release.
    pub release: String,
}

impl LabelSet {
    /// That of a beacon, with `labels` alone.
    pub fn of(beacon: &Beacon, labels: Labels) -> Self {
        let told = |told: bool, text: &str| if told { text.to_owned() } else { String::new() };
        Self {
            app: told(labels.app, &beacon.app),
            page: told(labels.page, &beacon.page),
            device: if labels.device { Device::as_str(beacon.device) } else { "" },
            release: told(labels.release, beacon.release.as_deref().unwrap_or_default()),
        }
    }

    /// The labels with their names.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all =
            [("app", &*self.app), ("page", &self.page), ("device", self.device), ("release", &self.release)];
        all.into_iter().filter(|label| !label.1.is_empty()).collect()
    }

    /// The same with `(other)` for what is told beyond the first `kept` of application and release; the page always goes.
    fn coarser(&self, app: bool, release: bool) -> Self {
        let other = |text: &str, keep: bool| match text {
            "" => String::new(),
            text if keep => text.to_owned(),
            _ => OTHER.to_owned(),
        };
        Self {
            app: other(&self.app, app),
            page: other(&self.page, false),
            device: self.device,
            release: other(&self.release, release),
        }
    }
}

/// All label sets, each with its figures.
pub struct LabelSets<T> {
    sets: BTreeMap<LabelSet, (i64, T)>,
    /// The most label sets that are told in full. As many again, by fours, have `(other)` in them.
    limit: usize,
    coarse: usize,
    known_apps: HashSet<String>,
    searched: i64,
}

impl<T> LabelSets<T> {
    /// None yet, and at most `limit`. `known_apps` are told apart in any case.
    pub fn new(limit: usize, known_apps: impl IntoIterator<Item = String>) -> Self {
        let known_apps = known_apps.into_iter().collect();
        Self { sets: BTreeMap::new(), limit, coarse: 0, known_apps, searched: i64::MIN }
    }

    /// The figures of `wanted`, or of the label set that it counts in where there are too many; and whether that is so.
    pub fn get(&mut self, wanted: &LabelSet, now: i64, new: impl FnOnce() -> T) -> (&mut T, bool) {
        let place = self.place(wanted, now);
        let folded = place != *wanted;
        if folded && !self.sets.contains_key(&place) {
            self.coarse += 1;
        }
        let (seen, figures) = self.sets.entry(place).or_insert_with(|| (now, new()));
        *seen = now.max(*seen);
        (figures, folded)
    }

    fn place(&mut self, wanted: &LabelSet, now: i64) -> LabelSet {
        if self.sets.contains_key(wanted) || self.has_room(now) {
            return wanted.clone();
        }
        let known = self.known_apps.contains(&wanted.app) || wanted.app.is_empty();
        let by_release = wanted.coarser(true, true);
        if self.sets.contains_key(&by_release) || self.coarse < self.limit / 4 {
            return by_release;
        }
        let by_app = wanted.coarser(true, false);
        // Few, as few applications are known.
        if known || self.sets.contains_key(&by_app) {
            return by_app;
        }
        wanted.coarser(false, false)
    }

    fn has_room(&mut self, now: i64) -> bool {
        if self.sets.len() - self.coarse < self.limit {
            return true;
        }
        if now < self.searched.saturating_add(SEARCH) {
            return false;
        }
        self.searched = now;
        // What goes begins at zero when it comes again, as after a restart.
        self.sets.retain(|_, (seen, _)| *seen > now - IDLE);
        self.coarse = self.sets.keys().filter(|set| set.has_other()).count();
        self.sets.len() - self.coarse < self.limit
    }

    /// All of them, in the order of their labels.
    pub fn iter(&self) -> impl Iterator<Item = (&LabelSet, &T)> {
        self.sets.iter().map(|(set, (_, figures))| (set, figures))
    }
}

impl LabelSet {
    fn has_other(&self) -> bool {
        [&self.app, &self.page, &self.release].into_iter().any(|text| text == OTHER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(app: &str, page: &str, release: &str) -> LabelSet {
        LabelSet { app: app.to_owned(), page: page.to_owned(), device: "phone", release: release.to_owned() }
    }

    fn names(sets: &LabelSets<u64>) -> Vec<String> {
        sets.iter().map(|(set, count)| format!("{} {} {} {count}", set.app, set.page, set.release)).collect()
    }

    #[test]
    fn what_does_not_fit_counts_as_other() {
        let mut sets = LabelSets::new(4, ["shop".to_owned()]);
        for page in 0..6 {
            *sets.get(&set("shop", &format!("/{page}"), "1"), 0, || 0).0 += 1;
        }
        *sets.get(&set("shop", "/0", "1"), 0, || 0).0 += 1;
        for app in ["blog", "spam", "more"] {
            *sets.get(&set(app, "/", "1"), 0, || 0).0 += 1;
        }
        *sets.get(&set("shop", "/9", "2"), 0, || 0).0 += 1;
        let expected = [
            "(other) (other) (other) 3",
            "shop (other) (other) 1",
            "shop (other) 1 2",
            "shop /0 1 2",
            "shop /1 1 1",
            "shop /2 1 1",
            "shop /3 1 1",
        ];
        assert_eq!(names(&sets), expected);
    }

    #[test]
    fn an_idle_one_goes_for_a_new_one() {
        let mut sets = LabelSets::new(2, []);
        sets.get(&set("a", "/old", ""), 0, || 0);
        sets.get(&set("a", "/used", ""), 0, || 0);
        sets.get(&set("a", "/used", ""), IDLE, || 0);
        let (_, folded) = sets.get(&set("a", "/new", ""), IDLE - 1, || 0);
        assert!(folded, "nothing was idle for an hour");
        let (_, folded) = sets.get(&set("a", "/new", ""), IDLE + SEARCH, || 0);
        assert!(!folded);
        assert!(names(&sets).iter().all(|name| !name.contains("/old")), "{:?}", names(&sets));
    }

    #[test]
    fn labels_are_chosen_by_name() {
        let labels: Labels = "app, device".parse().unwrap();
        assert_eq!(labels, Labels { app: true, page: false, device: true, release: false });
        assert!("".parse::<Labels>().is_err() && "app,user".parse::<Labels>().is_err());
        assert_eq!(set("a", "", "").pairs(), [("app", "a"), ("device", "phone")]);
    }

    proptest! {
        #[test]
        fn they_are_bounded(beacons in prop::collection::vec((0..30u8, 0..30u8, 0..30u8, 0..10_000_000i64), 0..500)) {
            let mut sets = LabelSets::new(12, ["1".to_owned()]);
            let mut now = 0;
            for (app, page, release, later) in beacons {
                now += later / 100;
                let wanted = set(&app.to_string(), &page.to_string(), &release.to_string());
                let (count, _) = sets.get(&wanted, now, || 0);
                *count += 1;
                // In full, by fours, the known application's, and that of all others.
                prop_assert!(sets.sets.len() <= 12 + 3 + 2, "{:?}", names(&sets));
            }
        }
    }
}

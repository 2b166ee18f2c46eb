//! How the scrapes of each target went.
use std::collections::VecDeque;
use std::sync::Mutex;

use whippet_api::{ScrapeFailure, ScrapeTimes, Target as Entry, TargetDocument, TargetList};

/// What stands in place of the address of a service that pushes.
const PUSHED: &str = "(pushed by OpenTelemetry)";

/// The most failures of a target that are remembered.
const FAILURES: usize = 10;
/// The most scrapes of a target whose times are remembered.
const TIMES: usize = 100;

/// One entry per target, in the order they were given, and one per list.
pub struct TargetStatus(Mutex<Known>);

#[derive(Default)]
struct Known {
    targets: Vec<Scraped>,
    lists: Vec<TargetList>,
}

struct Scraped {
    entry: Entry,
    /// The times of the last scrapes, ms.
    times: VecDeque<f64>,
    /// Whether its documents listed errors or slow queries when all of them were last read.
    events: bool,
}

/// The result of a scrape.
#[derive(Debug, Default)]
pub struct Outcome {
    /// When it ended, ms since the epoch.
    pub at: i64,
    /// How long it took, ms.
    pub took: f64,
    /// Why all of it failed.
    pub error: Option<String>,
    /// What was left out.
    pub note: Option<String>,
    /// How many samples there were.
    pub samples: u64,
    /// The documents.
    pub documents: Vec<TargetDocument>,
}

/// What of a target changed with a scrape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// It went up or down.
    pub state: bool,
    /// Something is left out now, and was not before: the text differs from scrape to scrape, and is logged once.
    pub note: bool,
}

impl TargetStatus {
    /// All targets by name and address, none scraped yet.
    pub fn new(targets: impl IntoIterator<Item = (String, String)>) -> Self {
        let status = Self(Mutex::default());
        for (name, url) in targets {
            status.add(&name, url, 0, None);
        }
        status
    }

    /// Adds a target that is scraped every `interval` ms, and that `list` names, unless it stands in the configuration.
    /// Returns `false` if there is one of that name.
    pub fn add(&self, name: &str, url: String, interval: i64, list: Option<&str>) -> bool {
        let mut known = self.known();
        if known.targets.iter().any(|target| target.entry.name == name) {
            return false;
        }
        let entry =
            Entry { name: name.to_owned(), url, interval, list: list.map(str::to_owned), ..Entry::default() };
        // The collector itself stays last.
        let own = known.targets.iter().position(|target| target.entry.name == whippet_store::OWN_TARGET);
        let place = own.unwrap_or(known.targets.len());
        known.targets.insert(place, Scraped { entry, times: VecDeque::new(), events: false });
        true
    }

    /// Removes a target.
    pub fn remove(&self, name: &str) {
        self.known().targets.retain(|target| target.entry.name != name);
    }

    /// Removes a list. Returns the names of its targets, which go with it.
    pub fn remove_list(&self, list: &str) -> Vec<String> {
        let mut known = self.known();
        known.lists.retain(|known| known.name != list);
        let of_list = |target: &Scraped| target.entry.list.as_deref() == Some(list);
        let gone =
            known.targets.iter().filter(|target| of_list(target)).map(|target| target.entry.name.clone());
        let gone = gone.collect();
        known.targets.retain(|target| !of_list(target));
        gone
    }

    /// Records a scrape.
    pub fn record(&self, target: &str, outcome: Outcome) -> Change {
        let mut known = self.known();
        let Some(Scraped { entry, times, .. }) =
            known.targets.iter_mut().find(|known| known.entry.name == target)
        else {
            return Change::default();
        };
        let up = outcome.error.is_none();
        let change = Change {
            state: entry.last_scrape.is_none() || entry.up != up,
            note: entry.note.is_none() && outcome.note.is_some(),
        };
        let failed = outcome.documents.iter().filter_map(|document| {
            document.error.as_ref().filter(|_| up).map(|error| format!("{}: {error}", document.url))
        });
        for error in outcome.error.iter().cloned().chain(failed) {
            entry.failures.insert(0, ScrapeFailure { time: outcome.at, error });
        }
        entry.failures.truncate(FAILURES);
        times.truncate(TIMES - 1);
        times.push_front(outcome.took);
        let mut sorted: Vec<f64> = times.iter().copied().collect();
        sorted.sort_unstable_by(f64::total_cmp);
        entry.times = Some(ScrapeTimes {
            last: outcome.took,
            median: sorted[sorted.len() / 2],
            longest: sorted[sorted.len() - 1],
        });
        entry.up = up;
        entry.last_scrape = Some(outcome.at);
        entry.error = outcome.error;
        entry.note = outcome.note;
        entry.samples = outcome.samples;
        entry.documents = outcome.documents;
        change
    }

    /// Notes whether the documents of a target list errors or slow queries now, all of them read where `whole`. Returns whether
    /// they do, or did before.
    pub fn lists_events(&self, target: &str, now: bool, whole: bool) -> bool {
        let mut known = self.known();
        let Some(scraped) = known.targets.iter_mut().find(|known| known.entry.name == target) else {
            return now;
        };
        let before = scraped.events;
        scraped.events = now || before && !whole;
        now || before
    }

    /// Records a push of the service `target`, which comes every `interval` ms.
    pub fn record_push(&self, target: &str, interval: i64, outcome: Outcome) -> Change {
        {
            let mut known = self.known();
            if !known.targets.iter().any(|known| known.entry.name == target) {
                let entry = Entry { name: target.to_owned(), url: PUSHED.to_owned(), ..Entry::default() };
                // The collector itself stays last.
                let own =
                    known.targets.iter().position(|known| known.entry.name == whippet_store::OWN_TARGET);
                let place = own.unwrap_or(known.targets.len());
                known.targets.insert(place, Scraped { entry, times: VecDeque::new(), events: false });
            }
            if let Some(known) = known.targets.iter_mut().find(|known| known.entry.name == target) {
                known.entry.interval = interval;
            }
        }
        self.record(target, outcome)
    }

    /// Records at `now` that a service has not pushed since `since`, if no other collector has heard it. Returns whether that is
    /// new.
    pub fn record_silence(&self, target: &str, (since, now): (i64, i64), error: &str) -> bool {
        let mut known = self.known();
        let is_pushed = |known: &&mut Scraped| known.entry.name == target && known.entry.url == PUSHED;
        let Some(Scraped { entry, .. }) = known.targets.iter_mut().find(is_pushed) else { return false };
        let began = entry.up && entry.last_scrape.is_none_or(|last| last < since);
        if began {
            (entry.up, entry.error) = (false, Some(error.to_owned()));
            entry.failures.insert(0, ScrapeFailure { time: now, error: error.to_owned() });
            entry.failures.truncate(FAILURES);
        }
        began
    }

    /// The entry of a target, as it is told to other collectors.
    pub fn entry(&self, target: &str) -> Option<Entry> {
        self.known().targets.iter().find(|known| known.entry.name == target).map(|known| known.entry.clone())
    }

    /// Takes over what another collector found out about a target, if it is newer. One that pushes there is added.
    pub fn adopt(&self, found: Entry) {
        let mut known = self.known();
        if found.url == PUSHED && !known.targets.iter().any(|target| target.entry.name == found.name) {
            let own = known.targets.iter().position(|target| target.entry.name == whippet_store::OWN_TARGET);
            let place = own.unwrap_or(known.targets.len());
            known.targets.insert(place, Scraped { entry: found, times: VecDeque::new(), events: false });
            return;
        }
        let Some(scraped) = known.targets.iter_mut().find(|target| target.entry.name == found.name) else {
            return;
        };
        if found.last_scrape > scraped.entry.last_scrape {
            let Entry { name, url, interval, list, .. } = scraped.entry.clone();
            let interval = if url == PUSHED { found.interval } else { interval };
            scraped.entry = Entry { name, url, interval, list, ..found };
            // How long scrapes took there says nothing of those from here.
            scraped.times.clear();
        }
    }

    /// Whether `target` is scraped, so that nobody may push under its name.
    pub fn is_scraped(&self, target: &str) -> bool {
        self.known().targets.iter().any(|known| known.entry.name == target && known.entry.url != PUSHED)
    }

    /// Records how a list was read. Returns whether it has an error now and had none before.
    pub fn record_list(&self, list: TargetList) -> bool {
        let mut known = self.known();
        match known.lists.iter_mut().find(|other| other.name == list.name) {
            Some(other) => {
                let began = other.error.is_none() && list.error.is_some();
                *other = list;
                began
            }
            None => {
                let began = list.error.is_some();
                known.lists.push(list);
                began
            }
        }
    }

    /// A copy of all entries.
    pub fn snapshot(&self) -> Vec<Entry> {
        self.known().targets.iter().map(|target| target.entry.clone()).collect()
    }

    /// A copy of all lists.
    pub fn lists(&self) -> Vec<TargetList> {
        self.known().lists.clone()
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, TargetStatus};

    #[test]
    fn failures_and_times_are_bounded() {
        let status = TargetStatus::new([("shop".to_owned(), "http://shop/".to_owned())]);
        for at in 0..300 {
            let error = (at % 2 == 0).then(|| format!("failure {at}"));
            let change = status.record("shop", Outcome { at, took: at as f64, error, ..Outcome::default() });
            assert!(change.state, "it went up or down at {at}");
        }
        let shop = status.snapshot().remove(0);
        assert_eq!((shop.failures.len(), shop.failures[0].error.as_str()), (10, "failure 298"));
        let times = shop.times.unwrap();
        assert_eq!((times.last, times.median, times.longest), (299.0, 250.0, 299.0));
        assert!(!status.add("shop", String::new(), 0, None));
        status.remove("shop");
        assert!(status.snapshot().is_empty());
    }
}

//! The outcome of each target's last scrape.
use std::sync::Mutex;

use whippet_api::Target as Entry;

/// What stands in place of the address of a service that pushes.
const PUSHED: &str = "(pushed by OpenTelemetry)";

/// One entry per target, in the order they were given.
pub struct TargetStatus(Mutex<Vec<Entry>>);

impl TargetStatus {
    /// All targets by name and address, none scraped yet.
    pub fn new(targets: impl IntoIterator<Item = (String, String)>) -> Self {
        let entries = targets.into_iter().map(|(name, url)| Entry {
            name,
            url,
            up: false,
            last_scrape: None,
            error: None,
            note: None,
        });
        Self(Mutex::new(entries.collect()))
    }

    /// Records a scrape. Returns whether the target went up or down.
    pub fn record(&self, target: &str, at: i64, error: Option<&str>) -> bool {
        let mut entries = self.entries();
        let Some(entry) = entries.iter_mut().find(|entry| entry.name == target) else { return false };
        let changed = entry.last_scrape.is_none() || entry.up != error.is_none();
        entry.up = error.is_none();
        entry.last_scrape = Some(at);
        entry.error = error.map(str::to_owned);
        changed
    }

    /// Records that the service `target` pushed its metrics. Returns whether it may: another target may have its name.
    pub fn record_push(&self, target: &str, at: i64) -> bool {
        let mut entries = self.entries();
        let place = entries.iter().position(|entry| entry.name == target).unwrap_or_else(|| {
            let name = target.to_owned();
            let url = PUSHED.to_owned();
            entries.push(Entry { name, url, up: false, last_scrape: None, error: None, note: None });
            entries.len() - 1
        });
        let entry = &mut entries[place];
        if entry.url != PUSHED {
            return false;
        }
        (entry.up, entry.last_scrape, entry.error) = (true, Some(at), None);
        true
    }

    /// Records that a service has not pushed for long.
    pub fn record_silence(&self, target: &str, error: &str) {
        let mut entries = self.entries();
        if let Some(entry) = entries.iter_mut().find(|entry| entry.name == target && entry.url == PUSHED) {
            (entry.up, entry.error) = (false, Some(error.to_owned()));
        }
    }

    /// Whether `target` is scraped, so that nobody may push under its name.
    pub fn is_scraped(&self, target: &str) -> bool {
        self.entries().iter().any(|entry| entry.name == target && entry.url != PUSHED)
    }

    /// Records what was left out of the last scrape. Returns whether the target has a note now and had none before: the
    /// text differs from scrape to scrape, and is logged once.
    pub fn record_note(&self, target: &str, note: Option<&str>) -> bool {
        let mut entries = self.entries();
        let Some(entry) = entries.iter_mut().find(|entry| entry.name == target) else { return false };
        let began = entry.note.is_none() && note.is_some();
        entry.note = note.map(str::to_owned);
        began
    }

    /// A copy of all entries.
    pub fn snapshot(&self) -> Vec<Entry> {
        self.entries().clone()
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

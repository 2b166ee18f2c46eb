//! A beacon while items are added to it, within the limits that beacons have.
use whippet_engine::beacon::{Beacon, PageError, Resource, Script, Vital, limits};
use whippet_engine::stats::Histogram;
use whippet_engine::vitals::Navigation;

use super::item::{Content, Item, Sender};

/// The host of resources beyond the limit, as in beacons.
const OTHER: &str = "(other)";

/// A beacon, and what it had no room for.
pub struct Draft {
    beacon: Beacon,
    /// By the member that it would have been in.
    lost: Vec<(String, u64)>,
    /// Whether an item said that there was a page view, and nothing else of it.
    is_view: bool,
}

impl Draft {
    /// An empty beacon of a page view.
    pub fn new(sender: &Sender, view: String, page: String) -> Self {
        let beacon = Beacon {
            id: String::new(),
            session: view.clone(),
            view,
            app: sender.app.clone(),
            release: sender.release.clone(),
            page,
            navigation: Navigation::Navigate,
            device: sender.device,
            connection: sender.connection,
            memory: sender.memory,
            sent_at: 0,
            sample_rate: sender.sample_rate,
            vitals: Vec::new(),
            timings: Vec::new(),
            histograms: Vec::new(),
            counters: Vec::new(),
            gauges: Vec::new(),
            resources: Vec::new(),
            scripts: Vec::new(),
            routes: Vec::new(),
            errors: Vec::new(),
            dropped: 0,
            drops: Vec::new(),
        };
        Self { beacon, lost: Vec::new(), is_view: false }
    }

    /// Whether it is of that page view.
    pub fn is_of(&self, view: &str, page: &str) -> bool {
        self.beacon.view == view && self.beacon.page == page
    }

    /// Its page.
    pub fn page(&self) -> &str {
        &self.beacon.page
    }

    /// Whether it is of that page.
    pub fn has_page(&self, page: &str) -> bool {
        self.beacon.page == page
    }

    /// Adds an item.
    pub fn add(&mut self, item: Item) {
        let beacon = &mut self.beacon;
        beacon.sent_at = beacon.sent_at.max(item.at.clamp(0, limits::COUNT as i64));
        if let Some(navigation) = item.navigation {
            beacon.navigation = navigation;
        }
        let lost = match item.content {
            Content::Vital(vital) => replace(&mut beacon.vitals, vital),
            Content::Timing(name, value) => {
                add_value(&mut beacon.timings, &mut beacon.histograms, limits::name(&name), value)
            }
            Content::Histogram(name, values) => merge(&mut beacon.histograms, limits::name(&name), &values),
            Content::Counter(name, count) => {
                add_count(&mut beacon.counters, limits::name(&name), count, limits::COUNTERS, "counters")
            }
            Content::Route(path, count) => {
                add_count(&mut beacon.routes, path, count, limits::ROUTES, "routes")
            }
            Content::Gauge(name, value) => set(&mut beacon.gauges, limits::name(&name), value),
            Content::Resource(resource) => add_resource(&mut beacon.resources, resource),
            Content::Script(script) => add_script(&mut beacon.scripts, script),
            Content::Error(error) => add_error(&mut beacon.errors, error),
            Content::Lost(kind, _) if kind.is_empty() => None,
            Content::Lost(kind, count) => add_count(&mut self.lost, kind, count, limits::DROPS, ""),
            Content::View => {
                self.is_view = true;
                None
            }
        };
        if let Some(kind) = lost {
            add_count(&mut self.lost, kind.to_owned(), 1, limits::DROPS, "");
        }
    }

    /// The beacon, with that id.
    pub fn finish(mut self, id: String) -> Beacon {
        self.beacon.id = id;
        let is_silent = self.beacon.errors.is_empty() && self.lost.is_empty();
        if self.is_view && !is_silent && self.beacon.routes.is_empty() {
            // Errors and losses alone tell of no page view: this does, its own page, viewed no time more.
            self.beacon.routes.push((self.beacon.page.clone(), 0));
        }
        self.beacon.dropped = self.lost.iter().fold(0, |sum: u64, entry| sum.saturating_add(entry.1));
        self.beacon.drops = self.lost;
        self.beacon
    }
}

// Each of these returns the kind of what it had no room for.
type Lost = Option<&'static str>;

fn replace(vitals: &mut Vec<Vital>, vital: Vital) -> Lost {
    match vitals.iter_mut().find(|known| known.name == vital.name) {
        Some(known) => *known = vital,
        None => vitals.push(vital),
    }
    None
}

fn add_value(
    timings: &mut Vec<(String, Vec<f64>)>,
    histograms: &mut Vec<(String, Histogram)>,
    name: String,
    value: f64,
) -> Lost {
    if !(0.0..Histogram::LIMIT).contains(&value) {
        return Some("timings");
    }
    let full = timings.len() == limits::TIMINGS + limits::PHASES;
    match timings.iter_mut().find(|known| known.0 == name) {
        Some((_, values)) if values.len() < limits::VALUES => values.push(value),
        Some(_) => {
            let mut one = Histogram::new();
            one.record(value);
            return merge(histograms, name, &one);
        }
        None if full => return Some("timings"),
        None => timings.push((name, vec![value])),
    }
    None
}

fn merge(histograms: &mut Vec<(String, Histogram)>, name: String, values: &Histogram) -> Lost {
    let full = histograms.len() == limits::HISTOGRAMS;
    match histograms.iter_mut().find(|known| known.0 == name) {
        Some((_, known)) if known.count().saturating_add(values.count()) > limits::COUNT => {
            return Some("histograms");
        }
        Some((_, known)) => known.merge(values),
        None if full => return Some("histograms"),
        None => histograms.push((name, values.clone())),
    }
    None
}

fn add_count(
    counts: &mut Vec<(String, u64)>,
    name: String,
    count: u64,
    limit: usize,
    kind: &'static str,
) -> Lost {
    let full = counts.len() == limit;
    match counts.iter_mut().find(|known| known.0 == name) {
        Some((_, known)) => *known = known.saturating_add(count).min(limits::COUNT),
        None if full => return Some(kind).filter(|kind| !kind.is_empty()),
        None => counts.push((name, count.min(limits::COUNT))),
    }
    None
}

fn set(gauges: &mut Vec<(String, f64)>, name: String, value: f64) -> Lost {
    if value.is_nan() || value.abs() >= Histogram::LIMIT {
        return Some("gauges");
    }
    let full = gauges.len() == limits::GAUGES;
    match gauges.iter_mut().find(|known| known.0 == name) {
        Some((_, known)) => *known = value,
        None if full => return Some("gauges"),
        None => gauges.push((name, value)),
    }
    None
}

fn add_resource(resources: &mut Vec<Resource>, mut resource: Resource) -> Lost {
    resource.host = match limits::line(&resource.host, limits::HOST) {
        host if host.is_empty() => "-".to_owned(),
        host => host,
    };
    resource.count = resource.count.min(limits::COUNT);
    resource.bytes = resource.bytes.min(limits::COUNT);
    for count in [&mut resource.cached, &mut resource.failed] {
        *count = (*count).min(resource.count);
    }
    (resource.duration, resource.slowest) = (bounded(resource.duration), bounded(resource.slowest));
    let same = |known: &Resource, new: &Resource| known.host == new.host && known.kind == new.kind;
    if resources.len() >= limits::RESOURCES && !resources.iter().any(|known| same(known, &resource)) {
        OTHER.clone_into(&mut resource.host);
    }
    match resources.iter_mut().find(|known| same(known, &resource)) {
        Some(known) => known.add(&resource),
        // One for each kind more than the limit at most.
        None => resources.push(resource),
    }
    None
}

/// A duration as beacons may have it.
fn bounded(ms: f64) -> f64 {
    // Not a number is none.
    if ms > 0.0 { ms.min(limits::COUNT as f64) } else { 0.0 }
}

fn add_script(scripts: &mut Vec<Script>, mut script: Script) -> Lost {
    script.count = script.count.min(limits::COUNT);
    (script.duration, script.forced) = (bounded(script.duration), bounded(script.forced));
    let same = |known: &&mut Script| known.source == script.source && known.invoker == script.invoker;
    let full = scripts.len() == limits::SCRIPTS;
    match scripts.iter_mut().find(same) {
        Some(known) => {
            known.count = known.count.saturating_add(script.count).min(limits::COUNT);
            known.duration = (known.duration + script.duration).min(limits::COUNT as f64);
            known.forced = (known.forced + script.forced).min(limits::COUNT as f64);
        }
        None if full => return Some("scripts"),
        None => scripts.push(script),
    }
    None
}

fn add_error(errors: &mut Vec<PageError>, error: PageError) -> Lost {
    let full = errors.len() == limits::ERRORS;
    match errors.iter_mut().find(|known| known.fingerprint == error.fingerprint) {
        Some(known) => known.count = known.count.saturating_add(error.count).min(limits::COUNT),
        None if full => return Some("errors"),
        None => errors.push(error),
    }
    None
}

//! Gathers what a page view measures until it is sent.
mod pack;
mod samples;
#[cfg(all(test, feature = "decode"))]
mod tests;

use super::encode::{Item, Section};
use super::event::{Attribution, Connection, Device, PageError, Resource, ResourceKind, Script, Vital};
use super::limits;
use crate::stats::Histogram;
use crate::time::{Duration, Instant};
use crate::vitals::{Metric, Navigation};
use alloc::string::String;
use alloc::vec::Vec;
use pack::{Drops, Packer};
use samples::Samples;

/// What is the same in all beacons of a page view. [`Beacon`](super::Beacon) says more on each.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// Names the visit: letters, digits, `-` and `_`.
    pub session: String,
    /// Names the page view, by as plain a word.
    pub view: String,
    /// The application.
    pub app: String,
    /// The application's release.
    pub release: Option<String>,
    /// The scrubbed path.
    pub page: String,
    /// How the page view began.
    pub navigation: Navigation,
    /// What kind of device it is.
    pub device: Device,
    /// How the network is rated, where the browser says.
    pub connection: Option<Connection>,
    /// The device's memory in GiB, where the browser says.
    pub memory: Option<f64>,
    /// The share of sessions that report.
    pub sample_rate: f64,
    /// The share of sessions that report errors. Where it is another, errors have beacons of their own.
    pub error_sample_rate: f64,
}

/// Measurements that wait to be sent.
///
/// - Inputs: one method per kind of measurement, each with the time at which it happened.
/// - When to send: [`next_deadline`](Self::next_deadline) for the host's timer, then
///   [`is_due`](Self::is_due); and whenever the page is hidden.
/// - Output: [`flush`](Self::flush) gives the encoded beacons and empties the queue.
///
/// It holds a bounded amount: where a list is full, the oldest, the least or the newest name is given up (each
/// method says which), and what was lost is counted by kind and reported.
pub struct Queue {
    interval: Duration,
    due: Option<Instant>,
    sent: u64,
    /// Roughly how many bytes wait.
    size: usize,
    vitals: Vec<Vital>,
    phases: Vec<(String, f64)>,
    counters: Vec<(String, u64)>,
    gauges: Vec<(String, f64)>,
    routes: Vec<(String, u64)>,
    samples: Vec<Samples>,
    resources: Vec<Resource>,
    errors: Vec<PageError>,
    scripts: Vec<Script>,
    drops: Drops,
}

/// What is less is written as 0.
const LEAST: f64 = 0.000_000_5;
/// Stands for all hosts, or routes, that there is no room for.
const OTHER: &str = "(other)";

impl Queue {
    /// No flush makes more beacons than this: browsers refuse more than 64 KiB on its way at once, so
    /// what comes after the first is ever less likely to arrive.
    pub const MAX_BEACONS: usize = 4;
    /// From this many bytes on the queue is due at once.
    pub const FULL: usize = limits::BYTES / 2;

    /// An empty queue that is due `interval` after the first measurement it gets.
    pub fn new(interval: Duration) -> Self {
        Self {
            interval,
            due: None,
            sent: 0,
            size: 0,
            vitals: Vec::new(),
            phases: Vec::new(),
            counters: Vec::new(),
            gauges: Vec::new(),
            routes: Vec::new(),
            samples: Vec::new(),
            resources: Vec::new(),
            errors: Vec::new(),
            scripts: Vec::new(),
            drops: Drops::new(),
        }
    }

    /// The page view's value of a vital so far; it takes the place of the one before. What is negative or no
    /// number is no value.
    pub fn vital(&mut self, now: Instant, name: Metric, value: f64) {
        self.attributed(now, name, value, Attribution::default());
    }

    /// A vital, as [`vital`](Self::vital) takes it, and what it is put down to. Long texts are cut.
    pub fn attributed(&mut self, now: Instant, name: Metric, value: f64, attribution: Attribution) {
        if !is_measured(value) {
            return;
        }
        let Attribution { target, url, state, mut parts } = attribution;
        // A part that is left out took no time.
        parts.retain(|part| is_word(&part.0) && is_measured(part.1) && part.1 >= LEAST);
        parts.truncate(limits::PARTS);
        let attribution = Attribution {
            target: limits::line(&target, limits::TARGET),
            url: String::from(limits::cut(&url, limits::URL)),
            state: if is_word(&state) { state } else { String::new() },
            parts,
        };
        let vital = Vital { name, value, rating: name.rate(value), attribution };
        match self.vitals.iter_mut().find(|vital| vital.name == name) {
            Some(before) => *before = vital,
            None => {
                self.size += 300;
                self.vitals.push(vital);
            }
        }
        self.wait(now);
    }

    /// A phase of the navigation, by its own name, such as `dns`; it takes the place of the one before. What is no word
    /// is none, and those beyond the bound are dropped.
    pub fn phase(&mut self, now: Instant, name: &str, ms: f64) {
        if !is_measured(ms) || !is_word(name) {
            return;
        }
        let room = self.phases.len() < limits::PHASES;
        match self.phases.iter_mut().find(|phase| phase.0 == name) {
            Some(phase) => phase.1 = ms,
            None if room => {
                self.size += name.len() + 16;
                self.phases.push((String::from(name), ms));
            }
            None => self.drops.add(Section::Phases, 1),
        }
        self.wait(now);
    }

    /// A measurement, of something frequent or rare. What a name may not have becomes `_`; where there are too
    /// many names, a new name is dropped.
    pub fn record(&mut self, now: Instant, name: &str, value: f64) {
        if !is_measured(value) {
            return;
        }
        match self.samples(&limits::name(name)) {
            Some(samples) => samples.record(value),
            None => self.drops.add(Section::Timings, 1),
        }
        self.wait(now);
    }

    /// Many measurements at once; as [`record`](Self::record).
    pub fn merge(&mut self, now: Instant, name: &str, histogram: &Histogram) {
        if histogram.is_empty() {
            return;
        }
        match self.samples(&limits::name(name)) {
            Some(samples) => samples.merge(histogram),
            None => self.drops.add(Section::Histograms, histogram.count()),
        }
        self.wait(now);
    }

    /// The measurements of that name; `None` where there is no room for another.
    fn samples(&mut self, name: &str) -> Option<&mut Samples> {
        let place = match self.samples.iter().position(|samples| samples.name == name) {
            Some(place) => place,
            None if self.samples.len() < limits::HISTOGRAMS => {
                self.size += name.len() + 200;
                self.samples.push(Samples::new(name));
                self.samples.len() - 1
            }
            None => return None,
        };
        self.samples.get_mut(place)
    }

    /// Counts `by` more, by a name as [`record`](Self::record) has it. Where there are too many names, a new name is dropped.
    pub fn count(&mut self, now: Instant, name: &str, by: u64) {
        if by == 0 {
            return;
        }
        if !add(&mut self.counters, &mut self.size, limits::COUNTERS, &limits::name(name), by) {
            self.drops.add(Section::Counters, by);
        }
        self.wait(now);
    }

    /// The present value of what goes up and down, by a name as [`record`](Self::record) has it; it takes the place of
    /// the one before. Where there are too many names, a new name is dropped.
    pub fn gauge(&mut self, now: Instant, name: &str, value: f64) {
        if !is_measured(value) && !is_measured(-value) {
            return;
        }
        let name = limits::name(name);
        let room = self.gauges.len() < limits::GAUGES;
        match self.gauges.iter_mut().find(|entry| entry.0 == name) {
            Some(entry) => entry.1 = value,
            None if room => {
                self.size += name.len() + 16;
                self.gauges.push((name, value));
            }
            None => self.drops.add(Section::Gauges, 1),
        }
        self.wait(now);
    }

    /// A route of the page was shown: its scrubbed path. Where there are too many, new ones are counted as
    /// `(other)`.
    pub fn route(&mut self, now: Instant, path: &str) {
        let path = limits::line(path, limits::PAGE);
        let room = limits::ROUTES - 1;
        if path.is_empty() || !add(&mut self.routes, &mut self.size, room, &path, 1) {
            add(&mut self.routes, &mut self.size, limits::ROUTES, OTHER, 1);
        }
        self.wait(now);
    }

    /// What was loaded; durations that are none are no measurement. Where there are too many hosts, new ones are summed as `(other)`.
    pub fn resource(&mut self, now: Instant, resource: &Resource) {
        if !is_measured(resource.duration) || !is_measured(resource.slowest) {
            return;
        }
        let host = limits::line(&resource.host, limits::HOST);
        let named = limits::RESOURCES - ResourceKind::ALL.len();
        if !self.sum(&host, resource, if host.is_empty() { 0 } else { named }) {
            self.sum(OTHER, resource, limits::RESOURCES);
        }
        self.wait(now);
    }

    /// Adds to the sums of `host`, if there is room for it.
    fn sum(&mut self, host: &str, resource: &Resource, room: usize) -> bool {
        let same = |known: &&mut Resource| known.kind == resource.kind && known.host == host;
        if let Some(known) = self.resources.iter_mut().find(same) {
            known.add(resource);
            return true;
        }
        if self.resources.len() >= room {
            return false;
        }
        // Those of a host stay together: they are written as one object.
        let place = self.resources.iter().rposition(|known| known.host == host);
        let place = place.map_or(self.resources.len(), |place| place + 1);
        self.size += host.len() + 80;
        let mut first = Resource {
            host: String::from(host),
            kind: resource.kind,
            count: 0,
            bytes: 0,
            cached: 0,
            failed: 0,
            duration: 0.0,
            slowest: 0.0,
        };
        first.add(resource);
        self.resources.insert(place, first);
        true
    }

    /// A script that made frames long. Long texts are cut; where there are too many, new ones are dropped, and of
    /// those that are left the ones that ran longest are told.
    pub fn script(&mut self, now: Instant, script: &Script) {
        let source = limits::line(&script.source, limits::URL);
        let invoker = limits::line(&script.invoker, limits::TARGET);
        if !is_measured(script.duration) || !is_measured(script.forced) {
            return;
        }
        let same = |known: &&mut Script| known.source == source && known.invoker == invoker;
        if let Some(known) = self.scripts.iter_mut().find(same) {
            known.count = known.count.saturating_add(script.count).min(limits::COUNT);
            known.duration = capped(known.duration + script.duration);
            known.forced = capped(known.forced + script.forced);
        } else if self.scripts.len() < limits::SCRIPTS_WATCHED {
            self.size += source.len() + invoker.len() + 70;
            self.scripts.push(Script { source, invoker, ..script.clone() });
        } else {
            self.drops.add(Section::Scripts, script.count);
        }
        self.wait(now);
    }

    /// The longest first, so many as are told.
    fn longest_scripts(&mut self) -> Vec<Script> {
        let mut longest = Vec::new();
        while longest.len() < limits::SCRIPTS && !self.scripts.is_empty() {
            let mut most = 0;
            for (place, script) in self.scripts.iter().enumerate() {
                if self.scripts.get(most).is_some_and(|most| script.duration > most.duration) {
                    most = place;
                }
            }
            longest.push(self.scripts.remove(most));
        }
        for script in &self.scripts {
            self.drops.add(Section::Scripts, script.count);
        }
        longest
    }

    /// A JavaScript error, as [`failure`](Self::failure) takes it, of which no more is known.
    pub fn error(&mut self, now: Instant, message: &str, source: &str) {
        self.failure(
            now,
            &PageError {
                message: String::from(message),
                source: String::from(source),
                stack: String::new(),
                fingerprint: String::new(),
                count: 1,
            },
        );
    }

    /// A JavaScript error. Equal ones (by fingerprint, or else by message and source) are counted, long texts
    /// cut; where there are too many different ones, the oldest is dropped.
    pub fn failure(&mut self, now: Instant, error: &PageError) {
        let error = PageError {
            message: String::from(limits::cut(&error.message, limits::MESSAGE)),
            source: String::from(limits::cut(&error.source, limits::SOURCE)),
            stack: String::from(limits::cut(&error.stack, limits::STACK)),
            fingerprint: if is_id(&error.fingerprint) { error.fingerprint.clone() } else { String::new() },
            count: error.count,
        };
        let same = |known: &&mut PageError| {
            known.fingerprint == error.fingerprint
                && (!error.fingerprint.is_empty()
                    || known.message == error.message && known.source == error.source)
        };
        if let Some(known) = self.errors.iter_mut().find(same) {
            known.count = known.count.saturating_add(error.count).min(limits::COUNT);
        } else {
            if self.errors.len() == limits::ERRORS {
                self.drops.add(Section::Errors, self.errors.remove(0).count);
            }
            self.size += error.message.len() + error.source.len() + error.stack.len() + 60;
            self.errors.push(error);
        }
        self.wait(now);
    }

    /// Counts `by` measurements that were lost outside: a beacon that the browser refused, for example.
    pub fn lost(&mut self, by: u64) {
        self.drops.lost(by);
    }

    /// Whether nothing waits to be sent. Losses alone are no reason to send.
    pub fn is_empty(&self) -> bool {
        self.vitals.is_empty()
            && self.phases.is_empty()
            && self.counters.is_empty()
            && self.gauges.is_empty()
            && self.routes.is_empty()
            && self.samples.is_empty()
            && self.resources.is_empty()
            && self.errors.is_empty()
            && self.scripts.is_empty()
    }

    /// When the queue is due; `None` while it is empty.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.due
    }

    /// Whether it is time to flush.
    pub fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// How many measurements were dropped since the last flush.
    pub fn dropped(&self) -> u64 {
        self.drops.total()
    }

    /// Forgets everything that waits.
    pub fn clear(&mut self) {
        self.due = None;
        self.size = 0;
        self.vitals.clear();
        self.phases.clear();
        self.counters.clear();
        self.gauges.clear();
        self.routes.clear();
        self.samples.clear();
        self.resources.clear();
        self.errors.clear();
        self.scripts.clear();
        self.drops = Drops::new();
    }

    /// Encodes everything that waits, and empties the queue. What matters most comes first: vitals and phases, then counts
    /// and measurements, then resources, then errors, newest first, then scripts. What does not fit into
    /// [`MAX_BEACONS`](Self::MAX_BEACONS) of [`limits::BYTES`] is dropped, and counted in the last of them; an
    /// error loses its stack before it is dropped. Nothing waits, nothing comes out.
    ///
    /// Errors that are sampled at a rate of their own have beacons of their own, the last ones.
    ///
    /// `sent_at` is the wall clock, ms since the Unix epoch. Each beacon's `id` is the view's and a number.
    pub fn flush(&mut self, sent_at: i64, context: &Context) -> Vec<String> {
        if self.is_empty() {
            return Vec::new();
        }
        let scripts = self.longest_scripts();
        let apart = context.error_sample_rate != context.sample_rate;
        let drops = &mut self.drops;
        let mut packer = Packer::new(&mut self.sent, sent_at, context);
        let mut add = |item: Item<'_>, weight: u64| {
            if !packer.add(&item) {
                drops.add(item.section(), weight);
            }
        };
        for vital in &self.vitals {
            add(Item::Vital(vital), 1);
        }
        if !self.phases.is_empty() {
            let count = self.phases.len() as u64;
            // Those left out took no time; the member says that they were measured.
            self.phases.retain(|phase| phase.1 >= LEAST);
            add(Item::Phases(&self.phases), count);
        }
        for (name, count) in &self.counters {
            add(Item::Counter(name, *count), *count);
        }
        for samples in self.samples.iter().filter(|samples| !samples.is_many()) {
            add(samples.item(), samples.count());
        }
        for (name, value) in &self.gauges {
            add(Item::Gauge(name, *value), 1);
        }
        for (path, count) in &self.routes {
            add(Item::Route(path, *count), *count);
        }
        for samples in self.samples.iter().filter(|samples| samples.is_many()) {
            add(samples.item(), samples.count());
        }
        for resource in &self.resources {
            add(Item::Resource(resource), resource.count);
        }
        if !apart {
            add_errors(&mut packer, &self.errors, drops);
        }
        for script in &scripts {
            if !packer.add(&Item::Script(script)) {
                drops.add(Section::Scripts, script.count);
            }
        }
        let beacons = if apart && !self.errors.is_empty() {
            let mut beacons = packer.end(&Drops::new());
            let context = Context { sample_rate: context.error_sample_rate, ..context.clone() };
            let mut packer = Packer::new(&mut self.sent, sent_at, &context);
            add_errors(&mut packer, &self.errors, drops);
            beacons.append(&mut packer.end(drops));
            beacons
        } else {
            packer.end(drops)
        };
        self.clear();
        beacons
    }

    fn wait(&mut self, now: Instant) {
        if self.is_empty() {
            return;
        }
        if self.due.is_none() {
            self.due = Some(now + self.interval);
        }
        if self.size >= Self::FULL {
            self.due = Some(now);
        }
    }
}

/// The newest first; one loses its stack before it is dropped.
fn add_errors(packer: &mut Packer<'_>, errors: &[PageError], drops: &mut Drops) {
    for error in errors.iter().rev() {
        if !packer.add(&Item::Error(error, true)) && !packer.add(&Item::Error(error, false)) {
            drops.add(Section::Errors, error.count);
        }
    }
}

/// Adds `by` to the count of `name`; `false` where there is no room for another name.
fn add(counts: &mut Vec<(String, u64)>, size: &mut usize, room: usize, name: &str, by: u64) -> bool {
    let has_room = counts.len() < room;
    match counts.iter_mut().find(|entry| entry.0 == name) {
        Some((_, count)) => *count = count.saturating_add(by).min(limits::COUNT),
        None if has_room => {
            *size += name.len() + 12;
            counts.push((String::from(name), by.min(limits::COUNT)));
        }
        None => return false,
    }
    true
}

/// Whether it is a number that a measurement can have.
fn is_measured(value: f64) -> bool {
    (0.0..Histogram::LIMIT).contains(&value)
}

/// A sum, as far as the decoder takes it.
fn capped(sum: f64) -> f64 {
    if sum < Histogram::LIMIT { sum } else { limits::COUNT as f64 }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= limits::WORD && is_plain(text)
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= limits::ID && is_plain(text)
}

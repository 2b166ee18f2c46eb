//! Goes through a document.
use std::borrow::Cow;

use whippet_store::{BackendEvent, Sample};

use super::json::{Node, Type};
use super::words::{self, Statistic};
use super::{Document, Options, Unit, cache, events, labelled, series_key, timing, value};

/// The most members and elements of a document that are looked at.
const MEMBERS: usize = 50_000;
/// The most samples of a document.
const SAMPLES: usize = 20_000;
/// The most errors and slow queries of a document.
const EVENTS: usize = 1000;
/// How deep objects are entered.
const DEPTH: usize = 12;
/// The longest name of a series, bytes.
const NAME: usize = 200;

/// Objects of these names add no word to the names within them.
const TRANSPARENT: &[&str] = &[
    "data",
    "result",
    "results",
    "metrics",
    "stats",
    "statistics",
    "payload",
    "response",
    "values",
    "performance",
];
/// Words of a URL's path that say what all of a document is about.
const SUBJECTS: &[(&str, &str)] = &[
    ("cache", "cache"),
    ("caches", "cache"),
    ("queue", "queue"),
    ("queues", "queue"),
    ("jobs", "jobs"),
    ("database", "database"),
    ("db", "database"),
    ("pool", "pool"),
];

/// The members of an object.
pub type Members<'a> = [(Cow<'a, str>, Node<'a>)];

/// How numbers are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// By their names.
    #[default]
    Named,
    /// As counters.
    Counters,
    /// As gauges.
    Gauges,
    /// As timings.
    Timings,
}

/// Where a member stands.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The words of the names that lead to it.
    pub path: Vec<String>,
    pub labels: Vec<(String, String)>,
    pub mode: Mode,
    pub depth: usize,
}

impl Place {
    /// A place within this one.
    pub fn within(&self, words: &[String]) -> Self {
        let mut place = self.clone();
        place.depth += 1;
        // `cache.cache_hits` says the word once.
        let known = place.path.last().is_some_and(|last| words.first() == Some(last));
        place.path.extend(words.iter().skip(usize::from(known)).cloned());
        place
    }
}

pub struct Walk<'o> {
    options: &'o Options<'o>,
    document: Document,
    members: usize,
    /// What the URL says that all of it is about.
    subject: Vec<String>,
}

impl<'o> Walk<'o> {
    pub fn new(options: &'o Options<'o>) -> Self {
        let words = options.path.split('/').flat_map(words::words);
        let known =
            |word: String| SUBJECTS.iter().find(|known| known.0 == word).map(|known| known.1.to_owned());
        let subject = words.filter_map(known).next().into_iter().collect();
        Self { options, document: Document::default(), members: MEMBERS, subject }
    }

    /// Reads all of it.
    pub fn document(mut self, root: Node<'_>) -> Document {
        for rule in self.options.rules {
            for found in rule.find(root, SAMPLES) {
                self.add(rule.metric.clone(), found.labels, found.value, rule.counter);
            }
        }
        let place = Place { path: self.subject.clone(), ..Place::default() };
        match root.kind() {
            Type::List => self.list("", &[], root, &place),
            _ => self.object(root, &place),
        }
        self.document
    }

    /// The unit of durations whose names tell none.
    pub fn time_unit(&self) -> Unit {
        self.options.time_unit
    }

    /// Counts members that are left out.
    pub fn leave_out(&mut self, count: usize) {
        self.document.left_out += count;
    }

    /// Reads an object, at any place.
    pub fn object(&mut self, node: Node<'_>, place: &Place) {
        if place.depth > DEPTH {
            return self.leave_out(1);
        }
        let members = self.members_of(node);
        self.members(&members, place);
    }

    fn members_of<'a>(&mut self, node: Node<'a>) -> Vec<(Cow<'a, str>, Node<'a>)> {
        let (members, left_out) = node.members(self.members);
        self.members -= members.len();
        self.leave_out(left_out);
        members
    }

    fn items_of<'a>(&mut self, node: Node<'a>) -> Vec<Node<'a>> {
        let (items, left_out) = node.items(self.members);
        self.members -= items.len();
        self.leave_out(left_out);
        items
    }

    /// Reads the members of an object. Those that belong to a known shape are read together.
    pub fn members(&mut self, members: &Members<'_>, place: &Place) {
        let taken = match place.mode {
            Mode::Named if cache::is_cache(members) => cache::read(self, members, place),
            Mode::Named | Mode::Timings => timing::read(self, members, place),
            Mode::Counters | Mode::Gauges => Vec::new(),
        };
        let mut is_taken = vec![false; members.len()];
        for at in taken {
            is_taken[at] = true;
        }
        for ((name, node), _) in members.iter().zip(is_taken).filter(|(_, taken)| !taken) {
            self.member(name, *node, place);
        }
    }

    fn member(&mut self, name: &str, node: Node<'_>, place: &Place) {
        let (plain, labels) = series_key::split(name);
        let leaf = words::words(plain);
        let mut place = Cow::Borrowed(place);
        if !labels.is_empty() {
            place.to_mut().labels.extend(labels);
        }
        match node.kind() {
            Type::Null => {}
            Type::Object => self.container(plain, &leaf, node, &place),
            Type::List => self.list(plain, &leaf, node, &place),
            _ if leaf.is_empty() => self.leave_out(1),
            Type::Number => self.number(&leaf, node, &place),
            Type::Bool => self.bool(&leaf, node, &place),
            Type::String => self.string(&leaf, node, &place),
        }
    }

    fn container(&mut self, name: &str, leaf: &[String], node: Node<'_>, place: &Place) {
        if place.depth > DEPTH {
            return self.leave_out(1);
        }
        let key = leaf.join("_");
        if let Some(mode) = mode(&key).filter(|_| place.mode == Mode::Named) {
            // Their names are complete, whatever the URL says.
            let path = if place.path == self.subject { Vec::new() } else { place.path.clone() };
            let place = Place { path, mode, depth: place.depth + 1, ..place.clone() };
            return self.object(node, &place);
        }
        if events::is_slow_queries(&key) || events::is_errors(&key) {
            let members = self.members_of(node);
            return self.event_container(&key, &members, place);
        }
        if TRANSPARENT.contains(&key.as_str()) && place.mode == Mode::Named {
            let place = Place { depth: place.depth + 1, ..place.clone() };
            return self.object(node, &place);
        }
        let members = self.members_of(node);
        if place.mode == Mode::Named && labelled::is_labelled(&key, &members) {
            return labelled::read(self, leaf, &members, place);
        }
        if leaf.is_empty() {
            // No word is left of `名前` or of a name that is too long.
            let mut within = Place { depth: place.depth + 1, ..place.clone() };
            series_key::add(&mut within.labels, "name".to_owned(), name);
            return self.members(&members, &within);
        }
        self.members(&members, &place.within(leaf));
    }

    /// An object that should be a list: `{"count": 3, "recent": [...]}`, or numbers by message.
    fn event_container(&mut self, key: &str, members: &Members<'_>, place: &Place) {
        let is_numbers =
            members.iter().all(|(name, node)| node.number().is_some() && words::words(name).len() > 1);
        if events::is_errors(key) && is_numbers && !members.is_empty() {
            for (message, node) in members {
                let event = events::counted_error(message, node.number().unwrap_or_default());
                self.event(event);
            }
            return;
        }
        for (name, node) in members {
            match node.kind() {
                Type::List => self.events(key, *node),
                _ => self.member(name, *node, &place.within(&words::words(key))),
            }
        }
    }

    /// A list: of errors, of slow queries, of objects that have names, or of no interest.
    fn list(&mut self, name: &str, leaf: &[String], node: Node<'_>, place: &Place) {
        if place.depth > DEPTH {
            return self.leave_out(1);
        }
        let key = leaf.join("_");
        if events::is_slow_queries(&key) || events::is_errors(&key) {
            return self.events(&key, node);
        }
        let items = self.items_of(node);
        let objects: Vec<Node<'_>> = items.into_iter().filter(|item| item.kind() == Type::Object).collect();
        for (index, item) in objects.iter().enumerate() {
            let members = self.members_of(*item);
            if let Some(event) = events::slow_query(&members, self.options.time_unit) {
                self.event(event);
                continue;
            }
            let single = objects.len() == 1;
            labelled::item(self, (name, leaf), &members, (index, single), place);
        }
    }

    fn events(&mut self, key: &str, node: Node<'_>) {
        for item in self.items_of(node) {
            let event = if events::is_errors(key) {
                events::error(item)
            } else {
                events::slow_query(&self.members_of(item), self.options.time_unit)
            };
            match event {
                Some(event) => self.event(event),
                None => self.leave_out(1),
            }
        }
    }

    fn event(&mut self, event: BackendEvent) {
        if self.document.events.len() < EVENTS {
            self.document.events.push(event);
        } else {
            self.leave_out(1);
        }
    }

    /// A number, or a text that holds one.
    fn number(&mut self, leaf: &[String], node: Node<'_>, place: &Place) {
        let Some((value, unit)) = value::read(node) else { return self.leave_out(1) };
        if place.mode == Mode::Counters {
            return self.counter(leaf, value, place);
        }
        if place.mode == Mode::Named && words::is_no_figure(leaf) {
            return;
        }
        let mut meaning = words::meaning(&place.path, leaf, self.options.time_unit);
        if place.mode == Mode::Timings && meaning.unit.is_none() {
            meaning.unit = Some(self.options.time_unit);
        }
        meaning.unit = unit.or(meaning.unit);
        let counter = meaning.counter && place.mode == Mode::Named;
        let mut labels = place.labels.clone();
        let suffix = match &meaning.statistic {
            _ if counter => "total",
            Some(Statistic::Quantile(quantile)) => {
                labels.retain(|label| label.0 != "quantile");
                labels.push(("quantile".to_owned(), quantile.clone()));
                ""
            }
            Some(statistic) => statistic.suffix(),
            None => "",
        };
        let value = meaning.unit.map_or(value, |unit| unit.base(value));
        self.add(words::series(&meaning.stem, meaning.unit, suffix), labels, value, counter);
    }

    /// A number among counters: it counts, whatever its name says.
    fn counter(&mut self, leaf: &[String], value: f64, place: &Place) {
        let mut stem = place.within(leaf).path;
        while stem.len() > 1 && stem.last().is_some_and(|last| last == "total") {
            stem.pop();
        }
        let unit = stem.last().and_then(|last| Unit::word(last)).filter(|_| stem.len() > 1);
        if unit.is_some() {
            stem.pop();
        }
        let value = unit.map_or(value, |unit| unit.base(value));
        self.add(words::series(&stem, unit, "total"), place.labels.clone(), value, true);
    }

    fn bool(&mut self, leaf: &[String], node: Node<'_>, place: &Place) {
        if place.mode != Mode::Named {
            return self.leave_out(1);
        }
        let value = if node.bool() == Some(true) { 1.0 } else { 0.0 };
        match leaf.last().map(String::as_str) {
            Some("success") | None => {}
            Some("healthy" | "up" | "ok" | "alive") => self.health(leaf, value, place),
            Some(_) => {
                let name = words::series(&place.within(leaf).path, None, "");
                self.add(name, place.labels.clone(), value, false);
            }
        }
    }

    fn string(&mut self, leaf: &[String], node: Node<'_>, place: &Place) {
        if place.mode != Mode::Named {
            return self.number(leaf, node, place);
        }
        let is_state = matches!(leaf.last().map(String::as_str), Some("status" | "state" | "health"));
        if is_state {
            if let Some(health) = node.string().and_then(|word| value::health(&word)) {
                self.health(leaf, health, place);
            }
            return;
        }
        // Of other texts only those are meant as figures that hold one.
        if value::read(node).is_some() {
            self.number(leaf, node, place);
        }
    }

    /// How well something is: `…_up`.
    pub fn health(&mut self, leaf: &[String], value: f64, place: &Place) {
        let mut stem = place.within(leaf).path;
        stem.pop();
        if stem.is_empty() {
            stem.push("service".to_owned());
        }
        self.add(words::series(&stem, None, "up"), place.labels.clone(), value, false);
    }

    /// Adds a sample.
    pub fn add(&mut self, name: String, mut labels: Vec<(String, String)>, value: f64, counter: bool) {
        if self.document.samples.len() >= SAMPLES
            || name.is_empty()
            || name.len() > NAME
            || !value.is_finite()
        {
            return self.leave_out(1);
        }
        labels.sort_unstable();
        labels.dedup_by(|b, a| a.0 == b.0);
        self.document.samples.push(Sample { name, labels, value, counter, created: None });
    }
}

/// How numbers in a member of this name are taken.
fn mode(key: &str) -> Option<Mode> {
    Some(match key {
        "counters" => Mode::Counters,
        "gauges" => Mode::Gauges,
        "timings" | "timers" | "histograms" | "latencies" | "durations" => Mode::Timings,
        _ => return None,
    })
}

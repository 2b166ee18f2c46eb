//! Goes through a document.
use std::borrow::Cow;

use super::document::{Document, Options};
use super::json::{Node, Type};
use super::labelled::Visit;
use super::output::{Output, SAMPLES};
use super::place::{Members, Mode, Place};
use super::unit::Unit;
use super::words::{self, Statistic};
use super::{cache, events, labelled, series_key, timing, value};

/// The most members and elements of a document that are looked at.
const MEMBERS: usize = 50_000;
/// How deep objects are entered.
const DEPTH: usize = 12;

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

pub struct Walk<'o> {
    options: &'o Options<'o>,
    output: Output,
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
        Self { options, output: Output::new(options.time_unit), members: MEMBERS, subject }
    }

    /// Reads all of it.
    pub fn document(mut self, root: Node<'_>) -> Document {
        for rule in self.options.rules {
            for found in rule.find(root, SAMPLES) {
                self.output.add(rule.metric.clone(), found.labels, found.value, rule.counter);
            }
        }
        let place = Place { path: self.subject.clone(), ..Place::default() };
        match root.kind() {
            Type::List => self.list("", &[], root, &place),
            _ => self.object(root, &place),
        }
        self.output.document()
    }

    fn members_of<'a>(&mut self, node: Node<'a>) -> Vec<(Cow<'a, str>, Node<'a>)> {
        let (members, left_out) = node.members(self.members);
        self.members -= members.len();
        self.output.leave_out(left_out);
        members
    }

    fn items_of<'a>(&mut self, node: Node<'a>) -> Vec<Node<'a>> {
        let (items, left_out) = node.items(self.members);
        self.members -= items.len();
        self.output.leave_out(left_out);
        items
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
            _ if leaf.is_empty() => self.output.leave_out(1),
            Type::Number => self.number(&leaf, node, &place),
            Type::Bool => self.bool(&leaf, node, &place),
            Type::String => self.string(&leaf, node, &place),
        }
    }

    fn container(&mut self, name: &str, leaf: &[String], node: Node<'_>, place: &Place) {
        if place.depth > DEPTH {
            return self.output.leave_out(1);
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
                self.output.event(event);
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
            return self.output.leave_out(1);
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
                self.output.event(event);
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
                Some(event) => self.output.event(event),
                None => self.output.leave_out(1),
            }
        }
    }

    /// A number, or a text that holds one.
    fn number(&mut self, leaf: &[String], node: Node<'_>, place: &Place) {
        let Some((value, unit)) = value::read(node) else { return self.output.leave_out(1) };
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
        self.output.add(words::series(&meaning.stem, meaning.unit, suffix), labels, value, counter);
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
        self.output.add(words::series(&stem, unit, "total"), place.labels.clone(), value, true);
    }

    fn bool(&mut self, leaf: &[String], node: Node<'_>, place: &Place) {
        if place.mode != Mode::Named {
            return self.output.leave_out(1);
        }
        let value = if node.bool() == Some(true) { 1.0 } else { 0.0 };
        match leaf.last().map(String::as_str) {
            Some("success") | None => {}
            Some("healthy" | "up" | "ok" | "alive") => self.output.health(leaf, value, place),
            Some(_) => {
                let name = words::series(&place.within(leaf).path, None, "");
                self.output.add(name, place.labels.clone(), value, false);
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
                self.output.health(leaf, health, place);
            }
            return;
        }
        // Of other texts only those are meant as figures that hold one.
        if value::read(node).is_some() {
            self.number(leaf, node, place);
        }
    }
}

impl Visit for Walk<'_> {
    fn output(&mut self) -> &mut Output {
        &mut self.output
    }

    fn object(&mut self, node: Node<'_>, place: &Place) {
        if place.depth > DEPTH {
            return self.output.leave_out(1);
        }
        let members = self.members_of(node);
        self.members(&members, place);
    }

    fn members(&mut self, members: &Members<'_>, place: &Place) {
        let taken = match place.mode {
            Mode::Named if cache::is_cache(members) => cache::read(&mut self.output, members, place),
            Mode::Named | Mode::Timings => timing::read(&mut self.output, members, place),
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

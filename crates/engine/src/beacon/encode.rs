//! Writes beacons.
use super::event::{Attribution, Beacon, Device, PageError, Resource, Script, Vital};
use super::queue::Context;
use super::{VERSION, write};
use crate::stats::Histogram;
use crate::vitals::{Navigation, Rating};
use alloc::string::String;
use alloc::vec::Vec;

/// The beacon as JSON. [`Queue`](super::Queue) keeps beacons below [`limits::BYTES`](super::limits::BYTES);
/// this writes whatever it is given.
pub fn encode(beacon: &Beacon) -> Vec<u8> {
    let mut out = String::new();
    // Cloned, not borrowed: this is for tests and tools; a page writes from its queue.
    let context = Context {
        session: beacon.session.clone(),
        view: beacon.view.clone(),
        app: beacon.app.clone(),
        release: beacon.release.clone(),
        page: beacon.page.clone(),
        navigation: beacon.navigation,
        device: beacon.device,
        connection: beacon.connection,
        memory: beacon.memory,
        sample_rate: beacon.sample_rate,
        error_sample_rate: beacon.sample_rate,
    };
    begin(&mut out, &beacon.id, beacon.sent_at, &context);
    let mut body = Body::new();
    for item in &beacon.vitals {
        body.add(&mut out, &Item::Vital(item));
    }
    for (name, count) in &beacon.counters {
        body.add(&mut out, &Item::Counter(name, *count));
    }
    for (name, values) in &beacon.timings {
        body.add(&mut out, &Item::Timing(name, values));
    }
    for (name, value) in &beacon.gauges {
        body.add(&mut out, &Item::Gauge(name, *value));
    }
    for (path, count) in &beacon.routes {
        body.add(&mut out, &Item::Route(path, *count));
    }
    for (name, histogram) in &beacon.histograms {
        body.add(&mut out, &Item::Histogram(name, histogram));
    }
    for resource in &beacon.resources {
        body.add(&mut out, &Item::Resource(resource));
    }
    for error in &beacon.errors {
        body.add(&mut out, &Item::Error(error, true));
    }
    for script in &beacon.scripts {
        body.add(&mut out, &Item::Script(script));
    }
    body.end(&mut out, beacon.dropped, beacon.drops.iter().map(|(kind, count)| (kind.as_str(), *count)));
    out.into_bytes()
}

/// Everything up to the measurements.
pub(super) fn begin(out: &mut String, id: &str, sent_at: i64, head: &Context) {
    out.push_str("{\"v\":");
    write::integer(out, VERSION);
    member(out, "id", id);
    member(out, "session", &head.session);
    // The id tells.
    if id.rsplit_once('-').is_none_or(|(view, _)| view != head.view) {
        member(out, "view", &head.view);
    }
    member(out, "app", &head.app);
    if let Some(release) = &head.release {
        member(out, "release", release);
    }
    member(out, "page", &head.page);
    if head.navigation != Navigation::Navigate {
        member(out, "navigation", head.navigation.as_str());
    }
    if head.device != Device::Desktop {
        member(out, "device", head.device.as_str());
    }
    if let Some(connection) = head.connection {
        member(out, "connection", connection.as_str());
    }
    if let Some(memory) = head.memory {
        number(out, "memory", memory);
    }
    key(out, "sentAt");
    write::integer(out, sent_at.max(0) as u64);
    if head.sample_rate < 1.0 {
        key(out, "sampleRate");
        write::number(out, head.sample_rate);
    }
}

/// One measurement, or one sum of many.
pub(super) enum Item<'a> {
    Vital(&'a Vital),
    /// The phases of the navigation, all at once: those left out took no time.
    Phases(&'a [(String, f64)]),
    Counter(&'a str, u64),
    Timing(&'a str, &'a [f64]),
    Gauge(&'a str, f64),
    Route(&'a str, u64),
    Histogram(&'a str, &'a Histogram),
    Resource(&'a Resource),
    /// An error, with or without its stack.
    Error(&'a PageError, bool),
    Script(&'a Script),
}

impl Item<'_> {
    pub(super) fn section(&self) -> Section {
        match self {
            Self::Vital(_) => Section::Vitals,
            Self::Phases(_) => Section::Phases,
            Self::Counter(..) => Section::Counters,
            Self::Timing(..) => Section::Timings,
            Self::Gauge(..) => Section::Gauges,
            Self::Route(..) => Section::Routes,
            Self::Histogram(..) => Section::Histograms,
            Self::Resource(_) => Section::Resources,
            Self::Error(..) => Section::Errors,
            Self::Script(_) => Section::Scripts,
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Vital(vital) => write_vital(out, vital),
            Self::Phases(phases) => {
                for (place, (name, ms)) in phases.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    write_timing(out, name, &[*ms]);
                }
            }
            Self::Counter(name, count) | Self::Route(name, count) => {
                write::string(out, name);
                out.push(':');
                write::integer(out, *count);
            }
            Self::Timing(name, values) => write_timing(out, name, values),
            Self::Gauge(name, value) => {
                write::string(out, name);
                out.push(':');
                write::signed_number(out, *value);
            }
            Self::Histogram(name, histogram) => {
                write::string(out, name);
                out.push(':');
                write_histogram(out, histogram);
            }
            Self::Resource(resource) => write_resource(out, resource),
            Self::Error(error, with_stack) => write_error(out, error, *with_stack),
            Self::Script(script) => write_script(out, script),
        }
    }
}

/// A member that holds measurements of one kind.
#[derive(Clone, Copy, PartialEq)]
#[repr(u8)]
pub(super) enum Section {
    Vitals,
    Phases,
    Counters,
    Timings,
    Gauges,
    Routes,
    Histograms,
    Resources,
    Errors,
    Scripts,
}

impl Section {
    /// How many there are.
    pub(super) const COUNT: usize = Self::ALL.len();
    /// All of them.
    pub(super) const ALL: [Self; 10] = [
        Self::Vitals,
        Self::Phases,
        Self::Counters,
        Self::Timings,
        Self::Gauges,
        Self::Routes,
        Self::Histograms,
        Self::Resources,
        Self::Errors,
        Self::Scripts,
    ];

    /// The member's name.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Vitals => "vitals",
            Self::Counters => "counters",
            Self::Phases => "phases",
            Self::Timings => "timings",
            Self::Gauges => "gauges",
            Self::Routes => "routes",
            Self::Histograms => "histograms",
            Self::Resources => "resources",
            Self::Errors => "errors",
            Self::Scripts => "scripts",
        }
    }

    const fn is_list(self) -> bool {
        matches!(self, Self::Errors | Self::Scripts)
    }
}

/// The measurements: items of a kind come together, and each kind has a member of its own.
#[derive(Clone)]
pub(super) struct Body {
    section: Option<Section>,
    /// The host whose resources are being written.
    host: String,
}

impl Body {
    /// The most bytes that [`Body::end`] adds with the losses of a [`Queue`](super::Queue): the brackets, and
    /// twelve counts with their names.
    pub(super) const END: usize = 400;

    pub(super) fn new() -> Self {
        Self { section: None, host: String::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.section.is_none()
    }

    pub(super) fn add(&mut self, out: &mut String, item: &Item<'_>) {
        let section = item.section();
        let is_new = self.section != Some(section);
        if is_new {
            self.close(out);
            key(out, section.as_str());
            out.push(if section.is_list() { '[' } else { '{' });
            self.section = Some(section);
        }
        if let Item::Resource(resource) = item
            && (is_new || resource.host != self.host)
        {
            // Those of a host are one object.
            if !is_new {
                out.push_str("},");
            }
            write::string(out, &resource.host);
            out.push_str(":{");
            self.host.clone_from(&resource.host);
        } else if !is_new {
            out.push(',');
        }
        item.write(out);
    }

    fn close(&mut self, out: &mut String) {
        if let Some(section) = self.section.take() {
            if section == Section::Resources {
                out.push('}');
            }
            out.push(if section.is_list() { ']' } else { '}' });
        }
    }

    pub(super) fn end<'a>(
        &mut self,
        out: &mut String,
        dropped: u64,
        drops: impl Iterator<Item = (&'a str, u64)>,
    ) {
        self.close(out);
        if dropped > 0 {
            integer(out, "dropped", dropped);
        }
        let mut first = true;
        for (kind, count) in drops {
            if first {
                key(out, "drops");
            }
            out.push(if first { '{' } else { ',' });
            first = false;
            write::string(out, kind);
            out.push(':');
            write::integer(out, count);
        }
        out.push_str(if first { "}" } else { "}}" });
    }
}

fn write_vital(out: &mut String, vital: &Vital) {
    write::string(out, vital.name.as_str());
    out.push_str(":{\"value\":");
    write::number(out, vital.value);
    if vital.rating != Rating::Good {
        member(out, "rating", vital.rating.as_str());
    }
    let Attribution { target, url, state, parts } = &vital.attribution;
    for (name, text) in [("target", target), ("url", url), ("state", state)] {
        optional(out, name, text);
    }
    let mut first = true;
    for (name, ms) in parts {
        if first {
            key(out, "parts");
        }
        out.push(if first { '{' } else { ',' });
        first = false;
        write::string(out, name);
        out.push(':');
        write::number(out, *ms);
    }
    out.push_str(if first { "}" } else { "}}" });
}

fn write_timing(out: &mut String, name: &str, values: &[f64]) {
    write::string(out, name);
    out.push(':');
    if let [value] = values {
        write::number(out, *value);
        return;
    }
    out.push('[');
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        write::number(out, *value);
    }
    out.push(']');
}

fn write_resource(out: &mut String, resource: &Resource) {
    write::string(out, resource.kind.as_str());
    out.push_str(":{\"count\":");
    write::integer(out, resource.count);
    let counts = [("bytes", resource.bytes), ("cached", resource.cached), ("failed", resource.failed)];
    for (name, count) in counts {
        if count > 0 {
            integer(out, name, count);
        }
    }
    number(out, "duration", resource.duration);
    if resource.slowest != resource.duration {
        number(out, "slowest", resource.slowest);
    }
    out.push('}');
}

fn write_error(out: &mut String, error: &PageError, with_stack: bool) {
    out.push_str("{\"message\":");
    write::string(out, &error.message);
    optional(out, "source", &error.source);
    if with_stack {
        optional(out, "stack", &error.stack);
    }
    optional(out, "fingerprint", &error.fingerprint);
    if error.count != 1 {
        integer(out, "count", error.count);
    }
    out.push('}');
}

fn write_script(out: &mut String, script: &Script) {
    out.push_str("{\"source\":");
    write::string(out, &script.source);
    optional(out, "invoker", &script.invoker);
    integer(out, "count", script.count);
    number(out, "duration", script.duration);
    if script.forced > 0.0 {
        number(out, "forced", script.forced);
    }
    out.push('}');
}

/// Bucket counts with runs of empty buckets as negative numbers: `[3,-7,1]` is 3, seven times 0, 1.
fn write_histogram(out: &mut String, histogram: &Histogram) {
    let parts = histogram.parts();
    out.push_str("{\"scale\":");
    write::integer(out, parts.scale as u64);
    if parts.zero > 0 {
        integer(out, "zero", parts.zero);
    }
    for (name, value) in [("sum", parts.sum), ("min", parts.min), ("max", parts.max)] {
        number(out, name, value);
    }
    key(out, "offset");
    signed(out, parts.offset);
    key(out, "counts");
    out.push('[');
    let mut empty = 0;
    let mut first = true;
    for count in parts.counts {
        if *count == 0 {
            empty += 1;
            continue;
        }
        if !first {
            out.push(',');
        }
        first = false;
        if empty > 0 {
            signed(out, -empty);
            out.push(',');
            empty = 0;
        }
        write::integer(out, *count);
    }
    out.push_str("]}");
}

fn signed(out: &mut String, integer: i32) {
    if integer < 0 {
        out.push('-');
    }
    write::integer(out, u64::from(integer.unsigned_abs()));
}

/// `,"name":`
fn key(out: &mut String, name: &str) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
}

fn member(out: &mut String, name: &str, value: &str) {
    key(out, name);
    write::string(out, value);
}

/// A member whose empty text is left out.
fn optional(out: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        member(out, name, value);
    }
}

fn integer(out: &mut String, name: &str, value: u64) {
    key(out, name);
    write::integer(out, value);
}

fn number(out: &mut String, name: &str, value: f64) {
    key(out, name);
    write::number(out, value);
}

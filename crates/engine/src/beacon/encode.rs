//! Writes beacons.
use super::event::{Beacon, PageError, Vital};
use super::queue::Context;
use super::{VERSION, write};
use crate::stats::Histogram;
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
        sample_rate: beacon.sample_rate,
    };
    begin(&mut out, &beacon.id, beacon.sent_at, &context);
    let mut body = Body::new();
    for item in &beacon.vitals {
        body.add(&mut out, &Item::Vital(item));
    }
    for (name, count) in &beacon.counters {
        body.add(&mut out, &Item::Counter(name, *count));
    }
    for (name, histogram) in &beacon.histograms {
        body.add(&mut out, &Item::Histogram(name, histogram));
    }
    for error in &beacon.errors {
        body.add(&mut out, &Item::Error(error));
    }
    body.end(&mut out, beacon.dropped);
    out.into_bytes()
}

/// Everything up to the measurements.
pub(super) fn begin(out: &mut String, id: &str, sent_at: i64, head: &Context) {
    out.push_str("{\"v\":");
    write::integer(out, VERSION);
    member(out, "id", id);
    member(out, "session", &head.session);
    member(out, "view", &head.view);
    member(out, "app", &head.app);
    if let Some(release) = &head.release {
        member(out, "release", release);
    }
    member(out, "page", &head.page);
    member(out, "navigation", head.navigation.as_str());
    member(out, "device", head.device.as_str());
    key(out, "sentAt");
    write::integer(out, sent_at.max(0) as u64);
    if head.sample_rate < 1.0 {
        key(out, "sampleRate");
        write::number(out, head.sample_rate);
    }
}

/// One measurement.
pub(super) enum Item<'a> {
    Vital(&'a Vital),
    Counter(&'a str, u64),
    Histogram(&'a str, &'a Histogram),
    Error(&'a PageError),
}

impl Item<'_> {
    fn section(&self) -> Section {
        match self {
            Self::Vital(_) => Section::Vitals,
            Self::Counter(..) => Section::Counters,
            Self::Histogram(..) => Section::Histograms,
            Self::Error(_) => Section::Errors,
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Vital(vital) => {
                write::string(out, vital.name.as_str());
                out.push_str(":{\"value\":");
                write::number(out, vital.value);
                member(out, "rating", vital.rating.as_str());
                out.push('}');
            }
            Self::Counter(name, count) => {
                write::string(out, name);
                out.push(':');
                write::integer(out, *count);
            }
            Self::Histogram(name, histogram) => {
                write::string(out, name);
                out.push(':');
                write_histogram(out, histogram);
            }
            Self::Error(error) => {
                out.push_str("{\"message\":");
                write::string(out, &error.message);
                if !error.source.is_empty() {
                    member(out, "source", &error.source);
                }
                if error.count != 1 {
                    key(out, "count");
                    write::integer(out, error.count);
                }
                out.push('}');
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Section {
    None,
    Vitals,
    Counters,
    Histograms,
    Errors,
}

/// The measurements: items of a kind come together, and each kind has a member of its own.
#[derive(Clone)]
pub(super) struct Body {
    section: Section,
}

impl Body {
    /// The most bytes that [`Body::end`] adds: the brackets, and `,"dropped":` with twenty digits.
    pub(super) const END: usize = 40;

    pub(super) fn new() -> Self {
        Self { section: Section::None }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.section == Section::None
    }

    pub(super) fn add(&mut self, out: &mut String, item: &Item<'_>) {
        let section = item.section();
        if section == self.section {
            out.push(',');
        } else {
            self.close(out);
            let (name, bracket) = match section {
                Section::None => return,
                Section::Vitals => ("vitals", '{'),
                Section::Counters => ("counters", '{'),
                Section::Histograms => ("histograms", '{'),
                Section::Errors => ("errors", '['),
            };
            key(out, name);
            out.push(bracket);
            self.section = section;
        }
        item.write(out);
    }

    fn close(&mut self, out: &mut String) {
        match self.section {
            Section::None => {}
            Section::Errors => out.push(']'),
            _ => out.push('}'),
        }
        self.section = Section::None;
    }

    pub(super) fn end(&mut self, out: &mut String, dropped: u64) {
        self.close(out);
        if dropped > 0 {
            key(out, "dropped");
            write::integer(out, dropped);
        }
        out.push('}');
    }
}

/// Bucket counts with runs of empty buckets as negative numbers: `[3,-7,1]` is 3, seven times 0, 1.
fn write_histogram(out: &mut String, histogram: &Histogram) {
    let parts = histogram.parts();
    out.push_str("{\"scale\":");
    write::integer(out, parts.scale as u64);
    if parts.zero > 0 {
        key(out, "zero");
        write::integer(out, parts.zero);
    }
    for (name, number) in [("sum", parts.sum), ("min", parts.min), ("max", parts.max)] {
        key(out, name);
        write::number(out, number);
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

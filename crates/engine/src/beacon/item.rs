//! Measurements, and how each is written.
use super::event::{Attribution, PageError, Resource, Script, Vital};
use super::json_write as json;
use crate::stats::Histogram;
use crate::vitals::Rating;
use alloc::string::String;

/// One measurement, or the sum of several.
pub(super) enum Item<'a> {
    Vital(&'a Vital),
    /// All phases of the navigation; those that are left out took 0 ms.
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

    pub(super) fn write(&self, out: &mut String) {
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
                json::string(out, name);
                out.push(':');
                json::integer(out, *count);
            }
            Self::Timing(name, values) => write_timing(out, name, values),
            Self::Gauge(name, value) => {
                json::string(out, name);
                out.push(':');
                json::signed_number(out, *value);
            }
            Self::Histogram(name, histogram) => {
                json::string(out, name);
                out.push(':');
                write_histogram(out, histogram);
            }
            Self::Resource(resource) => write_resource(out, resource),
            Self::Error(error, with_stack) => write_error(out, error, *with_stack),
            Self::Script(script) => write_script(out, script),
        }
    }
}

/// A member of the beacon that holds measurements of one kind.
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
    /// The number of sections.
    pub(super) const COUNT: usize = Self::ALL.len();
    /// All sections.
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

    /// Whether the member is an array; the others are objects.
    pub(super) const fn is_list(self) -> bool {
        matches!(self, Self::Errors | Self::Scripts)
    }
}

fn write_vital(out: &mut String, vital: &Vital) {
    json::string(out, vital.name.as_str());
    out.push_str(":{\"value\":");
    json::number(out, vital.value);
    if vital.rating != Rating::Good {
        json::member(out, "rating", vital.rating.as_str());
    }
    let Attribution { target, url, state, phases } = &vital.attribution;
    for (name, text) in [("target", target), ("url", url), ("state", state)] {
        json::optional_member(out, name, text);
    }
    let mut first = true;
    for (name, ms) in phases {
        if first {
            json::key(out, "parts");
        }
        out.push(if first { '{' } else { ',' });
        first = false;
        json::string(out, name);
        out.push(':');
        json::number(out, *ms);
    }
    out.push_str(if first { "}" } else { "}}" });
}

fn write_timing(out: &mut String, name: &str, values: &[f64]) {
    json::string(out, name);
    out.push(':');
    if let [value] = values {
        json::number(out, *value);
        return;
    }
    out.push('[');
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        json::number(out, *value);
    }
    out.push(']');
}

fn write_resource(out: &mut String, resource: &Resource) {
    json::string(out, resource.kind.as_str());
    out.push_str(":{\"count\":");
    json::integer(out, resource.count);
    let counts = [("bytes", resource.bytes), ("cached", resource.cached), ("failed", resource.failed)];
    for (name, count) in counts {
        if count > 0 {
            json::integer_member(out, name, count);
        }
    }
    json::number_member(out, "duration", resource.duration);
    if resource.slowest != resource.duration {
        json::number_member(out, "slowest", resource.slowest);
    }
    out.push('}');
}

fn write_error(out: &mut String, error: &PageError, with_stack: bool) {
    out.push_str("{\"message\":");
    json::string(out, &error.message);
    json::optional_member(out, "source", &error.source);
    if with_stack {
        json::optional_member(out, "stack", &error.stack);
    }
    json::optional_member(out, "fingerprint", &error.fingerprint);
    if error.count != 1 {
        json::integer_member(out, "count", error.count);
    }
    out.push('}');
}

fn write_script(out: &mut String, script: &Script) {
    out.push_str("{\"source\":");
    json::string(out, &script.source);
    json::optional_member(out, "invoker", &script.invoker);
    json::integer_member(out, "count", script.count);
    json::number_member(out, "duration", script.duration);
    if script.forced > 0.0 {
        json::number_member(out, "forced", script.forced);
    }
    out.push('}');
}

/// Runs of empty buckets are negative numbers: `[3,-7,1]` stands for 3, seven empty buckets, and 1.
fn write_histogram(out: &mut String, histogram: &Histogram) {
    let parts = histogram.parts();
    out.push_str("{\"scale\":");
    json::integer(out, parts.scale as u64);
    if parts.zero > 0 {
        json::integer_member(out, "zero", parts.zero);
    }
    for (name, value) in [("sum", parts.sum), ("min", parts.min), ("max", parts.max)] {
        json::number_member(out, name, value);
    }
    json::key(out, "offset");
    json::signed_integer(out, parts.offset);
    json::key(out, "counts");
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
            json::signed_integer(out, -empty);
            out.push(',');
            empty = 0;
        }
        json::integer(out, *count);
    }
    out.push_str("]}");
}

//! Metrics of pages. Sums and histograms become counters and distributions by their names; attributes are summed over, but for
//! those of the names that our own package writes.
use whippet_engine::beacon::{Resource, ResourceKind, Script, limits};

use super::cumulative::{Cumulative, Undo};
use super::histogram::{Bounds, Buckets};
use super::reader::{Outcome, Page, Post, ms};
use crate::intake::{self, Content, Item, Sender};
use crate::otlp::model::{
    DELTA, ExponentialPoint, HistogramPoint, KeyValue, Metric, Metrics, NumberPoint, display,
    is_without_value, text,
};

/// Reads a request; `cumulative` knows how much was counted before.
pub fn metrics(metrics: &Metrics, post: &Post<'_>, cumulative: &Cumulative) -> (Outcome, Undo) {
    let mut reading =
        Reading { outcome: Outcome::default(), undo: Undo::default(), cumulative, now: post.origin.now };
    for group in &metrics.resource_metrics {
        let all = || group.scope_metrics.iter().flat_map(|scope| &scope.metrics);
        let Some(page) =
            post.page(group.resource.as_ref(), all().map(Metric::points).sum(), &mut reading.outcome)
        else {
            continue;
        };
        let mut resources = Resources::default();
        for metric in all() {
            reading.add(metric, &page, &mut resources);
        }
        for (sender, item) in resources.finish() {
            reading.outcome.add(&sender, item);
        }
    }
    (reading.outcome, reading.undo)
}

struct Reading<'a> {
    outcome: Outcome,
    undo: Undo,
    cumulative: &'a Cumulative,
    now: i64,
}

impl Reading<'_> {
    fn add(&mut self, metric: &Metric, page: &Page<'_>, resources: &mut Resources) {
        if let Some(gauge) = &metric.gauge {
            for point in &gauge.data_points {
                let Some(value) = point.value().filter(|_| self.outcome.take()) else { continue };
                let at = ms(point.time_unix_nano, self.now);
                let content = Content::Gauge(metric.name.clone(), value * factor(metric));
                let item = Item::new(page.of(&point.attributes), at, content);
                self.outcome.add(&page.sender(&point.attributes), item);
            }
        }
        if let Some(sum) = &metric.sum {
            for point in &sum.data_points {
                if self.outcome.take() {
                    let is_delta = sum.aggregation_temporality == DELTA;
                    self.sum(metric, point, (is_delta, sum.is_monotonic), page, resources);
                }
            }
        }
        if let Some(summary) = &metric.summary {
            let reason = "summaries are not kept, as quantiles cannot be merged: send histograms";
            self.outcome.rejected.add(summary.data_points.len() as u64, reason);
        }
        if let Some(histogram) = &metric.histogram {
            for point in histogram.data_points.iter().filter(|point| !is_without_value(point.flags)) {
                if self.outcome.take() {
                    let is_delta = histogram.aggregation_temporality == DELTA;
                    let times = (point.start_time_unix_nano, point.time_unix_nano);
                    self.values(metric, explicit(point), (times, is_delta), &point.attributes, page);
                }
            }
        }
        if let Some(histogram) = &metric.exponential_histogram {
            for point in histogram.data_points.iter().filter(|point| !is_without_value(point.flags)) {
                if self.outcome.take() {
                    let is_delta = histogram.aggregation_temporality == DELTA;
                    let times = (point.start_time_unix_nano, point.time_unix_nano);
                    self.values(metric, exponential(point), (times, is_delta), &point.attributes, page);
                }
            }
        }
    }

    fn sum(
        &mut self,
        metric: &Metric,
        point: &NumberPoint,
        (is_delta, is_monotonic): (bool, bool),
        page: &Page<'_>,
        resources: &mut Resources,
    ) {
        let Some(value) = point.value().map(|value| value * factor(metric)).filter(|value| value.is_finite())
        else {
            return;
        };
        let (sender, at) = (page.sender(&point.attributes), ms(point.time_unix_nano, self.now));
        let named = page.of(&point.attributes);
        if !is_monotonic {
            // What goes up and down: its newest value, as far as that is known.
            if is_delta {
                self.outcome
                    .rejected
                    .add(1, "what goes up and down needs cumulative temporality: changes alone say no value");
            } else {
                self.outcome.add(&sender, Item::new(named, at, Content::Gauge(metric.name.clone(), value)));
            }
            return;
        }
        let before = if is_delta {
            Some(0.0)
        } else {
            let identity = identity(metric, &sender, &point.attributes, point.start_time_unix_nano);
            let start = ms(point.start_time_unix_nano, at);
            self.cumulative.sum(identity, start, value, self.now, &mut self.undo)
        };
        // Nothing that grows by less than nothing is a sum.
        let Some(before) = before.filter(|before| (0.0..=limits::COUNT as f64).contains(&(value - before)))
        else {
            self.outcome.rejected.add(1, "sums whose growth is unknown are not counted");
            return;
        };
        let grown = value - before;
        // The whole sum is rounded, not each step: what grows by less than a half at a time is counted, too.
        let count = (value.round() - before.round()) as u64;
        let attributes = &point.attributes;
        let content = match metric.name.as_str() {
            "browser.route.views" => {
                let route = intake::page_of(text(attributes, &["url.template"]));
                route.map(|route| Content::Route(route, count))
            }
            "whippet.dropped" => Some(Content::Lost(intake::word(text(attributes, &["kind"])), count)),
            name => {
                match (name.strip_prefix("browser.resource_timing."), name.strip_prefix("browser.script.")) {
                    (Some(member), _) => {
                        resources.add(&sender, named.clone(), at, attributes, member, grown);
                        None
                    }
                    (_, Some(member)) => Some(script(attributes, member, grown)),
                    _ if grown > 0.0 => Some(Content::Counter(name.to_owned(), count)),
                    // A sum that did not grow says that the page is still open.
                    _ => Some(Content::View),
                }
            }
        };
        if let Some(content) = content {
            self.outcome.add(&sender, Item::new(named, at, content));
        }
    }

    fn values(
        &mut self,
        metric: &Metric,
        buckets: Buckets,
        ((start, time), is_delta): ((u64, u64), bool),
        attributes: &[KeyValue],
        page: &Page<'_>,
    ) {
        if !buckets.is_sound() {
            self.outcome.rejected.add(1, "histograms whose members do not fit together are not counted");
            return;
        }
        let (sender, at) = (page.sender(attributes), ms(time, self.now));
        let grown = if is_delta {
            Some(buckets)
        } else {
            let identity = identity(metric, &sender, attributes, start);
            self.cumulative.buckets(identity, ms(start, at), &buckets, self.now, &mut self.undo)
        };
        let Some(grown) = grown else {
            self.outcome.rejected.add(1, "sums whose growth is unknown are not counted");
            return;
        };
        if grown.count == 0 {
            return;
        }
        let factor = factor(metric);
        let name = metric.name.clone();
        let content = match grown.sum.filter(|_| grown.count == 1) {
            Some(value) => Content::Timing(name, value * factor),
            None => Content::Histogram(name, grown.histogram(factor)),
        };
        self.outcome.add(&sender, Item::new(page.of(attributes), at, content));
    }
}

/// What values are multiplied by: all times are in ms.
fn factor(metric: &Metric) -> f64 {
    match metric.unit.as_deref().unwrap_or_default() {
        "d" => 86_400_000.0,
        "h" => 3_600_000.0,
        "min" => 60_000.0,
        "s" => 1000.0,
        "us" => 1e-3,
        "ns" => 1e-6,
        _ => 1.0,
    }
}

/// What tells one sum from another. The start time tells pages apart that have no session.
fn identity(metric: &Metric, sender: &Sender, attributes: &[KeyValue], start: u64) -> (String, u64) {
    let mut labels: Vec<String> = attributes
        .iter()
        .map(|attribute| {
            format!("{}\0{}", attribute.key, attribute.value.as_ref().map(display).unwrap_or_default())
        })
        .collect();
    labels.sort_unstable();
    (format!("{}\0{}\0{}\0{}", sender.app, sender.visitor, metric.name, labels.join("\0")), start)
}

fn explicit(point: &HistogramPoint) -> Buckets {
    Buckets {
        bounds: Bounds::Explicit(point.explicit_bounds.clone()),
        counts: point.bucket_counts.clone(),
        zero: 0,
        count: point.count,
        sum: point.sum,
        min: point.min,
        max: point.max,
    }
}

fn exponential(point: &ExponentialPoint) -> Buckets {
    let positive = point.positive.clone().unwrap_or_default();
    Buckets {
        bounds: Bounds::Exponential(point.scale, positive.offset),
        counts: positive.bucket_counts,
        zero: point.zero_count,
        count: point.count,
        sum: point.sum,
        min: point.min,
        max: point.max,
    }
}

fn script(attributes: &[KeyValue], member: &str, value: f64) -> Content {
    Content::Script(Script {
        source: limits::line(text(attributes, &["code.file.path"]), limits::URL),
        invoker: limits::line(text(attributes, &["browser.script.invoker"]), limits::TARGET),
        count: if member == "count" { value.round() as u64 } else { 0 },
        duration: if member == "duration" { value } else { 0.0 },
        forced: if member == "forced" { value } else { 0.0 },
    })
}

/// Resources, of which each metric says one member.
#[derive(Default)]
struct Resources(Vec<(Sender, Option<String>, i64, Resource)>);

impl Resources {
    fn add(
        &mut self,
        sender: &Sender,
        page: Option<String>,
        at: i64,
        attributes: &[KeyValue],
        member: &str,
        value: f64,
    ) {
        let host = limits::line(text(attributes, &["server.address"]), limits::HOST);
        let kind = ResourceKind::from_name(text(attributes, &["browser.resource_timing.kind"]));
        let kind = kind.unwrap_or(ResourceKind::Other);
        let place = self.0.iter().position(|known| {
            known.0 == *sender && known.1 == page && known.3.host == host && known.3.kind == kind
        });
        let place = place.unwrap_or_else(|| {
            let none = Resource {
                host,
                kind,
                count: 0,
                bytes: 0,
                cached: 0,
                failed: 0,
                duration: 0.0,
                slowest: 0.0,
            };
            self.0.push((sender.clone(), page, at, none));
            self.0.len() - 1
        });
        let resource = &mut self.0[place].3;
        let count = value.round() as u64;
        match member {
            "count" => resource.count = resource.count.saturating_add(count),
            "bytes" => resource.bytes = resource.bytes.saturating_add(count),
            "cached" => resource.cached = resource.cached.saturating_add(count),
            "failed" => resource.failed = resource.failed.saturating_add(count),
            "duration" => resource.duration += value,
            _ => {}
        }
    }

    fn finish(self) -> impl Iterator<Item = (Sender, Item)> {
        self.0.into_iter().map(|(sender, page, at, mut resource)| {
            // The slowest one is not sent. It took no less than the mean.
            resource.slowest = resource.duration / resource.count.max(1) as f64;
            (sender, Item::new(page, at, Content::Resource(resource)))
        })
    }
}

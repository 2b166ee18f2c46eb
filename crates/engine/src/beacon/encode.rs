//! Writes a whole [`Beacon`].
use super::body::{Body, write_head};
use super::context::Context;
use super::event::Beacon;
use super::item::Item;
use alloc::string::String;
use alloc::vec::Vec;

/// The beacon as JSON, of any size. [`Queue`](super::Queue) keeps to [`limits::BYTES`](super::limits::BYTES).
pub fn encode(beacon: &Beacon) -> Vec<u8> {
    let mut out = String::new();
    // Cloning is fine here: this is for tests and tools; a page writes from its queue.
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
    write_head(&mut out, &beacon.id, beacon.sent_at, &context);
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

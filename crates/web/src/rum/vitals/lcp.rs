//! What LCP is put down to: what was painted, and where the time went.
use super::super::{host, read};
use super::Seen;
use super::selector::selector;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::{Navigation, Report};

/// How many resources are remembered beside the browser's own first 250.
const KEPT: usize = 50;

/// The latest resources: long-lived pages ask for more than browsers keep.
#[derive(Default)]
pub(super) struct Resources {
    latest: VecDeque<JsValue>,
}

impl Resources {
    pub(super) fn add(&mut self, entry: &JsValue) {
        self.latest.push_back(entry.clone());
        if self.latest.len() > KEPT {
            self.latest.pop_front();
        }
    }

    /// The latest request for `url` that began before `time`. What ends later may still have painted.
    fn before(&self, url: &str, time: f64) -> Option<JsValue> {
        let matches = |entry: &&JsValue| begun(entry) <= time && read::text(entry, "name") == url;
        let latest = self.latest.iter().rev().find(matches).cloned();
        latest.or_else(|| host::entries_of(url, "resource").iter().rev().find(matches).cloned())
    }
}

/// When a resource was asked for.
fn begun(entry: &JsValue) -> f64 {
    match read::positive(entry, "requestStart") {
        0.0 => read::number(entry, "startTime"),
        start => start,
    }
}

/// What was painted.
pub(super) fn target(paint: &JsValue) -> Option<String> {
    if let Some(node) = read::member(paint, "element") {
        return Some(selector(&node));
    }
    let id = read::text(paint, "id");
    (!id.is_empty()).then(|| format!("#{id}"))
}

/// `soft_start`: when the soft navigation began, where it is one's.
pub(super) fn attribute(
    report: &Report<Rc<Seen>>,
    soft_start: Option<f64>,
    resources: &Resources,
) -> Attribution {
    let value = report.value;
    let all_render =
        |render| Attribution { parts: vec![("render".to_owned(), render)], ..Attribution::default() };
    let Some(seen) = report.entries.last() else { return all_render(value) };
    let url = read::text(&seen.entry, "url");
    let painted = read::number(&seen.entry, "startTime");
    let resource = if url.is_empty() { None } else { resources.before(&url, painted) };
    let target = seen.target.clone().unwrap_or_default();

    let (since, first_byte) = match (report.navigation, host::navigation_entry()) {
        (Navigation::SoftNavigation, _) => (soft_start.unwrap_or(0.0), 0.0),
        (_, Some(entry)) => {
            let activation = read::positive(&entry, "activationStart");
            (activation, (read::number(&entry, "responseStart") - activation).max(0.0))
        }
        (_, None) => return Attribution { target, url, ..all_render(value) },
    };
    let asked = resource.as_ref().map_or(first_byte, |entry| first_byte.max(begun(entry) - since));
    let ended = resource.map_or(asked, |entry| asked.max(read::number(&entry, "responseEnd") - since));
    // A video goes on loading after its first frame was painted.
    let loaded = value.min(ended);
    let parts = [
        ("ttfb", first_byte),
        ("loadDelay", asked - first_byte),
        ("load", loaded - asked),
        ("render", value - loaded),
    ];
    let parts = parts.map(|(name, ms)| (name.to_owned(), ms)).to_vec();
    Attribution { target, url, parts, ..Attribution::default() }
}

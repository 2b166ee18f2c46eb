//! Attribution of LCP: the painted element, its resource, and the phases.
use super::super::{browser, read};
use super::observed_entry::ObservedEntry;
use super::selector::selector;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::{Navigation, Report};

/// How many of the latest resources are kept. Browsers buffer only the first 250.
const CAPACITY: usize = 50;

/// The latest `resource` entries: long-lived pages load more than browsers buffer.
#[derive(Default)]
pub(super) struct Resources {
    latest: VecDeque<JsValue>,
}

impl Resources {
    pub(super) fn add(&mut self, entry: &JsValue) {
        self.latest.push_back(entry.clone());
        if self.latest.len() > CAPACITY {
            self.latest.pop_front();
        }
    }

    /// The latest request for `url` that started before `time`. One that ended later may have painted all the same.
    fn before(&self, url: &str, time: f64) -> Option<JsValue> {
        let matches = |entry: &&JsValue| request_start(entry) <= time && read::text(entry, "name") == url;
        let latest = self.latest.iter().rev().find(matches).cloned();
        latest.or_else(|| browser::entries_of(url, "resource").iter().rev().find(matches).cloned())
    }
}

/// When a resource was requested.
fn request_start(entry: &JsValue) -> f64 {
    match read::positive(entry, "requestStart") {
        0.0 => read::number(entry, "startTime"),
        start => start,
    }
}

/// A selector of the painted element.
pub(super) fn target(paint: &JsValue) -> Option<String> {
    if let Some(node) = read::member(paint, "element") {
        return Some(selector(&node));
    }
    let id = read::text(paint, "id");
    (!id.is_empty()).then(|| format!("#{id}"))
}

/// The attribution; `soft_start` is when the soft navigation began, for a page view that is one.
pub(super) fn attribute(
    report: &Report<Rc<ObservedEntry>>,
    soft_start: Option<f64>,
    resources: &Resources,
) -> Attribution {
    let value = report.value;
    let all_render =
        |render| Attribution { phases: vec![("render".to_owned(), render)], ..Attribution::default() };
    let Some(observed) = report.entries.last() else { return all_render(value) };
    let url = read::text(&observed.entry, "url");
    let painted = read::number(&observed.entry, "startTime");
    let resource = if url.is_empty() { None } else { resources.before(&url, painted) };
    let target = observed.target.clone().unwrap_or_default();

    let (since, first_byte) = match (report.navigation, browser::navigation_entry()) {
        (Navigation::SoftNavigation, _) => (soft_start.unwrap_or(0.0), 0.0),
        (_, Some(entry)) => {
            let activation = read::positive(&entry, "activationStart");
            (activation, (read::number(&entry, "responseStart") - activation).max(0.0))
        }
        (_, None) => return Attribution { target, url, ..all_render(value) },
    };
    let requested =
        resource.as_ref().map_or(first_byte, |entry| first_byte.max(request_start(entry) - since));
    let ended =
        resource.map_or(requested, |entry| requested.max(read::number(&entry, "responseEnd") - since));
    // A video loads on after its first frame was painted.
    let loaded = value.min(ended);
    let phases = [
        ("ttfb", first_byte),
        ("loadDelay", requested - first_byte),
        ("load", loaded - requested),
        ("render", value - loaded),
    ];
    let phases = phases.map(|(name, ms)| (name.to_owned(), ms)).to_vec();
    Attribution { target, url, phases, ..Attribution::default() }
}

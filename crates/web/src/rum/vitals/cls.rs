//! What CLS is put down to: what moved most.
use super::super::read;
use super::Seen;
use super::load_state::load_state;
use super::selector::selector;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::Report;

/// The first element that moved, or the first thing: its name, empty where it is gone. `None` where nothing is known of
/// what moved.
pub(super) fn target(shift: &JsValue) -> Option<String> {
    let sources = read::list(shift, "sources");
    let node = |source: &JsValue| read::member(source, "node");
    let is_element =
        |source: &&JsValue| node(source).is_some_and(|node| read::number(&node, "nodeType") == 1.0);
    let source = sources.iter().find(is_element).or(sources.first())?;
    Some(node(source).map(|node| selector(&node)).unwrap_or_default())
}

pub(super) fn attribute(report: &Report<Rc<Seen>>) -> Attribution {
    // The last of those that are equal.
    let value = |seen: &Rc<Seen>| read::number(&seen.entry, "value");
    let largest = report.entries.iter().max_by(|a, b| value(a).total_cmp(&value(b)));
    let Some((seen, target)) = largest.and_then(|seen| Some((seen, seen.target.clone()?))) else {
        return Attribution::default();
    };
    let state = load_state(read::number(&seen.entry, "startTime")).to_owned();
    Attribution { target, state, ..Attribution::default() }
}

//! Attribution of CLS: the largest shift.
use super::super::read;
use super::load_state::load_state;
use super::observed_entry::ObservedEntry;
use super::selector::selector;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::Report;

/// The selector of the first element among the sources, else of the first source; empty if its node is gone. `None` without
/// sources.
pub(super) fn target(shift: &JsValue) -> Option<String> {
    let sources = read::list(shift, "sources");
    let node = |source: &JsValue| read::member(source, "node");
    let is_element =
        |source: &&JsValue| node(source).is_some_and(|node| read::number(&node, "nodeType") == 1.0);
    let source = sources.iter().find(is_element).or(sources.first())?;
    Some(node(source).map(|node| selector(&node)).unwrap_or_default())
}

pub(super) fn attribute(report: &Report<Rc<ObservedEntry>>) -> Attribution {
    // Among equal shifts, `max_by` takes the last.
    let value = |observed: &Rc<ObservedEntry>| read::number(&observed.entry, "value");
    let largest = report.entries.iter().max_by(|a, b| value(a).total_cmp(&value(b)));
    let Some((observed, target)) = largest.and_then(|one| Some((one, one.target.clone()?))) else {
        return Attribution::default();
    };
    let state = load_state(read::number(&observed.entry, "startTime")).to_owned();
    Attribution { target, state, ..Attribution::default() }
}

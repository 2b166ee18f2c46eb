//! web-vitals' `loadState`.
use super::super::{browser, read};

/// The load state at `time`, ms: `loading` until the document is parsed, `dom-interactive` until its deferred scripts have run,
/// `dom-content-loaded` until all its resources are loaded, then `complete`.
pub(super) fn load_state(time: f64) -> &'static str {
    if browser::ready_state() == "loading" {
        return "loading";
    }
    let Some(entry) = browser::navigation_entry() else { return "complete" };
    // The time of a phase that has not begun is 0.
    let before = |phase: &'static str| {
        let began = read::number(&entry, phase);
        began == 0.0 || time < began
    };
    if time < read::number(&entry, "domInteractive") {
        "loading"
    } else if before("domContentLoadedEventStart") {
        "dom-interactive"
    } else if before("domComplete") {
        "dom-content-loaded"
    } else {
        "complete"
    }
}

//! How far the document was.
use super::super::{host, read};

/// `loading` until it is parsed, `dom-interactive` until its deferred scripts ran, `dom-content-loaded` until all it
/// refers to is there, then `complete`; at `time`, ms.
pub(super) fn load_state(time: f64) -> &'static str {
    if host::ready_state() == "loading" {
        return "loading";
    }
    let Some(entry) = host::navigation_entry() else { return "complete" };
    // A phase that has not begun yet has the time 0.
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

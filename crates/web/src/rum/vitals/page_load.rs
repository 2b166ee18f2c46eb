//! How and when the document was loaded.
use super::super::{browser, read};
use whippet_engine::vitals::{Navigation, PageLoad};

pub(crate) fn page_load() -> PageLoad {
    let entry = browser::navigation_entry();
    let activation = entry.as_ref().map_or(0.0, |entry| read::positive(entry, "activationStart"));
    let navigation = match entry {
        Some(_) if activation > 0.0 || browser::is_prerendering() => Navigation::Prerender,
        Some(_) if browser::was_discarded() => Navigation::Restore,
        Some(entry) => Navigation::from_name(&read::text(&entry, "type")).unwrap_or(Navigation::Navigate),
        None => Navigation::Navigate,
    };
    PageLoad { navigation, activation_start: activation, first_hidden: first_hidden(activation) }
}

/// When the page was first hidden, by `visibility-state` entries. Without them, a page that is hidden now is assumed to have
/// been hidden from the start.
fn first_hidden(activation: f64) -> f64 {
    for state in browser::entries("visibility-state") {
        let start = read::number(&state, "startTime");
        if start >= activation && read::text(&state, "name") == "hidden" {
            return start;
        }
    }
    if browser::is_hidden() { 0.0 } else { f64::INFINITY }
}

//! The attribution of web-vitals' attribution build as that of a beacon.
use serde_json::Value;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::Metric;

use crate::sdks::members::{first_text, number, text};

/// The attribution in `members`: the object `attribution` of a report, or a report that has its members as its own. Version 3
/// has other names for some of them.
pub fn attribution(metric: Metric, members: &Value) -> Attribution {
    // By the phase, its member, and that of version 3 where it was another.
    let phases = |named: &[(&str, &str, &str)]| -> Vec<(String, f64)> {
        let found = named.iter().filter_map(|(phase, key, before)| {
            let ms = number(members, key).or_else(|| number(members, before))?;
            Some(((*phase).to_owned(), ms))
        });
        found.collect()
    };
    let target = |keys: &[&str]| first_text(members, keys).to_owned();
    match metric {
        Metric::Lcp => Attribution {
            // Version 3 calls the selector `element`.
            target: target(&["target", "element"]),
            url: text(members, "url").to_owned(),
            state: String::new(),
            phases: phases(&[
                ("ttfb", "timeToFirstByte", ""),
                ("loadDelay", "resourceLoadDelay", ""),
                ("load", "resourceLoadDuration", "resourceLoadTime"),
                ("render", "elementRenderDelay", ""),
            ]),
        },
        Metric::Inp => Attribution {
            target: target(&["interactionTarget", "eventTarget"]),
            url: longest_script(members).to_owned(),
            state: interaction(members).to_owned(),
            phases: phases(&[
                ("input", "inputDelay", ""),
                ("processing", "processingDuration", ""),
                ("presentation", "presentationDelay", ""),
            ]),
        },
        Metric::Cls => Attribution {
            target: target(&["largestShiftTarget"]),
            state: target(&["loadState"]),
            ..Attribution::default()
        },
        Metric::Ttfb => Attribution {
            phases: phases(&[
                ("waiting", "waitingDuration", "waitingTime"),
                ("cache", "cacheDuration", ""),
                ("dns", "dnsDuration", "dnsTime"),
                ("connection", "connectionDuration", "connectionTime"),
                ("request", "requestDuration", "requestTime"),
            ]),
            ..Attribution::default()
        },
        Metric::Fcp => Attribution::default(),
    }
}

/// `pointer` or `keyboard`. Version 3 has the event's name, such as `pointerup`, of which later ones make the same.
fn interaction(members: &Value) -> &str {
    match (text(members, "interactionType"), text(members, "eventType")) {
        ("", "") => "",
        ("", event) if event.starts_with("key") => "keyboard",
        ("", _) => "pointer",
        (kind, _) => kind,
    }
}

fn longest_script(members: &Value) -> &str {
    members
        .get("longestScript")
        .and_then(|script| script.get("entry"))
        .map_or("", |entry| text(entry, "sourceURL"))
}

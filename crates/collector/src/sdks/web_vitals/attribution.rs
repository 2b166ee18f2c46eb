//! The attribution of web-vitals' attribution build as that of a beacon.
use serde_json::Value;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::Metric;

use crate::sdks::members::{first_text, number, text};

/// The attribution in `members`: the object `attribution` of a report, or a report that has its members as its own.
pub fn attribution(metric: Metric, members: &Value) -> Attribution {
    let phases = |named: &[(&str, &str)]| -> Vec<(String, f64)> {
        let found =
            named.iter().filter_map(|(phase, key)| Some(((*phase).to_owned(), number(members, key)?)));
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
                ("ttfb", "timeToFirstByte"),
                ("loadDelay", "resourceLoadDelay"),
                ("load", "resourceLoadDuration"),
                ("render", "elementRenderDelay"),
            ]),
        },
        Metric::Inp => Attribution {
            target: target(&["interactionTarget", "eventTarget"]),
            url: longest_script(members).to_owned(),
            state: target(&["interactionType", "eventType"]),
            phases: phases(&[
                ("input", "inputDelay"),
                ("processing", "processingDuration"),
                ("presentation", "presentationDelay"),
            ]),
        },
        Metric::Cls => Attribution {
            target: target(&["largestShiftTarget"]),
            state: target(&["loadState"]),
            ..Attribution::default()
        },
        Metric::Ttfb => Attribution {
            phases: phases(&[
                ("waiting", "waitingDuration"),
                ("cache", "cacheDuration"),
                ("dns", "dnsDuration"),
                ("connection", "connectionDuration"),
                ("request", "requestDuration"),
            ]),
            ..Attribution::default()
        },
        Metric::Fcp => Attribution::default(),
    }
}

fn longest_script(members: &Value) -> &str {
    members
        .get("longestScript")
        .and_then(|script| script.get("entry"))
        .map_or("", |entry| text(entry, "sourceURL"))
}

//! Faro's measurements: web vitals, and those of the application.
use serde_json::Value;
use whippet_engine::beacon::Attribution;
use whippet_engine::stats::Histogram;
use whippet_engine::vitals::{Metric, Navigation};

use super::context::Context;
use crate::intake::{self, Content, Item, Mark, Slot};
use crate::sdks::members::{number, text};
use crate::sdks::web_vitals::born;

/// The most values of one measurement.
const VALUES: usize = 32;

/// Reads a measurement.
pub fn measurement(entry: &Value, items: &mut Vec<Item>, context: &Context<'_>) {
    let (Some(values), kind) = (entry.get("values").and_then(Value::as_object), text(entry, "type")) else {
        return;
    };
    let said = entry.get("context").unwrap_or(&Value::Null);
    if kind == "web-vitals" {
        let known = |metric: &Metric| values.contains_key(&metric.as_str().to_ascii_lowercase());
        if let Some(metric) = Metric::ALL.into_iter().find(known) {
            items.extend(vital(metric, entry.get("values").unwrap_or(&Value::Null), said, context));
        }
        return;
    }
    for (name, value) in values.iter().take(VALUES) {
        let Some(value) = value.as_f64() else { continue };
        let name = format!("{kind}.{name}");
        items.push(context.item(match value {
            0.0..Histogram::LIMIT => Content::Timing(name, value),
            // No duration and no size: it may be anything, so the newest value counts.
            value => Content::Gauge(name, value),
        }));
    }
}

fn vital(metric: Metric, values: &Value, said: &Value, context: &Context<'_>) -> Option<Item> {
    let value = number(values, &metric.as_str().to_ascii_lowercase())?;
    let phases = |named: &[(&str, &str)]| -> Vec<(String, f64)> {
        let found = named.iter().filter_map(|(phase, key)| Some(((*phase).to_owned(), number(values, key)?)));
        found.collect()
    };
    let said_text = |key: &str| text(said, key).to_owned();
    let attribution = match metric {
        Metric::Lcp => Attribution {
            target: said_text("element"),
            url: said_text("resource_url"),
            state: String::new(),
            phases: phases(&[
                ("ttfb", "time_to_first_byte"),
                ("loadDelay", "resource_load_delay"),
                ("load", "resource_load_duration"),
                ("render", "element_render_delay"),
            ]),
        },
        Metric::Inp => Attribution {
            target: said_text("interaction_target"),
            url: said_text("longest_script_source_url"),
            state: said_text("interaction_type"),
            phases: phases(&[
                ("input", "input_delay"),
                ("processing", "processing_duration"),
                ("presentation", "presentation_delay"),
            ]),
        },
        Metric::Cls => Attribution {
            target: said_text("largest_shift_target"),
            state: said_text("load_state"),
            ..Attribution::default()
        },
        Metric::Ttfb => Attribution {
            phases: phases(&[
                ("waiting", "waiting_duration"),
                ("cache", "cache_duration"),
                ("dns", "dns_duration"),
                ("connection", "connection_duration"),
                ("request", "request_duration"),
            ]),
            ..Attribution::default()
        },
        Metric::Fcp => Attribution::default(),
    };
    let id = text(said, "id");
    let mark = Mark { slot: Slot::Vital(metric), id: id.to_owned(), born: born(id).unwrap_or(context.at) };
    Some(Item {
        mark: (!id.is_empty()).then_some(mark),
        navigation: Navigation::from_name(text(said, "navigation_type")),
        ..context.item(Content::Vital(intake::vital(metric, value, attribution)?))
    })
}

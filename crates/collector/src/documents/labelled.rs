//! Objects whose members have names of things rather than of figures: routes, caches, pools, status codes. The names become labels.
use super::json::{Node, Type};
use super::output::Output;
use super::place::{Members, Mode, Place};
use super::{series_key, value, words};

/// Objects that hold one thing per member, and the label that tells them apart.
const CONTAINERS: &[(&str, &str)] = &[
    ("caches", "cache"),
    ("checks", "check"),
    ("components", "component"),
    ("databases", "database"),
    ("dependencies", "dependency"),
    ("disks", "disk"),
    ("endpoints", "route"),
    ("handlers", "route"),
    ("hosts", "host"),
    ("methods", "method"),
    ("models", "model"),
    ("operations", "operation"),
    ("paths", "route"),
    ("pools", "pool"),
    ("providers", "provider"),
    ("queues", "queue"),
    ("routes", "route"),
    ("services", "service"),
    ("status_codes", "status"),
    ("statuses", "status"),
    ("tables", "table"),
    ("upstreams", "upstream"),
    ("workers", "worker"),
];

/// Members of a list's element that are labels.
const LABELS: &[&str] = &[
    "cache",
    "check",
    "component",
    "database",
    "db",
    "endpoint",
    "handler",
    "host",
    "instance",
    "job",
    "key",
    "label",
    "method",
    "model",
    "name",
    "operation",
    "path",
    "pool",
    "provider",
    "queue",
    "region",
    "route",
    "service",
    "status",
    "status_code",
    "table",
    "type",
    "upstream",
    "url",
    "worker",
];

/// Whether the members of an object called `key` are things.
pub fn is_labelled(key: &str, members: &Members<'_>) -> bool {
    CONTAINERS.iter().any(|known| known.0 == key)
        || by(key).is_some()
        || members.iter().any(|(name, _)| {
            name.contains(['/', ' ']) || name.starts_with(|c: char| c.is_ascii_digit()) && name.len() < 16
        })
}

/// What an object called `requests_by_status` or `by_status` has a member for each of.
fn by(key: &str) -> Option<&str> {
    key.strip_prefix("by_").or_else(|| key.rsplit_once("_by_").map(|(_, label)| label))
}

/// What goes through a document.
pub trait Visit {
    /// Where samples go.
    fn output(&mut self) -> &mut Output;
    /// Reads an object, at any place.
    fn object(&mut self, node: Node<'_>, place: &Place);
    /// Reads the members of an object. Those that belong to a known shape are read together.
    fn members(&mut self, members: &Members<'_>, place: &Place);
}

/// Reads them.
pub fn read(walk: &mut impl Visit, leaf: &[String], members: &Members<'_>, place: &Place) {
    let key = leaf.join("_");
    let label = CONTAINERS.iter().find(|known| known.0 == key).map_or_else(
        || by(&key).and_then(words::label).unwrap_or_else(|| "name".to_owned()),
        |known| known.1.to_owned(),
    );
    let path = singular(leaf);
    for (name, node) in members {
        let mut within = place.within(&path);
        add(&mut within.labels, &label, name);
        match node.kind() {
            Type::Object => walk.object(*node, &within),
            Type::Number => {
                let Some(value) = node.number() else { continue };
                let counts = matches!(
                    label.as_str(),
                    "route" | "status" | "method" | "status_code" | "path" | "endpoint"
                ) || key.contains("requests_by");
                if counts {
                    let says = within.path.iter().any(|word| word == "requests");
                    let name =
                        words::series(&within.path, None, if says { "total" } else { "requests_total" });
                    walk.output().add(name, within.labels, value, true);
                } else {
                    walk.output().add(words::series(&within.path, None, ""), within.labels, value, false);
                }
            }
            Type::String => {
                if let Some(health) = node.string().and_then(|word| value::health(&word)) {
                    walk.output().health(&["up".to_owned()], health, &within);
                }
            }
            Type::Bool => walk.output().health(
                &["up".to_owned()],
                f64::from(u8::from(node.bool() == Some(true))),
                &within,
            ),
            Type::Null | Type::List => {}
        }
    }
}

/// Reads an object of a list. Its name, or else its place in the list, becomes a label.
pub fn item(
    walk: &mut impl Visit,
    (name, leaf): (&str, &[String]),
    members: &Members<'_>,
    (index, single): (usize, bool),
    place: &Place,
) {
    let mut within = place.within(&singular(leaf));
    within.mode = if within.mode == Mode::Named { Mode::Named } else { place.mode };
    let mut labels = Vec::new();
    let mut rest = Vec::new();
    for (member, node) in members {
        let key = words::words(member).join("_");
        let is_label = LABELS.contains(&key.as_str()) && matches!(node.kind(), Type::String | Type::Number);
        let is_state = key == "status" && node.string().is_some_and(|word| value::health(&word).is_some());
        match value::text(*node).filter(|_| is_label && !is_state) {
            Some(text) => {
                labels.push((if key == "name" && name.is_empty() { "name".to_owned() } else { key }, text))
            }
            None => rest.push((member.clone(), *node)),
        }
    }
    let has_none = labels.is_empty();
    for (label, text) in labels {
        add(&mut within.labels, &label, &text);
    }
    if has_none && !single {
        series_key::add(&mut within.labels, "index".to_owned(), &index.to_string());
    }
    walk.members(&rest, &within);
}

/// Adds a label. A route may have its method before it: `GET /items`.
fn add(labels: &mut Vec<(String, String)>, label: &str, text: &str) {
    let verb = text.split_once(' ').filter(|(verb, rest)| {
        rest.starts_with('/') && !verb.is_empty() && verb.bytes().all(|byte| byte.is_ascii_uppercase())
    });
    match verb {
        Some((verb, route)) => {
            series_key::add(labels, "method".to_owned(), verb);
            series_key::add(
                labels,
                if label == "name" { "route".to_owned() } else { label.to_owned() },
                route.trim(),
            );
        }
        None => series_key::add(labels, label.to_owned(), text),
    }
}

/// The words with the last one in the singular.
fn singular(words: &[String]) -> Vec<String> {
    let mut words = words.to_vec();
    // What is counted stays as it is.
    if let Some(last) = words.last_mut().filter(|last| *last != "requests") {
        if let Some(stem) = last.strip_suffix("ies") {
            *last = format!("{stem}y");
        } else if last.ends_with("sses")
            || last.ends_with("uses")
            || last.ends_with("xes")
            || last.ends_with("ches") && last != "caches"
        {
            last.truncate(last.len() - 2);
        } else if last.ends_with('s') && !last.ends_with("ss") && !last.ends_with("us") {
            last.pop();
        }
    }
    words
}

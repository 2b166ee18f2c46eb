//! Names of OpenTelemetry as those of Prometheus: the rules of OpenTelemetry's "Prometheus and OpenMetrics compatibility".
use whippet_engine::beacon::limits;

/// The most bytes of a name.
const NAME: usize = 200;
/// The most bytes of a label's value.
const VALUE: usize = 512;

/// Units of UCUM by their words.
const UNITS: [(&str, &str); 27] = [
    ("d", "days"),
    ("h", "hours"),
    ("min", "minutes"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
    ("ns", "nanoseconds"),
    ("By", "bytes"),
    ("KiBy", "kibibytes"),
    ("MiBy", "mebibytes"),
    ("GiBy", "gibibytes"),
    ("TiBy", "tibibytes"),
    ("kBy", "kilobytes"),
    ("KBy", "kilobytes"),
    ("MBy", "megabytes"),
    ("GBy", "gigabytes"),
    ("TBy", "terabytes"),
    ("bit", "bits"),
    ("m", "meters"),
    ("V", "volts"),
    ("A", "amperes"),
    ("J", "joules"),
    ("W", "watts"),
    ("g", "grams"),
    ("Cel", "celsius"),
    ("Hz", "hertz"),
    ("%", "percent"),
];

/// Units behind a `/`.
const PER: [(&str, &str); 7] = [
    ("s", "second"),
    ("min", "minute"),
    ("h", "hour"),
    ("d", "day"),
    ("w", "week"),
    ("mo", "month"),
    ("y", "year"),
];

/// What a metric is, as far as its name says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A sum that only grows.
    Counter,
    /// What goes up and down, as it was measured.
    Gauge,
    /// A sum that goes up and down. Its unit `1` is a number of things, where that of a gauge is a share.
    UpDown,
    /// A histogram or a summary.
    Distribution,
}

/// The name of a metric: `http.server.request.duration` in `s` is `http_server_request_duration_seconds`.
pub fn metric(name: &str, unit: &str, kind: Kind) -> String {
    let mut words: Vec<&str> = limits::cut(name, NAME)
        .split(|c: char| !c.is_ascii_alphanumeric() && c != ':')
        .filter(|word| !word.is_empty())
        .collect();
    let (main, per) = unit.split_once('/').map_or((unit, ""), |(main, per)| (main, per));
    // Curly brackets hold a comment: `{request}`.
    let unit_of = |unit: &str, table: &[(&'static str, &'static str)]| -> String {
        let unit = unit.trim();
        if unit.contains(['{', '}']) || unit == "1" {
            return String::new();
        }
        let known = table.iter().find(|known| known.0 == unit).map(|known| known.1.to_owned());
        known.unwrap_or_else(|| {
            let fits = |c: &char| c.is_ascii_alphanumeric();
            unit.chars().filter(fits).take(32).collect()
        })
    };
    let (main_unit, per_unit) = (unit_of(main, &UNITS), unit_of(per, &PER));
    if !main_unit.is_empty() && !words.contains(&main_unit.as_str()) {
        words.push(&main_unit);
    }
    if !per_unit.is_empty() && !words.contains(&per_unit.as_str()) {
        words.extend(["per", per_unit.as_str()]);
    }
    match kind {
        Kind::Counter => {
            words.retain(|word| *word != "total");
            words.push("total");
        }
        Kind::Gauge if unit == "1" => {
            words.retain(|word| *word != "ratio");
            words.push("ratio");
        }
        _ => {}
    }
    let name = words.join("_");
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// The name of a label: `http.route` is `http_route`.
pub fn label(key: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' };
    let name: String = limits::cut(key, NAME).chars().map(plain).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("key_{name}") } else { name }
}

/// A label's value.
pub fn value(text: &str) -> String {
    limits::line(text, VALUE)
}

/// Sorted labels. The values of keys that have become one are joined, in the order of the keys.
pub fn labels(mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    let mut labels: Vec<(String, String)> = Vec::with_capacity(pairs.len());
    for (key, text) in pairs {
        let (name, text) = (label(&key), value(&text));
        // Prometheus treats an empty label as absent.
        if text.is_empty() || name.is_empty() {
            continue;
        }
        match labels.iter_mut().find(|known| known.0 == name) {
            Some((_, known)) => *known = value(&format!("{known};{text}")),
            None => labels.push((name, text)),
        }
    }
    labels.sort_unstable();
    labels
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn metrics_are_named_as_opentelemetrys_exporter_names_them() {
        for (name, unit, kind, expected) in [
            ("http.server.request.duration", "s", Kind::Distribution, "http_server_request_duration_seconds"),
            ("http.server.active_requests", "{request}", Kind::Gauge, "http_server_active_requests"),
            ("requests", "", Kind::Counter, "requests_total"),
            ("requests_total", "1", Kind::Counter, "requests_total"),
            ("process.cpu.time", "s", Kind::Counter, "process_cpu_time_seconds_total"),
            ("process.memory.usage", "By", Kind::Gauge, "process_memory_usage_bytes"),
            ("system.cpu.utilization", "1", Kind::Gauge, "system_cpu_utilization_ratio"),
            ("speed", "m/s", Kind::Gauge, "speed_meters_per_second"),
            ("rate", "{packet}/s", Kind::Gauge, "rate_per_second"),
            ("queue.size", "{item}", Kind::Gauge, "queue_size"),
            ("queue.size", "1", Kind::UpDown, "queue_size"),
            ("db.client.connections.usage", "{connections}", Kind::UpDown, "db_client_connections_usage"),
            ("http.server.requests", "milliseconds", Kind::Distribution, "http_server_requests_milliseconds"),
            ("bytes.sent.total", "By", Kind::Counter, "bytes_sent_total"),
            ("a..b__c", "", Kind::Gauge, "a_b_c"),
            ("2xx", "", Kind::Counter, "_2xx_total"),
            ("cpu.use", "%", Kind::Gauge, "cpu_use_percent"),
        ] {
            assert_eq!(metric(name, unit, kind), expected, "{name} {unit}");
        }
    }

    #[test]
    fn labels_are_sorted_and_those_that_become_one_are_joined() {
        let pair = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        let labels = labels(
            [("http.route", "/a"), ("a_b", "2"), ("a.b", "1"), ("x", ""), ("0", "z")].map(pair).to_vec(),
        );
        assert_eq!(labels, [("a_b", "1;2"), ("http_route", "/a"), ("key_0", "z")].map(pair));
    }

    proptest! {
        #[test]
        fn any_name_becomes_one_of_prometheus(name: String, unit: String) {
            for kind in [Kind::Counter, Kind::Gauge, Kind::UpDown, Kind::Distribution] {
                let named = metric(&name, &unit, kind);
                prop_assert!(named.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:".contains(&byte)));
                prop_assert!(!named.starts_with(|c: char| c.is_ascii_digit()) && named.len() < 400);
            }
            prop_assert!(label(&name).bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
        }
    }
}

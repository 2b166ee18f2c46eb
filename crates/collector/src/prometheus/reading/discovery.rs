//! What a target exposes: its series' names, kinds and labels.
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use whippet_catalogue::{Catalogue, Gather, Told};

use super::api::{Api, AskError, Metadata, Metric};
use super::selector::Selector;

/// How far back series are looked for, ms: those of the last day of a window.
const BACK: i64 = 24 * 60 * 60 * 1000;
/// The most metrics whose kind is looked at, one by one.
const PROBED: usize = 100;

/// The types of metrics, by name.
pub type Kinds = BTreeMap<String, Vec<Metadata>>;

/// What a target exposes.
#[derive(Debug, Default)]
pub struct Discovered {
    /// What the catalogue knows of it.
    pub told: Arc<Told>,
    /// How many series there are of each name.
    pub series: HashMap<String, usize>,
    /// The names of counters.
    pub counters: HashSet<String>,
    /// The names of native histograms.
    pub natives: BTreeSet<String>,
    /// What Prometheus warned of.
    pub warnings: Vec<String>,
}

/// Asks what `selector` selects from `from` to `to`, ms.
pub async fn discover(
    api: &Api,
    selector: &Selector,
    (from, to): (i64, i64),
    kinds: &Kinds,
    catalogue: &Catalogue,
) -> Result<Discovered, AskError> {
    let found = api.series(&selector.to_string(), from.max(to - BACK), to).await?;
    let names: HashSet<&str> = found.data.iter().filter_map(name).collect();
    let natives = natives(api, selector, to, &names, kinds).await?;
    let mut discovered = described(&found.data, kinds, natives, catalogue);
    discovered.warnings = found.warnings;
    Ok(discovered)
}

fn name(metric: &Metric) -> Option<&str> {
    metric.get("__name__").map(String::as_str)
}

/// Which of the metrics are native histograms: their series have no `_bucket`, and look like gauges.
async fn natives(
    api: &Api,
    selector: &Selector,
    to: i64,
    names: &HashSet<&str>,
    kinds: &Kinds,
) -> Result<BTreeSet<String>, AskError> {
    let candidates = candidates(names, kinds);
    if candidates.is_empty() {
        return Ok(BTreeSet::new());
    }
    let asked = api.query(&selector.any_of(candidates.iter().map(String::as_str)), to).await?;
    let is_native = |name: &str| {
        asked.data.iter().any(|one| {
            one.histogram.is_some() && one.metric.get("__name__").is_some_and(|other| other == name)
        })
    };
    Ok(candidates.into_iter().filter(|name| is_native(name)).collect())
}

/// The metrics that may be native histograms.
fn candidates(names: &HashSet<&str>, kinds: &Kinds) -> BTreeSet<String> {
    const UNITS: [&str; 6] = ["_seconds", "_milliseconds", "_bytes", "_duration", "_latency", "_size"];
    let may_be = |name: &&&str| {
        let classic = names.contains(format!("{name}_bucket").as_str());
        match kind(name, kinds) {
            "histogram" => !classic,
            "" => !classic && UNITS.iter().any(|unit| name.ends_with(unit)),
            _ => false,
        }
    };
    let found: BTreeSet<String> = names.iter().filter(may_be).map(|name| (*name).to_owned()).collect();
    found.into_iter().take(PROBED).collect()
}

/// The type of the metric of that very name; empty where nobody says it.
fn kind<'a>(name: &str, kinds: &'a Kinds) -> &'a str {
    let kind = kinds.get(name).and_then(|all| all.first()).map_or("", |metadata| metadata.kind.as_str());
    if matches!(kind, "unknown" | "untyped") { "" } else { kind }
}

/// Whether the series of that name only grow. Where no type says it, the name does, by Prometheus' convention.
fn is_counter(name: &str, kinds: &Kinds) -> bool {
    let stem = |suffix: &str| name.strip_suffix(suffix);
    match kind(name, kinds) {
        "" => {}
        said => return said == "counter",
    }
    if let Some(said) = stem("_total").map(|stem| kind(stem, kinds)).filter(|kind| !kind.is_empty()) {
        return said == "counter";
    }
    for suffix in ["_bucket", "_sum", "_count"] {
        let said = stem(suffix).map_or("", |stem| kind(stem, kinds));
        match said {
            "" => {}
            "histogram" => return true,
            "summary" => return suffix != "_bucket",
            _ => return false,
        }
    }
    ["_total", "_bucket", "_sum", "_count"].iter().any(|suffix| name.ends_with(suffix))
}

fn described(all: &[Metric], kinds: &Kinds, natives: BTreeSet<String>, catalogue: &Catalogue) -> Discovered {
    let mut discovered = Discovered { natives, ..Discovered::default() };
    let mut gather = Gather::default();
    for metric in all {
        let Some(name) = name(metric) else { continue };
        let labels = || {
            metric
                .iter()
                .filter(|label| label.0 != "__name__")
                .map(|(label, value)| (label.as_str(), value.as_str()))
        };
        *discovered.series.entry(name.to_owned()).or_default() += 1;
        if discovered.natives.contains(name) {
            // What it is read as.
            let bucket: Vec<(&str, &str)> = labels().chain([("le", "+Inf")]).collect();
            gather.add(&format!("{name}_bucket"), bucket, true);
            for part in ["_sum", "_count"] {
                gather.add(&format!("{name}{part}"), labels().collect::<Vec<_>>(), true);
            }
            continue;
        }
        let counter = discovered.counters.contains(name) || is_counter(name, kinds);
        if counter && !discovered.counters.contains(name) {
            discovered.counters.insert(name.to_owned());
        }
        gather.add(name, labels().collect::<Vec<_>>(), counter);
    }
    discovered.told = Arc::new(catalogue.told(&gather.finish()));
    discovered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(all: &[(&str, &str)]) -> Kinds {
        let metadata = |kind: &str| vec![Metadata { kind: kind.to_owned() }];
        all.iter().map(|(name, kind)| ((*name).to_owned(), metadata(kind))).collect()
    }

    #[test]
    fn types_tell_counters_and_where_there_is_none_the_name_does() {
        let kinds = kinds(&[
            ("odd", "counter"),
            ("open_total", "gauge"),
            ("om", "counter"),
            ("h", "histogram"),
            ("s", "summary"),
            ("g", "gauge"),
            ("u_total", "unknown"),
        ]);
        for counter in
            ["odd", "om_total", "h_bucket", "h_count", "s_sum", "u_total", "any_total", "any_bucket"]
        {
            assert!(is_counter(counter, &kinds), "{counter}");
        }
        for gauge in ["open_total", "g", "g_count", "s", "s_bucket", "any", "any_bytes"] {
            assert!(!is_counter(gauge, &kinds), "{gauge}");
        }
    }

    #[test]
    fn a_histogram_without_buckets_may_be_native() {
        let names = HashSet::from(["a_seconds", "a_seconds_bucket", "b_seconds", "c", "d", "e_seconds"]);
        let kinds = kinds(&[("a_seconds", "histogram"), ("c", "histogram"), ("e_seconds", "gauge")]);
        assert_eq!(candidates(&names, &kinds), BTreeSet::from(["b_seconds".to_owned(), "c".to_owned()]));
    }

    #[test]
    fn a_native_histogram_is_matched_as_a_histogram() {
        let metric = |labels: &[(&str, &str)]| {
            labels.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
        };
        let all: [Metric; 2] = [
            metric(&[("__name__", "http_request_duration_seconds"), ("route", "/")]),
            metric(&[("__name__", "http_requests_total"), ("route", "/"), ("status", "200")]),
        ];
        let natives = BTreeSet::from(["http_request_duration_seconds".to_owned()]);
        let found = described(&all, &Kinds::new(), natives, &Catalogue::new());
        assert!(found.told.series().contains("http_request_duration_seconds_bucket"));
        assert!(found.counters.contains("http_requests_total") && found.counters.len() == 1);
    }
}

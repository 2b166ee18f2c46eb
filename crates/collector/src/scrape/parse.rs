//! Metrics text as samples.
use whippet_engine::expo::{self, Kind, ParseError};

use super::Sample;

/// The samples of a metrics text.
pub fn parse(text: &str) -> Result<Vec<Sample>, ParseError> {
    let mut samples = Vec::new();
    for family in expo::parse(text)? {
        let kind = family.kind;
        samples.extend(family.samples.into_iter().map(|sample| Sample {
            counter: is_counter(kind, &sample.name),
            name: sample.name,
            labels: sample.labels,
            value: sample.value,
        }));
    }
    Ok(samples)
}

/// Whether a sample only grows. OpenMetrics declares a counter without the `_total` of its samples, so that
/// they come as untyped: then the name says it, by the convention that all client libraries follow.
fn is_counter(kind: Kind, name: &str) -> bool {
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
    match kind {
        Kind::Counter | Kind::Histogram => true,
        Kind::Gauge => false,
        Kind::Summary => ends(&["_sum", "_count"]),
        Kind::Untyped => ends(&["_total", "_bucket", "_sum", "_count"]),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn counters_are_told_from_gauges() {
        let text = "\
# TYPE a counter
a 1
# TYPE b gauge
b{x=\"y\"} 2
# TYPE c histogram
c_bucket{le=\"+Inf\"} 3
c_sum 3
c_count 3
# TYPE d summary
d{quantile=\"0.5\"} 4
d_count 4
# TYPE e counter
e_total 5
# EOF
";
        let samples = parse(text).unwrap();
        let told: Vec<(&str, bool)> =
            samples.iter().map(|sample| (sample.name.as_str(), sample.counter)).collect();
        let expected = [
            ("a", true),
            ("b", false),
            ("c_bucket", true),
            ("c_sum", true),
            ("c_count", true),
            ("d", false),
            ("d_count", true),
            ("e_total", true),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_no_metrics_text_is_refused() {
        assert!(parse("<!doctype html><title>Not found</title>\n").is_err());
    }
}

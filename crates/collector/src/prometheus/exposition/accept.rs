//! Which format a scraper asks for.
use axum::http::{HeaderMap, header};

/// Whether `Accept` ranks the delimited protobuf format above every text format.
pub fn prefers_protobuf(headers: &HeaderMap) -> bool {
    let (mut protobuf, mut text) = (0.0_f64, 0.0_f64);
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    for range in lines.flat_map(|line| line.split(',')) {
        let mut parts = range.split(';').map(|part| part.trim().to_ascii_lowercase());
        let media = parts.next().unwrap_or_default();
        let (mut quality, mut family, mut delimited) = (1.0, false, false);
        for part in parts {
            let Some((name, value)) = part.split_once('=') else { continue };
            match (name.trim(), value.trim().trim_matches('"')) {
                ("q", weight) => quality = weight.parse().unwrap_or(0.0),
                ("proto", message) => family = message == "io.prometheus.client.metricfamily",
                ("encoding", encoding) => delimited = encoding == "delimited",
                _ => {}
            }
        }
        match media.as_str() {
            "application/vnd.google.protobuf" if family && delimited => protobuf = protobuf.max(quality),
            "text/plain" | "application/openmetrics-text" | "text/*" | "*/*" => text = text.max(quality),
            _ => {}
        }
    }
    protobuf > text
}

#[cfg(test)]
mod tests {
    use super::prefers_protobuf;
    use axum::http::{HeaderMap, HeaderValue, header};

    fn check(lines: &[&str], expected: bool) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::ACCEPT, HeaderValue::from_str(line).unwrap());
        }
        assert_eq!(prefers_protobuf(&headers), expected, "{lines:?}");
    }

    #[test]
    fn the_format_with_the_highest_weight_counts() {
        const PROTOBUF: &str =
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
        // Prometheus 2.42 and 3 with native histograms, 2.42 without.
        check(
            &[&format!(
                "{PROTOBUF},application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
            )],
            true,
        );
        check(
            &[&format!(
                "{PROTOBUF};q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.1"
            )],
            true,
        );
        check(
            &[
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            ],
            false,
        );
        check(&["text/plain;q=0.2", &PROTOBUF.replace(';', " ; ")], true);
        check(&[&format!("{PROTOBUF};q=0.3, text/plain;q=0.5")], false);
        check(&[&format!("{PROTOBUF};q=0")], false);
        check(&[&PROTOBUF.replace("delimited", "text")], false);
        check(&[&PROTOBUF.replace("MetricFamily", "Metric")], false);
        for neither in [&[][..], &["*/*"], &["text/html,*/*;q=0.8"], &[";;,q=,"]] {
            check(neither, false);
        }
    }
}

//! The phases of web vitals, in the order in which they are stored.
use whippet_engine::vitals::Metric;

/// The phases of a metric in the order of time, named as in docs/beacon.md. New ones go last, as their indices are stored.
pub const fn names(metric: Metric) -> &'static [&'static str] {
    match metric {
        Metric::Lcp => &["ttfb", "loadDelay", "load", "render"],
        Metric::Inp => &["input", "processing", "presentation"],
        Metric::Ttfb => &["waiting", "cache", "dns", "connection", "request"],
        Metric::Cls | Metric::Fcp => &[],
    }
}

/// The phases of a beacon in that order, ms; empty where the beacon has none. A phase that is left out took no time. Unknown
/// names are ignored.
pub fn in_order(metric: Metric, sent: &[(String, f64)]) -> Vec<f64> {
    let names = names(metric);
    if !sent.iter().any(|(name, _)| names.contains(&name.as_str())) {
        return Vec::new();
    }
    let of = |part: &&str| sent.iter().find(|(name, _)| name == part).map_or(0.0, |sent| sent.1);
    names.iter().map(of).collect()
}

/// Reads the phases of files of older formats: numbers separated by commas.
pub fn read_older(text: &str) -> Vec<f64> {
    text.split(',').map_while(|ms| ms.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_took_no_time() {
        let told = |parts: &[(&str, f64)]| -> Vec<(String, f64)> {
            parts.iter().map(|part| (part.0.to_owned(), part.1)).collect()
        };
        let sent = told(&[("render", 114.0), ("loadDelay", 240.5), ("weather", 1.0)]);
        assert_eq!(in_order(Metric::Lcp, &sent), [0.0, 240.5, 0.0, 114.0]);
        for none in
            [in_order(Metric::Lcp, &[]), in_order(Metric::Cls, &told(&[("ttfb", 1.0)])), read_older("")]
        {
            assert_eq!(none, [0.0; 0]);
        }
        assert_eq!(read_older("0,240.5,0,114"), [0.0, 240.5, 0.0, 114.0]);
    }
}

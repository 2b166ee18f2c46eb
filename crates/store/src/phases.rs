//! The phases of web vitals: their names, and how the database stores those of a page view.
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

/// The phases of a beacon as the database stores them: empty where the beacon has none. A phase that is left out took no
/// time. Unknown names are ignored.
pub fn write(metric: Metric, sent: &[(String, f64)]) -> String {
    let names = names(metric);
    if !sent.iter().any(|(name, _)| names.contains(&name.as_str())) {
        return String::new();
    }
    let of = |part: &&str| sent.iter().find(|(name, _)| name == part).map_or(0.0, |sent| sent.1);
    names.iter().map(|part| of(part).to_string()).collect::<Vec<_>>().join(",")
}

/// Reads what [`write`] wrote: the index of each phase and its ms.
pub fn read(text: &str) -> impl Iterator<Item = (usize, f64)> {
    text.split(',').map(str::parse).enumerate().filter_map(|(place, ms)| Some((place, ms.ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_took_no_time() {
        let told = |parts: &[(&str, f64)]| -> Vec<(String, f64)> {
            parts.iter().map(|part| (part.0.to_owned(), part.1)).collect()
        };
        let written = write(Metric::Lcp, &told(&[("render", 114.0), ("loadDelay", 240.5), ("weather", 1.0)]));
        assert_eq!(written, "0,240.5,0,114");
        assert_eq!(read(&written).collect::<Vec<_>>(), [(0, 0.0), (1, 240.5), (2, 0.0), (3, 114.0)]);
        for none in [write(Metric::Lcp, &[]), write(Metric::Cls, &told(&[("ttfb", 1.0)]))] {
            assert_eq!(none, "");
            assert_eq!(read(&none).count(), 0);
        }
    }
}

//! What was found, in words.
use whippet_store::reports::releases::backend::{METRICS, metric_name};
use whippet_store::reports::releases::{Metrics, percent};
use whippet_watch::regressions::RegressionSettings;

/// How many metrics are watched: vitals. Page loads are compared only.
pub const WATCHED: usize = Metrics::COUNT - 1;

/// From when on a change of each metric counts.
pub fn thresholds(settings: &RegressionSettings) -> Metrics {
    Metrics { thresholds: std::array::from_fn(|metric| settings.threshold(Metrics::name(metric))) }
}

/// The same of a backend.
pub fn backend_thresholds(settings: &RegressionSettings) -> [f64; METRICS] {
    std::array::from_fn(|metric| settings.threshold(metric_name(metric)))
}

/// `LCP is 22 % slower on 3 pages since release 1.2.0`.
pub fn found(
    metric: &str,
    change: f64,
    (pages, devices): (&[String], &[String]),
    release: Option<&str>,
) -> String {
    let (is, worse) = match metric {
        "CLS" => ("is", "worse"),
        "errors" => ("are", "more"),
        _ => ("is", "slower"),
    };
    let pages = match pages {
        [] => String::new(),
        [page] => format!(" on {page}"),
        pages => format!(" on {} pages", pages.len()),
    };
    let devices = match devices {
        [] => String::new(),
        devices => format!(" ({})", devices.join(", ")),
    };
    let since = match release {
        Some(release) => format!(" since release {release}"),
        None => " than usual".to_owned(),
    };
    format!("{metric} {is} {} {worse}{pages}{devices}{since}", percent(change))
}

#[cfg(test)]
mod tests {
    use super::found;

    #[test]
    fn what_was_found_is_said_with_its_place() {
        let pages = ["/a".to_owned(), "/b".to_owned()];
        let phone = ["phone".to_owned()];
        assert_eq!(
            found("LCP", 0.224, (&pages, &[]), Some("1.2")),
            "LCP is 22 % slower on 2 pages since release 1.2"
        );
        assert_eq!(
            found("errors", 1.5, (&["GET /a".to_owned()], &[]), Some("7")),
            "errors are 150 % more on GET /a since release 7"
        );
        assert_eq!(
            found("CLS", 0.5, (&pages[..1], &phone), None),
            "CLS is 50 % worse on /a (phone) than usual"
        );
    }
}

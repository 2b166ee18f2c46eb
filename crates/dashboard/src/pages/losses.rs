//! Measurements that an application's pages lost.
use crate::format;
use whippet_api::Loss;

/// The kinds of measurements: name in beacons, singular, plural.
const KINDS: [(&str, &str, &str); 11] = [
    ("vitals", "web vital", "web vitals"),
    ("counters", "count", "counts"),
    ("timings", "timing", "timings"),
    ("histograms", "timing", "timings"),
    ("phases", "navigation phase", "navigation phases"),
    ("gauges", "gauge value", "gauge values"),
    ("routes", "route view", "route views"),
    ("resources", "resource", "resources"),
    ("errors", "error", "errors"),
    ("scripts", "script of a long frame", "scripts of long frames"),
    ("beacons", "beacon", "beacons"),
];

/// The losses of `app` in a sentence; `None` if there are none.
pub(super) fn sentence(losses: &[Loss], app: &str, window: &str) -> Option<String> {
    let mut sums: Vec<([&str; 2], f64)> = Vec::new();
    for loss in losses.iter().filter(|loss| loss.app == app && loss.count > 0.0) {
        let words = KINDS
            .iter()
            .find(|kind| kind.0 == loss.kind)
            .map_or(["other measurement", "other measurements"], |kind| [kind.1, kind.2]);
        match sums.iter_mut().find(|sum| sum.0 == words) {
            Some(sum) => sum.1 += loss.count,
            None => sums.push((words, loss.count)),
        }
    }
    let told = |([one, several], count): &([&str; 2], f64)| {
        format!("{} {}", format::number(*count), if *count == 1.0 { one } else { several })
    };
    let told: Vec<String> = sums.iter().map(told).collect();
    (!told.is_empty()).then(|| {
        format!(
            "Lost in pages in {window}: {}. There was no room for them, or no way to send them.",
            told.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_listed_by_kind() {
        let loss = |app: &str, kind: &str, count| Loss { app: app.to_owned(), kind: kind.to_owned(), count };
        let losses = [
            loss("shop", "scripts", 22.0),
            loss("shop", "timings", 2.0),
            loss("shop", "histograms", 1300.0),
            loss("shop", "beacons", 1.0),
            loss("shop", "weather", 3.0),
            loss("other", "errors", 9.0),
        ];
        assert_eq!(
            sentence(&losses, "shop", "the last hour").unwrap().replace(['\u{202f}', '\u{a0}'], " "),
            "Lost in pages in the last hour: 22 scripts of long frames, 1 302 timings, 1 beacon, 3 other \
             measurements. There was no room for them, or no way to send them."
        );
        assert_eq!(sentence(&losses, "blog", "the last hour"), None);
    }
}

//! Numbers of page views, with a mark on those that are too small for a percentile.
use crate::format;

/// With fewer page views than this the 75th percentile is unreliable: one more view may change it much.
pub(super) const FEW: u64 = 20;

/// Formats a number of page views, and marks a small one.
pub(super) fn view_count(count: u64) -> String {
    let text = format::count(count);
    if (1..FEW).contains(&count) { format!("{text} (few)") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_views_are_marked() {
        let text = |count: u64| view_count(count).replace('\u{202f}', " ");
        assert_eq!([0, 1, 19, 20, 1234].map(text), ["0", "1 (few)", "19 (few)", "20", "1 234"]);
    }
}

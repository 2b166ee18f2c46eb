//! The known word that is most like a misspelt one.

/// The nearest of `known`, if it is near enough to be meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |other: &str| strsim::jaro_winkler(word, other);
    let best = known.into_iter().map(|other| (likeness(other), other)).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|best| best.0 >= 0.75).map(|best| best.1)
}

/// `: did you mean …?`, or nothing.
pub fn hint<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |near| format!(": did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::{hint, nearest};

    #[test]
    fn a_near_word_is_named_and_a_far_one_is_not() {
        assert_eq!(nearest("mertic", ["metric", "method", "route"]), Some("metric"));
        assert_eq!(
            nearest("http.server.request", ["http.server.requests", "db.queries"]),
            Some("http.server.requests")
        );
        assert_eq!(nearest("zebra", ["metric", "method"]), None);
        assert_eq!(hint("rout", ["route"]), ": did you mean `route`?");
        assert_eq!(hint("", []), "");
    }
}

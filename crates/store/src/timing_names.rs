//! Which names of timings are the application's own, and which of these are kept by the dimensions of their page views.
use crate::kind::OTHER;

/// What Whippet's own names of timings and counters begin with, up to the first dot: docs/beacon.md lists them.
const OWN: [&str; 8] = ["query", "json", "lazy", "pace", "page", "navigation", "server", "frame"];

/// How many timings of an application are kept by dimension: each has a histogram for every release and class of device that a page
/// sees in a minute.
pub const MOST: usize = 20;

/// Whether a name is one of Whippet's own: all others are the application's.
pub fn is_own(name: &str) -> bool {
    name.split_once('.').is_some_and(|(first, _)| OWN.contains(&first))
}

/// The numbers of those that are kept by dimension, among the numbers and names of an application's timings: those that got their
/// numbers first. Numbers are the same for all collectors, so all of them choose the same ones, and what they add adds up.
pub fn split<'n>(names: impl Iterator<Item = (i64, &'n str)>) -> Vec<i64> {
    // `(other)` is no timing of its own.
    let mut chosen: Vec<i64> =
        names.filter(|(_, name)| *name != OTHER && !is_own(name)).map(|(number, _)| number).collect();
    chosen.sort_unstable();
    chosen.truncate(MOST);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_names_begin_with_a_word_and_a_dot() {
        for own in ["page.load", "query.fetch", "server.db", "navigation.dom", "json.bytes.wire"] {
            assert!(is_own(own), "{own}");
        }
        for custom in
            ["page", "pages.load", "checkout.page.load", "(other)", "", ".load", "queries", "Query.x"]
        {
            assert!(!is_own(custom), "{custom}");
        }
    }

    #[test]
    fn the_first_names_are_split_whatever_their_order() {
        let names: Vec<(i64, String)> = (1..=60).map(|number| (number, format!("step.{number}"))).collect();
        let others = [(0, "page.load"), (2, OTHER), (3, "query.fetch")];
        let all = || names.iter().map(|(number, name)| (*number + 10, name.as_str())).chain(others);
        assert_eq!(split(all()), (11..31).collect::<Vec<i64>>());
        let mut turned: Vec<(i64, &str)> = all().collect();
        turned.reverse();
        assert_eq!(split(turned.into_iter()), split(all()));
        assert_eq!(split(others.into_iter()), [] as [i64; 0]);
    }
}

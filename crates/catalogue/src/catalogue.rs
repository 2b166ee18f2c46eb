//! All patterns.
use std::sync::Arc;

use crate::error::PatternError;
use crate::exposed::Exposed;
use crate::files::FILES;
use crate::pattern::Pattern;
use crate::read;
use crate::told::Told;

/// All patterns that are known.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    patterns: Vec<Arc<Pattern>>,
}

impl Catalogue {
    /// The patterns that Whippet brings.
    pub fn new() -> Self {
        let mut all = Self::default();
        for (file, text) in FILES {
            // A test reads them all.
            all.patterns.extend(read::patterns(file, text).unwrap_or_default().into_iter().map(Arc::new));
        }
        all
    }

    /// The patterns of one file.
    ///
    /// # Errors
    /// The first pattern that is wrong.
    pub fn of(file: &str, text: &str) -> Result<Self, PatternError> {
        let patterns = read::patterns(file, text)?.into_iter().map(Arc::new).collect();
        Ok(Self { patterns })
    }

    /// Adds mappings, which go before all patterns that are there.
    #[must_use]
    pub fn with_mappings(mut self, mappings: Vec<Pattern>) -> Self {
        let own = mappings.into_iter().map(Arc::new);
        self.patterns = own.chain(self.patterns).collect();
        self
    }

    /// What a target tells that exposes these metrics.
    pub fn told(&self, exposed: &Exposed) -> Told {
        Told::new(&self.patterns, exposed)
    }

    /// All patterns.
    pub fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.patterns.iter().map(|pattern| &**pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::Catalogue;
    use crate::exposed::Gather;
    use crate::files::FILES;
    use crate::read::patterns;
    use crate::told::Choice;

    #[test]
    fn every_file_is_read() {
        let mut count = 0;
        for (file, text) in FILES {
            match patterns(file, text) {
                Ok(patterns) => count += patterns.len(),
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(Catalogue::new().patterns().count(), count);
    }

    /// The metric, and whether the series with these labels is taken, by signal.
    fn told(text: &str, series: &[(&str, &[(&str, &str)])]) -> Vec<(&'static str, String, usize)> {
        let catalogue = Catalogue::of("x.toml", &format!("exporter = \"x\"\n{text}")).unwrap();
        let mut gather = Gather::default();
        for (name, labels) in series {
            gather.add(name, labels.iter().copied(), true);
        }
        let told = catalogue.told(&gather.finish());
        let taken = |choice: &Choice| {
            let labels = |labels: &[(&str, &str)]| {
                labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
            };
            let all = series.iter().filter(|one| choice.series().iter().any(|name| name == one.0));
            all.filter(|one| choice.tags(&labels(one.1)).is_some()).count()
        };
        told.signals()
            .flat_map(|signal| told.choices(signal).iter().map(move |choice| (signal.name(), choice)))
            .map(|(signal, choice)| (signal, choice.metric.clone(), taken(choice)))
            .collect()
    }

    #[test]
    fn names_are_left_out_and_patterns_give_way() {
        let pattern = |lines: &str| format!("[[pattern]]\nsignal = \"http.server.requests\"\n{lines}\n");
        let star = pattern("metric = \"*_requests_total\"\nexcept = [\"*client*\"]");
        let found = told(&star, &[("a_requests_total", &[]), ("a_client_requests_total", &[])]);
        assert_eq!(found, [("http.server.requests", "a_requests_total".to_owned(), 1)]);

        let outer = pattern("metric = \"passed_total\"\nwhere = { handler = \"outer\" }");
        let any = pattern("metric = \"passed_total\"\nabsent = { handler = \"outer\" }");
        let both: [(&str, &[(&str, &str)]); 2] =
            [("passed_total", &[("handler", "outer")]), ("passed_total", &[("handler", "inner")])];
        let found = |series| told(&format!("{outer}{any}"), series)[0].2;
        assert_eq!((found(&both), found(&both[1..])), (1, 1));

        // What an exact name leaves out is taken by no star.
        let exact = pattern("metric = \"a_requests_total\"\nunless = { host = \"[*]\" }");
        let series: [(&str, &[(&str, &str)]); 2] =
            [("a_requests_total", &[("host", "*")]), ("a_requests_total", &[("host", "b")])];
        assert_eq!(told(&format!("{exact}{star}"), &series)[0].2, 1);
    }

    #[test]
    fn a_pattern_may_need_another_metric_beside_its_own() {
        let text = "[[pattern]]\nsignal = \"http.server.errors\"\nmetric = \"*_bad\"\nbeside = [\"*_all\", \"every\"]\n";
        let found = |names: &[&str]| {
            let series: Vec<(&str, &[(&str, &str)])> = names.iter().map(|name| (*name, &[][..])).collect();
            told(text, &series).into_iter().map(|one| one.1).collect::<Vec<_>>()
        };
        assert!(found(&["a_bad", "b_all"]).is_empty());
        assert_eq!(found(&["a_bad", "a_all", "b_bad"]), ["a_bad"]);
        assert_eq!(found(&["a_bad", "b_bad", "every"]), ["a_bad", "b_bad"]);
    }

    #[test]
    fn a_counter_of_time_and_one_of_how_often_are_an_average() {
        let text = "[[pattern]]\nsignal = \"db.duration\"\nmetric = \"spent_seconds_total\"\ncount = \"calls_total\"\n";
        let found = told(text, &[("spent_seconds_total", &[]), ("calls_total", &[])]);
        assert_eq!(found, [("db.duration", "spent_seconds_total".to_owned(), 2)]);
        assert!(told(text, &[("spent_seconds_total", &[])]).is_empty());
        let wrong = text.replace("db.duration", "db.queries");
        let error = patterns("x.toml", &format!("exporter = \"x\"\n{wrong}")).unwrap_err().to_string();
        assert_eq!(error, "x.toml:5: `count` is for durations, and `db.queries` is none");
    }
}

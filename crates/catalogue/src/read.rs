//! Reads patterns from TOML. Each error names its line and, for a misspelt word, the nearest known one.
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::PatternError;
use crate::glob::Glob;
use crate::nearest::hint;
use crate::pattern::{Condition, Kind, Meaning, Pattern};
use crate::signal::{Dimension, Shape, Signal};
use crate::unit;

/// Keys of a pattern besides those of [`Meaning::ALL`].
const KEYS: [&str; 12] = [
    "signal", "metric", "except", "kind", "unit", "where", "unless", "absent", "beside", "set", "sum",
    "count",
];
/// The most patterns of a file, and words in one list.
const MOST: usize = 2_000;
/// The most bytes of a word.
const LONGEST: usize = 200;

/// Reads a file of patterns: `exporter`, and tables `[[pattern]]`.
///
/// # Errors
/// The first that is wrong.
pub fn patterns(file: &str, text: &str) -> Result<Vec<Pattern>, PatternError> {
    let reader = Reader { file, text };
    let root = reader.root()?;
    let mut exporter = None;
    let mut tables = None;
    for (key, value) in root.get_ref() {
        match key.get_ref().as_ref() {
            "exporter" => exporter = Some(reader.word(value, "exporter")?),
            "pattern" => tables = Some(value),
            other => {
                let message = format!("`{other}` is not known here{}", hint(other, ["exporter", "pattern"]));
                return Err(reader.error(key.span(), message));
            }
        }
    }
    let Some(exporter) = exporter else {
        return Err(reader.error(0..0, "`exporter` is missing: name who prints these metrics".to_owned()));
    };
    reader.tables(tables, "pattern", exporter, false)
}

/// Reads the tables `[[mapping]]` of a configuration, and nothing else in it.
///
/// # Errors
/// The first that is wrong.
pub fn mappings(file: &str, text: &str) -> Result<Vec<Pattern>, PatternError> {
    let reader = Reader { file, text };
    let root = reader.root()?;
    let tables = root.get_ref().iter().find(|(key, _)| key.get_ref().as_ref() == "mapping");
    reader.tables(tables.map(|entry| entry.1), "mapping", "own mapping", true)
}

type Value<'a> = Spanned<DeValue<'a>>;
type Outcome<T> = Result<T, PatternError>;

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
}

impl<'a> Reader<'a> {
    fn error(&self, span: Range<usize>, message: String) -> PatternError {
        let before = self.text.as_bytes().iter().take(span.start);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        PatternError { file: self.file.to_owned(), line, message }
    }

    fn root(&self) -> Outcome<Spanned<DeTable<'a>>> {
        DeTable::parse(self.text)
            .map_err(|error| self.error(error.span().unwrap_or(0..0), error.message().to_owned()))
    }

    fn tables(
        &self,
        tables: Option<&Value<'a>>,
        name: &str,
        exporter: &str,
        own: bool,
    ) -> Outcome<Vec<Pattern>> {
        let Some(tables) = tables else { return Ok(Vec::new()) };
        let DeValue::Array(list) = tables.get_ref() else {
            return Err(self.error(tables.span(), format!("write `[[{name}]]`, with two brackets")));
        };
        if list.len() > MOST {
            return Err(self.error(tables.span(), format!("more than {MOST} tables `[[{name}]]`")));
        }
        let exporter: Arc<str> = exporter.into();
        list.iter().map(|table| self.pattern(table, name, &exporter, own)).collect()
    }

    fn pattern(&self, value: &Value<'a>, name: &str, exporter: &Arc<str>, own: bool) -> Outcome<Pattern> {
        let table = self.table(value, name)?;
        let find =
            |name: &str| table.iter().find(|(key, _)| key.get_ref().as_ref() == name).map(|entry| entry.1);
        for (key, _) in table {
            let word = key.get_ref().as_ref();
            let known = || KEYS.into_iter().chain(Meaning::ALL.map(|meaning| meaning.0));
            if !known().any(|known| known == word) {
                let message = format!("`{word}` is no key of a pattern{}", hint(word, known()));
                return Err(self.error(key.span(), message));
            }
        }
        let missing =
            |key: &str| self.error(value.span(), format!("`{key}` is missing in this `[[{name}]]`"));
        let signal = self.signal(find("signal").ok_or_else(|| missing("signal"))?)?;
        let names = self.words(find("metric").ok_or_else(|| missing("metric"))?, "metric")?;
        let excluded =
            find("except").map(|value| self.words(value, "except")).transpose()?.unwrap_or_default();
        let count = find("count").map(|value| self.word(value, "count")).transpose()?.map(str::to_owned);
        if let Some(value) = find("count").filter(|_| signal.shape() != Shape::Spread) {
            let message = format!("`count` is for durations, and `{}` is none", signal.name());
            return Err(self.error(value.span(), message));
        }
        let kinds = match find("kind") {
            Some(value) => Some(self.kinds(value, signal)?),
            None => count.is_some().then(|| vec![Kind::Counter]),
        };
        let is_rate = signal.shape() == Shape::Count && kinds.as_deref() == Some(&[Kind::Gauge]);
        let factor = match find("unit") {
            Some(value) => self.unit(value, signal, is_rate)?,
            // Prometheus' base units.
            None if signal.dimension() == Dimension::Time && !is_rate => 1000.0,
            None => 1.0,
        };
        let mut labels = BTreeMap::new();
        for (key, meaning) in Meaning::ALL {
            if let Some(value) = find(key) {
                labels.insert(meaning, self.words(value, key)?);
            }
        }
        let set = find("set").map(|value| self.set(value)).transpose()?.unwrap_or_default();
        let has_stat = labels.contains_key(&Meaning::Stat) || set.contains_key(&Meaning::Stat);
        if signal.shape() == Shape::Spread && kinds.as_deref() == Some(&[Kind::Gauge]) && !has_stat {
            let message = format!(
                "a gauge of `{}` needs `stat`, the label that tells which figure it is, or `set = {{ stat = \"p95\" }}`",
                signal.name()
            );
            return Err(self.error(value.span(), message));
        }
        let conditions = |key| find(key).map(|value| self.conditions(value, key)).transpose();
        Ok(Pattern {
            signal,
            exporter: Arc::clone(exporter),
            metrics: names.iter().map(|name| Glob::new(name)).collect(),
            excluded: excluded.iter().map(|name| Glob::new(name)).collect(),
            sure: kinds.is_some(),
            kinds: kinds.unwrap_or_else(|| Pattern::usual_kinds(signal)),
            factor,
            labels,
            set,
            conditions: conditions("where")?.unwrap_or_default(),
            exceptions: conditions("unless")?.unwrap_or_default(),
            absent: conditions("absent")?.unwrap_or_default(),
            beside: find("beside").map(|value| self.words(value, "beside")).transpose()?.unwrap_or_default(),
            count,
            sum: find("sum").map(|value| self.word(value, "sum")).transpose()?.map(str::to_owned),
            own,
        })
    }

    fn signal(&self, value: &Value<'a>) -> Outcome<Signal> {
        let word = self.word(value, "signal")?;
        Signal::from_name(word).ok_or_else(|| {
            let known = Signal::ALL.iter().map(|signal| signal.name());
            self.error(value.span(), format!("there is no signal `{word}`{}", hint(word, known)))
        })
    }

    fn kinds(&self, value: &Value<'a>, signal: Signal) -> Outcome<Vec<Kind>> {
        let kind = |word: &String| {
            let names = || Kind::ALL.into_iter().map(|kind| kind.0);
            let Some((_, kind)) = Kind::ALL.into_iter().find(|kind| kind.0 == word) else {
                let message = format!("there is no kind `{word}`{}", hint(word, names()));
                return Err(self.error(value.span(), message));
            };
            let fits = match signal.shape() {
                Shape::Count => true,
                Shape::Level => kind == Kind::Gauge,
                Shape::Spread => kind != Kind::Counter,
            };
            let message = || format!("`{}` cannot be told by a {word}", signal.name());
            if fits { Ok(kind) } else { Err(self.error(value.span(), message())) }
        };
        self.words(value, "kind")?.iter().map(kind).collect()
    }

    /// How many ms, bytes or ones the unit is. `is_rate`: of a gauge that a backend computed of something counted.
    fn unit(&self, value: &Value<'a>, signal: Signal, is_rate: bool) -> Outcome<f64> {
        let word = self.word(value, "unit")?;
        let Some((dimension, factor)) = unit::unit(word) else {
            let message = format!("there is no unit `{word}`{}", hint(word, unit::names()));
            return Err(self.error(value.span(), message));
        };
        let wanted = match signal.dimension() {
            // Seconds per second.
            Dimension::Time if is_rate => Dimension::Ratio,
            other => other,
        };
        if dimension == wanted {
            return Ok(factor);
        }
        let what = match wanted {
            Dimension::Time => "a time: s, ms, us, ns, min",
            Dimension::Bytes => "a size: By, kB, MB, KiB, MiB",
            Dimension::Number => "a number: 1",
            Dimension::Ratio => "a share: ratio, percent",
        };
        Err(self.error(value.span(), format!("`{word}` does not fit `{}`, which is {what}", signal.name())))
    }

    fn set(&self, value: &Value<'a>) -> Outcome<BTreeMap<Meaning, String>> {
        let mut set = BTreeMap::new();
        for (key, value) in self.table(value, "set")? {
            let word = key.get_ref().as_ref();
            let names = || Meaning::ALL.into_iter().map(|meaning| meaning.0);
            let Some((_, meaning)) = Meaning::ALL.into_iter().find(|meaning| meaning.0 == word) else {
                let message = format!("`{word}` cannot be set{}", hint(word, names()));
                return Err(self.error(key.span(), message));
            };
            set.insert(meaning, self.word(value, word)?.to_owned());
        }
        Ok(set)
    }

    fn conditions(&self, value: &Value<'a>, name: &str) -> Outcome<Vec<Condition>> {
        let condition = |(key, value): (&Spanned<_>, &Value<'a>)| {
            let label: &std::borrow::Cow<'a, str> = key.get_ref();
            let values = match value.get_ref() {
                // A label that is not there.
                DeValue::String(text) if text.is_empty() => vec![Glob::new("")],
                _ => self.words(value, label)?.iter().map(|word| Glob::new(word)).collect(),
            };
            Ok(Condition { label: label.to_string(), values })
        };
        self.table(value, name)?.iter().map(condition).collect()
    }

    fn table<'v>(&self, value: &'v Value<'a>, name: &str) -> Outcome<&'v DeTable<'a>> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.error(value.span(), format!("`{name}` is a table: `{{ label = \"value\" }}`"))),
        }
    }

    fn word<'v>(&self, value: &'v Value<'a>, name: &str) -> Outcome<&'v str> {
        let DeValue::String(text) = value.get_ref() else {
            return Err(self.error(value.span(), format!("`{name}` is a word in quotation marks")));
        };
        if text.is_empty() || text.len() > LONGEST {
            return Err(self.error(value.span(), format!("`{name}` has 1 to {LONGEST} bytes")));
        }
        Ok(text)
    }

    /// A word, or a list of words.
    fn words(&self, value: &Value<'a>, name: &str) -> Outcome<Vec<String>> {
        let DeValue::Array(list) = value.get_ref() else {
            return Ok(vec![self.word(value, name)?.to_owned()]);
        };
        if list.is_empty() || list.len() > MOST {
            return Err(self.error(value.span(), format!("`{name}` lists 1 to {MOST} words")));
        }
        list.iter().map(|value| self.word(value, name).map(str::to_owned)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{mappings, patterns};
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn wrong(text: &str, expected: Expect) {
        expected.assert_eq(&patterns("x.toml", text).unwrap_err().to_string());
    }

    #[test]
    fn an_error_names_the_line_and_the_nearest_word() {
        let with = |lines: &str| {
            format!(
                "exporter = \"x\"\n[[pattern]]\nsignal = \"http.server.duration\"\nmetric = \"m\"\n{lines}\n"
            )
        };
        wrong("[[pattern]]\n", expect!["x.toml:1: `exporter` is missing: name who prints these metrics"]);
        wrong("exporter = \"x\"\n[pattern]\n", expect!["x.toml:2: write `[[pattern]]`, with two brackets"]);
        wrong(
            "exporter = \"x\"\nparttern = 1\n",
            expect!["x.toml:2: `parttern` is not known here: did you mean `pattern`?"],
        );
        wrong(
            "exporter = \"x\"\n[[pattern]]\nmetric = \"m\"\n",
            expect!["x.toml:2: `signal` is missing in this `[[pattern]]`"],
        );
        wrong(
            "exporter = \"x\"\n\n[[pattern]]\nsignal = \"http.server.durations\"\n",
            expect![
                "x.toml:4: there is no signal `http.server.durations`: did you mean `http.server.duration`?"
            ],
        );
        wrong(
            &with("rote = \"path\""),
            expect!["x.toml:5: `rote` is no key of a pattern: did you mean `route`?"],
        );
        wrong(&with("unit = \"sec\""), expect!["x.toml:5: there is no unit `sec`: did you mean `sector`?"]);
        wrong(
            &with("unit = \"MiB\""),
            expect![
                "x.toml:5: `MiB` does not fit `http.server.duration`, which is a time: s, ms, us, ns, min"
            ],
        );
        wrong(
            &with("kind = \"counter\""),
            expect!["x.toml:5: `http.server.duration` cannot be told by a counter"],
        );
        wrong(
            &with("kind = [\"histogram\", \"sumary\"]"),
            expect!["x.toml:5: there is no kind `sumary`: did you mean `summary`?"],
        );
        wrong(
            &with("kind = \"gauge\""),
            expect![
                "x.toml:2: a gauge of `http.server.duration` needs `stat`, the label that tells which figure it is, or `set = { stat = \"p95\" }`"
            ],
        );
        wrong(&with("route = []"), expect!["x.toml:5: `route` lists 1 to 2000 words"]);
        wrong(&with("route = 5"), expect!["x.toml:5: `route` is a word in quotation marks"]);
        wrong(&with("where = \"x\""), expect!["x.toml:5: `where` is a table: `{ label = \"value\" }`"]);
        wrong(
            &with("set = { rout = \"x\" }"),
            expect!["x.toml:5: `rout` cannot be set: did you mean `route`?"],
        );
        wrong(&with("signal = \"db.slow\""), expect!["x.toml:5: duplicate key"]);
    }

    #[test]
    fn mappings_are_read_from_any_configuration() {
        let text = "[[target]]\nname = \"shop\"\n\n[[mapping]]\nsignal = \"http.server.requests\"\nmetric = \"calls\"\n";
        let found = mappings("whippet.toml", text).unwrap();
        assert_eq!((found.len(), found[0].own), (1, true));
        let error = mappings("whippet.toml", &text.replace("metric", "metrik")).unwrap_err();
        expect!["whippet.toml:6: `metrik` is no key of a pattern: did you mean `metric`?"]
            .assert_eq(&error.to_string());
        assert!(mappings("whippet.toml", "x = 1\n").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(exporter = \"x\"\n)?(\\[\\[pattern\\]\\]\n)?([a-z]{1,6} = [\\[{\"a-z, }\\]0-9]{0,12}\n){0,4}") {
            let _ = patterns("x.toml", &text);
            let _ = mappings("x.toml", &text);
        }
    }
}

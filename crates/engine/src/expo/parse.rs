//! Reads an exposition.
use super::error::{Cause, ParseError};
use super::family::{Family, Kind, Sample};
use super::line::{Line, read};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// The metrics that `text` exposes, in its order. It comes from outside: one bad line, and all of it is
/// refused, as half a scrape would be read as a drop in traffic. Cost and memory grow with its length.
pub fn parse(text: &str) -> Result<Vec<Family>, ParseError> {
    let mut families = Families::default();
    let mut rest = text;
    let mut number = 0;
    while !rest.is_empty() {
        number += 1;
        let at = |cause| ParseError { line: number, cause };
        let (line, after) = rest.split_once('\n').ok_or(at(Cause::Truncated))?;
        rest = after;
        match read(line).map_err(at)? {
            Line::Nothing => {}
            Line::Help(name, help) => families.help(name, help).map_err(at)?,
            Line::Type(name, kind) => families.kind(name, kind).map_err(at)?,
            Line::Sample(sample) => families.sample(sample),
        }
    }
    Ok(families.list)
}

#[derive(Default)]
struct Families {
    list: Vec<Family>,
    /// Where in the list a family stands.
    places: BTreeMap<String, Place>,
    /// Where the last sample went: the next one most often goes there too.
    last: usize,
}

#[derive(Clone, Copy, Default)]
struct Place {
    index: usize,
    has_type: bool,
    has_help: bool,
}

impl Families {
    fn place(&mut self, name: &str) -> (&mut Place, &mut Family) {
        if !self.places.contains_key(name) {
            let place = Place { index: self.list.len(), ..Place::default() };
            self.places.insert(String::from(name), place);
            self.list.push(Family { name: String::from(name), ..Family::default() });
        }
        let place = self.places.entry(String::from(name)).or_default();
        let index = place.index;
        (place, &mut self.list[index])
    }

    fn help(&mut self, name: &str, help: String) -> Result<(), Cause> {
        let (place, family) = self.place(name);
        if core::mem::replace(&mut place.has_help, true) {
            return Err(Cause::DuplicateHelp);
        }
        family.help = help;
        Ok(())
    }

    fn kind(&mut self, name: &str, kind: Kind) -> Result<(), Cause> {
        let (place, family) = self.place(name);
        if core::mem::replace(&mut place.has_type, true) {
            return Err(Cause::DuplicateType);
        }
        if !family.samples.is_empty() {
            return Err(Cause::LateType);
        }
        family.kind = kind;
        Ok(())
    }

    fn sample(&mut self, sample: Sample) {
        let index = self.family_of(&sample.name);
        self.last = index;
        self.list[index].samples.push(sample);
    }

    fn family_of(&mut self, name: &str) -> usize {
        if self.list.get(self.last).is_some_and(|family| belongs(name, family)) {
            return self.last;
        }
        if let Some(place) = self.places.get(name) {
            return place.index;
        }
        for suffix in Kind::Histogram.suffixes() {
            let place = name.strip_suffix(suffix).and_then(|stem| self.places.get(stem));
            if let Some(place) = place.filter(|place| belongs(name, &self.list[place.index])) {
                return place.index;
            }
        }
        self.place(name).0.index
    }
}

fn belongs(name: &str, family: &Family) -> bool {
    match name.strip_prefix(family.name.as_str()) {
        Some("") => true,
        Some(suffix) => family.kind.suffixes().contains(&suffix),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expo::Writer;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;
    use std::format;
    use std::vec;

    fn check(text: &str, expect: Expect) {
        let shown = match parse(text) {
            Err(error) => format!("{error}\n"),
            Ok(families) => families.iter().map(show).collect(),
        };
        expect.assert_eq(&shown);
    }

    fn show(family: &Family) -> String {
        let mut out = format!("{} {} {:?}\n", family.name, family.kind.as_str(), family.help);
        for sample in &family.samples {
            out +=
                &format!("  {} {:?} {} {:?}\n", sample.name, sample.labels, sample.value, sample.timestamp);
        }
        out
    }

    #[test]
    fn a_backends_metrics() {
        check(
            "# HELP http_requests_total Requests, by \"route\".\\nAll of them.\n\
             # TYPE http_requests_total counter\n\
             http_requests_total{method=\"GET\",route=\"/api/packages/{name}\",status=\"200\",} 1027 1395066363000\n\
             http_requests_total { method = \"POST\" } 3e2\n\
             # a comment, and a blank line\n\
             \n\
             # TYPE latency histogram\n\
             latency_bucket{le=\"0.1\"} 5\n\
             latency_bucket{le=\"+Inf\"} 6\n\
             latency_sum 0.9\n\
             latency_count 6\n\
             \tup\t1\t\n\
             latency_other 1\n\
             temperature{room=\"a\\\\b \\\"c\\\"\\n\"} -Inf\n",
            expect![[r#"
                http_requests_total counter "Requests, by \"route\".\nAll of them."
                  http_requests_total [("method", "GET"), ("route", "/api/packages/{name}"), ("status", "200")] 1027 Some(1395066363000)
                  http_requests_total [("method", "POST")] 300 None
                latency histogram ""
                  latency_bucket [("le", "0.1")] 5 None
                  latency_bucket [("le", "+Inf")] 6 None
                  latency_sum [] 0.9 None
                  latency_count [] 6 None
                up untyped ""
                  up [] 1 None
                latency_other untyped ""
                  latency_other [] 1 None
                temperature untyped ""
                  temperature [("room", "a\\b \"c\"\n")] -inf None
            "#]],
        );
    }

    #[test]
    fn nothing_at_all() {
        check("", expect![""]);
        check("\n", expect![""]);
    }

    #[test]
    fn a_bad_line_is_named() {
        let cases = [
            ("up 1\nup 12", 2, Cause::Truncated),
            ("1up 1\n", 1, Cause::MetricName),
            ("{a=\"b\"} 1\n", 1, Cause::MetricName),
            ("up-time 1\n", 1, Cause::MetricName),
            ("up{1=\"b\"} 1\n", 1, Cause::LabelName),
            ("up{a:b=\"b\"} 1\n", 1, Cause::LabelValue),
            ("up{a} 1\n", 1, Cause::LabelValue),
            ("up{a=b} 1\n", 1, Cause::LabelValue),
            ("up{a=\"b} 1\n", 1, Cause::LabelValue),
            ("up{a=\"\\t\"} 1\n", 1, Cause::Escape),
            ("up{a=\"1\",a=\"2\"} 1\n", 1, Cause::DuplicateLabel),
            ("up{a=\"1\" b=\"2\"} 1\n", 1, Cause::UnclosedLabels),
            ("up{a=\"1\"\n", 1, Cause::UnclosedLabels),
            ("up{,} 1\n", 1, Cause::LabelName),
            ("up\n", 1, Cause::Value),
            ("up one\n", 1, Cause::Value),
            ("up 1 soon\n", 1, Cause::Timestamp),
            ("up 1 2 3\n", 1, Cause::Timestamp),
            ("up 1\r\n", 1, Cause::Value),
            ("# TYPE up meter\n", 1, Cause::Kind),
            ("# TYPE up\n", 1, Cause::Kind),
            ("# TYPE\n", 1, Cause::MetricName),
            ("# TYPE up gauge\n# TYPE up gauge\n", 2, Cause::DuplicateType),
            ("# HELP up A\n# HELP up B\n", 2, Cause::DuplicateHelp),
            ("up 1\n# TYPE up gauge\n", 2, Cause::LateType),
        ];
        for (text, line, cause) in cases {
            assert_eq!(parse(text), Err(ParseError { line, cause }), "{text:?}");
        }
        expect![
            "line 2: the text ends in the middle of a line: it was cut, or its last line lacks its newline"
        ]
        .assert_eq(&format!("{}", parse("up 1\nup 12").unwrap_err()));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}") {
            let _ = parse(&text);
        }

        #[test]
        fn text_of_the_right_pieces_is_read_or_refused(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "# ", "TYPE ", "HELP ", "a ", "a_sum", "a_bucket", "histogram", "{", "}", "le", "=", "\"", "\\", ",", "1", "\n", " ",
            ]), 0..40),
        ) {
            let _ = parse(&pieces.concat());
        }

        #[test]
        fn what_was_written_is_read(
            help in "([^ \t\n].{0,40})?",
            samples in prop::collection::vec((prop::collection::btree_map("[a-z_]{1,6}", any::<String>(), 0..4), any::<f64>()), 0..6),
        ) {
            let mut writer = Writer::new();
            writer.family("some_total", Kind::Counter, &help);
            for (labels, value) in &samples {
                let labels: Vec<(&str, &str)> = labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                writer.sample(&labels, *value);
            }
            let families = parse(&writer.finish()).unwrap();
            prop_assert_eq!(&families[0].help, &help);
            prop_assert_eq!(families[0].samples.len(), samples.len());
            for (read, (labels, value)) in families[0].samples.iter().zip(&samples) {
                let labels: Vec<(String, String)> = labels.clone().into_iter().collect();
                prop_assert_eq!(&read.labels, &labels);
                prop_assert!(read.value == *value || value.is_nan() && read.value.is_nan());
            }
        }
    }
}

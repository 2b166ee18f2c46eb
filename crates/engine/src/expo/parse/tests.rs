use super::*;
use crate::expo::Writer;
use expect_test::{Expect, expect};
use proptest::prelude::*;
use std::format;
use std::string::ToString;
use std::vec;

fn check(text: &str, format: Format, expect: Expect) {
    let shown = match parse(text.as_bytes(), format) {
        Err(error) => format!("refused, {error}\n"),
        Ok(read) => {
            let bad = read.first.map(|first| format!("{} bad, {first}\n", read.bad)).unwrap_or_default();
            read.families.iter().map(show).collect::<String>() + &bad
        }
    };
    expect.assert_eq(&shown);
}

fn show(family: &Family) -> String {
    let mut out = format!("{} {} {:?}\n", family.name, family.kind.as_str(), family.help);
    for sample in &family.samples {
        out += &format!("  {} {:?} {} {:?}\n", sample.name, sample.labels, sample.value, sample.timestamp);
    }
    out
}

#[test]
fn the_metrics_of_a_backend_are_read() {
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
        Format::Text,
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

/// What Prometheus reads too, though the format says otherwise.
#[test]
fn sloppy_but_valid_text_is_read() {
    check(
        "# HELP up Matches \\d and \\\\d.\n\
         # HELP up Matches \\d.\n\
         # TYPE up gauge\n\
         # TYPE up counter\n\
         up{re=\"\\d+\\t\"}1 -5\n\
         late_sum 3\n\
         late_count 2\n\
         # TYPE late summary\n\
         #TYPE up gauge\n\
         # TYPE\n\
         # HELP\n\
         up{a=\"1\"b=\"2\"} NaN\n\
         {\"a dotted.name\",\"k.1\"=\"v\"} +Inf 7 # {trace_id=\"a\"} 0.5\n\
         last 1",
        Format::Text,
        expect![[r#"
            up counter "Matches \\d."
              up [("re", "\\d+\\t")] 1 Some(-5)
              up [("a", "1"), ("b", "2")] NaN None
            late summary ""
              late_sum [] 3 None
              late_count [] 2 None
            a dotted.name untyped ""
              a dotted.name [("k.1", "v")] inf Some(7)
            last untyped ""
              last [] 1 None
        "#]],
    );
}

/// <https://prometheus.io/docs/specs/om/open_metrics_spec_2_0/>: quoted names have the escapes of label values.
#[test]
fn quoted_names_lose_their_escapes() {
    check(
        "# HELP \"say \\\"hi\\\"\" Said.\n\
         # TYPE \"say \\\"hi\\\"\" counter\n\
         {\"say \\\"hi\\\"\",\"a\\\\b\"=\"c\\\\d\"} 1\n\
         {\"pro\\tokoll\"} 2\n\
         {\"größe\",\"straße 1\"=\"x\"} 3\n",
        Format::Text,
        expect![[r#"
            say "hi" counter "Said."
              say "hi" [("a\\b", "c\\d")] 1 None
            pro\tokoll untyped ""
              pro\tokoll [] 2 None
            größe untyped ""
              größe [("straße 1", "x")] 3 None
        "#]],
    );
    // One label twice, however it is written.
    check(
        "a{b=\"1\",\"b\"=\"2\"} 1\n",
        Format::Text,
        expect![["refused, line 1: a label comes twice: each may come once per sample\n"]],
    );
}

#[test]
fn openmetrics_is_read() {
    let text = "# TYPE http_requests counter\n\
         # UNIT http_requests requests\n\
         # HELP http_requests Requests.\n\
         http_requests_total{path=\"/\"} 17 1520879607.789 # {trace_id=\"KOO5S4vxi0o\"} 0.67 1520879607.5\n\
         http_requests_created{path=\"/\"} 1520430000.123\n\
         # TYPE latency histogram\n\
         latency_bucket{le=\"0.5\"} 4 # {} 0.25\n\
         latency_bucket{le=\"+Inf\"} 5\n\
         latency_sum 3.5\n\
         latency_count 5\n\
         latency_created 1520430000\n\
         # TYPE queue gaugehistogram\n\
         queue_bucket{le=\"+Inf\"} 4\n\
         queue_gcount 4\n\
         queue_gsum 8\n\
         # TYPE build info\n\
         build_info{version=\"1.2\"} 1\n\
         # TYPE mode stateset\n\
         mode{mode=\"eco\"} 1\n\
         # TYPE x unknown\n\
         x 1\n\
         # EOF\n";
    check(
        text,
        Format::OpenMetrics,
        expect![[r#"
            http_requests counter "Requests."
              http_requests_total [("path", "/")] 17 Some(1520879607789)
              http_requests_created [("path", "/")] 1520430000.123 None
            latency histogram ""
              latency_bucket [("le", "0.5")] 4 None
              latency_bucket [("le", "+Inf")] 5 None
              latency_sum [] 3.5 None
              latency_count [] 5 None
              latency_created [] 1520430000 None
            queue gaugehistogram ""
              queue_bucket [("le", "+Inf")] 4 None
              queue_gcount [] 4 None
              queue_gsum [] 8 None
            build info ""
              build_info [("version", "1.2")] 1 None
            mode stateset ""
              mode [("mode", "eco")] 1 None
            x untyped ""
              x [] 1 None
        "#]],
    );
    let cut = text.strip_suffix("# EOF\n").unwrap();
    let error =
        expect!["refused, line 22: an OpenMetrics text must end with `# EOF`: this one was cut off\n"];
    check(cut, Format::OpenMetrics, error);
    check(
        "",
        Format::OpenMetrics,
        expect!["refused, line 1: an OpenMetrics text must end with `# EOF`: this one was cut off\n"],
    );
    check("# EOF", Format::OpenMetrics, expect![""]);
    check(
        "a 1\n# EOF\nb 2\n",
        Format::OpenMetrics,
        expect![[r#"
            a untyped ""
              a [] 1 None
            1 bad, line 3: expected nothing after `# EOF`
        "#]],
    );
}

#[test]
fn an_empty_text_has_no_metrics() {
    for text in ["", "\n", "# a comment", "# EOF\n"] {
        check(text, Format::Text, expect![""]);
    }
}

#[test]
fn a_sample_may_have_very_many_labels() {
    // Where each label is compared with all others, the time grows with the square of their number.
    let labels = |many: usize| (0..many).map(|at| format!("l{at}=\"\",")).collect::<String>();
    for many in [15, 16, 17, 200_000] {
        let read = parse(format!("up{{{}}} 1", labels(many)).as_bytes(), Format::Text).unwrap();
        assert_eq!(read.families[0].samples[0].labels.len(), many);
        let twice = format!("up{{{}l3=\"\"}} 1", labels(many));
        let refused = parse(twice.as_bytes(), Format::Text).unwrap_err();
        assert_eq!(refused, ParseError { line: 1, cause: Cause::DuplicateLabel });
    }
}

#[test]
fn a_bad_line_loses_only_itself() {
    let cases = [
        ("1up 1", Cause::MetricName),
        ("{a=\"b\"} 1", Cause::MetricName),
        ("{\"\"} 1", Cause::LabelValue),
        ("{\"a\",\"b\"} 1", Cause::LabelValue),
        ("\"up\" 1", Cause::MetricName),
        ("up-time 1", Cause::MetricName),
        ("up{1=\"b\"} 1", Cause::LabelName),
        ("up{a:b=\"b\"} 1", Cause::LabelValue),
        ("up{a} 1", Cause::LabelValue),
        ("up{a=b} 1", Cause::LabelValue),
        ("up{a=\"b} 1", Cause::LabelValue),
        ("up{a=\"1\",a=\"2\"} 1", Cause::DuplicateLabel),
        ("up{a=\"1\"", Cause::UnclosedLabels),
        ("up{,} 1", Cause::LabelName),
        ("up", Cause::Value),
        ("up one", Cause::Value),
        ("up 1e999", Cause::Value),
        ("up 1_000", Cause::Value),
        ("up 0x1p3", Cause::Value),
        ("up 1 soon", Cause::Timestamp),
        ("up 1 1.5", Cause::Timestamp),
        ("up 1 2 3", Cause::Timestamp),
        ("up 1 2 # 3", Cause::Exemplar),
        ("up 1 # {a=\"b\"}", Cause::Exemplar),
        ("up 1\r", Cause::Value),
        ("# TYPE up meter", Cause::Kind),
        ("# TYPE up", Cause::Kind),
        ("# TYPE 1up gauge", Cause::MetricName),
        ("# HELP a-b c", Cause::MetricName),
        ("<!doctype html>", Cause::MetricName),
    ];
    for (bad, cause) in cases {
        let alone = parse(bad.as_bytes(), Format::Text).unwrap_err();
        assert_eq!(alone, ParseError { line: 1, cause }, "{bad:?}");
        let text = format!("# TYPE other counter\nother 1\n{bad}\nother{{a=\"b\"}} 2\n{bad}\n");
        let read = parse(text.as_bytes(), Format::Text).unwrap();
        assert_eq!((read.bad, read.first), (2, Some(ParseError { line: 3, cause })), "{bad:?}");
        assert_eq!(read.families[0].samples.len(), 2, "{bad:?}");
        assert!(cause.to_string().len() > 10);
    }
}

#[test]
fn bytes_that_are_not_utf_8_lose_only_their_line() {
    let read = parse(b"a 1\nb{x=\"caf\xe9\"} 2\nc 3\n", Format::Text).unwrap();
    assert_eq!((read.bad, read.first), (1, Some(ParseError { line: 2, cause: Cause::Encoding })));
    assert_eq!(read.families.len(), 2);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(text in prop::collection::vec(any::<u8>(), 0..200)) {
        for format in [Format::Text, Format::OpenMetrics] {
            let _ = parse(&text, format);
        }
    }

    #[test]
    fn random_sequences_of_tokens_are_read_or_refused(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "# ", "TYPE ", "HELP ", "EOF", "a ", "a_sum", "a_bucket", "histogram", "{", "}", "le", "=", "\"", "\\", ",", "1", "\n", " ",
        ]), 0..40),
    ) {
        let text = pieces.concat();
        for format in [Format::Text, Format::OpenMetrics] {
            // Each line is nothing, something, or bad.
            if let Ok(read) = parse(text.as_bytes(), format) {
                let samples: usize = read.families.iter().map(|family| family.samples.len()).sum();
                prop_assert!(samples + read.bad <= text.split('\n').count());
            }
        }
    }

    #[test]
    fn reading_gives_what_was_written(
        help in "([^ \t\n].{0,40})?",
        samples in prop::collection::vec((prop::collection::btree_map("[a-z_]{1,6}", any::<String>(), 0..4), any::<f64>()), 0..6),
    ) {
        let mut writer = Writer::new();
        writer.family("some_total", Kind::Counter, &help);
        for (labels, value) in &samples {
            let labels: Vec<(&str, &str)> = labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            writer.sample(&labels, *value);
        }
        let read = parse(writer.finish().as_bytes(), Format::Text).unwrap();
        prop_assert_eq!(read.bad, 0);
        let families = read.families;
        prop_assert_eq!(&families[0].help, &help);
        prop_assert_eq!(families[0].samples.len(), samples.len());
        for (read, (labels, value)) in families[0].samples.iter().zip(&samples) {
            let labels: Vec<(String, String)> = labels.clone().into_iter().collect();
            prop_assert_eq!(&read.labels, &labels);
            prop_assert!(read.value == *value || value.is_nan() && read.value.is_nan());
        }
    }
}

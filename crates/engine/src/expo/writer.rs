//! Writes an exposition.
use super::family::Kind;
use alloc::string::String;
use core::fmt::Write;

/// Builds the text of a `/metrics` page: [`family`](Self::family), its samples, the next family.
///
/// Names are written without escaping, as they are the programmer's own. Label values and help texts may hold anything.
#[derive(Debug, Default)]
pub struct Writer {
    out: String,
    name: String,
}

impl Writer {
    /// The `Content-Type` of the page.
    pub const CONTENT_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// An empty page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a metric. Begin each one once.
    pub fn family(&mut self, name: &str, kind: Kind, help: &str) {
        self.name = String::from(name);
        self.out.push_str("# HELP ");
        self.out.push_str(name);
        self.out.push(' ');
        escape(&mut self.out, help, false);
        self.out.push_str("\n# TYPE ");
        self.out.push_str(name);
        self.out.push(' ');
        self.out.push_str(kind.as_str());
        self.out.push('\n');
    }

    /// Writes a sample of the metric that was begun last.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: f64) {
        self.line("", labels, None, value);
    }

    /// Writes the samples of a histogram: `counts` per upper bound, not cumulative, and the sum and count of all values.
    /// Values above the last bound are in `count` only.
    pub fn histogram(&mut self, labels: &[(&str, &str)], counts: &[(f64, u64)], sum: f64, count: u64) {
        let mut below = 0;
        for (bound, more) in counts.iter().filter(|(bound, _)| bound.is_finite()) {
            below += more;
            self.line("_bucket", labels, Some(*bound), below as f64);
        }
        self.line("_bucket", labels, Some(f64::INFINITY), count as f64);
        self.line("_sum", labels, None, sum);
        self.line("_count", labels, None, count as f64);
    }

    /// The page.
    pub fn finish(self) -> String {
        self.out
    }

    fn line(&mut self, suffix: &str, labels: &[(&str, &str)], le: Option<f64>, value: f64) {
        self.out.push_str(&self.name);
        self.out.push_str(suffix);
        let mut separator = '{';
        for (name, value) in labels {
            self.out.push(separator);
            self.out.push_str(name);
            self.out.push_str("=\"");
            escape(&mut self.out, value, true);
            self.out.push('"');
            separator = ',';
        }
        if let Some(le) = le {
            self.out.push(separator);
            self.out.push_str("le=\"");
            number(&mut self.out, le);
            self.out.push('"');
            separator = ',';
        }
        if separator == ',' {
            self.out.push('}');
        }
        self.out.push(' ');
        number(&mut self.out, value);
        self.out.push('\n');
    }
}

fn number(out: &mut String, number: f64) {
    if number == f64::INFINITY {
        out.push_str("+Inf");
    } else if number == f64::NEG_INFINITY {
        out.push_str("-Inf");
    } else {
        // Writing to a `String` cannot fail. `Display` writes NaN as `NaN`.
        let _ = write!(out, "{number}");
    }
}

fn escape(out: &mut String, text: &str, quotes: bool) {
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\\' => out.push_str("\\\\"),
            '"' if quotes => out.push_str("\\\""),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn a_page_has_help_type_and_samples() {
        let mut writer = Writer::new();
        writer.family("beacons_total", Kind::Counter, "Beacons,\nby outcome.");
        writer.sample(&[("outcome", "a \"b\" \\ c")], 12.0);
        writer.family("latency_seconds", Kind::Histogram, "Latency.");
        writer.histogram(&[("route", "/")], &[(0.005, 2), (0.1, 3)], 1.25, 6);
        writer.family("up", Kind::Gauge, "Whether it is up.");
        writer.sample(&[], f64::NAN);
        expect![[r#"
            # HELP beacons_total Beacons,\nby outcome.
            # TYPE beacons_total counter
            beacons_total{outcome="a \"b\" \\ c"} 12
            # HELP latency_seconds Latency.
            # TYPE latency_seconds histogram
            latency_seconds_bucket{route="/",le="0.005"} 2
            latency_seconds_bucket{route="/",le="0.1"} 5
            latency_seconds_bucket{route="/",le="+Inf"} 6
            latency_seconds_sum{route="/"} 1.25
            latency_seconds_count{route="/"} 6
            # HELP up Whether it is up.
            # TYPE up gauge
            up NaN
        "#]]
        .assert_eq(&writer.finish());
    }
}

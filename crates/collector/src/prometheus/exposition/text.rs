//! Figures of pages in the text format: classic histograms.
use whippet_engine::expo::{Kind, Writer};

use crate::prometheus::pages::{PageHistogram, Sink};

/// Writes the text format.
#[derive(Default)]
pub struct TextSink(Writer);

impl TextSink {
    /// The text.
    pub fn finish(self) -> String {
        self.0.finish()
    }
}

impl Sink for TextSink {
    fn family(&mut self, name: &str, kind: Kind, help: &str) {
        self.0.family(name, kind, help);
    }

    fn number(&mut self, labels: &[(&str, &str)], value: f64, _: Option<i64>) {
        self.0.sample(labels, value);
    }

    fn histogram(&mut self, labels: &[(&str, &str)], histogram: &PageHistogram, _: i64) {
        self.0.histogram(labels, &histogram.classic(), histogram.sum(), histogram.count());
    }
}

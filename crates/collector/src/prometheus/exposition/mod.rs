//! `GET /metrics`: the collector's own figures and those of pages, as text, or as protobuf where Prometheus asks for it,
//! which has native histograms.
mod accept;
mod client_model;
mod protobuf;
mod text;

pub use accept::prefers_protobuf;
pub use text::TextSink;

use super::pages::PageFigures;

/// What the protobuf format is called in `Accept` and `Content-Type`.
pub const PROTOBUF: &str =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

/// `own`, a metrics text, and the figures of pages, as text.
pub fn text(mut own: String, pages: Option<&PageFigures>, now: i64) -> String {
    if let Some(pages) = pages {
        let mut sink = TextSink::default();
        pages.write(&mut sink, now);
        own.push_str(&sink.finish());
    }
    own
}

/// The same as protobuf.
pub fn protobuf(own: &str, pages: Option<&PageFigures>, now: i64) -> Vec<u8> {
    let mut sink = protobuf::ProtobufSink::default();
    sink.text(own);
    if let Some(pages) = pages {
        pages.write(&mut sink, now);
    }
    sink.finish()
}

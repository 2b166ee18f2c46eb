//! OTLP's messages, as far as they are read. One type for both encodings: protobuf's wire format does not tell a `oneof` from
//! optional fields. Unknown fields are skipped.
mod common;
mod logs;
mod metrics;
mod numbers;
mod traces;

use prost::Message;
use serde::de::DeserializeOwned;
use whippet_engine::beacon::without_lone_surrogates;

pub use common::{KeyValue, Resource, Scope, attribute, display, number, text};
pub use logs::{LogRecord, Logs};
#[cfg(test)]
pub use metrics::Gauge;
pub use metrics::{DELTA, ExponentialPoint, HistogramPoint, Metric, Metrics, NumberPoint, is_without_value};
pub use traces::{Event, Span, Traces};

use super::answer::Encoding;

/// Reads a request.
///
/// # Errors
/// A sentence that says what is wrong, without anything that the sender chose.
pub fn read<T: Message + Default + DeserializeOwned>(body: &[u8], encoding: Encoding) -> Result<T, String> {
    match encoding {
        Encoding::Json => serde_json::from_slice(&without_lone_surrogates(body)).map_err(|error| {
            format!(
                "the body is not OTLP in JSON at line {}, column {}: send it as OpenTelemetry's exporters do",
                error.line(),
                error.column()
            )
        }),
        Encoding::Protobuf => T::decode(body).map_err(|_| {
            "the body is not OTLP in protobuf, though its Content-Type says so: send it as OpenTelemetry's exporters do"
                .to_owned()
        }),
    }
}

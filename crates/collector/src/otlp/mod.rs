//! OTLP/HTTP: what OpenTelemetry's SDKs send, in JSON or protobuf.
//!
//! `model` is the messages, `answer` what is answered, `origin` whether a resource is a browser or a service. `browser` reads
//! pages' logs, metrics and spans into [`intake`](crate::intake)'s reports; `backend` keeps services' metrics as if they
//! had been scraped.
mod answer;
pub mod backend;
pub mod browser;
mod model;
mod origin;

pub use answer::{Encoding, Rejected, Signal, refused, success};
pub use model::{Logs, Metrics, Traces, read};
pub use origin::{is_browser, service_name};

//! Reads Prometheus' text exposition format, version 0.0.4, and OpenMetrics 1.0, from backends. Writes the former, for
//! those who scrape the collector.
//!
//! The rules are those of
//! <https://github.com/prometheus/docs/blob/main/docs/instrumenting/exposition_formats.md> and of
//! <https://prometheus.io/docs/specs/om/open_metrics_spec/>. The parser is no stricter than Prometheus' own scraper. The
//! module is for servers, behind the feature `decode`.
#[cfg(feature = "decode")]
mod error;
#[cfg(feature = "decode")]
mod family;
#[cfg(feature = "decode")]
mod line;
#[cfg(feature = "decode")]
mod parse;
mod quantile;
#[cfg(feature = "decode")]
mod writer;

#[cfg(feature = "decode")]
pub use error::{Cause, ParseError};
#[cfg(feature = "decode")]
pub use family::{Exposition, Family, Format, Kind, Sample};
#[cfg(feature = "decode")]
pub use parse::parse;
pub use quantile::quantile;
#[cfg(feature = "decode")]
pub use writer::Writer;

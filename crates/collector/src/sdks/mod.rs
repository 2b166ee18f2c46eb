//! What SDKs send that a page may have already: each folder reads one of them into [`intake`](crate::intake)'s reports.
//!
//! | folder | sent by | at |
//! |---|---|---|
//! | `faro` | Grafana Faro's web SDK | `/collect` |
//! | `web_vitals` | Chrome's web-vitals, by `sendBeacon` | `/v1/web-vitals` |
//! | `reports` | browsers themselves, by the Reporting API | `/v1/reports` |
//!
//! All of them read members that are missing, or of another type, as if they were not there: SDKs differ from version to
//! version. What is no JSON is refused.
pub mod faro;
mod members;
pub mod reports;
mod request;
mod time;
pub mod web_vitals;

pub use members::NotRead;
pub use request::Origin;

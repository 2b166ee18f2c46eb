//! From what foreign SDKs send to beacons: everything after this takes the same way as `POST /v1/beacons`.
//!
//! ```text
//! sdks, otlp ──► Report (a sender and its Items) ──► gather: views, draft ──► Beacons ──► App::ingest
//! ```
//!
//! Foreign SDKs send no id of the page view, so [`Views`] finds out which view an item belongs to. What a beacon has no
//! room for is counted as lost.
mod draft;
mod gather;
mod id;
mod item;
mod page;
mod text;
mod views;

pub use gather::gather;
pub use id::{digest, unique};
pub use item::{Content, Item, Mark, Report, Sender, Slot};
pub use page::{app_of, page_of, referred};
pub use text::{device, error, label, vital, word};
pub use views::Views;

//! What pages are made of.
mod breakdown;
mod connection;
mod filter;
mod header;
mod hint;
mod panel;
mod rating;
mod snippet;
mod table;
mod trouble;
mod unknown;

pub use breakdown::Breakdown;
pub use connection::ConnectionNotice;
pub use filter::{AppFilter, Picker};
pub use header::Header;
pub use hint::{BeaconHint, Empty, QuietHint, ScrapeHint};
pub use panel::{Page, Panel};
pub use rating::{Rating, RatingBar};
pub use snippet::Snippet;
pub use table::{Cell, Column, Table};
pub use trouble::TroubleNotice;
pub use unknown::UnknownNotice;

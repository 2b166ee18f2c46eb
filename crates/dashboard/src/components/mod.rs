//! Reusable components of the pages.
mod breakdown;
mod connection_notice;
mod empty_state;
mod field;
mod header;
mod invalid_parameter_notice;
mod panel;
mod rating;
mod report_notice;
mod select;
mod snippet;
mod table;

pub use breakdown::Breakdown;
pub use connection_notice::ConnectionNotice;
pub use empty_state::{BeaconHint, EmptyState, KeptNote, NoDataInRange, ScrapeHint};
pub use field::Field;
pub use header::Header;
pub use invalid_parameter_notice::InvalidParameterNotice;
pub use panel::{Page, Panel, provide_page_changes};
pub use rating::{Rating, RatingBar};
pub use report_notice::ReportNotice;
pub use select::{AppFilter, Select};
pub use snippet::Snippet;
pub use table::{Cell, Column, Columns, Table};

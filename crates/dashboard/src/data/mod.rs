//! The collector's reports as queries, one per endpoint.
//!
//! A query key holds the name of a time range, such as `6h`, not its bounds: these move with every refetch, and the cached
//! entry stays the same. A [`Report`] says which bounds it has.
mod api_error;
mod clock;
mod connection;
mod report_state;
mod reports;
mod request;
mod silences;
mod watching;

pub use api_error::ApiError;
pub use clock::{CollectorClock, provide_collector_clock, use_collector_clock};
pub use connection::Connection;
pub use report_state::{
    ReportState, ReportStates, provide_report_states, use_missing_words, use_report_state,
};
pub use reports::{
    Filters, Report, ReportQuery, use_backend, use_custom, use_errors, use_loading, use_metric_chart,
    use_overview, use_series, use_slow_queries, use_split_timing, use_splits, use_status, use_toolkit,
    use_vitals,
};
pub use silences::{Silencing, use_silencing};
pub use watching::{
    ComparedSubject, use_alert_history, use_alerts, use_compared_subject, use_comparison, use_levels,
    use_regressions, use_releases,
};

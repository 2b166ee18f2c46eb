//! What the collector knows, as queries: one per endpoint.
//!
//! A key names the time range, not its moments: the window moves with every refresh, and the entry stays
//! the same. What was asked for comes back with the answer, as [`Windowed`].
mod ask;
mod connection;
mod queries;
mod state;
mod trouble;

pub use connection::Connection;
pub use queries::{
    Answer, Windowed, use_backend, use_custom, use_errors, use_loading, use_overview, use_status,
    use_toolkit, use_vitals,
};
pub use state::{State, States, provide_states, use_state};
pub use trouble::Trouble;

//! What the panel is told of a query or mutation, as JSON: `pkg/src/devtools/told.ts` has the same members.
use crate::key_text::readable;
use crate::query_key::untyped;
use serde::Serialize;
use whippet_engine::query::{FetchStatus, Id, QueryId, State, Status};
use whippet_web::query::{Inspected, Key};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToldQuery {
    id: String,
    text: String,
    observers: usize,
    is_disabled: bool,
    is_static: bool,
    is_stale: bool,
    state: ToldState,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldState {
    status: &'static str,
    fetch_status: &'static str,
    data_updated_at: f64,
    data_update_count: u32,
    error_updated_at: f64,
    error_update_count: u32,
    failure_count: u32,
    is_invalidated: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToldMutation<'a> {
    pub(super) id: &'a str,
    pub(super) text: &'a str,
    pub(super) status: &'static str,
    pub(super) is_paused: bool,
    pub(super) failure_count: u32,
    pub(super) submitted_at: f64,
}

impl ToldQuery {
    pub(super) fn new(query: QueryId, inspected: &Inspected) -> Self {
        let Inspected { found, is_static } = inspected;
        Self {
            id: id(query),
            text: text(untyped(found.key.clone()).0),
            observers: found.observers,
            is_disabled: !found.is_active,
            is_static: *is_static,
            is_stale: found.is_stale,
            state: ToldState::new(&found.state),
        }
    }
}

impl ToldState {
    fn new(state: &State) -> Self {
        Self {
            status: match state.status {
                Status::Pending => "pending",
                Status::Error => "error",
                Status::Success => "success",
            },
            fetch_status: match state.fetch_status {
                FetchStatus::Idle => "idle",
                FetchStatus::Fetching => "fetching",
                FetchStatus::Paused => "paused",
            },
            data_updated_at: state.data_updated_at.as_ms(),
            data_update_count: state.data_update_count,
            error_updated_at: state.error_updated_at.as_ms(),
            error_update_count: state.error_update_count,
            failure_count: state.failure_count,
            is_invalidated: state.invalidated,
        }
    }
}

/// What names a thing of the engine in the panel.
pub(super) fn id(id: impl Id) -> String {
    id.raw().to_string()
}

/// A key as one reads it.
pub(super) fn text(key: Key) -> String {
    let segments: Vec<String> = key.0.iter().map(|segment| readable(segment)).collect();
    format!("[{}]", segments.join(","))
}

/// What it tells is JSON of its own making, which can always be written.
pub(super) fn json(told: &impl Serialize) -> String {
    serde_json::to_string(told).unwrap_or_default()
}

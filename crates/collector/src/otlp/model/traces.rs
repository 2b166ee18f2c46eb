//! `ExportTraceServiceRequest`.
use prost::Message;
use serde::Deserialize;

use super::common::{KeyValue, Resource};
use super::numbers;

/// A request to `/v1/traces`.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Traces {
    /// By sender.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "numbers::list")]
    pub resource_spans: Vec<ResourceSpans>,
}

/// The spans of one sender.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ResourceSpans {
    /// The sender.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    /// By library.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "numbers::list")]
    pub scope_spans: Vec<ScopeSpans>,
}

/// The spans of one library.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ScopeSpans {
    /// They.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "numbers::list")]
    pub spans: Vec<Span>,
}

/// One span.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Span {
    /// Its trace.
    #[prost(bytes = "vec", tag = "1")]
    #[serde(deserialize_with = "numbers::id")]
    pub trace_id: Vec<u8>,
    /// What it is.
    #[prost(string, tag = "5")]
    pub name: String,
    /// 3 is a client: a request that the page made.
    #[prost(uint64, tag = "6")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub kind: u64,
    /// When it began, ns.
    #[prost(fixed64, tag = "7")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub start_time_unix_nano: u64,
    /// When it ended, ns.
    #[prost(fixed64, tag = "8")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub end_time_unix_nano: u64,
    /// Its attributes.
    #[prost(message, repeated, tag = "9")]
    #[serde(deserialize_with = "numbers::list")]
    pub attributes: Vec<KeyValue>,
    /// What happened meanwhile.
    #[prost(message, repeated, tag = "11")]
    #[serde(deserialize_with = "numbers::list")]
    pub events: Vec<Event>,
    /// Whether it went well.
    #[prost(message, optional, tag = "15")]
    pub status: Option<Status>,
}

/// Something that happened during a span.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Event {
    /// When, ns.
    #[prost(fixed64, tag = "1")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub time_unix_nano: u64,
    /// What.
    #[prost(string, tag = "2")]
    pub name: String,
    /// Its attributes.
    #[prost(message, repeated, tag = "3")]
    #[serde(deserialize_with = "numbers::list")]
    pub attributes: Vec<KeyValue>,
}

/// Whether a span went well.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Status {
    /// 2 is an error.
    #[prost(uint64, tag = "3")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub code: u64,
}

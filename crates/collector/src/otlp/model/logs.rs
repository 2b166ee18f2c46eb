//! `ExportLogsServiceRequest`.
use prost::Message;
use serde::Deserialize;

use super::common::{AnyValue, KeyValue, Resource};
use super::numbers;

/// A request to `/v1/logs`.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Logs {
    /// By sender.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "numbers::list")]
    pub resource_logs: Vec<ResourceLogs>,
}

/// The logs of one sender.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ResourceLogs {
    /// The sender.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    /// By library.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "numbers::list")]
    pub scope_logs: Vec<ScopeLogs>,
}

/// The logs of one library.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ScopeLogs {
    /// They.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "numbers::list")]
    pub log_records: Vec<LogRecord>,
}

/// One log, or one event.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LogRecord {
    /// When it happened, ns.
    #[prost(fixed64, tag = "1")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub time_unix_nano: u64,
    /// When it was seen, ns.
    #[prost(fixed64, tag = "11")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub observed_time_unix_nano: u64,
    /// 1 to 24; an error from 17 on.
    #[prost(uint64, tag = "2")]
    #[serde(deserialize_with = "numbers::unsigned")]
    pub severity_number: u64,
    /// What it says.
    #[prost(message, optional, tag = "5")]
    pub body: Option<AnyValue>,
    /// Its attributes.
    #[prost(message, repeated, tag = "6")]
    #[serde(deserialize_with = "numbers::list")]
    pub attributes: Vec<KeyValue>,
    /// What kind of event it is.
    #[prost(string, optional, tag = "12")]
    pub event_name: Option<String>,
}

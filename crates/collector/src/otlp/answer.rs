//! What OTLP/HTTP answers, in the encoding of the request.
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use prost::Message;
use serde_json::json;

use crate::failure::Failure;

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/x-protobuf";
/// The longest message of an answer, bytes.
const MESSAGE: usize = 1000;

/// How a message is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// proto3's JSON mapping.
    Json,
    /// Protobuf.
    Protobuf,
}

impl Encoding {
    /// The encoding of a body by its `Content-Type`; `None` for any other type.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let given = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let kind = given.split(';').next().unwrap_or_default().trim();
        match kind.to_ascii_lowercase().as_str() {
            // What `sendBeacon` sends where a page may ask for no preflight.
            JSON | "text/plain" => Some(Self::Json),
            PROTOBUF => Some(Self::Protobuf),
            _ => None,
        }
    }
}

/// What is sent: decides how the answer calls what was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// `/v1/logs`
    Logs,
    /// `/v1/metrics`
    Metrics,
    /// `/v1/traces`
    Traces,
}

impl Signal {
    fn member(self) -> &'static str {
        match self {
            Self::Logs => "rejectedLogRecords",
            Self::Metrics => "rejectedDataPoints",
            Self::Traces => "rejectedSpans",
        }
    }
}

/// What of a request was not kept, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejected {
    /// How many records, points or spans.
    pub count: u64,
    /// Why, in a sentence; several are joined.
    pub reasons: Vec<String>,
}

impl Rejected {
    /// Counts `count` more.
    pub fn add(&mut self, count: u64, reason: impl Into<String>) {
        let reason = reason.into();
        self.count = self.count.saturating_add(count);
        if count > 0 && self.reasons.len() < 8 && !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    /// Counts what `other` counts.
    pub fn merge(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        for reason in other.reasons {
            if !self.reasons.contains(&reason) && self.reasons.len() < 8 {
                self.reasons.push(reason);
            }
        }
    }

    fn message(&self) -> String {
        let mut message = self.reasons.join("; ");
        message.truncate(
            (0..=MESSAGE.min(message.len())).rev().find(|at| message.is_char_boundary(*at)).unwrap_or(0),
        );
        message
    }
}

/// `Export…ServiceResponse`.
#[derive(Clone, PartialEq, Message)]
struct ServiceResponse {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected: i64,
    #[prost(string, tag = "2")]
    error_message: String,
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// 200, with what was rejected.
pub fn success(encoding: Encoding, signal: Signal, rejected: &Rejected) -> Response {
    let partial = (rejected.count > 0).then(|| PartialSuccess {
        rejected: i64::try_from(rejected.count).unwrap_or(i64::MAX),
        error_message: rejected.message(),
    });
    let body = match (encoding, partial) {
        (Encoding::Protobuf, partial_success) => ServiceResponse { partial_success }.encode_to_vec(),
        (Encoding::Json, None) => b"{}".to_vec(),
        (Encoding::Json, Some(PartialSuccess { rejected, error_message })) => {
            let member = signal.member();
            // 64-bit integers are strings in proto3's JSON.
            let partial = json!({ member: rejected.to_string(), "errorMessage": error_message });
            json!({ "partialSuccess": partial }).to_string().into_bytes()
        }
    };
    answer(StatusCode::OK, encoding, body)
}

/// A failure as `google.rpc.Status`.
pub fn refused(encoding: Encoding, failure: &Failure) -> Response {
    let code = rpc_code(failure.status);
    let body = match encoding {
        Encoding::Protobuf => RpcStatus { code, message: failure.message.clone() }.encode_to_vec(),
        Encoding::Json => json!({ "code": code, "message": failure.message }).to_string().into_bytes(),
    };
    let mut response = answer(failure.status, encoding, body);
    if let Some(seconds) = failure.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The code of google.rpc that fits a status of HTTP.
fn rpc_code(status: StatusCode) -> i32 {
    match status.as_u16() {
        401 => 16,
        403 => 7,
        404 => 5,
        408 => 4,
        413 | 429 => 8,
        503 => 14,
        500..=599 => 13,
        _ => 3,
    }
}

fn answer(status: StatusCode, encoding: Encoding, body: Vec<u8>) -> Response {
    let kind = match encoding {
        Encoding::Json => JSON,
        Encoding::Protobuf => PROTOBUF,
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

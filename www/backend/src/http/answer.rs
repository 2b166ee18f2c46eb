//! An answer with an `ETag`, and 304 for clients that have it.
use super::error::ApiError;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::hash::{DefaultHasher, Hasher};

/// An answer that can be cached. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    body: Bytes,
    etag: String,
    content_type: &'static str,
    cache_control: &'static str,
}

impl Answer {
    /// `value` as JSON. Clients must revalidate it before each use, as a star may have changed it.
    pub(super) fn json(value: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_vec(value).map_err(|cause| ApiError::Internal(cause.to_string()))?;
        Ok(Self::new(body, "application/json", "no-cache"))
    }

    /// A PNG that clients may use for a day: it depends on the package's name alone.
    pub(super) fn png(body: Vec<u8>) -> Self {
        Self::new(body, "image/png", "public, max-age=86400")
    }

    fn new(body: Vec<u8>, content_type: &'static str, cache_control: &'static str) -> Self {
        let mut hasher = DefaultHasher::new();
        hasher.write(&body);
        let etag = format!("\"{:016x}\"", hasher.finish());
        Self { body: body.into(), etag, content_type, cache_control }
    }

    /// The response to a request with `headers`: the body, or 304 if the client has it.
    pub(super) fn respond(self, headers: &HeaderMap) -> Response {
        let known = headers
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|tag| matches!(tag.trim(), tag if tag == "*" || tag.trim_start_matches("W/") == self.etag));
        let validators = [(header::ETAG, self.etag), (header::CACHE_CONTROL, self.cache_control.to_owned())];
        if known {
            return (StatusCode::NOT_MODIFIED, validators).into_response();
        }
        (validators, [(header::CONTENT_TYPE, self.content_type)], Body::from(self.body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_it_gets_no_body() {
        let answer = Answer::json(&[1, 2]).unwrap();
        let ask = |tag: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, tag.parse().unwrap());
            answer.clone().respond(&headers).status()
        };
        assert_eq!(ask(&answer.etag), StatusCode::NOT_MODIFIED);
        assert_eq!(ask(&format!("\"other\", W/{}", answer.etag)), StatusCode::NOT_MODIFIED);
        assert_eq!(ask("\"other\""), StatusCode::OK);
        assert_eq!(answer.clone().respond(&HeaderMap::new()).status(), StatusCode::OK);
    }
}

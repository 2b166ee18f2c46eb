//! Requests to the collector's API.
use super::ApiError;
use crate::base::at;
use serde::Serialize;
use serde::de::DeserializeOwned;
use whippet_api::Failure;
use whippet_web::query::fetch::{self, Answer, FetchError};

/// The timeout of a request, ms. The collector stops a report after five seconds of work, but the request may wait for
/// others before that.
const TIMEOUT: f64 = 30_000.0;

/// Gets `path`, which begins with a slash.
pub async fn get_json<T: DeserializeOwned>(path: &str) -> Result<T, ApiError> {
    let answer = answered(fetch::get(&at(path), TIMEOUT).await)?;
    read(answer.status, &answer.body)
}

/// Posts `body` to `path`, which begins with a slash.
pub async fn post_json<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T, ApiError> {
    let unwritten = |error: serde_json::Error| ApiError::Unexpected { status: 0, reason: error.to_string() };
    let body = serde_json::to_string(body).map_err(unwritten)?;
    let answer = answered(fetch::send("POST", &at(path), Some(&body), TIMEOUT).await)?;
    read(answer.status, &answer.body)
}

/// Deletes what is at `path`, which begins with a slash.
pub async fn delete(path: &str) -> Result<(), ApiError> {
    let answer = answered(fetch::send("DELETE", &at(path), None, TIMEOUT).await)?;
    // A success has no body.
    if (200..300).contains(&answer.status) { Ok(()) } else { read(answer.status, &answer.body) }
}

fn answered(answer: Result<Answer, FetchError>) -> Result<Answer, ApiError> {
    answer.map_err(|error| match error {
        FetchError::TimedOut { .. } => ApiError::Slow { seconds: TIMEOUT / 1000.0 },
        FetchError::Unreachable { .. } => ApiError::Unreachable,
    })
}

/// Parses a success, an API error, or a response that is not from the collector.
fn read<T: DeserializeOwned>(status: u16, body: &str) -> Result<T, ApiError> {
    let unexpected = |error: serde_json::Error| ApiError::Unexpected { status, reason: error.to_string() };
    if (200..300).contains(&status) {
        return serde_json::from_str(body).map_err(unexpected);
    }
    // A proxy responds with these codes when the collector is down.
    match serde_json::from_str::<Failure>(body) {
        Ok(failure) => Err(ApiError::Refused(failure.error)),
        Err(_) if matches!(status, 502..=504) => Err(ApiError::Unreachable),
        Err(error) => Err(unexpected(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_is_parsed() {
        assert_eq!(read::<Vec<u8>>(200, "[1,2]"), Ok(vec![1, 2]));
    }

    #[test]
    fn an_api_error_has_the_collectors_message() {
        let body = r#"{"error":{"code":"unknown_target","message":"There is no target `x`."}}"#;
        let error = read::<()>(404, body).unwrap_err();
        assert_eq!(error.to_string(), "There is no target `x`.");
    }

    #[test]
    fn a_bad_gateway_means_unreachable() {
        assert_eq!(read::<()>(502, "<h1>Bad Gateway</h1>"), Err(ApiError::Unreachable));
    }

    #[test]
    fn a_foreign_response_is_unexpected() {
        assert!(matches!(read::<Vec<u8>>(200, "<html>"), Err(ApiError::Unexpected { status: 200, .. })));
        assert!(matches!(read::<()>(404, "nope"), Err(ApiError::Unexpected { status: 404, .. })));
    }
}

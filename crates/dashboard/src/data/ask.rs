//! One request to the collector.
use super::Trouble;
use serde::de::DeserializeOwned;
use whippet_api::Failure;
use whippet_web::query::fetch::{self, FetchError};

/// The longest wait for an answer, ms. The collector ends a question after five seconds of work, but others may be
/// before it.
const TIMEOUT: f64 = 30_000.0;

/// Gets `path`, which begins with a slash.
pub async fn ask<T: DeserializeOwned>(path: &str) -> Result<T, Trouble> {
    let answer = fetch::get(path, TIMEOUT).await.map_err(|error| match error {
        FetchError::TimedOut { .. } => Trouble::Slow { seconds: TIMEOUT / 1000.0 },
        FetchError::Unreachable { .. } => Trouble::Unreachable,
    })?;
    read(answer.status, &answer.body)
}

/// Tells a success from a refusal from what is neither.
fn read<T: DeserializeOwned>(status: u16, body: &str) -> Result<T, Trouble> {
    let unexpected = |error: serde_json::Error| Trouble::Unexpected { status, reason: error.to_string() };
    if (200..300).contains(&status) {
        return serde_json::from_str(body).map_err(unexpected);
    }
    // A proxy says so when what is behind it is gone.
    match serde_json::from_str::<Failure>(body) {
        Ok(failure) => Err(Trouble::Refused(failure.error)),
        Err(_) if matches!(status, 502..=504) => Err(Trouble::Unreachable),
        Err(error) => Err(unexpected(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_is_read() {
        assert_eq!(read::<Vec<u8>>(200, "[1,2]"), Ok(vec![1, 2]));
    }

    #[test]
    fn a_refusal_says_why() {
        let body = r#"{"error":{"code":"unknown_target","message":"There is no target `x`."}}"#;
        let trouble = read::<()>(404, body).unwrap_err();
        assert_eq!(trouble.to_string(), "There is no target `x`.");
    }

    #[test]
    fn a_proxy_without_its_server_is_no_answer() {
        assert_eq!(read::<()>(502, "<h1>Bad Gateway</h1>"), Err(Trouble::Unreachable));
    }

    #[test]
    fn what_is_not_the_collectors_is_named() {
        assert!(matches!(read::<Vec<u8>>(200, "<html>"), Err(Trouble::Unexpected { status: 200, .. })));
        assert!(matches!(read::<()>(404, "nope"), Err(Trouble::Unexpected { status: 404, .. })));
    }
}

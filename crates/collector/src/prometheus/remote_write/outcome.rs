//! What an answer of the receiver means, and when to try again.
use std::time::Duration;

use axum::http::{StatusCode, header};
use whippet_engine::beacon::retry_after;

use crate::prometheus::endpoint::{Answer, RequestError};

/// The longest pause that the receiver may ask for.
const LONGEST_WISH: Duration = Duration::from_secs(60 * 60);
/// How much of the receiver's answer is logged, bytes.
const SAID: usize = 300;

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was accepted.
    Sent,
    /// It never will be: the specification forbids to try again after 4xx.
    Refused(String),
    /// It may be later, after the pause that the receiver asks for.
    Failed(String, Option<Duration>),
}

/// What became of a request, by the answer.
pub fn outcome(answer: &Result<Answer, RequestError>, now: i64) -> Outcome {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return Outcome::Failed(error.to_string(), None),
    };
    let status = answer.status;
    let said = String::from_utf8_lossy(&answer.body[..answer.body.len().min(SAID)]);
    let said = format!("answered {status}: {}", said.trim().escape_debug());
    if status.is_success() {
        return Outcome::Sent;
    }
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        let wish = answer.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let wish = wish.and_then(|value| retry_after(value, now.max(0) as u64)).map(Duration::from_millis);
        return Outcome::Failed(said, wish.map(|wish| wish.min(LONGEST_WISH)));
    }
    Outcome::Refused(if status.is_redirection() {
        format!("answered {status}: give --remote-write the address that it redirects to")
    } else {
        said
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;
    use axum::http::{HeaderMap, HeaderValue};

    fn answered(status: u16, wish: Option<&'static str>) -> Outcome {
        let mut headers = HeaderMap::new();
        headers.extend(wish.map(|wish| (header::RETRY_AFTER, HeaderValue::from_static(wish))));
        let (status, body) = (StatusCode::from_u16(status).unwrap(), Bytes::from_static(b"why\nnot"));
        outcome(&Ok(Answer { status, headers, body }), 1_000_000)
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        assert_eq!([200, 204].map(|status| answered(status, None)), [Outcome::Sent, Outcome::Sent]);
        for status in [400, 401, 404, 413, 422, 301, 307] {
            assert!(matches!(answered(status, None), Outcome::Refused(_)), "{status}");
        }
        let wishes = [
            (429, Some("7"), 7),
            (503, Some("Thu, 01 Jan 1970 00:17:00 GMT"), 20),
            (500, Some("999999"), 3600),
        ];
        for (status, header, seconds) in wishes {
            let Outcome::Failed(said, wish) = answered(status, header) else { panic!("{status}") };
            assert_eq!(wish, Some(Duration::from_secs(seconds)));
            assert!(said.contains(r"why\nnot"), "{said}");
        }
        assert!(matches!(answered(502, Some("soon")), Outcome::Failed(_, None)));
        let timeout = Err(RequestError::Timeout(Duration::from_secs(1)));
        assert!(matches!(outcome(&timeout, 0), Outcome::Failed(_, None)));
    }
}

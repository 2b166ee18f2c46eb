//! Parses query strings.
use axum::extract::{FromRequestParts, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use whippet_api::Range;
use whippet_store::reports::NavigationFilter;

use crate::failure::Failure;

const HOUR: i64 = 3_600_000;
/// The longest window, ms.
const LONGEST: i64 = 400 * 24 * HOUR;
/// The last time that a date of JavaScript has, ms since the epoch. Steps and buckets that reach beyond it are still numbers.
const LAST: i64 = 8_640_000_000_000_000;

/// Extracts the query string as a `T`. A parameter that is empty is as none: a form sends it for "all". 400 with the reason where
/// it cannot be parsed.
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        match Query::<T>::try_from_uri(&without_empty(&parts.uri)) {
            Ok(Query(params)) => Ok(Self(params)),
            Err(rejection) => Err(Failure::bad_request(
                "bad_query",
                format!("the query string cannot be read: {}", rejection.body_text()),
            )),
        }
    }
}

/// An address with those parameters that have a value.
fn without_empty(uri: &Uri) -> Uri {
    let pairs = uri.query().unwrap_or_default().split('&');
    let has_value = |pair: &&str| pair.split_once('=').is_some_and(|(_, value)| !value.is_empty());
    let kept: Vec<&str> = pairs.filter(has_value).collect();
    // Parts of an address that was parsed can be parsed again.
    format!("/?{}", kept.join("&")).parse().unwrap_or_else(|_| uri.clone())
}

/// The parameters of all reports. `to` is now if it is missing, and `from` an hour before `to`; ms since the epoch.
#[derive(Deserialize)]
pub struct Window {
    from: Option<i64>,
    to: Option<i64>,
    /// A scraped target.
    pub target: Option<String>,
    /// A metric of it.
    pub metric: Option<String>,
    /// One of the application's own timings.
    pub timing: Option<String>,
    /// A label to group its series by, or what page views are split by.
    pub by: Option<String>,
    /// An application.
    pub app: Option<String>,
    /// A page of it.
    pub page: Option<String>,
    /// How page views began.
    pub navigation: Option<NavigationFilter>,
    /// A dimension and a value of it, which page views have.
    pub split: Option<String>,
}

impl Window {
    /// Checks the range. It ends no later than `now`.
    pub fn range(&self, now: i64) -> Result<Range, Failure> {
        range((self.from, self.to), now)
    }
}

/// Checks a range, as [`Window::range`] does.
pub fn range((from, to): (Option<i64>, Option<i64>), now: i64) -> Result<Range, Failure> {
    let to = to.unwrap_or(now);
    let from = from.unwrap_or(to.saturating_sub(HOUR));
    let wrong = |message: &str| Err(Failure::bad_request("bad_range", message));
    if from < 0 || to < 0 {
        return wrong("`from` and `to` are milliseconds since 1970, and not negative");
    }
    if from >= to {
        return wrong("`from` must be before `to`; both are milliseconds since 1970");
    }
    if to > LAST {
        return wrong("`to` is after 8640000000000000, the last time that a date has");
    }
    if to - from > LONGEST {
        return wrong("the window is longer than 400 days: choose a shorter one");
    }
    // A browser's clock may be ahead. The time until then would be drawn as a gap in the data.
    let to = if from < now { to.min(now) } else { to };
    Ok(Range { from, to })
}

//! Prometheus' HTTP API, as far as it is asked: <https://prometheus.io/docs/prometheus/latest/querying/api/>. Other servers
//! that speak it answer as well.
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderName, Method, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::endpoint::{Endpoint, RequestError, Requester};
use crate::scrape::NoRoots;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes of an answer.
const ANSWER: usize = 32 << 20;
/// The most warnings of an answer that are kept, and the most bytes of a text of the server.
const WARNINGS: usize = 5;
const SAID: usize = 300;

/// The labels of a series, its name under `__name__`.
pub type Metric = BTreeMap<String, String>;

/// Why Prometheus did not answer a question.
#[derive(Debug)]
#[non_exhaustive]
pub enum AskError {
    /// There was no answer.
    Request(RequestError),
    /// It asks for credentials.
    Credentials(StatusCode),
    /// It refused the question, and says why.
    Said(String),
    /// The answer is none of Prometheus' API.
    NotPrometheus(StatusCode),
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => error.fmt(f),
            Self::Credentials(status) => write!(
                f,
                "answered {status}: set the variable WHIPPET_PROMETHEUS_TOKEN, or WHIPPET_PROMETHEUS_USER and _PASSWORD"
            ),
            Self::Said(said) => write!(f, "says: {said}"),
            Self::NotPrometheus(status) => {
                write!(f, "answered {status}, and not as Prometheus' HTTP API does: is the address right?")
            }
        }
    }
}

impl std::error::Error for AskError {}

/// A value at a time: seconds, and the number as a text.
type Point = (f64, String);

/// A native histogram at a time.
pub type HistogramPoint = (f64, NativeHistogram);

/// A native histogram, as Prometheus writes it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub struct NativeHistogram {
    /// How many values there are.
    pub count: String,
    /// Their sum.
    pub sum: String,
    /// Buckets that are not empty: a code for their bounds, the bounds, the count.
    #[serde(default)]
    pub buckets: Vec<(u8, String, String, String)>,
}

/// A series of an answer.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Series {
    /// Its labels.
    #[serde(default)]
    pub metric: Metric,
    /// Its values over time.
    #[serde(default)]
    pub values: Vec<Point>,
    /// Its histograms over time.
    #[serde(default)]
    pub histograms: Vec<HistogramPoint>,
    /// Its histogram, in the answer to a question for one time.
    pub histogram: Option<HistogramPoint>,
    /// Its value, in such an answer.
    pub value: Option<Point>,
}

#[derive(Deserialize)]
struct Envelope<T> {
    status: String,
    data: Option<T>,
    error: Option<String>,
    #[serde(default)]
    warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Results {
    #[serde(default = "Vec::new")]
    result: Vec<Series>,
}

/// What Prometheus says of a metric.
#[derive(Clone, Debug, Deserialize)]
pub struct Metadata {
    /// Its type.
    #[serde(rename = "type", default)]
    pub kind: String,
}

/// An answer, with what Prometheus warns of.
#[derive(Clone, Debug, Default)]
pub struct Answered<T> {
    /// The answer.
    pub data: T,
    /// The warnings: something may be missing.
    pub warnings: Vec<String>,
}

/// Asks one Prometheus.
pub struct Api {
    endpoint: Endpoint,
    requester: Requester,
}

impl Api {
    /// Asks the server at `endpoint`.
    ///
    /// # Errors
    /// When a certificate must be checked, and the machine has no certificate authorities.
    pub fn new(endpoint: Endpoint) -> Result<Self, NoRoots> {
        let requester = Requester::new(&endpoint, TIMEOUT, ANSWER)?;
        Ok(Self { endpoint, requester })
    }

    /// Its URL without secrets.
    pub fn shown(&self) -> String {
        self.endpoint.shown()
    }

    /// The series that `selector` selects, which had a sample from `from` to `to`, ms.
    pub async fn series(
        &self,
        selector: &str,
        from: i64,
        to: i64,
    ) -> Result<Answered<Vec<Metric>>, AskError> {
        let form = [("match[]", selector.to_owned()), ("start", seconds(from)), ("end", seconds(to))];
        self.ask("/api/v1/series", &form).await
    }

    /// The values of `expression` at `time`, ms.
    pub async fn query(&self, expression: &str, time: i64) -> Result<Answered<Vec<Series>>, AskError> {
        let form = [("query", expression.to_owned()), ("time", seconds(time)), ("timeout", timeout())];
        self.results("/api/v1/query", &form).await
    }

    /// The values of `expression` at every `every` from `from` to `to`, ms.
    pub async fn query_range(
        &self,
        expression: &str,
        (from, to, every): (i64, i64, i64),
    ) -> Result<Answered<Vec<Series>>, AskError> {
        let form = [
            ("query", expression.to_owned()),
            ("start", seconds(from)),
            ("end", seconds(to)),
            ("step", seconds(every)),
            ("timeout", timeout()),
        ];
        self.results("/api/v1/query_range", &form).await
    }

    /// The types of all metrics that Prometheus knows.
    pub async fn metadata(&self) -> Result<BTreeMap<String, Vec<Metadata>>, AskError> {
        // It is not asked by POST.
        let endpoint = self.endpoint.join("/api/v1/metadata?limit_per_metric=1");
        let answer = self.requester.send(Method::GET, &endpoint, &[], Bytes::new()).await;
        Ok(read(answer.map_err(AskError::Request)?)?.data)
    }

    async fn results(&self, path: &str, form: &[(&str, String)]) -> Result<Answered<Vec<Series>>, AskError> {
        let Answered { data, warnings } = self.ask::<Results>(path, form).await?;
        Ok(Answered { data: data.result, warnings })
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &[(&str, String)],
    ) -> Result<Answered<T>, AskError> {
        // As a body: a selector of many names is longer than an address may be.
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        const FORM: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/x-www-form-urlencoded")];
        let answer = self.requester.post(&self.endpoint.join(path), &FORM, body.into()).await;
        read(answer.map_err(AskError::Request)?)
    }
}

fn read<T: DeserializeOwned>(answer: super::super::endpoint::Answer) -> Result<Answered<T>, AskError> {
    if matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return Err(AskError::Credentials(answer.status));
    }
    let shortened = |text: String| text.chars().take(SAID).collect::<String>().escape_debug().to_string();
    let envelope: Envelope<T> =
        serde_json::from_slice(&answer.body).map_err(|_| AskError::NotPrometheus(answer.status))?;
    match (envelope.status.as_str(), envelope.data) {
        ("success", Some(data)) => {
            let warnings = envelope.warnings.into_iter().take(WARNINGS).map(shortened).collect();
            Ok(Answered { data, warnings })
        }
        _ => match envelope.error {
            Some(error) => Err(AskError::Said(shortened(error))),
            None => Err(AskError::NotPrometheus(answer.status)),
        },
    }
}

/// A time or a span, ms, as Prometheus reads it.
fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms.div_euclid(1000), ms.rem_euclid(1000))
}

/// A little less than our own patience: then Prometheus says so itself.
fn timeout() -> String {
    format!("{}ms", TIMEOUT.as_millis() * 9 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;

    fn answer<T: DeserializeOwned>(status: u16, body: &'static str) -> Result<Answered<T>, String> {
        let status = StatusCode::from_u16(status).unwrap();
        let (headers, body) = (HeaderMap::new(), Bytes::from_static(body.as_bytes()));
        read(super::super::super::endpoint::Answer { status, headers, body })
            .map_err(|error| error.to_string())
    }

    #[test]
    fn answers_are_read_with_their_warnings() {
        let body = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},
            "values":[[1.5,"NaN"],[2,"3"]],"histograms":[[2,{"count":"4","sum":"1.5","buckets":[[0,"1","2","4"]]}]]}]},
            "warnings":["one\ntwo"],"infos":["x"]}"#;
        let read = answer::<Results>(200, body).unwrap();
        let series = &read.data.result[0];
        assert_eq!((series.values.len(), series.histograms[0].1.buckets.len()), (2, 1));
        assert_eq!(read.warnings, [r"one\ntwo"]);
        assert!(answer::<Vec<Metric>>(200, r#"{"status":"success","data":[]}"#).unwrap().data.is_empty());
    }

    #[test]
    fn what_is_no_answer_says_why() {
        for (status, body, said) in [
            (
                422,
                r#"{"status":"error","errorType":"execution","error":"query timed out"}"#,
                "query timed out",
            ),
            (200, "<!doctype html>", "is the address right?"),
            (404, "404 page not found", "is the address right?"),
            (200, r#"{"status":"success"}"#, "is the address right?"),
            (200, r#"{"status":"success","data":{"result":[{"values":[[1,2]]}]}}"#, "is the address right?"),
            (401, "", "WHIPPET_PROMETHEUS_TOKEN"),
        ] {
            let error = answer::<Results>(status, body).err().unwrap();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn times_are_exact() {
        assert_eq!([1_700_000_000_123, 7_500, 5].map(seconds), ["1700000000.123", "7.500", "0.005"]);
    }
}

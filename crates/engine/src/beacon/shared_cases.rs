//! The cases in `tests/cases/rum`, which the tests of this crate and of the npm package both read, so that neither drifts.
use serde::Deserialize;
use std::string::String;
use std::vec::Vec;

pub(super) fn read<T: for<'a> Deserialize<'a>>(json: &str) -> T {
    serde_json::from_str(json).expect("the cases have the types in this file")
}

#[derive(Deserialize)]
pub(super) struct Scrubs {
    pub(super) paths: Vec<(String, String)>,
    pub(super) routes: Vec<Route>,
    pub(super) texts: Vec<(String, String)>,
    pub(super) addresses: Vec<(String, String)>,
}

#[derive(Deserialize)]
pub(super) struct Route {
    pub(super) pathname: String,
    pub(super) hash: String,
    pub(super) route: String,
    /// The scrubbed route.
    pub(super) page: String,
}

#[derive(Deserialize)]
pub(super) struct Sessions {
    pub(super) cases: Vec<SessionCase>,
}

#[derive(Deserialize)]
pub(super) struct SessionCase {
    pub(super) name: String,
    pub(super) stored: Option<String>,
    pub(super) now: u64,
    /// What is stored afterwards; `None` if a new visit begins.
    pub(super) goes_on: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Samples {
    pub(super) cases: Vec<Sample>,
}

#[derive(Deserialize)]
pub(super) struct Sample {
    pub(super) session: String,
    pub(super) rate: f64,
    pub(super) sampled: bool,
}

#[derive(Deserialize)]
pub(super) struct Pauses {
    pub(super) cases: Vec<PauseCase>,
}

#[derive(Deserialize)]
pub(super) struct PauseCase {
    pub(super) name: String,
    pub(super) stored: Option<String>,
    pub(super) now: u64,
    pub(super) steps: Vec<PauseStep>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum PauseStep {
    /// This many ms pass; a negative number sets the clock back.
    Wait(i64),
    Fail {
        #[serde(rename = "asked")]
        retry_after: Option<u64>,
        chance: f64,
    },
    Online,
    Answer,
    NextPage,
    Left(u64),
    Failing(bool),
    Stored(Option<String>),
}

#[derive(Deserialize)]
pub(super) struct RetryAfter {
    pub(super) cases: Vec<RetryAfterCase>,
}

#[derive(Deserialize)]
pub(super) struct RetryAfterCase {
    pub(super) header: String,
    pub(super) now: u64,
    pub(super) ms: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct Traces {
    pub(super) origin: String,
    pub(super) endpoint: String,
    pub(super) cases: Vec<Trace>,
}

#[derive(Deserialize)]
pub(super) struct Trace {
    pub(super) href: String,
    pub(super) listed: Vec<String>,
    pub(super) traced: bool,
}

#[derive(Deserialize)]
pub(super) struct Ignored {
    pub(super) cases: Vec<IgnoredCase>,
}

#[derive(Deserialize)]
pub(super) struct IgnoredCase {
    pub(super) message: String,
    /// Substrings of messages that are ignored too.
    #[serde(default)]
    pub(super) listed: Vec<String>,
    pub(super) ignored: bool,
}

#[derive(Deserialize)]
pub(super) struct Thrown {
    pub(super) objects: Vec<ThrownObject>,
    /// Messages, and whether they say only that there is an object.
    pub(super) unnamed: Vec<(String, bool)>,
}

#[derive(Deserialize)]
pub(super) struct ThrownObject {
    /// The name of the constructor.
    pub(super) kind: String,
    /// The object's own members, with strings or numbers.
    pub(super) members: serde_json::Map<String, serde_json::Value>,
    /// The object's description.
    #[serde(rename = "told")]
    pub(super) expected: String,
}
